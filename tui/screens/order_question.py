"""Asks once before something is deleted or copied, and names what it is about."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.actions import Action
from tui.screens.base import Dialog
from tui.widgets.footer import KeyFooter
from tui.widgets.sentence import Sentence

__all__ = ["Question"]


class Question(Dialog[bool]):
    """Ends with True when it is agreed to, else None. `verb` is what Enter does ("Delete")."""

    TITLE_TEXT = "Question"

    def __init__(self, question: str, verb: str, warnings: Sequence[str] = ()) -> None:
        super().__init__()
        self._question = question
        self._verb = verb
        self._warnings = tuple(warnings)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Sentence(id="question")
            yield Sentence(id="warning")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#question", Sentence).say(self._question, "bold")
        self.query_one("#warning", Sentence).say(" ".join(self._warnings), "bold $warn", "! ")

    def offers(self, action: Action) -> bool:
        return action.id in ("dialog.accept", "dialog.cancel", "dialog.help")

    def label_of(self, action: Action) -> str:
        return {"dialog.accept": self._verb, "dialog.cancel": "Leave it"}.get(action.id) or super().label_of(action)

    async def do_dialog_accept(self) -> None:
        """Agree."""
        self.dismiss(True)
