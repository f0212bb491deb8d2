"""A small app on the client's terminal foundation, run by tests in a real terminal.

Arguments: where to write what was put safe at the end, and how to behave (`stall` blocks the event loop on `s`).
"""

import sys
import time
from pathlib import Path
from typing import ClassVar

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from textual import events  # noqa: E402
from textual.app import ComposeResult  # noqa: E402
from textual.binding import BindingType  # noqa: E402
from textual.widgets import Static  # noqa: E402

from tui.terminal.app import TerminalApp  # noqa: E402


class SmallApp(TerminalApp[None]):
    """Shows the last key; `q` quits, `s` hangs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "Quit"),
        ("ctrl+l", "repaint", "Repaint"),
        ("ctrl+z", "suspend_process", "Stop"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("ready", id="key", markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key == "s":
            time.sleep(60)
        self.query_one(Static).update(f"key {event.key}")

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(Static).update(f"size {event.size.width}x{event.size.height}")


if __name__ == "__main__":
    app = SmallApp()
    target = Path(sys.argv[1])
    app.lifecycle.before_end(lambda: 1 / 0)
    app.lifecycle.before_end(lambda: target.write_text(app.lifecycle.reason or "quit"))
    sys.exit(app.run_to_end())
