"""Measures what the client sends a terminal of 80x24, painted by us and by Textual, in one run.

    python -m benchmarks thin [--term linux]     every list, a field, the first screen, a dialog, a counted line

Both are the same client on the same server with the demo data; only `own_painting` differs. A key's bytes are all
that came until the terminal was quiet: where a list has another pane that follows it (the tree, the suppliers), that
pane's new text too, which is why these have no limit. The command fails when the mean of a row exceeds its limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import import_demo
from benchmarks.serving import prepared, serve
from tests.terminal import Terminal

__all__ = ["WALKS", "Walk", "main"]

ROOT = Path(__file__).parents[1]
QUIET = 0.3  # seconds without output that end an answer: the server is near, but the machine may be busy
READY = "1551ABK"  # the first row of the first usable screen
FIRST_SCREEN, TYPED, ARROW, COUNTED = 3_000, 100, 250, 200  # bytes at most


@dataclass(frozen=True, slots=True)
class Walk:
    """Keys to get somewhere, then keys that are pressed together and measured, so many times. A limit of 0 is none."""

    name: str
    path: tuple[str, ...]
    keys: tuple[str, ...]
    times: int = 8
    limit: int = 0


ITEMS = ("down", "tab")
SHEET = ("n", "enter", *"reel storage", "enter")
WALKS = (
    Walk("opening a dialog: commands", (), (":",), 1),
    Walk("opening a dialog: find", (), ("f",), 1),
    Walk("character in the find box", ("f", *"zzz"), ("z",), 6, TYPED),
    Walk("character in the filter", (*ITEMS, "/", *"zzz"), ("z",), 6, TYPED),
    Walk("items, down", ITEMS, ("down",), 12, ARROW),
    Walk("items, down, two pages on", ITEMS, ("down",), 40, ARROW),
    Walk("items, page down", ITEMS, ("pagedown",), 4),
    Walk("tree, down, and its items", (), ("down",), 5),
    Walk("tree, open and close a location", ("down",), ("right", "left"), 4, 2 * ARROW),
    Walk("order board, down, and what is told", ("o",), ("down",), 4),
    Walk("order lines, down and up", ("o", "enter"), ("down", "up"), 3, 2 * ARROW),
    Walk("suppliers, down, and what is told", ("l", "a", "enter"), ("down",), 5),
    Walk("orders to receive, down", ("R",), ("down", "up"), 3, 2 * ARROW),
    Walk("list of the count sheet, down", (*SHEET, "f9"), ("down",), 6, ARROW),
    Walk("find results, down", ("f", *"resi"), ("down",), 8, ARROW),
    Walk("choice of commands, down", (":",), ("down",), 8, ARROW),
    Walk("choice of locations, down", ("g", "r"), ("down",), 6, ARROW),
    Walk("bin card, down", (*ITEMS, *["down"] * 8, "b", "down"), ("down",), 4, ARROW),
    Walk("help, down", ("?",), ("down",), 8, ARROW),
    Walk("counted line: two digits, Enter", SHEET, ("1", "2", "enter"), 10, COUNTED),
)


def walk(command: Sequence[str], environment: Mapping[str, str], there: Walk) -> tuple[int, list[int]]:
    """Bytes of the first screen, and of each measured press. Raises ScreenTimeout when the client does not start."""
    with Terminal(command, cwd=ROOT, env=environment) as terminal:
        terminal.wait_for(READY, timeout=60)
        terminal.settle(QUIET * 2)
        first = len(terminal.output)
        for key in there.path:
            terminal.press(key)
            terminal.settle(QUIET)
        sizes = []
        for _ in range(there.times):
            terminal.mark()
            terminal.press(*there.keys)
            terminal.settle(QUIET)
            sizes.append(terminal.bytes_since_mark)
        return first, sizes


def compare(command: Sequence[str], environment: Mapping[str, str], wanted: str) -> bool:
    """Measure every walk both ways and print them beside each other; whether all limits are kept."""
    kept = True
    firsts: dict[str, list[int]] = {"on": [], "off": []}
    print(f"{'bytes, 80x24':38}{'Textual':>9}{'own':>8}{'most':>7}{'ratio':>8}  limit")
    for there in WALKS:
        if wanted not in there.name:
            continue
        means: dict[str, float] = {}
        for painting in ("off", "on"):
            first, sizes = walk(command, {**environment, "BINCARD_OWN_PAINTING": painting}, there)
            firsts[painting].append(first)
            means[painting] = statistics.mean(sizes)
        kept &= _print(there.name, means["off"], means["on"], max(sizes), there.limit)
    first_off, first_on = statistics.median(firsts["off"]), statistics.median(firsts["on"])
    return _print("first screen", first_off, first_on, max(firsts["on"]), FIRST_SCREEN) and kept


def _print(name: str, textual: float, own: float, most: int, limit: int) -> bool:
    good = not limit or own <= limit
    told = f"{limit} B{'' if good else '  MISSED'}" if limit else ""
    print(f"{name:38}{textual:9.0f}{own:8.0f}{most:7}{own / textual if textual else 0:8.2f}  {told}", flush=True)
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks thin", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--term", default="xterm-256color", help="TERM of the terminal (default xterm-256color)")
    parser.add_argument("--only", default="", metavar="WORDS", help="measure only what has these words in its name")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        settings, token = prepared(Path(scratch) / "server", import_demo)
        with serve(settings) as (url, _):
            token_file = Path(scratch) / "token"
            token_file.touch(mode=0o600)
            token_file.write_text(token)
            environment = {f"BINCARD_{name}_DIR": f"{scratch}/{name}" for name in ("CONFIG", "STATE", "CACHE")}
            environment |= {"BINCARD_KEYRING": "off", "TERM": options.term}
            command = [sys.executable, "-m", "tui", "--server", url, "--token-file", str(token_file)]
            print(f"TERM={options.term}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
            return 0 if compare(command, environment, options.only) else 1


if __name__ == "__main__":
    sys.exit(main())
