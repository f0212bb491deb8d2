"""All streams of this process: one reader of the database for all of them, woken when something was committed.

The last events lie in one ring that all streams share; a stream is no more than the number of the last event that it
sent. So nothing is kept for a slow reader: when the ring has gone past it, it reads from the database until it has
caught up. Everything here but `wake` and `close` runs on the event loop.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from server.db.session import Database
from server.events.reading import Bounds, Line, bounds, events_after

__all__ = ["Hub", "Limits"]

log = logging.getLogger("bincard.events")
T = TypeVar("T")
RING = 2000
BATCH = 500


@dataclass(frozen=True)
class Limits:
    """How many streams there may be, how often to look by itself (seconds) for what other processes wrote, and how
    often to show that a silent stream still lives."""

    streams: int = 1000
    per_user: int = 300
    poll: float = 2.0
    heartbeat: float = 30.0


class Hub:
    """The streams of this process. `poll_seconds` may tell another pace than the limits' while something else (Valkey)
    wakes us."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self.database = database
        self.limits = limits
        self.poll_seconds: Callable[[], float] = lambda: limits.poll
        self.rights = 0
        """Grows with each event of users, groups and tokens: streams look again who they are for."""
        self.open: Counter[int] = Counter()
        self.closed = False
        self._ring: deque[Line] = deque()
        self._behind = self._last = 0  # the ring holds what is after _behind, up to _last
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._knock = asyncio.Event()
        self._news: asyncio.Future[None] | None = None
        self._following = ThreadPoolExecutor(1, thread_name_prefix="bincard-follow")
        self._reading = ThreadPoolExecutor(2, thread_name_prefix="bincard-events")

    # -- from any thread

    def wake(self) -> None:
        """There may be new events."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._knock.set)

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(self._tell)
            loop.call_soon_threadsafe(self._knock.set)
        self._following.shutdown(wait=False, cancel_futures=True)
        self._reading.shutdown(wait=False, cancel_futures=True)

    # -- streams

    def full(self, user: int) -> bool:
        """Whether there are as many streams as there may be, for the user or at all."""
        return self.open[user] >= self.limits.per_user or self.open.total() >= self.limits.streams

    async def enter(self, user: int) -> Bounds:
        """Count a stream; where the log begins and ends."""
        self.open[user] += 1
        found = await self.run(partial(bounds, self.database))
        if self._task is None or self._task.done():
            self._loop, self._knock = asyncio.get_running_loop(), asyncio.Event()
            self._ring.clear()
            self._behind = self._last = found.newest
            self._task = asyncio.create_task(self._follow())
        return found

    def leave(self, user: int) -> None:
        self.open[user] -= 1
        if not self.open[user]:
            del self.open[user]
        if not self.open and self._task is not None:
            self._task.cancel()
            self._task = self._loop = None

    async def after(self, seen: int) -> list[Line] | None:
        """Some of what follows the event `seen`; nothing when there is nothing yet, None when it is no longer known."""
        if seen >= self._last:
            return []
        if seen < self._behind:
            return await self.run(partial(self._again, seen))
        missing = 0
        for line in reversed(self._ring):
            if line.pk <= seen:
                break
            missing += 1
        start = len(self._ring) - missing
        return list(islice(self._ring, start, min(start + BATCH, len(self._ring))))

    def _again(self, seen: int) -> list[Line] | None:
        found = events_after(self.database, seen, BATCH)
        # Asked for afterwards: what was pruned in between is missed here, never overlooked.
        return found if found and not bounds(self.database).lost(seen) else None

    @property
    def newest(self) -> int:
        return self._last

    async def news(self, seen: int) -> bool:
        """Wait until there is something after `seen`, at most for a heartbeat; whether there is."""
        if seen < self._last or self.closed:
            return True
        if self._news is None or self._news.done():
            self._news = asyncio.get_running_loop().create_future()
        done, _ = await asyncio.wait([self._news], timeout=self.limits.heartbeat)
        return bool(done)

    async def run(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, function)

    # -- the one reader

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._knock.wait(), self.poll_seconds())
            self._knock.clear()
            try:
                while lines := await loop.run_in_executor(
                    self._following, events_after, self.database, self._last, BATCH
                ):
                    self._publish(lines)
            except (SQLAlchemyError, OSError) as error:
                log.warning("the log of events cannot be read: %s", type(error).__name__)

    def _publish(self, lines: list[Line]) -> None:
        self._ring.extend(lines)
        while len(self._ring) > RING:
            self._behind = self._ring.popleft().pk
        self._last = lines[-1].pk
        if any(line.kind == "user" for line in lines):
            self.rights += 1
        self._tell()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
