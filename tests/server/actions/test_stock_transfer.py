"""Moving, merging, selling and taking back, on every kind of database."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from server.actions.stock.customers import assign
from server.actions.stock.merge import merge
from server.actions.stock.transfer import give_back, transfer
from server.db.models.build import BuildItem
from server.db.models.company import Company
from server.db.models.order import SalesOrder, SalesOrderAllocation, SalesOrderLineItem
from server.db.models.part import PartTestTemplate
from server.db.models.stock import StockItemTestResult
from server.db.session import Database
from server.domain.errors import InvalidInput, StructuralLocation, WrongState
from server.domain.stock import Adjustment, State
from tests.server.actions.stock_room import NOW, StockRoom, line


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def test_all_of_an_item_moves(room: StockRoom) -> None:
    here, there = room.location("Here"), room.location("There")
    item = room.item(room.part(), 10, here)
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, 10, adjustment=Adjustment(State(50), "TB", "p"))], there, "moved")
    found = room.must_read(item)
    assert (found.location_id, found.status, found.batch, found.packaging) == (there, 50, "TB", "p")
    ((code, deltas, notes),) = room.history(item_id=item)
    assert (code, notes) == (20, "moved")
    assert (deltas["location"], deltas["old_location"]) == (there, here)


def test_part_of_an_item_becomes_an_item_of_its_own(room: StockRoom) -> None:
    here, there = room.location("Here"), room.location("There")
    part = room.part()
    template = room.add(PartTestTemplate(part_id=part, test_name="Weight", key="weight", choices=""))
    item = room.item(part, 10, here, batch="B1", notes="n", barcode_data="x", barcode_hash="h", part_name="Screw")
    room.add(StockItemTestResult(stock_item_id=item, template_id=template, result=True, value="5", date=NOW))
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, "2.5")], there)
    first, piece = room.items(part_id=part)
    assert (first.quantity, piece.quantity) == (Decimal("7.5"), Decimal("2.5"))
    assert (piece.location_id, piece.parent_id, piece.batch, piece.notes) == (there, item, "B1", "n")
    assert (piece.part_name, piece.creation_date, piece.barcode_hash) == ("Screw", NOW, "")
    assert room.history(item_id=item) == [(42, {"removed": 2.5, "quantity": 7.5, "stockitem": piece.pk}, "")]
    assert room.history(item_id=piece.pk) == [(40, {"stockitem": item, "quantity": 2.5}, "")]
    with room.database.read() as connection:
        passed = connection.execute(select(StockItemTestResult.stock_item_id).order_by(StockItemTestResult.pk))
        assert list(passed.scalars()) == [item, piece.pk]


def test_transfers_conserve_what_there_is(room: StockRoom) -> None:
    there = room.location("There")
    part = room.part()
    items = [room.item(part, 10), room.item(part, "0.5")]
    with room.ledger(*items) as ledger:
        transfer(ledger, [line(items[0], 3), line(items[0], 7), line(items[1], "0.5")], there)
    assert sum(item.quantity for item in room.items(part_id=part)) == Decimal("10.5")
    assert {item.location_id for item in room.items(part_id=part)} == {there}


@pytest.mark.parametrize(
    ("quantity", "errors"),
    [(0, ["Quantity must be greater than zero"]), (11, ["Only 10 of 11 available."])],
)
def test_nothing_and_too_much_are_refused(room: StockRoom, quantity: int, errors: list[str]) -> None:
    item, there = room.item(room.part(), 10), room.location()
    with pytest.raises(InvalidInput) as refused, room.ledger(item) as ledger:
        transfer(ledger, [line(item, quantity)], there)
    assert refused.value.errors == {"items": {"0": {"quantity": errors}}}


def test_what_is_not_in_stock_moves_only_where_the_settings_say_so(room: StockRoom) -> None:
    there = room.location()
    item = room.item(room.part(), 1, is_building=True)
    with pytest.raises(WrongState), room.ledger(item) as ledger:
        transfer(ledger, [line(item, 1)], there)
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, 1)], there, anything=True)
    assert room.must_read(item).location_id == there


def test_a_structural_location_refuses_stock(room: StockRoom) -> None:
    item, building = room.item(room.part(), 10), room.location(structural=True)
    with pytest.raises(StructuralLocation), room.ledger(item) as ledger:
        transfer(ledger, [line(item, 10)], building)


def test_arriving_stock_joins_what_is_alike(room: StockRoom) -> None:
    here, there = room.location("Here"), room.location("There")
    part = room.part()
    other = room.item(part, 4, there, batch="other")
    target, item = room.item(part, 5, there), room.item(part, 10, here)
    room.add(BuildItem(stock_item_id=item, quantity=Decimal(2)))
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, 4, merge=True)], there)
    assert [room.must_read(pk).quantity for pk in (other, target, item)] == [4, 9, 6]
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, 6, merge=True)], there)
        assert ledger.gone == {item}
    assert [found.quantity for found in room.items(part_id=part)] == [4, 15]
    with room.database.read() as connection:
        assert connection.execute(select(BuildItem.stock_item_id)).scalar_one() == target
    assert [code for code, _, _ in room.history(item_id=target)] == [45, 45]


def test_what_is_changed_on_the_way_is_not_merged(room: StockRoom) -> None:
    there = room.location("There")
    part = room.part()
    room.item(part, 5, there, batch="TB")
    item = room.item(part, 10)
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, 4, merge=True, adjustment=Adjustment(batch="TB"))], there)
    assert len(room.items(part_id=part)) == 3


# ------------------------------------------------------------------------------------------------- merging


def test_a_merger_takes_promises_and_children_along(room: StockRoom) -> None:
    shelf = room.location()
    part = room.part()
    base, other = room.item(part, 10), room.item(part, "4.5")
    child = room.item(part, 1, parent_id=other)
    for item, quantity in ((base, 1), (other, 2)):
        room.add(BuildItem(stock_item_id=item, quantity=Decimal(quantity)))
    order = room.add(SalesOrder(reference="SO-0001"))
    sold = room.add(SalesOrderLineItem(order_id=order, part_id=part, quantity=Decimal(3)))
    room.add(SalesOrderAllocation(line_id=sold, item_id=other, quantity=Decimal(3)))
    with room.ledger(base, other) as ledger:
        merge(ledger, [base, other], shelf, "merged")
        assert ledger.gone == {other}
    found = room.must_read(base)
    assert (found.quantity, found.location_id) == (Decimal("14.5"), shelf)
    assert room.must_read(child).parent_id is None
    with room.database.read() as connection:
        promised = connection.execute(select(BuildItem.stock_item_id, BuildItem.quantity)).all()
        assert list(promised) == [(base, Decimal(3))]
        assert connection.execute(select(SalesOrderAllocation.item_id)).scalar_one() == base
    assert room.history(item_id=base)[0][1] == {
        "quantity": 14.5, "added": 4.5, "location": shelf, "old_location": None,
    }  # fmt: skip


def test_a_piece_merged_back_leaves_the_quantity_as_it_was(room: StockRoom) -> None:
    here, there = room.location("Here"), room.location("There")
    item = room.item(room.part(), "10.00001", here)
    with room.ledger(item) as ledger:
        transfer(ledger, [line(item, "3.33333")], there)
    piece = room.items(parent_id=item)[0].pk
    with room.ledger(item, piece) as ledger:
        merge(ledger, [item, piece], here)
    assert (room.must_read(item).quantity, room.read(piece)) == (Decimal("10.00001"), None)


def test_only_two_different_items_of_a_kind_are_merged(room: StockRoom) -> None:
    shelf, part = room.location(), room.part()
    item, other = room.item(part, 1), room.item(room.part("Nut"), 1)
    for keys, text in (
        ([item], "At least two stock items must be provided"),
        ([item, item], "Duplicate stock items"),
        ([item, other], "Stock items must refer to the same part"),
    ):
        with pytest.raises(InvalidInput) as refused, room.ledger(*keys) as ledger:
            merge(ledger, keys, shelf)
        assert refused.value.errors == {"non_field_errors": [text]}


# ------------------------------------------------------------------------------------------------- customers


def test_sold_stock_leaves_and_comes_back(room: StockRoom) -> None:
    shelf, customer = room.location(), room.add(Company(name="Buyer", is_customer=True))
    item = room.item(room.part(salable=True), 5, shelf)
    with room.ledger(item) as ledger:
        assign(ledger, [item], customer, "sold")
    found = room.must_read(item)
    assert (found.customer_id, found.location_id) == (customer, None)
    with room.ledger(item) as ledger:
        give_back(ledger, [line(item, 2)], shelf, "two back")
    rest, back = room.items(part_id=found.part_id)
    assert (rest.quantity, rest.customer_id, back.quantity, back.customer_id) == (3, customer, 2, None)
    assert back.location_id == shelf
    code, deltas, notes = room.history(item_id=back.pk)[-1]
    assert (code, notes, deltas["customer_name"]) == (15, "two back", "Buyer")


def test_what_is_in_stock_cannot_come_back(room: StockRoom) -> None:
    shelf, item = room.location(), room.item(room.part(), 5)
    with pytest.raises(InvalidInput) as refused, room.ledger(item) as ledger:
        give_back(ledger, [line(item, 1)], shelf)
    assert refused.value.errors == {"items": {"0": {"pk": ["Stock item is already in stock"]}}}


def test_more_cannot_come_back_than_was_sent(room: StockRoom) -> None:
    shelf, customer = room.location(), room.add(Company(name="Buyer", is_customer=True))
    item = room.item(room.part(), 5, customer_id=customer)
    with pytest.raises(InvalidInput) as refused, room.ledger(item) as ledger:
        give_back(ledger, [line(item, 6)], shelf)
    assert refused.value.errors == {"items": {"0": {"quantity": ["Only 5 of 6 available."]}}}


def test_returned_stock_joins_what_it_was_split_from(room: StockRoom) -> None:
    shelf, customer = room.location(), room.add(Company(name="Buyer", is_customer=True))
    part = room.part()
    whole = room.item(part, 8, shelf)
    sold = room.item(part, 2, parent_id=whole, customer_id=customer)
    with room.ledger(sold) as ledger:
        give_back(ledger, [line(sold, 2)], shelf, merge=True)
    assert [(item.pk, item.quantity) for item in room.items(part_id=part)] == [(whole, 10)]


def test_promised_stock_is_not_sold_to_somebody_else(room: StockRoom) -> None:
    supplier = room.add(Company(name="Seller", is_customer=False))
    item = room.item(room.part(salable=True), 5)
    room.add(BuildItem(stock_item_id=item, quantity=Decimal(2)))
    with pytest.raises(InvalidInput) as refused, room.ledger(item) as ledger:
        assign(ledger, [item], supplier)
    assert refused.value.errors == {
        "items": {"0": {"item": ["Item is allocated to a build order"]}},
        "customer": ["Selected company is not a customer"],
    }
