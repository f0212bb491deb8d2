"""The rules of counting: whatever moves when, what is posted is what is there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.counting import (
    Expected,
    LineState,
    LineStatus,
    Movement,
    SessionStatus,
    Taken,
    Tolerance,
    Verdict,
    abc_classes,
    corrected,
    counted_total,
    expected_at,
    judge,
    may_enter,
    moment_of,
    movement,
    posted,
    settled,
    sheet_key,
    tallies,
)
from server.domain.errors import InvalidInput, WrongState

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
SHELF = 5
STEPS = st.lists(st.integers(-9, 9), max_size=12)


def at(step: int) -> datetime:
    return START + timedelta(minutes=step)


class World:
    """A shelf: what is recorded, what is there in truth, and each movement of both. The movement number n happens at
    minute n; what is counted at "time n" is counted after it."""

    def __init__(self, recorded: int, truth: int, moves: Sequence[int]) -> None:
        self.record = [Decimal(quantity) for quantity in accumulate(moves, initial=recorded)]
        self.truth = [Decimal(quantity) for quantity in accumulate(moves, initial=truth)]
        self.history = [Movement(n, at(n), self.record[n]) for n in range(1, len(self.record))]

    def count(self, time: int, received: int, snapshot: int = 0) -> Taken:
        """What somebody enters who counts everything at `time`; it reaches the server at `received`."""
        known = Expected(self.record[snapshot], snapshot)
        now = Expected(self.record[received], received)
        then = expected_at(known, SHELF, self.history[:received], at(time) + timedelta(seconds=30), now)
        return Taken(1, 1, self.truth[time], then)

    def post(self, entries: Sequence[Taken], mode: str = "single", number: int = 1) -> Decimal:
        verdict = judge(mode, entries, number)
        assert verdict is not None
        after = [move for move in self.history if move.pk > verdict.expected.seen]
        return posted(verdict, self.record[-1], after)


@given(st.integers(100, 200), st.integers(100, 200), STEPS, st.data())
def test_the_posted_quantity_is_what_is_there(recorded: int, truth: int, moves: list[int], data: st.DataObject) -> None:
    """Sheet made, line counted, entry received, line posted: with any movements before, between and after."""
    world = World(recorded, truth, moves)
    snapshot = data.draw(st.integers(0, len(moves)))
    counted = data.draw(st.integers(snapshot, len(moves)))
    received = data.draw(st.integers(counted, len(moves)))
    entry = world.count(counted, received, snapshot)
    assert entry.expected == Expected(world.record[counted], counted)
    assert world.post([entry]) == world.truth[-1]


@given(st.integers(100, 200), st.integers(100, 200), STEPS, st.integers(-50, 50), st.data())
def test_a_recount_corrects_whatever_was_counted_first(
    recorded: int, truth: int, moves: list[int], mistake: int, data: st.DataObject
) -> None:
    world = World(recorded, truth, moves)
    first = data.draw(st.integers(0, len(moves)))
    again = data.draw(st.integers(first, len(moves)))
    wrong = world.count(first, first)
    wrong = Taken(1, 1, wrong.quantity + mistake, wrong.expected)
    right = world.count(again, len(moves))
    entries = [wrong, Taken(2, 2, right.quantity, right.expected)]
    assert world.post(entries, number=2) == world.truth[-1]


@given(
    st.integers(100, 200),
    st.lists(st.integers(0, 40), min_size=1, max_size=6),
    STEPS,
    st.sampled_from(["single", "sum"]),
)
def test_stacks_add_up(recorded: int, stacks: list[int], moves: list[int], mode: str) -> None:
    """Several stacks of one line, counted between two movements, by one or (in a session that sums) several."""
    world = World(recorded, sum(stacks), moves)
    snapshot = Expected(world.record[0], 0)
    entries = [
        Taken(n if mode == "sum" else 1, 1, Decimal(stack), snapshot, adds=True) for n, stack in enumerate(stacks)
    ]
    verdict = judge(mode, entries, 1)
    assert verdict is not None and verdict.sure and verdict.counted == sum(stacks)
    if min(world.truth) >= 0:
        assert world.post(entries, mode) == world.truth[-1]


@given(STEPS.filter(lambda moves: sum(moves[:1]) != 0), st.sampled_from(["single", "sum"]))
def test_what_moves_between_two_stacks_makes_the_count_doubtful(moves: list[int], mode: str) -> None:
    world = World(100, 100, moves)
    before, after = world.count(0, 0), world.count(1, 1)
    entries = [before, Taken(2 if mode == "sum" else 1, 1, after.quantity, after.expected, adds=True)]
    verdict = judge(mode, entries, 1)
    assert verdict is not None and not verdict.sure
    assert settled(verdict, Tolerance(Decimal(10_000)), None, 1) is LineStatus.RECOUNT


@given(st.integers(50, 99), STEPS, st.data())
def test_two_counters_agree_although_stock_moved_between_them(
    truth: int, moves: list[int], data: st.DataObject
) -> None:
    world = World(100, truth, moves)
    first = data.draw(st.integers(0, len(moves)))
    second = data.draw(st.integers(first, len(moves)))
    one, two = world.count(first, first), world.count(second, second)
    entries = [one, Taken(2, 1, two.quantity, two.expected)]
    assert judge("double", entries[:1], 1) is None
    verdict = judge("double", entries, 1)
    assert verdict is not None and verdict.sure
    entries[1] = Taken(2, 1, two.quantity + 1, two.expected)
    disagreed = judge("double", entries, 1)
    assert disagreed is not None and not disagreed.sure


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 50), st.booleans()), max_size=12))
def test_totals_are_those_of_a_slip_for_each_counter(entered: list[tuple[int, int, bool]]) -> None:
    slips: dict[int, int] = {}
    taken = []
    for counter, quantity, adds in entered:
        slips[counter] = slips.get(counter, 0) + quantity if adds else quantity
        taken.append(Taken(counter, 1, Decimal(quantity), Expected(Decimal(0), 0), adds=adds))
    assert {tally.counter: tally.total for tally in tallies(taken, 1)} == slips
    assert all(counted_total(taken, counter, 1) == total for counter, total in slips.items())
    assert counted_total(taken, 9, 1) is None and tallies(taken, 2) == ()


def test_somebody_elses_correction_is_not_applied_twice() -> None:
    verdict = Verdict(Decimal(8), Expected(Decimal(10), 3), sure=True)
    later = movement(4, at(4), 10, {"quantity": 8.0})
    assert corrected([later], 3) and not corrected([later], 4)
    with pytest.raises(WrongState, match="set right"):
        posted(verdict, Decimal(8), [later])


def test_what_cannot_be_is_refused() -> None:
    verdict = Verdict(Decimal(0), Expected(Decimal(10), 0), sure=True)
    with pytest.raises(WrongState, match="5 more left"):
        posted(verdict, Decimal(5), [])
    moved = Verdict(Decimal(3), Expected(Decimal(0), 0, elsewhere=True), sure=True)
    with pytest.raises(WrongState, match="moved"):
        posted(moved, Decimal(3), [])
    assert settled(moved, Tolerance(Decimal(100)), None, 1) is LineStatus.RECOUNT


def test_an_item_that_was_moved_away_is_not_expected_here() -> None:
    moves = [movement(1, at(1), 20, {"location": 9}), movement(2, at(5), 11, {"quantity": 12.0, "added": 2.0})]
    then = expected_at(Expected(Decimal(10), 0), SHELF, moves, at(3), Expected(Decimal(0), 2, elsewhere=True))
    assert then == Expected(Decimal(0), 1, elsewhere=True)
    back = [*moves[:1], movement(2, at(2), 20, {"location": SHELF}), movement(3, at(5), 60, {"location": None})]
    assert expected_at(Expected(Decimal(10), 0), SHELF, back, at(3), Expected(Decimal(0), 3)).quantity == 10


@pytest.mark.parametrize(
    ("counted", "sent", "moment"),
    [
        (None, None, 60), (at(10), None, 10), (at(99), None, 60), (at(-9), None, 0), (at(10), at(60), 10),
        (at(1010), at(1060), 10), (at(-940), at(-890), 10),
    ],
)  # fmt: skip
def test_a_wrong_clock_is_put_right(counted: datetime | None, sent: datetime | None, moment: int) -> None:
    assert moment_of(counted, sent, START, at(60)) == at(moment)


@pytest.mark.parametrize(
    ("percent", "value", "variance", "price", "fits"),
    [
        ("0", None, "0", None, True), ("0", None, "0.00001", None, False), ("2", None, "-2", None, True),
        ("2", None, "2.1", None, False), ("2", "10", "2", "5", True), ("2", "9.99", "2", "5", False),
        ("2", "10", "1", None, True),
    ],
)  # fmt: skip
def test_tolerance(percent: str, value: str | None, variance: str, price: str | None, fits: bool) -> None:
    limit = None if value is None else Decimal(value)
    cost = None if price is None else Decimal(price)
    assert Tolerance(Decimal(percent), limit).allows(Decimal(variance), Decimal(100), cost) is fits


def test_who_may_enter_what() -> None:
    zero = Expected(Decimal(0), 0)
    counting = LineState(LineStatus.COUNTED, 1, SessionStatus.COUNTING)
    again = LineState(LineStatus.RECOUNT, 2, SessionStatus.REVIEW)
    ann, bob = Taken(1, 1, Decimal(4), zero), Taken(2, 1, Decimal(4), zero)
    may_enter("single", [ann], ann, counting, other_recounter=True)
    may_enter("sum", [ann], bob, counting, other_recounter=True)
    may_enter("double", [ann], bob, counting, other_recounter=True)
    may_enter("single", [ann], Taken(1, 2, Decimal(4), zero), again, other_recounter=False)
    for mode, entries, new, line in (
        ("single", [ann], bob, counting), ("double", [ann, bob], Taken(3, 1, Decimal(4), zero), counting),
        ("single", [ann], Taken(1, 2, Decimal(4), zero), again), ("single", [ann], ann, again),
        ("single", [], ann, LineState(LineStatus.OPEN, 1, SessionStatus.REVIEW)),
        ("single", [], ann, LineState(LineStatus.OPEN, 1, SessionStatus.CANCELLED)),
        ("single", [], ann, LineState(LineStatus.OPEN, 1, SessionStatus.COUNTING, serialized=True)),
        ("single", [ann], Taken(1, 1, Decimal(-5), zero, adds=True), counting),
        ("single", [], Taken(1, 1, Decimal(4_006_381_333), zero), counting),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            may_enter(mode, entries, new, line, other_recounter=True)


def test_classes_by_usage_value() -> None:
    usage = {1: Decimal(70), 2: Decimal(15), 3: Decimal(10), 4: Decimal(5), 5: Decimal(0)}
    assert abc_classes(usage) == {1: "A", 2: "A", 3: "B", 4: "C", 5: "C"}
    assert abc_classes({}) == {} and abc_classes({7: Decimal(0)}) == {7: "C"}


def test_the_sheet_is_walked_in_natural_order() -> None:
    places = ["Hall/A10", "Hall/A2", "", "Hall/A2/Box"]
    assert sorted(places, key=lambda place: sheet_key(place, "x", None, None)) == [
        "Hall/A2", "Hall/A2/Box", "Hall/A10", "",
    ]  # fmt: skip
