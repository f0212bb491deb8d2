"""Posts what was counted, behind the counting: in order, each exactly once, and again when the server is back.

    poster = Poster(journal, sheet, book, listener)
    task = asyncio.create_task(poster.run())
    poster.nudge()                  # something new is in the journal

An entry is marked as sent on disk before it is sent, so that one whose answer was lost, or whose client died, is known
to be in doubt; the book finds out before it repeats it. What the server refuses is kept with its reason and out of the
way of the others.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from tui.api_errors import ApiError, Conflict, Forbidden, Invalid
from tui.counting.book import CountBook, Outgoing
from tui.counting.count import total_of
from tui.counting.journal import QUEUED, SENT, Entry, Journal, JournalError, Sheet
from tui.counting.lines import CountLine
from tui.counting.others import COUNTING, Others

__all__ = ["Poster", "Progress"]

#: Seconds between tries while the server is away.
_PAUSES: Final = (1.0, 1.0, 2.0, 5.0, 10.0, 30.0)
#: Seconds after which others are asked about while nothing is posted; what they do comes with every posting, too.
_LOOK: Final = 20.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How many entries and barcodes wait, how many were refused, what is in the way ("" for nothing)."""

    waiting: int = 0
    refused: int = 0
    trouble: str = ""
    others: Others = field(default_factory=Others)
    """What others do in the session."""


class Poster:
    """Posts one sheet. Whoever runs it must have claimed the sheet in the journal."""

    def __init__(
        self,
        journal: Journal,
        sheet: Sheet,
        book: CountBook,
        listener: Callable[[Progress], None] = lambda progress: None,
        *,
        pauses: tuple[float, ...] = _PAUSES,
        look: float = _LOOK,
    ) -> None:
        """`look` is after how many seconds without a posting the others are asked about."""
        self.progress = Progress()
        self._journal = journal
        self._sheet = sheet
        self._book = book
        self.listener = listener
        self._pauses = pauses
        self._look = look
        if book.company is not None:
            book.company.begin(int(sheet.options.get("status", COUNTING)), self._hear)
            self.progress = Progress(others=book.company.others)
        self._failures = 0
        self._due = False
        self._lines: dict[int, CountLine] = {}
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()

    def nudge(self, added: int = 1) -> None:
        """There are so many entries more to post. They are told of at once, however long the server takes."""
        self._say(replace(self.progress, waiting=self.progress.waiting + added))
        self._news.set()

    def be_at(self, line: int | None) -> None:
        """The counter is at this line now (the server's key, None where it has none)."""
        if self._book.company is not None:
            self._book.company.be_at(line)
            self._wake()

    def leave(self) -> None:
        """The counter is at no line any more."""
        if self._book.company is not None:
            self._book.company.leave()
            self._wake()

    def _wake(self) -> None:
        if self._book.company is not None and self._book.company.untold:
            self._news.set()

    def hurry(self) -> None:
        """Try at once, also while waiting for the server."""
        self._hurry.set()
        self._news.set()

    async def run(self) -> None:
        """Post whatever comes, until cancelled."""
        while True:
            self._news.clear()
            if await self.post_waiting():
                await self.meet()
                await self._wait()
            else:
                await self._pause()

    async def _wait(self) -> None:
        """Until there is news, or it is time to look what others do."""
        present = self._book.company is not None and self._book.company.present
        try:
            await asyncio.wait_for(self._news.wait(), self._look if present else None)
        except TimeoutError:
            self._due = True

    async def meet(self) -> None:
        """Tell where the counter is, if that is new, and hear of the others, if it is time to."""
        company = self._book.company
        if company is None or not (company.untold or self._due):
            return
        self._due = False
        try:
            await self._book.meet(self._sheet)
        except (Forbidden, Invalid, Conflict):
            company.told(company.says())  # whoever may not say it counts all the same: each entry has its own answer
        except ApiError:
            self._due = True  # it only helps the others: no trouble to speak of, and there is a next time

    def _hear(self, others: Others) -> None:
        self._say(replace(self.progress, others=others))

    async def _pause(self) -> None:
        self._hurry.clear()
        pause = self._pauses[min(self._failures, len(self._pauses)) - 1]
        try:
            await asyncio.wait_for(self._hurry.wait(), pause)
        except TimeoutError:
            return

    async def post_waiting(self) -> bool:
        """Post all that waits now; False when something came in the way and it is to be tried again later."""
        try:
            while await self._post_some():
                self._failures = 0
            await self._post_parked()
        except (ApiError, JournalError) as error:
            self._failures += 1
            await self._tell(str(error))
            return False
        self._failures = 0
        await self._tell("")
        return True

    async def _post_some(self) -> bool:
        """Post the next few; whether there were any."""
        outgoing = await asyncio.to_thread(self._next)
        if not outgoing:
            return False
        await self._tell(self.progress.trouble)
        try:
            outcomes = await self._book.post(self._sheet, outgoing)
        except ApiError as error:
            fresh = [each.entry.key for each in outgoing if not each.doubtful]
            if not error.uncertain and fresh:
                await asyncio.to_thread(self._journal.requeue, fresh)
            raise
        taken = [outcome.key for outcome in outcomes if outcome.taken]
        if taken:
            await asyncio.to_thread(self._journal.confirm, taken)
        for outcome in outcomes:
            if not outcome.taken:
                await asyncio.to_thread(self._journal.refuse, outcome.key, outcome.reason)
        await self._tell("")
        return True

    def _next(self) -> Sequence[Outgoing]:
        """What to post next, marked as sent."""
        entries = self._journal.waiting(self._sheet.key, self._book.batch)
        if not entries:
            return ()
        if any(entry.line not in self._lines for entry in entries):
            self._lines = {line.number: CountLine.of_kept(line) for line in self._journal.lines(self._sheet.key)}
        outgoing = [
            Outgoing(entry, self._lines[entry.line], self._total(entry), doubtful=entry.state == SENT)
            for entry in entries
        ]
        now = {entry.key: {"sent_at": time.time()} for entry in entries}
        self._journal.note_sent(list(now), now)
        return outgoing

    def _total(self, entry: Entry) -> Decimal:
        """What was counted of the line up to and with this entry."""
        before = []
        for each in self._journal.line_entries(self._sheet.key, entry.line):
            before.append(each)
            if each.key == entry.key:
                break
        return total_of(before) or Decimal(0)

    async def _post_parked(self) -> None:
        if not self._book.keeps_parked:
            return
        for parked in await asyncio.to_thread(self._journal.parked, self._sheet.key):
            if parked.state == QUEUED:
                await self._book.park(self._sheet, parked)
                await asyncio.to_thread(self._journal.confirm_parked, [parked.key])

    async def _tell(self, trouble: str) -> None:
        try:
            counts = await asyncio.to_thread(self._journal.counts, self._sheet.key)
            parked = await asyncio.to_thread(self._journal.parked, self._sheet.key)
        except JournalError as error:
            self._say(replace(self.progress, trouble=str(error)))
            return
        waiting = counts["queued"] + counts["sent"]
        if self._book.keeps_parked:
            waiting += sum(each.state == QUEUED for each in parked)
        self._say(replace(self.progress, waiting=waiting, refused=counts["refused"], trouble=trouble))

    def _say(self, progress: Progress) -> None:
        if progress != self.progress:
            self.progress = progress
            self.listener(progress)
