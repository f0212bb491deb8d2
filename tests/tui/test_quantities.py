"""Quantities as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.stock_actions.quantities import LARGEST, QuantityError, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        ("12*24+7", "295"),
        (" 12 x 24 ", "288"),
        ("3 × 0,5", "1.5"),
        ("3х2", "6"),  # Cyrillic
        ("(10+2)/4", "3"),
        ("10-2-3", "5"),
        ("100/10/2", "5"),
        ("2*(3+4)*5", "70"),
        ("1,5", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1 000", "1000"),
        ("12\u00a0345,5", "12345.5"),
        ("-3+5", "2"),
        ("10−4", "6"),
        ("0", "0"),
        ("-0", "0"),
        ("0.1+0.2", "0.3"),
        ("0.00001", "0.00001"),
        (str(LARGEST), str(LARGEST)),
        ("144÷12", "12"),
        ("٣", "3"),
    ],
)
def test_what_is_typed_is_reckoned(text: str, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "type a quantity"),
        ("   ", "type a quantity"),
        ("abc", "'a' is not part of a quantity"),
        ("1e5", "'e' is not part"),
        ("0x10; import os", "';' is not part"),
        ("2**3", r"'\*' is out of place"),
        ("1 2", "'2' is out of place"),
        ("12 34", "'34' is out of place"),
        ("1,234.5", "two decimal signs"),
        ("1.2.3", "two decimal signs"),
        ("3-5", "-2 is below zero"),
        ("1/3", r"0\.33333.* has more than five decimal places"),
        ("0.000001", "more than five decimal places"),
        ("1/0", "division by zero"),
        ("0/0", "division by zero"),
        ("(1+2", "closing bracket is missing"),
        ("1+", "not complete"),
        ("1)", r"'\)' is out of place"),
        ("9999999999*99", "larger than the server can keep"),
        ("9" * 61, "too long"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, message: str) -> None:
    with pytest.raises(QuantityError, match=message):
        parse_quantity(text)


@given(st.text(alphabet="0123456789.,+-*/()x ", max_size=60))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    try:
        value = parse_quantity(text)
    except QuantityError:
        return
    assert 0 <= value <= LARGEST
    assert value == value.quantize(Decimal("0.00001"))


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**9))
def test_sums_are_exact(units: int, more: int) -> None:
    left, right = Decimal(units) / 100000, Decimal(more) / 100000
    if left + right <= LARGEST:
        assert parse_quantity(f"{left:f}+{right:f}") == left + right
