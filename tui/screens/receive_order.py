"""Which order is being received: typed, chosen from the list, or found by a scan of anything that is in it."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.api_errors import ApiError
from tui.orders.receiving_search import Candidate, find_orders, open_orders
from tui.screens.base import Dialog
from tui.views.orders import due_in_words, lines_in_words
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence
from workflow.orders import OrderKind

__all__ = ["OrderPicker"]


class OrderPicker(Dialog[tuple[int, str]]):
    """Ends with the order's key and what was scanned of it ("" when it was the order itself), or None.

    Keys wait while the server is asked, so that a second scan is for the order that the first one finds.
    """

    TITLE_TEXT: ClassVar[str] = "Receive"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Take it"}

    class Found(Message):
        """Orders for what was typed; "" for all that are open."""

        def __init__(self, text: str, candidates: Sequence[Candidate], problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.candidates = candidates
            self.problem = problem

    def __init__(self, kind: OrderKind, text: str = "") -> None:
        super().__init__()
        self._kind = kind
        self._wanted = text
        self._asked = ""
        self._busy = False

    def compose(self) -> ComposeResult:
        from textual.containers import Vertical

        with Vertical(id="box"):
            yield Line(id="heading")
            yield ChoiceList(rows=12, reserve=8, empty="Looking ...")
            yield Sentence()
            yield from self.compose_row("Order", Field(self._wanted, placeholder="reference, supplier or scan"))
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#heading", Line).show([("Receive", "bold"), ("  which order?", "")])
        self.set_focus(self.query_one(Field))
        if self._wanted:
            self._ask(self._wanted)
        else:
            self._list_open()

    @property
    def holds_keys(self) -> bool:
        return self._busy

    async def take_scan(self, text: str) -> None:
        """Take what a scanner read."""
        self._ask(text)

    @work(exclusive=True, group="orders")
    async def _list_open(self) -> None:
        try:
            self.post_message(self.Found("", await open_orders(self.bincard.session.client, self._kind)))
        except ApiError as error:
            self.post_message(self.Found("", (), str(error)))

    def _ask(self, text: str) -> None:
        self._busy = True
        self.query_one(Sentence).say("Looking ...")
        self._find(text)

    @work(exclusive=True, group="orders")
    async def _find(self, text: str) -> None:
        try:
            self.post_message(self.Found(text, await find_orders(self.bincard.session.client, self._kind, text)))
        except ApiError as error:
            self.post_message(self.Found(text, (), str(error)))

    def on_order_picker_found(self, message: Found) -> None:
        self._asked, self._busy = message.text, False
        fitting = [each for each in message.candidates if each.is_receivable]
        if message.text and len(fitting) == 1:
            self._take(fitting[0])
            self.bincard.replay_keys()
            return
        noun = self._kind.plural.lower()
        self.query_one(ChoiceList).set_choices([_choice(each) for each in fitting], empty=f"No open {noun}.")
        # What was typed after an answer that is no order was for the order.
        self.bincard.drop_keys()
        self._say(message, fitting)

    def _say(self, message: Found, fitting: Sequence[Candidate]) -> None:
        sentence = self.query_one(Sentence)
        if message.problem:
            sentence.say(message.problem, "bold $bad", "!! ")
        elif fitting and message.text:
            sentence.say(f"{len(fitting)} orders match {message.text}; the first due is on top.", "bold $warn", "? ")
        elif message.candidates and not fitting:
            order = message.candidates[0].order
            sentence.say(f"{order.reference} is {order.state_label}; nothing can be received.", "bold $warn", "! ")
        elif message.text:
            sentence.say(f"No open order matches {message.text}.", "bold $bad", "!! ")
        else:
            sentence.say("")
        if message.problem or (message.text and not fitting):
            self.bincard.bell()
        self.query_one(Field).select_all()

    def _take(self, candidate: Candidate) -> None:
        self.dismiss((candidate.order.pk, self._asked if candidate.line else ""))

    async def do_dialog_accept(self) -> None:
        """Take the order under the cursor; what was typed since is looked for first."""
        text = " ".join(self.query_one(Field).value.split())
        choice = self.query_one(ChoiceList).current
        if text and text != self._asked:
            self._ask(text)
        elif choice is not None:
            self._take(choice.value)

    async def do_dialog_down(self) -> None:
        """Down in the list."""
        self.query_one(ChoiceList).move(1)

    async def do_dialog_up(self) -> None:
        """Up in the list."""
        self.query_one(ChoiceList).move(-1)


def _choice(candidate: Candidate) -> Choice:
    order, today = candidate.order, date.today()
    due = due_in_words(candidate.due, today, overdue=candidate.due is not None and candidate.due < today)
    detail = " · ".join(text for text in (due, candidate.line or lines_in_words(order, 0), order.description) if text)
    return Choice(candidate, f"{order.reference}  {order.partner}", detail)
