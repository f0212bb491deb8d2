"""What all tables have in common, and that the usual questions are answered from an index."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Integer, Table, UniqueConstraint

from server.db import models
from server.db.migrate import migrate
from server.db.models import Base
from server.db.session import Database
from server.domain.status import STATUS_CLASSES

TABLES = list(Base.metadata.tables.values())
COLUMNS = [column for table in TABLES for column in table.columns]
# Kept by the server itself; no client sees them.
UNSEEN = {"tree_path", "tree_sort", "part_name"}


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans')}/bincard.sqlite3", synchronous="OFF")
    migrate(database)
    yield database
    database.close()


def test_the_public_names_are_the_tables() -> None:
    found = {getattr(models, name) for name in models.__all__ if name != "Base"}
    assert found == {mapper.class_ for mapper in Base.registry.mappers}


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_table_numbers_its_rows_once(table: Table) -> None:
    assert [column.name for column in table.primary_key] == ["pk"]
    assert table.dialect_options["sqlite"]["autoincrement"] is True


def test_names_fit_every_database() -> None:
    names = [str(item.name) for table in TABLES for item in table.constraints]
    names += [str(index.name) for table in TABLES for index in table.indexes]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 63


def test_every_column_says_what_it_is() -> None:
    for column in COLUMNS:
        told = bool(column.info.get("kind")) and bool(column.info.get("label"))
        assert told != (column.name in UNSEEN), column


def test_choices_are_status_classes() -> None:
    named = {column.info["choices"] for column in COLUMNS if "choices" in column.info}
    assert named and named <= STATUS_CLASSES.keys()


def test_foreign_keys_are_named_for_their_field() -> None:
    for column in COLUMNS:
        if column.foreign_keys:
            assert column.name.endswith("_id") and column.info["kind"] == "related"


def test_foreign_keys_can_be_followed_backwards() -> None:
    """Deleting a row looks for those that point to it: without an index that is a walk through the whole table."""
    for table in TABLES:
        leading = {next(iter(index.columns)).name for index in table.indexes}
        leading |= {next(iter(item.columns)).name for item in table.constraints if isinstance(item, UniqueConstraint)}
        for column in table.columns:
            assert not column.foreign_keys or column.name in leading, column


def plan(database: Database, sql: str) -> str:
    with database.snapshot() as reader:
        return "; ".join(str(row[3]) for row in reader.rows(f"EXPLAIN QUERY PLAN {sql}"))


@pytest.mark.parametrize(
    "question, index",
    [
        ("SELECT pk FROM stock_stockitem ORDER BY part_name, quantity, location_id, pk LIMIT 25", "default_order"),
        (
            "SELECT * FROM stock_stockitem WHERE location_id = 1 ORDER BY part_name, quantity, pk LIMIT 25",
            "location_order",
        ),
        ("SELECT * FROM stock_stockitem WHERE part_id = 1", "part_id_serial_int"),
        ("SELECT max(serial_int) FROM stock_stockitem WHERE part_id = 1", "part_id_serial_int"),
        ("SELECT * FROM stock_stockitem WHERE barcode_hash = 'x'", "barcode_hash"),
        ("SELECT * FROM stock_stockitem WHERE serial = 'x'", "serial"),
        ("SELECT * FROM stock_stockitem WHERE batch = 'x'", "batch"),
        ("SELECT * FROM stock_stockitem WHERE parent_id = 1", "parent_id"),
        ("SELECT * FROM stock_stockitem WHERE expiry_date < '2026-01-01'", "expiry_date"),
        ("SELECT * FROM stock_stockitem ORDER BY updated DESC LIMIT 25", "updated"),
        ("SELECT * FROM stock_stocklocation WHERE tree_path >= '/1/' AND tree_path < '/10'", "tree_path"),
        ("SELECT * FROM stock_stockitemtracking WHERE item_id = 1 ORDER BY date DESC", "item_id_date"),
        ("SELECT * FROM stock_stockitemtracking ORDER BY date DESC LIMIT 25", "date"),
        ("SELECT * FROM part_part ORDER BY name LIMIT 25", "name_IPN_revision"),
        ("SELECT * FROM part_part WHERE category_id = 1 ORDER BY name LIMIT 25", "category_id_name"),
        ("SELECT * FROM part_part WHERE IPN = 'x'", "IPN"),
        ("SELECT * FROM part_supplierpart WHERE SKU = 'x'", "SKU"),
    ],
)
def test_the_usual_questions_walk_an_index(sqlite: Database, question: str, index: str) -> None:
    found = plan(sqlite, question)
    assert "USING" in found and "TEMP B-TREE" not in found, found
    assert index in found or "autoindex" in found, found


def test_whole_numbers_are_rowids_on_sqlite(sqlite: Database) -> None:
    assert isinstance(models.Part.__table__.c.pk.type.dialect_impl(sqlite.dialect), Integer)
