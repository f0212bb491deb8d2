"""What a stock action would change, and what speaks against it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.api_models import Location, StatusChoice, StockItem
from tui.stock_actions.preview import (
    Entry,
    Kind,
    Line,
    preview_add,
    preview_count,
    preview_merge,
    preview_move,
    preview_remove,
    preview_split,
    preview_status,
    renewed,
)

SHELF = Location(1, "Shelf", "Hall/Shelf")
BENCH = Location(2, "Bench", "Hall/Bench")
HALL = Location(3, "Hall", "Hall", structural=True)
BOLTS = StockItem(
    pk=7, part=70, part_name="Bolt", quantity=Decimal(5), location=1, location_path="Hall/Shelf", status_text="OK"
)
PUMP = replace(BOLTS, pk=8, part=80, part_name="Pump", quantity=Decimal(1), serial="12")
DAMAGED = StatusChoice(55, "Damaged")


def some(item: StockItem, amount: str | int) -> list[Entry]:
    return [(item, Decimal(amount))]


def figures(line: Line) -> tuple[float, float, float]:
    return float(line.before), float(line.change), float(line.after)


def test_a_count_shows_before_change_and_after() -> None:
    preview = preview_count([(BOLTS, Decimal(3)), (replace(BOLTS, pk=9), Decimal("7.5"))], notes="yearly")
    assert [figures(line) for line in preview.lines] == [(5, -2, 3), (5, 2.5, 7.5)]
    assert not preview.is_refused
    assert (preview.kind, preview.notes) == (Kind.COUNT, "yearly")


def test_a_count_that_confirms_the_record_is_posted() -> None:
    preview = preview_count(some(BOLTS, 5))
    assert preview.sent_lines == preview.lines
    assert preview.all_warnings == preview.all_refusals == []


def test_a_count_below_what_is_allocated_is_warned_about() -> None:
    preview = preview_count(some(replace(BOLTS, allocated=Decimal(4)), 3))
    assert preview.all_warnings == ["Bolt: 4 are allocated, more than the 3 counted"]


def test_a_count_of_a_slipped_key_is_warned_about() -> None:
    assert preview_count(some(BOLTS, 550)).all_warnings == ["Bolt: 110 times what is recorded: a slip of the keys?"]


def test_emptying_an_item_that_deletes_itself_is_warned_about() -> None:
    item = replace(BOLTS, delete_on_deplete=True)
    gone = ["Bolt: nothing is left, so the server deletes the item"]
    assert preview_count(some(item, 0)).all_warnings == gone
    assert preview_remove(some(item, 5)).all_warnings == gone
    # The server keeps an item that is allocated, and one that is told to stay.
    assert gone[0] not in preview_count(some(replace(item, allocated=Decimal(1)), 0)).all_warnings
    assert preview_count(some(BOLTS, 0)).all_warnings == []


def test_removing_more_than_there_is_is_refused_with_the_figures() -> None:
    preview = preview_remove(some(replace(BOLTS, units="m"), 100))
    assert preview.all_refusals == ["Bolt: 100 m cannot be removed; there are only 5 m"]
    assert preview.is_refused


def test_removing_what_is_promised_needs_a_word() -> None:
    item = replace(BOLTS, quantity=Decimal(20), allocated=Decimal(8))
    figures = "Bolt: only 12 of 20 available; 8 are allocated to orders"
    assert preview_remove(some(item, 12)).all_refusals == []
    assert preview_remove(some(item, 13)).all_refusals == [figures]
    allowed = preview_remove(some(item, 13), allow_allocated=True)
    assert (allowed.all_refusals, allowed.all_warnings) == ([], [figures])
    assert preview_remove(some(item, 21), allow_allocated=True).is_refused


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_not_posted(amount: int) -> None:
    assert preview_add(some(BOLTS, amount)).all_refusals == ["Bolt: nothing to add"]
    assert preview_remove(some(BOLTS, amount)).all_refusals == ["Bolt: nothing to remove"]
    assert preview_move(some(BOLTS, amount), BENCH).all_refusals == ["Bolt: nothing to move"]


def test_more_than_the_server_keeps_is_refused() -> None:
    assert preview_add(some(replace(BOLTS, quantity=Decimal("9999999999")), 1)).is_refused
    assert preview_count(some(BOLTS, 10**10)).is_refused


def test_one_piece_with_a_number_does_not_change_its_quantity() -> None:
    assert preview_add(some(PUMP, 1)).all_refusals == [
        "Pump #12: is one piece with a number; its quantity does not change"
    ]
    assert preview_remove(some(PUMP, 1)).is_refused
    assert preview_count(some(PUMP, 0)).all_refusals == [
        "Pump #12: is one piece with a number, not 0; if it is missing, change its status"
    ]
    assert not preview_count(some(PUMP, 1)).is_refused
    assert not preview_move(some(PUMP, 1), BENCH).is_refused
    assert preview_split(PUMP, Decimal("0.5")).is_refused


@pytest.mark.parametrize("where", ["is with a customer", "is installed in another item"])
def test_what_is_elsewhere_is_not_counted_here(where: str) -> None:
    item = replace(BOLTS, where_else=where)
    for preview in (
        preview_count(some(item, 1)),
        preview_add(some(item, 1)),
        preview_remove(some(item, 1)),
        preview_move(some(item, 1), BENCH),
        preview_merge([item, BOLTS], SHELF),
    ):
        assert f"Bolt: {where}, not in stock" in preview.all_refusals


def test_a_whole_move_takes_the_item_along() -> None:
    (line,) = preview_move(some(BOLTS, 5), BENCH).lines
    assert figures(line) == (5, 0, 5)
    assert (line.location_after, line.splits) == ("Hall/Bench", False)


def test_a_partial_move_splits() -> None:
    (line,) = preview_move(some(BOLTS, 2), BENCH).lines
    assert figures(line) == (5, -2, 3)
    assert (float(line.amount), line.splits) == (2, True)


def test_moving_more_than_there_is_is_refused() -> None:
    assert preview_move(some(BOLTS, 6), BENCH).all_refusals == ["Bolt: 6 cannot be moved; there are only 5"]


def test_a_structural_location_takes_no_stock() -> None:
    refusal = "Bolt: Hall is structural and holds no stock itself; choose a location in it"
    assert preview_move(some(BOLTS, 5), HALL).all_refusals == [refusal]
    assert preview_merge([BOLTS, replace(BOLTS, pk=9)], HALL).is_refused


def test_a_move_to_where_it_is_is_refused() -> None:
    assert preview_move(some(BOLTS, 5), SHELF).all_refusals == ["Bolt: is in Hall/Shelf already"]
    assert not preview_move(some(BOLTS, 4), SHELF).is_refused


def test_a_move_of_more_than_is_free_is_warned_about() -> None:
    item = replace(BOLTS, allocated=Decimal(4))
    assert preview_move(some(item, 2), BENCH).all_warnings == ["Bolt: 4 are allocated and stay with the 3 left here"]
    assert preview_move(some(item, 5), BENCH).all_warnings == []
    assert preview_move(some(BOLTS, 5), replace(BENCH, external=True)).all_warnings == [
        "Bolt: Hall/Bench is outside the house"
    ]


def test_a_split_stays_where_it_is() -> None:
    preview = preview_split(BOLTS, Decimal(2))
    (line,) = preview.lines
    assert figures(line) == (5, -2, 3)
    assert (line.splits, line.location_after) == (True, "")
    assert preview.destination == Location(1, "Hall/Shelf", "Hall/Shelf")
    assert preview_split(BOLTS, Decimal(5)).all_refusals == ["Bolt: holds 5; splitting it needs less than all of it"]
    assert preview_split(BOLTS, Decimal(6)).is_refused
    assert preview_split(replace(BOLTS, location=None), Decimal(1)).all_refusals == [
        "Bolt: is in no location; move it to one first"
    ]


def test_a_status_is_changed_only_where_it_differs() -> None:
    broken = replace(BOLTS, pk=9, status=55, status_text="Damaged")
    preview = preview_status([BOLTS, broken], DAMAGED)
    assert [line.item.pk for line in preview.sent_lines] == [7]
    assert preview.all_warnings == ["Bolt: is Damaged already"]
    assert not preview.is_refused
    assert preview_status([broken], DAMAGED).all_refusals == ["all are Damaged already"]


def test_a_merge_adds_up_in_the_first_item() -> None:
    preview = preview_merge([BOLTS, replace(BOLTS, pk=9, quantity=Decimal("2.5"), location=2)], BENCH)
    assert [(line.item.pk, line.after) for line in preview.lines] == [(7, Decimal("7.5")), (9, 0)]
    assert [line.location_after for line in preview.lines] == ["Hall/Bench", ""]
    assert preview.all_warnings == ["1 of 2 items are deleted; this cannot be undone"]
    assert not preview.is_refused


def test_a_merge_of_unlike_items_is_refused() -> None:
    other = replace(BOLTS, pk=9)
    assert preview_merge([BOLTS], SHELF).all_refusals == ["a merge needs two items or more"]
    assert preview_merge([BOLTS, replace(other, part=71)], SHELF).all_refusals == ["Bolt: is another part than Bolt"]
    assert preview_merge([BOLTS, replace(other, supplier_part=3)], SHELF).is_refused
    assert not preview_merge([BOLTS, replace(other, supplier_part=3)], SHELF, mix_suppliers=True).is_refused
    odd = replace(other, status=55, status_text="Damaged")
    assert preview_merge([BOLTS, odd], SHELF).all_refusals == ["Bolt: is Damaged, but Bolt is OK"]
    assert not preview_merge([BOLTS, odd], SHELF, mix_statuses=True).is_refused
    assert preview_merge([PUMP, replace(PUMP, pk=9)], SHELF).is_refused
    assert preview_merge([BOLTS, replace(other, installed_items=2)], SHELF).all_refusals == [
        "Bolt: has 2 other items installed in it"
    ]


def test_what_is_tracked_piece_by_piece_has_no_fractions() -> None:
    item = replace(BOLTS, trackable=True)
    assert preview_count(some(item, "2.5")).all_refusals == ["Bolt: is tracked piece by piece; 2.5 is no whole number"]
    assert preview_move(some(item, "0.5"), BENCH).is_refused
    assert not preview_add(some(item, 2)).is_refused
    # A fraction that is there already may be put right.
    assert not preview_count(some(replace(item, quantity=Decimal("2.5")), 2)).is_refused


def test_a_list_must_make_sense() -> None:
    assert preview_count([]).all_refusals == ["no items are chosen"]
    assert preview_add([(BOLTS, Decimal(1)), (BOLTS, Decimal(2))]).all_refusals == [
        "Bolt is in the list more than once"
    ]


def test_a_preview_is_made_anew_from_the_true_figures() -> None:
    now = {7: replace(BOLTS, quantity=Decimal(9))}
    assert renewed(preview_count(some(BOLTS, 3)), now).lines[0].change == -6
    assert renewed(preview_add(some(BOLTS, 3)), now).lines[0].after == 12
    assert renewed(preview_remove(some(BOLTS, 3)), now).lines[0].after == 6
    assert renewed(preview_split(BOLTS, Decimal(3)), now).lines[0].after == 6
    assert renewed(preview_move(some(BOLTS, 5), BENCH), now).lines[0].amount == 9
    assert renewed(preview_move(some(BOLTS, 2), BENCH), now).lines[0].amount == 2
    assert renewed(preview_status([BOLTS], DAMAGED), now).lines[0].before == 9
    merge = preview_merge([BOLTS, replace(BOLTS, pk=9)], SHELF, mix_suppliers=True)
    assert renewed(merge, {**now, 9: replace(BOLTS, pk=9)}).lines[0].after == 14
    assert renewed(preview_count(some(BOLTS, 3)), {}).all_refusals == ["none of the items is there any more"]


amounts = st.decimals(0, 10**6, places=5)


@given(amounts, amounts, amounts)
def test_no_preview_that_may_be_posted_goes_below_zero(on_hand: Decimal, allocated: Decimal, amount: Decimal) -> None:
    item = replace(BOLTS, quantity=on_hand, allocated=allocated)
    for preview in (
        preview_count(some(item, str(amount))),
        preview_add(some(item, str(amount))),
        preview_remove(some(item, str(amount)), allow_allocated=True),
        preview_move(some(item, str(amount)), BENCH),
        preview_split(item, amount),
    ):
        (line,) = preview.lines
        if preview.is_refused:
            continue
        assert line.after >= 0
        if line.splits:
            assert line.after + line.amount == on_hand
        if preview.kind is Kind.REMOVE:
            assert line.after + amount == on_hand
