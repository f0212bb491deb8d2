"""A table with a line of its own at the bottom that says more of the row under the cursor, and where that is."""

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from tui.views.formats import quantity
from tui.widgets.columns import fit
from tui.widgets.resource_table import ResourceTable

__all__ = ["ItemsTable"]

_LEAST = 6


class ItemsTable(ResourceTable):
    """The detail line is part of the table so that a moved cursor repaints one widget only.

    Set `detail`, which gives the text for a row, and `on_cursor`, called when the cursor is on another row.
    """

    detail: Callable[[Any], str] | None = None
    on_cursor: Callable[[], None] | None = None

    @property
    def detail_height(self) -> int:
        """One line, where there is room for it."""
        return 1 if self.detail is not None and self.size.height >= _LEAST else 0

    @property
    def page_height(self) -> int:
        return max(1, self.size.height - self.header_height - self.detail_height)

    def cursor_moved(self) -> None:
        super().cursor_moved()
        if self.detail_height:
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))
        if self.on_cursor is not None:
            self.on_cursor()

    def render_line(self, y: int) -> Strip:
        if self.detail_height and y == self.size.height - 1:
            return self._detail_line(self.size.width)
        return super().render_line(y)

    def _detail_line(self, width: int) -> Strip:
        total, row = self.source.total, self.current_row
        place = f" {quantity(self.cursor + 1)} of {quantity(total)} " if total else ""
        text = self.detail(row) if row is not None and self.detail is not None else ""
        room = max(0, width - cell_len(place))
        return self.text_line(
            fit(f"  {text}", room) + place if room else fit(place, width), width, self.style_of("header")
        )

    def on_click(self, event: events.Click) -> None:
        if self.detail_height and event.y == self.size.height - 1:
            event.prevent_default()
