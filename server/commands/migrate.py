"""`bincard-server migrate`: make the database, or bring it up to date."""

import argparse

from server.commands import CommandRefused, open_database, settings_from

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    from server.db.migrate import migrate
    from server.db.session import DatabaseError

    settings = settings_from(options)
    database = open_database(settings, current=False)
    try:
        before, after = migrate(database)
    except DatabaseError as error:
        raise CommandRefused(str(error)) from None
    finally:
        database.close()
    print(f"schema {after}" + (", nothing to do" if before == after else f", was {before or 'empty'}"))
    return 0
