"""Exports to import, and what a database holds."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.db.migrate import migrate
from server.db.models import Base
from server.db.session import Database

Contents = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows."""
    path = tmp_path_factory.mktemp("importer") / "bincard.sqlite3"
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def stock(made: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of its own, with all tables and no rows."""
    shutil.copy(made, tmp_path / "stock.sqlite3")
    database = Database(f"sqlite:///{tmp_path}/stock.sqlite3", synchronous="OFF")
    yield database
    database.close()


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Writes an export of records, each given as (model, key, fields)."""

    def write(*records: tuple[str, Any, dict[str, Any]]) -> Path:
        path = tmp_path / "export.json"
        path.write_text(json.dumps([{"model": model, "pk": key, "fields": fields} for model, key, fields in records]))
        return path

    return write


def contents(database: Database) -> Contents:
    """All rows of all tables."""
    with database.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.pk))]
            for name, table in Base.metadata.tables.items()
        }
