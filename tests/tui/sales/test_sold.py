"""Rows and bars are the sums of the sales that they are made of."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.sales.book import By, Query, Target
from tui.sales.periods import next_start
from tui.sales.sold import Sold, bars_of, behind, rows_of, season_of_sales, sorted_rows

#: The machine may be busy.
BUSY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TODAY = date(2026, 3, 18)
KINDS: tuple[By, ...] = ("part", "category", "customer", "supplier")


def sold(days_ago: int, units: int, revenue: int, currency: str = "USD", part: int = 1, order: int = 1) -> Sold:
    names: dict[By, tuple[int | None, str]] = {by: (part, f"{by} {part}") for by in KINDS}
    return Sold(
        TODAY - timedelta(days=days_ago), Decimal(units), Decimal(revenue), currency, names, order, f"SO-{order}"
    )


sales = st.lists(
    st.builds(
        sold, st.integers(0, 160), st.integers(-5, 50), st.integers(-50, 5000), st.sampled_from(("USD", "EUR")),
        st.integers(1, 3), st.integers(1, 9),
    ),
    max_size=40,
)  # fmt: skip


@BUSY
@given(sales, st.sampled_from(KINDS))
def test_rows_are_the_sums_of_the_last_twelve_weeks(given_sales: list[Sold], by: By) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday())
    first = monday - timedelta(weeks=12)
    for row in rows_of(given_sales, by, "week", TODAY):
        own = [sale for sale in given_sales if sale.target(by) == row.target and first <= sale.day < monday]
        now = sum(sale.revenue for sale in given_sales if sale.target(by) == row.target and sale.day >= monday)
        assert row.current == now
        assert row.revenue == sum(sale.revenue for sale in own) == sum(row.revenues)
        assert row.units == sum(sale.units for sale in own) == sum(row.units_by)
        assert len(row.revenues) == len(row.units_by) == 12


@BUSY
@given(sales)
def test_no_sum_is_of_two_currencies(given_sales: list[Sold]) -> None:
    rows = rows_of(given_sales, "part", "month", TODAY)
    assert len({row.target for row in rows}) == len(rows)
    for currency in ("USD", "EUR"):
        whole = sum(sale.revenue for sale in given_sales if sale.currency == currency)
        assert sum(row.revenue + row.current for row in rows if row.target.currency == currency) == whole


@BUSY
@given(sales)
def test_the_orders_behind_the_bars_are_the_bars(given_sales: list[Sold]) -> None:
    for target in {sale.target("customer") for sale in given_sales}:
        series = bars_of(given_sales, target, "month", TODAY)
        assert all(next_start(one.start, "month") == two.start for one, two in pairwise(series.bars))
        for bar in series.bars:
            found = behind(given_sales, target, "month", bar.start)
            assert sum(order.revenue for order in found.orders) == bar.revenue == sum(sum_ for _, sum_ in found.totals)
            assert sum(order.units for order in found.orders) == bar.units


def test_a_bar_knows_the_year_before_and_the_average() -> None:
    series = bars_of([sold(0, 4, 40), sold(7, 2, 20), sold(364, 1, 10)], Target("part", 1, "", "USD"), "week", TODAY)
    assert [bar.revenue for bar in series.bars[-2:]] == [20, 40]
    assert series.bars[-1].revenue_before == 10
    assert series.bars[-1].average == 15
    assert series.bars[-2].revenue_before is None or series.bars[-2].revenue_before == 0


def test_growth_is_against_the_twelve_weeks_before() -> None:
    (row,) = rows_of([sold(7, 1, 150), sold(107, 1, 100)], "part", "week", TODAY)
    assert row.growth == Decimal("0.5")


def test_rows_are_sorted_and_searched() -> None:
    rows = rows_of([sold(7, 9, 10, part=1), sold(7, 1, 30, part=2), sold(7, 5, 20, part=3)], "part", "week", TODAY)

    def names(**query: object) -> list[str]:
        return [row.target.title for row in sorted_rows(rows, Query(**query))]  # type: ignore[arg-type]

    assert names() == ["part 2", "part 3", "part 1"]
    assert names(sort="units") == ["part 1", "part 3", "part 2"]
    assert names(sort="name", descending=False) == ["part 1", "part 2", "part 3"]
    assert names(search="PART 3") == ["part 3"]
    assert names(sort="growth") == ["part 1", "part 2", "part 3"]


def test_a_season_is_of_whole_months() -> None:
    season = season_of_sales([sold(1, 1, 1000), sold(30, 1, 100), sold(60, 1, 300)], TODAY)
    assert season.revenue_index[:3] == (Decimal("1.5"), Decimal("0.5"), None)
    ((year, units, revenues),) = season.years
    assert year == 2026
    assert list(units[:4]) == [1, 1, 1, None]
    assert list(revenues[:4]) == [300, 100, 1000, None]


@BUSY
@given(sales)
def test_the_years_of_a_season_hold_every_sale(given_sales: list[Sold]) -> None:
    season = season_of_sales(given_sales, TODAY)
    assert sum(each or 0 for _, _, months in season.years for each in months) == sum(
        sale.revenue for sale in given_sales
    )
