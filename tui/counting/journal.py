"""The journal of counts: every line that was counted is on disk before the cursor moves on.

    journal = Journal(state_dir() / "counts")
    journal.begin(sheet, lines)
    journal.keep(entry)             # committed and synced when it returns
    journal.waiting(sheet.key)      # what the server does not have yet
    journal.confirm([entry.key])
    journal.finish(sheet.key)       # forgotten when nothing waits

An SQLite file in a directory of its own, both for the user alone; write-ahead log and full synchronisation, so that a
commit survives kill -9 and a power failure. It holds no secret, and of a blind count no expected quantity.
Times are seconds since the epoch, quantities texts of decimals. Safe to use from several threads and programs.
"""

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from tui.counting.records import (
    CONFIRMED,
    DRAFT,
    QUEUED,
    REFUSED,
    SENT,
    Entry,
    JournalError,
    Parked,
    Sheet,
    SheetInUse,
    SheetLine,
)

__all__ = [
    "CONFIRMED",
    "DRAFT",
    "QUEUED",
    "REFUSED",
    "SENT",
    "Entry",
    "Journal",
    "JournalError",
    "Parked",
    "Sheet",
    "SheetInUse",
    "SheetLine",
]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sheet (
    key TEXT PRIMARY KEY, server TEXT NOT NULL, user TEXT NOT NULL, session INTEGER, title TEXT NOT NULL,
    blind INTEGER NOT NULL, made REAL NOT NULL, cursor INTEGER NOT NULL, options TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS line (
    sheet TEXT NOT NULL REFERENCES sheet ON DELETE CASCADE, number INTEGER NOT NULL, skipped INTEGER NOT NULL DEFAULT 0,
    shown TEXT NOT NULL, PRIMARY KEY (sheet, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
    place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, sheet TEXT NOT NULL REFERENCES sheet ON DELETE
    CASCADE, line INTEGER NOT NULL, mode TEXT NOT NULL, quantity TEXT NOT NULL, counted_at REAL NOT NULL,
    note TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, about TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entry_state ON entry (sheet, state, place);
CREATE INDEX IF NOT EXISTS entry_line ON entry (sheet, line, place);
CREATE TABLE IF NOT EXISTS parked (
    key TEXT PRIMARY KEY, sheet TEXT NOT NULL REFERENCES sheet ON DELETE CASCADE, barcode TEXT NOT NULL,
    note TEXT NOT NULL, scanned_at REAL NOT NULL, state TEXT NOT NULL);
"""


class Journal:
    """Opens when it is first used. Every method raises JournalError when the file cannot be read or written."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / "counts.sqlite3"
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    # -- sheets

    def begin(self, sheet: Sheet, lines: Iterable[SheetLine]) -> None:
        """Keep a new sheet with its lines, all or nothing."""
        with self._writing() as write:
            write(
                "INSERT INTO sheet VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (sheet.key, sheet.server, sheet.user, sheet.session, sheet.title, sheet.blind, sheet.made, sheet.cursor,
                 json.dumps(dict(sheet.options))),
            )  # fmt: skip
            for line in lines:
                write(
                    "INSERT INTO line VALUES (?, ?, ?, ?)",
                    (sheet.key, line.number, line.skipped, json.dumps(dict(line.shown))),
                )

    def sheets(self, server: str = "", user: str = "") -> list[Sheet]:
        """The sheets that are not finished, the newest first; of one server and user when these are given."""
        if not self.path.exists():
            return []
        rows = self._read(
            "SELECT key, server, user, title, made, session, blind, cursor, options FROM sheet "
            "WHERE (? = '' OR server = ?) AND (? = '' OR user = ?) ORDER BY made DESC",
            (server, server, user, user),
        )
        names = ("key", "server", "user", "title", "made", "session", "blind", "cursor")
        return [
            Sheet(**{**dict(zip(names, row[:8], strict=True)), "blind": bool(row[6])}, options=json.loads(row[8]))
            for row in rows
        ]

    def lines(self, sheet: str) -> list[SheetLine]:
        """The lines of a sheet in their order."""
        rows = self._read("SELECT number, shown, skipped FROM line WHERE sheet = ? ORDER BY number", (sheet,))
        return [SheetLine(number, json.loads(shown), bool(skipped)) for number, shown, skipped in rows]

    def add_line(self, sheet: str, shown: Mapping[str, Any]) -> SheetLine:
        """One more line at the end: something that was found."""
        with self._writing() as write:
            (last,) = write("SELECT coalesce(max(number), -1) FROM line WHERE sheet = ?", (sheet,)).fetchone()
            write("INSERT INTO line VALUES (?, ?, 0, ?)", (sheet, last + 1, json.dumps(dict(shown))))
        return SheetLine(last + 1, dict(shown))

    def change_line(self, sheet: str, line: SheetLine) -> None:
        """Show another thing in a line."""
        with self._writing() as write:
            shown = json.dumps(dict(line.shown))
            write("UPDATE line SET shown = ? WHERE sheet = ? AND number = ?", (shown, sheet, line.number))

    def skip(self, sheet: str, number: int, *, skipped: bool = True) -> None:
        """Note that a line is left for later, or not any more."""
        with self._writing() as write:
            write("UPDATE line SET skipped = ? WHERE sheet = ? AND number = ?", (skipped, sheet, number))

    def move_to(self, sheet: str, number: int) -> None:
        """Note where the counter is."""
        with self._writing() as write:
            write("UPDATE sheet SET cursor = ? WHERE key = ?", (number, sheet))

    @contextmanager
    def claimed(self, sheet: str) -> Iterator[None]:
        """Have a sheet for oneself on this machine. Raises SheetInUse; the claim of a program that died is void."""
        self._make_directory()
        handle = os.open(self._lock_file(sheet), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise SheetInUse("Another window on this machine is counting this sheet; go on there.") from None
        try:
            yield
        finally:
            os.close(handle)

    def finish(self, sheet: str) -> None:
        """Forget a sheet. Raises JournalError while there is something on it that the server does not have."""
        with self._writing() as write:
            counted = "SELECT count(*) FROM entry WHERE sheet = ? AND state <> ?"
            (waiting,) = write(counted, (sheet, CONFIRMED)).fetchone()
            (parked,) = write(
                "SELECT count(*) FROM parked WHERE sheet = ? AND state <> ?", (sheet, CONFIRMED)
            ).fetchone()
            if waiting or parked:
                raise JournalError(f"{waiting + parked} lines of this count are not posted yet; they are kept.")
            write("DELETE FROM sheet WHERE key = ?", (sheet,))
        self._forget(sheet)

    def discard(self, sheet: str) -> None:
        """Forget a sheet with everything on it, posted or not. Only where the counter says so."""
        with self._writing() as write:
            write("DELETE FROM sheet WHERE key = ?", (sheet,))
        self._forget(sheet)

    # -- entries

    def keep(self, entry: Entry, *, cursor: int | None = None) -> None:
        """Keep what was counted, and where the counter goes next. It is on disk when this returns."""
        with self._writing() as write:
            self._insert(write, entry)
            write("UPDATE line SET skipped = 0 WHERE sheet = ? AND number = ?", (entry.sheet, entry.line))
            if cursor is not None:
                write("UPDATE sheet SET cursor = ? WHERE key = ?", (cursor, entry.sheet))

    def entries(self, sheet: str) -> list[Entry]:
        """Everything that was counted, in order."""
        return self._entries("sheet = ?", (sheet,))

    def line_entries(self, sheet: str, line: int) -> list[Entry]:
        """What was counted of one line, in order."""
        return self._entries("sheet = ? AND line = ?", (sheet, line))

    def waiting(self, sheet: str, limit: int = 100) -> list[Entry]:
        """What the server does not have as far as is known, in the order in which it was counted."""
        return self._entries("sheet = ? AND state IN (?, ?)", (sheet, QUEUED, SENT), limit)

    def refused(self, sheet: str) -> list[Entry]:
        """What the server refused, with the reasons."""
        return self._entries("sheet = ? AND state = ?", (sheet, REFUSED))

    def counts(self, sheet: str) -> dict[str, int]:
        """How many entries there are in each state."""
        rows = self._read("SELECT state, count(*) FROM entry WHERE sheet = ? GROUP BY state", (sheet,))
        return {QUEUED: 0, SENT: 0, CONFIRMED: 0, REFUSED: 0, **dict(rows)}

    def note_sent(self, keys: Sequence[str], about: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Note that entries are about to be posted, and by what they will be found again; before they are."""
        with self._writing() as write:
            for key in keys:
                told = json.dumps(dict((about or {}).get(key, {})))
                write(
                    "UPDATE entry SET state = ?, attempts = attempts + 1, about = ? WHERE key = ? AND state <> ?",
                    (SENT, told, key, CONFIRMED),
                )

    def requeue(self, keys: Sequence[str]) -> None:
        """Note that entries did not arrive after all."""
        self._set_state(keys, QUEUED, "")

    def confirm(self, keys: Sequence[str]) -> None:
        """Note that the server has them."""
        self._set_state(keys, CONFIRMED, "")

    def refuse(self, key: str, reason: str) -> None:
        """Note that the server did not take one, and why; it is kept."""
        self._set_state([key], REFUSED, reason)

    def mend(self, key: str, entry: Entry | None) -> None:
        """Put another entry in the place of one that was refused; None drops it."""
        with self._writing() as write:
            changed = write("DELETE FROM entry WHERE key = ? AND state = ?", (key, REFUSED)).rowcount
            if not changed:
                raise JournalError("Only what the server refused can be mended.")
            if entry is not None:
                self._insert(write, entry)

    def park(self, parked: Parked) -> None:
        """Keep a barcode that nobody knows."""
        with self._writing() as write:
            write(
                "INSERT OR IGNORE INTO parked VALUES (?, ?, ?, ?, ?, ?)",
                (parked.key, parked.sheet, parked.barcode, parked.note, parked.scanned_at, parked.state),
            )

    def note_parked(self, key: str, note: str) -> None:
        """The note of a barcode that was put aside; it may go to the server now."""
        with self._writing() as write:
            write("UPDATE parked SET note = ?, state = ? WHERE key = ? AND state = ?", (note, QUEUED, key, DRAFT))

    def drop_parked(self, key: str) -> None:
        """Forget a barcode that was put aside."""
        with self._writing() as write:
            write("DELETE FROM parked WHERE key = ?", (key,))

    def parked(self, sheet: str) -> list[Parked]:
        """The barcodes that were put aside."""
        rows = self._read(
            "SELECT key, sheet, barcode, note, scanned_at, state FROM parked WHERE sheet = ? ORDER BY scanned_at",
            (sheet,),
        )
        return [Parked(*row) for row in rows]

    def confirm_parked(self, keys: Sequence[str]) -> None:
        """Note that the server has them."""
        with self._writing() as write:
            for key in keys:
                write("UPDATE parked SET state = ? WHERE key = ?", (CONFIRMED, key))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # -- the file

    def _insert(self, write: Any, entry: Entry) -> None:
        write(
            "INSERT OR IGNORE INTO entry (key, sheet, line, mode, quantity, counted_at, note, state, reason, attempts, "
            "about) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.key, entry.sheet, entry.line, entry.mode, str(entry.quantity), entry.counted_at, entry.note,
             entry.state, entry.reason, entry.attempts, json.dumps(dict(entry.about))),
        )  # fmt: skip

    def _entries(self, where: str, values: tuple[Any, ...], limit: int = -1) -> list[Entry]:
        rows = self._read(
            "SELECT key, sheet, line, mode, quantity, counted_at, note, state, reason, attempts, about FROM entry "  # noqa: S608
            f"WHERE {where} ORDER BY place LIMIT ?",
            (*values, limit),
        )
        return [replace(Entry(*row[:10]), quantity=Decimal(row[4]), about=json.loads(row[10])) for row in rows]

    def _set_state(self, keys: Sequence[str], state: str, reason: str) -> None:
        with self._writing() as write:
            for key in keys:
                write("UPDATE entry SET state = ?, reason = ? WHERE key = ?", (state, reason, key))

    def _read(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock, self._errors():
            return self._open().execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A transaction: committed and on disk at the end, or nothing of it."""
        with self._lock, self._errors():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection.execute
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"{self.path}: {error}; free some space or mend the permissions, then try again"
            ) from error

    def _make_directory(self) -> None:
        missing = [each for each in (self.directory, *self.directory.parents) if not each.exists()]
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in missing:
            with _opened(each.parent) as above:
                os.fsync(above)  # SQLite syncs the directory of its files, but not those above it

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._make_directory()
            with _opened(self.directory) as handle:
                # One client at a time: SQLite does not wait for another that turns the log on.
                fcntl.flock(handle, fcntl.LOCK_EX)
                self._connection = self._set_up()
        return self._connection

    def _set_up(self) -> sqlite3.Connection:
        # Made here with its rights, since SQLite would make it with those of the umask; its log follows them.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _forget(self, sheet: str) -> None:
        """Take away what the deleted sheet left in the log, and its lock. The file itself stays, empty: another client
        may be about to write into it."""
        with self._lock, self._errors():
            self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._lock_file(sheet).unlink(missing_ok=True)

    def _lock_file(self, sheet: str) -> Path:
        return self.directory / f"{sheet}.lock"


@contextmanager
def _opened(directory: Path) -> Iterator[int]:
    """A directory, to sync or lock it."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
