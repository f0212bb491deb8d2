"""Receiving by scan: an item, how many, and on to the next; one prompt at a time, the lines always in sight.

What is entered is taken according to the stage; each step ends by asking for the next thing or by starting a worker.
Whatever stops the flow without being expected (an unknown code, a refusal) drops what was typed ahead and names it.
"""

from collections.abc import Mapping, Sequence

from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import NotFound
from tui.history import Place
from tui.orders.codes import looks_like_code
from tui.orders.receiving import Hit, ReceivingLine, choose, match, over_or_short, parse_received
from tui.orders.receiving_desk import ReceivingDesk
from tui.orders.receiving_labels import match_scan, said_by
from tui.screens.receive_fields import FIELDS, field_called, status_choices
from tui.screens.receive_lines import choice_of
from tui.screens.receive_posting import ReceivePosting
from tui.screens.receive_view import Draft
from tui.screens.receive_work import ReceiveWork
from tui.stock_actions.quantities import QuantityError
from tui.views.formats import quantity
from tui.widgets.line import Line
from tui.widgets.prompt_line import PromptLine
from workflow.orders import PURCHASE

__all__ = ["ReceiveScreen"]

#: An entry of so many signs that is just a code of some line is a scan, even where a quantity is wanted.
_LIKE_A_SCAN = 6


class ReceiveScreen(ReceivePosting):
    """Shows `place`, whose model is "purchaseorder" or "returnorder"; without a pk it asks for the order first."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._first_entry = place.text
        self._offered = ""

    def on_mount(self) -> None:
        self._fit()
        self.set_focus(self._prompt.field)
        self.query_one("#where", Line).show([(self._place.title or "Receive", "bold")])
        if self._place.pk is None:
            self.call_later(self._pick_order)
        else:
            self._open(self._place.pk)

    def place(self) -> Place:
        order = self.desk.order if self.desk else None
        return Place("receive", self._place.model, self._place.pk, title=order.reference if order else "")

    # The order

    async def _pick_order(self) -> None:
        from tui.screens.receive_order import OrderPicker

        text, self._first_entry = self._first_entry, ""
        await self.app.push_screen(OrderPicker(self._kind, text), self._order_picked)

    def _order_picked(self, picked: tuple[int, str] | None) -> None:
        if picked is None:
            # Not from here: a screen cannot wait for its own end.
            self.app.call_later(self._close)
            return
        pk, self._first_entry = picked
        self._place = Place("receive", self._place.model, pk)
        self.bincard.history.visit(self._place)
        self._open(pk)

    def _open(self, pk: int) -> None:
        self.desk = ReceivingDesk(self.bincard.session, self._kind, pk)
        self._prompt.busy("Loading ...")
        self.load_order(self.desk, first=True)

    async def do_app_refresh(self) -> None:
        """Read the order again; what is being typed stays."""
        if self.desk is not None:
            self.load_order(self.desk, first=False)

    def on_receive_work_loaded(self, message: ReceiveWork.Loaded) -> None:
        self._usual_place = self._usual_place or message.place
        self._show_lines()
        if message.cut_off:
            self.bincard.announce(" ".join(message.cut_off), "warning")
        if self._stage != "loading":
            return
        if self._first_entry:
            text, self._first_entry = self._first_entry, ""
            self._take_item(text)
        else:
            self._ask_item()

    def on_receive_work_not_loaded(self, message: ReceiveWork.NotLoaded) -> None:
        gone = isinstance(message.error, NotFound)
        self.bincard.announce("The order is not there any more." if gone else str(message.error), "error")
        if self._stage == "loading":
            self._prompt.say("Not loaded; F5 tries again, Esc goes back.", "bold $bad", "!! ")

    # What is entered

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        match message.key:
            case "enter":
                self._take(message.text)
            case "scan":
                self._remember_typed(message.draft)
                self._take(message.text)
            case key:
                self._remember_typed(message.text)
                self._go_to_field(key)
        self.refresh_footer()

    def _take(self, text: str) -> None:
        """Take an entry as what is asked for now."""
        match self._stage:
            case "quantity":
                self._take_quantity(text)
            case "which":
                self._take_which(text)
            case "before":
                self._accept_scanned()
            case "odd":
                self._accept_odd()
            case "place":
                self._take_place(text)
            case "extra":
                self._take_extra(text)
            case _:
                self._take_item(text)

    def on_prompt_line_kept(self, message: PromptLine.Kept) -> None:
        self.bincard.announce(f"{message.text} comes next; answer the question first.", "warning")

    def _remember_typed(self, text: str) -> None:
        if self._stage == "quantity" and text:
            self._draft.typed = text

    # The item

    def _ask_item(self, value: str = "") -> None:
        self._draft_now, self._pointed = None, False
        self._hide_choices()
        self._table.move_to(0)
        self._stage = "item"
        desk = self.desk
        if desk is None or not desk.is_open:
            state = desk.state_label if desk is not None else ""
            self._prompt.say(f"The order is {state}: nothing can be received. Esc goes back.", "bold $warn", "! ")
        elif not desk.open_lines:
            more = " A scan receives more than was ordered." if desk.kind is PURCHASE else ""
            self._prompt.say(f"All lines are received.{more} Esc goes back.")
        elif self._scanned_place is not None:
            self._prompt.say(f"Everything goes to {self._scanned_place.path}.")
        else:
            self._prompt.say("")
        self._prompt.ask("Item:", value, placeholder="scan, or type SKU, MPN, IPN or name")
        self.refresh_footer()

    def _take_item(self, text: str) -> None:
        if not text:
            row = self._table.current_row if self._pointed else None
            self._ask_item() if row is None else self._start(row)
            return
        hits = match_scan(text, self._lines)
        line = choose(hits)
        if line is not None and (hits[0].is_exact or not looks_like_code(text)):
            self._start(line, text)
        elif hits and not looks_like_code(text):
            self._ask_which(text, hits)
        else:
            self._ask_server(text)

    def _ask_server(self, text: str) -> None:
        self._prompt.busy("Looking up")
        self.look_up(text)

    def on_receive_work_looked_up(self, message: ReceiveWork.LookedUp) -> None:
        text = message.text
        if message.problem:
            self._stop(message.problem, text)
        elif message.place is not None:
            self._set_place(message.place)
        elif message.known is not None and message.known.model == "stocklocation":
            self._stop("That location is not there any more.")
        else:
            hits = match(text, self._lines, message.known)
            self._take_hits(text, hits)

    def _take_hits(self, text: str, hits: Sequence[Hit]) -> None:
        line = choose(hits)
        if line is None and not hits:
            self._stop(f"Nothing on {self.desk.reference if self.desk else ''} matches {text}.")
        elif self._draft_now is not None:
            self._other_item(text)
        elif line is None:
            self._ask_which(text, hits)
        else:
            self._start(line, text)

    def _ask_which(self, text: str, hits: Sequence[Hit]) -> None:
        self._stage = "which"
        dropped = self._dropped()
        self._prompt.say(f"{len(hits)} lines match {text}: which? {dropped}", "bold $warn", "? ")
        self._show_choices([choice_of(hit.line) for hit in hits])
        self._prompt.ask("Which?", placeholder="Enter, or type to search")

    def _take_which(self, text: str) -> None:
        choice = self._choices.current
        self._hide_choices()
        if text or choice is None:
            self._take_item(text)
        else:
            self._start(choice.value)

    # The quantity

    def _start(self, line: ReceivingLine, scanned: str = "") -> None:
        if self.desk is None or not self.desk.is_open:
            self._stop("The order takes no receipts now.")
            return
        typed, extras = said_by(scanned, line)
        self._draft_now = Draft(line, typed=typed, extras=extras)
        self._table.move_to_key(line.pk)
        self._ask_quantity()

    def _ask_quantity(self, problem: str = "") -> None:
        draft = self._draft
        self._hide_choices()
        self._stage, self._field = "quantity", None
        self._say_draft(draft.typed, problem)
        label = "Quantity:" if draft.line.pack.is_single else f"Packs of {quantity(draft.line.pack.size)}:"
        self._offered = draft.typed or (quantity(draft.line.outstanding) if not draft.line.is_done else "")
        self._prompt.ask(label, self._offered)
        self.refresh_footer()

    def _say_draft(self, typed: str, problem: str = "") -> None:
        """What is being received: how much that is, where it goes, and what else was said."""
        draft = self._draft
        line = draft.line
        place, why = self._place_for(line)
        try:
            amount = line.pack.text(parse_received(typed, line)) if typed else ""
        except QuantityError:
            amount = ""
        shown = amount or f"{line.pack.text(line.outstanding)} to come"
        code = f" ({line.codes})" if line.codes and line.codes not in line.name else ""
        goes = f" → {self._called(place)} ({why})" if place else ""
        more = f" · {draft.extras.in_words}" if draft.extras.in_words else ""
        if problem:
            self._prompt.say(problem, "bold $bad", "!! ")
        else:
            self._prompt.say(f"{line.label}{code}: {shown}{goes}{more}")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._stage == "quantity" and self._prompt.is_ready and event.value not in ("", self._offered):
            self._say_draft(event.value)
        elif self._stage == "extra" and self._field is not None and self._field.name == "status":
            self._show_choices(status_choices(self._statuses, event.value))

    def _take_quantity(self, text: str) -> None:
        draft = self._draft
        if len(text) >= _LIKE_A_SCAN:
            hits = [hit for hit in match_scan(text, self._lines) if hit.is_exact]
            if hits:
                self._other_item(text, same=any(hit.line.pk == draft.line.pk for hit in hits))
                return
        try:
            draft.amount = parse_received(text, draft.line)
        except QuantityError as error:
            if text and looks_like_code(text):
                self._ask_server(text)
            else:
                draft.typed = text
                self._stop(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            return
        draft.typed, draft.asked = text, False
        self._go_on()

    def _other_item(self, text: str, *, same: bool = False) -> None:
        """An item was scanned where its quantity is wanted: ask about this line, keep the scan for after it."""
        draft = self._draft
        if same:
            self._ask_quantity()
            return
        self._prompt.keep(text)
        draft.amount = None if draft.line.is_done else draft.line.outstanding
        self._stage = "before"
        rest = draft.line.pack.text(draft.line.outstanding)
        self._ask_question(f"{text} was scanned, but {draft.line.label} has no quantity. Enter receives {rest} of it, "
                           "Esc leaves it out.")  # fmt: skip

    def _accept_scanned(self) -> None:
        if self._draft.amount is None:
            self._ask_item()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """With a quantity: ask whether it is meant when it is not what was expected, then for a place, then post."""
        draft = self._draft
        if draft.amount is None:
            self._ask_quantity()
            return
        odd = over_or_short(draft.line, draft.amount)
        place, _ = self._place_for(draft.line)
        if odd and not draft.asked:
            self._stage = "odd"
            self._ask_question(f"{odd} Enter to accept, Esc to correct")
        elif place is None:
            self._ask_place(hold=True)
        else:
            self._post(draft, draft.amount, place)

    def _accept_odd(self) -> None:
        self._draft.asked = True
        self._go_on()

    def _ask_question(self, question: str) -> None:
        self._prompt.say(question, "bold $warn", "? ")
        self.bincard.bell()
        self._prompt.ask("Sure?", question=True)
        self.refresh_footer()

    # Commands

    def label_of(self, action: Action) -> str:
        named = _LABELS.get(action.id, {})
        return named.get(self._stage, super().label_of(action))

    def offers(self, action: Action) -> bool:
        name = action.id.removeprefix("receive.")
        if name in ("next", "before") or any(name == known.name for known in FIELDS):
            fits = name in ("next", "before") or field_called(name) in self._fields
            # While an answer is awaited a key may be meant for what comes after it.
            return fits and (self._stage in ("quantity", "extra") or not self._prompt.is_ready)
        if name in ("undo", "card"):
            return self._last is not None
        return super().offers(action)

    async def do_receive_back(self) -> None:
        """One step back."""
        match self._stage:
            case "posting":
                self._prompt.say("Already sent; waiting for the answer ...", "bold $warn", "! ")
            case "lost":
                self._leave_open()
            case "odd":
                self._ask_quantity()
            case "place" | "extra" if self._draft_now is not None:
                self._draft.amount = None
                self._prompt.drop()
                self._ask_quantity()
            case "item" | "loading" if self._prompt.is_ready or self._stage == "loading":
                await self._clear_or_close()
            case _:
                self.workers.cancel_group(self, "lookup")
                if self._stage != "before":
                    self._prompt.drop()
                self._ask_item()

    async def _clear_or_close(self) -> None:
        if self._prompt.text or self._pointed:
            self._prompt.drop()
            self._ask_item()
        else:
            await self._close()

    async def _close(self) -> None:
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    def do_receive_undo(self) -> None:
        """Say how a receipt is put right: the server has no way to take one back."""
        self.bincard.announce(
            "A receipt stays on the order. F9 opens its bin card: count or remove what is wrong there.", "warning"
        )

    async def do_receive_card(self) -> None:
        """The bin card of the part received last."""
        if self._last is not None and self._last.line.part is not None:
            await self.bincard.go(Place("card", "part", self._last.line.part))


#: What the footer calls Enter and Esc at each stage where that differs from the registry.
_LABELS: Mapping[str, Mapping[str, str]] = {
    "receive.accept": {"quantity": "Receive", "odd": "Accept", "before": "Receive", "extra": "Keep"},
    "receive.back": {"odd": "Correct", "item": "Close", "lost": "Leave open"},
}
