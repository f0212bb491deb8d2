"""What a list of one kind of thing looks like: its address, its columns, how it is sorted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.widgets.columns import Column

__all__ = ["ResourceView"]


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A kind of thing in a list.

    `columns` are all there are, in the order of the screen; `shown` the keys of those shown unless the user chose
    others. `orderings` gives the server's name for sorting by a column; `ordering` is the column sorted by at first.
    """

    name: str
    path: str
    columns: tuple[Column, ...]
    shown: tuple[str, ...]
    orderings: Mapping[str, str]
    ordering: str

    def column(self, key: str) -> Column | None:
        """The column called `key`."""
        return next((column for column in self.columns if column.key == key), None)

    def chosen(self, keys: Iterable[str]) -> list[Column]:
        """The columns with these keys, in the order of the screen; unknown keys are passed over."""
        wanted = set(keys)
        return [column for column in self.columns if column.key in wanted]
