"""Counts that are cut at every step, on Bincard and on plain InvenTree: nothing is lost, nothing is posted twice."""

import asyncio
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.serving import DATABASE
from tests.tui.counting.clerk import Life
from tests.tui.counting.cutting import BREAKS, BreakingLine, BreakingPlainLine, Clerks, Outcome, ServerProgram
from tests.tui.counting.shop import entries_in
from tui.config import Launch
from tui.counting.book import Scope
from tui.counting.desk import counts_dir
from tui.counting.journal import Journal, Sheet
from tui.counting.local_book import LocalBook
from tui.counting.server_book import ServerBook
from tui.session import Session

LINES = 200
CUTS = 200
COUNT = "/api/stock/count/"
REELS = 11
TITLE = "Cut to pieces"
STEPS = {f"{deed} wal" for deed in ("write", "sync", "synced")} | {
    f"{step}.{when}"
    for step in (
        "connection.connect_tcp", "http11.send_request_headers", "http11.send_request_body",
        "http11.receive_response_headers", "http11.receive_response_body", "http11.response_closed",
    )
    for when in ("started", "complete")
}  # fmt: skip
"""At each of these clerks must have died."""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Path:
    return Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("cuts") / "data"))


@pytest.fixture(scope="module")
def program(data_dir: Path) -> Iterator[ServerProgram]:
    with ServerProgram(data_dir) as started:
        yield started


@pytest.fixture(scope="module")
def clerks() -> Iterator[Clerks]:
    with Clerks() as started:
        yield started
        assert not started.orphans


@pytest.fixture
def token(program: ServerProgram) -> str:
    return program.token()


def make_sheet(launch: Launch, counts: Path, lines: int = LINES, *, plain: bool) -> tuple[Sheet, list[int]]:
    """Make a sheet of so many lines in the journal in `counts`: the sheet, and the items of its lines."""

    async def make() -> tuple[Sheet, list[int]]:
        session = Session(launch)
        await session.connect()
        book = LocalBook(session) if plain else ServerBook(session)
        sheet, found = await book.begin(Scope(TITLE, location=REELS), blind=True)
        chosen = [line for line in found if not line.serial][:lines]
        assert len(chosen) == lines
        journal = Journal(counts)
        journal.begin(sheet, [line.at(number).kept for number, line in enumerate(chosen)])
        journal.close()
        await session.close()
        return sheet, [line.item or 0 for line in chosen]

    return asyncio.run(make())


def counts_of(program: ServerProgram) -> dict[int, list[float]]:
    """What was posted to each item by counting on a plain InvenTree."""
    with program.client() as api:
        rows = api.get("stock/track/", params={"search": TITLE, "limit": 5000}).raise_for_status().json()["results"]
    posted: dict[int, list[float]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["pk"]):
        assert row["tracking_type"] == 10
        posted[row["item"]].append(row["deltas"]["quantity"])
    return posted


def entered(data_dir: Path, sheet: Sheet) -> dict[int, list[float]]:
    """What counters entered for each item, as the server's database has it."""
    found: dict[int, list[float]] = defaultdict(list)
    with closing(sqlite3.connect(data_dir / DATABASE)) as connection:
        rows = connection.execute(
            "SELECT line.stock_item_id, entry.quantity FROM bincard_countentry entry JOIN bincard_countline line "
            "ON line.pk = entry.line_id WHERE entry.session_id = ? ORDER BY entry.pk", (sheet.session,),
        )  # fmt: skip
        for item, quantity in rows:
            found[item].append(quantity / 10**5)  # kept as a whole number
    return found


class Cutter:
    """Has clerks die at one step after the other, and breaks the line to those that live."""

    def __init__(self, clerks: Clerks, line: BreakingLine, path: str, life: Life) -> None:
        self._clerks, self._line, self._path, self._life = clerks, line, path, life
        self.told: Counter[int] = Counter()
        """The lines that clerks said they had counted, and how often: a line that is lost is counted again."""
        self.cuts: Counter[str] = Counter()
        """At which steps how many clerks died, and what happened to the line."""
        self.steps = self._live(1).steps

    def _live(self, lines: int, cut: int = 0) -> Outcome:
        (outcome,) = self._clerks.run(replace(self._life, lines=lines, cut=cut))
        self.told.update(outcome.counted)
        assert outcome.status in (0, -9), outcome
        self._line.quiet()
        return outcome

    def cut(self, number: int) -> None:
        """The next cut point: every twelfth is of the line, the others go through the steps of a life."""
        turn, rest = divmod(number, 12)
        if not rest:
            how = BREAKS[turn % len(BREAKS)]
            self._line.break_next(how, self._path)
            self._live(1, cut=0 if turn % 2 else 40)
            self.cuts.update([how] * (how in self._line.broken))
            return
        outcome = self._live(1, 1 + (number - turn) % self.steps)
        self.cuts.update([outcome.cut] if outcome.cut else [])

    def finish(self) -> None:
        """Count and post what is left."""
        outcome = self._live(LINES)
        assert outcome.steps and not outcome.cut


@pytest.mark.parametrize("kind", ["inventree", "bincard"])
def test_a_count_that_is_cut_at_every_step_is_posted_once(
    program: ServerProgram, clerks: Clerks, token: str, data_dir: Path, state: Path, kind: str
) -> None:
    plain = kind == "inventree"
    with BreakingPlainLine(program) if plain else BreakingLine(program) as line:
        sheet, items = make_sheet(Launch(line.url, token=token), counts_dir(), plain=plain)
        path = COUNT if plain else f"/plugin/bincard/count/session/{sheet.session}/entries/"
        cutter = Cutter(clerks, line, path, Life(str(counts_dir()), line.url, token, 1))
        number = 0
        while cutter.cuts.total() < CUTS:
            number += 1
            cutter.cut(number)
        cutter.finish()
        assert not isinstance(line, BreakingPlainLine) or not line.strayed
    assert cutter.told == dict.fromkeys(cutter.told, 1)
    entries = entries_in(state)
    assert {entry.state for entry in entries} == {"confirmed"}
    assert Counter(entry.line for entry in entries) == Counter(range(LINES))
    wanted = {item: [number + 1.0] for number, item in enumerate(items)}
    assert (counts_of(program) if plain else entered(data_dir, sheet)) == wanted
    assert set(cutter.cuts) >= {*BREAKS, *STEPS}
    assert not clerks.orphans


def test_the_server_is_killed_while_five_clients_post(
    program: ServerProgram, clerks: Clerks, token: str, data_dir: Path, tmp_path: Path
) -> None:
    with BreakingLine(program) as line:
        launch, lives, made = Launch(line.url, token=token), [], []
        for number in range(5):
            counts = tmp_path / f"counter {number}"
            made.append(make_sheet(launch, counts, 20, plain=False))
            lives.append(Life(str(counts), line.url, token, 20))
        for sheet, _ in made[::4]:  # whatever the others have under way is cut as well
            line.break_next("server killed", f"/plugin/bincard/count/session/{sheet.session}/entries/")
        outcomes = clerks.run(*lives)
        assert [(outcome.counted, outcome.status) for outcome in outcomes] == [([*range(20)], 0)] * 5
        assert line.broken == ["server killed"] * 2
    for sheet, items in made:
        assert entered(data_dir, sheet) == {item: [number + 1.0] for number, item in enumerate(items)}
    assert not clerks.orphans


def test_two_clients_of_one_journal(
    program: ServerProgram, clerks: Clerks, token: str, data_dir: Path, tmp_path: Path
) -> None:
    launch, counts = Launch(program.url, token=token), tmp_path / "counts"
    made = [make_sheet(launch, counts, 20, plain=False) for _ in range(2)]
    lives = [Life(str(counts), program.url, token, 20, sheet=sheet.key) for sheet, _ in made]
    first, second, late = clerks.run(*lives, replace(lives[0], cut=0))
    assert second.counted == [*range(20)]
    assert not (first.in_use and late.in_use)
    assert sorted(first.counted + late.counted) == [*range(20)]
    for sheet, items in made:
        assert entered(data_dir, sheet) == {item: [number + 1.0] for number, item in enumerate(items)}


def test_the_journal_holds_no_secret(program: ServerProgram, clerks: Clerks, token: str, tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    make_sheet(Launch(program.url, token=token), counts, 5, plain=False)
    clerks.run(Life(str(counts), program.url, token, 3, cut=30))
    kept = b"".join(path.read_bytes() for path in counts.iterdir())
    assert program.url.encode() in kept
    assert not [word for word in (token, "nolimits", "Authorization", "password") if word.encode() in kept]
    assert counts.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in counts.iterdir()} == {0o600}
