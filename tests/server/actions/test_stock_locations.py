"""Deleting locations: what lies there and what is below, on every kind of database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.locations import check_location, delete_location
from server.db.models.stock import StockLocation
from server.db.session import Database
from server.domain.errors import InvalidInput
from tests.server.actions.stock_room import StockRoom


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def places(room: StockRoom) -> dict[str, tuple[str, int]]:
    """Name to path and level of each location."""
    with Session(room.database.engine) as session:
        rows = session.scalars(select(StockLocation).order_by(StockLocation.tree_sort))
        return {row.name: (row.pathstring, row.level) for row in rows}


def delete(room: StockRoom, pk: int, *, items: bool, children: bool) -> None:
    with room.database.write() as session:
        row = session.get_one(StockLocation, pk)
        delete_location(session, room.by, row, delete_items_too=items, delete_children=children)


def test_stock_and_locations_move_up(room: StockRoom) -> None:
    house = room.location("House")
    hall = room.location("Hall", parent_id=house)
    rack = room.location("Rack", parent_id=hall)
    item, deep = room.item(room.part(), 1, hall), room.item(room.part("Nut"), 1, rack)
    delete(room, hall, items=False, children=False)
    assert places(room) == {"House": ("House", 0), "Rack": ("House/Rack", 1)}
    assert (room.must_read(item).location_id, room.must_read(deep).location_id) == (house, rack)
    assert room.history(item_id=item) == [(20, {"location": house, "old_location": hall}, "")]


def test_stock_of_a_root_lies_nowhere_afterwards(room: StockRoom) -> None:
    house = room.location("House")
    item = room.item(room.part(), 1, house)
    delete(room, house, items=False, children=False)
    assert room.must_read(item).location_id is None


def test_everything_below_goes_and_its_stock_moves_up(room: StockRoom) -> None:
    house = room.location("House")
    hall = room.location("Hall", parent_id=house)
    rack = room.location("Rack", parent_id=hall)
    items = [room.item(room.part(), 1, hall), room.item(room.part("Nut"), 1, rack)]
    delete(room, hall, items=False, children=True)
    assert places(room) == {"House": ("House", 0)}
    assert [room.must_read(item).location_id for item in items] == [house, house]


def test_everything_goes(room: StockRoom) -> None:
    house = room.location("House")
    rack = room.location("Rack", parent_id=house)
    items = [room.item(room.part(), 1, house), room.item(room.part("Nut"), 1, rack)]
    delete(room, house, items=True, children=True)
    assert places(room) == {}
    assert [room.read(item) for item in items] == [None, None]


def test_stock_goes_and_the_locations_below_stay_with_theirs(room: StockRoom) -> None:
    house = room.location("House")
    rack = room.location("Rack", parent_id=house)
    item, deep = room.item(room.part(), 1, house), room.item(room.part("Nut"), 1, rack)
    delete(room, house, items=True, children=False)
    assert places(room) == {"Rack": ("Rack", 0)}
    assert (room.read(item), room.must_read(deep).location_id) == (None, rack)


def test_stock_does_not_move_into_a_structural_location(room: StockRoom) -> None:
    house = room.location("House", structural=True)
    hall = room.location("Hall", parent_id=house)
    item = room.item(room.part(), 1, hall)
    with pytest.raises(InvalidInput):
        delete(room, hall, items=False, children=False)
    assert room.must_read(item).location_id == hall


def test_two_locations_of_one_name_do_not_come_together(room: StockRoom) -> None:
    house = room.location("House")
    hall = room.location("Hall", parent_id=house)
    room.location("Rack", parent_id=hall)
    room.location("Rack", parent_id=house)
    with pytest.raises(InvalidInput):
        delete(room, hall, items=False, children=False)
    assert places(room)["Hall"] == ("House/Hall", 1)


def test_names_are_unique_under_one_parent_only(room: StockRoom) -> None:
    house = room.location("House")
    room.location("Rack", parent_id=house)
    with room.database.write() as session:
        check_location(session, StockLocation(name="Rack"))
        with pytest.raises(InvalidInput):
            check_location(session, StockLocation(name="Rack", parent_id=house))
        with pytest.raises(InvalidInput):
            check_location(session, StockLocation(name="House"))
