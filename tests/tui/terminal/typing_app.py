"""An app in which every typed character changes the whole screen: the worst there is for a slow line.

`--textual` leaves the painting to Textual.
"""

import random
import sys

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from textual.app import ComposeResult  # noqa: E402
from textual.widgets import Input, Static  # noqa: E402

from tui.terminal.app import TerminalApp  # noqa: E402

WORDS = ["bolt", "washer", "reel", "plate", "M8", "M6", "0805", "10K", "spring", "nut"]


def page(text: str) -> str:
    """A screen full of what is found for a text; another text finds quite something else."""
    rng = random.Random(text)
    return "\n".join(" ".join(rng.choice(WORDS) for _ in range(14))[:78] for _ in range(20)) + f"\nend of {text}"


class TypingApp(TerminalApp[None]):
    """A field at the top and what it finds below."""

    CSS = "Input { border: none; height: 1; }"

    def compose(self) -> ComposeResult:
        yield Input()
        yield Static(page(""), id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#found", Static).update(page(event.value))


if __name__ == "__main__":
    app = TypingApp()
    app.own_painting = "--textual" not in sys.argv
    sys.exit(app.run_to_end())
