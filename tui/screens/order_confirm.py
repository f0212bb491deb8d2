"""Asks once before an order is changed, says what will change, and carries it out."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.orders.transitions import carry_out, confirmation, legal_for, refusal_of
from tui.screens.base import Dialog
from tui.views.orders import Order
from tui.widgets.footer import KeyFooter
from tui.widgets.sentence import Sentence
from workflow.orders import Transition

__all__ = ["ConfirmDialog"]

_DONE: Mapping[str, str] = {
    "issue": "issued",
    "hold": "put on hold",
    "cancel": "cancelled",
    "complete": "completed",
    "auto_allocate": "stock allocated",
}


class ConfirmDialog(Dialog[bool]):
    """Ends with True when the action was tried, so that the order may have changed, else None.

    The order is read again while the question is up: what it says is what is there. Where the server refuses, but would
    do it all the same if told to, Enter tells it to.
    """

    LABELS: ClassVar[dict[str, str]] = {}

    class Read(Message):
        """The order as it is now."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    class Done(Message):
        """It was carried out."""

    class NotDone(Message):
        """It was refused, or it is not known."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, order: Order, transition: Transition) -> None:
        super().__init__()
        self._order = order
        self._transition = transition
        self._asked = confirmation(order, transition)
        self._accept: dict[str, Any] = {}
        self._busy = False
        self._tried = False
        self._hopeless = False

    @property
    def holds_keys(self) -> bool:
        """What is typed while it is under way is for what comes after it."""
        return self._busy

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Sentence(id="question")
            yield Sentence(id="warning")
            yield Sentence(id="outcome")
            yield KeyFooter()

    def on_mount(self) -> None:
        self._show()
        self._read()

    def _show(self) -> None:
        self.query_one("#question", Sentence).say(f"{self._asked.question}?", "bold")
        self._fill("#warning", " ".join(self._asked.warnings), "bold $warn", "! ")
        self._fill("#outcome", "")

    def _fill(self, where: str, text: str, style: str = "", sign: str = "") -> None:
        """Say something on a line of its own, and take no line for nothing."""
        sentence = self.query_one(where, Sentence)
        sentence.say(text, style, sign)
        sentence.display = bool(text)

    def _say(self, text: str, style: str = "", sign: str = "") -> None:
        self._fill("#outcome", text, style, sign)

    def _complain(self, text: str) -> None:
        self._say(text, "bold $bad", "!! ")
        self.bincard.bell()

    def offers(self, action: Action) -> bool:
        if action.id == "dialog.accept":
            return not self._hopeless
        return action.id in ("dialog.cancel", "dialog.help")

    def label_of(self, action: Action) -> str:
        if action.id == "dialog.accept":
            label = "Cancel order" if self._transition.action == "cancel" else self._transition.label
            return f"{label} all the same" if self._accept else label
        return "Leave it" if action.id == "dialog.cancel" else super().label_of(action)

    # The order as it is now

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        order = self._order
        details = {"supplier_detail": True, "customer_detail": True}
        try:
            row = await self.bincard.session.client.get(order.path, details)
            self.post_message(self.Read(Order.of(order.kind, row)))
        except (ApiError, KeyError, ValueError) as error:
            self.log.warning(f"{order.reference} cannot be read again: {error}")

    def on_confirm_dialog_read(self, message: Read) -> None:
        if self._busy or self._tried:
            return
        self._order = message.order
        if self._transition not in legal_for(self._order, self.bincard.session.can):
            self._hopeless = self._tried = True
            self._complain(f"{self._order.reference} is {self._order.state_label} now; this cannot be done any more.")
            self.refresh_footer()
            return
        self._asked = confirmation(self._order, self._transition)
        self._show()

    # Doing it

    async def do_dialog_accept(self) -> None:
        """Carry it out."""
        if self._busy:
            return
        self._busy = True
        self._say("Sent; waiting for the answer ...")
        self._carry_out({**self._asked.body, **self._accept})

    @work(group="post")
    async def _carry_out(self, body: dict[str, Any]) -> None:
        order = self._order
        try:
            await carry_out(self.bincard.session.client, order.kind, order.pk, self._transition, body)
        except ApiError as error:
            self.post_message(self.NotDone(error))
        else:
            self.post_message(self.Done())

    def on_confirm_dialog_done(self) -> None:
        self._busy = False
        self.dismiss(True)
        self.bincard.announce(f"{self._order.reference}: {_DONE[self._transition.action]}.", "good")
        self.bincard.replay_keys()

    def on_confirm_dialog_not_done(self, message: NotDone) -> None:
        self._busy = False
        self._tried = True
        self.bincard.drop_keys()
        refusal = refusal_of(message.error)
        self._accept = dict(refusal.accept)
        if message.error.uncertain:
            self._hopeless = True
            self._complain(f"It is not known whether that was done: {refusal.reason} Close and look.")
        elif self._accept:
            self._complain(f"{refusal.reason}. Enter does it all the same.")
        else:
            self._complain(f"Refused: {refusal.reason}")
        self.refresh_footer()

    async def do_dialog_cancel(self) -> None:
        """Close; not while the action is under way."""
        if self._busy:
            self._say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        else:
            self.dismiss(self._tried or None)
