"""Sales over time: what charts show, and how the year goes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from server.actions.sales.asking import MONEY, UNITS, Key, among, grouped, money_in, named, whole
from server.actions.sales.tables import SUMS
from server.domain.demand import next_start, start_of
from server.domain.sales_figures import Money, moving_average

__all__ = ["BUCKETS", "WINDOWS", "season", "series"]

BUCKETS = ("week", "month", "year")
WINDOWS = {"week": 4, "month": 3, "year": 3}
WEEKS_OF_A_YEAR = timedelta(weeks=52)
Sums = dict[Key, dict[date, list[float]]]


def series(
    connection: Connection, by: str, keys: Sequence[Key], bucket: str, count: int, until: date, currency: str,
    window: int,
) -> dict[str, Any]:  # fmt: skip
    """Each group's `count` periods up to the one that `until` is in, each beside the same a year before (52 weeks, 12
    months, a year), with moving averages over `window` periods. Three statements."""
    starts = _starts(until, bucket, count)
    earlier = [_year_before(start, bucket) for start in starts]
    lead = _starts(starts[0], bucket, window)[:-1]  # for the first averages
    money = money_in(connection, currency)
    sums = _sums(connection, by, keys, bucket, min(earlier[0], (lead or starts)[0]), until, money)
    names = named(connection, by, keys)
    nothing = [0.0, 0.0]
    told = []
    for key in keys:
        found = sums.get(key, {})
        both = [found.get(start, nothing) for start in (*lead, *starts)]
        told.append({
            "key": key[0] or None, "code": key[1], "name": names[key].name if key in names else f"#{key[0]}",
            **{
                name: {
                    "values": [found.get(start, nothing)[index] for start in starts],
                    "year_before": [found.get(start, nothing)[index] for start in earlier],
                    "average": moving_average([each[index] for each in both], window)[len(lead):],
                }
                for index, name in enumerate(("units", "revenue"))
            },
        })  # fmt: skip
    return {
        "by": by, "bucket": bucket, "starts": [day.isoformat() for day in starts],
        "starts_year_before": [day.isoformat() for day in earlier], "window": window, "currency": currency,
        "converted": sorted(money.used), "unconverted": sorted(money.missing), "results": told,
    }  # fmt: skip


def _period(day: date, bucket: str) -> date:
    if bucket == "year":
        return day.replace(month=1, day=1)
    return start_of(day, "week" if bucket == "week" else "month")


def _starts(until: date, bucket: str, count: int) -> list[date]:
    found = [_period(until, bucket)]
    while len(found) < count and found[-1].year > 1:
        found.append(_period(found[-1] - timedelta(days=1), bucket))
    return found[::-1]


def _year_before(start: date, bucket: str) -> date:
    return start - WEEKS_OF_A_YEAR if bucket == "week" else start.replace(year=start.year - 1)


def _sums(
    connection: Connection, by: str, keys: Sequence[Key] | None, bucket: str, since: date, until: date, money: Money
) -> Sums:
    """Units and revenue by group and period; with `keys` None all together under the key (0, "")."""
    group, span = grouped(by), "W" if bucket == "week" else "M"
    own = () if keys is None else (group.key, group.code)
    chosen = () if keys is None else (among(group, keys, by),)
    statement = (
        select(
            SUMS.c.start, SUMS.c.currency, func.sum(whole(SUMS.c.quantity_sold)),
            func.sum(whole(SUMS.c.total_revenue)), *own,
        )
        .select_from(group.source)
        .where(*group.where, SUMS.c.span == span, SUMS.c.start >= since, SUMS.c.start <= until, *chosen)
        .group_by(*own, SUMS.c.start, SUMS.c.currency)
    )  # fmt: skip
    found: Sums = {}
    for start, currency, units, revenue, *whose in connection.execute(statement):
        key = (whose[0], whose[1]) if whose else (0, "")
        sums = found.setdefault(key, {}).setdefault(_period(start, bucket), [0.0, 0.0])
        sums[0] += float(units) / UNITS
        sums[1] += money.one(float(revenue) / MONEY, currency)
    return found


def season(
    connection: Connection, by: str, keys: Sequence[Key] | None, years: int, until: date, currency: str
) -> dict[str, Any]:
    """The months of the last years, of these groups together (None: of all), and how each month compares with the
    mean of all whole months: 1.0 is a month like any other. Two statements."""
    money = money_in(connection, currency)
    first = date(max(1, until.year - years + 1), 1, 1)
    sums = _sums(connection, by, keys, "month", first, until, money)
    months: dict[date, list[float]] = {}
    for found in sums.values():
        for start, (units, revenue) in found.items():
            had = months.setdefault(start, [0.0, 0.0])
            had[0] += units
            had[1] += revenue
    begun = min(months, default=until)
    whole_ = [start for start in _months(begun, until) if next_start(start, "month") <= until]
    return {
        "currency": currency, "converted": sorted(money.used), "unconverted": sorted(money.missing),
        "years": [
            {
                "year": year,
                **{
                    name: [_cell(months, date(year, month, 1), index, begun, until) for month in range(1, 13)]
                    for index, name in enumerate(("units", "revenue"))
                },
            }
            for year in range(max(first.year, begun.year), until.year + 1)
        ],
        "index": {
            name: _index(months, whole_, index) for index, name in enumerate(("units", "revenue"))
        },
    }  # fmt: skip


def _months(first: date, until: date) -> list[date]:
    found, start = [], start_of(first, "month")
    while start <= until:
        found.append(start)
        start = next_start(start, "month")
    return found


def _cell(months: dict[date, list[float]], start: date, index: int, begun: date, until: date) -> float | None:
    """What was sold in a month; None before the first sale and after today."""
    return None if start > until or start < begun else months.get(start, [0.0, 0.0])[index]


def _index(months: dict[date, list[float]], starts: Sequence[date], index: int) -> list[float | None]:
    values = {start: months.get(start, [0.0, 0.0])[index] for start in starts}
    mean = sum(values.values()) / len(values) if values else 0.0
    found: list[float | None] = []
    for month in range(1, 13):
        own = [value for start, value in values.items() if start.month == month]
        found.append(sum(own) / len(own) / mean if own and mean > 0 else None)
    return found
