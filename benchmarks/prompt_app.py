"""The yardstick of the counting: the plainest Textual prompt, a field and a label that tells what was entered."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input, Label

__all__ = ["PromptApp"]


class PromptApp(App[None]):
    """Enter empties the field and has the label say which line is next; nothing else."""

    TITLE = "Bare prompt"

    def compose(self) -> ComposeResult:
        yield Label("line 0", id="line")
        yield Input()

    def on_mount(self) -> None:
        self.entered = 0
        self.query_one(Input).cursor_blink = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.entered += 1
        event.input.value = ""
        self.query_one(Label).update(f"line {self.entered}")


if __name__ == "__main__":
    PromptApp().run()
