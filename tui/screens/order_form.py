"""A new order, or the head of one there is: with whom, what for, until when, under which reference, by whom."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tui.actions import Action
from tui.api_errors import ApiError, Invalid
from tui.orders.editing import DateError, parse_date
from tui.orders.header import Record, RecordKind, own_name, picks_of, proposed_reference, record_in, search_records
from tui.screens.base import Dialog
from tui.screens.record_field import RecordField
from tui.views.orders import Order
from tui.widgets.footer import KeyFooter
from tui.widgets.form_row import FormRow
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence
from workflow.orders import OrderKind

__all__ = ["OrderForm"]

_PARTNERS_REFERENCE: Mapping[str, str] = {
    "purchase": "supplier_reference",
    "sales": "customer_reference",
    "return": "customer_reference",
}
_RESPONSIBLE = RecordKind("responsible", "Assigned", "owner")


class OrderForm(Dialog[Order]):
    """Ends with the order as it is now, or None. Enter goes from field to field and saves after the last.

    Without an order it makes one: the server proposes the reference, and whoever is signed in is responsible. Nothing
    typed is lost when the server refuses or cannot be reached. A reference is taken once only, so trying again after a
    lost answer does not make a second order.
    """

    TITLE_TEXT = "Order"

    class Known(Message):
        """What a new order has unless something else is typed."""

        def __init__(self, reference: str, responsible: Record | None) -> None:
            super().__init__()
            self.reference = reference
            self.responsible = responsible

    class Saved(Message):
        """The server has it."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    class NotSaved(Message):
        """It was refused, or it is not known."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    LABELS: ClassVar[dict[str, str]] = {"dialog.tab": "Next field"}

    def __init__(self, kind: OrderKind, order: Order | None = None) -> None:
        super().__init__()
        self._kind = kind
        self._order = order
        self._picks = (*picks_of(kind, editing=order is not None), _RESPONSIBLE)
        self._proposed = ""
        self._busy = False

    # What there is to fill in

    def compose(self) -> ComposeResult:
        row = self._order.row if self._order is not None else {}
        with Vertical(id="box"):
            yield Line(id="title")
            for pick in self._picks[:-1]:
                yield self._record_field(pick)
            yield FormRow("For", _text(row, "description"), placeholder="what it is for", id="description")
            due = "2026-12-24, 24.12. or +14 for days ahead"
            yield FormRow("Due date", _text(row, "target_date"), placeholder=due, id="target_date")
            theirs = _PARTNERS_REFERENCE.get(self._kind.name)
            if theirs:
                yield FormRow("Their no.", _text(row, theirs), placeholder="their reference", id=theirs)
            reference = _text(row, "reference")
            yield FormRow("Reference", reference, placeholder="the server makes one", id="reference")
            yield self._record_field(_RESPONSIBLE)
            yield Sentence()
            yield KeyFooter()

    def _record_field(self, pick: RecordKind) -> RecordField:
        record = record_in(self._order, pick) if self._order is not None else None
        search = partial(search_records, self.bincard.session.client, pick.model)
        nothing = "anywhere" if pick.model == "location" else "nobody in particular"
        return RecordField(
            pick.label, search, record=record, required=pick.required, nothing=nothing, id=pick.member
        )  # fmt: skip

    def on_mount(self) -> None:
        what = f"New {self._kind.title.lower()}" if self._order is None else f"{self._order.reference}: edit"
        self.query_one("#title", Line).show([(what, "bold")])
        self.set_focus(self._inputs()[0])
        if self._order is None:
            self._ask()

    @work(exclusive=True, group="known")
    async def _ask(self) -> None:
        session = self.bincard.session
        try:
            reference = await proposed_reference(session.client, self._kind)
        except ApiError as error:
            self.log.warning(f"no reference is proposed: {error}")  # the server makes one where none is sent
            reference = ""
        user = session.user
        responsible = await own_name(session.client, user.pk, user.username) if user is not None else None
        self.post_message(self.Known(reference, responsible))

    def on_order_form_known(self, message: Known) -> None:
        self._proposed = message.reference
        row = self.query_one("#reference", FormRow)
        if not row.text and message.reference:
            row.field.value = message.reference
        if message.responsible is not None:
            self.query_one("#responsible", RecordField).put(message.responsible)

    # Fields and keys

    def _rows(self) -> list[FormRow | RecordField]:
        """The fields in the order of the screen."""
        return [each for each in self.query_one("#box").children if isinstance(each, FormRow | RecordField)]

    def _inputs(self) -> list[Widget]:
        return [row.field for row in self._rows()]

    @property
    def _current(self) -> FormRow | RecordField:
        rows = self._rows()
        return next((row for row in rows if self.focused is row.field), rows[0])

    @property
    def _is_last(self) -> bool:
        return self._current is self._rows()[-1]

    def label_of(self, action: Action) -> str:
        if action.id == "dialog.accept":
            return ("Make it" if self._order is None else "Save") if self._is_last else "Next"
        return super().label_of(action)

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.toggle", "dialog.allow") and super().offers(action)

    async def do_dialog_accept(self) -> None:
        """Take the field and go on to the next; after the last, save."""
        row = self._current
        if self._busy:
            return
        if isinstance(row, RecordField):
            row.accept()
        else:
            self._go_on()

    @property
    def holds_keys(self) -> bool:
        """What is typed ahead waits until it is known what a field took."""
        return self._busy or any(row.waiting for row in self._rows() if isinstance(row, RecordField))

    def _settle(self) -> None:
        for row in self._rows():
            if isinstance(row, RecordField):
                row.waiting = False

    def on_record_field_taken(self) -> None:
        self._settle()
        self._complain("")
        self._go_on()
        self.bincard.replay_keys()

    def on_record_field_missed(self, message: RecordField.Missed) -> None:
        self._settle()
        self.bincard.drop_keys()  # they were meant for the fields after this one
        self._complain(message.why)

    def _go_on(self) -> None:
        if self._is_last:
            self._save()
        else:
            self.focus_next()

    async def do_dialog_down(self) -> None:
        """In a list of matches the next one, else the next field."""
        row = self._current
        if isinstance(row, RecordField) and row.has_class("-picking"):
            row.move(1)
        else:
            self.focus_next()

    async def do_dialog_up(self) -> None:
        """In a list of matches the one before, else the field before."""
        row = self._current
        if isinstance(row, RecordField) and row.has_class("-picking"):
            row.move(-1)
        else:
            self.focus_previous()

    @property
    def _was_proposed(self) -> bool:
        """Whether the reference is the one that the server proposed."""
        return self._order is None and self.query_one("#reference", FormRow).text.strip() == self._proposed != ""

    def _complain(self, text: str) -> None:
        self.query_one(Sentence).say(text, "bold $bad", "!! " if text else "")
        if text:
            self.bincard.bell()

    # Saving

    def _body(self) -> dict[str, Any]:
        """What is sent. Raises DateError, and ValueError naming a field that lacks something."""
        body: dict[str, Any] = {}
        for row in self._rows():
            name = row.id or ""
            if isinstance(row, FormRow):
                body[name] = row.text.strip()
                continue
            pick = next(pick for pick in self._picks if pick.member == name)
            if row.record is None and (pick.required or row.text):
                raise ValueError(name)
            body[name] = row.record.pk if row.record is not None else None
        target = parse_date(body["target_date"], date.today())
        body["target_date"] = target.isoformat() if target is not None else None
        if self._order is not None:
            return {
                name: value for name, value in body.items() if value != (self._order.row.get(name) or _empty(value))
            }
        return {name: value for name, value in body.items() if value not in (None, "")}

    def _save(self) -> None:
        try:
            body = self._body()
        except DateError as error:
            self._point_at("target_date", str(error))
            return
        except ValueError as error:
            self._point_at(str(error), "Choose one of those that match.")
            return
        if self._order is not None and not body:
            self.dismiss(None)
            return
        self._busy = True
        self.query_one(Sentence).say("Saving ...")
        self._send(body)

    def _point_at(self, name: str, why: str) -> None:
        """Go to a field and say what is wrong with it."""
        row = next((row for row in self._rows() if row.id == name), None)
        if row is not None:
            self.set_focus(row.field)
        self._complain(why)

    @work(group="post")
    async def _send(self, body: dict[str, Any]) -> None:
        client, kind = self.bincard.session.client, self._kind
        try:
            if self._order is None:
                answer = await client.post(kind.path, body)
            else:
                answer = await client.patch(self._order.path, body)
        except ApiError as error:
            self.post_message(self.NotSaved(error))
        else:
            self.post_message(self.Saved(Order.of(kind, answer)))

    def on_order_form_saved(self, message: Saved) -> None:
        self._busy = False
        self.dismiss(message.order)
        self.bincard.replay_keys()

    def on_order_form_not_saved(self, message: NotSaved) -> None:
        self._busy = False
        self.bincard.drop_keys()
        error = message.error
        if isinstance(error, Invalid) and "reference" in error.field_errors and self._was_proposed:
            # Somebody else was quicker: take the next one.
            self.query_one("#reference", FormRow).field.value = ""
            self._point_at("reference", f"{self._proposed} was taken meanwhile; here is the next one.")
            self._ask()
        elif isinstance(error, Invalid):
            name = next((name for name in error.field_errors if any(row.id == name for row in self._rows())), "")
            self._point_at(name, f"Refused: {error}")
        elif error.uncertain:
            self._complain(f"It is not known whether that was saved: {error} Enter tries again.")
        else:
            self._complain(f"Not saved: {error}")

    async def do_dialog_cancel(self) -> None:
        """Close; not while it is being saved."""
        if self._busy:
            self.query_one(Sentence).say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        else:
            self.dismiss(None)


def _text(row: Mapping[str, Any], member: str) -> str:
    return str(row.get(member) or "")


def _empty(value: Any) -> Any:
    return "" if isinstance(value, str) else None
