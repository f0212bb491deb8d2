"""Thirty counters post to one session as fast as they can: no error, every entry once, the sums right."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from server.actions.users import add_user
from server.auth.passwords import hash_password
from server.db.migrate import migrate
from server.db.session import Database
from server.domain.counting import LineStatus
from tests.databases import mariadb, postgresql
from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import People
from tests.serving import running, settings_for

STARTS = {"postgresql": postgresql, "mariadb": mariadb}
COUNTERS = 30
LINES = 3
TOTAL = sum(range(1, COUNTERS + 1))


def _prepared(url: str) -> None:
    """All tables, the superuser admin/admin."""
    database = Database(url, synchronous="OFF")
    migrate(database)
    with database.write() as session:
        user = add_user(session, "admin", datetime.now(UTC))
        user.password, user.is_superuser, user.is_staff = hash_password("admin"), True, True
    database.close()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CountRoom]:
    with ExitStack() as stack:
        more: dict[str, Any] = {}
        if request.param in STARTS:
            more["database_url"] = stack.enter_context(STARTS[request.param]()).fresh()
        _prepared(settings_for(tmp_path, **more).url)
        made = CountRoom(People(stack.enter_context(running(tmp_path, **more))))
        yield made
        made.close()


def test_thirty_counters_post_at_once(room: CountRoom) -> None:
    part = room.shop.part()
    items = [room.shop.item(part, TOTAL) for _ in range(LINES)]  # so that right sums need no recount
    session = room.session(scope={"items": items}, mode="sum")["pk"]
    lines = [line["pk"] for line in room.lines(session)]
    counters = [room.as_(f"counter {number}") for number in range(COUNTERS)]
    start = Barrier(COUNTERS)

    def post(number: int) -> list[str]:
        start.wait(60)
        said = []
        for line in lines:
            entry = {"key": f"{number}-{line}", "line": line, "quantity": number + 1, "mode": "add"}
            for _ in range(2):  # the second is what a client does that did not see the answer
                answer = counters[number].post(f"{COUNT}session/{session}/entries/", json={"entries": [entry]})
                assert answer.status_code == 200, answer.text
                said += [result["status"] for result in answer.json()["results"]]
        return said

    with ThreadPoolExecutor(COUNTERS) as pool:
        outcomes = list(pool.map(post, range(COUNTERS)))
    assert outcomes == [["kept", "known"] * LINES] * COUNTERS
    for number, counter in enumerate(counters):
        seen = room.lines(session, counter)
        assert [line["counted"] for line in seen] == [number + 1] * LINES
    room.do(room.admin, session, "close")
    told = [line["status"] for line in room.lines(session, expected="true")]
    assert told == [LineStatus.ACCEPTED] * LINES  # the sums are what the record says
