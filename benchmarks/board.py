"""From the commit of an alert on the server to its row on an open alert board, with 199 other streams open.

    python -m benchmarks board [--streams 199] [--alerts 100] [--per-second 4]

One server process, one client app at its alert board (driven without a terminal, everything else as it is), and the
other streams in a process of their own, all on this machine. Stock is removed through the API until a part is below its
minimum; what is timed begins with the time in the alert's event, which is taken before its commit, and ends when
the frame that shows the alert is ready. Limit: p99 at most 150 ms, and every alert painted.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import selectors
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx

from benchmarks.events import open_stream
from benchmarks.serving import prepared, serve
from benchmarks.warehouse import fill

__all__ = ["main"]

P99_MILLISECONDS = 150.0
PATIENCE_SECONDS = 30.0


def main(arguments: Sequence[str]) -> int:
    """Print what was measured; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="benchmarks board", description=__doc__)
    options.add_argument("--streams", type=int, default=199)
    options.add_argument("--alerts", type=int, default=100)
    options.add_argument("--per-second", type=float, default=4.0)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen)


def _measure(scratch: Path, chosen: argparse.Namespace) -> int:
    for name in ("CONFIG", "STATE", "CACHE"):
        os.environ[f"BINCARD_{name}_DIR"] = str(scratch / name.lower())
    os.environ["BINCARD_KEYRING"] = "off"
    settings, token = prepared(scratch, lambda database: fill(database, parts=10, locations=5, items=10))
    context = multiprocessing.get_context("spawn")
    ready, over = context.Event(), context.Event()
    with serve(settings) as (base, _):
        others = context.Process(target=_listen, args=(base, token, chosen.streams, ready, over))
        others.start()
        try:
            if not ready.wait(PATIENCE_SECONDS):
                print("the other streams did not open")
                return 1
            return asyncio.run(_watch(base, token, chosen))
        finally:
            over.set()
            others.join(PATIENCE_SECONDS)


def _listen(base: str, token: str, streams: int, ready: Event, over: Event) -> None:
    """The other readers, in a process of their own."""
    with selectors.DefaultSelector() as waiting:
        readers = [open_stream(base, token, "alert,stock") for _ in range(streams)]
        for reader in readers:
            while b": alive" not in reader.recv(65536):
                continue
            waiting.register(reader, selectors.EVENT_READ)
        ready.set()
        while not over.is_set():
            for key, _ in waiting.select(0.2):
                key.fileobj.recv(65536)  # type: ignore[union-attr]


class Watch:
    """When each alert was committed, and when it was painted."""

    def __init__(self) -> None:
        self.committed: dict[int, datetime] = {}
        self.painted: dict[int, datetime] = {}
        self._rendered: set[int] = set()

    def follow(self, board: Any) -> None:
        """Note what this board hears and paints."""
        from tui.live import stream

        told, table, app = vars(stream)["event_of"], board.table, board.app
        render = table.row_line

        def event_of(block: Any) -> Any:
            if block.data:
                row = json.loads(block.data)
                if row["model"] == "alert":
                    at = datetime.fromisoformat(row["time"].removesuffix("Z"))
                    self.committed.setdefault(row["pk"], at.replace(tzinfo=UTC))
            return told(block)

        def row_line(index: int, width: int) -> Any:
            row = table.source.get(index)
            if row is not None:
                self._rendered.add(row.pk)
            return render(index, width)

        def displayed() -> None:
            for pk in self._rendered:
                self.painted.setdefault(pk, datetime.now(UTC))
            self._rendered.clear()

        vars(stream)["event_of"], table.row_line, app.post_display_hook = event_of, row_line, displayed

    @property
    def delays(self) -> list[float]:
        """Milliseconds from commit to paint."""
        return [
            (self.painted[pk] - at).total_seconds() * 1000 for pk, at in self.committed.items() if pk in self.painted
        ]


async def _watch(base: str, token: str, chosen: argparse.Namespace) -> int:
    from tui.app import BincardApp
    from tui.config import Launch, Options

    watch = Watch()
    with httpx.Client(base_url=f"{base}/api/", headers={"Authorization": f"Token {token}"}, timeout=30) as api:
        items = await asyncio.to_thread(_stock, api, chosen.alerts)
        app = BincardApp(Launch(base, token=token, options=Options(scanner=False)))
        async with app.run_test(size=(132, 43)) as pilot:
            await _until(pilot, lambda: app.session.user is not None)
            await pilot.press("exclamation_mark")
            await _until(pilot, lambda: app.live.is_live and app.live.book.total)
            await pilot.pause(0.5)
            before = set(app.live.book.alerts)
            watch.follow(app.screen)
            writer = threading.Thread(target=_remove, args=(api, items, 1 / chosen.per_second))
            writer.start()
            end = time.monotonic() + chosen.alerts / chosen.per_second + PATIENCE_SECONDS
            while len(watch.delays) < chosen.alerts and time.monotonic() < end:
                await pilot.pause(0.1)
            writer.join()
            listed = len(set(app.live.book.alerts) - before)
    return _report(chosen, watch, listed)


async def _until(pilot: Any, true: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the client does not get ready")
        await pilot.pause(0.05)


def _stock(api: httpx.Client, count: int) -> list[int]:
    """Parts with a minimum and enough stock, and one without: the alert that keeps the cursor on the first line."""
    items = []
    for number in range(count + 1):
        body = {"name": f"Watched {number}", "description": "for the benchmark", "minimum_stock": 20}
        part = api.post("part/", json=body).raise_for_status().json()["pk"]
        if number:
            made = api.post("stock/", json={"part": part, "quantity": 30}).raise_for_status().json()
            items.append(made[0]["pk"])
    return items


def _remove(api: httpx.Client, items: Sequence[int], pause: float) -> None:
    for item in items:
        api.post("stock/remove/", json={"items": [{"pk": item, "quantity": 15}]}).raise_for_status()
        time.sleep(pause)


def _report(chosen: argparse.Namespace, watch: Watch, listed: int) -> int:
    delays = watch.delays
    steps = statistics.quantiles(delays, n=100) if len(delays) > 1 else [float("inf")] * 99
    print(f"{chosen.streams + 1} streams, {chosen.alerts} alerts: {listed} listed, {len(delays)} painted")
    print(f"commit to painted: p50 {steps[49]:.1f} ms, p99 {steps[98]:.1f} ms, worst {max(delays, default=0):.1f} ms")
    return 0 if len(delays) >= chosen.alerts and steps[98] <= P99_MILLISECONDS else 1
