"""Several people at once, on every kind of database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from server.actions.stock import adjust
from server.actions.stock.ledger import Ledger
from server.actions.stock.serials import serialize
from server.actions.stock.transfer import transfer
from server.db.session import Database
from server.domain.errors import InvalidInput
from tests.server.actions.stock_room import StockRoom, line


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def at_once(room: StockRoom, deeds: list[Callable[[Ledger], object]]) -> int:
    """Do them all at the same time; how many were not refused."""

    def run(deed: Callable[[Ledger], object]) -> bool:
        def write(session: Session) -> None:
            deed(Ledger(session, room.by))

        try:
            room.database.run_write(write)
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        return sum(pool.map(run, deeds))


def removal(*keys: int) -> Callable[[Ledger], object]:
    def remove(ledger: Ledger) -> None:
        ledger.load(keys)
        adjust.remove(ledger, [line(pk, 1) for pk in keys])

    return remove


def test_no_more_is_taken_than_there_is(room: StockRoom) -> None:
    item = room.item(room.part(), 10, delete_on_deplete=False)
    assert at_once(room, [removal(item)] * 16) == 10
    assert room.must_read(item).quantity == 0
    assert len(room.history(item_id=item)) == 10


def test_items_in_any_order_do_not_wait_for_each_other_for_ever(room: StockRoom) -> None:
    part = room.part()
    first, second = room.item(part, 20), room.item(part, 20)
    assert at_once(room, [removal(first, second), removal(second, first)] * 6) == 12
    assert [room.must_read(pk).quantity for pk in (first, second)] == [8, 8]


def test_nothing_is_lost_when_several_take_from_one_item(room: StockRoom) -> None:
    there, part = room.location(), room.part()
    item = room.item(part, 10)

    def take(ledger: Ledger) -> None:
        ledger.load([item])
        transfer(ledger, [line(item, 2)], there)

    # Four splits; what is left of the item then moves as a whole, and is there already for the others.
    assert at_once(room, [take] * 8) == 8
    assert [found.quantity for found in room.items(part_id=part)] == [2] * 5


def test_a_serial_number_is_given_once(room: StockRoom) -> None:
    shelf, part = room.location(), room.part(trackable=True)
    items = [room.item(part, 5) for _ in range(4)]

    def give(item: int) -> Callable[[Ledger], object]:
        return lambda ledger: serialize(ledger, item, "1,2", 2, shelf)

    assert at_once(room, [give(item) for item in items]) == 1
    serials = [found.serial for found in room.items(part_id=part) if found.serial]
    assert sorted(serials) == ["1", "2"]
