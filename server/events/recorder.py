"""Taking down what each transaction changes, and writing it as events when the transaction is about to commit.

What an object was is taken from the ORM's own history, from whoever read it anyway, or asked for before an UPDATE or
DELETE of SQLAlchemy Core runs; what it has become is read once, at the end, for all rows of a table together. So one
transaction tells one event of each object, whatever way it went.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Table, Update, event, inspect, select
from sqlalchemy.orm import Session

from server.db.bulk import insert_many
from server.db.changes import actor, key_parameter, log_of
from server.db.models import Base
from server.db.models.events import Event, Mark
from server.db.prepared import places, rows_among
from server.db.session import Database, WritingSession
from server.events.catalog import NOT_WORTH_TELLING, WATCHED, Watched

__all__ = ["EventRecorder", "record_events"]

EVENTS: Table = Event.__table__  # type: ignore[assignment]
MARKS: Table = Mark.__table__  # type: ignore[assignment]
_FLUSHING = "flushing"
_CREATED: Mapping[str, Any] = {}
"""What a row was that was not there."""

Values = Mapping[str, Any]


class EventRecorder:
    """Keeps a log of each writing transaction of a database. `listeners` are called after each commit with events, in
    the thread that committed: they must be quick and never raise."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []

    def open(self) -> "_Log":
        return _Log()

    def committed(self) -> None:
        for listener in tuple(self.listeners):
            listener()


def record_events(database: Database) -> EventRecorder:
    """From now on the database's transactions write events; the recorder, the same one when asked again."""
    if isinstance(database.recorder, EventRecorder):
        return database.recorder
    database.recorder = recorder = EventRecorder()
    event.listen(database.engine, "before_execute", _before_execute)
    if not event.contains(WritingSession, "before_flush", _before_flush):
        event.listen(WritingSession, "before_flush", _before_flush)
        event.listen(WritingSession, "after_flush", _after_flush)
    return recorder


class _Log:
    """`before` holds, by table and key, what the touched rows were: an empty mapping for those that were made."""

    def __init__(self) -> None:
        self.before: dict[tuple[str, int], Values] = {}
        self.others: dict[tuple[str, int], set[str]] = {}
        self.told: set[tuple[str, int]] = set()
        self.flushing = False

    # -- what is told

    def created(self, table: str, keys: Iterable[int]) -> None:
        if table in WATCHED:
            for key in keys:
                self.before.setdefault((table, key), _CREATED)

    def updating(self, connection: Connection, table: str, keys: Iterable[int]) -> None:
        watched = WATCHED.get(table)
        if watched is not None:
            new = [key for key in keys if (table, key) not in self.before]
            self.known(table, _figures(connection, watched, new))

    def known(self, table: str, rows: Mapping[int, Values]) -> None:
        if table in WATCHED:
            for key, values in rows.items():
                self.before.setdefault((table, key), values)

    def touched(self, table: str, keys: Iterable[int]) -> None:
        self.told.update((table, key) for key in keys if table in WATCHED)

    def changed(self, table: str, key: int, names: Iterable[str]) -> None:
        """Columns that changed and whose values are not told."""
        self.others.setdefault((table, key), set()).update(names)

    # -- what becomes of it

    def finish(self, connection: Connection) -> int:
        rows = self._events(connection)
        if not rows:
            return 0
        if connection.dialect.name != "sqlite":
            # Whoever has this lock is the only one who writes events until it has committed: the keys that the
            # database gives out from here on become visible in their own order.
            connection.execute(select(MARKS.c.pk).where(MARKS.c.name == "order").with_for_update())
        insert_many(connection, EVENTS, rows)
        return len(rows)

    def _events(self, connection: Connection) -> list[dict[str, Any]]:
        touched: dict[str, list[int]] = {}
        for table, key in dict.fromkeys((*self.before, *self.told)):
            touched.setdefault(table, []).append(key)
        if not touched:
            return []
        now, who = datetime.now(UTC), actor()
        common = {
            "time": now, "user_key": who.user, "username": who.username[:150], "origin": who.origin[:200],
        }  # fmt: skip
        made = []
        for table, keys in touched.items():
            watched = WATCHED[table]
            after = _figures(connection, watched, keys)
            for key in keys:
                told = self._event(watched, key, after.get(key))
                if told is not None:
                    made.append({**common, **told})
        return made

    def _event(self, watched: Watched, key: int, after: Values | None) -> dict[str, Any] | None:
        """The event of one row; None when it is as it was."""
        place = (watched.table, key)
        before = self.before.get(place)
        if after is None and (before is None or before is _CREATED):
            return None  # made and gone again
        action = "deleted" if after is None else "created" if before is _CREATED else "changed"
        was, now = before or {}, after or {}
        changes: dict[str, Any] = {}
        if before is not None:
            for name in watched.figures:
                pair = [plain(was.get(name)), plain(now.get(name))]
                if pair[0] != pair[1]:
                    changes[member(name)] = pair
        others = sorted(self.others.get(place, ()))
        if action == "changed":
            if not changes and not others and place not in self.told:
                return None
            changes |= {} if watched.discreet else {member(name): None for name in others}
        told = now or was
        return {
            "kind": watched.kind, "model": watched.model, "object_key": key, "action": action, "changes": changes,
            "about": {member(name): plain(told.get(name)) for name in watched.about},
            "part_key": key if watched.part == "pk" else told.get(watched.part), "parent_key": told.get(watched.parent),
        }  # fmt: skip


def member(column: str) -> str:
    """The name of a column as clients know it: "location" for "location_id"."""
    return column.removesuffix("_id").removesuffix("_key") if column != "object_key" else column


def plain(value: Any) -> Any:
    """A value as JSON has it: amounts are numbers, times are texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


# ---------------------------------------------------------------------------------------------------- what rows hold


def _figures(connection: Connection, watched: Watched, keys: Sequence[int]) -> dict[int, Values]:
    names = ("pk", *watched.columns)
    found = rows_among(connection, _asking, keys, watched.table) if keys else ()
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def _asking(table: str, size: int) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    columns = Base.metadata.tables[table].c
    wanted = [columns.pk, *(columns[name] for name in WATCHED[table].columns)]
    return select(*wanted).where(columns.pk.in_(places(size))), wanted


# ---------------------------------------------------------------------------------------------------- listening


def _before_execute(
    connection: Connection, element: Any, multiparams: Sequence[Any], params: Mapping[str, Any], options: Any
) -> None:
    """An UPDATE or DELETE of SQLAlchemy Core is about to run."""
    if not isinstance(element, Update | Delete):
        return
    log = log_of(connection)
    if not isinstance(log, _Log) or log.flushing:
        return
    watched = WATCHED.get(getattr(element.table, "name", ""))
    if watched is None or not _concerns(element, watched):
        return
    given = [one for one in (multiparams or (params,)) if isinstance(one, Mapping)] or [{}]
    by_key = key_parameter(element) if isinstance(element, Update) else None
    if by_key is not None and all(by_key in one for one in given):
        log.updating(connection, watched.table, [one[by_key] for one in given])
        return
    columns = Base.metadata.tables[watched.table].c
    wanted = select(columns.pk).where(*(() if element.whereclause is None else (element.whereclause,)))
    for one in given:
        log.updating(connection, watched.table, list(connection.execute(wanted, one).scalars()))


def _concerns(element: Update | Delete, watched: Watched) -> bool:
    """Whether the statement may change what events tell."""
    if isinstance(element, Delete):
        return True
    values = getattr(element, "_values", None)  # SQLAlchemy has no public way to ask for it
    return values is None or any(getattr(column, "name", column) in watched.columns for column in values)


def _before_flush(session: Session, context: Any, _instances: Any) -> None:
    log = log_of(session.connection())
    if not isinstance(log, _Log):
        return
    session.info[_FLUSHING] = [row for row in session.new if row.__tablename__ in WATCHED]
    for row in session.dirty:
        watched = WATCHED.get(row.__tablename__)
        if watched is not None and session.is_modified(row):
            _modified(session, log, watched, row)
    for row in session.deleted:
        watched = WATCHED.get(row.__tablename__)
        if watched is not None:
            _remember(session, log, watched, row)
    log.flushing = True


def _after_flush(session: Session, context: Any) -> None:
    log = log_of(session.connection())
    if isinstance(log, _Log):
        log.flushing = False
        for row in session.info.pop(_FLUSHING, ()):
            log.created(row.__tablename__, [row.pk])


def _modified(session: Session, log: _Log, watched: Watched, row: Any) -> None:
    """Note what a row was, and which of its columns change."""
    state = inspect(row)
    changed = [name for name in state.mapper.column_attrs.keys() if state.attrs[name].history.has_changes()]  # noqa: SIM118
    told = [name for name in changed if name not in NOT_WORTH_TELLING]
    if not told:
        return
    _remember(session, log, watched, row)
    log.changed(watched.table, row.pk, [name for name in told if name not in watched.figures])


def _remember(session: Session, log: _Log, watched: Watched, row: Any) -> None:
    if (watched.table, row.pk) in log.before:
        return
    state = inspect(row)
    was: dict[str, Any] = {}
    for name in watched.columns:
        history = state.attrs[name].history
        if not history.deleted and (history.added or name not in state.dict):
            log.updating(session.connection(), watched.table, [row.pk])  # it was set without having been read
            return
        was[name] = history.deleted[0] if history.deleted else state.dict[name]
    log.known(watched.table, {row.pk: was})
