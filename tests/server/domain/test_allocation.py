"""The rules of promising and sending stock."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.allocation import (
    PRIORITIES,
    Candidate,
    Customer,
    Holding,
    OpenLine,
    auto_allocate,
    check_change,
    may_be_taken,
    promise,
    send,
)
from server.domain.errors import InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode, StockStatus
from server.domain.stock import By, Item

BY = By(1, datetime(2026, 5, 1, tzinfo=UTC))
TO = Customer(order=7, pk=3, name="Acme")


def held(pk: int = 1, quantity: Any = 12, promised: Any = 0, **values: Any) -> Holding:
    facts = {name: values.pop(name) for name in ("tested", "expired") if name in values}
    item = Item(**{"pk": pk, "part": 5, "quantity": Decimal(quantity), "salable": True, **values})
    return Holding(item, Decimal(promised), **facts)


# ------------------------------------------------------------------------------------------------- by hand


def test_what_is_promised_is_no_longer_free() -> None:
    once = promise(held(quantity=12), Decimal(7))
    assert once.free == 5
    with pytest.raises(InsufficientStock) as refused:
        promise(once, Decimal(6))
    assert refused.value.errors == {"quantity": ["Available quantity (5) exceeded"]}
    assert promise(once, Decimal(5)).free == 0


def test_more_promised_than_there_is_leaves_nothing_free() -> None:
    assert held(quantity=3, promised=5).free == 0


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_promise_of_nothing_is_refused(quantity: str) -> None:
    for refuse in (promise, check_change):
        with pytest.raises(InvalidInput, match="quantity"):
            refuse(held(), Decimal(quantity))


def test_a_serialized_item_is_one() -> None:
    one = held(quantity=1, serial="A1")
    for refuse in (promise, check_change):
        with pytest.raises(InvalidInput, match="Quantity must be 1 for serialized stock item"):
            refuse(one, Decimal("0.5"))
    assert promise(one, Decimal(1)).free == 0


@pytest.mark.parametrize(
    ("holding", "text"),
    [
        (held(customer=4), "not in stock"),
        (held(belongs_to=4), "not in stock"),
        (held(consumed_by=4), "not in stock"),
        (held(is_building=True), "not in stock"),
        (held(tested=False), "has not passed all required tests"),
        (held(expired=True, expiry_date=date(2026, 1, 1)), "has expired on 2026-01-01"),
    ],
)
def test_what_may_not_be_sold_is_not_promised(holding: Holding, text: str) -> None:
    for refuse in (promise, check_change):
        with pytest.raises(WrongState, match=text):
            refuse(holding, Decimal(1))


def test_a_change_is_refused_with_the_figures() -> None:
    with pytest.raises(InsufficientStock, match=r"over-allocated: 5 of 12 are free"):
        check_change(held(quantity=12, promised=7), Decimal(6))
    with pytest.raises(InsufficientStock, match=r"cannot exceed stock quantity \(12\)"):
        check_change(held(quantity=12), Decimal(13))
    check_change(held(quantity=12, promised=7), Decimal(5))


# ------------------------------------------------------------------------------------------------- of itself


def lying(pk: int = 1, quantity: Any = 12, **values: Any) -> Candidate:
    free = values.pop("free", quantity)
    facts = {
        "part": 5, "location": None, "serial": None, "status": StockStatus.OK, "salable": True, "expiry_date": None,
        "touched": None,
    }  # fmt: skip
    return Candidate(pk=pk, quantity=Decimal(quantity), free=Decimal(free), **(facts | values))


def test_the_server_takes_no_stock_that_somebody_must_look_at() -> None:
    assert may_be_taken(lying())
    assert not may_be_taken(lying(status=StockStatus.QUARANTINED))
    assert not may_be_taken(lying(salable=False))
    assert not may_be_taken(lying(quantity=3, free=0))
    assert not may_be_taken(lying(), serialized="serialized")
    assert may_be_taken(lying(quantity=1, serial="1"), serialized="serialized")
    assert not may_be_taken(lying(quantity=1, serial="1"), serialized="unserialized")
    fresh = lying(expiry_date=date(2026, 5, 1))
    assert may_be_taken(fresh, good_until=date(2026, 5, 1))
    assert not may_be_taken(fresh, good_until=date(2026, 5, 2))
    assert may_be_taken(lying(), good_until=date(2026, 5, 2))


def wants(missing: Any = 10, *parts: int, pk: int = 1) -> OpenLine:
    return OpenLine(pk, Decimal(missing), frozenset(parts or {5}))


def moment(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


STORE = [
    lying(1, 4, touched=moment(3), expiry_date=date(2027, 1, 1), location=1),
    lying(2, 9, touched=moment(1), expiry_date=date(2026, 6, 1), location=2),
    lying(3, 2, touched=moment(2), expiry_date=None, location=1),
    lying(4, 6, touched=None, expiry_date=date(2026, 9, 1), location=1),
]


@pytest.mark.parametrize(
    ("priority", "first"),
    [
        ("updated", [4, 2]), ("-updated", [1, 3, 2]), ("quantity", [3, 1, 4]), ("-quantity", [2, 4]),
        ("expiry_date", [2, 4]),
    ],
)  # fmt: skip
def test_stock_is_taken_in_the_order_of_its_priority(priority: str, first: list[int]) -> None:
    made = auto_allocate([wants(10)], reversed(STORE), priority=priority)
    assert [each.item for each in made] == first
    assert sum(each.quantity for each in made) == 10


def test_lines_share_what_there_is() -> None:
    made = auto_allocate([wants(15, pk=1), wants(10, pk=2)], STORE)
    by_line = {line: sum(each.quantity for each in made if each.line == line) for line in (1, 2)}
    assert by_line == {1: 15, 2: 6}


def test_all_of_a_line_comes_from_one_place_when_stock_is_not_to_be_mixed() -> None:
    made = auto_allocate([wants(10)], STORE, interchangeable=False)
    assert {each.item for each in made} <= {1, 3, 4}
    assert sum(each.quantity for each in made) == 10
    assert auto_allocate([wants(13)], STORE, interchangeable=False) == []


def test_variants_will_do() -> None:
    variant = lying(9, 3, part=6, touched=moment(1))
    made = auto_allocate([wants(5, 5, 6)], [lying(1, 4, touched=moment(2)), variant])
    assert [(each.item, int(each.quantity)) for each in made] == [(9, 3), (1, 2)]


QUANTITIES = st.decimals(0, 50, places=2)


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.tuples(QUANTITIES, QUANTITIES, st.integers(1, 3)), max_size=6), st.lists(QUANTITIES, max_size=5),
    st.sampled_from(sorted(PRIORITIES)), st.booleans(),
)  # fmt: skip
def test_never_more_than_is_free_and_never_more_than_is_missing(
    stock: list[tuple[Decimal, Decimal, int]], missing: list[Decimal], priority: str, interchangeable: bool
) -> None:
    store = [
        lying(pk, quantity, free=max(quantity - promised, Decimal(0)), location=place)
        for pk, (quantity, promised, place) in enumerate(stock, 1)
    ]
    lines = [wants(much, pk=pk) for pk, much in enumerate(missing, 1)]
    made = auto_allocate(lines, store, priority=priority, interchangeable=interchangeable)
    assert all(each.quantity > 0 for each in made)
    for item in store:
        assert sum(each.quantity for each in made if each.item == item.pk) <= item.free
    for line in lines:
        assert sum(each.quantity for each in made if each.line == line.pk) <= line.missing
    if interchangeable:
        free, wanted = sum(one.free for one in store), sum(missing, Decimal(0))
        assert sum(each.quantity for each in made) == min(free, wanted)


# ------------------------------------------------------------------------------------------------- sending


def test_a_part_of_an_item_is_split_from_it_and_sent() -> None:
    item = replace(held(quantity=10).item, location=4)
    rest, sent = send(item, Decimal(3), TO, -1, BY)
    assert rest.item.quantity == 7
    assert (rest.item.location, rest.item.customer) == (4, None)
    gone = sent.item
    assert gone.quantity == 3
    assert (gone.location, gone.customer, gone.sales_order, gone.parent) == (None, 3, 7, 1)
    assert [entry.code for entry in sent.entries] == [
        StockHistoryCode.SPLIT_FROM_PARENT, StockHistoryCode.SHIPPED_AGAINST_SALES_ORDER,
    ]  # fmt: skip
    assert sent.entries[-1].deltas == {"quantity": 3.0, "salesorder": 7, "customer": 3, "customer_name": "Acme"}


def test_the_whole_item_goes_as_it_is() -> None:
    (sent,) = send(held(quantity=3).item, Decimal(3), TO, -1, BY)
    assert (sent.item.pk, sent.item.sales_order) == (1, 7)


def test_an_empty_item_stays_for_those_to_whom_it_is_promised_too() -> None:
    rest, sent = send(held(quantity=3).item, Decimal(3), TO, -1, BY, promised_to_others=True)
    assert (rest.item.pk, rest.item.customer, sent.item.pk) == (1, None, -1)
    assert [rest.item.quantity, sent.item.quantity] == [0, 3]


def test_nothing_is_sent_that_is_not_there() -> None:
    with pytest.raises(InsufficientStock, match="Stock item 1 holds 2 of the 4 allocated"):
        send(held(quantity=2).item, Decimal(4), TO, -1, BY)
    with pytest.raises(WrongState, match="Stock item 1 is not in stock any more"):
        send(held(quantity=4, sales_order=9).item, Decimal(4), TO, -1, BY)
