"""What a history of stock says of the demand, and of the days without stock."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.domain.demand import bucket_starts, next_start, start_of
from server.domain.demand_flows import Entry, Interval, Standing, demand_by_day, flows, stock_outs
from server.domain.status import StockHistoryCode as Code

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SHELF, BIN = 5, 6


def at(day: float) -> datetime:
    return BEGIN + timedelta(days=day)


def told(day: float, code: Code, item: int | None = 1, **deltas: Any) -> Entry:
    return Entry(item, at(day), int(code), deltas)


def there(quantity: float, location: int = SHELF, *, here: bool = True) -> Standing:
    return Standing(Decimal(str(quantity)), location, here)


def wanted(entries: list[Entry], standing: dict[int, Standing]) -> dict[tuple[int, int], tuple[float, float, float]]:
    """(location, day of the history) to (sold, consumed, lost)."""
    days = demand_by_day(flows(entries, standing))
    return {
        (place, (day - BEGIN.date()).days): (float(one.sold), float(one.consumed), float(one.lost))
        for (place, day), one in days.items()
    }


def test_removals_are_consumption_and_missing_counts_are_losses() -> None:
    entries = [
        told(0, Code.CREATED, quantity=10.0, location=SHELF, status=10),
        told(1, Code.STOCK_REMOVE, removed=3.0, quantity=7.0),
        told(2, Code.STOCK_COUNT, quantity=5.0),
        told(3, Code.STOCK_COUNT, quantity=6.0),
        told(4, Code.STOCK_ADD, added=4.0, quantity=10.0),
        told(5, Code.STOCK_MOVE, location=BIN, old_location=SHELF),
        told(6, Code.BUILD_CONSUMED, removed=1.0, quantity=9.0),
        told(7, Code.EDITED, status=70),
    ]
    assert wanted(entries, {1: there(9, BIN, here=False)}) == {
        (SHELF, 1): (0, 3, 0), (SHELF, 2): (0, 0, 2), (BIN, 6): (0, 1, 0), (BIN, 7): (0, 0, 9),
    }  # fmt: skip


def test_what_is_shipped_is_sold_and_what_comes_back_is_taken_off() -> None:
    entries = [
        told(0, Code.RECEIVED_AGAINST_PURCHASE_ORDER, quantity=10.0, location=SHELF, status=10),
        told(1, Code.SPLIT_CHILD_ITEM, removed=4.0, quantity=6.0, stockitem=2),
        told(1, Code.SPLIT_FROM_PARENT, 2, stockitem=1, quantity=4.0),
        told(1, Code.SHIPPED_AGAINST_SALES_ORDER, 2, quantity=4.0, salesorder=1),
        told(3, Code.SENT_TO_CUSTOMER, quantity=6.0, customer=3),
        told(5, Code.RETURNED_AGAINST_RETURN_ORDER, 2, quantity=4.0, location=BIN, status=85),
    ]
    standing = {1: there(6, here=False), 2: there(4, BIN)}
    assert wanted(entries, standing) == {(SHELF, 1): (4, 0, 0), (SHELF, 3): (6, 0, 0), (BIN, 5): (-4, 0, 0)}
    assert stock_outs(flows(entries, standing)) == [
        Interval(0, at(3), at(5)), Interval(SHELF, at(3), None),
    ]  # fmt: skip


def test_days_without_stock_are_known_though_the_items_are_gone() -> None:
    entries = [
        told(0, Code.RECEIVED_AGAINST_PURCHASE_ORDER, None, quantity=5.0, location=SHELF),
        told(0, Code.RECEIVED_AGAINST_PURCHASE_ORDER, None, quantity=2.0, location=BIN),
        told(2, Code.STOCK_REMOVE, None, removed=5.0, quantity=0.0),
        told(3, Code.STOCK_COUNT, None, removed=2.0, quantity=0.0),
        told(6, Code.CREATED, 9, quantity=1.0, location=SHELF, status=10),
    ]
    found = flows(entries, {9: there(1)})
    assert stock_outs(found) == [
        Interval(0, at(3), at(6)), Interval(SHELF, at(2), at(6)), Interval(BIN, at(3), None),
    ]  # fmt: skip
    assert wanted(entries, {9: there(1)}) == {(SHELF, 2): (0, 5, 0), (BIN, 3): (0, 0, 2)}


def test_a_silent_history_is_filled_from_what_is_there_now() -> None:
    entries = [told(0, Code.CREATED, status=10, location=SHELF), told(9, Code.STOCK_REMOVE, removed=1.0, quantity=4.0)]
    found = flows(entries, {1: there(4)})
    assert sum((flow.change for flow in found), Decimal(0)) == 4 and stock_outs(found) == []
    assert wanted(entries, {1: there(4)}) == {(SHELF, 9): (0, 1, 0)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "count", "move", "ship"]), st.integers(0, 9), st.sampled_from([SHELF, BIN])
    ),
    max_size=30,
)


@given(STEPS, st.booleans())
def test_the_balance_ends_as_it_is_and_demand_is_what_left(steps: list[tuple[str, int, int]], gone: bool) -> None:
    quantity, place, shipped, used, lost = Decimal(10), SHELF, Decimal(0), Decimal(0), Decimal(0)
    entries = [told(0, Code.CREATED, quantity=10.0, location=SHELF, status=10)]
    for number, (what, much, where) in enumerate(steps, start=1):
        if what == "add":
            quantity += much
            entries.append(told(number, Code.STOCK_ADD, added=float(much), quantity=float(quantity)))
        elif what == "remove":
            much = min(much, int(quantity))
            quantity -= much
            used += much
            entries.append(told(number, Code.STOCK_REMOVE, removed=float(much), quantity=float(quantity)))
        elif what == "count":
            lost += max(Decimal(0), quantity - much)
            quantity = Decimal(much)
            entries.append(told(number, Code.STOCK_COUNT, quantity=float(much)))
        elif what == "move":
            entries.append(told(number, Code.STOCK_MOVE, location=where, old_location=place))
            place = where
        else:
            much = min(much, int(quantity))
            quantity -= much
            shipped += much
            piece = 100 + number
            entries += [
                told(number, Code.SPLIT_CHILD_ITEM, removed=float(much), quantity=float(quantity), stockitem=piece),
                told(number, Code.SPLIT_FROM_PARENT, piece, stockitem=1, quantity=float(much)),
                told(number, Code.SHIPPED_AGAINST_SALES_ORDER, piece, quantity=float(much)),
            ]
    standing = {} if gone else {1: there(float(quantity), place)}
    found = flows(entries, standing)
    assert sum((flow.change for flow in found), Decimal(0)) == (0 if gone else quantity)
    days = demand_by_day(found).values()
    assert sum((one.sold for one in days), Decimal(0)) == shipped
    assert sum((one.consumed for one in days), Decimal(0)) == used
    assert sum((one.lost for one in days), Decimal(0)) == lost


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.sampled_from(["day", "week", "month"]))
def test_buckets_are_whole_and_follow_each_other(since: date, days: int, span: Any) -> None:
    until = since + timedelta(days=days)
    starts = list(bucket_starts(since, until, span))
    for start in starts:
        assert since <= start == start_of(start, span) and next_start(start, span) <= until
    assert starts[1:] == [next_start(start, span) for start in starts[:-1]]
    assert start_of(until, span) == (next_start(starts[-1], span) if starts else start_of(until, span))
