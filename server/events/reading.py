"""Reading the log: what came after an event, as rows and as the bytes that go to everybody alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, bindparam, func, select

from server.db.models.events import Event, Mark
from server.db.prepared import prepared
from server.db.session import Database

__all__ = ["EVENTS", "MARKS", "Bounds", "Line", "bounds", "events_after"]

EVENTS: Table = Event.__table__  # type: ignore[assignment]
MARKS: Table = Mark.__table__  # type: ignore[assignment]
_COLUMNS = (
    "pk", "time", "kind", "model", "object_key", "action", "user_key", "username", "origin", "about", "changes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `data` is its JSON, `frame` the same as a server-sent event."""

    pk: int
    kind: str
    model: str
    data: bytes
    frame: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Everything up to `pruned` may be gone; `newest` is the last event there is, or was."""

    pruned: int
    newest: int

    def lost(self, after: int) -> bool:
        """Whether somebody who has seen up to `after` cannot be told all that followed: it is gone, or the number is
        of another log (the database was restored)."""
        return after < self.pruned or after > self.newest


def bounds(database: Database) -> Bounds:
    with database.read() as connection:
        ((pruned, newest),) = prepared(_bounds, connection.dialect).rows(connection, {})
    return Bounds(pruned or 0, max(newest or 0, pruned or 0))


def events_after(database: Database, after: int, limit: int) -> list[Line]:
    """The events that follow `after`, oldest first, at most `limit`."""
    with database.read() as connection:
        statement = prepared(_following, connection.dialect)
        return [_line(row) for row in statement.rows(connection, {"after": after, "most": limit})]


def _line(row: Sequence[Any]) -> Line:
    told = dict(zip(_COLUMNS, row, strict=True))
    data = orjson.dumps({
        "id": told["pk"], "time": told["time"], "kind": told["kind"], "model": told["model"],
        "pk": told["object_key"], "action": told["action"], "user": told["user_key"], "username": told["username"],
        "origin": told["origin"], "about": told["about"] or {}, "changes": told["changes"] or {},
    }, option=orjson.OPT_UTC_Z)  # fmt: skip
    frame = b"id: %d\nevent: %s\ndata: %s\n\n" % (told["pk"], told["kind"].encode(), data)
    return Line(told["pk"], told["kind"], told["model"], data, frame)


def _following() -> tuple[Any, Sequence[ColumnElement[Any]]]:
    columns = [EVENTS.c[name] for name in _COLUMNS]
    most = bindparam("most", type_=EVENTS.c.pk.type)
    return select(*columns).where(EVENTS.c.pk > bindparam("after")).order_by(EVENTS.c.pk).limit(most), columns


def _bounds() -> tuple[Any, Sequence[ColumnElement[Any]]]:
    pruned = select(MARKS.c.position).where(MARKS.c.name == "pruned").scalar_subquery()
    newest = select(func.max(EVENTS.c.pk)).scalar_subquery()
    return select(pruned, newest), ()
