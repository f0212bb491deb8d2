"""The table of the sales screen: every group with its sum over the last twelve weeks or months, and the page of it
that is looked at with each of them.

The sums of all groups are one statement over the sums by week or month; what is left to do for thousands of groups
(one currency, growth, classes, order) is done here, for no database says "A" of what belongs to the first 80%.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from server.actions.sales.asking import (
    MONEY,
    UNITS,
    Key,
    among,
    grouped,
    money_in,
    named,
    searched,
    whole,
)
from server.actions.sales.tables import SUMS
from server.domain.demand import Span, start_of
from server.domain.sales_figures import Money, abc_classes, growth

__all__ = ["PERIODS", "SORTS", "Question", "board", "starts_before"]

PERIODS = 12
SPANS: dict[str, Span] = {"W": "week", "M": "month"}
SORTS = ("revenue", "units", "growth", "name")


@dataclass(frozen=True)
class Question:
    """What is asked: by what, weeks (W) or months (M), up to which day, in which order, which page."""

    by: str
    span: str
    until: date
    currency: str
    sort: str = "-revenue"
    search: str = ""
    limit: int = 25
    offset: int = 0


@dataclass(slots=True)
class _Row:
    units: float = 0
    units_before: float = 0
    revenue: float = 0
    revenue_before: float = 0
    current_units: float = 0
    current_revenue: float = 0
    own: dict[str, float] = field(default_factory=dict)
    abc: str = "C"

    @property
    def growth(self) -> float | None:
        return growth(self.revenue, self.revenue_before)


def starts_before(day: date, span: Span, count: int) -> list[date]:
    """The starts of the `count` whole periods before the one that `day` is in, oldest first."""
    starts = []
    start = start_of(day, span)
    for _ in range(count):
        start = start_of(start - timedelta(days=1), span)
        starts.append(start)
    return starts[::-1]


def board(connection: Connection, asked: Question) -> dict[str, Any]:
    """The page. Eight statements at the most, whatever there is: rates, three sums, search, order by name, names,
    series."""
    span = SPANS[asked.span]
    starts = starts_before(asked.until, span, 2 * PERIODS)
    current = start_of(asked.until, span)
    money = money_in(connection, asked.currency)
    rows = _sums(connection, asked, starts, current, money)
    ranked = sorted(rows, key=lambda key: (-rows[key].revenue, key))
    for key, name in zip(ranked, abc_classes([rows[key].revenue for key in ranked]), strict=True):
        rows[key].abc = name
    total = _total(rows.values())
    wanted = _found(connection, asked, ranked)
    ordered = _ordered(connection, asked, wanted, rows)
    page = ordered[asked.offset : asked.offset + asked.limit]
    names = named(connection, asked.by, page)
    series = _series(connection, asked, page, starts[PERIODS:], money)
    return {
        "by": asked.by, "span": span, "starts": [day.isoformat() for day in starts[PERIODS:]],
        "current": current.isoformat(), "currency": asked.currency, "converted": sorted(money.used),
        "unconverted": sorted(money.missing), "count": len(wanted), "total": _told(total),
        "results": [
            {
                "key": key[0] or None, "code": key[1], "name": names[key].name if key in names else f"#{key[0]}",
                "IPN": names[key].IPN if key in names else None, "abc": rows[key].abc,
                "share": rows[key].revenue / total.revenue if total.revenue else None,
                **_told(rows[key]), **series[key],
            }
            for key in page
        ],
    }  # fmt: skip


def _total(rows: Iterable[_Row]) -> _Row:
    total = _Row()
    for row in rows:
        total.units += row.units
        total.units_before += row.units_before
        total.revenue += row.revenue
        total.revenue_before += row.revenue_before
        total.current_units += row.current_units
        total.current_revenue += row.current_revenue
    return total


def _told(row: _Row) -> dict[str, Any]:
    return {
        "units": row.units, "units_before": row.units_before, "revenue": row.revenue,
        "revenue_before": row.revenue_before, "growth": row.growth,
        "units_growth": growth(row.units, row.units_before), "current_units": row.current_units,
        "current_revenue": row.current_revenue,
        "own_currencies": dict(sorted(row.own.items())),
    }  # fmt: skip


def _sums(
    connection: Connection, asked: Question, starts: Sequence[date], current: date, money: Money
) -> dict[Key, _Row]:
    """All groups that sold anything in the periods, the ones before, or the one under way. Three plain sums: for the
    database much less work than one that asks of each row to which of the three it belongs."""
    found: dict[Key, _Row] = {}
    factors: dict[str, float] = {}
    for which, first, last in (
        ("_before", starts[0], starts[PERIODS - 1]), ("", starts[PERIODS], starts[-1]), ("current_", current, current)
    ):  # fmt: skip
        names = (f"{which}units", f"{which}revenue") if which == "current_" else (f"units{which}", f"revenue{which}")
        for key, code, currency, units, revenue in connection.execute(_summed(asked, first, last)).all():
            row = found.get((key, code))
            if row is None:
                row = found[(key, code)] = _Row()
            if currency not in factors:
                factors[currency] = money.one(1 / MONEY, currency)
            setattr(row, names[0], getattr(row, names[0]) + float(units) / UNITS)
            setattr(row, names[1], getattr(row, names[1]) + float(revenue) * factors[currency])
            if not which and currency != asked.currency:
                row.own[currency] = float(revenue) / MONEY
    return found


def _summed(asked: Question, first: date, last: date) -> Any:
    group = grouped(asked.by)
    by = (group.key, group.code, SUMS.c.currency) if asked.by == "part" else (group.key, SUMS.c.currency)
    return (
        select(
            group.key, group.code, SUMS.c.currency, func.sum(whole(SUMS.c.quantity_sold)),
            func.sum(whole(SUMS.c.total_revenue)),
        )
        .select_from(group.source)
        .where(*group.where, SUMS.c.span == asked.span, SUMS.c.start >= first, SUMS.c.start <= last)
        .group_by(*by)
    )  # fmt: skip


def _found(connection: Connection, asked: Question, ranked: list[Key]) -> list[Key]:
    if not asked.search:
        return ranked
    known, text = searched(connection, asked.by, asked.search), asked.search.lower()
    return [key for key in ranked if key[0] in known or (not key[0] and text in key[1].lower())]


def _ordered(connection: Connection, asked: Question, keys: list[Key], rows: dict[Key, _Row]) -> list[Key]:
    """The keys in order; what has no growth (nothing before) comes last."""
    field_, down = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if field_ == "name":
        names = named(connection, asked.by, keys)
        return sorted(keys, key=lambda key: names[key].name.lower() if key in names else "", reverse=down)
    if field_ == "growth":
        known = [key for key in keys if rows[key].growth is not None]
        others = [key for key in keys if rows[key].growth is None]
        return [*sorted(known, key=lambda key: rows[key].growth or 0, reverse=down), *others]
    return sorted(keys, key=lambda key: getattr(rows[key], field_), reverse=down)


def _series(
    connection: Connection, asked: Question, page: Sequence[Key], starts: Sequence[date], money: Money
) -> dict[Key, dict[str, list[float]]]:
    """Units and revenue of each period, for each group of the page."""
    places = {start: index for index, start in enumerate(starts)}
    found = {key: {"units_series": [0.0] * len(starts), "revenue_series": [0.0] * len(starts)} for key in page}
    group = grouped(asked.by)
    statement = (
        select(
            group.key, group.code, SUMS.c.start, SUMS.c.currency, func.sum(whole(SUMS.c.quantity_sold)),
            func.sum(whole(SUMS.c.total_revenue)),
        )
        .select_from(group.source)
        .where(
            *group.where, SUMS.c.span == asked.span, SUMS.c.start >= starts[0], SUMS.c.start <= starts[-1],
            among(group, page, asked.by),
        )
        .group_by(group.key, group.code, SUMS.c.start, SUMS.c.currency)
    )  # fmt: skip
    for key, code, start, currency, units, revenue in connection.execute(statement):
        place = places.get(start)
        if place is not None and (key, code) in found:
            series = found[(key, code)]
            series["units_series"][place] += float(units) / UNITS
            series["revenue_series"][place] += money.one(float(revenue) / MONEY, currency)
    return found
