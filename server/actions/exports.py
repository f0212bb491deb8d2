"""Exported files: kept for who asked for them, until they are old."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.models.common import DataOutput

__all__ = ["DAYS_KEPT", "add_export", "drop_old_exports"]

DAYS_KEPT = 5
"""How long an exported file can be fetched, as in InvenTree."""
MOST_DROPPED = 100
"""How many are dropped at once, so that nobody waits for them."""


def add_export(session: Session, user: int, path: str, count: int, plugin: str, now: datetime) -> int:
    """Take note of a file that was kept under `path` with `count` rows; its key."""
    row = DataOutput(
        created=now.date(), user_id=user, total=count, progress=100, complete=True, output_type="export",
        plugin=plugin, output=path,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return int(row.pk)


def drop_old_exports(session: Session, now: datetime) -> list[str]:
    """Forget files that are older than DAYS_KEPT days; their paths, to be deleted once that is committed."""
    last = (now - timedelta(days=DAYS_KEPT)).date()
    old = select(DataOutput).where(DataOutput.created < last).order_by(DataOutput.pk).limit(MOST_DROPPED)
    paths = []
    for row in session.scalars(old.with_for_update()).all():
        if row.output:
            paths.append(str(row.output))
        session.delete(row)
    session.flush()
    return paths
