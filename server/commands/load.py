"""`bincard-server import FILE` and `bincard-server demo-data`: take in an InvenTree export."""

import argparse
import sys
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path

from server.commands import CommandRefused, open_database, settings_from

__all__ = ["run"]

DEMO = "inventree-demo-export.json.xz"


def run(options: argparse.Namespace) -> int:
    from server.db.session import DatabaseError
    from server.importer import ImportFailed, import_file

    settings = settings_from(options)
    database = open_database(settings)
    with ExitStack() as stack:
        stack.callback(database.close)
        path: Path = (
            options.file if options.command == "import" else stack.enter_context(as_file(files("server.demo") / DEMO))
        )
        try:
            report = import_file(database, path, progress=_progress if sys.stderr.isatty() else _quiet)
        except (ImportFailed, DatabaseError) as error:
            raise CommandRefused(str(error)) from None
    print(report)
    return 0


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\r{done:,} of {total:,} records", end=end, file=sys.stderr, flush=True)


def _quiet(done: int, total: int) -> None:
    """No progress where nobody watches."""
