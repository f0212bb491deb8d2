"""Keys are known by when they were read from the terminal, however late the app deals with them."""

import sys
import time
from pathlib import Path

from textual import events

from tests.terminal import Terminal
from tui.terminal.parser import came_at, stamp_keys

ROOT = Path(__file__).parents[3]
SLOW, FAST = 0.25, 0.005  # seconds between two keys: fingers, a scanner


def while_stalled(go_on: Path, keys: str, gap: float) -> str:
    """What the app makes of keys that were typed while it was stalled."""
    command = [sys.executable, "-m", "tests.tui.terminal.stalling_app", str(go_on)]
    with Terminal(command, cwd=ROOT) as terminal:
        terminal.wait_for("ready", timeout=30)
        terminal.press("ctrl+s")
        for key in keys:
            terminal.type(key)
            due = time.monotonic() + gap
            while (left := due - time.monotonic()) > 0:
                terminal.pump(left)
        terminal.settle()
        assert terminal.line(0) == "ready", "the app was not stalled"
        go_on.touch()
        terminal.wait_for("enter$|<.*>")
        return terminal.line(0)


def test_typed_slowly_while_the_app_is_stalled_is_no_scan(tmp_path: Path) -> None:
    assert while_stalled(tmp_path / "go", "bolt\r", SLOW) == "b o l t enter"


def test_scanned_while_the_app_is_stalled_is_a_scan(tmp_path: Path) -> None:
    assert while_stalled(tmp_path / "go", "INV-SI408\r", FAST) == "<INV-SI408>"


def test_a_key_alone_came_when_it_was_read() -> None:
    key = events.Key("a", "a")
    stamp_keys([key], 7.0, 3.0)
    assert (came_at(key), key.time) == (7.0, 7.0)


def test_keys_read_together_may_have_waited_since_the_read_before() -> None:
    keys = [events.Key(letter, letter) for letter in "ab"]
    stamp_keys(keys, 7.0, 3.0)
    assert [(came_at(key), key.time) for key in keys] == [(3.0, 7.0)] * 2


def test_a_key_that_nobody_stamped_came_when_it_was_made() -> None:
    key = events.Key("a", "a")
    assert came_at(key) == key.time
