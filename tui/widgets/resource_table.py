"""The table of the client: columns as data, any number of rows of which a window is loaded, marks kept by key."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from tui.safe_text import safe
from tui.widgets.columns import GAP, Column, fit, row_segments, share_width
from tui.widgets.row_source import ListRows, RowSource
from tui.widgets.virtual_list import VirtualList

__all__ = ["ResourceTable"]

GUTTER = 2  # cells at the left: the cursor's sign and the mark
ASK_PAUSE = 0.1  # seconds between requests for rows while the cursor runs
RANGE_LIMIT = 10_000  # rows that one range may mark


class ResourceTable(VirtualList):
    """Rows of a resource in columns.

    Set `columns` and `source`; answer `RowsNeeded` by loading rows into the source and calling `refresh_rows`, which
    keeps the cursor on its row wherever that row is now. `sort_key` and `descending` show in the header; sorting is
    the source's business. `empty_text` is shown when there are no rows, `loading_text` while nobody knows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, id="table.mark"),
        Binding("v", "mark_range", "Mark range", show=False, id="table.mark_range"),
        Binding("shift+down", "mark_down", "Mark down", show=False, id="table.mark_down"),
        Binding("shift+up", "mark_up", "Mark up", show=False, id="table.mark_up"),
        Binding("escape", "unmark_all", "Unmark all", show=False, id="table.unmark_all"),
    ]

    class RowsNeeded(Message):
        """Rows on the screen or near it are not loaded. Only the last of a burst arrives."""

        def __init__(self, table: ResourceTable, first: int, count: int) -> None:
            super().__init__()
            self.table = table
            self.first = first
            self.count = count

        @property
        def control(self) -> ResourceTable:
            """The table that needs them."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only the latest window matters."""
            return isinstance(message, ResourceTable.RowsNeeded) and message.table is self.table

    class MarksChanged(Message):
        """Other rows are marked. `not_loaded` rows of a range could not be marked: their keys are not known yet."""

        def __init__(self, table: ResourceTable, not_loaded: int = 0) -> None:
            super().__init__()
            self.table = table
            self.not_loaded = not_loaded

        @property
        def control(self) -> ResourceTable:
            """The table whose marks they are."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column] = (),
        source: RowSource | None = None,
        *,
        show_header: bool = True,
        empty_text: str = "Nothing here.",
        loading_text: str = "Loading…",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._source: RowSource = source if source is not None else ListRows(())
        self._layout: list[tuple[Column, int]] = []
        self._layout_width = -1
        self.show_header = show_header
        self.empty_text = empty_text
        self.loading_text = loading_text
        self.sort_key = ""
        self.descending = False
        self._marks: dict[Hashable, Any] = {}
        self._range_start: int | None = None
        self._anchor: Hashable | None = None
        self._asked: tuple[int, int] | None = None
        self._ask_timer: Timer | None = None

    # -- what it shows -----------------------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, most of them shown, in order."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self._layout_width = -1
        self.refresh()

    @property
    def shown_columns(self) -> list[Column]:
        """The columns that there is room for."""
        return [column for column, _ in self._laid_out(self.size.width)]

    @property
    def source(self) -> RowSource:
        """Where the rows come from. Setting it starts at the first row; marks are kept."""
        return self._source

    @source.setter
    def source(self, source: RowSource) -> None:
        self._source = source
        self.cursor = self.top = 0
        self._anchor = self._range_start = self._asked = None
        self.refresh_rows()

    def show_sorted(self, key: str, *, descending: bool = False) -> None:
        """Show in the header by which column the rows are sorted ("" for none)."""
        self.sort_key, self.descending = key, descending
        self.refresh()

    def refresh_rows(self) -> None:
        """Show what the source holds now. The cursor stays on its row, and the row on its line of the screen."""
        self._asked = None
        self._find_cursor()
        for key in self._marks:
            place = self._source.index_of(key)
            if place is not None:
                self._marks[key] = self._source.get(place)
        self._ask()
        self.refresh()

    def _find_cursor(self) -> None:
        place = None if self._anchor is None else self._source.index_of(self._anchor)
        old = self.cursor
        index = old if place is None else place
        index = max(0, min(index, self.row_count - 1)) if self._source.total is not None else index
        self.cursor = index
        self.top = self._top_for(index, self.top + index - old)
        row = self.current_row
        if row is not None:
            self._anchor = self._source.key(row)
        if index != old:
            self.post_message(self.CursorMoved(self, index))

    # -- where one is ------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows there are, as far as is known."""
        return self._source.total or 0

    @property
    def current_row(self) -> Any | None:
        """The row under the cursor; None when there is none or it is not loaded."""
        return self._source.get(self.cursor) if self.cursor < self.row_count else None

    @property
    def position_text(self) -> str:
        """Where the cursor is, as "1,234 of 1,000,000" (and how many are marked)."""
        total = self._source.total
        place = "…" if total is None else f"{self.cursor + 1:,} of {total:,}" if total else "0 of 0"
        return f"{place} · {len(self._marks):,} marked" if self._marks else place

    def move_to_percent(self, percent: float) -> None:
        """Put the cursor at a hundredth of the list: 0 is the first row, 100 the last."""
        self.move_to(round((self.row_count - 1) * max(0.0, min(percent, 100.0)) / 100))

    def move_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; False when it is not loaded."""
        place = self._source.index_of(key)
        if place is not None:
            self.move_to(place)
        return place is not None

    def cursor_moved(self) -> None:
        """Remember the row and ask for those that are near and not loaded."""
        row = self.current_row
        self._anchor = None if row is None else self._source.key(row)
        self._ask()

    # -- rows that are not loaded ------------------------------------------------------------------------------------

    def _missing(self) -> tuple[int, int] | None:
        """First and count of the rows that are wanted and not loaded: this page first, then one on either side."""
        page, total = self.page_height, self._source.total
        if total is None:
            return (self.top, 2 * page)
        get = self._source.get
        here = range(self.top, min(self.top + page, total))
        near = range(max(0, self.top - page), min(self.top + 2 * page, total))
        for wanted in (here, near):
            gaps = [index for index in wanted if get(index) is None]
            if gaps:
                return (min(gaps), max(gaps) - min(gaps) + 1)
        return None

    def _ask(self) -> None:
        """Ask for missing rows: at once, then at most every `ASK_PAUSE` seconds with what is wanted by then."""
        if not self.is_attached or not self.size.height:
            return
        missing = self._missing()
        if missing is None or missing == self._asked or self._ask_timer is not None:
            return
        self._asked = missing
        self.post_message(self.RowsNeeded(self, *missing))
        self._ask_timer = self.set_timer(ASK_PAUSE, self._ask_again)

    def _ask_again(self) -> None:
        self._ask_timer = None
        self._ask()

    # -- marks -------------------------------------------------------------------------------------------------------

    @property
    def marked_keys(self) -> frozenset[Hashable]:
        """Keys of the marked rows."""
        return frozenset(self._marks)

    @property
    def marked_rows(self) -> list[Any]:
        """The marked rows as last seen, in the order they were marked, loaded or not."""
        return list(self._marks.values())

    @property
    def chosen_rows(self) -> list[Any]:
        """What an action is for: the marked rows, or the row under the cursor when none is marked."""
        row = self.current_row
        return self.marked_rows if self._marks else [] if row is None else [row]

    def _marks_changed(self, not_loaded: int = 0) -> None:
        self.refresh()
        self.post_message(self.MarksChanged(self, not_loaded))

    def _mark_line(self, index: int, *, toggle: bool) -> None:
        row = self._source.get(index)
        if row is None:
            return
        key = self._source.key(row)
        if toggle and key in self._marks:
            del self._marks[key]
        else:
            self._marks[key] = row
        self.repaint_rows(index)
        self.post_message(self.MarksChanged(self))

    @property
    def range_active(self) -> bool:
        """Whether a range is being drawn (`mark_range` began it and will end it)."""
        return self._range_start is not None

    def _in_range(self, index: int) -> bool:
        start = self._range_start
        return start is not None and min(start, self.cursor) <= index <= max(start, self.cursor)

    def action_mark(self) -> None:
        """Mark or unmark the row and go on to the next; ends a range that is being drawn."""
        if self.range_active:
            self.action_mark_range()
            return
        self._mark_line(self.cursor, toggle=True)
        self.move_to(self.cursor + 1)

    def action_mark_down(self) -> None:
        """Mark the row and the next one, going down."""
        self._mark_line(self.cursor, toggle=False)
        self.move_to(self.cursor + 1)
        self._mark_line(self.cursor, toggle=False)

    def action_mark_up(self) -> None:
        """Mark the row and the one before, going up."""
        self._mark_line(self.cursor, toggle=False)
        self.move_to(self.cursor - 1)
        self._mark_line(self.cursor, toggle=False)

    def action_mark_range(self) -> None:
        """Begin a range at this row, or mark the one that was begun."""
        start = self._range_start
        if start is None:
            self._range_start = self.cursor
            self.repaint_rows(self.cursor)
            return
        self._range_start = None
        indexes = range(min(start, self.cursor), max(start, self.cursor) + 1)[:RANGE_LIMIT]
        rows = [row for row in map(self._source.get, indexes) if row is not None]
        self._marks.update((self._source.key(row), row) for row in rows)
        self._marks_changed(len(indexes) - len(rows))

    def action_unmark_all(self) -> None:
        """Give up the range that is being drawn, else unmark all rows; without either the key is for others."""
        if self._range_start is None and not self._marks:
            raise SkipAction
        if self._range_start is None:
            self._marks.clear()
        self._range_start = None
        self._marks_changed()

    def move_to(self, index: int, *, top: int | None = None) -> None:
        """Put the cursor on a row; see `VirtualList.move_to`."""
        old = self.cursor
        super().move_to(index, top=top)
        if self.range_active:
            self.repaint_rows(*range(min(old, self.cursor), max(old, self.cursor) + 1)[: self.page_height * 2])

    # -- painting ----------------------------------------------------------------------------------------------------

    @property
    def header_height(self) -> int:
        """One line for the column titles, where there is room for it."""
        return 1 if self.show_header and self.size.height > 3 else 0

    def _laid_out(self, width: int) -> list[tuple[Column, int]]:
        if width != self._layout_width:
            self._layout = share_width(self._columns, max(1, width - GUTTER)) if self._columns else []
            self._layout_width = width
        return self._layout

    def header_line(self, width: int) -> Strip:
        """The titles, with a sign at the sorted one."""
        cells = [" " * GUTTER]
        for column, room in self._laid_out(width):
            title = column.title
            if column.key == self.sort_key:
                while cell_len(title) >= room and title:
                    title = title[:-1]
                title += "▼" if self.descending else "▲"
            cells.append(fit(title, room, right=column.align == "right") + " " * GAP)
        return self.text_line("".join(cells), width, self.style_of("header"))

    def row_line(self, index: int, width: int) -> Strip:
        """One row: signs of cursor and mark, then its cells."""
        row = self._source.get(index)
        at_cursor = index == self.cursor
        if row is None:
            text = (">" if at_cursor else " ") + " …"
            return self.text_line(text, width, self.style_of("cursor" if at_cursor else "muted"))
        marked = self._source.key(row) in self._marks
        sign = (">" if at_cursor else " ") + ("*" if marked else "+" if self._in_range(index) else " ")
        plain = self.style_of("cursor" if at_cursor else "strong" if marked else "plain")
        style_of = None if at_cursor else self.style_of
        return Strip(row_segments(row, self._laid_out(width), sign, plain, style_of)).adjust_cell_length(width, plain)

    def empty_line(self, line: int, width: int) -> Strip:
        """Why there are no rows, on the first line below the titles."""
        text = ""
        if line == 0 and not self.row_count:
            text = "  " + safe(self.loading_text if self._source.total is None else self.empty_text)
        return self.text_line(fit(text, width), width, self.style_of("muted"))
