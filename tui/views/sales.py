"""Sales on the screen: the columns of trends, slow movers, seasons, bars and the orders behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.sales.book import Bar, Forecast, Months, OrderBehind, SalesRow, Season, SlowRow, Target
from tui.sales.figures import growth_of, growth_text
from tui.sales.periods import MONTHS, Span, label_of, title_of
from tui.sales.sparks import shade, sparkline
from tui.views.formats import money as exact_money
from tui.views.formats import quantity
from tui.views.view import ResourceView
from tui.widgets.columns import Column

__all__ = [
    "BARS", "BEHIND", "SEASON", "SLOW", "TRENDS", "BarRow", "BehindRow", "SeasonLine", "Trend", "forecast_line",
    "money", "percent_text", "season_lines", "total_text",
]  # fmt: skip

CENT = Decimal("0.01")
LEAST_SHOWN, MOST_SHOWN = -99, 999


def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount in cents with its currency, "" for none."""
    return "" if amount is None else exact_money(amount.quantize(CENT), currency)


def _name(row: Any) -> str:
    target: Target = row.pk
    return target.title


def _name_column() -> Column:
    return Column("name", "Name", _name, width=24, min_width=20, flex=1, priority=0)


# -- trends


class Trend:
    """A row of sales with its sparkline, of units or of revenue."""

    def __init__(self, row: SalesRow, *, of_units: bool, plain: bool) -> None:
        self.row = row
        self.pk = row.target
        self.spark = sparkline(row.units_by if of_units else row.revenues, plain=plain)


TRENDS = ResourceView(
    name="sales",
    path="/plugin/bincard/sales/table/",
    columns=(
        _name_column(),
        Column(
            "revenue", "Revenue", lambda line: money(line.row.revenue, line.pk.currency), width=16, min_width=14,
            align="right", priority=1, hint="number",
        ),
        Column(
            "units", "Units", lambda line: quantity(line.row.units), width=9, align="right", priority=4, hint="number"
        ),
        Column(
            "growth", "Growth", lambda line: growth_text(line.row.growth, new=line.row.revenue > 0), width=6,
            align="right", priority=3,
        ),
        Column("abc", "ABC", lambda line: line.row.abc, width=3, priority=5),
        Column("trend", "Trend", lambda line: line.spark, width=12, priority=2),
        Column(
            "current", "So far", lambda line: money(line.row.current), width=12, align="right", priority=6,
            hint="number",
        ),
    ),
    shown=("name", "revenue", "units", "growth", "abc", "trend", "current"),
    orderings={"name": "name", "revenue": "revenue", "units": "units", "growth": "growth"},
    ordering="revenue",
)  # fmt: skip


# -- slow movers


def _last_sold(row: SlowRow) -> str:
    return str(row.last_sold) if row.last_sold is not None else "never"


SLOW = ResourceView(
    name="sales-slow",
    path="/plugin/bincard/sales/slow/",
    columns=(
        _name_column(),
        Column("on_hand", "On hand", lambda row: quantity(row.on_hand), width=10, align="right", priority=1,
               hint="number"),
        Column("last", "Last sold", _last_sold, width=10, priority=2),
        Column("days", "Days", lambda row: "" if row.days is None else str(row.days), width=5, align="right",
               priority=3, hint="number"),
        Column("units", "In a year", lambda row: quantity(row.units), width=9, align="right", priority=4,
               hint="number"),
    ),
    shown=("name", "on_hand", "last", "days", "units"),
    orderings={},
    ordering="",
)  # fmt: skip


# -- seasons


class SeasonLine:
    """A line of the heat map: a year, or what every month is on average; a shade and a figure for each month, 100 for
    the average whole month."""

    def __init__(self, pk: int, name: str, total: str, shares: Sequence[Decimal | None], *, plain: bool) -> None:
        self.pk = pk
        self.name = name
        self.total = total
        self.cells = [
            "" if share is None else f"{shade(share, plain=plain)}{percent_text(share):>3}" for share in shares
        ]


def season_lines(season: Season, *, of_units: bool, plain: bool) -> list[SeasonLine]:
    """The average year and each year, in units or in revenue; none where nothing was sold."""
    index = season.units_index if of_units else season.revenue_index
    years = [(year, units if of_units else revenues) for year, units, revenues in season.years]
    average = _average(years)
    if average is None:
        return []
    lines = [SeasonLine(0, "Average", "", index, plain=plain)]
    for year, months in years:
        total = sum((each for each in months if each is not None), Decimal(0))
        told = quantity(total) if of_units else money(total, season.currency)
        shares = [None if each is None else each / average for each in months]
        lines.append(SeasonLine(year, str(year), told, shares, plain=plain))
    return lines


def _average(years: Sequence[tuple[int, Months]]) -> Decimal | None:
    """The average whole month; the last month there is runs still. None where there is no whole one, or nothing."""
    known = [each for _, months in reversed(years) for each in months if each is not None]
    whole = known[:-1]
    average = sum(whole, Decimal(0)) / len(whole) if whole else Decimal(0)
    return average if average > 0 else None


def percent_text(share: Decimal) -> str:
    """A share as hundredths, in three cells: -99 at least, 999 at most."""
    return str(max(LEAST_SHOWN, min(MOST_SHOWN, round(share * 100))))


def _month(index: int) -> Column:
    return Column(
        MONTHS[index].lower(), f" {MONTHS[index]}", lambda line: line.cells[index], width=4, align="right",
        priority=1,
    )  # fmt: skip


SEASON = ResourceView(
    name="sales-season",
    path="/plugin/bincard/sales/season/",
    columns=(
        Column("year", "Year", lambda line: line.name, width=8, min_width=7, priority=0),
        *(_month(index) for index in range(12)),
        Column("total", "Total", lambda line: line.total, width=18, min_width=14, align="right", priority=9,
               hint="number"),
    ),
    shown=("year", *(month.lower() for month in MONTHS), "total"),
    orderings={},
    ordering="",
)  # fmt: skip


# -- the bars of a chart


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar with what it is of."""

    target: Target
    span: Span
    bar: Bar

    @property
    def pk(self) -> tuple[Target, Any]:
        """What tells this row from others."""
        return self.target, self.bar.start

    @property
    def growth(self) -> str:
        """Against the year before, "" where that is not known."""
        before = self.bar.revenue_before
        return "" if before is None else growth_text(growth_of(self.bar.revenue, before), new=self.bar.revenue > 0)


BARS = ResourceView(
    name="sales-bars",
    path="/plugin/bincard/sales/series/",
    columns=(
        Column("period", "Period", lambda row: title_of(row.bar.start, row.span), width=8, priority=0),
        Column("name", "Of", lambda row: row.target.title, width=14, min_width=10, flex=1, priority=4),
        Column("revenue", "Revenue", lambda row: money(row.bar.revenue, row.target.currency), width=16, min_width=14,
               align="right", priority=1, hint="number"),
        Column("units", "Units", lambda row: quantity(row.bar.units), width=9, align="right", priority=2,
               hint="number"),
        Column("before", "Year before", lambda row: money(row.bar.revenue_before), width=12, align="right", priority=3,
               hint="number"),
        Column("growth", "Growth", lambda row: row.growth, width=6, align="right", priority=5),
        Column("average", "Average", lambda row: money(row.bar.average), width=12, align="right", priority=6,
               hint="number"),
    ),
    shown=("period", "name", "revenue", "units", "before", "growth", "average"),
    orderings={},
    ordering="",
)  # fmt: skip


# -- the orders behind a bar


@dataclass(frozen=True, slots=True)
class BehindRow:
    """What an order contributed; the number tells it from others of the same order."""

    pk: int
    order: OrderBehind


def total_text(totals: Sequence[tuple[str, Decimal]]) -> str:
    """The sums of the orders, one for each currency."""
    return " + ".join(money(amount, currency) for currency, amount in totals)


BEHIND = ResourceView(
    name="sales-orders",
    path="/plugin/bincard/sales/orders/",
    columns=(
        Column("reference", "Order", lambda row: row.order.reference, width=12, priority=0),
        Column("day", "Day", lambda row: str(row.order.day or ""), width=10, priority=3),
        Column("customer", "Customer", lambda row: row.order.customer, width=14, min_width=10, flex=1, priority=4),
        Column("part", "Part", lambda row: row.order.part, width=14, min_width=10, flex=1, priority=5),
        Column("units", "Units", lambda row: quantity(row.order.units), width=9, align="right", priority=2,
               hint="number"),
        Column("revenue", "Revenue", lambda row: money(row.order.revenue, row.order.currency), width=16, min_width=14,
               align="right", priority=1, hint="number"),
    ),
    shown=("reference", "day", "customer", "part", "units", "revenue"),
    orderings={},
    ordering="",
)  # fmt: skip


# -- the forecast


def forecast_line(forecast: Forecast) -> str:
    """What is expected, how sure that is, and how good such forecasts were; or why there is none."""
    if not forecast.bars:
        return f"Forecast: {forecast.why or 'not enough history'}"
    start, mean, low, high = forecast.bars[0]
    text = f"Forecast {label_of(start, forecast.span)}: {_whole(mean)} units ({_whole(low)} to {_whole(high)})"
    ahead = _ahead(forecast.bars)
    text += f", {ahead}" if ahead else ""
    if forecast.error is not None:
        text += f"; error {forecast.error:.2f}"
        text += f", naive {forecast.naive:.2f}" if forecast.naive is not None else ""
    return f"{text}; {forecast.model}" if forecast.model else text


def _ahead(bars: Sequence[tuple[Any, Decimal, Decimal, Decimal]]) -> str:
    if len(bars) < 2:
        return ""
    return f"next {len(bars)}: {_whole(sum((mean for _, mean, _, _ in bars), Decimal(0)))}"


def _whole(value: Decimal) -> str:
    return quantity(value.quantize(Decimal("0.1") if abs(value) < 10 else Decimal(1)))
