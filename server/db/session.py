"""The database: opened once, read in snapshots, written in transactions that wait or are tried again.

    DatabaseError
    ├── DatabaseRefused     it cannot be opened or reached
    ├── SchemaTooNew        it was written by a newer Bincard
    └── SchemaTooOld        it must be migrated first

Each message is one line that says what and what to do.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock, local
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.db.changes import OPTION, Recorder
from server.db.dialects import may_retry, open_engine, reading_engine

__all__ = [
    "Database", "DatabaseError", "DatabaseRefused", "Overtaken", "RawReader", "SchemaTooNew", "SchemaTooOld",
    "WritingSession", "attempts_of", "knock_after_commit",
]  # fmt: skip

T = TypeVar("T")
TRIES = 12
STRUGGLE = 4
_ATTEMPTS = "attempts before"
_KNOCKS = "whom to wake"


class DatabaseError(Exception):
    """The root of what can be wrong with the database as a whole."""


class DatabaseRefused(DatabaseError):
    """It cannot be opened or reached."""


class SchemaTooNew(DatabaseError):
    """It was written by a newer Bincard."""


class SchemaTooOld(DatabaseError):
    """It must be migrated first."""


class Overtaken(Exception):
    """What a transaction read without a lock is not so any more: `run_write` runs it again."""


def attempts_of(session: Session) -> int:
    """How often `run_write` has run the transaction before."""
    return int(session.info.get(_ATTEMPTS, 0))


def knock_after_commit(session: Session, name: str) -> None:
    """Wake whoever waits under that name (`Database.knocks`) once the transaction is committed."""
    session.info.setdefault(_KNOCKS, set()).add(name)


class RawReader:
    """Runs statements in one snapshot and gives the driver's own rows; counts what it ran."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.queries = 0

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]:
        self.queries += 1
        self._cursor.execute(sql, parameters)
        return list(self._cursor.fetchall())


class WritingSession(Session):
    """The session of a writing transaction: events of its flushes are listened to here."""


class Database:
    """An open database. `synchronous` is SQLite's: FULL survives a power cut with every answered write."""

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        try:
            self.engine = open_engine(url, synchronous)
            with self.engine.connect():
                pass
            self._reading = reading_engine(self.engine)
        except ArgumentError as error:
            raise DatabaseRefused(
                f"the database address cannot be used: {error}. Give one like postgresql+psycopg://user@host/name."
            ) from None
        except ModuleNotFoundError as error:
            raise DatabaseRefused(
                f"the driver {error.name} is missing; install bincard[postgresql] or bincard[mysql]."
            ) from None
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            shown = make_url(url).render_as_string(hide_password=True)
            raise DatabaseRefused(
                f"the database {shown} refuses: {reason}. Check that it runs and lets you in."
            ) from None
        self.recorder: Recorder | None = None
        """Who keeps a log of what the transactions change."""
        self.knocks: dict[str, Callable[[], None]] = {}
        """Who is woken by `knock_after_commit`; called in the thread that committed."""
        self.on_struggle: Callable[[], None] | None = None
        """Is told when a transaction loses for the STRUGGLE-th time; never raises."""
        self._turn = Lock()
        self._local = local()
        self._own: list[sqlite3.Connection] = []

    @property
    def dialect(self) -> Dialect:
        return self.engine.dialect

    @property
    def is_sqlite(self) -> bool:
        return self.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in one consistent snapshot: what others commit meanwhile is not seen."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[RawReader]:
        """A reader for hot paths: on SQLite the thread's own connection, without the pool."""
        if not self.is_sqlite:
            with self.read() as connection:
                yield RawReader(connection.connection.cursor())
            return
        own = self._own_connection()
        if own.in_transaction:  # a reader within a reader of the same thread shares its snapshot
            yield RawReader(own.cursor())
            return
        cursor = own.cursor()
        cursor.execute("BEGIN")
        try:
            yield RawReader(cursor)
        finally:
            cursor.execute("COMMIT")
            cursor.close()

    def _own_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            pooled = self.engine.raw_connection()
            driver: Any = pooled.driver_connection
            pooled.detach()
            connection = self._local.connection = driver
            self._own.append(driver)
        return connection

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """One writing transaction on a bare connection: committed when the block ends well, else rolled back. On SQLite
        writers of this process queue for it, so that none fails for another's sake."""
        with self._turn if self.is_sqlite else nullcontext(), self.engine.connect() as plain:
            connection = plain.execution_options(bincard_writing=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one writing transaction, see `exclusive`. The events of what it changes are written as its last
        act."""
        events = 0
        recorder = self.recorder
        with self.exclusive() as connection, WritingSession(connection) as session:
            log = recorder.open() if recorder is not None else None
            if log is not None:
                connection.execution_options(**{OPTION: log})
            yield session
            session.flush()
            if log is not None:
                events = log.finish(connection)
            waiting = session.info.get(_KNOCKS, ())
        if recorder is not None and events:
            recorder.committed()
        for name in waiting:
            if (knock := self.knocks.get(name)) is not None:
                knock()

    def run_write(self, function: Callable[[Session], T]) -> T:
        """The result of `function(session)` in one transaction; run again, a bounded number of times, when it lost
        against another transaction (deadlock, serialisation failure, busy, Overtaken). The function must therefore do
        nothing outside the transaction."""
        for attempt in range(TRIES):
            try:
                with self.write() as session:
                    session.info[_ATTEMPTS] = attempt
                    return function(session)
            except (DBAPIError, Overtaken) as error:
                again = isinstance(error, Overtaken) or may_retry(error, self.dialect.name)
                if attempt == TRIES - 1 or not again:
                    raise
                if attempt + 1 == STRUGGLE and self.on_struggle is not None:
                    self.on_struggle()
                time.sleep(min(0.005 * 2**attempt, 0.5) * (0.5 + random.random()))  # noqa: S311 - only spreads tries
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Let go of all connections; no thread may be reading any more."""
        while self._own:
            self._own.pop().close()
        self._reading.dispose()
        self.engine.dispose()
