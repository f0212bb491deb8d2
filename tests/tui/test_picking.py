"""The pick list of an order: what is proposed, in which order, and never more than there is or is wanted."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tui.orders.picking import Allocation, Lot, Pick, PickLine, Wishes, plan, remaining, swaps
from tui.walking import walking_key

TODAY = date(2026, 11, 22)
D = Decimal


def line(pk: int = 1, required: int = 12, part: int = 1, shipped: int = 0) -> PickLine:
    return PickLine(pk, part, f"part {part}", D(required), D(shipped))


def lot(pk: int, available: int = 40, path: str = "A1", **more: object) -> Lot:
    values: dict[str, object] = {"part": 1, "part_name": "M3 bolt", "on_hand": D(available), **more}
    return Lot(pk=pk, available=D(available), path=path, **values)  # type: ignore[arg-type]


def amounts(picks: tuple[Pick, ...]) -> list[tuple[int, int]]:
    return [(pick.lot.pk, int(pick.quantity)) for pick in picks]


def test_picks_come_in_walking_order() -> None:
    lines = [line(1, 5, 1), line(2, 5, 2), line(3, 5, 3)]
    stock = {1: [lot(1, path="F/Shelf A10")], 2: [lot(2, path="F/Shelf B1", part=2)], 3: [lot(3, path="F/Shelf A2")]}
    found = plan(lines, [], stock, TODAY)
    assert [pick.lot.path for pick in found.picks] == ["F/Shelf A2", "F/Shelf A10", "F/Shelf B1"]
    assert found.missing == {}


def test_a_pick_says_where_to_go_and_what_to_take() -> None:
    pick = plan([line()], [], {1: [lot(1, path="Factory/Shelf A2", batch="B7")]}, TODAY).picks[0]
    assert pick.sentence == "Go to Factory/Shelf A2, take 12 of 40 x M3 bolt (batch B7)"


def test_what_came_first_goes_out_first() -> None:
    stock = {1: [lot(1, 10, received="2026-03-01"), lot(2, 10, received="2026-01-01")]}
    assert sorted(amounts(plan([line()], [], stock, TODAY).picks)) == [(1, 2), (2, 10)]


def test_what_expires_first_goes_out_first() -> None:
    stock = {1: [lot(1, 10, received="2020-01-01"), lot(2, 10, expiry="2027-05-01"), lot(3, 10, expiry="2027-01-01")]}
    assert sorted(amounts(plan([line()], [], stock, TODAY).picks)) == [(2, 2), (3, 10)]


def test_expired_and_blocked_stock_is_not_proposed() -> None:
    stock = {1: [lot(1, expiry="2026-11-21"), lot(2, status=75), lot(3, status=55), lot(4, 5)]}
    found = plan([line()], [], stock, TODAY)
    assert amounts(found.picks) == [(4, 5)]
    assert found.missing == {1: D(7)}


def test_what_is_promised_comes_first_and_is_not_counted_twice() -> None:
    promise = Allocation(7, 1, 2, D(8), picked=False)
    found = plan([line()], [promise], {1: [lot(1), lot(2, 0, on_hand=D(8))]}, TODAY)
    assert sorted(amounts(found.picks)) == [(1, 4), (2, 8)]
    assert {pick.promised.pk for pick in found.picks if pick.promised} == {7}


def test_what_is_picked_or_shipped_is_not_picked_again() -> None:
    picked = [
        Allocation(1, 1, 5, D(3), picked=True, shipment=1),
        Allocation(2, 1, 5, D(4), picked=True, shipped=True, shipment=2),
    ]
    assert remaining(line(shipped=4), picked) == 5
    assert amounts(plan([line(shipped=4)], picked, {1: [lot(5)]}, TODAY).picks) == [(5, 5)]


def test_two_lines_share_what_there_is() -> None:
    found = plan([line(1, 8), line(2, 8)], [], {1: [lot(1, 10)]}, TODAY)
    assert amounts(found.picks) == [(1, 8), (1, 2)]
    assert found.missing == {2: D(6)}


def test_serialised_stock_is_picked_one_by_one() -> None:
    stock = {1: [lot(pk, 1, serial=str(pk)) for pk in range(1, 6)]}
    assert amounts(plan([line(required=3)], [], stock, TODAY).picks) == [(1, 1), (2, 1), (3, 1)]


def test_a_skipped_pick_comes_last() -> None:
    stock = {1: [lot(1, 6, "A1"), lot(2, 6, "A2")]}
    assert amounts(plan([line()], [], stock, TODAY, Wishes(later=((1, 1, 0),))).picks) == [(2, 6), (1, 6)]


def test_after_a_short_pick_the_rest_goes_to_the_next_item() -> None:
    picked = [Allocation(1, 1, 1, D(8), picked=True, shipment=1)]
    found = plan([line()], picked, {1: [lot(1, 32), lot(2)]}, TODAY, Wishes(short=frozenset({1})))
    assert amounts(found.picks) == [(2, 4)]


def test_a_swap_takes_the_chosen_item() -> None:
    wishes = Wishes(declined=frozenset({(1, 1)}), chosen={1: (3,)})
    stock = {1: [lot(1), lot(2), lot(3, 10, status=55)]}
    assert sorted(amounts(plan([line()], [], stock, TODAY, wishes).picks)) == [(2, 2), (3, 10)]


def test_an_order_takes_nothing_from_where_it_goes_to() -> None:
    assert plan([line()], [], {1: [lot(1, location=9)]}, TODAY, avoid=9).picks == ()


def test_a_swap_offers_good_stock_first_and_blocked_stock_never() -> None:
    stock = {1: [lot(1), lot(2, status=55), lot(3), lot(4, status=75), lot(5, 0)]}
    pick = plan([line()], [], stock, TODAY).picks[0]
    assert [other.pk for other in swaps(pick, stock, TODAY)] == [3, 2]


def test_a_line_without_stock_to_move_is_none() -> None:
    assert PickLine.of({"pk": 1, "part": None, "quantity": 1}) is None
    assert PickLine.of({"pk": 1, "part": 2, "part_detail": {"virtual": True}, "quantity": 1}) is None


def test_on_a_transfer_order_what_is_allocated_is_picked() -> None:
    row = {"pk": 1, "line": 2, "item": 3, "quantity": 4}
    assert Allocation.of(row).picked
    assert not Allocation.of({**row, "shipment": None}).picked
    assert Allocation.of({**row, "shipment": 5, "shipment_detail": {"shipment_date": "2026-01-01"}}).shipped


PARTS = st.integers(1, 3)
FIGURES = st.decimals(0, 50, places=5)


@st.composite
def warehouses(draw: st.DrawFn) -> tuple[list[PickLine], list[Allocation], dict[int, list[Lot]], Wishes]:
    """An order, stock, allocations and wishes, of any kind."""
    lines = [
        PickLine(pk, draw(PARTS), "part", draw(FIGURES), draw(FIGURES)) for pk in range(1, draw(st.integers(1, 5)) + 1)
    ]
    lots = [
        lot(
            pk, path=draw(st.sampled_from(["A1", "A2", "A10", ""])), part=draw(PARTS),
            status=draw(st.sampled_from([10, 55])), expiry=draw(st.sampled_from(["", "2027-01-01", "2020-01-01"])),
        )
        for pk in range(1, draw(st.integers(0, 8)) + 1)
    ]  # fmt: skip
    pks = st.integers(1, 9)
    allocations = [
        Allocation(pk, draw(st.integers(1, 5)), draw(pks), draw(FIGURES), draw(st.booleans()), draw(st.booleans()))
        for pk in range(1, draw(st.integers(0, 6)) + 1)
    ]
    stock: dict[int, list[Lot]] = defaultdict(list)
    for each in lots:
        stock[each.part].append(each)
    wishes = Wishes(
        later=tuple((draw(pks), draw(pks), 0) for _ in range(draw(st.integers(0, 3)))),
        short=draw(st.frozensets(pks, max_size=2)),
        declined=frozenset({(draw(pks), draw(pks))}),
        chosen={draw(pks): (draw(pks),)},
    )
    return lines, allocations, stock, wishes


@given(warehouses())
def test_never_more_than_is_wanted_or_there(
    warehouse: tuple[list[PickLine], list[Allocation], dict[int, list[Lot]], Wishes],
) -> None:
    lines, allocations, stock, wishes = warehouse
    found = plan(lines, allocations, stock, TODAY, wishes)
    wanted = {each.pk: remaining(each, allocations) for each in lines}
    for each in lines:
        proposed = sum((pick.quantity for pick in found.picks if pick.line == each), D(0))
        assert proposed + found.missing.get(each.pk, D(0)) == wanted[each.pk] or wanted[each.pk] == proposed
    for item in (item for group in stock.values() for item in group):
        free = [pick for pick in found.picks if pick.lot.pk == item.pk and pick.promised is None]
        assert sum((pick.quantity for pick in free), D(0)) <= item.available
        assert all(pick.lot.part == pick.line.part for pick in free)
    promises = [pick.promised.pk for pick in found.picks if pick.promised]
    assert len(promises) == len(set(promises))
    assert all(pick.quantity <= pick.promised.quantity for pick in found.picks if pick.promised)
    assert all(pick.quantity > 0 for pick in found.picks)
    assert len({pick.key for pick in found.picks}) == len(found.picks)
    walk = [walking_key(pick.lot.path) for pick in found.picks if pick.key not in wishes.later]
    assert walk == sorted(walk)
