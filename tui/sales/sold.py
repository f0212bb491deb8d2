"""Rows, bars and orders made of single sales, for servers that keep no sums."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tui.sales.book import COUNTS, Bar, By, OrderBehind, Query, SalesRow, SeasonRow, Series, Target
from tui.sales.figures import abc_classes, growth_of, moving_average, season_of
from tui.sales.periods import Span, next_start, start_of, starts_until, year_before

__all__ = ["AVERAGE_OF", "Sold", "bars_of", "behind", "matching", "rows_of", "season_rows", "sorted_rows"]

ZERO = Decimal(0)
PERIODS = 12
#: Over how many periods a moving average goes.
AVERAGE_OF: dict[Span, int] = {"week": 4, "month": 3, "year": 2}
Sums = tuple[Decimal, Decimal]
"""Units and revenue."""


@dataclass(frozen=True, slots=True)
class Sold:
    """One thing that went to a customer on a day. `keys` say what it counts for, by kind: (pk, name)."""

    day: date
    units: Decimal
    revenue: Decimal
    currency: str
    keys: dict[By, tuple[int | None, str]]
    order: int
    reference: str

    def target(self, by: By) -> Target:
        """What it counts for."""
        pk, name = self.keys[by]
        return Target(by, pk, "", self.currency, name)


def _sums(sales: Iterable[Sold], by: By, start: Callable[[date], date]) -> dict[Target, dict[date, Sums]]:
    found: dict[Target, dict[date, Sums]] = {}
    for sale in sales:
        periods = found.setdefault(sale.target(by), {})
        units, revenue = periods.get(start(sale.day), (ZERO, ZERO))
        periods[start(sale.day)] = units + sale.units, revenue + sale.revenue
    return found


def rows_of(sales: Iterable[Sold], by: By, span: Span, today: date) -> list[SalesRow]:
    """A row for each target that sold in the last 24 periods: the figures of the last twelve, growth against the
    twelve before. ABC classes are by revenue, among those of one currency."""
    starts = starts_until(today, span, 2 * PERIODS)
    before, shown = starts[:PERIODS], starts[PERIODS:]
    rows = []
    for target, periods in _sums(sales, by, lambda day: start_of(day, span)).items():
        if not any(start in periods for start in starts):
            continue
        figures = [periods.get(start, (ZERO, ZERO)) for start in shown]
        earlier = sum((periods.get(start, (ZERO, ZERO))[1] for start in before), ZERO)
        revenue = sum((each[1] for each in figures), ZERO)
        rows.append(
            SalesRow(
                target, revenue, sum((each[0] for each in figures), ZERO), tuple(each[1] for each in figures),
                tuple(each[0] for each in figures), growth_of(revenue, earlier),
            )
        )  # fmt: skip
    return _classed(rows)


def _classed(rows: list[SalesRow]) -> list[SalesRow]:
    for currency in {row.target.currency for row in rows}:
        places = [index for index, row in enumerate(rows) if row.target.currency == currency]
        for index, name in zip(places, abc_classes([rows[place].revenue for place in places]), strict=True):
            rows[index] = replace(rows[index], abc=name)
    return rows


def season_rows(sales: Iterable[Sold], by: By, today: date) -> list[SeasonRow]:
    """A row for each target, from its whole months; the month that runs is not whole yet."""
    this_month = start_of(today, "month")
    rows = []
    for target, periods in _sums(sales, by, lambda day: start_of(day, "month")).items():
        whole = {start: sums for start, sums in periods.items() if start < this_month}
        start, months = min(whole, default=this_month), []
        while start < this_month:
            months.append((start.month, whole.get(start, (ZERO, ZERO))[1]))
            start = next_start(start, "month")
        revenue = sum((value for _, value in months), ZERO)
        rows.append(SeasonRow(target, revenue, tuple(season_of(months))))
    return rows


def matching(query: Query, name: str, code: str = "") -> bool:
    """Whether every word that is searched is in the name or the code."""
    text = f"{name} {code}".casefold()
    return all(word in text for word in query.search.casefold().split())


def sorted_rows(rows: Sequence[SalesRow], query: Query) -> list[SalesRow]:
    """The rows that match, in the order asked; those without a growth last, the name decides between equals."""
    found = [row for row in rows if matching(query, row.target.title)]
    found.sort(key=lambda row: row.target.title.casefold())
    match query.sort:
        case "name":
            found.sort(key=lambda row: row.target.title.casefold(), reverse=query.descending)
        case "units":
            found.sort(key=lambda row: row.units, reverse=query.descending)
        case "growth":
            least = Decimal("-Infinity") if query.descending else Decimal("Infinity")
            found.sort(key=lambda row: least if row.growth is None else row.growth, reverse=query.descending)
        case _:
            found.sort(key=lambda row: row.revenue, reverse=query.descending)
            found.sort(key=lambda row: row.target.currency)  # amounts of two currencies are not compared
    return found


def bars_of(sales: Iterable[Sold], target: Target, span: Span, today: date) -> Series:
    """The bars of a target up to today, from its first sale on (a dozen at least, where a chart shows so many), each
    with the same period a year before where sales are known that far back."""
    periods = _sums(sales, target.by, lambda day: start_of(day, span)).get(target, {})
    starts = starts_until(today, span, COUNTS[span])
    first = min(periods, default=starts[-1])
    shown = starts[
        min([*(index for index, start in enumerate(starts) if start >= first), max(0, len(starts) - PERIODS)]) :
    ]
    units = [periods.get(start, (ZERO, ZERO))[0] for start in shown]
    revenues = [periods.get(start, (ZERO, ZERO))[1] for start in shown]
    averages = moving_average(revenues, AVERAGE_OF[span]), moving_average(units, AVERAGE_OF[span])
    bars = []
    for index, start in enumerate(shown):
        before = year_before(start, span)
        known = periods.get(before, (ZERO, ZERO)) if before >= first else None
        bars.append(
            Bar(
                start, units[index], revenues[index], known[0] if known else None, known[1] if known else None,
                averages[0][index], averages[1][index],
            )
        )  # fmt: skip
    return Series(target, span, tuple(bars))


def behind(sales: Iterable[Sold], target: Target, span: Span, start: date) -> list[OrderBehind]:
    """What is behind a bar, by order and part, newest first."""
    end = next_start(start, span) - timedelta(days=1)
    found: dict[tuple[int, int | None, str], OrderBehind] = {}
    for sale in sales:
        if start <= sale.day <= end and sale.target(target.by) == target:
            key = (sale.order, sale.keys["part"][0], str(sale.day))
            old = found.get(key)
            found[key] = OrderBehind(
                "salesorder", sale.order, sale.reference, sale.day, sale.keys["customer"][1], sale.keys["part"][1],
                sale.units + (old.units if old else ZERO), sale.revenue + (old.revenue if old else ZERO), sale.currency,
            )  # fmt: skip
    return sorted(found.values(), key=lambda each: (each.day or date.min, each.reference), reverse=True)
