"""How long suppliers really take."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.suppliers.lead_times import NO_RECEIPTS, Receipt, lead_times, percentile


def test_the_percentile_is_the_one_of_spreadsheets() -> None:
    # PERCENTILE({15, 20, 35, 40, 50}; 0.4) is 29 in every spreadsheet.
    assert percentile([35, 20, 15, 50, 40], 0.4) == pytest.approx(29)


def test_without_values_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.9)


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_among_the_values(values: list[float], share: float) -> None:
    assert min(values) <= percentile(values, share) <= max(values)


def test_lead_time_and_reliability_come_from_the_receipts() -> None:
    ordered, promised = date(2026, 1, 1), date(2026, 1, 11)
    receipts = [Receipt(ordered, promised, date(2026, 1, day)) for day in (5, 9, 11, 31)]
    figures = lead_times(receipts)
    assert (figures.receipts, figures.median, figures.on_time) == (4, 9.0, 0.75)
    assert figures.p90 == pytest.approx(24)


def test_what_has_no_dates_counts_for_nothing() -> None:
    figures = lead_times([Receipt(None, None, date(2026, 1, 5))])
    assert (figures.receipts, figures.median, figures.p90, figures.on_time) == (1, None, None, None)
    assert lead_times([]) == NO_RECEIPTS


def test_a_receipt_before_its_order_took_no_time() -> None:
    assert lead_times([Receipt(date(2026, 2, 1), None, date(2026, 1, 5))]).median == 0
