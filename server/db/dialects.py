"""What differs between the databases when they are opened, and which of their errors may be tried again."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import ArgumentError, DBAPIError

__all__ = ["may_retry", "open_engine", "reading_engine"]

BUSY_SECONDS = 15
MYSQL_RETRY = {1205, 1213, 1020}  # lock wait timeout, deadlock, record changed since last read
POSTGRES_RETRY = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def open_engine(address: str, synchronous: str) -> Engine:
    """An engine for the address. Raises ArgumentError or ModuleNotFoundError where it cannot be used."""
    url = make_url(address)
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url, synchronous)
        case "mysql" | "mariadb" | "postgresql":
            return _server(url, "READ COMMITTED")
    raise ArgumentError(f"{url.get_backend_name()} is none of sqlite, mysql, mariadb, postgresql")


def reading_engine(engine: Engine) -> Engine:
    """The engine for reading: one snapshot for all statements of a transaction. SQLite's transactions are that anyway;
    the others get connections of their own for it, so that no request pays for switching."""
    return engine if engine.dialect.name == "sqlite" else _server(engine.url, "REPEATABLE READ")


def _server(url: URL, isolation: IsolationLevel) -> Engine:
    options: dict[str, Any] = {"connect_timeout": 10}
    if url.get_backend_name() in ("mysql", "mariadb"):
        url = url.update_query_dict({"charset": "utf8mb4"})
        # MySQL sorts by the first 1,024 bytes of a text; the paths that trees are sorted by may be longer.
        options["init_command"] = "SET SESSION max_sort_length = 8192"
    return create_engine(
        url, pool_size=20, max_overflow=20, pool_pre_ping=True, isolation_level=isolation, connect_args=options
    )


def _sqlite(url: URL, synchronous: str) -> Engine:
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database))
    engine = create_engine(
        url, pool_size=20, max_overflow=20, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun here, not by the driver
        for pragma in (
            "journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "cache_size=-8000",
            "mmap_size=268435456", "temp_store=MEMORY", f"busy_timeout={BUSY_SECONDS * 1000}",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("regexp", 2, _regexp, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        writing = connection.get_execution_options().get("bincard_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _regexp(pattern: str, value: Any) -> bool:
    """SQLite's REGEXP, whatever the case; a pattern that is none matches nothing."""
    import re

    try:
        return value is not None and re.search(pattern, str(value), re.IGNORECASE) is not None
    except re.error:
        return False


def _make_private(path: Path) -> None:
    """The database file belongs to this user alone, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def may_retry(error: DBAPIError, dialect: str) -> bool:
    """Whether the whole transaction may be run again: it lost against another one and left nothing behind."""
    original = error.orig
    if dialect == "sqlite":
        return "locked" in str(original) or "busy" in str(original)
    if dialect in ("mysql", "mariadb"):
        return bool(original and original.args and original.args[0] in MYSQL_RETRY)
    return getattr(original, "sqlstate", None) in POSTGRES_RETRY
