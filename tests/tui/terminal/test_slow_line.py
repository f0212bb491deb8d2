"""On a line of 9,600 baud with 300 ms to the other end and back, the screen is never long behind the keys."""

import sys
import time
from pathlib import Path

import pytest

from tests.tui.terminal.slow_line import SlowTerminal
from tests.tui.terminal.typing_app import page

ROOT = Path(__file__).parents[3]
APP = [sys.executable, "-m", "tests.tui.terminal.typing_app"]
BAUD, RTT = 9_600, 0.3
WHOLE_SCREEN = 80 * 24 * 10 / BAUD  # seconds that a screen full takes
TYPED = "".join("abcdefghij"[number % 10] for number in range(50))


def type_at(terminal: SlowTerminal, keys: str, gap: float) -> float:
    """Type with a pause after each key; when the last one was pressed."""
    for key in keys:
        terminal.type(key)
        due = time.monotonic() + gap
        while (left := due - time.monotonic()) > 0:
            terminal.pump(left)
    return time.monotonic() - gap


@pytest.mark.parametrize("gap", [0.0, 0.03, 0.15])
def test_fast_typing_queues_no_old_screens(gap: float) -> None:
    with SlowTerminal(APP, cwd=ROOT, bits=BAUD, rtt=RTT) as terminal:
        terminal.wait_for(r"end of$", timeout=20)
        terminal.settle(quiet=0.6)
        terminal.mark()
        last = type_at(terminal, TYPED, gap)
        final = page(TYPED).splitlines()
        terminal.wait_until(lambda: [line.strip() for line in terminal.lines()[1:22]] == final, "the newest", 20)
        behind = time.monotonic() - last
        assert TYPED in terminal.line(0)
        # What was under way, a window or two, and the newest screen.
        assert behind < WHOLE_SCREEN + RTT + 1.25, f"{behind:.2f} s behind"
        assert terminal.bytes_since_mark < (50 * gap + behind) * BAUD / 10 + 500


def test_what_is_typed_is_seen_first() -> None:
    with SlowTerminal(APP, cwd=ROOT, bits=BAUD, rtt=RTT) as terminal:
        terminal.wait_for(r"end of$", timeout=20)
        terminal.settle(quiet=0.6)
        terminal.type("x")
        terminal.wait_for(r"end of x$")
        begin = time.monotonic()
        terminal.type("y")
        terminal.wait_until(lambda: "xy" in terminal.line(0), "the typed character")
        assert time.monotonic() - begin < RTT + 0.25
