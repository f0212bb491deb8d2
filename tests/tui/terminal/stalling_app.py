"""An app that tells keys from scans; Ctrl+S stalls it, by blocking its event loop, until a file is there."""

import sys
import time
from pathlib import Path

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from textual import events  # noqa: E402
from textual.app import ComposeResult  # noqa: E402
from textual.widgets import Static  # noqa: E402

from tui.actions import Action  # noqa: E402
from tui.commands import CommandApp  # noqa: E402
from tui.scanning.wedge import Pace  # noqa: E402


class StallingApp(CommandApp):
    """Shows what came: keys by their names, scans as a whole."""

    def __init__(self, go_on: Path) -> None:
        super().__init__(Pace())
        self._go_on = go_on
        self._came: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("ready", id="came", markup=False)

    def allows(self, action: Action) -> bool:
        return True

    async def _take_scan(self, text: str) -> None:
        self._show(f"<{text}>")

    def on_key(self, event: events.Key) -> None:
        if event.key == "ctrl+s":
            while not self._go_on.exists():
                time.sleep(0.01)
        else:
            self._show(event.key)

    def _show(self, what: str) -> None:
        self._came.append(what)
        self.query_one(Static).update(" ".join(self._came))


if __name__ == "__main__":
    sys.exit(StallingApp(Path(sys.argv[1])).run_to_end())
