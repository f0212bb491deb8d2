"""A one-line text field: no frame, no blinking cursor, and only printable text in it."""

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from tui.safe_text import safe

__all__ = ["Field"]


class Field(Input):
    """A text field for our dialogs. Pasted or scanned text is made safe before it is shown."""

    DEFAULT_CSS = """
    Field {
        border: none; height: 1; padding: 0 1; background: $field-background; text-style: $field-style;
        &:focus { border: none; }
        /* The same two colours, turned round: a typed character says 14 bytes instead of 40. */
        & > .input--cursor { background: transparent; color: $foreground; text-style: reverse; }
    }
    """

    #: Of the text, which scrolls inside the line: nothing is laid out anew when it grows (overridden).
    virtual_size = Reactive(Size(0, 0))

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        max_length: int = 0,
        select_on_focus: bool = True,
        id: str | None = None,
    ) -> None:
        super().__init__(
            safe(value), placeholder=safe(placeholder), password=password, max_length=max_length,
            select_on_focus=select_on_focus, id=id, compact=True,
        )  # fmt: skip
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.text = safe(event.text.strip("\r\n"))
        super()._on_paste(event)
