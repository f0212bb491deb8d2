"""A client that is killed while it counts: nothing that was counted is lost, and nothing is posted twice."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults import Fault, FaultServer, Hang, Hold, LoseAnswer
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.counting.shop import Shelf, entries_in, launch_at
from tui.config import Launch
from tui.counting.desk import counts_dir
from tui.counting.journal import Journal
from tui.counting.local_book import LocalBook
from tui.counting.server_book import ServerBook
from tui.session import Session

ROOT = Path(__file__).parents[3]
COUNT = "/api/stock/count/"
#: How many times the client is killed; BINCARD_CUTS sets another number, as the long run does.
CUTS = int(os.environ.get("BINCARD_CUTS", "6"))


def make_sheet(launch: Launch, shelf: Shelf, *, plain: bool) -> tuple[int | None, list[int]]:
    """Make a sheet of the whole hall: the session it belongs to, and the items of its lines."""

    async def make() -> tuple[int | None, list[int]]:
        session = Session(launch)
        await session.connect()
        book = LocalBook(session) if plain else ServerBook(session)
        sheet, lines = await book.begin(shelf.scope, blind=True)
        journal = Journal(counts_dir())
        journal.begin(sheet, [line.kept for line in lines])
        journal.close()
        await session.close()
        return sheet.session, [line.item or 0 for line in lines]

    return asyncio.run(make())


class Killer:
    """Starts a clerk again and again and kills it, each time at another point; keeps what the clerk said it counted.

    Every clerk has a line of its own to the server, made by `new_line`.
    """

    def __init__(self, new_line: Callable[[], FaultServer], token: str, path: str) -> None:
        self._new_line = new_line
        self._token = token
        self._path = path
        self.told: set[int] = set()

    def _start(self, line: FaultServer, lines: int) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-m", "tests.tui.counting.clerk", line.url, self._token, str(lines)]
        return subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def _heard(self, word: str) -> None:
        if word.startswith("counted"):
            self.told.add(int(word.split()[1]))

    def run(self, lines: int, *faults: Fault, kill_after: int | None = None) -> bool:
        """Let a clerk count so many lines, and kill it when it has said `kill_after` words. Whether it came to its end.

        What it says has been on disk before.
        """
        with self._new_line() as line:
            line.fail("POST", self._path, *faults)
            with self._start(line, lines) as clerk:
                assert clerk.stdout is not None
                for said, word in enumerate(clerk.stdout, start=1):
                    self._heard(word)
                    if said == kill_after:
                        clerk.kill()
                return clerk.wait(60) == 0

    def kill_while_posting(self, fault: Fault) -> None:
        """Kill a clerk when its posting has reached the server: carried out (Hold) or not (Hang)."""
        with self._new_line() as line:
            line.fail("POST", self._path, fault)
            with self._start(line, 1) as clerk:
                assert clerk.stdout is not None
                line.wait_for("POST", self._path, withheld=isinstance(fault, Hold), seconds=60)
                clerk.kill()
                for word in clerk.stdout:
                    self._heard(word)

    def cut(self, number: int) -> None:
        """The next cut point."""
        match number % 5:
            case 0:
                self.run(3, kill_after=1 + number // 5 % 3)
            case 1:
                self.kill_while_posting(Hang())
            case 2:
                self.kill_while_posting(Hold())
            case 3:
                self.run(1, LoseAnswer(), kill_after=1)
            case _:
                self.run(1, kill_after=2)  # "done" is said, and the client dies with it


@pytest.mark.parametrize("kind", ["inventree", "bincard"])
def test_whenever_it_is_killed_every_line_is_posted_once(server: Running, shelf: Shelf, state: Path, kind: str) -> None:
    size = max(12, CUTS + CUTS // 2)  # a clerk that is killed has counted three lines at the most, four of five one
    shelf.fill(*(f"A{number}" for number in range(size)))
    plain, launch = kind == "inventree", launch_at(server)
    token = launch.token or ""
    new_line = partial(PlainInvenTree if plain else FaultServer, server.url)
    with new_line() as line:
        session, items = make_sheet(Launch(line.url, token=token), shelf, plain=plain)
    killer = Killer(new_line, token, COUNT if plain else f"/plugin/bincard/count/session/{session}/entries/")
    for number in range(CUTS):
        killer.cut(number)
    assert len(killer.told) >= CUTS // 2
    assert killer.told <= {entry.line for entry in entries_in(state)}
    assert killer.run(size)
    entries = entries_in(state)
    assert {entry.state for entry in entries} == {"confirmed"}
    assert Counter(entry.line for entry in entries) == Counter(range(size))
    if plain:
        assert [shelf.counts(item) for item in items] == [[number + 1] for number in range(size)]
    else:
        rows = shelf.get("../plugin/bincard/count/line/", session=session, limit=1000)["results"]
        assert [float(row["counted"]) for row in rows] == [number + 1 for number in range(size)]
