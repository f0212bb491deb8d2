"""Where a windowed list takes its rows from: any number of rows, few of them in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from operator import itemgetter
from typing import Any, Protocol

__all__ = ["ListRows", "PagedRows", "RowSource"]


class RowSource(Protocol):
    """Rows by index. A row is anything that the columns understand."""

    @property
    def total(self) -> int | None:
        """How many rows there are; None while nobody knows."""

    def get(self, index: int) -> Any | None:
        """The row at an index, None when it is not loaded."""

    def key(self, row: Any) -> Hashable:
        """What tells this row from others, also after a refresh (its pk)."""

    def index_of(self, key: Hashable) -> int | None:
        """Where the loaded row with this key is now; None when it is not loaded."""


class ListRows:
    """All rows in a list."""

    def __init__(self, rows: Sequence[Any], key: Callable[[Any], Hashable] = itemgetter("pk")) -> None:
        self.key = key
        self.replace(rows)

    def replace(self, rows: Sequence[Any]) -> None:
        """Take other rows."""
        self._rows = rows
        self._places = {self.key(row): index for index, row in enumerate(rows)}

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def get(self, index: int) -> Any | None:
        """The row at an index, None outside."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def index_of(self, key: Hashable) -> int | None:
        """Where the row with this key is."""
        return self._places.get(key)


class PagedRows:
    """Rows loaded page by page, the pages least recently stored or read dropped when there are too many.

    Memory is bounded by `page_size * keep_pages` rows, whatever the total.
    """

    def __init__(
        self, key: Callable[[Any], Hashable] = itemgetter("pk"), *, page_size: int = 100, keep_pages: int = 12
    ) -> None:
        self.key = key
        self.page_size = page_size
        self.keep_pages = keep_pages
        self.total: int | None = None
        self._pages: OrderedDict[int, dict[int, Any]] = OrderedDict()
        self._places: dict[Hashable, int] = {}

    def get(self, index: int) -> Any | None:
        """The row at an index, None when it is not loaded."""
        page = self._pages.get(index // self.page_size)
        return None if page is None else page.get(index)

    def index_of(self, key: Hashable) -> int | None:
        """Where the loaded row with this key is."""
        return self._places.get(key)

    def window(self, first: int, count: int) -> tuple[int, int]:
        """Offset and limit of whole pages that hold `count` rows from `first` on; what to ask a server for."""
        start = max(0, first) // self.page_size * self.page_size
        stop = -(-max(first + count, start + 1) // self.page_size) * self.page_size
        return start, stop - start

    def store(self, first: int, rows: Sequence[Any], total: int) -> None:
        """Take rows that begin at index `first`, as the server gave them, and how many there are in all."""
        if total != self.total:
            # Something came or went elsewhere: what was loaded may stand at other indexes now.
            self.clear()
            self.total = total
        for index, row in enumerate(rows, first):
            number = index // self.page_size
            page = self._pages.setdefault(number, {})
            if index in page:
                self._forget_place(index, page[index])
            page[index] = row
            self._places[self.key(row)] = index
            self._pages.move_to_end(number)
        while len(self._pages) > self.keep_pages:
            _, dropped = self._pages.popitem(last=False)
            for index, row in dropped.items():
                self._forget_place(index, row)

    def replace(self, first: int, rows: Sequence[Any], total: int) -> None:
        """The same after a refresh: everything else that was loaded is out of date and dropped."""
        self.clear()
        self.store(first, rows, total)

    def clear(self) -> None:
        """Forget everything."""
        self._pages.clear()
        self._places.clear()
        self.total = None

    def _forget_place(self, index: int, row: Any) -> None:
        key = self.key(row)
        if self._places.get(key) == index:
            del self._places[key]
