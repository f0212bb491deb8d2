"""The subcommands of `bincard-server`, one module each with a `run(options) -> exit status`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.db.session import Database
    from server.settings import Settings

__all__ = ["CommandRefused", "open_database", "settings_from"]


class CommandRefused(Exception):
    """A command cannot do its work; the message says in one line why and what to do."""


def settings_from(options: argparse.Namespace) -> "Settings":
    """The settings of the environment and of the command's options. Raises CommandRefused."""
    from server.settings import BadSettings, load_settings

    names = ("data_dir", "database_url", "host", "port", "log_level")
    given = {name: getattr(options, name, None) for name in names}
    if isinstance(given["data_dir"], Path):
        given["data_dir"] = given["data_dir"].expanduser().absolute()
    try:
        return load_settings(**given)
    except BadSettings as error:
        raise CommandRefused(str(error)) from None


def open_database(settings: "Settings", *, current: bool = True) -> "Database":
    """The database; with `current` its schema must be this version's. Raises CommandRefused."""
    from server.db.migrate import check_schema
    from server.db.session import Database, DatabaseError
    from server.events.recorder import record_events

    try:
        database = Database(settings.url, synchronous=settings.sqlite_synchronous)
        if current:
            check_schema(database)
            record_events(database)
    except DatabaseError as error:
        raise CommandRefused(str(error)) from None
    return database
