"""Where a writing transaction tells what it changes: whoever keeps the log of events listens here.

A transaction of `Database.write` carries a `Log` (when somebody keeps one). What passes the ORM or SQLAlchemy Core is
noticed by itself; the statements that do not (prepared ones, bulk inserts) tell it through the functions here, which do
nothing where there is no log.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BindParameter, Connection, Update
from sqlalchemy.sql.expression import BinaryExpression
from sqlalchemy.sql.operators import eq

__all__ = [
    "OPTION", "Actor", "Log", "Recorder", "acting", "actor", "key_parameter", "log_of", "tell_created",
    "tell_known", "tell_touched", "tell_updating",
]  # fmt: skip

OPTION = "bincard_changes"
"""The execution option of a connection that holds its log."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something (None: the server itself) and by what: "POST /api/stock/count/", "bincard-server user"."""

    user: int | None = None
    username: str = ""
    origin: str = ""


_actor: ContextVar[Actor] = ContextVar("bincard_actor", default=Actor())  # noqa: B039 - frozen


def actor() -> Actor:
    """Who is at work in this thread."""
    return _actor.get()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """What is written inside the block is this actor's work."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


class Log(Protocol):
    """What one transaction changes. `table` is a table's name, keys are primary keys."""

    def created(self, table: str, keys: Iterable[int]) -> None:
        """Rows that were just inserted."""
        ...

    def updating(self, connection: Connection, table: str, keys: Iterable[int]) -> None:
        """Rows that are about to be updated."""
        ...

    def known(self, table: str, rows: Mapping[int, Mapping[str, Any]]) -> None:
        """The values (by column) of rows as they are before they are changed, for those that read them anyway."""
        ...

    def touched(self, table: str, keys: Iterable[int]) -> None:
        """Rows of which there is something to tell although no figure of theirs changes."""
        ...

    def finish(self, connection: Connection) -> int:
        """Write the events, as the last act of the transaction; how many there are."""
        ...


class Recorder(Protocol):
    """Keeps a log of each transaction."""

    def open(self) -> Log: ...

    def committed(self) -> None:
        """Events are there for others to see."""
        ...


def log_of(connection: Connection) -> Log | None:
    """The log of the connection's transaction."""
    log: Log | None = connection.get_execution_options().get(OPTION)
    return log


def tell_created(connection: Connection, table: str, keys: Iterable[int]) -> None:
    if (log := log_of(connection)) is not None:
        log.created(table, keys)


def tell_updating(connection: Connection, table: str, keys: Iterable[int]) -> None:
    if (log := log_of(connection)) is not None:
        log.updating(connection, table, keys)


def tell_known(connection: Connection, table: str, rows: Mapping[int, Mapping[str, Any]]) -> None:
    if (log := log_of(connection)) is not None:
        log.known(table, rows)


def tell_touched(connection: Connection, table: str, keys: Iterable[int]) -> None:
    if (log := log_of(connection)) is not None:
        log.touched(table, keys)


def key_parameter(statement: Update) -> str | None:
    """The name of the parameter that holds the key, for `UPDATE ... WHERE pk = :name`."""
    where = statement.whereclause
    if not isinstance(where, BinaryExpression) or where.operator is not eq:
        return None
    left, right = where.left, where.right
    if getattr(left, "name", None) != "pk" or not isinstance(right, BindParameter) or not right.required:
        return None
    return right.key
