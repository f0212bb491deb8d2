"""The counts of one session: begun, resumed, posted behind everything else, and forgotten when all is confirmed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.connection import ConnectionState, Link
from tui.counting.book import CountBook, Scope
from tui.counting.count import Count
from tui.counting.journal import CONFIRMED, QUEUED, REFUSED, SENT, Journal, Sheet, SheetInUse
from tui.counting.lines import CountLine
from tui.counting.local_book import LocalBook
from tui.counting.others import COUNTING
from tui.counting.poster import Poster, Progress
from tui.counting.server_book import ServerBook
from tui.paths import state_dir
from tui.session import Session

if TYPE_CHECKING:
    from tui.counting.joining import OpenSession

__all__ = ["CountDesk", "Unfinished", "counts_dir"]

Listener = Callable[[str, Progress], None]
#: Seconds that the others are given to hear that somebody leaves for good.
_PARTING: Final = 0.5


def counts_dir() -> Path:
    """Where the journal of counts is."""
    return state_dir() / "counts"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A sheet that somebody began."""

    sheet: Sheet
    lines: int
    counted: int
    waiting: int
    refused: int

    @property
    def figures(self) -> str:
        """ "12 of 40 counted, 3 wait"."""
        parts = [f"{self.counted} of {self.lines} counted"]
        parts += [f"{self.waiting} wait"] if self.waiting else []
        parts += [f"{self.refused} refused"] if self.refused else []
        return ", ".join(parts)


@dataclass(slots=True)
class _Open:
    """A sheet that is claimed and being posted."""

    poster: Poster
    task: asyncio.Task[None]
    claim: ExitStack = field(default_factory=ExitStack)


class CountDesk:
    """Has the journal, and a poster for each sheet at hand."""

    def __init__(self, session: Session, *, book: CountBook | None = None) -> None:
        self.journal = Journal(counts_dir())
        self.user = session.user_name
        self._session = session
        self._listeners: list[Listener] = []
        self._book = book
        self._open: dict[str, _Open] = {}
        self._statuses: dict[str, int] = {}
        self._unsubscribe = session.client.connection.subscribe(self._on_connection)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` told, in the event loop, how the posting of each sheet stands; what is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    @property
    def waiting(self) -> int:
        """How many entries wait, of all sheets at hand."""
        return sum(each.poster.progress.waiting for each in self._open.values())

    @property
    def held_up(self) -> int:
        """How many of them wait because something is in the way, not just for their turn."""
        found = (each.poster.progress for each in self._open.values())
        return sum(progress.waiting for progress in found if progress.trouble)

    def progress(self, key: str) -> Progress:
        """How the posting of a sheet stands."""
        return self._open[key].poster.progress if key in self._open else Progress()

    def unfinished(self) -> list[Unfinished]:
        """The sheets of this user at this server that are not finished, the newest first. Raises JournalError."""
        found = []
        for sheet in self.journal.sheets(self._session.client.url, self.user):
            states = self.journal.counts(sheet.key)
            lines = self.journal.lines(sheet.key)
            counted = {entry.line for entry in self.journal.entries(sheet.key)}
            counted |= {line.number for line in lines if line.shown.get("counted")}
            found.append(
                Unfinished(sheet, len(lines), len(counted), states[QUEUED] + states[SENT], states[REFUSED])
            )  # fmt: skip
        return found

    async def begin(self, scope: Scope, *, blind: bool, mode: str = "single") -> Count:
        """Make a sheet, or join a session; `mode` is one of MODES. Raises ApiError, JournalError."""
        sheet, lines = await self._maker().begin(scope, blind=blind, mode=mode)
        known = self._known(sheet, lines) if scope.session is not None else None
        if known is not None:
            return self.resume(known)
        self.journal.begin(sheet, [line.kept for line in lines])
        return self.resume(sheet.key)

    def _known(self, sheet: Sheet, lines: Sequence[CountLine]) -> str | None:
        """The sheet on this machine that has the same lines of the same session, to go on with instead."""
        wanted = {(line.line, line.round) for line in lines}
        for known in self.journal.sheets(sheet.server, sheet.user):
            if known.session == sheet.session:
                kept = map(CountLine.of_kept, self.journal.lines(known.key))
                if wanted <= {(line.line, line.round) for line in kept}:
                    return known.key
        return None

    def resume(self, key: str) -> Count:
        """Go on with a sheet. Raises SheetInUse when somebody else on this machine has it, KeyError for none."""
        sheet = next((each for each in self.journal.sheets() if each.key == key), None)
        if sheet is None:
            raise KeyError(key)
        self._post(sheet)
        return Count(self.journal, sheet)

    def post_left_behind(self) -> None:
        """Post what earlier clients did not live to post. Raises JournalError."""
        for each in self.unfinished():
            if each.waiting:
                try:
                    self._post(each.sheet)
                except SheetInUse:
                    continue  # the client that has it posts it

    def nudge(self, key: str, added: int = 1) -> None:
        """So many entries more are in the journal; posted when the sheet is at hand."""
        if key in self._open:
            self._open[key].poster.nudge(added)

    async def open_sessions(self) -> list["OpenSession"]:
        """What can be joined; nothing on a plain InvenTree. Raises ApiError."""
        from tui.counting.joining import open_sessions

        return await open_sessions(self._session) if self._session.is_bincard else []

    async def may_show_expected(self) -> bool:
        """Whether this user may begin counts that show what is expected. Raises ApiError."""
        from tui.counting.joining import may_show_expected

        return await may_show_expected(self._session)

    def be_at(self, key: str, line: int | None) -> None:
        """The counter is at this line (the server's key) of a sheet now; others are told behind the counting."""
        if key in self._open:
            self._open[key].poster.be_at(line)

    def leave(self, key: str) -> None:
        """The counter has left a sheet: others may have the line."""
        if key in self._open:
            self._open[key].poster.leave()

    def finish(self, key: str) -> None:
        """Forget a sheet. Raises JournalError while something on it is not confirmed."""
        self.journal.finish(key)
        self._close(key)

    def finish_if_done(self, count: Count) -> bool:
        """Forget a sheet of which every line is counted and confirmed, and nothing is refused or put aside."""
        key = count.sheet.key
        states = self.journal.counts(key)
        open_ = [state for state, number in states.items() if state != CONFIRMED and number]
        if count.left or open_ or count.put_aside:
            return False
        self.finish(key)
        return True

    def abandon(self, key: str) -> None:
        """Forget a sheet with all that the server did not take. Only where the counter says so. Raises JournalError."""
        self.journal.discard(key)
        self._close(key)

    async def aclose(self) -> None:
        """Stop posting; what waits stays in the journal, and the lines that were taken are let go if that is quick."""
        self._unsubscribe()
        if self._session.client.connection.state.link is Link.ONLINE:
            for key in self._open:
                self.leave(key)
            partings = [each.poster.meet() for each in self._open.values()]
            await asyncio.wait([asyncio.create_task(each) for each in partings], timeout=_PARTING) if partings else ()
        tasks = [each.task for each in self._open.values()]
        for key in tuple(self._open):
            self._close(key)
        await asyncio.gather(*tasks, return_exceptions=True)
        self.journal.close()

    def hurry(self) -> None:
        """Try to post at once whatever waits."""
        for each in self._open.values():
            each.poster.hurry()

    def _post(self, sheet: Sheet) -> None:
        if sheet.key in self._open:
            return
        claim = ExitStack()
        claim.enter_context(self.journal.claimed(sheet.key))
        poster = Poster(self.journal, sheet, self._book_of(sheet), lambda progress: self._tell(sheet.key, progress))
        self._open[sheet.key] = _Open(poster, asyncio.create_task(poster.run()), claim)

    def _maker(self) -> CountBook:
        """Who makes sheets."""
        return self._book or (ServerBook(self._session) if self._session.is_bincard else LocalBook(self._session))

    def _book_of(self, sheet: Sheet) -> CountBook:
        """Who takes the entries of a sheet: also known while the server cannot say what it is."""
        if self._book is not None:
            return self._book
        return ServerBook(self._session) if sheet.session is not None else LocalBook(self._session)

    def _tell(self, key: str, progress: Progress) -> None:
        status, before = progress.others.status, self._statuses.get(key, COUNTING)
        self._statuses[key] = status
        if status == COUNTING and before != COUNTING and progress.refused:
            self._post_again(key)
        for listener in tuple(self._listeners):
            listener(key, progress)

    def _post_again(self, key: str) -> None:
        """The session was opened again: what it refused while it was closed may be taken now, what is wrong is not."""
        refused = [entry.key for entry in self.journal.refused(key)]
        self.journal.requeue(refused)
        self.nudge(key, len(refused))

    def _close(self, key: str) -> None:
        opened = self._open.pop(key, None)
        if opened is not None:
            opened.task.cancel()
            opened.claim.close()

    def _on_connection(self, state: ConnectionState) -> None:
        if state.link is Link.ONLINE:
            for each in self._open.values():
                if each.poster.progress.trouble:
                    each.poster.hurry()
