"""Posting a receipt from the screen, and what is said of its outcome."""

from decimal import Decimal

from tui.api_errors import Invalid
from tui.api_models import Location
from tui.history import Place
from tui.orders.receiving_desk import ReceiptUnresolved, Received
from tui.screens.receive_asides import ReceiveAsides
from tui.screens.receive_view import Draft
from tui.screens.receive_work import ReceiveWork
from tui.views.formats import quantity

__all__ = ["ReceivePosting"]


class ReceivePosting(ReceiveAsides):
    """One receipt at a time; what is entered meanwhile waits in the prompt."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._last: Received | None = None

    def _post(self, draft: Draft, amount: Decimal, place: Location) -> None:
        if self.desk is None:
            return
        self._stage = "posting"
        self._hide_choices()
        self._prompt.say(f"Posting {draft.line.pack.text(amount)} × {draft.line.label} → {self._called(place)} ...")
        self._prompt.busy("Next")
        self.post_receipt(self.desk, self.desk.receipt(draft.line, amount, place, draft.extras))

    def on_receive_work_posted(self, message: ReceiveWork.Posted) -> None:
        received = self._last = message.received
        receipt, line = received.receipt, received.line
        figures = f"{quantity(line.received)}/{quantity(line.ordered)}"
        text = f"{receipt.amount} × {line.label} → {self._called(receipt.location)}  {received.note}"
        self._show_result(text, "bold $warn" if received.note else "bold $good", "✓ ", figures)
        self._show_lines()
        self._ask_item()
        if self.desk is not None and not self.desk.open_lines:
            self.read_order_again(self.desk)

    def on_receive_work_all_in(self) -> None:
        self._show_lines()
        if self.desk is None:
            return
        if self.desk.is_open:
            after = "The order stays open; complete it on its own screen."
        else:
            after = f"{self.desk.reference} is {self.desk.state_label}."
        count = len(self.desk.lines)
        done = "The only line is received." if count == 1 else f"All {count} lines are received."
        self._prompt.say(f"{done} {after} Esc goes back.", "bold $good")
        self.refresh_footer()

    def on_receive_work_not_posted(self, message: ReceiveWork.NotPosted) -> None:
        error = message.error
        if isinstance(error, ReceiptUnresolved) and self.desk is not None:
            self._stage = "lost"
            what = f"{message.receipt.amount} × {message.receipt.line.label}"
            self._show_result(f"Not known whether it was posted: {what}", "bold $bad", "!! ")
            self._prompt.say("Finding out what became of it ... Esc leaves it open.", "bold $warn", "! ")
            self.bincard.bell()
            self.settle(self.desk, error)
            self.refresh_footer()
            return
        draft = self._draft
        why = "It was not posted. Enter posts it now." if error is None else f"Not received: {_reason(error)}"
        self._show_result(f"Not received: {draft.line.label}", "bold $bad", "!! ")
        draft.typed = quantity(message.receipt.quantity)
        self._stop(why)

    def on_receive_work_still_unknown(self, message: ReceiveWork.StillUnknown) -> None:
        if self._stage == "lost":
            self._prompt.say(f"{message.reason} Looking again ... Esc leaves it open.", "bold $warn", "! ")

    def _leave_open(self) -> None:
        """Stop looking for what became of a receipt; its note stays for the next time."""
        self.workers.cancel_group(self, "settle")
        self.bincard.announce("It is not known whether that was posted; it is looked up next time.", "warning")
        self._draft_now = None
        self._stop("Left open: look at the line before you receive it again.")
        if self.desk is not None:
            self.load_order(self.desk, first=False)

    # What stops the flow

    def _stop(self, problem: str, text: str = "") -> None:
        """Say what is wrong, forget what was typed ahead, and ask again for what was asked."""
        said = f"{problem} {self._dropped()}".rstrip()
        self.bincard.bell()
        if self._draft_now is not None:
            self._draft_now.amount = None
            self._ask_quantity(said)
            return
        self._ask_item(text)
        self._prompt.say(said, "bold $bad", "!! ")

    def _dropped(self) -> str:
        """Forget what was typed ahead; a sentence that names it, "" for nothing."""
        texts = self._prompt.drop()
        return f"Not used: {' · '.join(texts)}." if texts else ""


def _reason(error: Exception) -> str:
    """The server's words for one receipt, without the place in what was sent: there is only one."""
    if isinstance(error, Invalid) and error.field_errors:
        return " ".join(message for messages in error.field_errors.values() for message in messages)
    return str(error)
