"""What is asked before alerts are snoozed or resolved, and the history of one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.actions import Action
from tui.live.alerts import Alert, local_time
from tui.live.book import Step
from tui.safe_text import safe
from tui.screens.base import Dialog
from tui.screens.picker import Picker, match_choices
from tui.widgets.choice_list import Choice
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line

__all__ = ["NoteDialog", "history_lines", "snooze_picker"]

_LONGEST = 366 * 24
_MORNING = 7
_WORDS = {
    "opened": "opened", "worsened": "got worse", "returned": "came back", "refreshed": "figures changed",
    "recovered": "recovered by itself", "acknowledged": "acknowledged", "snoozed": "snoozed", "resolved": "resolved",
}  # fmt: skip


def snooze_picker(what: str, now: datetime) -> Picker:
    """Asks for how long; ends with whole hours. A number that is typed stands for hours."""
    tomorrow = (now + timedelta(days=1)).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    morning = max(1, ceil((tomorrow - now).total_seconds() / 3600))
    choices = [
        Choice(1, "1 hour"), Choice(4, "4 hours"), Choice(morning, "Tomorrow morning", f"{morning} hours"),
        Choice(72, "3 days"), Choice(7 * 24, "1 week"), Choice(30 * 24, "30 days"),
    ]  # fmt: skip
    return Picker(f"Snooze {what} for how long?", choices, placeholder="or so many hours", match=_matching)


def _matching(choices: Sequence[Choice], text: str) -> Sequence[Choice]:
    number = text.strip()
    if number.isdecimal() and 0 < int(number[:5]) <= _LONGEST:
        hours = int(number[:5])
        return [Choice(hours, f"{hours} hour{'s' * (hours > 1)}")]
    return match_choices(choices, text)


class NoteDialog(Dialog[str]):
    """Asks for a note; ends with what was typed, "" for nothing."""

    TITLE_TEXT = "Note"

    def __init__(self, title: str, verb: str) -> None:
        super().__init__()
        self._title = title
        self._verb = verb

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield Field(placeholder="a note, if you like", id="text")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(self._title, "bold")])
        self.set_focus(self.query_one(Field))

    def offers(self, action: Action) -> bool:
        return action.id in ("dialog.accept", "dialog.cancel", "dialog.help")

    def label_of(self, action: Action) -> str:
        return self._verb if action.id == "dialog.accept" else super().label_of(action)

    async def do_dialog_accept(self) -> None:
        """Do it."""
        self.dismiss(self.query_one(Field).value.strip()[:500])


def history_lines(alert: Alert, steps: Sequence[Step], now: datetime, width: int) -> list[Content]:
    """What became of an alert, a step in each line, `width` cells wide; the first lines say what it is."""
    lines = Content.styled(safe(f"{alert.title}: {alert.message}"), "bold").wrap(width)
    lines.append(Content())
    for step in steps:
        what = _WORDS.get(step.what, step.what)
        until = f" until {local_time(step.until, now)}" if step.until else ""
        by = f" by {step.who}" if step.who else ""
        note = f": {step.note}" if step.note else ""
        lines += Content(safe(f"{local_time(step.at, now):<8}{what}{until}{by}{note}")).wrap(width)
    return lines
