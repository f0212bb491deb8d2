"""A real server for tests: uvicorn in a thread, on a free port, over a database of its own.

Making the schema and importing takes seconds, so each kind of database is made once per test run and copied.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from server.app import create_app
from server.auth.passwords import hash_password
from server.commands.serve import listen
from server.db.migrate import migrate
from server.db.models.users import User
from server.db.session import Database
from server.importer import import_file
from server.rest.api import Api
from server.settings import Settings

__all__ = ["DATA", "Running", "make_demo", "make_empty", "running", "settings_for"]

DATA = Path(__file__).parent / "data"
DATABASE = "bincard.sqlite3"


def settings_for(data_dir: Path, **more: Any) -> Settings:
    """Settings over a data directory, quick and unsafe on the disk."""
    return Settings(**{"data_dir": data_dir, "database_url": "", "sqlite_synchronous": "NORMAL", **more})


def make_empty(data_dir: Path) -> None:
    """A migrated database with the superuser admin/admin."""
    database = Database(settings_for(data_dir).url)
    migrate(database)
    with database.write() as session:
        from datetime import UTC, datetime

        session.add(
            User(
                username="admin", password=hash_password("admin"), is_superuser=True, is_staff=True, is_active=True,
                first_name="", last_name="", email="", date_joined=datetime.now(UTC),
            )
        )  # fmt: skip
    database.close()


def make_demo(data_dir: Path) -> None:
    """A database with the demo data; allaccess/nolimits, engineer/partsonly, reader/readonly, admin/inventree."""
    from server.commands.load import DEMO

    database = Database(settings_for(data_dir).url)
    migrate(database)
    import_file(database, Path(__file__).parents[1] / "server" / "demo" / DEMO, progress=lambda done, total: None)
    database.close()


@dataclass
class Running:
    """A server that answers. `url` has no slash at the end."""

    url: str
    settings: Settings
    api: Api
    database: Database
    process: uvicorn.Server = field(repr=False)

    def token(self, user: str = "admin", password: str = "admin", name: str = "tests") -> str:
        """A token of a user, asked for as clients do."""
        answer = httpx.get(f"{self.url}/api/user/me/token/", params={"name": name}, auth=(user, password))
        answer.raise_for_status()
        return str(answer.json()["token"])

    def client(self, user: str = "admin", password: str = "admin") -> httpx.Client:
        """An HTTP client that is signed in."""
        headers = {"Authorization": f"Token {self.token(user, password)}"}
        return httpx.Client(base_url=f"{self.url}/api/", headers=headers, timeout=30)


@contextmanager
def running(data_dir: Path, template: Path | None = None, *, port: int = 0, **more: Any) -> Iterator[Running]:
    """A server over `data_dir`, which is filled from `template` (a data directory) first."""
    if template is not None:
        shutil.copytree(template, data_dir, dirs_exist_ok=True)
    settings = settings_for(data_dir, **more)
    database = Database(settings.url, synchronous=settings.sqlite_synchronous)
    api = create_app(settings, database)
    listener = listen("127.0.0.1", port)
    server = uvicorn.Server(uvicorn.Config(api, log_level="critical", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", settings, api, database, server)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        api.close()
        database.close()
