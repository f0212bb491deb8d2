"""Quantities with units."""

import time

import pytest

from server.actions.units import convert, has_dimension, is_unit
from server.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("12.5 cm", "mm", 125.0), ("5", "mm", 5.0), ("7 in", "mm", 177.8), ("4k7", "ohm", 4700.0), ('3"', "mm", 76.2),
        ("6'", "m", 1.8288), ("1/2 dozen", "", 6.0), ("10", "", 10.0), ("-5", "", -5.0), ("2^3", "", 8.0),
        ("20 degC", "K", 293.15), ("100 pieces", "piece", 100.0), ("1e3", "g", 1000.0),
    ],
)  # fmt: skip
def test_a_quantity_is_turned_into_another_unit(text: str, unit: str, number: float) -> None:
    assert convert(text, unit) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit", "refusal"),
    [
        ("abc", "mm", "Could not convert abc to mm"), ("5 kg", "mm", "Could not convert 5 kg to mm"),
        ("abc", "", "Invalid quantity provided"), ("", "mm", "No value provided"),
        ("5", "bananas", "Invalid unit provided: (bananas)"), ("nan", "mm", "Could not convert nan to mm"),
        ("1e999", "mm", "Could not convert 1e999 to mm"), ("__import__('os')", "", "Invalid quantity provided"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(text: str, unit: str, refusal: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        convert(text, unit)
    assert refused.value.errors == [refusal]


@pytest.mark.parametrize("text", ["9**9**9**9", "9^9^9^9", "2**999999999", "(9**99)**99**99", "9**(9**9)", "1 " * 400])
def test_a_sum_that_never_ends_is_refused_at_once(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidInput):
        convert(text, "mm")
    assert time.monotonic() - started < 5


def test_own_units_count_and_bad_ones_do_no_harm() -> None:
    own = ("crateful = 250 litre = cft", "= nonsense =")
    assert convert("2 crateful", "litre", own) == pytest.approx(500)
    assert not is_unit("crateful")
    assert is_unit("cft", own)


@pytest.mark.parametrize(("text", "more"), [("5 m", True), ("5", False), ("1/2 dozen", False), ("abc", False)])
def test_a_bare_number_has_no_dimension(text: str, more: bool) -> None:
    assert has_dimension(text) is more
