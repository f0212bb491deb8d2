"""The client on a server with 1,000,000 items in one location.

    python -m benchmarks million [--items 1000000]

Limits: from End to the last row painted, at most 300 ms beyond the server's own answer for that page; the client's
memory grows by at most a tenth on the way through the list.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from benchmarks.client import memory_of
from benchmarks.serving import prepared, serve
from benchmarks.warehouse import fill
from tests.terminal import Terminal

__all__ = ["main"]

BEYOND_MS, GROWTH = 300.0, 1.10
PAGE = 100


def last_page(url: str, token: str, items: int) -> tuple[float, str]:
    """How long the server takes for the page with the last rows (ms, median of nine), and the last part's name."""
    parameters: dict[str, str | int] = {
        "limit": PAGE,
        "offset": items - PAGE,
        "in_stock": "true",
        "part_detail": "true",
    }
    taken = []
    with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, timeout=60) as client:
        for _ in range(9):
            began = time.perf_counter()
            answer = client.get("/api/stock/", params=parameters)
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), str(answer.json()["results"][-1]["part_detail"]["name"])


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks million", description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    items: int = parser.parse_args(arguments).items
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings, token = prepared(
            folder / "server", lambda database: fill(database, items=items, one_location=True, empty=False)
        )
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(token)
        with serve(settings) as (url, _):
            answer, name = last_page(url, token, items)
            environment = {f"BINCARD_{name}_DIR": f"{scratch}/{name}" for name in ("CONFIG", "STATE", "CACHE")}
            command = [sys.executable, "-m", "tui", "--server", url, "--token-file", str(folder / "token")]
            with Terminal(command, env=environment) as terminal:
                return walk(terminal, items, answer, name)


def walk(terminal: Terminal, items: int, answer: float, name: str) -> int:
    """Go to the end (where the part `name` is) and back some times; report."""
    shown = f"{items:,}".replace(",", " ")
    terminal.wait_for(f"{shown} items", timeout=120)
    terminal.press("tab")
    terminal.settle(1.0)
    before = memory_of(terminal.pid)
    waits = []
    for _ in range(5):
        began = time.perf_counter()
        terminal.press("end")
        terminal.wait_for(rf"> {re.escape(name)}", timeout=60)
        waits.append(1000 * (time.perf_counter() - began))
        terminal.press("home")
        terminal.wait_for(f"1 of {shown}", timeout=60)
        terminal.press(*["pagedown"] * 20)
        terminal.settle(0.5)
    first, after = waits[0], memory_of(terminal.pid)
    late = first - answer > BEYOND_MS
    grown = after / before > GROWTH
    print(f"{items:,} items: last row painted {first:.0f} ms after End ({statistics.median(waits):.0f} ms later on)")
    print(f"the server's answer for that page: {answer:.0f} ms; beyond it {first - answer:.0f} ms "
          f"(limit {BEYOND_MS:g}){'  MISSED' if late else ''}")  # fmt: skip
    print(f"memory {before:.1f} MB, after the walks {after:.1f} MB (limit {GROWTH:g}x){'  MISSED' if grown else ''}")
    return 1 if late or grown else 0
