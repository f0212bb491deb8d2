"""What to count next, and how right the record was: asked of a Bincard server, or worked out from a plain InvenTree's
stock list (the due list alone; it keeps nothing of how far counts were off).

    plan = await load_plan(session, date.today(), interval=90)
    scopes = starts(plan.due, marked=(), shown="class A")
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from tui.api_errors import BadAnswer
from tui.counting.book import Scope
from tui.session import Session
from tui.views.formats import decimal_of

__all__ = [
    "MOST",
    "Day",
    "DueLine",
    "Group",
    "Plan",
    "Score",
    "Start",
    "first_of",
    "load_plan",
    "reason_words",
    "starts",
]

MOST: Final = 1000
"""So many due items are listed at most."""
HORIZON: Final = 14
NEARLY_EMPTY: Final = Decimal(2)
REASONS: Final = ("negative", "alert", "never counted", "interval passed", "nearly empty", "moved since")
"""Why an item is due, the most urgent first."""
_BASE: Final = "/plugin/bincard/count/"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DueLine:
    """An item that is due. `sheet` is the count session on whose sheet it is already; `every` its interval in days."""

    item: int
    part: int
    name: str
    location: int | None
    path: str
    mark: str
    """Serial number or batch."""
    abc: str
    counted: date | None
    reasons: tuple[str, ...]
    sheet: str = ""
    every: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A class of parts ("" where there are none): its items, its interval, what is due of it by most urgent reason."""

    abc: str
    items: int
    every: int
    due: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Day:
    """How many lines come due on a day."""

    day: date
    lines: int


@dataclass(frozen=True, slots=True)
class Score:
    """How right the record was: of so many lines so many were within the tolerance. `off`: too much and too little
    together as a share of what was expected."""

    name: str
    lines: int
    right: int
    off: float | None = None
    key: int | None = None
    """The location that it is about."""
    tolerance: float = 0.0
    """Percent; of a class."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the planner shows. `total` items are due, of which `due` are listed; `abc` and `place` say of which
    class and location the list is."""

    due: tuple[DueLine, ...]
    total: int
    groups: tuple[Group, ...]
    days: tuple[Day, ...]
    per_day: int
    knows_accuracy: bool = False
    being_counted: int = 0
    weeks: int = 0
    tolerance_value: float | None = None
    by_class: tuple[Score, ...] = ()
    by_location: tuple[Score, ...] = ()
    by_week: tuple[Score, ...] = ()
    locations: int = 0


async def load_plan(
    session: Session, today: date, *, interval: int, abc: str = "", location: int | None = None
) -> Plan:
    """The plan, with what is due of a class and at a location or below. `interval` (days) is for a server that has no
    intervals of its own. Raises ApiError."""
    if not session.is_bincard:
        return await _plain_plan(session, today, interval, location)
    wanted = {"limit": MOST, "abc": abc, "location": location}
    told, page = await asyncio.gather(
        session.client.get(f"{_BASE}planner/"),
        session.client.page(f"{_BASE}due/", 0, MOST, {name: value for name, value in wanted.items() if value}),
    )
    try:
        return _plan_of(told, page.results)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"A plan of counts was expected: {error}.", call=f"GET {_BASE}planner/") from error


def _plan_of(told: Row, rows: Sequence[Row]) -> Plan:
    groups = tuple(
        Group(
            str(row["abc"]), int(row["items"]), int(row["interval_days"]), int(row["due"]),
            {str(reason): int(lines) for reason, lines in row["reasons"].items()},
        )
        for row in told["classes"]
    )  # fmt: skip
    every = {group.abc: group.every for group in groups}
    percent = told["tolerance_percent"]
    value = told["tolerance_value"]
    return Plan(
        due=tuple(_due_of(row, every) for row in rows), total=int(told["due"]), groups=groups,
        days=tuple(Day(date.fromisoformat(row["date"]), int(row["lines"])) for row in told["days"]),
        per_day=int(told["per_day"]), knows_accuracy=True, being_counted=int(told["being_counted"]),
        weeks=int(told["weeks"]), tolerance_value=None if value is None else float(value),
        by_class=tuple(_score(row, "abc", tolerance=float(percent[row["abc"]])) for row in told["by_class"]),
        by_location=tuple(_score(row, "location_path") for row in told["by_location"]),
        by_week=tuple(_score(row, "week") for row in told["by_week"]), locations=int(told["locations"]),
    )  # fmt: skip


def _due_of(row: Row, every: Mapping[str, int]) -> DueLine:
    abc, counted = str(row["abc"]), row["last_counted"]
    return DueLine(
        item=int(row["stock_item"]), part=int(row["part"]), name=str(row["part_name"]), location=row["location"],
        path=str(row["location_path"] or ""), mark=_mark(row), abc=abc,
        counted=date.fromisoformat(counted) if counted else None,
        reasons=tuple(str(reason) for reason in row["reasons"]), sheet=str(row["sheet"] or ""),
        every=every.get(abc, 0),
    )  # fmt: skip


def _score(row: Row, name: str, tolerance: float = 0.0) -> Score:
    off = row["off"]
    return Score(
        str(row[name] or ""), int(row["lines"]), int(row["right"]), None if off is None else float(off),
        row.get("location"), tolerance,
    )  # fmt: skip


def _mark(row: Row) -> str:
    return f"#{row['serial']}" if row.get("serial") else str(row.get("batch") or "")


# ------------------------------------------------------------------------------------------------- a plain InvenTree


async def _plain_plan(session: Session, today: date, interval: int, location: int | None) -> Plan:
    """What is due by the stock list: never counted, counted long ago, moved since, nearly empty, negative. Of each of
    them the first `MOST` are looked at; what comes due within the next days is counted among them."""
    long_ago = today - timedelta(days=interval)
    here: dict[str, Any] = {"part_detail": True, "location_detail": True}
    if location is not None:
        here |= {"location": location, "cascade": True}
    asked: tuple[dict[str, Any], ...] = (
        {"max_stock": -0.00001},
        {"in_stock": True, "has_stocktake": False},
        {"in_stock": True, "has_stocktake": True, "stocktake_before": long_ago.isoformat(),
         "ordering": "stocktake_date"},
        {"in_stock": True, "stocktake_after": long_ago.isoformat(), "ordering": "-updated"},
        {"in_stock": True, "stocktake_after": long_ago.isoformat(), "ordering": "stocktake_date"},
    )  # fmt: skip
    pages = await asyncio.gather(*(session.client.page("stock/", 0, MOST, {**here, **each}) for each in asked))
    try:
        rows = {row["pk"]: _plain_line(row, today, interval) for page in pages for row in page.results}
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"A stock item was expected: {error}.", call="GET stock/") from error
    due = sorted((line for line in rows.values() if line.reasons), key=_urgency)
    # Never counted and counted long ago are due whether or not all of them were looked at.
    more = sum(max(0, page.count - len(page.results)) for page in pages[:3])
    waits = Counter((line.counted - long_ago).days for line in rows.values() if not line.reasons and line.counted)
    days = [Day(today + timedelta(days=day), waits.get(day, 0)) for day in range(HORIZON)]
    days[0] = Day(today, len(due) + more)
    first = Counter(line.reasons[0] for line in due)
    if more:
        first["not listed"] = more
    items = pages[1].count + pages[2].count + pages[3].count
    group = Group("", items, interval, len(due) + more, dict(first))
    return Plan(tuple(due[:MOST]), len(due) + more, (group,), tuple(days), -(-items // max(1, interval)))


def _plain_line(row: Row, today: date, interval: int) -> DueLine:
    part, place = row.get("part_detail") or {}, row.get("location_detail") or {}
    counted = date.fromisoformat(str(row["stocktake_date"])[:10]) if row.get("stocktake_date") else None
    updated = str(row.get("updated") or "")[:10]
    quantity = decimal_of(row["quantity"]) or Decimal(0)
    moved = counted is not None and bool(updated) and date.fromisoformat(updated) > counted
    told = {
        "negative": quantity < 0,
        "never counted": counted is None,
        "interval passed": counted is not None and (today - counted).days >= interval,
        "nearly empty": quantity <= NEARLY_EMPTY and (counted is None or moved),
        "moved since": moved,
    }
    return DueLine(
        item=int(row["pk"]), part=int(row["part"]),
        name=str(part.get("full_name") or part.get("name") or f"part {row['part']}"), location=row.get("location"),
        path=str(place.get("pathstring") or place.get("name") or ""), mark=_mark(row), abc="", counted=counted,
        reasons=tuple(reason for reason, holds in told.items() if holds), every=interval,
    )  # fmt: skip


def _urgency(line: DueLine) -> tuple[int, date, int]:
    return REASONS.index(line.reasons[0]), line.counted or date.min, line.item


# ------------------------------------------------------------------------------------------------- words, and starts


def reason_words(line: DueLine, today: date) -> str:
    """Why an item is due, in words, the most urgent first."""
    days = (today - line.counted).days if line.counted is not None else 0
    words = {
        "negative": "less than nothing on record",
        "alert": "an alert names it",
        "interval passed": f"counted {days} days ago, every {line.every}",
        "moved since": f"moved since {line.counted}",
    }
    return "; ".join(words.get(reason, reason) for reason in line.reasons)


@dataclass(frozen=True, slots=True)
class Start:
    """A count that can be begun: what is said of it, and its scope."""

    label: str
    scope: Scope


def starts(due: Sequence[DueLine], marked: Sequence[DueLine] = (), at: DueLine | None = None) -> list[Start]:
    """The counts that can be begun of a due list: what is marked, all, the first, those at the location and of the
    class of the line `at`. What is on a sheet already is in none but the marked ones."""
    free = [line for line in due if not line.sheet]
    found = [_start("The marked items", marked)]
    found += [_start(f"The first {count}", free[:count]) for count in (20, 50, 100) if count < len(free)]
    found.append(_start("All of the list", free))
    if at is not None:
        here = [line for line in free if line.location == at.location]
        found.append(_start(f"At {at.path or 'no location'}", here))
        if at.abc:
            found.append(_start(f"Class {at.abc}", [line for line in free if line.abc == at.abc]))
    return [start for start in found if start.scope.items]


def first_of(due: Sequence[DueLine], count: int) -> Start:
    """A count of the first lines that are on no sheet yet."""
    free = [line for line in due if not line.sheet]
    return _start(f"The first {min(count, len(free))}", free[:count])


def _start(label: str, lines: Sequence[DueLine]) -> Start:
    many = f"{len(lines)} items" if len(lines) != 1 else "1 item"
    title = f"due: {label[0].lower()}{label[1:]}"
    return Start(f"{label}: {many}", Scope(title, items=tuple(line.item for line in lines)))
