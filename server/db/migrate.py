"""Bringing the database's tables to what this version of Bincard expects, and refusing to work on others."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from server.db.migrations import HEAD, REVISIONS
from server.db.session import Database, DatabaseRefused, SchemaTooNew, SchemaTooOld

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["SchemaState", "alembic_config", "check_schema", "migrate", "schema_state"]

VERSION_TABLE = "alembic_version"


class SchemaState(Enum):
    """How the tables in a database compare with those of this version."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEW = "new"


def revision_of(connection: Connection) -> str | None:
    """The migration that the database is at; None when it was never migrated."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def schema_state(database: Database) -> SchemaState:
    """How the database's tables compare with those of this version."""
    with database.read() as connection:
        return _state(revision_of(connection))


def _state(revision: str | None) -> SchemaState:
    if revision is None:
        return SchemaState.EMPTY
    if revision == HEAD:
        return SchemaState.CURRENT
    return SchemaState.OLD if revision in REVISIONS else SchemaState.NEW


def check_schema(database: Database) -> None:
    """Raises SchemaTooOld or SchemaTooNew unless the tables are those of this version."""
    match schema_state(database):
        case SchemaState.EMPTY:
            raise SchemaTooOld("the database has no tables yet; run: bincard-server migrate")
        case SchemaState.OLD:
            raise SchemaTooOld(
                "the database was written by an older Bincard; back it up and run: bincard-server migrate"
            )
        case SchemaState.NEW:
            raise SchemaTooNew(_too_new())
        case SchemaState.CURRENT:
            pass


def _too_new() -> str:
    return (
        f"the database was written by a newer Bincard (this one knows schemas up to {HEAD}); "
        "update Bincard or restore an older backup"
    )


def migrate(database: Database) -> tuple[str | None, str]:
    """Make the tables, or bring them up to date, in one transaction (where the database has such: MySQL has not).
    Returns the schema before (None: there was none) and after. Raises SchemaTooNew, and DatabaseRefused for a database
    that holds another program's tables by the same names."""
    with database.exclusive() as connection:
        before = revision_of(connection)
        if _state(before) is SchemaState.NEW:
            raise SchemaTooNew(_too_new())
        if before is None:
            _refuse_strangers(connection)
        if before != HEAD:
            # Alembic takes longer to load than a server to start: only when there is something to do.
            from alembic import command

            command.upgrade(alembic_config(connection), "head")
    return before, HEAD


def _refuse_strangers(connection: Connection) -> None:
    from server.db.models import Base

    taken = sorted(set(inspect(connection).get_table_names()) & set(Base.metadata.tables))
    if taken:
        raise DatabaseRefused(
            f"the database holds another program's tables ({', '.join(taken[:3])}); give Bincard an empty database, "
            "and bring the data in with: bincard-server import FILE"
        )


def alembic_config(connection: Connection) -> "Config":
    """What Alembic needs to work on `connection`, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
