"""The stream of events: whatever becomes of the line or the server, each event comes once and in order."""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.models.stock import StockLocation
from tests.faults import FaultServer
from tests.server.events.test_processes import served
from tests.serving import Running, running
from tests.tui.hostile import HOSTILE
from tests.tui.live.relay import Relay
from tests.tui.live.watched import add_user
from tui.api_client import ApiClient
from tui.live.sse import Event, EventParser, event_of
from tui.live.stream import EventStream
from tui.safe_text import is_safe

PATIENCE = 30.0
PATH = "/plugin/bincard/events/"


class Reader:
    """A stream at work, and what came of it."""

    def __init__(self, url: str, token: str, *, pauses: tuple[float, ...] = (0.0,), silence: float = 75.0) -> None:
        self.client = ApiClient(url, token)
        self.heard: list[Event] = []
        self.begun = 0
        self.stream = EventStream(self.client, self.heard.append, self._begin, pauses=pauses, silence=silence)
        self.stream.want({"stocklocation"})

    def _begin(self) -> None:
        self.begun += 1

    @property
    def objects(self) -> list[int]:
        return [event.object for event in self.heard]

    async def until(self, true: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"{what} did not come"
            await asyncio.sleep(0.005)


@asynccontextmanager
async def reading(url: str, token: str, **more: float) -> AsyncIterator[Reader]:
    reader = Reader(url, token, **more)  # type: ignore[arg-type]
    task = asyncio.create_task(reader.stream.run())
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await reader.client.aclose()


def make(server: Running, count: int) -> list[int]:
    """Locations, each in a transaction of its own; their keys."""
    made = []
    for number in range(count):
        with server.database.write() as session:
            place = StockLocation(name=f"Place {number}")
            session.add(place)
            session.flush()
            made.append(place.pk)
    return made


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path / "server", empty_template) as started:
        yield started


@given(st.lists(st.integers(1, 60), max_size=40))
def test_blocks_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    whole = (
        b'retry: 1000\n\n: alive\nid: 4\n\nid: 5\nevent: stock\ndata: {"a":1}\n\r\nid: 6\ndata: x\ndata: y\n\n'
        b"id: nine\ndata: z\n\n"
    )
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(whole[at : at + cut])
        at += cut
    parser = EventParser()
    found = [block for piece in [*pieces, whole[at:]] for block in parser.feed(piece)]
    told = [(block.pk, block.name, block.data) for block in found if block.pk or block.data]
    assert told == [(4, "", b""), (5, "stock", b'{"a":1}'), (6, "", b"x\ny"), (None, "", b"z")]


def test_a_block_that_has_no_end_is_refused() -> None:
    parser = EventParser()
    with pytest.raises(ValueError, match="no end"):
        for _ in range(6):
            parser.feed(b"d" * 1024 * 1024)


async def test_a_hundred_cuts_lose_and_repeat_nothing(server: Running) -> None:
    chance = random.Random(5)
    budgets = (chance.choice((0, 60, chance.randrange(300, 1500))) for _ in range(100))
    with Relay(server.url, budgets) as relay:
        async with reading(relay.url, server.token()) as reader:
            await reader.until(lambda: reader.begun, "the beginning")
            made = []
            while relay.cuts < 100:
                made += await asyncio.to_thread(make, server, 3)
            made += await asyncio.to_thread(make, server, 3)
            await reader.until(lambda: len(reader.objects) >= len(made), "every event")
            assert reader.objects == made
            assert reader.begun == 1
            numbers = [event.pk for event in reader.heard]
            assert numbers == sorted(set(numbers))


async def test_a_killed_server_loses_and_repeats_nothing(tmp_path: Path, empty_template: Path) -> None:
    def post(url: str, token: str, numbers: range) -> list[int]:
        with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}) as api:
            answers = [api.post("/api/stock/location/", json={"name": f"Place {n}"}) for n in numbers]
        return [answer.raise_for_status().json()["pk"] for answer in answers]

    with running(tmp_path / "server", empty_template) as first:
        token = first.token()
    with served(tmp_path / "server") as (url, process), Relay(url) as relay:
        async with reading(relay.url, token, pauses=(0.05,)) as reader:  # type: ignore[arg-type]
            await reader.until(lambda: reader.begun, "the beginning")
            made = await asyncio.to_thread(post, url, token, range(5))
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            with running(tmp_path / "server") as again:
                made += await asyncio.to_thread(post, again.url, token, range(5, 10))
                relay.upstream = again.url
                await reader.until(lambda: len(reader.objects) >= len(made), "every event")
                assert reader.objects == made
                assert reader.begun == 1


async def test_what_is_wanted_changes_on_the_way(server: Running) -> None:
    async with reading(server.url, server.token()) as reader:
        await reader.until(lambda: reader.begun, "the beginning")
        reader.stream.want({"alert"})
        reader.stream.want({"alert", "stocklocation"})
        made = await asyncio.to_thread(make, server, 2)
        await reader.until(lambda: len(reader.objects) >= 2, "both")
        assert reader.objects == made


async def test_who_may_read_no_events_is_told_so_once_and_nothing_is_asked_again(server: Running) -> None:
    add_user(server, "nobody", "nothing-to-see")
    async with reading(server.url, server.token("nobody", "nothing-to-see")) as reader:
        await reader.until(lambda: reader.stream.over, "the refusal")
        assert reader.stream.trouble
        assert not reader.begun


async def test_a_silent_line_counts_as_dead() -> None:
    with FaultServer() as silent:
        silent.answer("GET", PATH, b"", headers={"Content-Type": "text/event-stream", "Content-Length": "1000"})
        async with reading(silent.url, "token", silence=0.05) as reader:
            await reader.until(lambda: len(silent.calls("GET", PATH)) > 2, "another try")
            assert reader.stream.trouble


async def test_what_is_no_stream_is_no_event() -> None:
    with FaultServer() as other:
        other.answer("GET", PATH, {"results": []})
        async with reading(other.url, "token") as reader:
            await reader.until(lambda: "no stream" in reader.stream.trouble, "what is wrong")
            assert not reader.heard


def test_hostile_events_are_made_safe_or_refused() -> None:
    for text in HOSTILE.values():
        data = json.dumps({"model": text, "pk": 1, "action": text, "about": {"part": text}})
        (block,) = EventParser().feed(f"id: 1\ndata: {data}\n\n".encode())
        event = event_of(block)
        assert event is not None
        assert is_safe(event.model.replace("\n", ""))
        assert is_safe(str(event.about["part"]).replace("\n", ""))
    for broken in ("[]", "{}", "nothing", '{"model": 1, "pk": "x", "action": ""}'):
        (block,) = EventParser().feed(f"id: 1\ndata: {broken}\n\n".encode())
        with pytest.raises(ValueError):
            event_of(block)
    assert list(islice(EventParser().feed(b"\n\n\n"), 1)) == []
