"""Thirty counters at once on one session, on every kind of database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from server.actions.counting.closing import Tolerances, close
from server.actions.counting.entries import Given, take_entries
from server.actions.counting.planner import due_items
from server.actions.counting.posting import accepted_lines, post_line
from server.actions.counting.records import Deed
from server.actions.counting.sheet import Scope, make_session
from server.db.models.counting import CountEntry, CountLine
from server.db.models.users import User
from server.db.session import Database
from server.domain.stock import By
from tests.server.actions.stock_room import NOW, StockRoom

COUNTERS, LINES = 30, 12


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def counter(room: StockRoom, number: int) -> By:
    user = User(
        username=f"counter {number}", password="", is_active=True, first_name="", last_name="", email="",
        date_joined=NOW,
    )  # fmt: skip
    return By(room.add(user), NOW)


def started(room: StockRoom, items: list[int], mode: str) -> int:
    def make(session: Session) -> int:
        scope = Scope(items=tuple(items))
        return make_session(Deed(session, room.by), scope, told={}, description="", blind=True, mode=mode).pk

    return room.database.run_write(make)


def test_thirty_counters_lose_nothing_and_double_nothing(room: StockRoom) -> None:
    """Each posts each batch twice, as clients do that got no answer; two of three items are not on the sheet."""
    part = room.part()
    items = [room.item(part, 30, delete_on_deplete=False) for _ in range(LINES)]
    count = started(room, items[:4], "sum")
    counters = [counter(room, number) for number in range(COUNTERS)]

    def work(by: By) -> list[str]:
        entries = [Given(f"{by.user}-{item}", Decimal(1), item=item, adds=True) for item in items]
        told = []
        for _ in range(2):
            results = room.database.run_write(
                lambda session: take_entries(Deed(session, by), count, entries, sent_at=None, other_recounter=True)
            )
            told += [result.status for result in results]
        return told

    with ThreadPoolExecutor(COUNTERS) as pool:
        told = list(pool.map(work, counters))
    assert all(one == ["kept"] * LINES + ["known"] * LINES for one in told)
    with Session(room.database.engine) as session:
        assert len(session.scalars(select(CountEntry.pk)).all()) == COUNTERS * LINES
        lines = session.scalars(select(CountLine.stock_item_key)).all()
    assert sorted(lines) == sorted(items)
    room.database.run_write(lambda session: close(Deed(session, room.by), count, Tolerances({}), incomplete=False))
    keys = room.database.run_write(lambda session: list(session.scalars(accepted_lines(count))))
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(
            lambda key: room.database.run_write(lambda session: post_line(Deed(session, room.by), count, key)).result,
            keys * 2,
        ))  # fmt: skip
    assert {one.status for one in done} == {"posted"}
    assert len([code for code, _, _ in room.history(part_id=part) if code == 10]) == LINES
    with Session(room.database.engine) as session:
        lines_now = session.scalars(select(CountLine)).all()
    assert {(line.posted_at, line.approved_at, line.taken_at) for line in lines_now} == {(NOW, None, None)}
    with room.database.read() as connection:
        due = due_items(connection, NOW + timedelta(days=200), {"A": 30, "B": 90, "C": 180}, 5)
    assert [(one.last_counted, one.reasons) for one in due] == [(NOW.date().isoformat(), ("interval passed",))] * 5


def test_a_batch_takes_as_many_statements_as_an_entry(room: StockRoom) -> None:
    part = room.part()
    items = [room.item(part, 30) for _ in range(60)]
    count = started(room, items, "single")
    counted: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        counted.append(statement)

    event.listen(room.database.engine, "before_cursor_execute", note)

    def statements(chosen: list[int]) -> int:
        counted.clear()
        given = [Given(f"k{item}", Decimal(30), item=item) for item in chosen]
        room.database.run_write(
            lambda session: take_entries(Deed(session, room.by), count, given, sent_at=None, other_recounter=True)
        )
        return len(counted)

    assert statements(items[:1]) == statements(items[1:])
