"""What the sales screens ask and what they get, whoever answers: a Bincard server, or the orders of an InvenTree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, Protocol

from tui.sales.periods import Span

__all__ = [
    "BY",
    "COUNTS",
    "Bar",
    "Behind",
    "By",
    "Forecast",
    "OrderBehind",
    "Query",
    "SalesBook",
    "SalesRow",
    "Season",
    "Series",
    "SlowRow",
    "Target",
    "View",
    "ViewPage",
]

By = Literal["part", "category", "customer", "supplier"]
View = Literal["table", "slow"]
BY: Final[tuple[By, ...]] = ("part", "category", "customer", "supplier")
#: How many periods a chart shows.
COUNTS: Final[dict[Span, int]] = {"week": 52, "month": 24, "year": 6}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Target:
    """What sales are of: a part, category, customer or supplier by its `pk` (None: not known), or an imported `code`
    that is no part; in one currency, since sums of several are never added."""

    by: By
    pk: int | None
    code: str
    currency: str
    name: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """What it is called on the screen."""
        return self.name or self.code or "not known"


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order. `span` is "week" (12 weeks) or "month" (12 months)."""

    by: By = "part"
    view: View = "table"
    span: Span = "week"
    search: str = ""
    sort: str = "revenue"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class SalesRow:
    """The sales of one target over twelve whole periods; `revenues` and `units_by` by period, oldest first. `current`
    is the revenue of the period that runs."""

    target: Target
    revenue: Decimal
    units: Decimal
    revenues: tuple[Decimal, ...] = ()
    units_by: tuple[Decimal, ...] = ()
    growth: Decimal | None = None
    abc: str = ""
    current: Decimal = ZERO

    @property
    def pk(self) -> Target:
        """What tells this row from others."""
        return self.target


@dataclass(frozen=True, slots=True)
class SlowRow:
    """A part that lies and is not sold: how much there is, since when nothing was sold (None: never), and how much was
    sold in the last year."""

    target: Target
    on_hand: Decimal
    last_sold: date | None
    days: int | None
    units: Decimal = ZERO

    @property
    def pk(self) -> Target:
        """What tells this row from others."""
        return self.target


Months = tuple[Decimal | None, ...]
"""Twelve sums, January first; None: no such month (not yet, or before the first sale)."""


@dataclass(frozen=True, slots=True)
class Season:
    """How the year goes: the months of each year, newest year first, as (year, units, revenues); and what each month
    of the year sells beside the average whole month (1: as much), in units and in revenue."""

    currency: str
    years: tuple[tuple[int, Months, Months], ...] = ()
    units_index: Months = ()
    revenue_index: Months = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ViewPage:
    """Some rows out of `count`; `note` says what the rows do not tell (figures that cannot be known here)."""

    count: int
    rows: Sequence[SalesRow | SlowRow]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The sales of one period, with the same a year before and the moving average of the revenue where there are."""

    start: date
    units: Decimal = ZERO
    revenue: Decimal = ZERO
    units_before: Decimal | None = None
    revenue_before: Decimal | None = None
    average: Decimal | None = None
    units_average: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one target, oldest first, without gaps; `note` says what they lack."""

    target: Target
    span: Span
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderBehind:
    """What one order (or imported invoice, `pk` None) contributed to a bar. `model` is "salesorder", "returnorder" or
    "" for what was imported."""

    model: str
    pk: int | None
    reference: str
    day: date | None
    customer: str
    part: str
    units: Decimal
    revenue: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The newest of the `count` lines behind a bar, and what all of them come to, by currency."""

    count: int
    orders: tuple[OrderBehind, ...]
    totals: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a part, by period from `bars[0][0]` on: (start, mean, low, high). `error` is the measured
    one, `naive` that of the plainest forecast. Where there is too little history, `why` says so and there are no
    bars."""

    span: Span
    model: str
    bars: tuple[tuple[date, Decimal, Decimal, Decimal], ...]
    error: Decimal | None
    naive: Decimal | None
    why: str = ""


class SalesBook(Protocol):
    """Where the figures come from. Everything raises ApiError."""

    async def page(self, query: Query, offset: int, limit: int) -> ViewPage:
        """Rows of a view."""

    async def series(self, targets: Sequence[Target], span: Span) -> list[Series]:
        """The bars of each target, in the order asked."""

    async def season(self, by: By, targets: Sequence[Target]) -> Season:
        """How the year goes, of these together; without any of everything."""

    async def orders(self, target: Target, span: Span, start: date) -> Behind:
        """What is behind the bar that begins at `start`, newest first."""

    async def forecast(self, target: Target) -> Forecast | None:
        """What is expected of a part; None where nobody forecasts."""

    def forget(self) -> None:
        """Ask the server again next time."""
