"""A text field with a list below it: what is typed narrows the list, the arrow keys choose from it."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.line import Line

__all__ = ["PickField"]

PAUSE = 0.12


class PickField(Vertical):
    """`Typed` says what is typed when typing pauses; answer it by `set_choices`. The list shows only while picking."""

    DEFAULT_CSS = """
    PickField { height: auto; }
    PickField > Horizontal { height: 1; }
    PickField Line { width: 12; padding: 0 1; }
    PickField > ChoiceList { display: none; }
    PickField.-picking > ChoiceList { display: block; }
    """

    class Typed(Message):
        """Typing paused at this text."""

        def __init__(self, control: "PickField", text: str) -> None:
            super().__init__()
            self.field = control
            self.text = text

        @property
        def control(self) -> "PickField":
            """The field it was typed into."""
            return self.field

    class Moved(Message):
        """The cursor of the list is on another choice."""

    def __init__(
        self, label: str, *, placeholder: str = "", rows: int = 6, reserve: int = 11, id: str | None = None
    ) -> None:
        """The list has `rows` lines at most and leaves `reserve` lines of the screen to other things."""
        super().__init__(id=id)
        self._reserve = reserve
        self._label = label
        self._placeholder = placeholder
        self._rows = rows
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            line = Line(classes="label")
            line.show([(self._label, "")])
            yield line
            yield Field(placeholder=self._placeholder)
        yield ChoiceList(rows=self._rows, empty="", reserve=self._reserve)

    @property
    def field(self) -> Field:
        return self.query_one(Field)

    @property
    def picking(self) -> bool:
        """Whether the focus is in it."""
        return self.screen.focused is self.field

    @property
    def text(self) -> str:
        return self.field.value.strip()

    @property
    def current(self) -> Choice | None:
        """The choice under the cursor."""
        return self.query_one(ChoiceList).current

    def open(self) -> None:
        """Put the focus into it and show the list."""
        self.add_class("-picking")
        self.screen.set_focus(self.field)

    def hush(self) -> None:
        """Say nothing of what was typed up to now: somebody has read it."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def take(self, text: str) -> None:
        """Show what was taken and hide the list."""
        self.hush()
        self.remove_class("-picking")
        with self.field.prevent(Input.Changed):
            self.field.value = text

    def set_choices(self, choices: Sequence[Choice], *, empty: str = "") -> None:
        """Show other choices."""
        self.query_one(ChoiceList).set_choices(choices, empty=empty)
        self.post_message(self.Moved())

    def select(self, value: Any) -> None:
        """Put the cursor on a value."""
        self.query_one(ChoiceList).select(value)

    def move(self, distance: int) -> None:
        """Move the cursor."""
        self.query_one(ChoiceList).move(distance)
        self.post_message(self.Moved())

    def on_descendant_focus(self) -> None:
        self.add_class("-picking")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._say)

    def _say(self) -> None:
        self._timer = None
        self.post_message(self.Typed(self, self.text))
