"""Choose one thing of a list by typing part of its name: the palette, columns, statuses, locations."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.actions import Action
from tui.screens.base import Dialog
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line

__all__ = ["Picker", "match_choices"]


class Picker(Dialog[Any]):
    """Ends with the value of the choice taken, or None.

    `choices` is what there is to choose from; typing narrows it. `current` has the cursor at first.
    """

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Take it"}
    DETAIL_ROWS: ClassVar[int] = 1
    """How many lines what is said of a choice may take where it is narrow."""

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice] = (),
        *,
        current: Any = None,
        placeholder: str = "type to narrow down",
        match: Callable[[Sequence[Choice], str], Sequence[Choice]] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._all = tuple(choices)
        self._current = current
        self._placeholder = placeholder
        self._match = match or match_choices

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield ChoiceList(rows=12, detail_rows=self.DETAIL_ROWS, id="choices")
            yield Field(placeholder=self._placeholder, id="text")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(self._title, "bold")])
        self.query_one(ChoiceList).set_choices(self._all)
        if self._current is not None:
            self.query_one(ChoiceList).select(self._current)
        self.set_focus(self.query_one(Field))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.narrow(event.value)

    def narrow(self, text: str) -> None:
        """Show the choices that `text` matches."""
        self.query_one(ChoiceList).set_choices(self._match(self._all, text))

    async def do_dialog_accept(self) -> None:
        """Take the choice under the cursor."""
        # The text may be ahead of the list: the message of the last key is still under way.
        self.narrow(self.query_one(Field).value)
        choice = self.query_one(ChoiceList).current
        if choice is not None:
            self.dismiss(choice.value)

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.tab", "dialog.tab_back") and super().offers(action)

    async def do_dialog_down(self) -> None:
        self.query_one(ChoiceList).move(1)

    async def do_dialog_up(self) -> None:
        self.query_one(ChoiceList).move(-1)

    async def do_dialog_page_down(self) -> None:
        choices = self.query_one(ChoiceList)
        choices.move(choices.page)

    async def do_dialog_page_up(self) -> None:
        choices = self.query_one(ChoiceList)
        choices.move(-choices.page)


def match_choices(choices: Sequence[Choice], text: str) -> Sequence[Choice]:
    """The choices in which every word of `text` occurs; those that begin with it come first."""
    words = text.casefold().split()
    if not words:
        return choices
    found = [
        choice for choice in choices if all(word in f"{choice.label} {choice.detail}".casefold() for word in words)
    ]
    return sorted(found, key=lambda choice: _rank(choice, text.casefold().strip()))


def _rank(choice: Choice, text: str) -> int:
    label = choice.label.casefold()
    if label == text:
        return 0
    if label.startswith(text):
        return 1
    return 2 if text in label else 3
