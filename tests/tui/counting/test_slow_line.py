"""Counting over 9,600 baud with 300 ms there and back: the next prompt comes soon, and every digit where it belongs."""

import sys
from pathlib import Path

from tests.serving import Running
from tests.terminal import clean_environment
from tests.tui.counting.shop import Shelf, entries_in
from tests.tui.terminal.slow_line import SlowTerminal

ROOT = Path(__file__).parents[3]
BITS, RTT = 9_600, 0.3
LINES = 10


def test_digits_and_enter_over_a_slow_line(server: Running, shelf: Shelf, state: Path) -> None:
    shelf.fill(*(f"A{number}" for number in range(LINES)))
    token = server.token("allaccess", "nolimits", "counting")
    own = {"BINCARD_STATE_DIR": str(state), "BINCARD_TOKEN": token, "BINCARD_KEYRING": "off", "BINCARD_SCANNER": "on"}
    command = [sys.executable, "-m", "tui", "--server", server.url]
    times = []
    with SlowTerminal(command, env=clean_environment(own), cwd=ROOT, bits=BITS, rtt=RTT) as terminal:
        terminal.wait_for("items", timeout=60)
        terminal.type("n\r")
        terminal.wait_for("location", timeout=20)
        terminal.type(f"{shelf.name}\r")
        terminal.wait_for(f"0 of {LINES}", "^ ?Count *$", timeout=30)
        for number in range(LINES):
            terminal.type(str(number + 20))
            terminal.wait_for(rf"Count +{number + 20}")
            times.append(terminal.time_until("\r", rf"\b{number + 1} of {LINES}"))
        terminal.wait_for(f"All {LINES} lines are counted", "0 wait")
    print("Enter to the next prompt, ms:", *(round(each * 1000) for each in times))
    assert [entry.quantity for entry in entries_in(state)] == [number + 20 for number in range(LINES)]
    assert sorted(times)[LINES // 2] < RTT + 0.25
