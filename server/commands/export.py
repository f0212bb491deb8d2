"""`bincard-server export parquet --to DIR`: write the files for BI now."""

import argparse
import json
import sys
from contextlib import closing
from datetime import UTC, datetime

from server.commands import CommandRefused, open_database, settings_from

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    from server.jobs.declaring import JobFailed
    from server.jobs.tasks.export_parquet import write_all

    settings = settings_from(options)
    place = options.to or settings.export_to
    if not place:
        raise CommandRefused("there is no place for the files; give one with --to, or BINCARD_EXPORT_TO")
    with closing(open_database(settings)) as database:
        try:
            told = write_all(database, settings, place, datetime.now(UTC), _progress, again=True)
        except JobFailed as error:
            raise CommandRefused(str(error)) from None
    print(json.dumps(told, indent=2))
    return 0


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} tables", end="\n" if done == total else "", file=sys.stderr, flush=True)
