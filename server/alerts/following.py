"""Following the log of events: what changed is looked at soon after its commit, without holding up who changed it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.alerts.checking import AT_ONCE, check_changed
from server.alerts.figures import ITEMS, PURCHASE_LINES, SALES_LINES, SUPPLIED
from server.db.session import Database, Overtaken
from server.events.reading import EVENTS, MARKS, bounds

__all__ = ["Follower", "catch_up", "changed_by"]

log = logging.getLogger(__name__)
MARK = "follower:alerts"
MOST_EVENTS = 1000
BETWEEN_ROUNDS_SECONDS = 0.1
"""A burst of changes is looked at together."""
LONGEST_SLEEP_SECONDS = 60.0


class Follower:
    """A thread that looks at what changed. `wake` is called after commits: it is quick and never raises. Unwoken it
    looks every `patience` seconds, for what other processes committed. Several may follow at once."""

    def __init__(self, database: Database, patience: float = LONGEST_SLEEP_SECONDS) -> None:
        self.database = database
        self.patience = patience
        self._woken, self._end = Event(), Event()
        self._thread = Thread(target=self._follow, name="bincard-alerts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        """End, after the round that is under way."""
        self._end.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(LONGEST_SLEEP_SECONDS)

    def _follow(self) -> None:
        while not self._end.is_set():
            try:
                more = catch_up(self.database, datetime.now(UTC))
            except SQLAlchemyError:
                # The events are still there: the next round looks at them again.
                log.exception("the alerts could not be checked after a change")
                more = False
            if more:  # the first change is looked at at once, what follows it together
                self._end.wait(BETWEEN_ROUNDS_SECONDS)
            else:
                self._woken.wait(self.patience)
                self._woken.clear()


def catch_up(database: Database, now: datetime) -> bool:
    """Look at what the next events changed; whether there was any. Events are looked at again where this is
    interrupted: the rules may run as often as one likes."""
    with database.read() as connection:
        seen = connection.scalar(select(MARKS.c.position).where(MARKS.c.name == MARK))
        wanted = select(EVENTS).where(EVENTS.c.pk > (seen or 0)).order_by(EVENTS.c.pk).limit(MOST_EVENTS)
        rows = connection.execute(wanted).mappings().all() if seen is not None else []
        changed = changed_by(connection, rows)
    if seen is None:  # what was before is for the periodic check
        newest = bounds(database).newest
        database.run_write(lambda session: _first_mark(session, newest))
        return False
    if not rows:
        return False
    if any(changed.values()):
        check_changed(database, now, changed)
    last = int(rows[-1]["pk"])
    further = update(MARKS).where(MARKS.c.name == MARK, MARKS.c.position < last).values(position=last)
    database.run_write(lambda session: session.execute(further))
    return True


def _first_mark(session: Session, newest: int) -> None:
    try:
        session.execute(MARKS.insert().values(name=MARK, position=newest))
    except IntegrityError:
        raise Overtaken from None


# ------------------------------------------------------------------------------------------------- what changed


def changed_by(connection: Connection, events: Iterable[Mapping[Any, Any]]) -> dict[str, set[int]]:
    """What rules are to look at after these events: keys by "part", "purchase_order", "sales_order"."""
    found: dict[str, set[int]] = {"part": set(), "purchase_order": set(), "sales_order": set()}
    items: set[int] = set()
    sold: set[int] = set()
    for event in events:
        about, key = event["about"] or {}, event["object_key"]
        match event["model"]:
            case "stockitem" | "countline" | "locationlevel":
                _note(found["part"], about.get("part"), *(event["changes"] or {}).get("part", ()))
            case "part":
                _note(found["part"], key)
            case "purchaseorder":
                _note(found["purchase_order"], key)
            case "purchaseorderlineitem":
                _note(found["purchase_order"], about.get("order"))
                _note(sold, about.get("part"))
            case "salesorder":
                _note(found["sales_order"], key)
            case "salesorderlineitem":
                _note(found["sales_order"], about.get("order"))
                _note(found["part"], about.get("part"))
            case "salesorderallocation":
                _note(items, about.get("item"))
            case "salesordershipment":
                _note(found["sales_order"], about.get("order"))
    found["part"] |= _among(connection, ITEMS.c.part_id, ITEMS.c.pk, items)
    ordered = PURCHASE_LINES.c
    sold |= _among(connection, ordered.part_id, ordered.order_id, found["purchase_order"])
    found["part"] |= _among(connection, SUPPLIED.c.part_id, SUPPLIED.c.pk, sold)
    found["part"] |= _among(connection, SALES_LINES.c.part_id, SALES_LINES.c.order_id, found["sales_order"])
    return found


def _note(keys: set[int], *told: Any) -> None:
    keys.update(key for key in told if isinstance(key, int))


def _among(connection: Connection, column: Any, by: Any, keys: Iterable[int]) -> set[int]:
    """The values of a column in the rows whose `by` is among the keys."""
    wanted: Sequence[int] = sorted(keys)
    found: set[int] = set()
    for start in range(0, len(wanted), AT_ONCE):
        rows = connection.scalars(select(column).where(by.in_(wanted[start : start + AT_ONCE])).distinct())
        found |= {int(key) for key in rows if key is not None}
    return found
