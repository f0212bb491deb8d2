"""Choose what to count: a location and below, a category, what is marked, what is due; go on with a count, or join one
that others have begun."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import work
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.api_models import Location
from tui.counting.book import MODES, Scope
from tui.counting.desk import CountDesk, Unfinished
from tui.counting.joining import OpenSession
from tui.screens.picker import Picker
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

__all__ = ["ELSEWHERE", "CountStart", "Here"]

#: What is to be chosen in a further dialog.
ELSEWHERE = {"location": "Another location ...", "category": "A category ..."}
_BLIND = "blind"
_MODE = "mode"


@dataclass(frozen=True, slots=True)
class Here:
    """Where the cursor is, and what is marked."""

    location: Location | None = None
    items: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


class CountStart(Picker):
    """Ends with the key of a sheet to go on with, a Scope, "location" or "category" to be asked for, or None.

    `blind` says afterwards whether expected quantities are to be shown, `mode` how several counters go together.
    """

    class Loaded(Message):
        """The sessions that can be joined, and whether what is expected may be shown."""

        def __init__(self, sessions: Sequence[OpenSession], may_show: bool) -> None:
            super().__init__()
            self.sessions = sessions
            self.may_show = may_show

    TITLE_TEXT = "Count"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Begin"}

    def __init__(
        self,
        here: Here,
        unfinished: Sequence[Unfinished],
        *,
        may_lead: bool,
        knows_due: bool,
        desk: CountDesk,
    ) -> None:
        """`desk` asks what can be joined and may be shown; that is waited for behind the dialog."""
        self.blind = True
        self.mode = "single"
        self._desk = desk
        self._open: Sequence[OpenSession] = ()
        self._may_show = False
        self._here = here
        self._unfinished = unfinished
        self._may_lead = may_lead
        self._knows_due = knows_due
        super().__init__("What do you count?", self._list())

    def _list(self) -> list[Choice]:
        choices: list[Choice] = [
            Choice(each.sheet.key, f"Go on: {each.sheet.title}", f"{each.figures}, {_age(each.sheet.made)}")
            for each in self._unfinished
        ]
        known = {each.sheet.session for each in self._unfinished}
        choices += [
            Choice(Scope(each.name, session=each.pk), f"{each.verb} {each.name}", each.figures)
            for each in self._open
            if each.in_review or each.pk not in known
        ]
        here = self._here
        if here.location is not None:
            title = here.location.path or here.location.name
            choices.append(Choice(Scope(title, location=here.location.pk), f"{title} and below"))
        choices += [Choice(name, label) for name, label in ELSEWHERE.items()]
        if here.items:
            count = len(here.items)
            choices.append(Choice(Scope(f"{count} items", items=here.items), f"The {count} marked items"))
            if here.parts:
                parts = len(here.parts)
                choices.append(Choice(Scope(f"{parts} parts", parts=here.parts), f"All stock of their {parts} parts"))
        if self._knows_due:
            choices.append(Choice(Scope("due", due=50), "What is due", "50 lines at most"))
        choices.append(Choice(Scope("by scanning"), "Just start scanning"))
        if self._may_show:
            said = "what is expected is hidden" if self.blind else "what is expected is shown"
            choices.append(Choice(_BLIND, f"[{'x' if self.blind else ' '}] Blind", f"{said}; Enter changes it"))
        if self._may_lead and self._knows_due:
            choices.append(Choice(_MODE, f"Several counters: {self.mode}", f"{MODES[self.mode]}; Enter changes it"))
        return choices

    def offers(self, action: Action) -> bool:
        return (action.id != "dialog.sessions" or self._knows_due) and super().offers(action)

    async def do_dialog_sessions(self) -> None:
        """Show the sessions of the server instead."""
        self.dismiss(None)
        await self.bincard.do_app_sessions()

    async def do_dialog_planner(self) -> None:
        """Show what is due instead."""
        self.dismiss(None)
        await self.bincard.do_app_planner()

    def on_mount(self) -> None:
        super().on_mount()
        self._load()

    @work(exclusive=True, group="sessions")
    async def _load(self) -> None:
        """Ask what others have begun; who cannot be told counts alone, and blind."""
        try:
            found, may_show = await asyncio.gather(self._desk.open_sessions(), self._desk.may_show_expected())
        except ApiError as error:
            self.bincard.announce(f"What can be joined is not known: {error}", "warning")
            return
        self.post_message(self.Loaded(found, may_show))

    def on_count_start_loaded(self, message: Loaded) -> None:
        self._open, self._may_show = message.sessions, message.may_show
        self._renew()

    def _renew(self) -> None:
        """Show the list anew; the cursor stays on what it was on."""
        self._all = tuple(self._list())
        self.narrow(self.query_one(Field).value)

    async def do_dialog_accept(self) -> None:
        choice: Any = self.query_one(ChoiceList).current
        if choice is not None and choice.value == _BLIND:
            self.blind = not self.blind
            self._renew()
        elif choice is not None and choice.value == _MODE:
            names = list(MODES)
            self.mode = names[(names.index(self.mode) + 1) % len(names)]
            self._renew()
        else:
            await super().do_dialog_accept()


def _age(made: float) -> str:
    minutes = max(0, int((time.time() - made) // 60))
    if minutes < 60:
        return f"begun {minutes} min ago"
    return f"begun {minutes // 60} h ago" if minutes < 48 * 60 else f"begun {minutes // 1440} days ago"
