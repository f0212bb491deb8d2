"""Several counters in one session: who is at which line, what others have counted, and what can be joined."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from server.actions.counting.records import LINES
from server.actions.counting.taking import TAKEN_FOR
from server.db.models.counting import CountEntry, CountSession
from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        yield made
        made.close()


def sheet(room: CountRoom, lines: int = 2, **values: Any) -> tuple[int, list[int]]:
    """A session of so many lines of 10 pieces, and their keys."""
    items = [room.shop.item(room.shop.part(), 10) for _ in range(lines)]
    made = room.session(scope={"items": items}, **values)["pk"]
    return made, [line["pk"] for line in room.lines(made)]


def others(by: httpx.Client, session: int, seen: int = 0) -> dict[str, Any]:
    answer = by.get(f"{COUNT}session/{session}/others/", params={"seen": seen})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_counter_has_the_line_they_came_to_and_no_other(room: CountRoom) -> None:
    made, (first, second) = sheet(room)
    ann, bob = room.as_("ann"), room.as_("bob")
    assert room.do(ann, made, "at", at=first) == {}
    assert room.do(bob, made, "at", at=first, seen=0)["others"]["taken"] == {"ann": [first]}
    assert room.lines(made)[0]["taken_by_name"] == "ann"
    room.do(ann, made, "at", at=second)
    assert others(bob, made)["taken"] == {"ann": [second]}
    assert others(ann, made)["taken"] == {}
    room.do(ann, made, "at", at=None)
    assert others(bob, made)["taken"] == {}


def test_a_line_is_not_taken_for_ever(room: CountRoom) -> None:
    made, (line,) = sheet(room, 1)
    ann, bob = room.as_("ann"), room.as_("bob")
    room.do(ann, made, "at", at=line)
    long_ago = datetime.now(UTC) - TAKEN_FOR - timedelta(seconds=1)
    with room.folk.server.database.write() as session:
        session.execute(update(LINES).where(LINES.c.pk == line).values(taken_at=long_ago))
    assert others(bob, made)["taken"] == {}
    room.do(bob, made, "at", at=line)
    assert others(ann, made)["taken"] == {"bob": [line]}


def test_an_answer_to_entries_takes_the_next_line_and_tells_what_others_did(room: CountRoom) -> None:
    made, (first, second) = sheet(room)
    ann, bob = room.as_("ann"), room.as_("bob")
    room.do(bob, made, "at", at=second)
    body = {"entries": [{"key": "k", "line": first, "quantity": 9}], "at": second, "seen": 0}
    told = room.do(ann, made, "entries", **body)
    assert told["results"][0]["status"] == "kept"
    assert (told["others"]["taken"], told["others"]["counted"]) == ({"bob": [second]}, [])
    seen = others(bob, made)
    assert seen["counted"] == [first] and "quantity" not in str(seen)
    assert others(bob, made, seen["seen"])["counted"] == []  # only what is new
    room.enter(ann, made, {"line": second, "quantity": 3})
    assert others(bob, made, seen["seen"])["counted"] == [second]


@pytest.mark.parametrize(("mode", "after_one", "after_two"), [("single", 1, 1), ("sum", 1, 1), ("double", 0, 1)])
def test_when_a_line_is_done_for_the_third(room: CountRoom, mode: str, after_one: int, after_two: int) -> None:
    made, (line,) = sheet(room, 1, mode=mode)
    room.enter(room.as_("ann"), made, {"line": line, "quantity": 3})
    assert len(others(room.as_("cem"), made)["counted"]) == after_one
    room.enter(room.as_("bob"), made, {"line": line, "quantity": 7})
    assert len(others(room.as_("cem"), made)["counted"]) == after_two
    assert others(room.as_("ann"), made)["counted"] == []  # her own are in the list of lines


def open_for(by: httpx.Client, session: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = by.get(f"{COUNT}open/").json()
    return next(row for row in rows if row["pk"] == session)


def test_a_recount_is_offered_to_others_than_those_who_counted(room: CountRoom) -> None:
    made, (first, second) = sheet(room)
    ann, bob = room.as_("ann"), room.as_("bob")
    room.enter(ann, made, {"line": first, "quantity": 3}, {"line": second, "quantity": 10})
    row = open_for(bob, made)
    assert (row["status"], row["lines"], row["left"], row["counters"], row["mode"]) == (10, 2, 0, ["ann"], "single")
    room.do(room.admin, made, "close")
    assert (open_for(ann, made)["recount"], open_for(bob, made)["recount"]) == (0, 1)
    assert (others(ann, made)["yours"], others(bob, made)["yours"]) == ([first], [])
    assert others(ann, made)["status"] == 20
    room.setting("COUNT_OTHER_RECOUNTER", "no")
    assert open_for(ann, made)["recount"] == 1 and others(ann, made)["yours"] == []
    room.setting("COUNT_OTHER_RECOUNTER", "yes")
    assert room.enter(bob, made, {"line": first, "quantity": 3, "round": 2})[0]["status"] == "kept"
    assert others(room.as_("cem"), made)["counted"] == [first, second]


def test_closed_sessions_are_not_to_be_joined(room: CountRoom) -> None:
    made, (line,) = sheet(room, 1)
    ann = room.as_("ann")
    assert open_for(ann, made)["left"] == 1
    room.do(room.admin, made, "cancel")
    assert made not in [row["pk"] for row in ann.get(f"{COUNT}open/").json()]
    assert room.do(ann, made, "at", at=line, seen=0)["others"]["status"] == 40
    assert room.lines(made)[0]["taken_by"] is None
    assert ann.get(f"{COUNT}session/999999/others/").status_code == 404


def test_a_clock_that_is_wrong_is_put_right_by_when_it_sent(room: CountRoom) -> None:
    made, (line,) = sheet(room, 1)
    ahead = datetime.now(UTC) + timedelta(hours=3)
    counted = (ahead - timedelta(minutes=1)).isoformat()
    begun = datetime.now(UTC) - timedelta(hours=2)
    with room.folk.server.database.write() as session:
        count = session.get(CountSession, made)
        assert count is not None
        count.created = begun
    room.enter(room.as_("ann"), made, {"line": line, "quantity": 9, "counted_at": counted}, sent_at=ahead.isoformat())
    with room.folk.server.database.write() as session:
        entry = session.scalars(select(CountEntry).where(CountEntry.line_id == line)).one()
        assert entry.counted_at is not None
        age = datetime.now(UTC) - entry.counted_at
    assert timedelta(seconds=50) < age < timedelta(seconds=90)
