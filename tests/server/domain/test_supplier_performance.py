"""Lead times and on-time rates against figures worked out by hand and in textbooks."""

from datetime import date, timedelta
from decimal import Decimal
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.supplier_performance import NOTHING, Receipt, merged, percentile, performance

ISSUED = date(2026, 1, 1)


def came(
    days: int, *, line: int = 1, promised: int | None = None, issued: date | None = ISSUED, **more: object
) -> Receipt:
    due = None if promised is None else ISSUED + timedelta(days=promised)
    values = {"line": line, "supplier_part": 5, "received": ISSUED + timedelta(days=days), "quantity": Decimal(1)}
    return Receipt(**{**values, "issued": issued, "promised": due, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        # NIST/SEMATECH e-Handbook, 7.2.6.2: the 90th percentile of these twelve gauge readings; by type 7 (Excel, R).
        ([95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610, 95.1591, 95.1195, 95.1065, 95.0925, 95.1990, 95.1682],
         0.9, 95.19568),
        ([15, 20, 35, 40, 50], 0.4, 29.0),
        ([1, 2, 3, 4], 0.5, 2.5),
        ([1, 2, 3, 4], 0.75, 3.25),
        ([7], 0.9, 7),
        ([3, 1, 2], 0, 1),
        ([3, 1, 2], 1, 3),
    ],
)  # fmt: skip
def test_percentiles_as_in_the_books(values: list[float], share: float, wanted: float) -> None:
    assert percentile(values, share) == pytest.approx(wanted, abs=1e-9)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=60))
def test_percentiles_as_the_standard_library_has_them(values: list[int]) -> None:
    deciles = quantiles(values, n=10, method="inclusive")
    assert percentile(values, 0.9) == pytest.approx(deciles[8])
    assert percentile(values, 0.5) == pytest.approx(median(values))
    assert min(values) <= percentile(values, 0.9) <= max(values)


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.5), ([1], -0.1)])
def test_no_percentile_of_nothing(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, share)


def test_lead_times_are_days_from_issue_to_receipt() -> None:
    found = performance([came(10, line=1), came(20, line=2), came(30, line=3), came(40, line=4)])
    assert (found.receipts, found.timed, found.median, found.p90) == (4, 4, 25, 37)


def test_a_receipt_without_an_issue_date_counts_but_takes_no_time() -> None:
    found = performance([came(10), came(99, line=2, issued=None)])
    assert (found.receipts, found.timed, found.median) == (2, 1, 10)


def test_what_came_before_it_was_ordered_took_no_time() -> None:
    assert performance([came(-3)]).median == 0


def test_on_time_means_not_after_the_day_that_was_promised() -> None:
    found = performance(
        [came(9, promised=10), came(10, line=2, promised=10), came(11, line=3, promised=10), came(5, line=4)]
    )
    assert (found.promised, found.on_time) == (3, 2)
    assert found.on_time_rate == pytest.approx(2 / 3)


def test_nothing_is_known_of_nothing() -> None:
    assert performance([]) == NOTHING
    assert NOTHING.on_time_rate is None


def test_what_came_together_is_one_receipt() -> None:
    found = merged([came(3, quantity=Decimal(1)) for _ in range(20)] + [came(5), came(3, line=2)])
    assert [(one.line, one.received.day, one.quantity) for one in found] == [
        (1, 4, Decimal(20)), (2, 4, Decimal(1)), (1, 6, Decimal(1)),
    ]  # fmt: skip


def test_the_last_price_is_of_the_last_receipt_that_has_one() -> None:
    early = came(3, price=Decimal("1.50"), currency="EUR")
    late = came(9, line=2, price=Decimal("1.25"), currency="USD")
    assert performance([late, early, came(12, line=3)]).last == late
