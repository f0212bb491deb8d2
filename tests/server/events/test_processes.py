"""Streams over several processes: woken through Valkey, by looking when it is away; and a server that is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from server.events.valkey import SAFETY_POLL_SECONDS, ValkeyBell
from tests.databases import valkey
from tests.server.events.listening import opened
from tests.serving import running

PATIENCE_SECONDS = 30


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


@contextmanager
def served(data_dir: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`bincard-server serve` as a process of its own: its address and the process."""
    told = {f"BINCARD_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "BINCARD_DATA_DIR": str(data_dir), **told}
    command = [sys.executable, "-m", "server", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield found[0], process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def test_the_bell_rings_goes_silent_and_heals(tmp_path: Path) -> None:
    heard = {"a": 0, "b": 0}

    def bell(name: str, port: int) -> ValkeyBell:
        def count() -> None:
            heard[name] += 1

        return ValkeyBell(f"valkey://127.0.0.1:{port}/0", count)

    with valkey(tmp_path) as port:
        first, second = bell("a", port), bell("b", port)
        for one in (first, second):
            one.start()
        until(lambda: first.poll_seconds(0.5) == second.poll_seconds(0.5) == SAFETY_POLL_SECONDS)
        before = dict(heard)
        first.ring()
        until(lambda: heard["b"] == before["b"] + 1)
        assert heard["a"] == before["a"]
    until(lambda: second.poll_seconds(0.5) == 0.5)
    first.ring()
    with valkey(tmp_path, port):
        until(lambda: second.poll_seconds(0.5) == SAFETY_POLL_SECONDS)
        before = dict(heard)
        first.ring()
        until(lambda: heard["b"] > before["b"])
        for one in (first, second):
            one.close()


@pytest.mark.parametrize("with_valkey", [True, False])
def test_what_one_process_commits_another_streams(tmp_path: Path, empty_template: Path, with_valkey: bool) -> None:
    data = tmp_path / "data"

    def tell(url: str) -> None:
        poll = "60" if url else "0.1"
        with running(data, empty_template, valkey_url=url) as ours, ours.client() as admin:
            told = {"valkey_url": url, "event_poll_seconds": poll, "workers": "0"}
            with served(data, **told) as (other, _), opened(other, ours.token()) as stream:
                stream.begun()
                for number in range(3):
                    pk = admin.post("stock/location/", json={"name": f"{number}"}).json()["pk"]
                    (event,) = stream.events(1)
                    assert (event["pk"], event["model"]) == (pk, "stocklocation")

    if with_valkey:
        with valkey(tmp_path) as port:
            tell(f"redis://127.0.0.1:{port}/0")
    else:
        tell("")


def test_a_killed_server_loses_and_repeats_nothing(tmp_path: Path, empty_template: Path) -> None:
    with running(tmp_path / "data", empty_template) as first:
        token = first.token()
    headers = {"Authorization": f"Token {token}"}
    answered: list[int] = []
    heard: list[int] = []

    def make(http: httpx.Client, count: int) -> None:
        for number in range(count):
            answered.append(http.post("/api/stock/location/", json={"name": f"{len(answered)} {number}"}).json()["pk"])

    with served(tmp_path / "data") as (url, process):
        with httpx.Client(base_url=url, headers=headers) as http, opened(url, token, model="stocklocation") as stream:
            stream.begun()
            make(http, 20)
            heard += [event["pk"] for event in stream.events(13)]
            process.send_signal(signal.SIGKILL)
            process.wait()
            last = stream.last
    with served(tmp_path / "data") as (url, _):
        with httpx.Client(base_url=url, headers=headers) as http:
            make(http, 5)
            with opened(url, token, last, model="stocklocation") as stream:
                heard += [event["pk"] for event in stream.events(len(answered) - len(heard))]
    assert heard == answered
