"""The rules for one stock item."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import Conflict, InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode, StockStatus
from server.domain.stock import (
    Adjustment,
    By,
    Item,
    State,
    add,
    change_status,
    check_expected,
    count,
    edited,
    is_used_up,
    move,
    remove,
    split,
)

BY = By(user=5, now=datetime(2026, 11, 22, 13, 52, tzinfo=UTC))


def item(quantity: str = "10", **more: Any) -> Item:
    return Item(pk=1, part=3, quantity=Decimal(quantity), **{"location": 4, "status": StockStatus.OK, **more})


def test_a_count_sets_the_quantity_and_tells_the_history() -> None:
    change = count(item("10"), Decimal("7.5"), BY)
    assert change.item.quantity == Decimal("7.5")
    (entry,) = change.entries
    assert (entry.code, dict(entry.deltas)) == (StockHistoryCode.STOCK_COUNT, {"quantity": 7.5})


def test_a_count_that_confirms_the_record_is_stamped_with_date_and_user() -> None:
    change = count(item("10", stocktake_date=date(2020, 1, 1), stocktake_user=2), Decimal(10), BY)
    assert (change.item.stocktake_date, change.item.stocktake_user) == (date(2026, 11, 22), 5)
    assert len(change.entries) == 1


def test_a_count_elsewhere_moves_the_item() -> None:
    change = count(item("10"), Decimal(10), BY, location=9)
    assert change.item.location == 9
    assert dict(change.entries[0].deltas) == {"location": 9, "old_location": 4, "quantity": 10.0}


def test_a_count_takes_status_batch_and_packaging_along() -> None:
    change = count(item("10"), Decimal(7), BY, adjustment=Adjustment(State(50), batch="NEW", packaging="Box"))
    assert (change.item.status, change.item.batch, change.item.packaging) == (50, "NEW", "Box")
    assert dict(change.entries[0].deltas) == {
        "status": 50, "status_logical": 50, "old_status": 10, "old_status_logical": 10, "batch": "NEW",
        "packaging": "Box", "quantity": 7.0,
    }  # fmt: skip


def test_a_custom_status_is_kept_beside_its_logical_one() -> None:
    change = change_status(item(), State(10, custom=110), BY)
    assert (change.item.status, change.item.status_custom_key) == (10, 110)
    assert change.entries[0].deltas["status"] == 110
    assert change.entries[0].deltas["status_logical"] == 10


def test_a_serialized_item_stays_one_whatever_is_counted_added_or_removed() -> None:
    serialized = item("1", serial="7")
    assert count(serialized, Decimal(5), BY).item.quantity == 1
    assert count(serialized, Decimal(0), BY).item.quantity == 1
    assert add(serialized, Decimal(1), BY).entries == ()
    assert remove(serialized, Decimal(1), BY).item == serialized
    assert count(serialized, Decimal(1), BY).item.delete_on_deplete is False


def test_adding_and_removing_say_what_came_and_what_there_is() -> None:
    assert dict(add(item("8"), Decimal(5), BY).entries[0].deltas) == {"added": 5.0, "quantity": 13.0}
    assert dict(remove(item("13"), Decimal(3), BY).entries[0].deltas) == {"removed": 3.0, "quantity": 10.0}


def test_adding_nothing_leaves_no_entry() -> None:
    assert add(item(), Decimal(0), BY).entries == ()


def test_adding_nothing_but_a_batch_is_an_update() -> None:
    change = add(item(), Decimal(0), BY, Adjustment(batch="B2"))
    assert change.item.batch == "B2"
    assert change.entries[0].code == StockHistoryCode.STOCK_UPDATE


def test_removing_more_than_there_is_is_refused_with_the_figures() -> None:
    with pytest.raises(InsufficientStock) as refused:
        remove(item("5"), Decimal(100), BY)
    assert refused.value.errors == {"quantity": ["Only 5 of 100 available."]}


def test_a_fraction_of_a_tracked_part_is_refused() -> None:
    with pytest.raises(InvalidInput):
        count(item("5", trackable=True), Decimal("2.5"), BY)
    with pytest.raises(InvalidInput):
        remove(item("5", trackable=True), Decimal("0.5"), BY)


def test_moving_tells_where_from_and_where_to() -> None:
    change = move(item(), 9, BY)
    assert change.item.location == 9
    assert change.entries[0].code == StockHistoryCode.STOCK_MOVE
    assert dict(change.entries[0].deltas) == {"location": 9, "old_location": 4}


def test_moving_to_where_it_is_is_an_update() -> None:
    assert move(item(), 4, BY).entries[0].code == StockHistoryCode.STOCK_UPDATE


@pytest.mark.parametrize(
    "away",
    [
        {"quantity": "0"},
        {"customer": 4},
        {"belongs_to": 9},
        {"sales_order": 2},
        {"consumed_by": 1},
        {"is_building": True},
    ],
)
def test_what_is_not_here_cannot_be_moved(away: dict[str, Any]) -> None:
    with pytest.raises(WrongState):
        move(item(**away), 9, BY)
    assert move(item(**away), 9, BY, anything=True).item.location == 9


def test_rejected_goods_can_be_moved_although_they_are_not_in_stock() -> None:
    rejected = item(status=StockStatus.REJECTED)
    assert not rejected.in_stock
    assert move(rejected, 9, BY).item.location == 9


def test_a_split_leaves_the_rest_and_makes_a_child() -> None:
    rest, piece = split(item("10"), Decimal("2.5"), -1, BY, location=9)
    assert (rest.item.quantity, piece.item.quantity) == (Decimal("7.5"), Decimal("2.5"))
    assert (piece.item.parent, piece.item.location, piece.item.pk) == (1, 9, -1)
    assert dict(rest.entries[0].deltas) == {"removed": 2.5, "quantity": 7.5, "stockitem": -1}
    assert dict(piece.entries[0].deltas) == {"stockitem": 1, "quantity": 2.5}


def test_an_edit_by_hand_tells_what_balances_need() -> None:
    before = item("10")
    assert edited(before, replace(before, packaging="Tray")).entries == ()
    (entry,) = edited(before, replace(before, quantity=Decimal(77), location=6, status=55)).entries
    assert entry.code == StockHistoryCode.EDITED
    assert entry.deltas["quantity"] == 77.0
    assert (entry.deltas["location"], entry.deltas["old_location"]) == (6, 4)
    assert (entry.deltas["status"], entry.deltas["old_status"]) == (55, 10)


def test_what_changed_since_it_was_seen_is_a_conflict_with_the_true_figure() -> None:
    check_expected(item("7"), None)
    check_expected(item("7"), Decimal("7.00000"))
    with pytest.raises(Conflict) as conflict:
        check_expected(item("7"), Decimal(10))
    assert conflict.value.errors["quantity"] == 7.0
    assert "Expected 10, but there are 7" in conflict.value.errors["expected"][0]


def test_only_what_nothing_holds_goes_when_it_is_used_up() -> None:
    empty = item("0")
    assert is_used_up(empty, held=False)
    assert not is_used_up(empty, held=True)
    assert not is_used_up(replace(empty, delete_on_deplete=False), held=False)
    assert not is_used_up(item("1"), held=False)
