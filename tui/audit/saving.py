"""The audit as a file."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Final

from tui.api_client import ApiClient
from tui.audit.asked import Asked, BadFilter, Subject
from tui.audit.changes import AUDIT, Change, load_changes, params_of

__all__ = ["FORMS", "audit_file", "default_path"]

FORMS: Final = {"csv": "CSV", "xlsx": "XLSX (spreadsheet)"}
#: Tracking entries are asked for page by page; more than so many are not.
ENTRIES_AT_MOST = 20_000
_HEADINGS = ("When", "Who", "What", "Called", "Did", "Before and after", "By what", "Notes")
#: What makes a spreadsheet take a text for a formula.
_ARMED = ("=", "+", "-", "@", "\t", "\r", "\n")


def default_path(subject: Subject | None, form: str, today: date) -> Path:
    """Where to put it unless somebody says otherwise: in the working directory."""
    of = f"-{subject.model}-{subject.pk}" if subject is not None else ""
    return Path.cwd() / f"audit{of}-{today.isoformat()}.{form}"


async def audit_file(client: ApiClient, asked: Asked, subject: Subject | None, form: str, *, tracked: bool) -> bytes:
    """All that is asked for, not only what is loaded; of tracking entries as CSV. Raises ApiError, BadFilter."""
    if not tracked:
        return await client.file(AUDIT, {**params_of(asked, subject, tracked=False), "export": form})
    changes: list[Change] = []
    after: int | None = None
    while True:
        page = await load_changes(client, asked, subject, after, tracked=True)
        changes += page.changes
        after = page.after
        if after is None:
            return _table(changes)
        if (page.count or 0) > ENTRIES_AT_MOST:
            raise BadFilter(f"{page.count} entries are more than the {ENTRIES_AT_MOST} that can be saved; narrow them")


def _table(changes: list[Change]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    for change in changes:
        row = (
            change.when, change.who, change.title, change.name, change.action, change.changed, change.origin,
            change.notes,
        )  # fmt: skip
        writer.writerow([f"'{cell}" if cell.startswith(_ARMED) else cell for cell in row])
    return text.getvalue().encode()
