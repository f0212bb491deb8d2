"""Plain `count`: how the posting behind a sheet stands, and what of it is said between the questions."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from tui.counting.count import Count
from tui.counting.desk import CountDesk
from tui.counting.journal import QUEUED, SENT
from tui.counting.poster import Progress
from tui.plain.sheet_words import plural
from tui.plain.talk import Talk

__all__ = ["SheetPosting"]

#: Seconds to wait at the end for a server that answers, and for one that did not last time.
_LONG, _SHORT = 60.0, 3.0
_LOOK: Final = 0.2


class SheetPosting:
    """Hears of the posting of one sheet."""

    def __init__(self, talk: Talk, counts: CountDesk, count: Count, signed_in: Callable[[], bool]) -> None:
        self._talk = talk
        self._signed_in = signed_in
        self._counts = counts
        self._count = count
        self._news = asyncio.Event()
        self._trouble = ""
        self._refused = set(count.refused)
        self.close = counts.subscribe(self._heard)

    def _heard(self, key: str, progress: Progress) -> None:
        if key == self._count.sheet.key:
            self._news.set()

    @property
    def progress(self) -> Progress:
        """How it stands."""
        return self._counts.progress(self._count.sheet.key)

    def nudge(self, added: int) -> None:
        """So many entries more are in the journal."""
        self._counts.nudge(self._count.sheet.key, added)

    def tell(self) -> None:
        """Say what was not said yet: that the server is away or back, and what it refused."""
        progress = self.progress
        if bool(progress.trouble) != bool(self._trouble):
            self._talk.say(
                f"{progress.trouble} What you count is kept and posted later."
                if progress.trouble
                else "The server is back."
            )
        self._trouble = progress.trouble
        if progress.refused:
            self._count.renew_refused()
        for key in [key for key in self._count.refused if key not in self._refused]:
            self._refused.add(key)
            entry = self._count.refused[key]
            hint = " ! mends it." if self._talk.person else ""
            self._talk.complain(f"{self._count.lines[entry.line].label} refused: {entry.reason}{hint}")

    @property
    def _left(self) -> int:
        """How many entries the server does not have."""
        states = self._counts.journal.counts(self._count.sheet.key)
        return states[QUEUED] + states[SENT]

    async def settle(self) -> int:
        """Wait until all is posted, or it is plain that the server does not take it now; how many entries are left."""
        patience = _LONG
        if not self._signed_in():
            return self._left  # the server was away all the time
        if self.progress.trouble:
            patience = _SHORT
            self._counts.hurry()
        elif self._left > 1:
            self._talk.say(f"Posting {plural(self._left, 'line')}.")
        until = time.monotonic() + patience
        while (left := self._left) and time.monotonic() < until:
            if self.progress.trouble and patience > _SHORT:
                break
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), _LOOK)
            except TimeoutError:
                continue  # the journal says more than the news, which come only when something changes
        return left
