"""Random changes of a real app in real terminals: what is shown is always what sending all of it anew shows.

BINCARD_FUZZ_STEPS is how many steps there are for each terminal (8 if not set), BINCARD_FUZZ_SEED the first seed.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.terminal import Terminal, clean_environment
from tests.tui.terminal.emulator import Erasing, seen_cells

ROOT = Path(__file__).parents[3]
STEPS = int(os.environ.get("BINCARD_FUZZ_STEPS", "8"))
SEED = int(os.environ.get("BINCARD_FUZZ_SEED", "1"))
TERMINALS: dict[str, dict[str, str]] = {
    "xterm": {"TERM": "xterm-256color"},
    "putty": {"TERM": "putty-256color"},
    "linux": {"TERM": "linux"},
    "tmux": {"TERM": "tmux-256color", "TMUX": "/nowhere,1,0"},
    "screen": {"TERM": "screen", "STY": "1.pts"},
    "vt220": {"TERM": "vt220"},
}
SIZES = [(80, 24), (40, 16), (61, 19), (22, 8), (100, 30)]


def cells(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    return seen_cells(terminal.screen)


@pytest.mark.parametrize("name", TERMINALS)
def test_the_screen_is_what_a_full_repaint_gives(name: str) -> None:
    rng = random.Random(SEED)
    command = [sys.executable, "-m", "tests.tui.terminal.changing_app", str(SEED)]
    with Terminal(command, cwd=ROOT, env=TERMINALS[name]) as terminal:
        terminal.screen = Erasing(80, 24, coloured=name != "screen")
        terminal._stream = pyte.ByteStream(terminal.screen)
        terminal.wait_for(r"^step 0\.", timeout=30)
        for step in range(1, STEPS + 1):
            if rng.random() < 0.25:
                terminal.resize(*rng.choice(SIZES))
            terminal.press("n")
            terminal.wait_for(rf"^step {step}\.")
            terminal.settle(0.1)
            shown = cells(terminal)
            terminal.mark()
            terminal.press("f")
            terminal.wait_until(lambda: b"\x1b[2J" in terminal.sent_since_mark, "the full repaint")
            terminal.settle(0.1)
            assert shown == cells(terminal), f"seed {SEED}, step {step}"


class Pane:
    """The pane of a tmux server of its own."""

    def __init__(self, socket: Path, command: str) -> None:
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(socket)]
        environment = clean_environment({"SHELL": "/bin/sh"})
        start = [*self._tmux, "new-session", "-d", "-x", "80", "-y", "24", "-s", "fuzz", command]
        subprocess.run(start, check=True, env=environment, cwd=ROOT)

    def run(self, *arguments: str) -> str:
        """A tmux command's answer."""
        done = subprocess.run([*self._tmux, *arguments], check=True, capture_output=True, text=True, timeout=10)
        return done.stdout

    def text(self, *, styles: bool = True) -> str:
        """What the pane shows."""
        return self.run("capture-pane", "-p", "-N", *(["-e"] if styles else []), "-t", "fuzz")

    def wait_for(self, pattern: str, timeout: float = 30.0) -> None:
        """Until the pattern is shown, and nothing changes any more."""
        deadline = time.monotonic() + timeout
        before = ""
        while not re.search(pattern, shown := self.text(styles=False), re.MULTILINE) or shown != before:
            before = shown
            assert time.monotonic() < deadline, f"{pattern} did not come:\n{shown}"
            time.sleep(0.05)  # tmux tells nobody that a pane has changed


@pytest.fixture
def pane(tmp_path: Path) -> Iterator[Pane]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    started = Pane(tmp_path / "tmux", f"{sys.executable} -m tests.tui.terminal.changing_app {SEED}")
    try:
        yield started
    finally:
        started.run("kill-server")


def test_a_pane_of_tmux_shows_what_a_full_repaint_gives(pane: Pane) -> None:
    rng = random.Random(SEED)
    pane.wait_for(r"^step 0\.")
    for step in range(1, STEPS + 1):
        if rng.random() < 0.25:
            columns, lines = rng.choice(SIZES)
            pane.run("resize-window", "-t", "fuzz", "-x", str(columns), "-y", str(lines))
        pane.run("send-keys", "-t", "fuzz", "n")
        pane.wait_for(rf"^step {step}\.")
        shown = painted(pane)
        pane.run("send-keys", "-t", "fuzz", "f")
        pane.wait_for(rf"^step {step}\.")
        assert shown == painted(pane), f"seed {SEED}, step {step}"


def painted(pane: Pane) -> list[list[tuple[object, ...]]]:
    """The cells of the pane, however tmux spells out their styles; of the blanks it tells no background it erased."""
    lines = pane.text().splitlines()
    columns = int(pane.run("display-message", "-p", "-t", "fuzz", "#{window_width}"))
    screen = Erasing(columns, len(lines), coloured=True)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")
    for number, line in enumerate(lines, 1):
        stream.feed(f"\x1b[{number}H{line}")
    return [[cell if cell[0] != " " or cell[2] else (" ",) for cell in line] for line in seen_cells(screen)]
