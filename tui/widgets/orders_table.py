"""Orders under headings: a line for each where the table is wide, a card of two lines in a column of the board."""

from datetime import date

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip

from tui.views.formats import quantity
from tui.views.order_groups import GroupedRows, Heading
from tui.views.orders import Order, lines_in_words
from tui.widgets.columns import Column, fit
from tui.widgets.progress_bar import bar
from tui.widgets.resource_table import ResourceTable

__all__ = ["OrdersTable", "order_columns"]

#: Lines of a card.
_CARD = 2
#: Cells of a progress bar.
_BAR = 5


def order_columns(today: date, *, routes: bool = False, ascii_only: bool = False) -> tuple[Column, ...]:
    """The columns of a list of orders, as of a day; `routes` for transfers, which have two places and no price."""

    def mark(order: Order) -> str:
        return "!" if order.overdue else ""

    def late(order: Order) -> str:
        return "bad" if order.overdue else ""

    def lines(order: Order) -> str:
        return lines_in_words(order, 0) if order.lines else "-"

    def drawn(order: Order) -> str:
        return bar(order.lines_done, order.lines, _BAR, ascii_only=ascii_only)

    def reference(order: Order) -> str:
        return order.reference

    def partner(order: Order) -> str:
        return order.partner

    def description(order: Order) -> str:
        return order.description

    columns = (
        Column("late", "", mark, width=1, priority=0, hint="bad"),
        Column("reference", "Reference", reference, width=11, min_width=8, hint="strong", priority=0),
        Column(
            "partner",
            "Route" if routes else "With",
            partner,
            width=30 if routes else 20,
            min_width=8,
            flex=2,
            priority=1,
        ),
        Column("description", "Description", description, width=50, min_width=45 if routes else 18, flex=3, priority=8),
        Column("state", "State", lambda order: order.state_label, width=11, priority=4),
        Column("lines", "Lines", lines, width=7, min_width=5, align="right", priority=3, hint="number"),
        Column("bar", "", drawn, width=_BAR, priority=7),
        Column("total", "Total", lambda order: order.price, width=14, align="right", priority=5, hint="number"),
        Column("due", "Due", lambda order: order.due(today), width=11, align="right", priority=0, hint=late),
    )
    return tuple(column for column in columns if not (routes and column.key == "total"))


class OrdersTable(ResourceTable):
    """Rows are those of `GroupedRows`. The cursor stands on orders, never on a heading.

    Set `today`. `cards` shows each order on two lines under the `heading`, for a narrow column of the board.
    """

    today: date = date.min
    ascii_only = False
    cards = False
    heading = ""

    @property
    def order(self) -> Order | None:
        """The order under the cursor."""
        row = self.current_row
        return row if isinstance(row, Order) else None

    @property
    def grouped(self) -> GroupedRows | None:
        """The rows, None before there are any."""
        return self.source if isinstance(self.source, GroupedRows) else None

    # -- the cursor passes headings over -----------------------------------------------------------------------------

    def move_to(self, index: int, *, top: int | None = None) -> None:
        index = max(0, min(index, self.row_count - 1))
        wanted = self._beside_heading(index, -1 if index < self.cursor else 1)
        super().move_to(wanted, top=top)
        if wanted == 1 and self.top == 1 and index == 0:
            super().move_to(wanted, top=0)

    def refresh_rows(self) -> None:
        super().refresh_rows()
        if isinstance(self.current_row, Heading):
            self.move_to(self.cursor)

    def _beside_heading(self, index: int, step: int) -> int:
        """The row itself, or the order next to it when it is a heading: onwards if possible, else back."""
        if not isinstance(self.source.get(index), Heading):
            return index
        near = index + step
        return near if 0 <= near < self.row_count else index - step

    def move_to_group(self, step: int) -> None:
        """Put the cursor on the first order of the next group, or of the one before."""
        rows = self.grouped
        headings = rows.headings() if rows is not None else []
        if not headings:
            return
        here = max((place for place, row in enumerate(headings) if row < self.cursor), default=0)
        there = max(0, min(here + step, len(headings) - 1))
        self.move_to(headings[there] + 1, top=headings[there])

    # -- lines -------------------------------------------------------------------------------------------------------

    @property
    def row_height(self) -> int:
        """How many lines an order takes."""
        return _CARD if self.cards else 1

    @property
    def header_height(self) -> int:
        return 1 if self.cards else super().header_height

    @property
    def page_height(self) -> int:
        return max(1, (self.size.height - self.header_height) // self.row_height)

    def repaint_rows(self, *indexes: int) -> None:
        if not self.cards:
            super().repaint_rows(*indexes)
            return
        lines = {index - self.top for index in indexes if self.top <= index < self.top + self.page_height}
        if lines:
            first, width = self.header_height, self.size.width
            self.refresh(*(Region(0, line * _CARD + first, width, _CARD) for line in lines))

    def _show_place(self) -> None:
        if self.has_focus:
            x, y = self.content_region.offset
            line = (self.cursor - self.top) * self.row_height + self.header_height
            self.app.cursor_position = Offset(x, y + line)

    def on_click(self, event: events.Click) -> None:
        if not self.cards:
            return
        event.prevent_default()
        index = self.top + (event.y - self.header_height) // _CARD
        if event.y >= self.header_height and index < self.row_count:
            self.move_to(index)
            if event.chain == 2:
                self.action_select()

    def header_line(self, width: int) -> Strip:
        if not self.cards:
            return super().header_line(width)
        return self.text_line(fit(f" {self.heading}", width), width, self.style_of("header"))

    def render_line(self, y: int) -> Strip:
        if not self.cards:
            return super().render_line(y)
        width, line = self.size.width, y - self.header_height
        if line < 0:
            return self.header_line(width)
        place, part = divmod(line, _CARD)
        index = self.top + place
        if index < self.row_count and place < self.page_height:
            return self._card_line(index, part, width)
        return self.empty_line(line if not self.row_count else 1, width)

    def row_line(self, index: int, width: int) -> Strip:
        row = self.source.get(index)
        if isinstance(row, Heading):
            return self._heading_line(row, width)
        return super().row_line(index, width)

    def _heading_line(self, row: Heading, width: int) -> Strip:
        text = f" {row.title} · {quantity(row.total)}"
        return self.text_line(fit(text, width), width, self.style_of("header"))

    def _card_line(self, index: int, part: int, width: int) -> Strip:
        row = self.source.get(index)
        if isinstance(row, Heading):
            return self._heading_line(row, width) if part == 1 else self.text_line("", width, self.style_of("plain"))
        at_cursor = index == self.cursor
        style = self.style_of("cursor" if at_cursor else "plain")
        if row is None:
            return self.text_line(fit("  …" if part == 0 else "", width), width, style)
        sign = ">" if at_cursor and part == 0 and self.has_focus else " "
        if part == 0:
            mark = "!" if row.overdue else " "
            return self._pieces(sign, mark, fit(f"{row.reference} {row.partner}", width - 3), row, index, width)
        due, lines = row.due(self.today), lines_in_words(row, _BAR, ascii_only=self.ascii_only)
        room = max(0, width - 4 - cell_len(lines))
        return self._pieces(sign, " ", fit(due, room) + " " + lines, row, index, width)

    def _pieces(self, sign: str, mark: str, text: str, row: Order, index: int, width: int) -> Strip:
        """A line of a card; what is late in its own style, except under the cursor."""
        at_cursor = index == self.cursor
        plain = self.style_of("cursor" if at_cursor else "plain")
        bad = self.style_of("bad") if row.overdue and not at_cursor else plain
        segments = [Segment(sign, plain), Segment(mark, bad)]
        due = row.due(self.today)
        if row.overdue and due and text.startswith(due):
            segments += [Segment(due, bad), Segment(text[len(due) :], plain)]
        elif not at_cursor and text.startswith(row.reference):
            head = len(row.reference)
            segments += [Segment(text[:head], self.style_of("strong")), Segment(text[head:], plain)]
        else:
            segments.append(Segment(text, plain))
        return Strip(segments).adjust_cell_length(width, plain)
