"""Serial numbers, installing, converting and taking apart, on every kind of database."""

from decimal import Decimal

import pytest

from server.actions.stock.assemblies import install, uninstall
from server.actions.stock.conversion import convert
from server.actions.stock.deletion import delete_items
from server.actions.stock.disassembly import Component, disassemble
from server.actions.stock.entry import create, part_of_stock
from server.actions.stock.serials import serialize
from server.db.models.part import BomItem, BomItemSubstitute
from server.db.session import Database
from server.domain.errors import InvalidInput, NotFound, WrongState
from tests.server.actions.stock_room import StockRoom


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def test_units_get_serial_numbers(room: StockRoom) -> None:
    shelf, part = room.location(), room.part(trackable=True)
    item = room.item(part, 5)
    with room.ledger() as ledger:
        keys = serialize(ledger, item, "~+", 3, shelf, "ser")
    made = room.items(parent_id=item)
    assert [found.pk for found in made] == keys
    assert [(found.serial, found.serial_int, found.quantity, found.location_id) for found in made] == [
        ("1", 1, 1, shelf), ("2", 2, 1, shelf), ("3", 3, 1, shelf),
    ]  # fmt: skip
    assert room.must_read(item).quantity == 2
    assert room.history(item_id=item) == [(13, {"removed": 3.0, "quantity": 2.0}, "ser")]
    assert [code for code, _, _ in room.history(item_id=keys[0])] == [40, 6]


def test_the_last_unit_uses_up_the_item(room: StockRoom) -> None:
    shelf, item = room.location(), room.item(room.part(trackable=True), 1)
    with room.ledger() as ledger:
        (key,) = serialize(ledger, item, "A1", 1, shelf)
    assert room.read(item) is None
    assert room.must_read(key).parent_id is None


def test_serial_numbers_are_unique_among_variants(room: StockRoom) -> None:
    shelf = room.location()
    template = room.part("Chair", is_template=True)
    red = room.part("Red chair", variant_of_id=template, trackable=True)
    blue = room.part("Blue chair", variant_of_id=template, trackable=True)
    other = room.part("Table", trackable=True)
    room.item(red, 1, serial="7", serial_int=7)
    blues, tables = room.item(blue, 5), room.item(other, 5)
    with pytest.raises(InvalidInput) as refused, room.ledger() as ledger:
        serialize(ledger, blues, "7-8", 2, shelf)
    assert refused.value.errors == {"serial_numbers": ["Serial numbers already exist: 7"]}
    with pytest.raises(InvalidInput), room.ledger() as ledger:
        serialize(ledger, tables, "7", 1, shelf, everywhere=True)
    with room.ledger() as ledger:
        serialize(ledger, tables, "7", 1, shelf)
    with room.ledger() as ledger:
        serialize(ledger, blues, "~", 1, shelf)
    assert [item.serial for item in room.items(parent_id=blues)] == ["8"]


def test_only_tracked_parts_get_serial_numbers(room: StockRoom) -> None:
    shelf, item = room.location(), room.item(room.part(), 5)
    with pytest.raises(WrongState), room.ledger() as ledger:
        serialize(ledger, item, "1", 1, shelf)
    with pytest.raises(NotFound), room.ledger() as ledger:
        serialize(ledger, 99999, "1", 1, shelf)


def test_new_stock_is_checked_and_has_a_history(room: StockRoom) -> None:
    part, shelf = room.part("Screw", default_location_id=None), room.location(structural=True)
    with room.database.write() as session:
        of = part_of_stock(session, part)
        assert of is not None
        values = {"quantity": Decimal(3), "batch": "", "purchase_price_currency": "USD", "link": "", "status": 10}
        (key,) = create(session, room.by, of, values)
    assert (room.must_read(key).part_name, room.must_read(key).creation_date) == ("Screw", room.by.now)
    assert room.history(item_id=key) == [(1, {"status": 10, "quantity": 3.0}, "")]
    with pytest.raises(InvalidInput) as refused, room.database.write() as session:
        create(session, room.by, of, {**values, "location_id": shelf})
    assert "location" in refused.value.errors


# ------------------------------------------------------------------------------------------------- assemblies


def test_what_the_bill_calls_for_is_installed_and_comes_out_again(room: StockRoom) -> None:
    shelf = room.location()
    car, wheel, nail = room.part("Car"), room.part("Wheel"), room.part("Nail")
    room.add(BomItem(part_id=car, sub_part_id=wheel, quantity=Decimal(4)))
    built, wheels, nails = room.item(car, 1), room.item(wheel, 10), room.item(nail, 10)
    with pytest.raises(WrongState), room.ledger() as ledger:
        install(ledger, built, nails, Decimal(1))
    with room.ledger() as ledger:
        install(ledger, built, nails, Decimal(1), any_part=True)
    with room.ledger() as ledger:
        install(ledger, built, wheels, Decimal(4), "on")
    (inside,) = room.items(belongs_to_id=built, part_id=wheel)
    assert (inside.quantity, room.must_read(wheels).quantity) == (4, 6)
    assert room.history(item_id=built)[-1] == (35, {"stockitem": inside.pk}, "on")
    with room.ledger() as ledger:
        uninstall(ledger, inside.pk, shelf)
    assert (room.must_read(inside.pk).belongs_to_id, room.must_read(inside.pk).location_id) == (None, shelf)


def test_substitutes_and_variants_are_called_for_too(room: StockRoom) -> None:
    car, wheel = room.part("Car"), room.part("Wheel", is_template=True)
    steel, wood = room.part("Steel wheel", variant_of_id=wheel), room.part("Wood wheel")
    bom_line = room.add(BomItem(part_id=car, sub_part_id=wheel, quantity=Decimal(4), allow_variants=True))
    room.add(BomItemSubstitute(bom_item_id=bom_line, part_id=wood))
    built = room.item(car, 1)
    for part in (steel, wood):
        item = room.item(part, 1)
        with room.ledger() as ledger:
            install(ledger, built, item, None)
        assert room.must_read(item).belongs_to_id == built


def test_nothing_is_installed_in_itself(room: StockRoom) -> None:
    part = room.part()
    outer = room.item(part, 1)
    inner = room.item(part, 1, belongs_to_id=outer)
    with pytest.raises(WrongState) as refused, room.ledger() as ledger:
        install(ledger, inner, outer, None, any_part=True)
    assert refused.value.errors == {"stock_item": ["An item cannot be installed in itself"]}


def test_stock_becomes_a_variant(room: StockRoom) -> None:
    template = room.part("Chair", is_template=True)
    red, blue = room.part("Red", variant_of_id=template), room.part("Blue", variant_of_id=template)
    item, table = room.item(red, 1, part_name="Red"), room.part("Table")
    with room.ledger() as ledger:
        convert(ledger, item, blue)
    assert (room.must_read(item).part_id, room.must_read(item).part_name) == (blue, "Blue")
    assert room.history(item_id=item) == [(48, {"part": blue, "old_part": red}, "Converted to part: Blue")]
    with pytest.raises(InvalidInput), room.ledger() as ledger:
        convert(ledger, item, table)


def test_an_assembly_comes_apart(room: StockRoom) -> None:
    shelf, bench = room.location("Shelf"), room.location("Bench")
    car, wheel, seat = room.part("Car"), room.part("Wheel"), room.part("Seat")
    wheels = room.add(BomItem(part_id=car, sub_part_id=wheel, quantity=Decimal(4)))
    seats = room.add(BomItem(part_id=car, sub_part_id=seat, quantity=Decimal(2)))
    built = room.item(car, 2, shelf, purchase_price=Decimal(60), purchase_price_currency="EUR", batch="B")
    installed = room.item(wheel, 4, belongs_to_id=built)
    with room.ledger() as ledger:
        keys = disassemble(
            ledger, built, Decimal(1), [Component(wheels, Decimal(10)), Component(seats, Decimal(2), shelf)], bench, "x"
        )
    assert room.must_read(built).quantity == 1
    found = [room.must_read(key) for key in keys]
    assert [(item.part_id, item.quantity, item.location_id) for item in found] == [
        (wheel, 4, bench), (wheel, 6, bench), (seat, 2, shelf),
    ]  # fmt: skip
    assert keys[0] == installed and found[1].purchase_price == Decimal(5)
    assert (found[2].part_name, found[2].batch, found[2].purchase_price_currency) == ("Seat", "B", "EUR")
    assert room.history(item_id=built)[-1] == (46, {"removed": 1.0, "quantity": 1.0}, "x")
    with pytest.raises(InvalidInput) as refused, room.ledger() as ledger:
        disassemble(ledger, built, Decimal(1), [Component(99999, Decimal(1))], bench)
    assert "bom_item" in refused.value.errors["items"]["0"]


def test_what_is_installed_goes_with_the_item(room: StockRoom) -> None:
    part = room.part()
    outer = room.item(part, 1)
    inner = room.item(part, 1, belongs_to_id=outer)
    innermost, child = room.item(part, 1, belongs_to_id=inner), room.item(part, 1, parent_id=inner)
    with room.database.write() as session:
        assert delete_items(session, [outer]) == []
    assert [room.read(pk) for pk in (outer, inner, innermost)] == [None, None, None]
    assert room.must_read(child).parent_id is None
