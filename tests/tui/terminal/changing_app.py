"""An app whose widgets change at random, one seeded step per `n`; `f` has everything sent again.

It says at the bottom which step it shows.
"""

import random
import sys

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from textual import events  # noqa: E402
from textual.app import ComposeResult  # noqa: E402
from textual.containers import Horizontal  # noqa: E402
from textual.widgets import Input, Static  # noqa: E402

from tui.terminal.app import TerminalApp  # noqa: E402

TEXTS = ["bolt M8", "washer", "", "漢字 reel", "résistance 10 kΩ", "x" * 90, "     12   of 40", "│ left │", "한글 a漢b"]
STYLES = ["", "bold", "red on #203040", "on blue", "reverse", "underline", "#ff8800", "dim"]


class ChangingApp(TerminalApp[None]):
    """Two panes of lines, a field and a line at the bottom."""

    AUTO_FOCUS = ""

    CSS = """
    Horizontal { height: 1fr; }
    #left { width: 2fr; }
    #right { width: 3fr; background: #102030; }
    #field { border: none; height: 1; }
    #step { height: 1; }
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)
        self._step = 0
        self._lines = {name: [""] * 60 for name in ("left", "right")}

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(id="left")
            yield Static(id="right")
        yield Input(id="field")
        yield Static("step 0.", id="step", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        if event.key == "f":
            self.repaint()
        elif event.key == "n":
            for _ in range(self._rng.randint(1, 4)):
                self._change()
            self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        """Only when the changes are on the screen."""
        self._step += 1
        self.query_one("#step", Static).update(f"step {self._step}.")

    def _change(self) -> None:
        rng, name = self._rng, self._rng.choice(("left", "right"))
        lines, at = self._lines[name], self._rng.randrange(12)
        match rng.randrange(6):
            case 0:  # a list that scrolls
                by = rng.choice((-3, -1, 1, 2))
                lines[:] = lines[by:] + lines[:by]
            case 1:
                self.query_one(Input).value = rng.choice(TEXTS)
            case 2:
                self.query_one("#left").styles.width = f"{rng.randint(1, 4)}fr"
            case 3:
                self.query_one("#field").display = not self.query_one("#field").display
            case _:
                for line in range(at, at + rng.randint(1, 5)):
                    style = rng.choice(STYLES)
                    text = rng.choice(TEXTS)
                    lines[line] = f"[{style}]{text}[/]" if style and text else text
        self.query_one(f"#{name}", Static).update("\n".join(lines))


if __name__ == "__main__":
    sys.exit(ChangingApp(int(sys.argv[1])).run_to_end())
