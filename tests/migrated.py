"""Databases with all tables, without migrating each of them anew: that takes seconds on MariaDB."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from server.db.migrate import migrate
from server.db.session import Database
from tests.databases import Server

__all__ = ["MigratedDatabases"]

VERSION = "alembic_version"


class MigratedDatabases:
    """Gives addresses of databases as they are after all migrations, of one kind each. Only one from MariaDB is in use
    at a time: it cannot copy databases, so the same one is emptied again."""

    def __init__(self, directory: Path, server: Callable[[str], Server]) -> None:
        self._directory = directory
        self._server = server
        self._first: dict[str, str] = {}
        self._seeds: dict[str, list[dict[str, Any]]] = {}
        self._copies = 0

    def fresh(self, kind: str) -> str:
        """The address of a database with all tables."""
        if kind == "sqlite":
            return self._sqlite()
        server = self._server(kind)
        known = self._first.get(kind)
        if known is None:
            known = self._first[kind] = self._migrated(server.fresh())
            if server.can_copy:
                return server.copy_of(known)
            with create_engine(known).connect() as connection:
                self._seeds = _rows(connection)
            return known
        if server.can_copy:
            return server.copy_of(known)
        with create_engine(known).begin() as connection:
            _put_back(connection, self._seeds)
        return known

    def _sqlite(self) -> str:
        template = self._directory / "migrated.sqlite3"
        if not template.exists():
            self._migrated(f"sqlite:///{template}")
        self._copies += 1
        path = self._directory / str(self._copies) / "bincard.sqlite3"
        path.parent.mkdir()
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    def _migrated(self, address: str) -> str:
        database = Database(address, synchronous="OFF")
        try:
            migrate(database)
        finally:
            database.close()
        return address


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """What the tables hold, but for the version of the schema."""
    found = {}
    for table in _used(connection):
        rows = connection.execute(text(f"SELECT * FROM `{table}`"))
        found[table] = [dict(row) for row in rows.mappings()]
    return found


def _used(connection: Connection) -> list[str]:
    """The tables that hold rows, or have held some."""
    names = [name for name in inspect(connection).get_table_names() if name != VERSION]
    holding = " UNION ALL ".join(f"(SELECT '{name}' FROM `{name}` LIMIT 1)" for name in names)
    counted = "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND auto_increment > 1"
    used = set(connection.execute(text(holding)).scalars()) | set(connection.execute(text(counted)).scalars())
    return sorted(used - {VERSION})


def _put_back(connection: Connection, seeds: dict[str, list[dict[str, Any]]]) -> None:
    """Make a database of MariaDB again what it was after its migrations."""
    connection.execute(text("SET foreign_key_checks = 0"))
    for table in _used(connection):
        connection.execute(text(f"TRUNCATE TABLE `{table}`"))
        for row in seeds.get(table, []):
            columns, values = ", ".join(f"`{name}`" for name in row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO `{table}` ({columns}) VALUES ({values})"), row)
    connection.execute(text("SET foreign_key_checks = 1"))
