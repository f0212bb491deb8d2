"""The rows of count sessions as the rules need them; a fixed number of statements, however many lines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import ITEMS, TRACKING
from server.db.models.counting import CountEntry, CountLine, CountReason, CountSession
from server.domain.counting import OPEN_SESSIONS, Expected, Movement, Taken, movement
from server.domain.errors import NotFound, WrongState
from server.domain.stock import By

__all__ = [
    "ENTRIES", "LINES", "REASONS", "SESSIONS", "Deed", "ItemNow", "check_open", "entries_of", "items_now",
    "lines_of", "locked_session", "movements_of", "taken_of",
]  # fmt: skip

SESSIONS: Table = CountSession.__table__  # type: ignore[assignment]
LINES: Table = CountLine.__table__  # type: ignore[assignment]
ENTRIES: Table = CountEntry.__table__  # type: ignore[assignment]
REASONS: Table = CountReason.__table__  # type: ignore[assignment]
GROUP = 1000


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something in which transaction."""

    session: Session
    by: By


@dataclass(frozen=True, slots=True)
class ItemNow:
    """A stock item as the record has it. `here`: on a shelf and not gone to anybody or into anything."""

    pk: int
    part: int
    quantity: Decimal
    location: int | None
    batch: str | None
    serial: str | None
    here: bool

    @property
    def serialized(self) -> bool:
        return bool(self.serial) and self.quantity == 1

    def seen_at(self, location: int | None, seen: int) -> Expected:
        """What the record says of it at a location."""
        away = not self.here or self.location != location
        return Expected(Decimal(0) if away else self.quantity, seen, away)


def locked_session(session: Session, pk: int) -> CountSession:
    """The session; whoever else changes it or its lines waits. Raises NotFound."""
    row = session.get(CountSession, pk, with_for_update=True)
    if row is None:
        raise NotFound("No CountSession matches the given query.")
    return row


def check_open(count: CountSession, *allowed: int) -> None:
    """Raises WrongState where the session is in none of these states (none given: open ones)."""
    if count.status not in (allowed or OPEN_SESSIONS):
        raise WrongState(f"{count.reference} is {_STATES.get(count.status, 'closed')}: this cannot be done any more.")


_STATES = {10: "being counted", 20: "in review", 30: "posted", 40: "cancelled"}


def _grouped(keys: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(keys))
    return (wanted[start : start + GROUP] for start in range(0, len(wanted), GROUP))


def lines_of(session: Session, count: int, keys: Iterable[int] | None = None) -> dict[int, CountLine]:
    """The lines of a count session by key, locked in the order of their keys; only those of `keys` where given."""
    narrowed = [CountLine.pk.in_(group) for group in _grouped(keys)] if keys is not None else [CountLine.pk > 0]
    found: dict[int, CountLine] = {}
    for narrow in narrowed:
        wanted = select(CountLine).where(CountLine.session_id == count, narrow).order_by(CountLine.pk)
        found |= {line.pk: line for line in session.scalars(wanted.with_for_update())}
    return found


def entries_of(session: Session, lines: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """The entries of lines, in the order in which they came in."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for group in _grouped(lines):
        for row in session.execute(select(ENTRIES).where(ENTRIES.c.line_id.in_(group)).order_by(ENTRIES.c.pk)):
            found[row.line_id].append(row)
    return found


def taken_of(rows: Iterable[Row[Any]]) -> list[Taken]:
    """Entries as the rules see them. The entries of users that are gone count as one counter's."""
    return [
        Taken(
            row.counter_id or 0, row.round, row.quantity, Expected(row.expected_then, row.seen, row.elsewhere),
            adds=row.mode == "add",
        )
        for row in rows
    ]  # fmt: skip


_ITEM = (
    ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.quantity, ITEMS.c.location_id, ITEMS.c.batch, ITEMS.c.serial,
    ITEMS.c.sales_order_id, ITEMS.c.belongs_to_id, ITEMS.c.customer_id, ITEMS.c.consumed_by_id, ITEMS.c.is_building,
)  # fmt: skip


def items_now(session: Session, keys: Iterable[int], *places: Any) -> dict[int, ItemNow]:
    """Stock items by key; with `places` (conditions), those that meet them instead."""
    narrowed = places or [ITEMS.c.pk.in_(group) for group in _grouped(keys)]
    found: dict[int, ItemNow] = {}
    for narrow in narrowed:
        for row in session.execute(select(*_ITEM).where(narrow).order_by(ITEMS.c.pk)):
            gone = any(value is not None for value in row[6:10]) or row.is_building
            found[row.pk] = ItemNow(*row[:6], here=not gone)
    return found


def movements_of(session: Session, items: Iterable[int], since: int) -> dict[int, list[Movement]]:
    """The entries of the items' history after the entry `since`, in order."""
    found: dict[int, list[Movement]] = defaultdict(list)
    columns = (
        TRACKING.c.pk, TRACKING.c.item_id, TRACKING.c.date, TRACKING.c.tracking_type, TRACKING.c.deltas,
    )  # fmt: skip
    for group in _grouped(items):
        wanted = select(*columns).where(TRACKING.c.item_id.in_(group), TRACKING.c.pk > since).order_by(TRACKING.c.pk)
        for row in session.execute(wanted):
            found[row.item_id].append(movement(row.pk, row.date, row.tracking_type, row.deltas))
    return found
