"""The filter: one line that narrows the list while you type."""

from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.widgets.field import Field
from tui.widgets.line import Line

__all__ = ["FilterBar"]

#: Seconds without a key before the server is asked.
PAUSE = 0.15


class FilterBar(Horizontal):
    """Hidden, and empty, until opened. Says `Changed` when typing pauses; only the last of a burst arrives."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; }
    FilterBar > Line { width: 8; padding: 0 1; }
    FilterBar.-open { display: block; }
    """

    class Changed(Message):
        """Another text is to be filtered by."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterBar.Changed)

    def __init__(self, *, placeholder: str = "part, IPN, batch, serial, location ...", id: str | None = None) -> None:
        super().__init__(id=id)
        self._placeholder = placeholder
        self._timer: Timer | None = None
        self._said = ""
        self._field: Field | None = None

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.value.strip() if self._field is not None else self._said

    async def open(self) -> None:
        """Show it and put the focus into it."""
        if self._field is None:
            label = Line()
            label.show([("Filter", "bold")])
            self._field = Field(self._said, placeholder=self._placeholder)
            await self.mount(label, self._field)
        self.add_class("-open")
        self.screen.set_focus(self._field)

    def close(self) -> None:
        """Hide it; what is typed goes on filtering."""
        self.remove_class("-open")

    def set_text(self, text: str) -> None:
        """Put a text there without saying so."""
        self._said = text
        if self._field is not None:
            with self._field.prevent(Input.Changed):
                self._field.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self.say)

    def say(self) -> None:
        """Tell what is typed now, if that has not been told."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._said:
            self._said = self.text
            self.post_message(self.Changed(self.text))
