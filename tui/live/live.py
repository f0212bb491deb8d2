"""What one signed-in client knows of the server without asking for it by a key: one connection, or a look now and then.

    live = Live(session, poll=120)
    leave = live.subscribe(told)        # told() after each change of `summary`, `book` or `trouble`
    live.start()
    live.open_board()                   # from now on `book` is kept up to date

Without an open board only the counts are asked for, at most every half second and only when an alert has changed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import date
from typing import Final

from tui.api_errors import ApiError, Forbidden, NotFound
from tui.live.alerts import CRITICAL, Counts
from tui.live.book import AlertBook, Summary, load_summary
from tui.live.plain_rules import plain_alerts
from tui.live.sse import Event
from tui.live.stream import PAUSES, EventStream
from tui.session import Session

__all__ = ["Live"]

#: Seconds between two readings of the counts while alerts keep changing.
_BREATH: Final = 0.5
_PAUSES: Final = (1.0, 2.0, 5.0, 15.0, 30.0)


class Live:
    """Follows one session. Made without touching the network."""

    def __init__(self, session: Session, *, poll: float = 120.0, stream_pauses: tuple[float, ...] = PAUSES) -> None:
        """`poll` is how often a server that tells nothing by itself is looked at, in seconds."""
        self.session = session
        self.summary = Summary()
        self.book = AlertBook(session.client)
        self.by_events = False
        """Whether the server tells of changes and keeps alerts; known from the start on."""
        self.stream = EventStream(session.client, self._hear, self._read_anew, self._tell, pauses=stream_pauses)
        self.trouble = ""
        """Why `book` and `summary` may be old, apart from the stream's own trouble."""
        self._poll = poll
        self._follows = False
        self._listeners: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._watchers: list[tuple[frozenset[str], Callable[[str], None]]] = []
        self._boards = 0
        self._changed: set[int] = set()
        self._all = False
        self._resolved = False
        self._news, self._count = asyncio.Event(), asyncio.Event()

    # Who listens

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    @property
    def is_live(self) -> bool:
        """Whether changes come by themselves."""
        return self.by_events and self._follows and not self.stream.trouble

    @property
    def problem(self) -> str:
        """What is in the way, "" for nothing."""
        return self.trouble or (self.stream.trouble if self.by_events and self._follows else "")

    # Running

    def start(self, *, follow: bool = True) -> None:
        """Begin; once. Without `follow` only what is asked for by `refresh` is read."""
        if self._tasks:
            return
        self._follows = follow
        self.by_events = self.session.is_bincard
        loops = [self._keep_book, self._keep_counts] if self.by_events else [self._look]
        if self.by_events and follow:
            loops.append(self.stream.run)
        self._tasks = [asyncio.create_task(loop()) for loop in loops]

    async def aclose(self) -> None:
        """End it."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What is wanted

    def open_board(self) -> None:
        """Keep `book` from now on."""
        self._boards += 1
        if self._boards == 1:
            self._read_anew()

    def close_board(self) -> None:
        """It is not looked at any more."""
        self._boards -= 1

    def watch(self, models: Collection[str], heard: Callable[[str], None]) -> Callable[[], None]:
        """Call `heard` with the model of each change of these; the returned function ends that."""
        watcher = (frozenset(models), heard)
        self._watchers.append(watcher)
        self._want()

        def end() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
                self._want()

        return end

    def _want(self) -> None:
        self.stream.want(frozenset({"alert"}).union(*(models for models, _ in self._watchers)))

    def refresh(self, *, resolved: bool = False) -> None:
        """Read everything anew now; `resolved` asks for what was resolved last, too."""
        self._resolved = resolved
        self._read_anew()

    def changed(self, keys: set[int]) -> None:
        """These were changed by this client: read them without waiting to be told."""
        self._changed |= keys
        self._news.set()
        self._count.set()

    def _hear(self, event: Event) -> None:
        if event.model == "alert":
            self.changed({event.object})
        for models, heard in tuple(self._watchers):
            if event.model in models:
                heard(event.model)

    def _read_anew(self) -> None:
        self._all = True
        self._news.set()
        self._count.set()

    # The loops

    async def _keep_book(self) -> None:
        failures = 0
        while True:
            await self._news.wait()
            self._news.clear()
            if not self._boards:
                continue
            everything, keys = self._all, self._changed
            self._all, self._changed = False, set()
            if await self._try(lambda everything=everything, keys=keys: self._read(everything, keys)):  # type: ignore[misc]
                failures = 0
                self._tell()
                continue
            self._all = True
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            self._news.set()

    async def _read(self, everything: bool, keys: set[int]) -> None:
        if everything:
            await self.book.load()
            if self._resolved:
                await self.book.load_resolved()
        elif keys:
            await self.book.update(keys)

    async def _keep_counts(self) -> None:
        failures = 0
        while True:
            await self._count.wait()
            self._count.clear()
            if await self._try(self._read_counts):
                failures = 0
                await asyncio.sleep(_BREATH)
                continue
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            self._count.set()

    async def _read_counts(self) -> None:
        summary = await load_summary(self.session.client)
        if summary != self.summary:
            self.summary = summary
            self._tell()

    async def _look(self) -> None:
        """The same at a server that has no alerts."""
        while True:
            self._news.clear()
            if await self._try(self._work_out):
                self._tell()
            try:
                await asyncio.wait_for(self._news.wait(), self._poll if self._follows else None)
            except TimeoutError:
                continue

    async def _work_out(self) -> None:
        alerts = await plain_alerts(self.session, date.today())
        self.book.alerts = {one.pk: one for one in alerts}
        self.book.total = len(alerts)
        critical = sum(one.severity >= CRITICAL for one in alerts)
        self.summary = Summary(Counts(len(alerts), critical), len(alerts))

    async def _try(self, do: Callable[[], Awaitable[None]]) -> bool:
        """Whether it was done; else `trouble` says why not."""
        trouble = ""
        try:
            await do()
        except (Forbidden, NotFound) as error:
            trouble = str(error)  # not for this user: nothing is going to change that soon
        except ApiError as error:
            self._in_trouble(str(error))
            return False
        self._in_trouble(trouble)
        return True

    def _in_trouble(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._tell()
