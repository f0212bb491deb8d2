"""Measures the time from Enter to the next line's prompt while counting, beside a bare Textual prompt, in one run.

    python -m benchmarks counting [--times 60]      servers that answer at once, in 2 seconds, and never
    python -m benchmarks counting --slow            200 lines over 9,600 baud with 300 ms there and back

All programs run at the same time, each in a pseudo terminal of 80x24, and are pressed in turn, so that whatever else
the machine does falls on all of them alike. The time is that of the byte that completes the prompt on the screen: for
the bare app the label that names the next line, for the client the progress, the next part and an empty field. Each
counted line is committed and synced to the journal before that. The command fails when the median exceeds `LIMIT` times
the bare app's.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import import_demo
from benchmarks.late_server import LateServer
from benchmarks.serving import prepared, serve
from tests.terminal import Terminal
from tests.tui.terminal.slow_line import SlowTerminal

__all__ = ["LIMIT", "main"]

ROOT = Path(__file__).parents[1]
BARE = [sys.executable, "-m", "benchmarks.prompt_app"]
READY = "1551ABK"  # the first row of the first usable screen
SHEET = ("n", "enter", *"reel storage", "enter")
SERVERS = {"answers at once": 0.0, "answers in 2 s": 2.0, "never answers": math.inf}
LIMIT = 1.25  # times the bare app's median
QUIET = 0.08  # seconds without output that end an answer
PAUSE = 0.3  # the same where nothing is measured
BITS, RTT, GRACE = 9_600, 0.3, 0.25  # the slow line, and what may be added to a round trip


@dataclass
class Counter:
    """A program that is being counted with. `prompt` is a pattern of the line numbered {0}."""

    name: str
    terminal: Terminal
    prompt: str
    done: int = 0
    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def enter(self, digits: str) -> None:
        """Type a number and Enter, and note how long the next prompt took, in milliseconds, and all its bytes."""
        before = len(self.terminal.output)
        self.terminal.type(digits)
        self.terminal.settle(QUIET)
        self.done += 1
        pressed = time.monotonic()
        self.terminal.send(b"\r")
        seen_at = 0.0
        while not seen_at and (pieces := _pieces(self.terminal)):
            for moment, data in pieces:
                self.terminal.draw(data)
                if not seen_at and self.is_next:
                    seen_at = moment
        if not seen_at:
            raise RuntimeError(f"{self.name}: line {self.done} did not come; the screen was:\n{self.terminal.text()}")
        self.times.append((seen_at - pressed) * 1000)
        self.sizes.append(len(self.terminal.output) - before)

    @property
    def is_next(self) -> bool:
        """Whether the prompt of the next line is on the screen."""
        return self.terminal.row_of(self.prompt.format(self.done)) >= 0


def _pieces(terminal: Terminal) -> list[tuple[float, bytes]]:
    """What the program sends until it is quiet, with the moments; drawn afterwards, so that it costs no time."""
    found: list[tuple[float, bytes]] = []
    wait = 5.0
    while terminal.master is not None and select.select([terminal.master], [], [], wait)[0]:
        data = terminal.read()
        found.append((time.monotonic(), data))
        wait = QUIET
    return found


def open_sheet(terminal: Terminal, patience: float = PAUSE) -> int:
    """Begin a count; how many lines it has."""
    terminal.wait_for(READY, timeout=60)
    terminal.settle(patience * 2)
    for key in SHEET:
        terminal.press(key)
        terminal.settle(patience)
    terminal.wait_for(r"0 of \d+", timeout=30)
    terminal.settle(patience)
    found = re.search(r"0 of (\d+)", terminal.text())
    return int(found[1]) if found else 0


def environment_of(scratch: Path, token: str) -> dict[str, str]:
    """An environment with directories of its own, and the token."""
    own = {f"BINCARD_{name}_DIR": str(scratch / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    return {**own, "BINCARD_KEYRING": "off", "BINCARD_TOKEN": token, "BINCARD_SCANNER": "on"}


def client_at(url: str) -> list[str]:
    """The command of a client."""
    return [sys.executable, "-m", "tui", "--server", url]


@contextmanager
def counters(url: str, token: str, scratch: Path) -> Iterator[list[Counter]]:
    """The bare app and a client for each kind of server, all at a prompt."""
    with ExitStack() as stack:
        bare = stack.enter_context(Terminal(BARE, cwd=ROOT))
        bare.wait_for("line 0", timeout=30)
        found = [Counter("bare Textual prompt", bare, r"line {0}\b")]
        for number, (name, delay) in enumerate(SERVERS.items()):
            relay = stack.enter_context(LateServer(url))
            environment = environment_of(scratch / str(number), token)
            terminal = stack.enter_context(Terminal(client_at(relay.url), cwd=ROOT, env=environment))
            open_sheet(terminal)
            relay.delay = delay
            found.append(Counter(f"the server {name}", terminal, r"\b{0} of \d+"))
        yield found


def compare(found: Sequence[Counter], times: int, seed: int) -> bool:
    """Press all in turn, in another order each time, and print the medians beside the floor; whether all are kept."""
    rng = random.Random(seed)
    for _ in range(times):
        for each in rng.sample(found, len(found)):
            each.enter(str(rng.randrange(10, 99)))
    floor = statistics.median(found[0].times)
    print(f"{'Enter to the next prompt, ms':32}{'median':>8}{'90 %':>8}{'ratio':>8}{'bytes':>8}")
    kept = True
    for each in found:
        median, late = statistics.median(each.times), statistics.quantiles(each.times, n=10)[-1]
        good = each is found[0] or median <= LIMIT * floor
        told = "" if good else f"  over {LIMIT}x: MISSED"
        size = statistics.mean(each.sizes)
        print(f"{each.name:32}{median:8.1f}{late:8.1f}{median / floor:8.2f}{size:8.0f}{told}", flush=True)
        kept = kept and good
    return kept


def over_a_slow_line(url: str, environment: Mapping[str, str], lines: int, seed: int) -> bool:
    """Count by digits and Enter at the end of a slow line; whether every prompt came in time."""
    rng = random.Random(seed)
    times: list[float] = []
    with SlowTerminal(client_at(url), cwd=ROOT, env=environment, bits=BITS, rtt=RTT) as terminal:
        total = open_sheet(terminal, 1.0)
        size = len(terminal.output)
        for done in range(1, min(lines, total) + 1):
            terminal.type(str(rng.randrange(1, 999)))
            terminal.settle(RTT + 0.1)
            times.append(terminal.time_until("\r", rf"\b{done} of \d+"))
        mean = (len(terminal.output) - size) / len(times)
    most = max(times)
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    good = most <= RTT + GRACE
    print(f"{len(times)} lines at {BITS} baud, {RTT * 1000:.0f} ms there and back, {mean:.0f} bytes a line:")
    print(f"Enter to the next prompt: median {middle * 1000:.0f}, 95 % {late * 1000:.0f}, most {most * 1000:.0f} ms")
    print(f"limit {(RTT + GRACE) * 1000:.0f} ms{'' if good else ': MISSED'}")
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks counting", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=60, help="lines to count with each program (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the numbers and of the order (default 1)")
    parser.add_argument("--slow", action="store_true", help="count over a slow line instead")
    parser.add_argument("--lines", type=int, default=200, help="lines to count over the slow line (default 200)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        settings, token = prepared(Path(scratch) / "server", import_demo)
        with serve(settings) as (url, _):
            if options.slow:
                environment = environment_of(Path(scratch) / "client", token)
                return 0 if over_a_slow_line(url, environment, options.lines, options.seed) else 1
            with counters(url, token, Path(scratch)) as found:
                return 0 if compare(found, options.times, options.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
