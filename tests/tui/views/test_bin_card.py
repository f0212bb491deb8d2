"""The bin card's arithmetic."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.views.bin_card import BinCard, make_card

CREATED, COUNTED, ADDED, REMOVED, MOVED, SPLIT_FROM, SPLIT_OFF, SENT, RETURNED = 1, 10, 11, 12, 20, 40, 42, 100, 105


def entry(pk: int, kind: int, item: int | None = 1, **deltas: Any) -> dict[str, Any]:
    return {"pk": pk, "item": item, "tracking_type": kind, "deltas": deltas, "date": "2026-01-02 10:00", "label": ""}


def card(entries: list[dict[str, Any]], on_hand: float, item: int = 1) -> BinCard:
    return make_card(entries, {item: Decimal(str(on_hand))})


def changes(card: BinCard) -> list[tuple[int, int]]:
    """(change, balance) of each line, oldest first."""
    return [(int(line.change), int(line.balance)) for line in reversed(card.lines)]


def test_a_whole_history_runs_from_nothing_to_what_is_on_hand() -> None:
    result = card(
        [
            entry(1, CREATED, quantity=10.0),
            entry(2, ADDED, added=5.0, quantity=15.0),
            entry(3, MOVED, location=2),
            entry(4, REMOVED, removed=3.0, quantity=12.0),
            entry(5, COUNTED, quantity=11.0),
        ],
        11,
    )
    assert changes(result) == [(10, 10), (5, 15), (0, 15), (-3, 12), (-1, 11)]
    assert result.complete
    assert result.lines[0].counted == 11


def test_the_order_of_entries_is_that_of_their_keys() -> None:
    result = card([entry(2, ADDED, added=5.0, quantity=15.0), entry(1, CREATED, quantity=10.0)], 15)
    assert changes(result) == [(10, 10), (5, 15)]


def test_a_history_that_begins_late_has_an_opening_balance() -> None:
    result = card([entry(7, REMOVED, removed=4.0, quantity=6.0)], 6)
    assert result.opening == 10
    assert not result.complete


def test_what_no_entry_explains_is_a_line_of_its_own() -> None:
    result = card([entry(1, CREATED, quantity=10.0), entry(2, ADDED, added=1.0, quantity=20.0)], 20)
    assert changes(result) == [(10, 10), (9, 19), (1, 20)]
    assert [line.gap for line in reversed(result.lines)] == [False, True, False]
    assert result.unexplained == 1


def test_a_difference_at_the_end_is_shown() -> None:
    result = card([entry(1, CREATED, quantity=10.0)], 7)
    assert changes(result) == [(10, 10), (-3, 7)]
    assert not result.complete


def test_an_item_sent_to_a_customer_leaves_and_comes_back() -> None:
    result = card([entry(1, CREATED, quantity=4.0), entry(2, SENT, customer=3), entry(3, RETURNED, customer=3)], 4)
    assert changes(result) == [(4, 4), (-4, 0), (4, 4)]
    assert result.complete


def test_a_split_changes_nothing_for_the_part() -> None:
    result = make_card(
        [
            entry(1, CREATED, 1, quantity=10.0),
            entry(2, SPLIT_OFF, 1, removed=4.0, quantity=6.0, stockitem=2),
            entry(3, SPLIT_FROM, 2, quantity=4.0, stockitem=1),
        ],
        {1: Decimal(6), 2: Decimal(4)},
    )
    assert changes(result) == [(10, 10), (-4, 6), (4, 10)]
    assert result.complete


def test_items_without_history_are_the_opening_balance() -> None:
    result = make_card([], {1: Decimal(5), 2: Decimal(3)})
    assert not result.lines
    assert (result.opening, result.on_hand) == (Decimal(8), Decimal(8))
    assert not result.complete


def test_entries_of_deleted_items_end_in_nothing() -> None:
    result = make_card(
        [entry(1, ADDED, None, added=5.0, quantity=5.0), entry(2, REMOVED, None, removed=5.0, quantity=0.0)], {}
    )
    assert changes(result) == [(5, 5), (-5, 0)]


@pytest.mark.parametrize(
    ("deltas", "document"),
    [
        ({"purchaseorder": 2}, "PO #2"),
        ({"purchaseorder": 2, "purchaseorder_detail": {"reference": "PO-0002"}}, "PO-0002"),
        ({"buildorder": 11}, "BO #11"),
        ({}, ""),
    ],
)
def test_the_document_is_named(deltas: dict[str, Any], document: str) -> None:
    assert card([entry(1, 70, quantity=1.0, **deltas)], 1).lines[0].document == document


@given(st.lists(st.tuples(st.sampled_from((COUNTED, ADDED, REMOVED, MOVED)), st.integers(0, 50)), max_size=30))
def test_any_recorded_history_ends_in_the_quantity_on_hand(moves: list[tuple[int, int]]) -> None:
    quantity = 10
    entries = [entry(1, CREATED, quantity=10.0)]
    for number, (kind, amount) in enumerate(moves, start=2):
        if kind == COUNTED:
            quantity = amount
            entries.append(entry(number, COUNTED, quantity=float(amount)))
        elif kind == ADDED:
            quantity += amount
            entries.append(entry(number, ADDED, added=float(amount), quantity=float(quantity)))
        elif kind == REMOVED:
            amount = min(amount, quantity)
            quantity -= amount
            entries.append(entry(number, REMOVED, removed=float(amount), quantity=float(quantity)))
        else:
            entries.append(entry(number, MOVED, location=amount))
    result = card(entries, quantity)
    assert result.complete
    assert result.lines[0].balance == quantity
    assert sum(line.change for line in result.lines) == quantity
