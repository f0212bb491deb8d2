"""The server beside its floor: the same questions, hand-written, in the same run.

    python -m benchmarks server [--seconds 3] [--connections 4] [--parts 20000 --locations 1000 --items 100000]

Floor: `benchmarks/floor.py`, sqlite3 statements behind bare Starlette routes under the same uvicorn, on a copy of the
same database, without permissions, filters or forms. Limits: requests per second within 2x of the floor; the list at
offset 90 % costs at most 3x the list at offset 0; the idle server stays under 120 MB.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import orjson
from sqlalchemy import event

from benchmarks.load import Reading, run_load
from benchmarks.serving import free_port, prepared, serve, started
from benchmarks.warehouse import fill
from server.app import create_app
from server.db.session import Database
from server.rest.context import Incoming
from server.settings import Settings

__all__ = ["main"]

Make = Callable[[int], tuple[str, str, bytes]]
FLOOR_RATIO, OFFSET_RATIO, IDLE_MB = 2.0, 3.0, 120.0


def questions(items: int) -> dict[str, Make]:
    """The requests, by name; the number of the request varies what is asked for."""
    listing = "/api/stock/?limit=25&part_detail=true&location_detail=true"
    step = 7919  # a prime, so that the items asked for are spread
    return {
        "stock list": lambda n: ("GET", listing, b""),
        "stock list, offset 90%": lambda n: ("GET", f"{listing}&offset={items * 9 // 10}", b""),
        "stock list, offset 50%": lambda n: ("GET", f"{listing}&offset={items // 2}", b""),
        "one item": lambda n: ("GET", f"/api/stock/{n * step % items + 1}/", b""),
        "part search": lambda n: ("GET", f"/api/part/?limit=25&search={quote('valve')}", b""),
        "location tree": lambda n: ("GET", "/api/stock/location/tree/", b""),
        "count": lambda n: (
            "POST", "/api/stock/count/",
            orjson.dumps({"items": [{"pk": n * step % items + 1, "quantity": n % 50}]}),
        ),
    }  # fmt: skip


def resident_mb(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else float("nan")


def query_counts(settings: Settings, asked: dict[str, Make], token: str) -> dict[str, int]:
    """How many statements each request runs, those of the sign-in and of the transaction among them."""
    database = Database(settings.url)
    statements: list[str] = []

    @event.listens_for(database.engine, "connect", insert=True)
    def _traced(connection: object, record: object) -> None:
        connection.set_trace_callback(statements.append)  # type: ignore[attr-defined]

    database.engine.dispose()
    api = create_app(settings, database)
    counts = {}
    for name, make in asked.items():
        method, path, body = make(1)
        address, _, query = path.partition("?")
        incoming = Incoming(
            method=method, path=address, origin="http://localhost", headers={"authorization": f"Token {token}"},
            query=dict(pair.split("=", 1) for pair in query.split("&") if pair),
            body=orjson.loads(body) if body else None,
        )  # fmt: skip
        api.handle(incoming)
        statements.clear()
        answer = api.handle(incoming)
        if answer.status >= 300:
            raise RuntimeError(f"{name}: {answer.status} {answer.content!r}")
        counts[name] = len(statements)
    api.close()
    database.close()
    return counts


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="benchmarks server", description=__doc__)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--connections", type=int, default=4)
    options.add_argument("--parts", type=int, default=20_000)
    options.add_argument("--locations", type=int, default=1_000)
    options.add_argument("--items", type=int, default=100_000)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen)


def _measure(scratch: Path, chosen: argparse.Namespace) -> int:
    def filled(database: Database) -> None:
        fill(database, parts=chosen.parts, locations=chosen.locations, items=chosen.items)

    settings, token = prepared(scratch, filled)
    asked = questions(chosen.items)
    counts = query_counts(settings, asked, token)
    copy = scratch / "floor.sqlite3"
    shutil.copyfile(scratch / "bincard.sqlite3", copy)
    floor = free_port()
    print(f"{chosen.parts:,} parts, {chosen.locations:,} locations, {chosen.items:,} stock items; "
          f"{chosen.connections} connections, {chosen.seconds:g} s each, {os.cpu_count()} cores")  # fmt: skip
    readings: dict[str, tuple[Reading, Reading]] = {}
    with (
        serve(settings) as (base, process),
        started([sys.executable, "-m", "benchmarks.floor", str(copy), str(floor)], floor, {}),
    ):
        idle = resident_mb(process.pid)
        for name, make in asked.items():
            pair = []
            for url, secret in ((f"http://127.0.0.1:{floor}", ""), (base, token)):
                run_load(url, make, connections=1, seconds=0.2, token=secret)
                pair.append(
                    run_load(
                        url,
                        make,
                        connections=chosen.connections,
                        seconds=chosen.seconds,
                        token=secret,
                    )
                )
            readings[name] = (pair[0], pair[1])
        busy = resident_mb(process.pid)
    return _report(readings, counts, idle, busy)


def _report(readings: dict[str, tuple[Reading, Reading]], counts: dict[str, int], idle: float, busy: float) -> int:
    missed = 0
    titles = ("ours/s", "p99 ms", "floor/s", "p99 ms")
    print(
        f"{'request':24} {' '.join(f'{title:>8}' for title in titles)} {'ratio':>6} {'statements':>10} {'refused':>8}"
    )
    for name, (floor, ours) in readings.items():
        ratio = floor.per_second / ours.per_second
        late = "" if ratio <= FLOOR_RATIO and not ours.refused else f"  MISSED (limit {FLOOR_RATIO:g})"
        missed += bool(late)
        print(f"{name:24} {ours.per_second:8.0f} {ours.p99:8.2f} {floor.per_second:8.0f} {floor.p99:8.2f} {ratio:6.2f} "
              f"{counts[name]:10} {ours.refused:8}{late} {ours.first_refusal}")  # fmt: skip
    start, end = readings["stock list"][1], readings["stock list, offset 90%"][1]
    offset = start.per_second / end.per_second
    for text, value, limit, unit in (
        ("offset 90% against offset 0", offset, OFFSET_RATIO, "x"), ("idle server", idle, IDLE_MB, " MB"),
    ):  # fmt: skip
        late = "" if value <= limit else "  MISSED"
        missed += bool(late)
        print(f"{text}: {value:.2f}{unit} (limit {limit:g}){late}")
    print(f"server after the load: {busy:.0f} MB")
    return 1 if missed else 0
