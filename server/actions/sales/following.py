"""Following the events: what was shipped, came back or changed in stock since the mark is taken into the reports.

An event only tells where to look. An order that it is about is read anew as a whole and its lines are made what it
says, in the transaction that moves the mark on; so events may come in any order, and twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from server.actions.sales.demands import refresh_all
from server.actions.sales.source import ORDER_LINES, TAKERS
from server.actions.sales.tables import LINES, MARKS, groups
from server.actions.sales.writing import MARK, first_mark, lines_where, replace_lines, writing
from server.db.session import Database
from server.events.reading import EVENTS, bounds

__all__ = ["catch_up", "refresh_orders", "touched"]

MOST_EVENTS = 2000
_ORDER_OF = {
    "salesorderlineitem": "salesorder", "salesordershipment": "salesorder", "returnorderlineitem": "returnorder",
}  # fmt: skip


def catch_up(database: Database) -> dict[str, int] | None:
    """Take in what the events since the mark changed, some thousand at a time: figures of what was looked at and
    written. None where sales have never been made, or events are missing: everything must be checked then."""
    with database.read() as connection:
        seen = connection.scalar(select(MARKS.c.position).where(MARKS.c.name == MARK))
    known = bounds(database)
    if seen is None:
        database.run_write(lambda session: first_mark(session, known.newest))
        return None
    figures = {"events": 0, "lines": 0, "parts": 0}
    lost = known.lost(seen)
    if lost:
        database.run_write(lambda session: _move_on(session, known.newest))
    while not lost and _some(database, figures):
        pass
    return None if lost else figures


def _move_on(session: Session, position: int) -> None:
    session.execute(update(MARKS).where(MARKS.c.name == MARK, MARKS.c.position < position).values(position=position))


def _some(database: Database, figures: dict[str, int]) -> bool:
    """Take in the next events; whether there may be more. Demand is made first, few parts in each transaction: who
    counts meanwhile is not to wait. It may be made as often as one likes, so the mark moves with the lines alone."""
    with database.read() as connection:
        seen = connection.execute(select(MARKS.c.position).where(MARKS.c.name == MARK)).scalar_one()
        wanted = select(EVENTS.c.pk, EVENTS.c.model, EVENTS.c.object_key, EVENTS.c.about, EVENTS.c.changes)
        rows = connection.execute(wanted.where(EVENTS.c.pk > seen).order_by(EVENTS.c.pk).limit(MOST_EVENTS)).all()
        orders, parts = touched(connection, [row._mapping for row in rows])
    if not rows:
        return False
    figures["events"] += len(rows)
    figures["parts"] += refresh_all(database, parts)
    last = int(rows[-1].pk)
    figures["lines"] += database.run_write(lambda session: _take(session, orders, last))
    return len(rows) == MOST_EVENTS


def _take(session: Session, orders: Mapping[str, Iterable[int]], last: int) -> int:
    writing(session)
    lines = sum(refresh_orders(session, model, keys) for model, keys in orders.items())
    _move_on(session, last)
    return lines


def refresh_orders(session: Session, model: str, orders: Iterable[int]) -> int:
    """Make the lines of these orders what the orders say; how many lines were not. The caller holds `writing()`."""
    written = 0
    for keys in groups(sorted(set(orders))):
        old = lines_where(session, LINES.c.order_model == model, LINES.c.order_key.in_(keys))
        written += replace_lines(session, old, TAKERS[model](session, keys))[0]
    return written


def touched(session: Session | Connection, events: Iterable[Mapping[Any, Any]]) -> tuple[dict[str, set[int]], set[int]]:
    """The orders, by model, and the parts that the events are about."""
    orders: dict[str, set[int]] = {"salesorder": set(), "returnorder": set()}
    parts: set[int] = set()
    allocated: dict[int, int | None] = {}
    for event in events:
        about, model = event["about"] or {}, event["model"]
        if model in orders:
            orders[model].add(event["object_key"])
        elif model in _ORDER_OF:
            _note(orders[_ORDER_OF[model]], about.get("order"))
        elif model == "salesorderallocation":
            allocated[event["object_key"]] = about.get("line")
        elif model == "stockitem":
            _note(parts, about.get("part"), *((event["changes"] or {}).get("part") or ()))
    orders["salesorder"] |= _orders_of(session, allocated)
    return orders, parts


def _note(keys: set[int], *told: Any) -> None:
    keys.update(key for key in told if isinstance(key, int))


def _orders_of(session: Session | Connection, allocated: Mapping[int, int | None]) -> set[int]:
    """The orders of allocations, of those that are gone too."""
    found: set[int] = set()
    lines = sorted({line for line in allocated.values() if line is not None})
    for keys in groups(lines):
        found.update(session.scalars(select(ORDER_LINES.c.order_id).where(ORDER_LINES.c.pk.in_(keys))))
    names: Sequence[str] = [f"A:{pk}" for pk in sorted(allocated)]
    for some in groups(names):
        found.update(session.scalars(select(LINES.c.order_key).where(LINES.c.identity.in_(some))))
    return found
