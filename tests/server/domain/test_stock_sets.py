"""The rules for several items at once."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode, StockStatus
from server.domain.stock import Adjustment, By, Item, State
from server.domain.stock_sets import (
    absorb,
    alike,
    assign,
    convert,
    give_back,
    install,
    merge,
    mergeable,
    serialize,
    shared_cost,
    take_apart,
    uninstall,
)

BY = By(user=5, now=datetime(2026, 11, 22, tzinfo=UTC))


def item(pk: int = 1, quantity: str = "10", **more: Any) -> Item:
    return Item(pk=pk, part=3, quantity=Decimal(quantity), **{"location": 4, **more})


def test_a_merger_keeps_the_first_and_empties_the_others() -> None:
    base, left = merge(item(1, "10"), [item(2, "4.5")], 6, BY)
    assert (base.item.quantity, base.item.location, left.item.quantity) == (Decimal("14.5"), 6, Decimal(0))
    assert base.entries[0].deltas == {"quantity": 14.5, "added": 4.5, "location": 6, "old_location": 4}
    assert left.entries[0].deltas == {"removed": 4.5, "quantity": 0.0, "stockitem": 1}


@pytest.mark.parametrize(
    ("other", "text"),
    [
        ({"part": 9}, "Stock items must refer to the same part"),
        ({"supplier_part": 2}, "Stock items must refer to the same supplier part"),
        ({"status": 50}, "Stock status codes must match"),
    ],
)
def test_only_what_is_of_one_kind_is_merged(other: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        merge(item(1), [replace(item(2), **other)], 4, BY)
    assert refused.value.errors == {"non_field_errors": [text]}


def test_mismatched_suppliers_and_states_are_merged_when_allowed() -> None:
    base, _ = merge(item(1), [item(2, supplier_part=3, status=50)], 4, BY, any_supplier=True, any_status=True)
    assert base.item.quantity == 20


def test_the_merged_price_is_the_average_by_quantity() -> None:
    priced = {"purchase_price_currency": "EUR"}
    base, _ = merge(
        item(1, "10", purchase_price=Decimal(1), **priced), [item(2, "30", purchase_price=Decimal(2), **priced)], 4, BY
    )
    assert base.item.purchase_price == Decimal("1.75")


def test_prices_in_other_currencies_do_not_count() -> None:
    base, _ = merge(
        item(1, "10", purchase_price=Decimal(1), purchase_price_currency="EUR"),
        [item(2, "30", purchase_price=Decimal(2), purchase_price_currency="USD")], 4, BY,
    )  # fmt: skip
    assert (base.item.purchase_price, base.item.purchase_price_currency) == (Decimal(1), "EUR")


@pytest.mark.parametrize(
    "state", [{"sales_order": 1}, {"belongs_to": 9}, {"customer": 4}, {"is_building": True}, {"serial": "5"}]
)
def test_what_is_sold_installed_in_work_or_serialized_is_not_merged(state: dict[str, Any]) -> None:
    with pytest.raises(WrongState):
        mergeable(item(1, **state), contains_others=False)
    with pytest.raises(WrongState):
        mergeable(item(1), contains_others=True)


def test_arriving_stock_goes_to_stock_of_the_same_kind_only() -> None:
    arriving = item(1, batch=None, packaging=None)
    assert alike(arriving, item(2, batch="", packaging=""))
    for other in (
        item(2, batch="B"), item(2, packaging="Box"), item(2, status=50), item(2, supplier_part=1), item(2, serial="1"),
        item(2, customer=1), item(2, "0"), arriving,
    ):  # fmt: skip
        assert not alike(arriving, other)


def test_absorbing_tells_both_histories() -> None:
    target, rest = absorb(item(2, "5"), item(1, "10"), Decimal(4), BY)
    assert (target.item.quantity, rest.item.quantity) == (Decimal(9), Decimal(6))
    assert target.entries[0].deltas == {"quantity": 9.0, "added": 4.0, "stockitem": 1}
    assert rest.entries[0].code == StockHistoryCode.SPLIT_CHILD_ITEM
    with pytest.raises(InsufficientStock):
        absorb(item(2, "5"), item(1, "10"), Decimal(11), BY)


def test_assigned_stock_leaves_its_location_and_comes_back() -> None:
    sent = assign(item(1, "1", salable=True, serial="3"), 4, "A customer", BY)
    assert (sent.item.customer, sent.item.location, sent.item.in_stock) == (4, None, False)
    assert sent.entries[0].deltas == {"quantity": 1.0, "customer": 4, "customer_name": "A customer"}
    back = give_back(sent.item, 1, "A customer", BY, Adjustment(State(75)))
    assert (back.item.customer, back.item.location, back.item.status) == (None, 1, 75)
    assert back.entries[0].code == StockHistoryCode.RETURNED_TO_STOCK
    assert back.entries[0].deltas["location"] == 1


def test_only_salable_stock_that_is_here_is_assigned() -> None:
    with pytest.raises(WrongState):
        assign(item(1, salable=False), 4, "A customer", BY)
    with pytest.raises(WrongState):
        assign(item(1, salable=True, status=StockStatus.LOST), 4, "A customer", BY)


def test_serializing_makes_one_item_for_each_number() -> None:
    rest, pieces = serialize(item(1, "5"), ["B2", "B3"], [-1, -2], 9, BY)
    assert rest.item.quantity == 3
    assert [(piece.item.serial, piece.item.serial_int, piece.item.quantity) for piece in pieces] == [
        ("B2", 2, Decimal(1)), ("B3", 3, Decimal(1)),
    ]  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        serialize(item(1, "1"), ["1", "2"], [-1, -2], 9, BY)
    assert refused.value.errors == {"quantity": ["Quantity must not exceed available stock quantity (1.00000)"]}


def test_installing_and_uninstalling_tell_both_histories() -> None:
    inside, parent = install(item(1), item(2), BY)
    assert inside.item.belongs_to == 2
    assert (inside.entries[0].code, parent.entries[0].code) == (30, 35)
    outside, parent = uninstall(inside.item, item(2), 9, BY)
    assert (outside.item.belongs_to, outside.item.location) == (None, 9)
    assert (outside.entries[0].code, parent.entries[0].code) == (31, 36)


def test_converting_tells_the_part() -> None:
    assert convert(item(1), 3, BY).entries == ()
    assert convert(item(1), 8, BY).entries[0].deltas == {"part": 8, "old_part": 3}


def test_taking_apart_uses_up_the_assembly() -> None:
    rest, made = take_apart(item(1, "5"), Decimal(2), [replace(item(-1, "8"), part=7)], BY)
    assert rest.item.quantity == 3
    assert made[0].entries[0].deltas == {"stockitem": 1, "quantity": 8.0, "location": 4, "status": 10}
    with pytest.raises(InvalidInput):
        take_apart(item(1, "5"), Decimal(6), [], BY)
    with pytest.raises(InvalidInput):
        take_apart(item(1, "5"), Decimal(0), [], BY)


def test_the_cost_of_an_assembly_is_spread_over_what_comes_out() -> None:
    assert shared_cost(Decimal(12), Decimal(2), [Decimal(4), Decimal(2)]) == Decimal(4)
    assert shared_cost(None, Decimal(2), [Decimal(4)]) is None
    assert shared_cost(Decimal(12), Decimal(2), []) is None
