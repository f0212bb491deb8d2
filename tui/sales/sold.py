"""Rows, bars and orders made of single sales, for servers that keep no sums."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tui.sales.book import COUNTS, Bar, Behind, By, Months, OrderBehind, Query, SalesRow, Season, Series, Target
from tui.sales.figures import abc_classes, growth_of, moving_average, season_of
from tui.sales.periods import Span, next_start, start_of, starts_until, year_before

__all__ = ["AVERAGE_OF", "Sold", "bars_of", "behind", "matching", "rows_of", "season_of_sales", "sorted_rows"]

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
    """A row for each target that sold in the last 24 periods: the figures of the last twelve whole ones, growth
    against the twelve before. ABC classes are by revenue, among those of one currency."""
    starts = starts_until(today, span, 2 * PERIODS + 1)
    before, shown = starts[:PERIODS], starts[PERIODS:-1]
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
                current=periods.get(starts[-1], (ZERO, ZERO))[1],
            )
        )  # fmt: skip
    return _classed(rows)


def _classed(rows: list[SalesRow]) -> list[SalesRow]:
    for currency in {row.target.currency for row in rows}:
        places = [index for index, row in enumerate(rows) if row.target.currency == currency]
        for index, name in zip(places, abc_classes([rows[place].revenue for place in places]), strict=True):
            rows[index] = replace(rows[index], abc=name)
    return rows


def season_of_sales(sales: Iterable[Sold], today: date) -> Season:
    """How the year goes, by sales of one currency; the month that runs is not whole and is in no average."""
    months: dict[date, Sums] = {}
    currency = ""
    for sale in sales:
        start = start_of(sale.day, "month")
        units, revenue = months.get(start, (ZERO, ZERO))
        months[start] = units + sale.units, revenue + sale.revenue
        currency = sale.currency
    if not months:
        return Season(currency)
    first, last = min(months), start_of(today, "month")

    def year_of(year: int, index: int) -> Months:
        starts = [date(year, month, 1) for month in range(1, 13)]
        return tuple(months.get(start, (ZERO, ZERO))[index] if first <= start <= last else None for start in starts)

    years = tuple((year, year_of(year, 0), year_of(year, 1)) for year in range(last.year, first.year - 1, -1))
    whole = _months_between(first, last)

    def index_of(index: int) -> Months:
        return tuple(season_of([(start.month, months.get(start, (ZERO, ZERO))[index]) for start in whole]))

    return Season(currency, years, index_of(0), index_of(1))


def _months_between(first: date, last: date) -> list[date]:
    """The months from `first` on that are over when `last` begins."""
    found, start = [], first
    while start < last:
        found.append(start)
        start = next_start(start, "month")
    return found


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


def behind(sales: Iterable[Sold], target: Target, span: Span, start: date) -> Behind:
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
    orders = sorted(found.values(), key=lambda each: (each.day or date.min, each.reference), reverse=True)
    total = sum((each.revenue for each in orders), ZERO)
    return Behind(len(orders), tuple(orders), ((target.currency, total),) if orders else ())
