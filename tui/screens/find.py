"""Find anything: one box for part, item, location and supplier part, by any code or name, or by a scan."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.safe_text import safe
from tui.screens.base import Dialog
from tui.stock_actions.find import Found, Hit, find
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line

__all__ = ["FindScreen"]

PAUSE = 0.2
KINDS = {
    "part": "part",
    "stockitem": "item",
    "stocklocation": "location",
    "supplierpart": "supplier part",
    "manufacturerpart": "manufacturer part",
}


class FindScreen(Dialog[Hit]):
    """Ends with the hit to open, or None. The exact hit is always the first.

    Enter before the answer has come opens the exact hit when it comes, so a scan needs no waiting.
    """

    TITLE_TEXT = "Find"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Open", "dialog.down": "Next"}

    class Answered(Message):
        """What the server found."""

        def __init__(self, text: str, found: Found | None, problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.found = found
            self.problem = problem

    def __init__(self, text: str = "", *, scanned: bool = False) -> None:
        super().__init__()
        self._text = text
        self._scanned = scanned
        self._answered = ""
        self._opening = bool(scanned)
        self._timer: Timer | None = None
        self._hits: tuple[Hit, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield ChoiceList(rows=14, empty="")
            yield Field(self._text, placeholder="IPN, name, SKU, MPN, serial, batch, barcode, location", id="text")
            yield KeyFooter()

    def on_mount(self) -> None:
        self._say("Searching ..." if self._scanned else "")
        if not self._scanned:
            self.set_focus(self.query_one(Field))
        if self._text:
            self._search(self._text)

    @property
    def holds_keys(self) -> bool:
        """What comes after a scan, or after Enter, is for the screen that is about to open."""
        return self._opening

    async def take_scan(self, text: str) -> None:
        """Look this up instead of what found nothing, or several things."""
        field = self.query_one(Field)
        with field.prevent(Input.Changed):
            field.value = safe(text)
        self._scanned = self._opening = True
        self._say("Searching ...")
        self._search(text)

    def _stay(self) -> None:
        """There is nothing to open at once: the clerk goes on here, and what waited comes in."""
        self._opening = False
        if self.focused is None:
            self.set_focus(self.query_one(Field))
        self.bincard.replay_keys()

    def _leave_for(self, hit: Hit) -> None:
        self.dismiss(hit)
        self.bincard.replay_keys()

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#title", Line).show([("Find", "bold"), (f"  {text}" if text else "", style)])

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value == safe(self._text) and not self._answered:
            return  # what it began with, which is asked for already
        self._opening = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        self._timer = None
        text = self.query_one(Field).value.strip()
        if text and text != self._answered:
            self._search(text)

    @work(exclusive=True, group="find")
    async def _search(self, text: str) -> None:
        try:
            found = await find(self.bincard.session.client, text, scanned=self._scanned)
            self.post_message(self.Answered(text, found))
        except ApiError as error:
            self.post_message(self.Answered(text, None, str(error)))

    def on_find_screen_answered(self, message: Answered) -> None:
        if message.found is None:
            self._say(message.problem, "bold $bad")
            self._stay()
            return
        self._answered = message.text
        self._hits = message.found.hits
        choices = [
            Choice(number, hit.title, f"{'= ' if hit.is_exact else ''}{KINDS[hit.model]}  {hit.detail}")
            for number, hit in enumerate(self._hits)
        ]
        nothing = f"Nothing is called {message.found.text}."
        self.query_one(ChoiceList).set_choices(choices, empty=nothing if self.is_low else "")
        self._say(_summary(message.found) or ("nothing found" if self.is_low else nothing))
        if self._opening:
            self._open_first()

    def _open_first(self) -> None:
        """Open what was meant: the exact hit, or the only one."""
        if self._hits and (self._hits[0].is_exact or len(self._hits) == 1):
            self._leave_for(self._hits[0])
            return
        if not self._hits:
            self.bincard.bell()
        self._stay()

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.tab", "dialog.tab_back") and super().offers(action)

    async def do_dialog_accept(self) -> None:
        """Open the hit under the cursor; with the answer still to come, the exact one when it comes."""
        text = self.query_one(Field).value.strip()
        if text and text != self._answered:
            self._opening = True
            self._say("Searching ...")
            self._search(text)
            return
        choice = self.query_one(ChoiceList).current
        if choice is not None:
            self.dismiss(self._hits[choice.value])

    async def do_dialog_down(self) -> None:
        self.query_one(ChoiceList).move(1)

    async def do_dialog_up(self) -> None:
        self.query_one(ChoiceList).move(-1)

    async def do_dialog_page_down(self) -> None:
        """Move a page down."""
        self.query_one(ChoiceList).move(self.query_one(ChoiceList).page)

    async def do_dialog_page_up(self) -> None:
        """Move a page up."""
        self.query_one(ChoiceList).move(-self.query_one(ChoiceList).page)


def _summary(found: Found) -> str:
    """How many of each kind there are; "" for none at all."""
    counts = [f"{count} {KINDS[model]}{'s' if count != 1 else ''}" for model, count in found.counts.items() if count]
    return ", ".join(counts) or (f"{len(found.hits)} found" if found.hits else "")
