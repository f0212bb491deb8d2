"""`bincard-server sales import FILE`: take in sales from elsewhere."""

import argparse
import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from server.commands import CommandRefused, open_database, settings_from

if TYPE_CHECKING:
    from server.actions.sales.importing import Choice
    from server.db.session import Database
    from server.domain.spreadsheets import Table

__all__ = ["run"]

MOST_LINES = 1_000_000


def run(options: argparse.Namespace) -> int:
    from server.actions.sales.importing import Choice
    from server.domain.spreadsheets import BadTable, read_table

    choice = Choice(
        currency=(options.currency or "").upper(), columns=_columns(options.column), dates=options.dates or "",
        create_parts=options.create_parts, create_customers=options.create_customers, skip_bad=options.skip_bad,
    )  # fmt: skip
    try:
        sheet = read_table(options.file.read_bytes(), options.file.name, MOST_LINES)
    except (BadTable, OSError) as error:
        raise CommandRefused(str(error)) from None
    with closing(open_database(settings_from(options))) as database:
        print(json.dumps(_import(database, sheet, choice, options.dry_run), indent=2, ensure_ascii=False))
    return 0


def _columns(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    wrong = next((field for field, sign, column in pairs if not sign or not column), None)
    if wrong is not None:
        raise CommandRefused(f"{wrong!r} says nothing of a column; write it like part=StockCode")
    return {field: column for field, _, column in pairs}


def _import(database: "Database", sheet: "Table", choice: "Choice", dry_run: bool) -> dict[str, Any]:
    from server.actions.sales.importing import add_missing, count_new, prepare, write_sales
    from server.domain.errors import InvalidInput
    from server.domain.sales_import import BadColumns

    try:
        with database.read() as connection:
            found = prepare(connection, sheet, choice)
            figures = found.figures | {"new_lines": count_new(connection, found.sales)}
    except BadColumns as error:
        raise CommandRefused(str(error)) from None
    except InvalidInput as error:
        texts = [text for each in error.errors.values() for text in each]
        advice = "the file was not taken in (--skip-bad leaves such rows out):"
        raise CommandRefused("\n  ".join([advice, *texts])) from None
    if dry_run:
        return figures | {"dry_run": True}
    today = datetime.now(UTC).date()
    found = database.run_write(lambda session: add_missing(session, found, choice, today))
    written = write_sales(database.run_write, found.sales, _progress if sys.stderr.isatty() else _quiet)
    return figures | {"dry_run": False, "written": written}


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\r{done:,} of {total:,} lines", end=end, file=sys.stderr, flush=True)


def _quiet(done: int, total: int) -> None:
    """No progress where nobody watches."""
