"""The order board: what is to be bought, sold, taken back and moved, by state or by target date."""

from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.actions import BY_ID, Action
from tui.history import Place
from tui.screens.order_calendar import WIDE
from tui.screens.order_filters import OrderFilters
from tui.state import ClientState
from tui.views.formats import quantity
from tui.views.orders import MODELS, Order, kind_of_model, lines_in_words, model_of
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.month_grid import MonthGrid
from tui.widgets.orders_table import OrdersTable, order_columns
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList
from workflow.orders import KINDS, kind_of

__all__ = ["OrderBoard", "board_of"]

#: As many columns as a kind has open states, and one for what is done.
COLUMNS = 4
#: From this width on the rows show state, lines and total.
_FIGURES = 66


def board_of(text: str, state: ClientState, can: Callable[[str, str], bool]) -> Place:
    """The board of the kind whose name `text` begins, else of the kind shown last, else of one that may be seen."""
    wanted = text.strip().casefold() or state.get("orders", "kind", KINDS[0].name)
    allowed = [kind for kind in KINDS if can(kind.role, "view")] or list(KINDS)
    kind = next((kind for kind in allowed if kind.name.startswith(wanted)), allowed[0])
    return Place("orders", model_of(kind), None)


class OrderBoard(OrderFilters):
    """Orders of one kind at a time. Wide it has a column for each open state, else one list under headings."""

    SCOPES: ClassVar[tuple[str, ...]] = ("orders", "list", "global")
    TRANSITION_SCOPE: ClassVar[str] = "orders"
    TITLE_TEXT: ClassVar[str] = "Orders"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = "../styles/orders.tcss"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-narrow"),
        (60, "-normal"),
        (WIDE, "-wide"),
    ]

    def __init__(self, place: Place) -> None:
        super().__init__(kind_of_model(place.model))
        self.return_to = place
        self._active = 0
        self._offered: object = None

    def compose(self) -> ComposeResult:
        yield Line(id="kinds")
        yield Line(id="heads")
        with Horizontal(id="columns"):
            for number in range(COLUMNS):
                classes = "later" if number else ""
                yield OrdersTable(id=f"column-{number}", empty_text="Loading ...", classes=classes)
            yield MonthGrid()
        yield Line(id="about")
        yield Line(id="more")
        yield FilterBar(placeholder="reference, partner, description ...")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.recall(self.return_to.text if self.return_to else "")
        for table in self.query(OrdersTable):
            table.today, table.ascii_only = self.today, self.bincard.theme == "mono"
        self.deal_out()
        self.set_focus(self._table(0))
        self.begin()

    # Tables

    def _table(self, number: int) -> OrdersTable:
        return self.query_one(f"#column-{number}", OrdersTable)

    @property
    def in_columns(self) -> bool:
        """Whether each state has a column of its own."""
        return self.size.width >= WIDE and not self.by_date

    @property
    def table(self) -> OrdersTable:
        """The table that the keys are for."""
        focused = self.focused
        return focused if isinstance(focused, OrdersTable) else self._table(self._active if self.in_columns else 0)

    @property
    def order(self) -> Order | None:
        return self.table.order

    def focus_orders(self) -> None:
        self.set_focus(self._table(self._active if self.in_columns else 0))

    def deal_out(self) -> None:
        """Give the groups to the columns, or all of them to one list."""
        here = self.order
        columns = self.in_columns
        self.set_class(self.by_date, "-dates")
        for number in range(COLUMNS):
            table = self._table(number)
            table.display = columns or number == 0
            table.cards = columns
            routes = self.kind.name == "transfer"
            table.columns = order_columns(self.today, routes=routes, ascii_only=table.ascii_only)
            if self.groups:
                table.empty_text = "None." if columns else self._nothing()
                table.source = self.grouped(number if columns else None)
            self._head_column(table, number)
        if here is not None:
            self.point_at(here.pk)
        if not self.table.display:
            self.set_focus(self._table(0))

    def _head_column(self, table: OrdersTable, number: int) -> None:
        rows = table.grouped
        names = [group.title for group in self.groups if group.column == number]
        title = "Closed" if number == len(self.kind.open) and len(names) > 1 else names[0] if names else ""
        count = rows.orders if rows is not None else None
        table.heading = f"{title} · {quantity(count)}" if title and count is not None else title

    def _nothing(self) -> str:
        """Why the list is empty."""
        what = self.kind.plural.lower()
        if self.filters.text:
            return f"No {what} match {self.filters.text}. Esc shows all."
        narrowed = self.filters.late or self.filters.mine
        return f"No such {what}; see the filters above." if narrowed else f"No open {what}."

    def point_at(self, pk: int) -> bool:
        """Put the cursor on an order that is loaded; False when it is not."""
        for table in self.tables:
            if table.move_to_key(pk):
                if self.table is not table:
                    self.set_focus(table)
                return True
        return False

    def rows_loaded(self, *, anew: bool) -> None:
        if anew:
            self.months.clear()
        for number, table in enumerate(self.tables):
            self._head_column(table, number)
            table.refresh()
        self._return()
        if anew and self.order is None:
            self._focus_orders()
        self.show_heads()
        self.show_about()
        self.refresh_footer()

    def _return(self) -> None:
        """Put the cursor where it was when this place was left."""
        place = self.return_to
        if place is None:
            return
        self.return_to = None
        if place.cursor_pk is None or self.point_at(place.cursor_pk):
            return
        if not self.in_columns and 0 < place.cursor_row < self.table.row_count:
            self.table.move_to(place.cursor_row)

    def _focus_orders(self) -> None:
        """Go to the first column that has orders."""
        table = next((table for table in self.tables if table.row_count), None)
        if table is not None and self.focused not in (None, table) and isinstance(self.focused, OrdersTable):
            self.set_focus(table)

    def order_changed(self, order: Order) -> None:
        """Something was done to it: load anew, and follow it to where it went."""
        self.return_to = Place("orders", order.model, None, cursor_pk=order.pk, cursor_row=self.table.cursor)
        self.refresh_rows()

    # Place

    def place(self) -> Place:
        order = self.order
        return Place(
            "orders",
            model_of(self.kind),
            None,
            title=self.kind.plural,
            text=self.filters.text,
            cursor_pk=order.pk if order else None,
            cursor_row=self.table.cursor,
        )

    async def do_app_refresh(self) -> None:
        """Ask for the orders again."""
        self.refresh_rows()

    # Lines above and below

    def show_about(self) -> None:
        """Say more of the order under the cursor."""
        order = self.order
        wide = self.size.width >= WIDE
        about, more = self.query_one("#about", Line), self.query_one("#more", Line)
        if order is None:
            about.show([])
            more.show([])
        elif wide:
            about.show([(f"{order.reference}  ", "bold"), (order.partner, ""), (f"  {order.description}", "$muted")])
            more.show([(_facts(order, "", figures=True), "")])
        else:
            about.show([(_facts(order, order.description, figures=self.size.width < _FIGURES), "")])
        self.show_month()

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is not self.table:
            return
        self.show_about()
        order = self.order
        offered = (order.kind.name, order.state) if order else None
        if offered != self._offered:
            self._offered = offered
            self.refresh_footer()

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        for number in range(COLUMNS):
            if self.focused is self._table(number):
                self._active = number
                self.show_about()

    def on_resize(self, event: events.Resize) -> None:
        if self.groups:
            self.deal_out()
        self.show_heads()
        self.show_about()

    # What is offered

    def current_scopes(self) -> tuple[str, ...]:
        typing = self.focused is not None and self.focused.parent is self.query_one(FilterBar)
        return ("filter",) if typing else self.SCOPES

    def offers(self, action: Action) -> bool:
        scope, _, name = action.id.partition(".")
        can = self.bincard.session.can
        if scope == "orders" and name in MODELS:
            return can(kind_of(name).role, "view")
        match action.id:
            case "orders.new":
                return can(self.kind.role, "add")
            case "orders.closed":
                return not self.by_date
            case "orders.left" | "orders.right":
                return self.in_columns or self.by_date
            case "orders.next_kind" | "orders.last_kind":
                return len(self.kinds) > 1
            case "list.open" | "list.yank_row":
                return self.order is not None
            case _:
                return super().offers(action)

    def footer_keys(self) -> list[tuple[str, str]]:
        """Without the way to where one is."""
        here = self.bincard.keymap.display(BY_ID["app.orders"])
        return [(key, label) for key, label in super().footer_keys() if key != here]

    # Moving

    def do_orders_right(self, step: int = 1) -> None:
        """Go to the next column that has orders, or to the next week."""
        if not self.in_columns:
            self.table.move_to_group(step)
            return
        tables = self.tables
        here = tables.index(self.table)
        there = (tables[place] for place in range(here + step, len(tables) if step > 0 else -1, step))
        table = next((each for each in there if each.row_count), None)
        if table is not None:
            self.set_focus(table)

    def do_orders_left(self) -> None:
        """Go to the column before, or to the week before."""
        self.do_orders_right(-1)

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Open the order."""
        order = self.order
        if order is not None:
            await self.bincard.go(Place("order", order.model, order.pk, title=order.reference))

    def do_list_yank_row(self) -> None:
        """Copy the order as a line for a spreadsheet."""
        order = self.order
        if order is not None:
            self.bincard.copy("\t".join(column.text(order) for column in self.table.columns[1:]), "the row")

    async def do_orders_short(self) -> None:
        """Show what is short, and what to order of it."""
        await self.bincard.go(Place("reorder", "part", None))

    # New

    async def do_orders_new(self) -> None:
        """Make an order of this kind and open it."""
        from tui.screens.order_form import OrderForm

        await self.bincard.push_screen(OrderForm(self.kind), self._made)

    async def _made(self, order: Order | None) -> None:
        if order is not None:
            self.bincard.announce(f"{order.reference} is there.", "good")
            await self.bincard.go(Place("order", order.model, order.pk, title=order.reference))


def _facts(order: Order, description: str, *, figures: bool) -> str:
    """What is known of an order, in one line; `figures` are those that a row shows too where there is room."""
    lines = f"{lines_in_words(order, 0)} lines" if order.lines else "no lines"
    facts = [description, *((order.state_label, lines, order.price) if figures else ())]
    facts.append(f"{order.shipments_done}/{order.shipments} shipments" if order.shipments else "")
    facts.append(f"due {order.target}" if order.target else "no target date")
    facts += [f"issued {order.issued}" if order.issued else "", order.partner_reference, order.project_code]
    facts.append(order.responsible)
    return " · ".join(fact for fact in facts if fact)
