"""What is due to be counted, and how right the record was in the counts so far."""

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, case, func, select

from server.actions.counting.classes import classes_of_parts
from server.actions.counting.records import ENTRIES, LINES
from server.actions.counting.sheet import on_shelf
from server.actions.stock.ledger import ITEMS, TRACKING
from server.actions.stock.lines import LOCATIONS
from server.domain.count_planning import Checked, Stocked, accuracy, due_reasons, workload
from server.domain.counting import FIRST
from server.domain.status import StockHistoryCode

__all__ = ["Due", "due_items", "plan"]

GROUP = 1000
WEEKS = 12


@dataclass(frozen=True, slots=True)
class Due:
    """An item that is due, and why."""

    stock_item: int
    part: int
    part_name: str
    location: int | None
    location_path: str | None
    abc: str
    last_counted: str | None
    reasons: tuple[str, ...]


def due_items(connection: Connection, now: datetime, intervals: Mapping[str, int], limit: int) -> list[Due]:
    """The items that are due, the most urgent first: never counted, then the longest ago."""
    classes = classes_of_parts(connection, now)
    with closing(_due(connection, now, intervals, classes)) as due:
        return list(islice(due, limit))


def _due(
    connection: Connection, now: datetime, intervals: Mapping[str, int], classes: Mapping[int, str]
) -> Generator[Due, None, None]:
    moved = (
        select(func.max(TRACKING.c.date))
        .where(TRACKING.c.item_id == ITEMS.c.pk, TRACKING.c.tracking_type != int(StockHistoryCode.STOCK_COUNT))
        .scalar_subquery()
    )
    columns = (
        ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.part_name, ITEMS.c.location_id, LOCATIONS.c.pathstring, ITEMS.c.quantity,
        ITEMS.c.stocktake_date, moved.label("moved"),
    )  # fmt: skip
    joined = ITEMS.outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
    counted = case((ITEMS.c.stocktake_date.is_(None), 0), else_=1)
    wanted = select(*columns).select_from(joined).where(*on_shelf())
    ordered = wanted.order_by(counted, ITEMS.c.stocktake_date, ITEMS.c.pk).execution_options(yield_per=GROUP)
    with connection.execute(ordered) as rows:
        for row in rows:
            name = classes.get(row.part_id, "C")
            item = Stocked(row.quantity, row.stocktake_date, row.moved.date() if row.moved else None, name)
            if reasons := due_reasons(item, intervals, now.date()):
                when = row.stocktake_date.isoformat() if row.stocktake_date else None
                yield Due(*row[:5], name, when, reasons)


def plan(connection: Connection, now: datetime, intervals: Mapping[str, int]) -> dict[str, Any]:
    """Classes, what is due, what a day's work is, and the accuracy of the record by class, place and week."""
    classes = classes_of_parts(connection, now)
    parts = select(ITEMS.c.part_id, func.count().label("items")).where(*on_shelf()).group_by(ITEMS.c.part_id)
    items: Counter[str] = Counter()
    for row in connection.execute(parts):
        items[classes.get(row.part_id, "C")] += row.items
    due = Counter(one.abc for one in _due(connection, now, intervals, classes))
    checked = _checked(connection, now, classes)
    return {
        "classes": [
            {"abc": name, "items": items[name], "interval_days": intervals[name], "due": due[name]} for name in "ABC"
        ],
        "due": due.total(),
        "per_day": workload(items, intervals),
        "by_class": _told([line for line, _, _ in checked], "abc"),
        "by_location": _told([Checked(place, one.variance, one.expected, one.right) for one, place, _ in checked],
                             "location_path"),
        "by_week": _told([Checked(week, one.variance, one.expected, one.right) for one, _, week in checked], "week"),
    }  # fmt: skip


def _checked(connection: Connection, now: datetime, classes: Mapping[int, str]) -> list[tuple[Checked, str, str]]:
    """What the first counts of the last weeks said: with the place and the Monday of each."""
    first = select(ENTRIES.c.line_id, func.max(ENTRIES.c.pk).label("entry")).where(ENTRIES.c.round == FIRST)
    last = first.group_by(ENTRIES.c.line_id).subquery("last")
    columns = (
        LINES.c.part_id, LINES.c.variance, LINES.c.expected_then, LINES.c.round, LOCATIONS.c.pathstring,
        ENTRIES.c.counted_at,
    )  # fmt: skip
    joined = (
        LINES.join(last, last.c.line_id == LINES.c.pk)
        .join(ENTRIES, ENTRIES.c.pk == last.c.entry)
        .outerjoin(LOCATIONS, LOCATIONS.c.pk == LINES.c.location_id)
    )
    recent = ENTRIES.c.counted_at > now - timedelta(weeks=WEEKS)
    wanted = select(*columns).select_from(joined).where(recent, LINES.c.variance.is_not(None))
    found = []
    for row in connection.execute(wanted):
        monday = (row.counted_at - timedelta(days=row.counted_at.weekday())).date().isoformat()
        # A line that had to be counted again was off by more than the tolerance, or in doubt.
        right = row.round == FIRST or row.variance == 0
        line = Checked(classes.get(row.part_id, "C"), row.variance, row.expected_then, right)
        found.append((line, row.pathstring or "", monday))
    return found


def _told(lines: list[Checked], name: str) -> list[dict[str, Any]]:
    return [
        {
            name: group, "lines": one.lines, "right": one.right, "rate": one.rate,
            "off": None if one.off is None else round(float(one.off), 4),
        }
        for group, one in accuracy(lines).items()
    ]  # fmt: skip
