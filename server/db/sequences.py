"""Where the numbering of rows goes on."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select, text

from server.db.models import Base
from server.db.session import Database

__all__ = ["advance_sequences", "set_sequences"]


def advance_sequences(connection: Connection) -> None:
    """After rows were written with keys of their own: number new rows from there on. SQLite and MySQL do so by
    themselves; PostgreSQL's sequences have to be told."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.tables.values():
        highest = connection.execute(select(func.max(table.c.pk))).scalar()
        if highest is not None:
            statement = text(
                "SELECT setval(pg_get_serial_sequence(:name, 'pk'), "
                "greatest(:highest, nextval(pg_get_serial_sequence(:name, 'pk')) - 1))"
            )
            connection.execute(statement, {"name": table.name, "highest": highest})


def set_sequences(database: Database, last: Mapping[str, int]) -> None:
    """Number new rows of each table from behind `last` (0: from 1 on), whatever is in the table. Tables that Bincard
    does not have are passed over: the mapping may be that of an InvenTree database."""
    tables = [(Base.metadata.tables[name], value) for name, value in last.items() if name in Base.metadata.tables]
    with database.exclusive() as connection:
        for table, value in tables:
            _set(connection, table, value)


def _set(connection: Connection, table: Table, value: int) -> None:
    match connection.dialect.name:
        case "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :value)"),
                {"name": table.name, "value": value},
            )
        case "postgresql":
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'pk'), :value, :used)"),
                {"name": table.name, "value": max(value, 1), "used": value > 0},
            )
        case _:
            connection.execute(text(f"ALTER TABLE {table.name} AUTO_INCREMENT = {int(value) + 1}"))
