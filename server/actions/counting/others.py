"""What others do in a count session: which lines they are at and which they have counted; never how much there was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from server.actions.counting.records import ENTRIES, LINES, SESSIONS
from server.actions.counting.taking import TAKEN_FOR
from server.db.models.users import User
from server.domain.counting import (
    OPEN_SESSIONS,
    UNCOUNTED,
    LineStatus,
    SessionStatus,
    counters_needed,
)
from server.domain.errors import NotFound

__all__ = ["OpenSession", "Others", "open_sessions", "others_in"]

USERS: Any = User.__table__
MOST_SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Others:
    """`taken`: who is at which lines. `counted`: lines that others have counted since the entry `since`, so that nobody
    else need; `yours`: lines that are to be counted again, but not by the one who asks. `seen`: what to ask with next
    time."""

    status: int
    seen: int
    taken: Mapping[str, Sequence[int]]
    counted: Sequence[int]
    yours: Sequence[int]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that can be joined: how far it is, and who counts. `recount`: lines that the one who asks may count
    again."""

    pk: int
    reference: str
    description: str
    status: int
    mode: str
    blind: bool
    lines: int
    left: int
    recount: int
    counters: Sequence[str]


def others_in(
    connection: Connection, count: int, user: int | None, since: int, now: datetime, *, other_recounter: bool
) -> Others:
    """What others than `user` do. Raises NotFound."""
    found = connection.execute(select(SESSIONS.c.status, SESSIONS.c.mode).where(SESSIONS.c.pk == count)).first()
    if found is None:
        raise NotFound("No CountSession matches the given query.")
    seen = connection.scalar(select(func.max(ENTRIES.c.pk)).where(ENTRIES.c.session_id == count)) or 0
    recounting = found.status == SessionStatus.REVIEW and other_recounter
    return Others(
        found.status, seen, _taken(connection, count, user, now),
        _counted(connection, count, found.mode, user, since) if seen > since else (),
        _not_again(connection, count, user) if recounting and not since else (),
    )  # fmt: skip


def _taken(connection: Connection, count: int, user: int | None, now: datetime) -> dict[str, list[int]]:
    wanted = (
        select(USERS.c.username, LINES.c.pk)
        .join(USERS, USERS.c.pk == LINES.c.taken_by_id)
        .where(LINES.c.session_id == count, LINES.c.taken_by_id != (user or 0), LINES.c.taken_at > now - TAKEN_FOR)
        .order_by(LINES.c.pk)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for name, line in connection.execute(wanted):
        found[name].append(line)
    return dict(found)


def _counted(connection: Connection, count: int, mode: str, user: int | None, since: int) -> list[int]:
    others = or_(ENTRIES.c.counter_id.is_(None), ENTRIES.c.counter_id != (user or 0))
    fresh = select(ENTRIES.c.line_id).where(ENTRIES.c.session_id == count, ENTRIES.c.pk > since, others)
    wanted = (
        select(LINES.c.pk, LINES.c.round, ENTRIES.c.counter_id)
        .join(ENTRIES, and_(ENTRIES.c.line_id == LINES.c.pk, ENTRIES.c.round == LINES.c.round))
        .where(LINES.c.session_id == count, LINES.c.pk.in_(fresh))
        .distinct()
    )
    counters: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line, number, counter in connection.execute(wanted):
        counters[line, number].add(counter or 0)
    return sorted(
        line
        for (line, number), who in counters.items()
        if user not in who and len(who) >= counters_needed(mode, number)
    )


def _not_again(connection: Connection, count: int, user: int | None) -> list[int]:
    wanted = select(LINES.c.pk).where(
        LINES.c.session_id == count, LINES.c.status == int(LineStatus.RECOUNT), _counted_before(user)
    )
    return sorted(connection.scalars(wanted))


def _counted_before(user: int | None) -> Any:
    return exists().where(
        ENTRIES.c.line_id == LINES.c.pk, ENTRIES.c.round == LINES.c.round - 1, ENTRIES.c.counter_id == (user or 0)
    )


# ------------------------------------------------------------------------------------------------- what can be joined


def open_sessions(connection: Connection, user: int | None, *, other_recounter: bool) -> list[OpenSession]:
    """The sessions that are being counted or counted again, the newest first."""
    again = [LINES.c.status == int(LineStatus.RECOUNT), *([~_counted_before(user)] if other_recounter else [])]
    wanted = (
        select(
            SESSIONS.c.pk, SESSIONS.c.reference, SESSIONS.c.description, SESSIONS.c.status, SESSIONS.c.mode,
            SESSIONS.c.blind, _number().label("lines"),
            _number(LINES.c.status.in_([int(state) for state in UNCOUNTED])).label("left"),
            _number(*again).label("recount"),
        )
        .where(SESSIONS.c.status.in_([int(state) for state in OPEN_SESSIONS]))
        .order_by(SESSIONS.c.pk.desc())
        .limit(MOST_SESSIONS)
    )  # fmt: skip
    rows = connection.execute(wanted).all()
    names = _counters(connection, [row.pk for row in rows])
    return [_open_session(row, names.get(row.pk, ())) for row in rows]


def _number(*conditions: Any) -> Any:
    wanted = select(func.count()).select_from(LINES).where(LINES.c.session_id == SESSIONS.c.pk, *conditions)
    return wanted.correlate(SESSIONS).scalar_subquery()


def _open_session(row: Any, counters: Sequence[str]) -> OpenSession:
    return OpenSession(
        row.pk, row.reference, row.description, row.status, row.mode, row.blind, row.lines, row.left, row.recount,
        counters,
    )  # fmt: skip


def _counters(connection: Connection, sessions: Sequence[int]) -> dict[int, list[str]]:
    wanted = (
        select(ENTRIES.c.session_id, USERS.c.username)
        .join(USERS, USERS.c.pk == ENTRIES.c.counter_id)
        .where(ENTRIES.c.session_id.in_(sessions))
        .distinct()
        .order_by(USERS.c.username)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for session, name in connection.execute(wanted) if sessions else ():
        found[session].append(name)
    return found
