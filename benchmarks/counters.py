"""Thirty counters who post to one count session as fast as they can.

    python -m benchmarks counters [--counters 30] [--seconds 5] [--items 3000]

Each has a connection of its own, and every entry a line and a key of its own. Limits: no error, p99 under 10x the p50.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx
import orjson

from benchmarks.load import Reading, run_load
from benchmarks.serving import prepared, serve
from benchmarks.warehouse import fill
from server.db.session import Database

__all__ = ["main"]

RATIO = 10.0
BASE = "/plugin/bincard/count/"


def main(arguments: Sequence[str]) -> int:
    """Print what was measured; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="benchmarks counters", description=__doc__)
    options.add_argument("--counters", type=int, default=30)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--items", type=int, default=3_000)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen)


def _measure(scratch: Path, chosen: argparse.Namespace) -> int:
    def filled(database: Database) -> None:
        fill(database, parts=500, locations=100, items=chosen.items)

    settings, token = prepared(scratch, filled)
    with serve(settings) as (base, _):
        session, lines = _sheet(base, token)
        path = f"{BASE}session/{session}/entries/"

        def entry(number: int) -> tuple[str, str, bytes]:
            made = {"key": f"bench-{number}", "line": lines[number % len(lines)], "quantity": number % 50}
            return "POST", path, orjson.dumps({"entries": [made]})

        reading = run_load(base, entry, connections=chosen.counters, seconds=chosen.seconds, token=token)
        kept = _entries(settings.data_dir)
    return _report(chosen, reading, kept)


def _sheet(base: str, token: str) -> tuple[int, list[int]]:
    """A session over everything: its key and those of its lines."""
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=60) as api:
        every = api.get("/api/stock/", params={"limit": 500, "in_stock": True}).raise_for_status().json()["results"]
        body = {"description": "bench", "scope": {"items": [row["pk"] for row in every]}}
        session = int(api.post(f"{BASE}session/", json=body).raise_for_status().json()["pk"])
        rows = api.get(f"{BASE}line/", params={"session": session}).raise_for_status().json()
    return session, [row["pk"] for row in rows]


def _entries(data_dir: Path) -> int:
    """How many entries the server has."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data_dir / "bincard.sqlite3")) as connection:
        return int(connection.execute("SELECT count(*) FROM bincard_countentry").fetchone()[0])


def _report(chosen: argparse.Namespace, reading: Reading, kept: int) -> int:
    ratio = reading.p99 / reading.p50
    print(f"{chosen.counters} counters, {chosen.seconds:g} s: {reading.requests} entries posted, {kept} kept, "
          f"{reading.per_second:.0f}/s")  # fmt: skip
    slow = "" if ratio < RATIO else "  MISSED"
    print(f"p50 {reading.p50:.1f} ms, p99 {reading.p99:.1f} ms, ratio {ratio:.1f} (limit {RATIO:g}){slow}")
    wrong = "" if not reading.refused and kept == reading.requests else "  MISSED"
    print(f"errors: {reading.refused} (limit 0){wrong} {reading.first_refusal}")
    return 1 if slow or wrong else 0
