"""From the commit on the server to the bytes at 200 readers of its stream of events.

    python -m benchmarks events [--streams 200] [--writes 200] [--per-second 20]

One server process; locations are made one after the other through the API, and every reader gets an event of each. The
time in the event is taken before the commit, so the figures hold the commit itself and the work of the 200 readers, who
share this machine. Limits: p99 under 100 ms, each event once at each reader and in order.
"""

import argparse
import os
import re
import selectors
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks.serving import prepared, serve
from benchmarks.warehouse import fill

__all__ = ["main", "open_stream"]

P99_MILLISECONDS = 100.0
EVENT = re.compile(rb'"id":(\d+),"time":"([^"]+)Z".*?"model":"stocklocation"')
SILENCE_SECONDS = 10.0


def main(arguments: Sequence[str]) -> int:
    """Print what was measured; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="benchmarks events", description=__doc__)
    options.add_argument("--streams", type=int, default=200)
    options.add_argument("--writes", type=int, default=200)
    options.add_argument("--per-second", type=float, default=20.0)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen)


def _measure(scratch: Path, chosen: argparse.Namespace) -> int:
    settings, token = prepared(scratch, lambda database: fill(database, parts=10, locations=5, items=10))
    with serve(settings) as (base, process):
        before = _memory(process.pid)
        readers = [open_stream(base, token) for _ in range(chosen.streams)]
        for reader in readers:
            while b": alive" not in reader.recv(65536):
                continue
        opened = _memory(process.pid)
        writer = threading.Thread(target=_write, args=(base, token, chosen.writes, 1 / chosen.per_second))
        writer.start()
        delays, heard = _listen(readers, chosen.writes * len(readers))
        writer.join()
        cpu = _idle_cpu(process.pid)
        for reader in readers:
            reader.close()
    return _report(chosen, delays, heard, before, opened, cpu)


def open_stream(base: str, token: str, kinds: str = "stock") -> socket.socket:
    """A stream of events of these kinds, asked for and not read yet."""
    where = urlsplit(base)
    made = socket.create_connection((where.hostname or "", where.port or 0))
    head = (
        f"GET /plugin/bincard/events/?kind={kinds} HTTP/1.1\r\nHost: {where.netloc}\r\nAccept: text/event-stream\r\n"
        f"Authorization: Token {token}\r\n\r\n"
    )
    made.sendall(head.encode())
    return made


def _write(base: str, token: str, count: int, pause: float) -> None:
    with httpx.Client(base_url=base, headers={"Authorization": f"Token {token}"}, timeout=30) as api:
        for number in range(count):
            api.post("/api/stock/location/", json={"name": f"bench {number}"}).raise_for_status()
            time.sleep(pause)


def _listen(readers: Sequence[socket.socket], wanted: int) -> tuple[list[float], dict[int, list[int]]]:
    """The delay of each event at each reader in milliseconds, and the numbers that each has heard."""
    delays: list[float] = []
    heard: dict[int, list[int]] = {reader.fileno(): [] for reader in readers}
    with selectors.DefaultSelector() as waiting:
        for reader in readers:
            waiting.register(reader, selectors.EVENT_READ)
        while len(delays) < wanted and (ready := waiting.select(SILENCE_SECONDS)):
            for key, _ in ready:
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                now = datetime.now(UTC)
                for number, at in EVENT.findall(data):
                    sent = datetime.fromisoformat(at.decode()).replace(tzinfo=UTC)
                    delays.append((now - sent).total_seconds() * 1000)
                    heard[key.fd].append(int(number))
    return delays, heard


def _memory(pid: int) -> float:
    """The resident memory of a process in MB."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _idle_cpu(pid: int, seconds: float = 5.0) -> float:
    """The share of one core (per cent) that a process takes that has nothing to do."""

    def used() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    start = used()
    time.sleep(seconds)
    return (used() - start) / os.sysconf("SC_CLK_TCK") / seconds * 100


def _report(
    chosen: argparse.Namespace, delays: list[float], heard: dict[int, list[int]], before: float, opened: float,
    cpu: float,
) -> int:  # fmt: skip
    whole = all(len(set(numbers)) == chosen.writes and numbers == sorted(numbers) for numbers in heard.values())
    steps = statistics.quantiles(delays, n=100) if len(delays) > 1 else [float("inf")] * 99
    print(f"{chosen.streams} streams, {chosen.writes} commits: {len(delays):,} events received")
    print(f"commit to received: p50 {steps[49]:.1f} ms, p99 {steps[98]:.1f} ms, worst {max(delays, default=0):.1f} ms")
    print(f"memory: {before:.0f} MB, with the streams {opened:.0f} MB; doing nothing with them: {cpu:.1f}% of a core")
    print(f"each event once and in order: {'yes' if whole else 'NO'}")
    return 0 if whole and steps[98] < P99_MILLISECONDS else 1
