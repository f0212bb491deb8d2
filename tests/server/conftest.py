"""A database of each kind, empty or with all tables."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.db.session import Database
from tests.databases import Server, mariadb, postgresql
from tests.migrated import MigratedDatabases

KINDS = ("sqlite", "postgresql", "mariadb")


class Servers(dict[str, Server]):
    """Database servers by kind, started when they are first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, kind: str) -> Server:
        starts = {"postgresql": postgresql, "mariadb": mariadb}
        self[kind] = self._stack.enter_context(starts[kind]())
        return self[kind]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The database servers of this run; they end with it."""
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/bincard.sqlite3"
    servers: Servers = request.getfixturevalue("servers")
    return servers[request.param].fresh()


@pytest.fixture
def empty(address: str) -> Iterator[Database]:
    """An open database without tables."""
    database = Database(address, synchronous="OFF")
    yield database
    database.close()


@pytest.fixture(scope="session")
def migrated(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> MigratedDatabases:
    """Databases with all tables."""
    return MigratedDatabases(tmp_path_factory.mktemp("migrated"), lambda kind: servers[kind])


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, migrated: MigratedDatabases) -> Iterator[Database]:
    """An open database with all tables, of each kind in turn."""
    opened = Database(migrated.fresh(request.param), synchronous="OFF")
    yield opened
    opened.close()
