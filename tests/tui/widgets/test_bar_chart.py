"""A bar is as high as it is much, and the axes say so."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.chart import bar_chart, letter_chart

EIGHTHS = " ▁▂▃▄▅▆▇█"
LABELS = [f"W{number:02}" for number in range(1, 13)]


def columns_of(lines: list[str], count: int, step: int) -> list[list[str]]:
    """The cells of each bar's first column, the lowest first."""
    inside = [line.ljust(200)[7:] for line in lines[1:-2]]
    return [[line[index * step] for line in reversed(inside)] for index in range(count)]


def height(column: list[str]) -> int:
    """The eighths that a bar fills."""
    return sum(EIGHTHS.index(sign) for sign in column if sign in EIGHTHS)


def test_bars_are_exact_to_an_eighth_of_a_line() -> None:
    lines = bar_chart([100.0, 50.0, 25.0, 0.0, 1.0], LABELS[:5], 50, 11)
    step = 8
    assert [height(column) for column in columns_of(lines, 5, step)] == [64, 32, 16, 0, 1]
    assert lines[1].startswith("   100┤")
    assert lines[5].startswith("    50┤")
    assert lines[-1].split() == LABELS[:5]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 9999).map(float), min_size=1, max_size=24), st.integers(8, 24))
def test_heights_are_the_numbers_scaled_from_zero(values: list[float], lines_high: int) -> None:
    lines = bar_chart(values, ["x"] * len(values), 80, lines_high)
    assert len(lines) == lines_high
    assert all(cell_len(line) <= 80 for line in lines)
    step = min(12, 70 // len(values))
    heights = [height(column) for column in columns_of(lines, len(values), step)]
    most = max(values)
    for value, drawn in zip(values, heights, strict=True):
        assert (drawn > 0) == (value > 0)
        if most and drawn > 1 and heights[values.index(most)] > 1:
            assert abs(drawn / heights[values.index(most)] - value / most) <= 1.01 / (heights[values.index(most)] - 0.5)


def test_what_came_back_is_below_the_line() -> None:
    lines = bar_chart([10.0, -10.0], LABELS[:2], 40, 13)
    first, second = columns_of(lines, 2, 12)
    assert "".join(first) == " " * 5 + "█" * 5
    assert "".join(second) == "-" * 5 + " " * 5


def test_the_year_before_and_the_average_are_marked_at_their_height() -> None:
    lines = bar_chart([8.0, 8.0], LABELS[:2], 40, 11, before=[None, 4.0], average=[1.0, None])
    inside = [line.ljust(80)[7:] for line in lines[1:-2]][::-1]
    assert [row for row, line in enumerate(inside) if "o" in line[12:]] == [3]
    assert [row for row, line in enumerate(inside) if "+" in line[:12]] == [0]
    assert not any("o" in line[:12] for line in inside)


@pytest.mark.parametrize("plain", [False, True])
def test_several_lines_are_letters(plain: bool) -> None:
    lines = letter_chart([[1.0, 4.0], [4.0, 4.0], [2.0, None]], ["Jan", "Feb"], 40, 7, plain=plain)
    inside = [line.ljust(80)[7:] for line in lines[1:-2]][::-1]
    assert [line[:12].strip("│|┤ ") for line in inside] == ["a", "c", "", "b"]
    assert "*" in inside[3][12:24]


def test_plain_charts_are_ascii() -> None:
    lines = bar_chart([3.0, -1.0, 5.0], LABELS[:3], 40, 10, before=[1.0, 2.0, 3.0], plain=True)
    assert "\n".join(lines).isascii()


def test_no_room_no_chart() -> None:
    assert bar_chart([1.0] * 40, ["x"] * 40, 30, 12) == []
    assert bar_chart([1.0], ["x"], 40, 4) == []
    assert bar_chart([], [], 40, 12) == []
