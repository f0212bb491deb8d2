"""Growth, averages, classes, seasons and periods."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.sales.figures import abc_classes, growth_of, growth_text, moving_average, season_of
from tui.sales.periods import Span, label_of, next_start, start_of, starts_until, title_of, year_before

#: The machine may be busy.
BUSY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
amounts = st.lists(st.integers(-500, 10_000).map(Decimal), min_size=1, max_size=40)
spans: st.SearchStrategy[Span] = st.sampled_from(("week", "month", "year"))
days = st.dates(date(2001, 1, 1), date(2050, 12, 31))


def decimals(*values: object) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def test_growth_needs_something_to_grow_from() -> None:
    assert growth_of(Decimal(150), Decimal(100)) == Decimal("0.5")
    assert growth_of(Decimal(0), Decimal(100)) == -1
    assert growth_of(Decimal(10), Decimal(0)) is None
    assert growth_of(Decimal(10), Decimal(-5)) is None


def test_growth_in_words() -> None:
    told = [growth_text(Decimal(each)) for each in ("0.5", "-1", "0.001", "24", "9.99")]
    assert told == ["+50%", "-100%", "0%", "x25", "+999%"]
    assert growth_text(None, new=True) == "new"
    assert growth_text(None) == ""


def test_a_moving_average_is_the_mean_of_the_last_few() -> None:
    assert moving_average(decimals(1, 2, 6, 1), 3) == [None, None, 3, 3]
    with pytest.raises(ValueError, match="one value at least"):
        moving_average(decimals(1), 0)


@BUSY
@given(amounts, st.integers(1, 12))
def test_a_moving_average_lies_among_its_values(values: list[Decimal], width: int) -> None:
    averages = moving_average(values, width)
    for index, average in enumerate(averages):
        assert (average is None) == (index + 1 < width)
        if average is not None:
            window = values[index - width + 1 : index + 1]
            assert min(window) <= average.quantize(Decimal("0.000001")) <= max(window)


def test_classes_are_by_the_share_of_the_revenue() -> None:
    assert abc_classes(decimals(70, 20, 6, 4)) == ["A", "A", "B", "C"]
    assert abc_classes(decimals(0, 100, -5)) == ["C", "A", "C"]
    assert abc_classes([]) == []


@BUSY
@given(amounts)
def test_who_sells_more_is_of_no_worse_class(values: list[Decimal]) -> None:
    classes = abc_classes(values)
    ranked = [name for _, name in sorted(zip(values, classes, strict=True), key=lambda each: (-each[0], each[1]))]
    assert ranked == sorted(ranked)
    total = sum(value for value in values if value > 0)
    best = sum(value for value, name in zip(values, classes, strict=True) if name == "A")
    assert not total or best >= total * Decimal("0.8")


def test_a_season_compares_with_the_average_month() -> None:
    months = [(month, Decimal(30 if month == 12 else 10)) for month in range(1, 13)] * 2
    season = season_of(months)
    average = Decimal(140) / 12
    assert season == [Decimal(10) / average] * 11 + [Decimal(30) / average]
    assert season_of([(1, Decimal(5))]) == [1, *[None] * 11]
    assert season_of([(1, Decimal(0))])[0] is None


def test_periods_have_names() -> None:
    assert title_of(date(2024, 12, 30), "week") == "2025 W01"
    assert label_of(date(2024, 12, 30), "week") == "W01"
    assert (title_of(date(2024, 5, 1), "month"), label_of(date(2024, 5, 1), "month")) == ("2024 May", "May")
    assert title_of(date(2024, 1, 1), "year") == label_of(date(2024, 1, 1), "year") == "2024"


@BUSY
@given(days, spans, st.integers(1, 60))
def test_periods_follow_each_other_without_gaps(day: date, span: Span, count: int) -> None:
    starts = starts_until(day, span, count)
    assert len(starts) == count
    assert starts[-1] <= day < next_start(starts[-1], span)
    for start, following in pairwise(starts):
        assert next_start(start, span) == following
        assert start_of(following - timedelta(days=1), span) == start


@BUSY
@given(days, spans)
def test_what_is_compared_is_a_period_of_the_year_before(day: date, span: Span) -> None:
    start = start_of(day, span)
    before = year_before(start, span)
    assert start_of(before, span) == before
    assert 363 <= (start - before).days <= 366
