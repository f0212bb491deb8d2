"""What goes wrong in the server itself, kept for a day for the rule "server trouble"."""

import logging
from datetime import UTC, datetime, timedelta
from threading import Lock, local
from time import monotonic
from typing import Any

from sqlalchemy import Table, delete, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.db.models.alerts import ServerFault
from server.db.session import Database

__all__ = ["ERROR", "RETRY", "Faults", "forget_faults"]

log = logging.getLogger(__name__)
FAULTS: Table = ServerFault.__table__  # type: ignore[assignment]
ERROR, RETRY = "error", "retry"
KEPT = timedelta(days=1)
MOST_PER_MINUTE = 60
"""A storm of faults is told by some of them: the database has enough to do."""


class Faults:
    """Takes note of faults; never raises, since whoever reports one has trouble enough."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lock, self._here = Lock(), local()
        self._minute, self._noted = 0, 0

    def note(self, kind: str) -> None:
        """Something went wrong just now: `kind` is ERROR or RETRY."""
        if getattr(self._here, "noting", False) or not self._may():
            return
        self._here.noting = True
        row: dict[str, Any] = {"kind": kind, "at": datetime.now(UTC)}
        try:
            self.database.run_write(lambda session: session.execute(insert(FAULTS).values(row)))
        except SQLAlchemyError as error:
            log.warning("a fault could not be noted: %s", type(error).__name__)
        finally:
            self._here.noting = False

    def _may(self) -> bool:
        with self._lock:
            minute = int(monotonic() // 60)
            if minute != self._minute:
                self._minute, self._noted = minute, 0
            self._noted += 1
            return self._noted <= MOST_PER_MINUTE


def forget_faults(session: Session, now: datetime) -> int:
    """Those that no longer count are gone; how many."""
    gone: Any = session.execute(delete(FAULTS).where(FAULTS.c.at < now - KEPT))
    return int(gone.rowcount)
