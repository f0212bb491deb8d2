"""A sparkline says the numbers that it is made of."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.sales.sparks import NEGATIVE, NOTHING, eighths, shade, sparkline

#: The machine may be busy.
BUSY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
numbers = st.lists(st.integers(-1000, 100_000).map(Decimal), min_size=1, max_size=24)
SIGNS = " ▁▂▃▄▅▆▇█"


def test_half_of_the_most_is_half_as_high() -> None:
    assert sparkline([Decimal(value) for value in (8, 4, 2, 1, 0, -3, 6)]) == "█▄▂▁.-▆"


def test_a_terminal_of_letters_and_figures_gets_the_eighths_as_figures() -> None:
    assert sparkline([Decimal(value) for value in (8, 4, 2, 1, 0, -3, 6)], plain=True) == "8421.-6"


def test_nothing_and_only_returns_have_signs_of_their_own() -> None:
    assert sparkline([]) == ""
    assert sparkline([Decimal(0), Decimal(-5)]) == NOTHING + NEGATIVE


@BUSY
@given(numbers)
def test_each_sign_is_its_number_to_the_nearest_eighth_of_the_most(values: list[Decimal]) -> None:
    drawn, most = sparkline(values), max(values)
    assert len(drawn) == len(values)
    for sign, value in zip(drawn, values, strict=True):
        if value < 0:
            assert sign == NEGATIVE
        elif not value:
            assert sign == NOTHING
        else:
            exact = value * 8 / most
            assert abs(SIGNS.index(sign) - exact) <= Decimal("0.5") or (sign == SIGNS[1] and exact < 1)


@BUSY
@given(numbers)
def test_more_is_never_drawn_lower(values: list[Decimal]) -> None:
    heights = [eighths(value, max(values)) for value in sorted(values)]
    assert heights == sorted(heights)


@BUSY
@given(numbers)
def test_both_kinds_of_terminals_are_told_the_same(values: list[Decimal]) -> None:
    plain = sparkline(values, plain=True)
    assert plain.isascii()
    assert plain.translate(str.maketrans("12345678", SIGNS[1:])) == sparkline(values)


def test_shades_grow_with_the_share() -> None:
    shares = [Decimal(share) for share in ("0", "0.2", "0.5", "1", "1.5", "2", "9")]
    assert "".join(map(shade, shares)) == "  ░▒▓██"
    assert "".join(shade(share, plain=True) for share in shares) == "  .:*##"
