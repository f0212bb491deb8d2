"""What is due to be counted, the most urgent first, and the work of the next days.

What is being counted already is not due: an item that was counted on a sheet which is not posted yet. An item that
merely is on a sheet is due until it is counted, and is told with its sheet.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, select, true

from server.actions.counting.classes import classes_of_parts
from server.actions.counting.records import LINES, SESSIONS
from server.actions.counting.sheet import at_or_below, on_shelf
from server.actions.stock.ledger import ITEMS, TRACKING
from server.actions.stock.lines import LOCATIONS
from server.db.models.alerts import Alert
from server.domain.count_planning import (
    CLASSES,
    REASONS,
    Stocked,
    Urgency,
    days_until_due,
    due_reasons,
    per_day,
    urgency,
    workload,
)
from server.domain.counting import OPEN_SESSIONS, UNCOUNTED, LineStatus, SessionStatus
from server.domain.status import StockHistoryCode

__all__ = ["Due", "Wanted", "due_items", "flagged_items", "plan"]

GROUP = 2000
ALERTS: Table = Alert.__table__  # type: ignore[assignment]
DOUBTING = ("impossible_record", "unusual_movement")
"""The kinds of alerts that cast doubt on the record of an item."""
COUNTED = (LineStatus.COUNTED, LineStatus.RECOUNT, LineStatus.REVIEW, LineStatus.ACCEPTED)
NO_MOVEMENT = (
    StockHistoryCode.LEGACY, StockHistoryCode.EDITED, StockHistoryCode.ASSIGNED_SERIAL, StockHistoryCode.STOCK_COUNT,
    StockHistoryCode.STOCK_UPDATE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """An item that is due, and why. `sheet` is the reference of the session on whose sheet it is, "" for none."""

    stock_item: int
    part: int
    part_name: str
    location: int | None
    location_path: str | None
    batch: str
    serial: str
    abc: str
    last_counted: str | None
    reasons: tuple[str, ...]
    sheet: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the items that are due: of a class, at a location or below. Reasons in `hidden` do not count. Items on
    a sheet are left out unless `on_sheets`."""

    abc: str = ""
    location: int | None = None
    hidden: tuple[str, ...] = ()
    on_sheets: bool = False


@dataclass(frozen=True, slots=True)
class _InHand:
    """Items that were counted on sheets not posted yet, and the sheets of those that are still to be counted."""

    counted: set[int] = field(default_factory=set)
    sheets: dict[int, str] = field(default_factory=dict)


def flagged_items(connection: Connection) -> frozenset[int]:
    """The stock items that an unresolved alert casts doubt on (impossible records, unusual movements) and that were not
    counted since it was opened."""
    wanted = (
        select(ALERTS.c.stock_item_id, ALERTS.c.first_seen, ITEMS.c.stocktake_date)
        .select_from(ALERTS.join(ITEMS, ITEMS.c.pk == ALERTS.c.stock_item_id))
        .where(ALERTS.c.kind.in_(DOUBTING), ALERTS.c.open_cause.is_not(None))
    )
    return frozenset(
        item for item, seen, counted in connection.execute(wanted) if counted is None or counted < seen.date()
    )


def due_items(
    connection: Connection, now: datetime, intervals: Mapping[str, int], limit: int, wanted: Wanted | None = None
) -> list[Due]:
    """The items that are due, the most urgent first: at most `limit` of them. Five statements, however many."""
    wanted = wanted or Wanted()
    classes, hand = classes_of_parts(connection, now), _in_hand(connection)
    where: ColumnElement[bool] = true()
    if wanted.location is not None:
        where = at_or_below(connection, LOCATIONS, ITEMS.c.location_id, wanted.location, below=True)
    first = nsmallest(limit, _due(connection, now, intervals, classes, hand, wanted, where))
    return _told(connection, [(key[-1], reasons) for key, reasons in first], classes, hand)


def _due(
    connection: Connection, now: datetime, intervals: Mapping[str, int], classes: Mapping[int, str], hand: _InHand,
    wanted: Wanted, where: ColumnElement[bool],
) -> Iterator[tuple[Urgency, tuple[str, ...]]]:  # fmt: skip
    today = now.date()
    left_out = hand.counted if wanted.on_sheets else hand.counted | hand.sheets.keys()
    for key, item in _shelf(connection, classes, where):
        if key in left_out or (wanted.abc and item.name != wanted.abc):
            continue
        reasons = due_reasons(item, intervals, today)
        if wanted.hidden:
            reasons = tuple(reason for reason in reasons if reason not in wanted.hidden)
        if reasons:
            yield urgency(reasons, item, key, intervals, today), reasons


def _in_hand(connection: Connection) -> _InHand:
    joined = LINES.join(SESSIONS, SESSIONS.c.pk == LINES.c.session_id)
    columns = (LINES.c.stock_item_key, LINES.c.status, SESSIONS.c.status.label("session"), SESSIONS.c.reference)
    wanted = select(*columns).select_from(joined).where(
        SESSIONS.c.status.in_([int(state) for state in OPEN_SESSIONS]), LINES.c.stock_item_key.is_not(None)
    )  # fmt: skip
    found = _InHand()
    for key, status, session, reference in connection.execute(wanted):
        if status in COUNTED:
            found.counted.add(key)
        elif status in UNCOUNTED and session == SessionStatus.COUNTING:
            found.sheets[key] = reference
    return found


def _shelf(
    connection: Connection, classes: Mapping[int, str], where: ColumnElement[bool]
) -> Iterator[tuple[int, Stocked]]:
    """Every item on a shelf. Of the history only what came after the last count is looked at."""
    moved = (
        select(func.max(TRACKING.c.date))
        .where(
            TRACKING.c.item_id == ITEMS.c.pk, TRACKING.c.date > ITEMS.c.stocktake_date,
            TRACKING.c.tracking_type.not_in([int(code) for code in NO_MOVEMENT]),
        )
        .scalar_subquery()
    )  # fmt: skip
    since = case((ITEMS.c.stocktake_date.is_not(None), moved), else_=None).label("moved")
    columns = (ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.quantity, ITEMS.c.stocktake_date, since)
    flagged = flagged_items(connection)
    wanted = select(*columns).where(*on_shelf(), where).execution_options(yield_per=GROUP)
    with connection.execute(wanted) as rows:
        for key, part, quantity, counted, last in rows:
            day = last.date() if last is not None else None
            yield key, Stocked(quantity, counted, day, classes.get(part, "C"), key in flagged)


def _told(
    connection: Connection, first: list[tuple[int, tuple[str, ...]]], classes: Mapping[int, str], hand: _InHand
) -> list[Due]:
    columns = (
        ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.part_name, ITEMS.c.location_id, LOCATIONS.c.pathstring, ITEMS.c.batch,
        ITEMS.c.serial, ITEMS.c.stocktake_date,
    )  # fmt: skip
    joined = ITEMS.outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
    wanted = select(*columns).select_from(joined).where(ITEMS.c.pk.in_([key for key, _ in first]))
    rows = {row.pk: row for row in connection.execute(wanted)}
    return [
        Due(
            *row[:5], row.batch or "", row.serial or "", classes.get(row.part_id, "C"),
            row.stocktake_date.isoformat() if row.stocktake_date else None, reasons, hand.sheets.get(key, ""),
        )
        for key, reasons in first
        if (row := rows.get(key)) is not None
    ]  # fmt: skip


def plan(
    connection: Connection, now: datetime, intervals: Mapping[str, int], classes: Mapping[int, str]
) -> dict[str, Any]:
    """What is due by class and by its most urgent reason, and the work of the next days."""
    today, hand = now.date(), _in_hand(connection)
    items: Counter[str] = Counter()
    due: Counter[tuple[str, str]] = Counter()
    waits: Counter[int] = Counter()
    counting = on_sheets = 0
    for key, item in _shelf(connection, classes, true()):
        items[item.name] += 1
        if key in hand.counted:
            counting += 1
            continue
        reasons = due_reasons(item, intervals, today)
        if reasons:
            due[item.name, reasons[0]] += 1
            on_sheets += key in hand.sheets
        waits[0 if reasons else days_until_due(item, intervals, today)] += 1
    return {
        "classes": [
            {
                "abc": name, "items": items[name], "interval_days": intervals[name],
                "due": sum(due[name, reason] for reason in REASONS),
                "reasons": {reason: due[name, reason] for reason in REASONS if due[name, reason]},
            }
            for name in CLASSES
        ],
        "due": due.total(), "on_sheets": on_sheets, "being_counted": counting, "per_day": per_day(items, intervals),
        "days": [{"date": day.isoformat(), "lines": lines} for day, lines in workload(waits, today)],
    }  # fmt: skip
