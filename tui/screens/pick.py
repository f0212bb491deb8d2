"""Pick and ship: one pick after another in walking order, each confirmed and posted; then check and ship."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError, Invalid
from tui.history import Place
from tui.keymap import display_key
from tui.orders.pick_data import PickData, load_pick_data
from tui.orders.pick_desk import Attempt, PickDesk, PickError, PickUncertain
from tui.orders.pick_round import PickRound, PickRow
from tui.orders.pick_scan import Scanned, is_item, is_location, known_code, scan, wrong_item, wrong_location
from tui.orders.picking import Allocation, Pick
from tui.orders.shipping import open_shipment
from tui.screens.pick_commands import PickCommands
from tui.screens.pick_rows import PICK_COLUMNS
from tui.screens.pick_short import ShortPick
from tui.screens.pick_task import PickTask
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity
from tui.views.orders import kind_of_model
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.prompt_line import PromptLine
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.sentence import Sentence
from tui.widgets.status_line import NOTICE_STYLES, StatusLine

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["PickScreen"]

#: Below this width there is one prompt at a time, and the list only when asked for.
NARROW = 60


class Stage(Enum):
    """What the prompt asks for."""

    LOCATION = "Location"
    ITEM = "Item"
    QUANTITY = "Quantity"
    NOTHING = ""


class PickScreen(PickCommands):
    """Shows `place`, whose model is "salesorder" or "transferorder"."""

    SCOPES: ClassVar[tuple[str, ...]] = ("pick", "global")
    TITLE_TEXT: ClassVar[str] = "Pick and ship"
    CSS_PATH: ClassVar[str] = "../styles/pick.tcss"

    class Loaded(Message):
        """The order is known."""

        def __init__(self, data: PickData) -> None:
            super().__init__()
            self.data = data

    class Failed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    class Looked(Message):
        """The server knows a code as this, or not at all; with the error where it could not say."""

        def __init__(self, text: str, scanned: Scanned | None, error: ApiError | None = None) -> None:
            super().__init__()
            self.text = text
            self.scanned = scanned
            self.error = error

    class Taken(Message):
        """A pick was posted."""

        def __init__(
            self, pick: Pick, amount: Decimal, shipment: int | None, allocations: Sequence[Allocation],
            short: ShortPick | None,
        ) -> None:  # fmt: skip
            super().__init__()
            self.pick = pick
            self.amount = amount
            self.shipment = shipment
            self.allocations = allocations
            self.short = short

    class NotTaken(Message):
        """A pick was not posted, or it is not known."""

        def __init__(self, error: PickError | ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._kind = kind_of_model(place.model)
        self._rows = ListRows((), key=lambda row: row.pk)
        self._stage = Stage.NOTHING
        self._confirmed_location: int | None = None
        self._attempt: Attempt | None = None
        self._posting = False
        self._offered = ""

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Sentence(id="last")
        yield ResourceTable(
            PICK_COLUMNS, self._rows, id="picks", empty_text="Nothing to pick.", loading_text="Loading ..."
        )
        with Vertical(id="task_box"):
            yield PickTask()
            yield PromptLine()
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#where", Line).show([(self._place.title or "Pick", "bold")])
        self.set_class(self.size.width < NARROW, "-narrow")
        self.prompt.busy("Loading ...")
        self.set_focus(self.prompt.field)
        self.load()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")

    @property
    def prompt(self) -> PromptLine:
        """Where picks are confirmed."""
        return self.query_one(PromptLine)

    @property
    def table(self) -> ResourceTable:
        """The pick list."""
        return self.query_one("#picks", ResourceTable)

    @property
    def scans(self) -> bool:
        """Whether each pick is confirmed by scanning location and item."""
        return bool(self.bincard.state.get("pick", "scans", True))

    @property
    def desk(self) -> PickDesk:
        return PickDesk(self.bincard.session.client, self._kind, self._place.pk or 0)

    @property
    def is_busy(self) -> bool:
        return self._posting

    @property
    def in_list(self) -> bool:
        return self.focused is self.table

    @property
    def row(self) -> PickRow | None:
        row: PickRow | None = self.table.current_row
        return row

    def place(self) -> Place:
        title = self.order.reference if self.order is not None else self._place.title
        return replace(self._place, title=title)

    def say(self, text: str, severity: str = "information") -> None:
        sign, style = NOTICE_STYLES[severity]
        # On a narrow screen the last result is the top line; else it stands by the prompt, where the eye is.
        narrow = self.has_class("-narrow")
        self.query_one("#last", Sentence).say(text if narrow else "", style, sign)
        self.prompt.say("" if narrow else text, style, sign)
        if severity in ("warning", "error"):
            self.bincard.bell()

    # Loading

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        if self._place.pk is None:
            return
        try:
            data = await load_pick_data(self.bincard.session.client, self._place.model, self._place.pk)
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(data))

    async def on_pick_screen_loaded(self, message: Loaded) -> None:
        first = self.round is None
        if self.round is None:
            self.round = PickRound(message.data, date.today())
        else:
            self.round.renew(message.data)
        self._posting = False
        self.ask_next()
        if first and len(message.data.open_shipments) > 1 and self.may_pick:
            await self.do_pick_shipment()

    def on_pick_screen_failed(self, message: Failed) -> None:
        self._posting = False
        self.table.loading_text = self.table.empty_text = "Not loaded; r tries again."
        self.table.refresh()
        self.say(f"Not loaded: {message.error}", "error")
        self._to_list()

    async def do_app_refresh(self) -> None:
        """Load the order again."""
        self.load()

    def on_pick_commands_changed(self, message: PickCommands.Changed) -> None:
        if message.problem:
            self.say(message.problem, "error")
        else:
            self.say(message.said, "good")
        self.load()

    # What is asked next

    def ask_next(self) -> None:
        """Show the list as it is now, and ask for what the next pick needs first."""
        if self.round is None:
            return
        row = self.row
        self._rows.replace(self.round.rows())
        self.table.refresh_rows()
        self._show_where(self.round)
        pick = self.round.current if self.may_pick else None
        self.query_one(PickTask).show(pick, self._summary(self.round) if pick is None else "")
        if pick is None:
            self._stage = Stage.NOTHING
            self._drop_ahead()
            self.prompt.busy("")
            self._to_list()
        else:
            if row is None or not self.in_list:
                self.table.move_to_key(("pick", *pick.key))
            self._ask(self._first_stage(pick))
        self.set_class(pick is None, "-done")
        self.refresh_footer()

    def _show_where(self, round_: PickRound) -> None:
        order = round_.data.order
        shipment = self.shipment
        right = f"{round_.lines_done} of {len(round_.data.lines)} lines"
        if shipment is not None and self.size.width >= NARROW:
            right = f"shipment {shipment.reference}{' checked' if shipment.checked_by else ''} · {right}"
        partner = f"  {order.partner}" if order.partner else ""
        self.query_one("#where", Line).show([(f"Pick {order.reference}", "bold"), (partner, "")], [(right, "")])

    def _summary(self, round_: PickRound) -> str:
        """What is said when there is nothing to pick."""
        order = round_.data.order
        if not round_.data.lines:
            return f"{order.reference} has no lines with stock to pick."
        if not self.may_pick and order.state != "COMPLETE" and order.is_open:
            return f"{order.reference} is {order.state_label}; your role, or its state, does not let you pick."
        if not order.is_open:
            return f"{order.reference} is {order.state_label}: nothing to pick."
        short = f" No stock was found for {round_.shortage}." if round_.list.missing else ""
        if round_.in_shipment and self._kind.name == "sales":
            return f"{'All there is' if short else 'All'} is picked.{short} Check and ship."
        if self._kind.name == "transfer" and round_.picked:
            what = "uses it up" if order.row.get("consume") else "moves it"
            issue = "" if order.state == "ISSUED" else " first issue the order,"
            return f"{'All there is' if short else 'All'} is picked.{short} Then{issue} Complete {what}."
        return f"All is picked and shipped.{short}" if not short else f"Nothing can be picked.{short}"

    def _first_stage(self, pick: Pick) -> Stage:
        if not self.scans:
            return Stage.QUANTITY
        known = pick.lot.location is None or pick.lot.location == self._confirmed_location
        return Stage.ITEM if known else Stage.LOCATION

    def _ask(self, stage: Stage) -> None:
        pick = self.round.current if self.round is not None else None
        if pick is None:
            return
        self._stage = stage
        match stage:
            case Stage.LOCATION:
                self.prompt.ask("Scan location", placeholder=pick.lot.where)
            case Stage.ITEM:
                hint = pick.lot.mark or pick.lot.ipn or pick.lot.part_name
                self.prompt.ask("Scan item", placeholder=hint)
            case _:
                if self.prompt.text == self._offered:
                    # Nobody typed it: what is offered now takes its place.
                    self.prompt.field.value = ""
                attempt = self._attempt
                again = attempt is not None and attempt.pick.key == pick.key
                self._offered = quantity(attempt.amount if attempt is not None and again else pick.quantity)
                self.prompt.ask("Quantity", self._offered)
        self.refresh_footer()

    def _to_list(self) -> None:
        self.set_focus(self.table)
        self.add_class("-list")
        self.refresh_footer()

    def _to_prompt(self) -> None:
        self.set_focus(self.prompt.field)
        self.remove_class("-list")
        self.refresh_footer()

    def _refuse(self, sentence: str) -> None:
        """Say why it cannot be, and ask again; what was typed ahead was meant for another state of things."""
        ahead = self._drop_ahead()
        self.say(f"{sentence}{ahead}", "error")
        self._ask(self._stage)

    def _drop_ahead(self) -> str:
        texts = self.prompt.drop()
        return f" Not used: {', '.join(texts)}." if texts else ""

    # What was entered

    async def take_scan(self, text: str) -> None:
        """A scan while the list has the keys is for the prompt, where there is one."""
        if self._stage is Stage.NOTHING:
            await super().take_scan(text)
            return
        self._to_prompt()
        self.prompt.put(text)

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        pick = self.round.current if self.round is not None else None
        if pick is None:
            return
        text = message.text
        match self._stage:
            case Stage.LOCATION if is_location(text, pick):
                self._location_confirmed(pick)
            case Stage.ITEM if self._is_item(text, pick):
                self._item_confirmed(pick)
            case Stage.ITEM if is_location(text, pick):
                # Some scan the shelf for every pick; that it is the right one still is no reason to complain.
                self._ask(Stage.ITEM)
            case Stage.LOCATION | Stage.ITEM if not text:
                self._refuse(f"Scan or type the {self._stage.value.lower()}. F4 turns scanning off.")
            case _ if text.casefold() in _LETTERS:
                self._ask(self._stage)
                self.run_worker(self.bincard.run_by_id(_LETTERS[text.casefold()]), group="letter")
            case Stage.QUANTITY:
                self._quantity_entered(text, pick, scanned=message.key == "scan")
            case _:
                self.prompt.busy("Looking up ...")
                self._look_up(text)

    def _is_item(self, text: str, pick: Pick, scanned: Scanned | None = None) -> bool:
        return self.round is not None and is_item(text, pick, self.round.beside(pick), scanned)

    @work(exclusive=True, group="scan")
    async def _look_up(self, text: str) -> None:
        try:
            self.post_message(self.Looked(text, await scan(self.bincard.session.client, text)))
        except ApiError as error:
            self.post_message(self.Looked(text, None, error))

    def on_pick_screen_looked(self, message: Looked) -> None:
        pick = self.round.current if self.round is not None else None
        if pick is None or self.round is None:
            return
        text, scanned = message.text, message.scanned
        if message.error is not None:
            self._refuse(f"{message.error} Scan again.")
        elif self._stage is Stage.LOCATION:
            if is_location(text, pick, scanned):
                self._location_confirmed(pick)
            else:
                self._refuse(wrong_location(text, pick, scanned))
        elif self._is_item(text, pick, scanned):
            self._item_confirmed(pick)
        else:
            self._refuse(wrong_item(text, pick, self.round.beside(pick), scanned))

    def _location_confirmed(self, pick: Pick) -> None:
        self._confirmed_location = pick.lot.location
        self.say("")
        self._ask(Stage.ITEM)

    def _item_confirmed(self, pick: Pick) -> None:
        self.say("")
        if pick.lot.serial:
            self._post(pick, pick.quantity)
        else:
            self._ask(Stage.QUANTITY)

    def _quantity_entered(self, text: str, pick: Pick, *, scanned: bool) -> None:
        if scanned or known_code(text) is not None:
            same = self._is_item(text, pick) or is_location(text, pick)
            self._refuse("How many do you take?" if same else f"{text} is no quantity. How many do you take?")
            return
        try:
            amount = parse_quantity(text)
        except QuantityError as error:
            self._refuse(f"{str(error).capitalize()}. How many do you take?")
            return
        wanted = pick.line.amount(pick.quantity)
        if amount > pick.quantity:
            self._refuse(f"Only {wanted} {'is' if pick.quantity == 1 else 'are'} wanted here, not {quantity(amount)}.")
        elif amount == 0:
            self._refuse("0 is no pick. F6 says that there are fewer, F8 skips.")
        else:
            self._post(pick, amount)

    # Posting

    def _post(self, pick: Pick, amount: Decimal, short: ShortPick | None = None) -> None:
        self._posting = True
        self.prompt.busy("Posting ...")
        self.refresh_footer()
        self._take(pick, amount, self.round.shipment if self.round is not None else None, short)

    @work(group="pick")
    async def _take(self, pick: Pick, amount: Decimal, shipment: int | None, short: ShortPick | None) -> None:
        client = self.bincard.session.client
        try:
            if self._kind.name == "sales" and shipment is None:
                shipment = (await open_shipment(client, self._place.pk or 0)).pk
            if short is not None and not amount:
                if pick.promised is not None:
                    await self.desk.give_back(pick.promised)
                allocations: Sequence[Allocation] = await self.desk.read()
            else:
                allocations = await self.desk.take(pick, amount, shipment, self._attempt)
        except (PickError, ApiError) as error:
            self.post_message(self.NotTaken(error))
        else:
            self.post_message(self.Taken(pick, amount, shipment, allocations, short))

    def on_pick_screen_taken(self, message: Taken) -> None:
        if self.round is None:
            return
        self._posting, self._attempt = False, None
        pick, short = message.pick, message.short
        taken = f"{pick.line.amount(message.amount)} x {pick.lot.label} from {pick.lot.where}"
        if short is not None:
            self.round.found_short(pick)
            self.say(f"Short: {taken} instead of {quantity(pick.quantity)}. The rest is looked for elsewhere.", "good")
        else:
            self.say(f"Picked {taken}.", "good")
        self.round.absorb(message.allocations)
        if self.round.shipment != message.shipment:
            # The first pick made a shipment that is not known here yet.
            self.round.shipment = message.shipment
            self.load()
        self.ask_next()
        if short is not None and short.count:
            self._count(pick)

    def on_pick_screen_not_taken(self, message: NotTaken) -> None:
        self._posting = False
        error = message.error
        if isinstance(error, PickUncertain):
            self._attempt = error.attempt
            self._refuse(f"{error} Enter finds out.")
            return
        self._attempt = None
        if isinstance(error, PickError | Invalid):
            hint = " F6 takes fewer, F7 another item." if isinstance(error, Invalid) else ""
            self.say(f"{'Refused: ' if hint else ''}{error}{hint}{self._drop_ahead()}", "error")
            self.load()
        else:
            self._refuse(f"Not picked: {error}")

    def take_short(self, pick: Pick, short: ShortPick) -> None:
        self._post(pick, short.found, short)

    @work(group="count")
    async def _count(self, pick: Pick) -> None:
        """Offer to count the item that was short; what it is to hold is what was found."""
        from tui.screens.pick_count import count_dialog

        try:
            dialog = await count_dialog(self.bincard.session.client, pick.lot.pk)
        except ApiError as error:
            self.post_message(self.Changed("", f"The item cannot be counted now: {error}"))
            return
        if dialog is not None:
            await self.bincard.push_screen(dialog, self._counted)

    def _counted(self, posting: "Posting | None") -> None:
        from tui.screens.item_commands import outcome_of

        if posting is not None:
            self.bincard.announce(*outcome_of(posting))
            self.load()

    # Commands

    def footer_keys(self) -> list[tuple[str, str]]:
        """While the prompt has the keys, letters are text: then only what has another key is shown."""
        if self.in_list:
            return super().footer_keys()
        keymap = self.bincard.keymap
        shown = sorted((action for action in self.available() if action.footer), key=lambda action: action.footer)
        shown.sort(key=lambda action: action.id == "app.help")
        keys = [(next((key for key in keymap.keys(action) if len(key) > 1), ""), action) for action in shown]
        return [(display_key(key), self.label_of(action)) for key, action in keys if key]

    def label_of(self, action: Action) -> str:
        if action.id == "pick.accept":
            if self.in_list:
                return "Pick this"
            return {"Location": "Confirm", "Item": "Confirm", "Quantity": "Take"}.get(self._stage.value, "Confirm")
        if action.id == "pick.list":
            return "Prompt" if self.in_list else "List"
        if action.id == "pick.scans":
            return "Scan off" if self.scans else "Scan on"
        if action.id == "pick.check" and self.shipment is not None and self.shipment.checked_by:
            return "Uncheck"
        return super().label_of(action)

    def offers(self, action: Action) -> bool:
        match action.id:
            case "pick.accept":
                return not self.in_list or (self.row is not None and self.row.pick is not None)
            case "pick.list":
                return not self.in_list or self._stage is not Stage.NOTHING
            case "pick.close":
                return self.in_list
            case _:
                return super().offers(action)

    async def do_pick_accept(self) -> None:
        """Confirm what is in the prompt; in the list, make this the next pick."""
        if not self.in_list:
            self.prompt.press()
        elif self.round is not None and self.row is not None and self.row.pick is not None:
            self.round.choose(self.row.pick)
            self._to_prompt()
            self.ask_next()

    async def do_pick_list(self) -> None:
        """From the prompt to the list, or back."""
        if self.in_list:
            self._to_prompt()
        else:
            self._to_list()

    async def do_pick_scans(self) -> None:
        """Confirm by scanning, or by Enter alone."""
        self.bincard.state.set("pick", "scans", not self.scans)
        self.say("Each pick is confirmed by scanning." if self.scans else "Enter alone confirms a pick.")
        if self.round is not None and not self._posting and self._stage is not Stage.NOTHING:
            self._drop_ahead()
            self.ask_next()

    def do_app_cancel(self) -> None:
        """Clear what is typed; then go to the list; from there stop what is being loaded."""
        if self._posting:
            self.say("Already sent; waiting for the answer ...", "warning")
        elif not self.in_list and self.prompt.text and self._stage is not Stage.QUANTITY:
            self.prompt.drop()
        elif not self.in_list:
            self._to_list()
        elif self._stage is not Stage.NOTHING:
            self._to_prompt()
        else:
            self.workers.cancel_node(self)

    async def do_pick_close(self) -> None:
        """Go back to where this was opened."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    def on_virtual_list_cursor_moved(self) -> None:
        self.refresh_footer()


#: Letters that, entered alone at the prompt, are commands: whoever scans has no hand for a function key.
_LETTERS = {"s": "pick.short", "w": "pick.swap", "k": "pick.skip"}
