"""References of orders: what fits a pattern, and what comes next."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.order_references import LARGEST_NUMBER, BadPattern, mismatch, reading

DAY = date(2026, 11, 22)


@pytest.mark.parametrize("reference", ["PO-", "PO-12x", "po-12", "ABC", "", "PO-1 ", "XPO-1", "PO-\u0661"])
def test_what_does_not_fit_the_pattern_has_no_number(reference: str) -> None:
    assert reading("PO-{ref:04d}").number(reference) is None


def test_any_number_of_digits_fits() -> None:
    pattern = reading("PO-{ref:04d}")
    assert (pattern.number("PO-0042"), pattern.number("PO-7"), pattern.number("PO-123456")) == (42, 7, 123456)


def test_a_number_beyond_all_bounds_is_the_largest() -> None:
    assert reading("{ref}").number("9" * 40) == LARGEST_NUMBER


@given(number=st.integers(0, LARGEST_NUMBER), day=st.dates())
@pytest.mark.parametrize("text", ["PO-{ref:04d}", "{date:%Y}/{ref}", "{?:AB}-{ref:06d}.x", "{?}{ref}", "a+b({ref})"])
def test_what_is_made_is_read_back(text: str, number: int, day: date) -> None:
    pattern = reading(text)
    assert pattern.number(pattern.make(number, day)) == number


def test_the_day_and_the_default_are_filled_in() -> None:
    assert reading("{?:SO}-{date:%Y%m}-{ref:03d}").make(7, DAY) == "SO-202611-007"


@pytest.mark.parametrize("text", ["PO-0001", "{ref}{ref}", "PO-{ref", "{user}-{ref}", "{ref:q}", "", "}{ref}"])
def test_a_pattern_that_is_of_no_use_is_refused(text: str) -> None:
    with pytest.raises(BadPattern):
        reading(text)


def test_the_refusal_names_the_pattern() -> None:
    assert mismatch("PO-{ref:04d}") == "Reference must match required pattern: PO-{ref:04d}"
