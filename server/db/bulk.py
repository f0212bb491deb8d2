"""Inserting many rows of one form and knowing their keys, without a statement for each row where the database can."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, insert, text

from server.db.changes import tell_created
from server.db.prepared import prepared

__all__ = ["insert_many", "insert_rows"]


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows; their keys, in order. Rows of one form take a fixed number of statements, but on MySQL, which
    tells keys of single rows only."""
    if len({frozenset(row) for row in rows}) != 1:
        return [key for row in rows for key in _one_by_one(connection, table, [row])]
    keys = _reserved(connection, table, len(rows)) if len(rows) > 1 else None
    if keys is None:
        return _one_by_one(connection, table, rows)
    insert_many(connection, table, [{"pk": key, **row} for key, row in zip(keys, rows, strict=True)])
    tell_created(connection, table.name, keys)
    return keys


def insert_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of one form, at least one, in one statement."""
    defaults = _defaults(table, rows[0])
    statement = prepared(_inserting, connection.dialect, table, tuple(sorted({*defaults, *rows[0]})))
    statement.run(connection, [{**defaults, **row} for row in rows])


def _one_by_one(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> list[int]:
    made = (connection.execute(insert(table), row).inserted_primary_key for row in rows)
    keys = [int(key[0]) for key in made if key is not None]
    tell_created(connection, table.name, keys)
    return keys


def _reserved(connection: Connection, table: Table, count: int) -> list[int] | None:
    """Keys that nobody else will get; None where the database gives none away before the rows are there."""
    match connection.dialect.name:
        case "sqlite":  # the only writer there is
            found = connection.execute(_LAST_KEY, {"name": table.name}).scalar()
            last = int(found or 0)
            return list(range(last + 1, last + count + 1))
        case "postgresql":
            drawn = connection.execute(_NEXT_KEYS, {"name": table.name, "count": count})
            return [int(key) for key in drawn.scalars()]
    return None


_LAST_KEY = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NEXT_KEYS = text("SELECT nextval(pg_get_serial_sequence(:name, 'pk')) FROM generate_series(1, :count)")


def _defaults(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """What the columns that a row does not name hold by default."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name != "pk" and column.name not in row and column.default is not None:
            default: Any = column.default
            found[column.name] = default.arg(None) if default.is_callable else default.arg
    return found


def _inserting(table: Table, names: tuple[str, ...]) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    return insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names}), ()
