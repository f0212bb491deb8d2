"""What the reorder desk asks and tells: each number explained, and the summary before orders are made."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.orders.reorder import Basket, DeskLine, amounts, totals_of
from tui.orders.reorder_data import Attempt, Outcome, send
from tui.orders.reorder_words import explain
from tui.safe_text import safe
from tui.screens.base import Dialog
from tui.widgets.cutting import wrap
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.pager import Pager
from tui.widgets.sentence import Sentence

__all__ = ["ExplainDialog", "ReorderDialog"]

LABEL = 11
MOST_SHOWN = 12


class ExplainDialog(Dialog[None]):
    """Each number of a line: what it is and what it is made of. Enter or Esc closes."""

    DEFAULT_CSS = "ExplainDialog > #box { height: 100%; } ExplainDialog Pager { height: 1fr; padding: 0 1; }"

    def __init__(self, line: DeskLine) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield Pager(self._told)
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(f"Why so much of {self._line.title}?", "bold")])
        self.set_focus(self.query_one(Pager))

    def _told(self, width: int) -> Sequence[Content]:
        numbers = explain(self._line)
        figures = min(max(len(each.figure) for each in numbers), max(8, width // 3))
        lines = []
        for each in numbers:
            room = max(12, width - LABEL - figures - 4)
            first, *rest = wrap(safe(each.words), room) or [""]
            head = (f"{each.label:<{LABEL}}", "$muted"), (f"{safe(each.figure)[:figures]:>{figures}}", "bold")
            lines.append(Content.assemble(*head, f"  {first}"))
            lines += [Content(" " * (LABEL + figures + 2) + more) for more in rest]
        return lines

    def can_run(self, action: Action) -> bool:
        return action.id in ("dialog.cancel", "dialog.accept") and super().can_run(action)

    def footer_keys(self) -> list[tuple[str, str]]:
        return [("PgDn", "More"), ("PgUp", "Back"), ("Esc", "Close")]

    async def do_dialog_accept(self) -> None:
        """Close."""
        self.dismiss(None)


class ReorderDialog(Dialog[Outcome]):
    """The orders that would be made, one line for each supplier; Enter makes them. Ends with what came of it, or None.

    Where it is not known what became of it, Enter sends the same attempt again: nothing is made twice.
    """

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Make orders", "dialog.toggle": "Add to drafts"}
    DEFAULT_CSS = "ReorderDialog Pager { max-height: 60%; padding: 0 1; }"

    class Made(Message):
        """The orders are there."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    class NotMade(Message):
        """The server refused, or it is not known."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self._attempt = attempt
        self._busy = False
        self._sent = False

    @property
    def holds_keys(self) -> bool:
        """What is typed while it is under way is for what comes after it."""
        return self._busy

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield Pager(self._orders)
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        baskets = self._attempt.baskets
        lines = sum(len(basket.lines) for basket in baskets)
        orders = f"{len(baskets)} draft purchase order{'s' if len(baskets) != 1 else ''}"
        title = f"Make {orders} of {lines} line{'s' if lines != 1 else ''}, {amounts(totals_of(baskets))}?"
        self.query_one("#title", Line).show([(title, "bold")])
        pager = self.query_one(Pager)
        pager.styles.height = min(len(baskets), MOST_SHOWN)
        self.set_focus(pager)
        self._say_drafts()

    def _orders(self, width: int) -> Sequence[Content]:
        return [Content(safe(_told(basket))[: max(10, width)]) for basket in self._attempt.baskets]

    def _say_drafts(self) -> None:
        if self._attempt.add_to_drafts:
            self._say("Added to the newest pending draft of the desk, where a supplier has one.")
        else:
            self._say("")

    def _say(self, text: str, style: str = "", sign: str = "") -> None:
        self.query_one("#said", Sentence).say(text, style, sign)

    def offers(self, action: Action) -> bool:
        if action.id == "dialog.toggle":
            return self.bincard.session.is_bincard and not self._sent
        return action.id in ("dialog.accept", "dialog.cancel", "dialog.help")

    def do_dialog_toggle(self) -> None:
        """Add to drafts that are there, or make new ones."""
        attempt = self._attempt
        self._attempt = Attempt(attempt.key, attempt.baskets, not attempt.add_to_drafts)
        self._say_drafts()

    async def do_dialog_accept(self) -> None:
        """Make the orders."""
        if not self._busy:
            self._busy = self._sent = True
            self._say("Sent; waiting for the answer ...")
            self.refresh_footer()
            self._send(self._attempt)

    @work(group="post")
    async def _send(self, attempt: Attempt) -> None:
        try:
            outcome = await send(self.bincard.session, attempt)
        except ApiError as error:
            self.post_message(self.NotMade(error))
        else:
            self.post_message(self.Made(outcome))

    def on_reorder_dialog_made(self, message: Made) -> None:
        self._busy = False
        self.dismiss(message.outcome)
        self.bincard.replay_keys()

    def on_reorder_dialog_not_made(self, message: NotMade) -> None:
        self._busy = False
        self.bincard.drop_keys()
        error = message.error
        if error.uncertain:
            text = f"It is not known whether the orders were made: {error} Enter finds out; nothing is made twice."
        else:
            text = f"Not made: {error} Your lines are kept."
        self._say(text, "bold $bad", "!! ")
        self.bincard.bell()
        self.refresh_footer()

    async def do_dialog_cancel(self) -> None:
        """Close; not while it is under way."""
        if self._busy:
            self._say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        else:
            self.dismiss(None)


def _told(basket: Basket) -> str:
    lines = f"{len(basket.lines)} line{'s' if len(basket.lines) != 1 else ''}"
    unpriced = f", {basket.unpriced} without a price" if basket.unpriced else ""
    expected = f", here by {basket.expected.isoformat()}" if basket.expected is not None else ""
    return f"{basket.name}: {lines}, {amounts(basket.totals)}{unpriced}{expected}"
