"""Migrations and models say the same, on each database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, inspect, text
from sqlalchemy.types import TypeEngine

from server.db.migrate import SchemaState, alembic_config, check_schema, migrate, schema_state
from server.db.migrations import HEAD, REVISIONS
from server.db.models import Base
from server.db.session import Database, DatabaseRefused, SchemaTooNew, SchemaTooOld


@pytest.fixture
def database(empty: Database) -> Database:
    """A database that may be spoiled."""
    migrate(empty)
    return empty


def same_type(
    context: MigrationContext, there: Column[object], ours: Column[object], reflected: TypeEngine[object],
    wanted: TypeEngine[object],
) -> bool | None:  # fmt: skip
    """MariaDB keeps JSON as a long text and says so; all other types are compared by Alembic."""
    return False if isinstance(wanted, JSON) else None


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type})
        assert compare_metadata(context, Base.metadata) == []


def test_foreign_keys_delete_as_the_models_say(database: Database) -> None:
    with database.read() as connection:
        inspector = inspect(connection)
        for table in Base.metadata.tables.values():
            there = {
                key["constrained_columns"][0]: key["options"].get("ondelete", "RESTRICT")
                for key in inspector.get_foreign_keys(table.name)
            }
            wanted = {
                column.name: next(iter(column.foreign_keys)).ondelete for column in table.c if column.foreign_keys
            }
            assert there == wanted, table.name


def test_migrating_twice_does_nothing(empty: Database) -> None:
    assert schema_state(empty) is SchemaState.EMPTY
    assert migrate(empty) == (None, HEAD)
    assert schema_state(empty) is SchemaState.CURRENT
    assert migrate(empty) == (HEAD, HEAD)
    check_schema(empty)


def test_all_migrations_are_listed(database: Database) -> None:
    with database.read() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection)).walk_revisions()
        assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_a_database_without_tables_says_what_to_do(empty: Database) -> None:
    with pytest.raises(SchemaTooOld, match="no tables yet; run: bincard-server migrate"):
        check_schema(empty)


def test_a_newer_database_is_refused(database: Database) -> None:
    with database.exclusive() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert schema_state(database) is SchemaState.NEW
    with pytest.raises(SchemaTooNew, match=r"newer Bincard .* update Bincard"):
        check_schema(database)
    with pytest.raises(SchemaTooNew):
        migrate(database)


def test_an_older_database_is_refused_until_it_is_migrated(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.db.migrate.HEAD", "9998")
    with pytest.raises(SchemaTooOld, match="older Bincard; back it up and run: bincard-server migrate"):
        check_schema(database)


def test_another_programs_database_is_left_alone(empty: Database) -> None:
    with empty.exclusive() as connection:
        connection.execute(text("CREATE TABLE part_part (id INTEGER)"))
    with pytest.raises(DatabaseRefused, match=r"another program's tables \(part_part\)"):
        migrate(empty)
    with empty.read() as connection:
        assert inspect(connection).get_table_names() == ["part_part"]


def test_tables_can_be_removed_again(database: Database) -> None:
    from alembic import command

    with database.exclusive() as connection:
        command.downgrade(alembic_config(connection), "base")
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
