"""Measures the client beside the plainest Textual list, at 80x24, in one run.

    python -m benchmarks client             the whole client on the demo data, its list focused
    python -m benchmarks client --table     its table alone, with a million rows
    python -m benchmarks client --ready 'Part' --before tab -- bincard --server URL

Both programs run in turn in a pseudo terminal that answers nothing. Times run from the key (or the start) to the last
byte of the answer; memory is the proportional set size of the whole process tree. The command fails when a limit is
missed. Absolute figures depend on the machine; ratios of one run do not.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.serving import prepared, serve
from server.db.session import Database
from server.importer import import_file
from tests.terminal import Terminal, key_bytes, session_processes

__all__ = ["LIMITS", "Reading", "main", "measure", "memory_of"]

ROOT = Path(__file__).parents[1]
BARE = [sys.executable, "-m", "benchmarks.bare_app"]
OWN = [sys.executable, "-m", "benchmarks.table_app", "1000000"]
QUIET = 0.08  # seconds without output that end an answer
IDLE = 3.0  # seconds of doing nothing that are watched
MOVES, SCROLLS, PAGES = 12, 44, 6

# What the client must reach: at most so many times the bare app, or at most so many bytes.
LIMITS = {"ready ms": 1.1, "key ms": 0.75, "memory MB": 1.25}
MOST_BYTES = {"key bytes": 250, "scroll bytes, median": 250, "scroll bytes, mean": 250, "idle bytes": 0}


@dataclass
class Reading:
    """Figures of one program, a list of samples for each name."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, *values: float) -> None:
        """Note values under a name."""
        self.samples.setdefault(name, []).extend(values)

    def median(self, name: str) -> float:
        """The median of all values noted under a name."""
        return statistics.median(self.samples[name])


def measure(argv: Sequence[str], ready: str, reading: Reading, before: Sequence[str] = ()) -> None:
    """Run the program once and add what it cost to `reading`. `ready` is a pattern that tells the first usable screen.

    The keys of `before` are pressed then, and not measured. Raises RuntimeError when the pattern does not appear.
    """
    with Terminal(argv, cwd=ROOT) as terminal:
        begin = terminal.started_at
        answer = _collect(terminal, quiet=0.5, patience=30.0)
        reading.add("ready ms", (_ready_at(terminal, answer, ready) - begin) * 1000)
        reading.add("start bytes", sum(len(data) for _, data in answer))
        for key in before:
            terminal.press(key)
            _collect(terminal, quiet=0.3, patience=3.0)
        reading.add("memory MB", memory_of(terminal.pid))
        _press(terminal, reading, "key", "down", MOVES)
        sizes = _press(terminal, reading, "scroll", "down", SCROLLS)
        reading.add("scroll bytes, median", statistics.median(sizes))
        reading.add("scroll bytes, mean", statistics.mean(sizes))
        _press(terminal, reading, "page", "pagedown", PAGES)
        _press(terminal, reading, "first", "ctrl+home", 1)
        _press(terminal, reading, "last", "ctrl+end", 1)
        reading.add("idle bytes", sum(len(data) for _, data in _collect(terminal, quiet=IDLE, patience=IDLE)))
        reading.add("memory after MB", memory_of(terminal.pid))


def _press(terminal: Terminal, reading: Reading, name: str, key: str, times: int) -> list[int]:
    sizes = []
    for _ in range(times):
        pressed = time.monotonic()
        terminal.send(key_bytes(key))
        answer = _collect(terminal, quiet=QUIET, patience=3.0)
        if answer:
            reading.add(f"{name} ms", (answer[-1][0] - pressed) * 1000)
        sizes.append(sum(len(data) for _, data in answer))
    reading.add(f"{name} bytes", *sizes)
    return sizes


def _collect(terminal: Terminal, *, quiet: float, patience: float) -> list[tuple[float, bytes]]:
    """What the program sends until it is quiet, with the moments; drawn afterwards, so that it costs no time."""
    answer: list[tuple[float, bytes]] = []
    end = time.monotonic() + patience
    wait = patience
    while terminal.master is not None and select.select([terminal.master], [], [], max(0.0, wait))[0]:
        data = terminal.read()
        answer.append((time.monotonic(), data))
        wait = min(quiet, end - time.monotonic())
    for _, data in answer:
        terminal.output += data
    return answer


def _ready_at(terminal: Terminal, answer: Sequence[tuple[float, bytes]], pattern: str) -> float:
    terminal.output.clear()
    for moment, data in answer:
        terminal.draw(data)
        if re.search(pattern, terminal.text()):
            return moment
    raise RuntimeError(f"{pattern!r} did not come; the screen was:\n{terminal.text()}")


def memory_of(leader: int) -> float:
    """Proportional set size of the program's processes, in MB."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in session_processes(leader)]
    return sum(int(size) for text in texts for size in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)) / 1024


def _report(bare: Reading, own: Reading) -> bool:
    """Print both beside each other with the limits; whether all are kept."""
    kept = True
    print(f"{'':24}{'bare':>10}{'own':>10}{'ratio':>8}  limit")
    for name in own.samples:
        floor, value = bare.median(name), own.median(name)
        ratio = value / floor if floor else 0.0
        limit, good = "", True
        if name in LIMITS:
            limit, good = f"{LIMITS[name]:g}x", ratio <= LIMITS[name]
        elif name in MOST_BYTES:
            limit, good = f"{MOST_BYTES[name]} B", value <= MOST_BYTES[name]
        kept = kept and good
        print(f"{name:24}{floor:10.1f}{value:10.1f}{ratio:8.2f}  {limit}{'' if good else '  MISSED'}")
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks client", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each program (default 5)")
    parser.add_argument("--ready", default="SKU-0+1", help="pattern of the first usable screen of the command")
    parser.add_argument("--before", default="", metavar="KEYS", help="keys to press first, such as tab,down")
    parser.add_argument("--table", action="store_true", help="measure the client's table alone, with a million rows")
    parser.add_argument("command", nargs="*", help="the client (default: our own, on a server with the demo data)")
    options = parser.parse_args(arguments)
    before = [key for key in options.before.split(",") if key]
    if options.command or options.table:
        return compare(options.command or OWN, options.ready, before, options.runs)
    with tempfile.TemporaryDirectory() as scratch:
        settings, token = prepared(Path(scratch) / "server", import_demo)
        with serve(settings) as (url, _):
            os.environ.update({f"BINCARD_{name}_DIR": f"{scratch}/{name}" for name in ("CONFIG", "STATE", "CACHE")})
            token_file = Path(scratch) / "token"
            token_file.touch(mode=0o600)
            token_file.write_text(token)
            command = [sys.executable, "-m", "tui", "--server", url, "--token-file", str(token_file)]
            return compare(command, "1551ABK", ["tab"], options.runs)


def import_demo(database: Database) -> None:
    """Fill a database with the demo data."""
    demo = ROOT / "server" / "demo" / "inventree-demo-export.json.xz"
    import_file(database, demo, progress=lambda done, total: None)


def compare(command: Sequence[str], ready: str, before: Sequence[str], runs: int) -> int:
    """Measure a command beside the bare app and print both; 1 when a limit is missed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # both would be compiled anew each time
    bare, own = Reading(), Reading()
    for run in range(runs + 1):
        if run == 1:  # the first run fills the caches and does not count
            bare, own = Reading(), Reading()
        measure(BARE, "SKU-00001", bare)
        measure(command, ready, own, before)
    print(f"medians of {runs} runs, 80x24, 256 colours, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    return 0 if _report(bare, own) else 1


if __name__ == "__main__":
    sys.exit(main())
