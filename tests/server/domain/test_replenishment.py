"""The formulas of the reorder desk: examples worked by hand, and what holds for all numbers."""

from decimal import Decimal
from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.replenishment import (
    NO_DEMAND,
    Candidate,
    Demand,
    LeadTime,
    Level,
    Levels,
    Need,
    Period,
    Policy,
    Position,
    best,
    choice_of,
    cover_days,
    from_forecast,
    lead_time,
    levels_of,
    need_of,
    safety_stock,
    usage,
)
from server.domain.supplier_offers import PriceStep, Terms

D = Decimal
RATES = {"USD": 1.0, "EUR": 0.5}


def candidate(pk: int = 1, pack: str = "1", *steps: tuple[str, str], **more: object) -> Candidate:
    priced = tuple(PriceStep(D(quantity), D(price), "USD") for quantity, price in steps)
    values = {"lead": LeadTime(10), **more}
    return Candidate(pk, Terms(D(pack), int(str(values.pop("multiple", 1)))), priced, **values)  # type: ignore[arg-type]


class TestByHand:
    def test_safety_stock_over_lead_time_and_review(self) -> None:
        assert round(Policy(0.95, 7).z, 3) == 1.645
        assert isclose(safety_stock(1.645, 9, 50, 10, 1.5), 1.645 * sqrt(9 * 100 + 2500 * 2.25))
        assert round(safety_stock(1.645, 9, 50, 10, 1.5)) == 133

    def test_the_example_of_the_documentation(self) -> None:
        demand, lead = Demand("history", (70.0,), 7, 4.0, 26), LeadTime(14, 2.0, 5, "supplier_part")
        need = need_of(Position(D(60), D(50), D(20)), demand, lead, Policy(0.95, 7))
        assert need.forecast == 210  # 10 a day for 14 + 7 days
        assert round(need.safety, 2) == D("44.62")  # 1.645 sqrt(21 * 16 + 100 * 4)
        assert round(need.short, 2) == D("164.62")  # 210 + 44.65 - 60 - 50 + 20
        boxes = candidate(1, "25", ("1", "10"), ("8", "8"))
        choice = choice_of(boxes, need.short, "USD", RATES)
        assert (choice.offer.packs, choice.offer.total) == (D(8), D(64))
        assert choice.before is not None
        assert (choice.before.packs, choice.before.total) == (D(7), D(70))

    def test_nothing_is_needed_where_enough_comes(self) -> None:
        need = need_of(Position(D(5), D(100)), NO_DEMAND, LeadTime(14), Policy(0.95, 7), D(50))
        assert (need.needed, need.short) == (D(50), D(0))

    def test_the_minimum_stock_holds_where_nothing_is_used(self) -> None:
        need = need_of(Position(D(5), D(0), D(3)), NO_DEMAND, LeadTime(14), Policy(0.95, 7), D(50))
        assert (need.minimum, need.short) == (D(50), D(48))

    def test_below_its_levels_a_part_is_filled_up_to_their_maximum(self) -> None:
        levels = Levels(D(10), D(30))
        policy, lead = Policy(0.95, 7), LeadTime(14)
        assert need_of(Position(D(9)), NO_DEMAND, lead, policy, levels=levels).short == 21
        assert need_of(Position(D(10)), NO_DEMAND, lead, policy, levels=levels).short == 0


class TestLevels:
    def test_a_level_inside_another_counts_once(self) -> None:
        room, shelf, other = Level("/1/", D(10)), Level("/1/2/", D(15), D(20)), Level("/3/", D(5), D(8))
        assert levels_of([other, shelf, room]) == Levels(D(20), D(28))

    def test_no_levels(self) -> None:
        assert levels_of([]) == Levels()


class TestDemand:
    def test_days_without_stock_are_no_days_without_demand(self) -> None:
        found = usage([Period(7, 7), Period(0, 7, 7), Period(7, 7), Period(7, 7), Period(7, 7)], "history")
        assert (found.per_day, found.deviation, found.periods) == (1.0, 0.0, 4)

    def test_what_was_before_the_first_use_does_not_count(self) -> None:
        weeks = [Period(0, 7)] * 20 + [Period(14, 7)] * 6
        assert usage(weeks, "history").per_day == 2.0

    def test_one_use_last_week_is_no_rate(self) -> None:
        assert usage([*[Period(0, 7)] * 25, Period(28, 7)], "tracking").per_day == 1.0

    def test_nothing_used_is_no_demand(self) -> None:
        assert usage([Period(0, 7)] * 5, "history") == NO_DEMAND
        assert usage([Period(7, 7, 7)], "history") == NO_DEMAND

    def test_a_forecast_is_summed_over_the_days_asked_for(self) -> None:
        found = from_forecast([7, 14], [7, 14], [7, 14], 7)
        assert found.expected(3.5) == 3.5
        assert found.expected(14) == 21
        assert found.expected(21) == 31.5  # after the last step, their mean
        assert found.deviation == 0

    def test_an_interval_gives_the_deviation(self) -> None:
        found = from_forecast([10], [10 - 1.2816], [10 + 1.2816], 4)
        assert isclose(found.deviation, 0.5, rel_tol=1e-3)

    def test_how_long_it_lasts(self) -> None:
        assert cover_days(Position(D(30), D(100), D(10)), Demand("history", (14.0,))) == 10
        assert cover_days(Position(D(30)), NO_DEMAND) is None


class TestLeadTimes:
    @pytest.mark.parametrize(
        ("own", "others", "days", "of"),
        [([5, 7], [30], 6, "supplier_part"), ([], [30], 30, "supplier"), ([], [], 14, "setting")],
    )
    def test_the_nearest_that_is_known(self, own: list[int], others: list[int], days: float, of: str) -> None:
        found = lead_time(own, others, 14)
        assert (found.days, found.of) == (days, of)

    def test_one_receipt_has_no_spread(self) -> None:
        assert lead_time([9], [], 14).deviation == 0
        assert round(lead_time([5, 7], [], 14).deviation, 3) == 1.414


class TestSuppliers:
    def test_the_cheapest_for_what_is_wanted_not_by_the_piece(self) -> None:
        bulk, single = candidate(1, "1000", ("1", "10")), candidate(2, "1", ("1", "0.5"))
        assert best([bulk, single], D(5), "USD", RATES) == single
        assert best([bulk, single], D(900), "USD", RATES) == bulk

    def test_lateness_and_long_lead_times_cost(self) -> None:
        late = candidate(1, "1", ("1", "1.00"), on_time=0.0)
        good = candidate(2, "1", ("1", "1.05"), on_time=1.0)
        assert best([late, good], D(10), "USD", RATES) == good
        far = candidate(3, "1", ("1", "1.00"), lead=LeadTime(100))
        near = candidate(4, "1", ("1", "1.05"), lead=LeadTime(2))
        assert best([far, near], D(10), "USD", RATES) == near

    def test_a_price_goes_before_none_and_the_primary_one_decides(self) -> None:
        priced, free = candidate(1, "1", ("1", "9")), candidate(2, "1", primary=True)
        assert best([free, priced], D(1), "USD", RATES) == priced
        assert best([candidate(3, "1"), free], D(1), "USD", RATES) == free
        assert best([], D(1), "USD", RATES) is None


amounts = st.decimals(0, 10_000, places=2)
rates = st.floats(0, 500)
levels = st.floats(0.5, 0.9999)
demands_ = st.builds(Demand, st.just("history"), st.tuples(rates, rates), st.just(7.0), st.floats(0, 100))
leads = st.builds(LeadTime, st.floats(0, 120), st.floats(0, 30))
positions = st.builds(Position, amounts, amounts, amounts)


@given(positions, demands_, leads, levels, st.floats(0, 60), amounts)
def test_the_numbers_add_up(
    position: Position, demand: Demand, lead: LeadTime, level: float, review: float, minimum: Decimal
) -> None:
    need: Need = need_of(position, demand, lead, Policy(level, review), minimum)
    assert need.needed == max(need.forecast + need.safety, minimum)
    assert need.short == max(0, need.needed - position.on_hand - position.on_order + position.allocated)
    assert min(need.forecast, need.safety, need.short) >= 0


@given(positions, demands_, leads, levels, levels, st.floats(1, 3))
def test_more_service_or_more_demand_never_needs_less(
    position: Position, demand: Demand, lead: LeadTime, level: float, other: float, factor: float
) -> None:
    low, high = sorted((level, other))
    less = need_of(position, demand, lead, Policy(low, 7)).short
    assert need_of(position, demand, lead, Policy(high, 7)).short >= less
    more = Demand("history", tuple(step * factor for step in demand.steps), 7, demand.deviation)
    assert need_of(position, more, lead, Policy(low, 7)).short >= less


breaks = st.lists(
    st.tuples(st.integers(1, 200), st.decimals("0.01", 100, places=2)), max_size=4, unique_by=lambda s: s[0]
)


@given(breaks, st.sampled_from(["1", "5", "12", "0.25"]), st.integers(1, 4), *[st.decimals("0.01", 5000, places=2)] * 2)
def test_what_is_ordered_is_whole_packs_and_grows_with_what_is_short(
    steps: list[tuple[int, Decimal]], pack: str, multiple: int, first: Decimal, second: Decimal
) -> None:
    one = candidate(1, pack, *((str(quantity), str(price)) for quantity, price in steps), multiple=multiple)
    less, more = (choice_of(one, short, "USD", RATES) for short in sorted((first, second)))
    for choice, short in zip((less, more), sorted((first, second)), strict=True):
        assert choice.offer.quantity >= short
        assert choice.offer.packs % multiple == 0
        assert choice.offer.quantity == choice.offer.packs * D(pack)
        if choice.before is not None:
            assert choice.before.total is not None
            assert choice.offer.total is not None
            assert choice.offer.total < choice.before.total
            assert choice.offer.packs > choice.before.packs
    assert more.offer.quantity >= less.offer.quantity
