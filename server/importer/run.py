"""The import as a whole: read, translate, resolve, write; all of it or nothing."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, StatementError

from server.db.models import Base
from server.db.sequences import advance_sequences
from server.db.session import Database
from server.importer.derive import derive, follow_renamed_parts
from server.importer.reading import Record, read_records
from server.importer.report import ImportFailed, ImportReport, printable
from server.importer.resolve import resolve
from server.importer.rights import complete_rights
from server.importer.translate import Translation, translate
from server.importer.write import groups_that_differ, write, write_groups

__all__ = ["import_file"]

Progress = Callable[[int, int], None]


def import_file(database: Database, path: Path, *, progress: Progress = lambda done, total: None) -> ImportReport:
    """Take in the export at `path` (dumpdata JSON, may be compressed by gzip or xz). Rows are recognised by their key:
    new ones are added, others brought to what the file says, so that a second import of the same file changes nothing.
    `progress(done, total)` is called as records are through. Raises ImportFailed, and then the database is as it was.
    """
    records = read_records(path)
    translation = translate(records)
    if not translation.drafts:
        raise ImportFailed(
            f"{printable(path.name)} holds nothing that Bincard knows; {_first_refusal(translation)} "
            "Give the export of an InvenTree server."
        )
    try:
        with database.exclusive() as connection:
            report = _import(connection, records, translation, progress)
    except (DBAPIError, StatementError) as error:
        reason = printable(str(error.orig or error).strip().splitlines()[0], 200)
        raise ImportFailed(
            f"the database refuses what {printable(path.name)} holds: {reason}; nothing was changed. "
            "Import into a new database, or correct the record in InvenTree."
        ) from None
    progress(len(records), len(records))
    return report


def _first_refusal(translation: Translation) -> str:
    refusal = translation.refusals[0] if translation.refusals else None
    return f"{refusal.model} {refusal.key}: {refusal.reason}." if refusal else "it has no records of its models."


def _import(
    connection: Connection, records: list[Record], translation: Translation, progress: Progress
) -> ImportReport:
    report = ImportReport(len(records), refusals=translation.refusals)
    groups = resolve(connection, translation)
    drafts = translation.drafts
    derive(connection, drafts)
    through = len(records) - sum(map(len, drafts.values()))

    def done(more: int) -> None:
        nonlocal through
        through += more
        progress(through, len(records))

    touched = groups_that_differ(connection, groups)
    done(0)
    for table in Base.metadata.sorted_tables:
        if drafts.get(table.name):
            write(connection, table, drafts[table.name], report, done, touched if table.name == "auth_user" else set())
    write_groups(connection, groups)
    follow_renamed_parts(connection, drafts)
    advance_sequences(connection)
    complete_rights(connection)
    return report
