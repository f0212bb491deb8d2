"""The reorder desk: what is short and what to order of it; Enter makes draft orders, one per supplier."""

import os
from decimal import Decimal
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.orders.reorder import Desk, DeskLine, Edit, Supply
from tui.orders.reorder_data import Attempt, Listed, Outcome, kept_edits, load_desk, load_supplies, told_edits
from tui.screens.list_commands import ListCommands
from tui.screens.picker import Picker
from tui.screens.reorder_dialogs import ExplainDialog, ReorderDialog
from tui.screens.reorder_rows import DESK, DeskTable, about, becomes, lines_in_words, offer_in_words
from tui.stock_actions.quantities import parse_quantity
from tui.views.formats import quantity
from tui.widgets.choice_list import Choice
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["ReorderScreen"]


class ReorderScreen(ListCommands):
    """Shows what is short; the part of the place alone where it has a pk."""

    SCOPES: ClassVar[tuple[str, ...]] = ("reorder", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Reorder desk"
    CSS_PATH: ClassVar[str] = "../styles/reorder.tcss"
    VIEW = DESK
    LABELS: ClassVar[dict[str, str]] = {"filter.accept": "Order so much", "filter.clear": "Leave it"}

    class Loaded(Message):
        """What is short and what was changed of it before, or why it is not known."""

        def __init__(self, part: int | None, listed: Listed | None, edits: dict[int, Edit], problem: str = "") -> None:
            super().__init__()
            self.part = part
            self.listed = listed
            self.edits = edits
            self.problem = problem

    class Supplied(Message):
        """Who sells a part, or why that is not known."""

        def __init__(self, part: int, supplies: list[Supply], problem: str = "") -> None:
            super().__init__()
            self.part = part
            self.supplies = supplies
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._part = place.pk
        self._title = place.title
        self._cursor_pk = place.cursor_pk
        self._desk = Desk()
        self._rows: ListRows = ListRows([], attrgetter("part"))
        self._listed: Listed | None = None
        self._restored = False
        self._attempt: Attempt | None = None

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield DeskTable(self._rows, self._begin)
        yield Line(id="about")
        with Horizontal(id="box"):
            yield Line(id="label")
            yield Field(placeholder="how many, also 4*250", select_on_focus=False, id="quantity")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.table.columns = tuple(DESK.chosen(self.shown_columns()))
        self._show_where()
        self.set_focus(self.table)
        self._load()

    # What is on the screen

    @property
    def table(self) -> DeskTable:
        return self.query_one(DeskTable)

    @property
    def field(self) -> Field:
        """Where a quantity is typed."""
        return self.query_one("#quantity", Field)

    @property
    def _line(self) -> DeskLine | None:
        line: DeskLine | None = self.table.current_row
        return line

    def place(self) -> Place:
        line = self._line
        return Place(
            "reorder", "part", self._part, title=self._title, cursor_pk=line.part if line is not None else None
        )

    def current_scopes(self) -> tuple[str, ...]:
        return ("filter",) if isinstance(self.focused, Input) else self.SCOPES

    def offers(self, action: Action) -> bool:
        line = self._line
        match action.id:
            case "reorder.order":
                return bool(self._desk.baskets(self._marked))
            case "reorder.quantity" | "reorder.skip":
                return line is not None and line.source is not None
            case "reorder.supplier":
                return line is not None and line.short > 0
            case "reorder.explain" | "reorder.compare" | "reorder.card":
                return line is not None
            case "reorder.all":
                return self._part is not None
            case "list.filter" | "list.open" | "list.pane":
                return False
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        line = self._line
        if action.id == "reorder.skip" and line is not None and line.edit.skipped:
            return "Take in"
        if action.id == "reorder.order" and self._marked:
            return "Order marked"
        return super().label_of(action)

    @property
    def _marked(self) -> tuple[int, ...]:
        return tuple(int(str(key)) for key in self.table.marked_keys)

    def _show_where(self) -> None:
        listed = self._listed
        left = f"Reorder desk: {self._title or 'one part'}" if self._part is not None else "Reorder desk"
        if listed is None:
            self.query_one("#where", Line).show([(left, "")])
            return
        shown = f"{len(listed.lines)} listed of " if listed.total > len(listed.lines) else ""
        kind = "" if listed.forecasts else "; low stock, without forecasts"
        self.query_one("#where", Line).show([(left + kind, "")], [(f"{shown}{quantity(listed.total)} short", "bold")])

    def _show_about(self) -> None:
        self._say(about(self._line))

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#about", Line).show([(text, style)] if text else [])

    def _show_rows(self) -> None:
        self._rows.replace(self._desk.lines)
        self.table.refresh_rows()
        self._show_about()
        self.refresh_footer()

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if self.focused is self.table:
            self._show_about()
            self.refresh_footer()

    # Loading

    @property
    def _kept_as(self) -> str:
        return f"edits {self.bincard.launch.url}"

    @work(exclusive=True, group="reorder")
    async def _load(self) -> None:
        part, session = self._part, self.bincard.session
        try:
            listed = await load_desk(session, part)
            kept = {} if self._restored else self.bincard.state.get("reorder", self._kept_as, {})
            edits = await kept_edits(session, kept, listed.lines) if kept else {}
        except ApiError as error:
            self.post_message(self.Loaded(part, None, {}, str(error)))
        else:
            self.post_message(self.Loaded(part, listed, edits))

    def on_reorder_screen_loaded(self, message: Loaded) -> None:
        if message.part != self._part:
            return
        listed = message.listed
        if listed is None:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh_rows()
            self.bincard.announce(message.problem, "error")
            return
        self._listed = listed
        self._restored = True
        self._desk.show(listed.lines)
        self._desk.restore(message.edits)
        self.table.empty_text = "Nothing is short."
        self._show_rows()
        if self._cursor_pk is not None:
            self.table.move_to_key(self._cursor_pk)
            self._cursor_pk = None
        self._show_where()

    def _changed(self) -> None:
        """Something was changed: show it, and keep it."""
        self.bincard.state.set("reorder", self._kept_as, told_edits(self._desk.edits))
        self._show_rows()

    # The quantity

    def _begin(self, text: str) -> None:
        """Take a quantity for the line under the cursor, which begins with `text`."""
        line = self._line
        if line is None or line.source is None or not self.bincard.session.can("purchase_order", "add"):
            return
        if self.focused is self.field:  # the digit came before the field had the focus
            self.field.insert_text_at_cursor(text)
            return
        self.query_one("#label", Line).show([(f"Order of {line.title}", "")])
        self.query_one("#box").display = True
        self.field.value = text
        self.set_focus(self.field)
        self.field.cursor_position = len(text)
        self.refresh_footer()

    def do_reorder_quantity(self) -> None:
        """Type how much to order."""
        self._begin("")

    def _end(self) -> None:
        self.query_one("#box").display = False
        self.set_focus(self.table)
        self._show_about()

    def on_input_changed(self, event: Input.Changed) -> None:
        line = self._line
        if self.focused is self.field and line is not None and line.source is not None:
            try:
                wanted = _units(event.value)
            except ValueError as error:
                self._say(str(error) if event.value else about(line), "$warn" if event.value else "")
            else:
                self._say(becomes(line.source, wanted, line.units))

    def do_filter_accept(self) -> None:
        """Order so much."""
        line = self._line
        try:
            wanted = _units(self.field.value)
        except ValueError as error:
            self._say(str(error), "bold $warn")
            self.bincard.bell()
            return
        if line is not None:
            self._desk.order(line.part, wanted)
        self._end()
        self._changed()

    def do_filter_clear(self) -> None:
        """Leave the quantity as it is."""
        self._end()

    # Commands

    def do_reorder_skip(self) -> None:
        """Leave the line out, or take it in again, and go to the next."""
        line = self._line
        if line is not None:
            self._desk.skip(line.part)
            self._changed()
            self.table.action_cursor_down()

    async def do_reorder_explain(self) -> None:
        """Explain each number of the line."""
        line = self._line
        if line is not None:
            await self.bincard.push_screen(ExplainDialog(line))

    async def do_reorder_card(self) -> None:
        """Show the bin card of the part."""
        line = self._line
        if line is not None:
            await self.bincard.go(Place("card", "part", line.part, title=line.name))

    async def do_reorder_compare(self) -> None:
        """Compare the suppliers of the part at this quantity."""
        line = self._line
        if line is not None:
            wanted = quantity(max(line.quantity, line.short) or 1).replace(" ", "")
            await self.bincard.go(Place("offers", "part", line.part, title=line.name, text=wanted))

    def do_reorder_supplier(self) -> None:
        """Choose who to order the part from."""
        line = self._line
        if line is not None:
            self._ask_suppliers(line)

    @work(exclusive=True, group="suppliers")
    async def _ask_suppliers(self, line: DeskLine) -> None:
        try:
            supplies = await load_supplies(self.bincard.session, line.part, line.short)
        except ApiError as error:
            self.post_message(self.Supplied(line.part, [], str(error)))
        else:
            self.post_message(self.Supplied(line.part, supplies))

    async def on_reorder_screen_supplied(self, message: Supplied) -> None:
        line = self._desk.line(message.part)
        if message.problem or line is None:
            self.bincard.announce(message.problem or "The line is gone.", "error")
            return
        if not message.supplies:
            self.bincard.announce("Nobody supplies this part.", "warning")
            return
        choices = [
            Choice(supply, f"{supply.supplier_name} {supply.sku}", offer_in_words(supply, line))
            for supply in message.supplies
        ]
        current = next(
            (one for one in message.supplies if line.source and one.supplier_part == line.source.supplier_part), None
        )

        def take(supply: Supply | None) -> None:
            if supply is not None:
                self._desk.take(message.part, supply)
                self._changed()

        await self.bincard.push_screen(Picker(f"Order {line.title} from whom?", choices, current=current), take)

    async def do_reorder_all(self) -> None:
        """Show all that is short."""
        self._part, self._title, self._listed = None, "", None
        self._restored = False
        self._show_where()
        self._load()

    async def do_reorder_close(self) -> None:
        """Go back to where one came from."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    def do_app_cancel(self) -> None:
        """Take away the marks."""
        if self.table.marked_keys or self.table.range_active:
            self.table.action_unmark_all()

    async def do_app_refresh(self) -> None:
        """Ask the server again; what was changed stays."""
        self._load()

    # Orders

    async def do_reorder_order(self) -> None:
        """Make draft orders, after a summary."""
        baskets = self._desk.baskets(self._marked)
        if self._attempt is None or self._attempt.baskets != baskets:
            self._attempt = Attempt(os.urandom(16).hex(), baskets)
        await self.bincard.push_screen(ReorderDialog(self._attempt), self._made)

    async def _made(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        self._attempt = None
        self._desk.forget(outcome.parts)
        self.do_app_cancel()
        self._changed()
        self._load()
        if outcome.refused:
            self.bincard.announce("Not ordered: " + " ".join(outcome.refused), "error")
        choices = [
            Choice(order, f"{order.reference} {order.supplier_name}", lines_in_words(order.lines, joined=order.joined))
            for order in outcome.orders
        ]
        made = f"{len(choices)} draft order{'s are' if len(choices) != 1 else ' is'} made. Open which?"
        await self.bincard.push_screen(Picker(made, choices), self._open)

    async def _open(self, order: object) -> None:
        pk, reference = getattr(order, "pk", None), str(getattr(order, "reference", ""))
        if pk is not None:
            await self.bincard.go(Place("order", "purchaseorder", pk, title=reference))


def _units(text: str) -> Decimal:
    """How much is to be ordered. Raises ValueError with what to type."""
    wanted = parse_quantity(text)
    if wanted < 0:
        raise ValueError("How many are wanted? 0 leaves the line out.")
    return wanted
