"""One field of a form: its label, the text field, and below it what is to be said of it."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.widgets.field import Field
from tui.widgets.line import Line

__all__ = ["FormRow"]


class FormRow(Vertical):
    """A labelled field. `say` shows a hint or what is wrong on a line of its own below it, and no line for nothing."""

    DEFAULT_CSS = """
    FormRow { height: auto; }
    FormRow > Horizontal { height: 1; }
    FormRow > Horizontal > Line { width: 12; padding: 0 1; }
    FormRow > .said { display: none; padding: 0 1 0 13; }
    """

    def __init__(self, label: str, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with Horizontal():
            line = Line()
            line.show([(self._label, "")])
            yield line
            yield Field(self._value, placeholder=self._placeholder, max_length=500)
        yield Line(classes="said")

    @property
    def field(self) -> Field:
        return self.query_one(Field)

    @property
    def text(self) -> str:
        return self.field.value

    def say(self, text: str, *, wrong: bool = False, warn: bool = False) -> None:
        """Say something of the field; "" takes it away."""
        line = self.query_one(".said", Line)
        sign, style = ("!! ", "bold $bad") if wrong else ("! ", "bold $warn") if warn else ("", "$muted")
        line.show([(f"{sign}{text}", style)] if text else ())
        line.display = bool(text)
