"""Clients without a screen that count, each in a process of its own so that it can die.

Started once; imports everything, and then forks a clerk for every life that is asked for, so that hundreds of them cost
little. A line on stdin is a list of lives (`Life` as JSON) that run together; on stdout come, each after the number of
its life,

    counted <n>     line n is in the journal, for good
    cut <step>      killed by its own hand (SIGKILL) before this step
    done <steps>    all that was counted is posted; so many steps it took
    in use          somebody else has the sheet
    ended <status>  the process is gone

A step is every write, truncation and sync of the journal's files, and every event of every request. Line n holds n + 1.
"""

import asyncio
import gc
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import anyio._backends._asyncio  # noqa: F401 - imported late by httpx: not in every clerk again
import httpx

from tests.tui.counting.disk import Deed, watched
from tui.api_client import ApiClient
from tui.config import Launch
from tui.counting.count import Count
from tui.counting.journal import Journal, SheetInUse
from tui.counting.local_book import LocalBook
from tui.counting.poster import Poster
from tui.counting.server_book import ServerBook
from tui.session import Session

__all__ = ["Life"]


@dataclass(frozen=True)
class Life:
    """What a clerk is to do: count so many lines of the sheet (of the only one, when none is named) that is in the
    journal in `counts`, and die before the step `cut` (0: live)."""

    counts: str
    url: str
    token: str
    lines: int
    cut: int = 0
    sheet: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


Say = Callable[[str], None]


class Steps:
    """Counts the steps of a life, and ends it."""

    def __init__(self, cut: int, say: Say) -> None:
        self._cut = cut
        self._say = say
        self._numbers = itertools.count(1)
        self.taken = 0

    def __call__(self, name: str) -> None:
        self.taken = next(self._numbers)
        if self.taken == self._cut:
            self._say(f"cut {name}")
            os.kill(os.getpid(), signal.SIGKILL)

    def disk(self, deed: Deed) -> None:
        self(f"{deed.what} {deed.path.rpartition('counts.sqlite3')[2].lstrip('-') or 'file'}")

    async def line(self, name: str, about: object) -> None:
        self(name)


class Transport(httpx.AsyncHTTPTransport):
    """Tells of everything that happens to a request."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(verify=False, trust_env=False)
        self._steps = steps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "trace": self._steps.line}
        return await super().handle_async_request(request)


@contextmanager
def at_work(life: Life, journal: Journal, steps: Steps) -> Iterator[tuple[Session, Poster, Count]]:
    """A session that is taken up without asking who is there, for that is not what is cut here."""
    session = Session(Launch(life.url), client=ApiClient(life.url, life.token, transport=Transport(steps)))
    (sheet,) = (sheet for sheet in journal.sheets() if life.sheet in ("", sheet.key))
    book = ServerBook(session) if sheet.session is not None else LocalBook(session, patience=0.01)
    with journal.claimed(sheet.key):
        yield session, Poster(journal, sheet, book, pauses=(0.02,)), Count(journal, sheet)


async def work(life: Life, say: Say) -> None:
    steps = Steps(life.cut, say)
    with watched(steps.disk):
        journal = Journal(Path(life.counts))
        with at_work(life, journal, steps) as (session, poster, count):
            posting = asyncio.create_task(poster.run())
            for _ in range(life.lines):
                if count.at is None:
                    break
                say(f"counted {await asyncio.to_thread(next_line, count)}")
                poster.nudge()
            while await asyncio.to_thread(journal.waiting, count.sheet.key):
                poster.nudge()
                await asyncio.sleep(0.005)
            posting.cancel()
        journal.close()
        await session.close()
    say(f"done {steps.taken}")


def next_line(count: Count) -> int:
    """Count one line; every second one by adding, which shows best when it arrives twice."""
    assert count.at is not None
    number = count.at.number
    if number % 2:
        count.add(Decimal(number + 1))
        count.go_on()
    else:
        count.record(Decimal(number + 1))
    return number


def live(number: int, life: Life) -> NoReturn:
    """One life, in the child."""

    def say(word: str) -> None:
        os.write(1, f"{number} {word}\n".encode())  # at once and whole, however many talk

    status = 1
    try:
        asyncio.run(work(life, say))
        status = 0
    except SheetInUse:
        say("in use")
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    gc.freeze()  # what is shared with the children stays shared
    for line in iter(sys.stdin.readline, ""):
        lives = [Life(**life) for life in json.loads(line)]
        children = {}
        for number, life in enumerate(lives):
            pid = os.fork()
            if pid == 0:
                live(number, life)
            children[pid] = number
        for _ in lives:
            pid, status = os.wait()
            os.write(1, f"{children[pid]} ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
