"""What is due, in words and as counts to begin; the figures of the planner as lines."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.counting.planning import Day, DueLine, Group, Plan, Score, first_of, reason_words, starts
from tui.screens.count_planner_rows import BLOCKS, Only, figure_lines, percent, sparkline

TODAY = date(2026, 11, 22)
BOLT = DueLine(1, 7, "Bolt", 3, "Hall/A1", "", "A", None, ("never counted",), every=30)
LINES = [
    replace(BOLT, item=number, location=3 + number % 2, path=f"Hall/A{number % 2}", abc="AB"[number % 2])
    for number in range(1, 31)
]  # fmt: skip


@pytest.mark.parametrize(
    ("reasons", "counted", "words"),
    [
        (("negative", "never counted"), None, "less than nothing on record; never counted"),
        (("interval passed",), 40, "counted 40 days ago, every 30"),
        (("nearly empty", "moved since"), 3, "nearly empty; moved since 2026-11-19"),
        (("alert",), 3, "an alert names it"),
        (("something new",), 3, "something new"),
    ],
)
def test_reasons_are_told_in_words(reasons: tuple[str, ...], counted: int | None, words: str) -> None:
    day = None if counted is None else TODAY - timedelta(days=counted)
    assert reason_words(replace(BOLT, reasons=reasons, counted=day), TODAY) == words


def test_what_can_be_begun() -> None:
    found = {start.label: start.scope.items for start in starts(LINES, LINES[4:6], LINES[0])}
    assert found["The marked items: 2 items"] == (5, 6)
    assert found["The first 20: 20 items"] == tuple(range(1, 21))
    assert found["All of the list: 30 items"] == tuple(range(1, 31))
    assert found["At Hall/A1: 15 items"] == found["Class B: 15 items"] == tuple(range(1, 31, 2))
    assert first_of(LINES, 7).scope.items == tuple(range(1, 8))


def test_what_is_on_a_sheet_is_counted_again_only_where_it_is_marked() -> None:
    lines = [replace(LINES[0], sheet="CS-0001"), LINES[1]]
    found = {start.label: start.scope.items for start in starts(lines, lines[:1], lines[0])}
    assert found == {"The marked items: 1 item": (1,), "All of the list: 1 item": (2,)}
    assert starts([]) == []


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=30))
def test_a_sparkline_has_a_cell_for_each_value(values: list[float | None]) -> None:
    for plain in (False, True):
        bars = sparkline(values, plain=plain)
        assert len(bars) == len(values)
        assert bars.isascii() or not plain
    known = sorted(value for value in values if value is not None)
    order = [BLOCKS.index(sparkline([value, *known])[0]) for value in known]
    assert order == sorted(order)
    assert all(level > 0 for level, value in zip(order, known, strict=True) if value > 0)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_only_all_right_is_a_hundred_percent(right: int, lines: int) -> None:
    right = min(right, lines)
    assert (percent(right, lines) == "100.0%") == (right == lines)


def test_the_figures_say_how_many_lines_are_behind_them() -> None:
    weeks = (Score("2026-11-02", 10, 5), Score("2026-11-16", 40, 39, 0.01))
    plan = Plan(
        due=tuple(LINES), total=30, groups=(Group("A", 99, 30, 30, {"never counted": 30}),),
        days=(Day(TODAY, 30), Day(TODAY + timedelta(days=1), 2), Day(TODAY + timedelta(days=2), 8)), per_day=4,
        knows_accuracy=True, being_counted=3, weeks=12, tolerance_value=50.0,
        by_class=(Score("A", 50, 44, 0.123, tolerance=1.0),), by_location=(Score("Hall/A1", 50, 44, 0.5, 3),),
        by_week=weeks, locations=1,
    )  # fmt: skip
    text = [line.text for line in figure_lines(plan, plain=True)]
    assert text == [
        "Class A  30 of 99 due, every 30 days: 30 never counted",
        "         3 are counted and wait to be posted",
        "Work     30 today, then -# 10 in 2 days, most 8 on Tue 24 Nov; 4 a day keep up",
        "Record   + # 88.0% of 50 lines in 12 weeks, last 97.5%",
        "By week  16 Nov 97.5% of 40  02 Nov 50.0% of 10",
        "Record A 88.0% of 50, off by 12.3%, tolerance 1% and 50 in money",
        "Places   1 counted, those with most wrong lines first:",
        "         88.0% of 50, off by 50.0%  Hall/A1",
    ]
    narrow = figure_lines(plan, 40, plain=True)
    assert max(len(line.text) for line in narrow) <= 40
    assert " ".join(" ".join(line.text.split()) for line in narrow) == " ".join(" ".join(text).split())
    assert [line.value for line in figure_lines(plan)][-1] == Only(location=3, path="Hall/A1")
