"""Counting, adding, removing and changing the state of stock, on every kind of database."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from server.actions.stock import adjust
from server.db.migrate import migrate
from server.db.models.build import BuildItem
from server.db.models.common import Tag, TaggedItem
from server.db.session import Database
from server.domain.errors import Conflict, InvalidInput, StructuralLocation
from server.domain.stock import Adjustment, State
from tests.server.actions.stock_room import NOW, StockRoom, line


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def test_a_count_is_written_with_its_history(room: StockRoom) -> None:
    shelf = room.location()
    item = room.item(room.part(), 10, shelf)
    with room.ledger(item) as ledger:
        adjust.count(ledger, [line(item, "7.5")], "yearly")
    found = room.must_read(item)
    assert (found.quantity, found.stocktake_date, found.stocktake_user_id) == (Decimal("7.5"), NOW.date(), room.user)
    assert found.updated == NOW
    assert room.history(item_id=item) == [(10, {"quantity": 7.5}, "yearly")]


def test_a_count_that_confirms_the_record_is_stamped_too(room: StockRoom) -> None:
    item = room.item(room.part(), 10)
    for _ in range(2):
        with room.ledger(item) as ledger:
            adjust.count(ledger, [line(item, 10)])
    assert room.must_read(item).stocktake_date == NOW.date()
    assert room.history(item_id=item) == [(10, {"quantity": 10.0}, "")] * 2


def test_the_same_item_twice_in_one_request_is_done_in_order(room: StockRoom) -> None:
    item = room.item(room.part(), 10)
    with room.ledger(item) as ledger:
        adjust.remove(ledger, [line(item, 6), line(item, 4)])
    assert [deltas["quantity"] for _, deltas, _ in room.history(part_id=1)] == [4.0, 0.0]


def test_removing_more_than_there_is_changes_nothing(room: StockRoom) -> None:
    part = room.part()
    first, second = room.item(part, 10), room.item(part, 5)
    with pytest.raises(InvalidInput) as refused, room.ledger(first, second) as ledger:
        adjust.remove(ledger, [line(first, 1), line(second, 100)])
    assert refused.value.errors == {"items": {"1": {"quantity": ["Only 5 of 100 available."]}}}
    assert [room.must_read(pk).quantity for pk in (first, second)] == [10, 5]
    assert room.history() == []


def test_a_changed_quantity_refuses_the_whole_request_with_the_true_figures(room: StockRoom) -> None:
    part = room.part()
    first, second = room.item(part, 10), room.item(part, 7)
    with pytest.raises(Conflict) as conflict, room.ledger(first, second) as ledger:
        adjust.count(ledger, [line(first, 9, expected=Decimal(10)), line(second, 9, expected=Decimal(10))])
    assert set(conflict.value.errors["items"]) == {"1"}
    assert conflict.value.errors["items"]["1"]["quantity"] == 7.0
    assert room.must_read(first).quantity == 10


def test_what_is_used_up_goes_and_its_history_stays(room: StockRoom) -> None:
    part = room.part()
    item = room.item(part, 5)
    child = room.item(part, 1, parent_id=item)
    tag = room.add(Tag(name="loose", slug="loose"))
    room.add(TaggedItem(tag_id=tag, model_type="stock.stockitem", model_id=item))
    with room.ledger(item) as ledger:
        adjust.remove(ledger, [line(item, 5)])
        assert ledger.gone == {item}
    assert room.read(item) is None
    assert room.must_read(child).parent_id is None
    assert room.history(part_id=part, item_id=None) == [(12, {"removed": 5.0, "quantity": 0.0}, "")]
    with room.database.read() as connection:
        assert connection.execute(select(TaggedItem.pk)).first() is None


def test_what_is_promised_stays_when_it_is_used_up(room: StockRoom) -> None:
    item = room.item(room.part(), 5)
    room.add(BuildItem(stock_item_id=item, quantity=Decimal(2)))
    with room.ledger(item) as ledger:
        adjust.remove(ledger, [line(item, 5)])
        assert ledger.gone == set()
    assert room.must_read(item).quantity == 0


def test_an_empty_item_stays_when_only_its_state_changes(room: StockRoom) -> None:
    item = room.item(room.part(), 0)
    with room.ledger(item) as ledger:
        adjust.change_status(ledger, [item], State(65), "gone")
    assert room.must_read(item).status == 65
    assert room.history(item_id=item)[0][1]["old_status"] == 10


def test_a_count_at_a_structural_location_is_refused(room: StockRoom) -> None:
    item = room.item(room.part(), 5)
    building = room.location("Building", structural=True)
    with pytest.raises(StructuralLocation), room.ledger(item) as ledger:
        adjust.count(ledger, [line(item, 5)], location=building)
    assert room.must_read(item).location_id is None


def test_a_custom_state_is_kept_beside_its_logical_one(room: StockRoom) -> None:
    item = room.item(room.part(), 5)
    with room.ledger(item) as ledger:
        adjust.add(ledger, [line(item, 1, adjustment=Adjustment(State(10, custom=110), "B2", "Box"))])
    found = room.must_read(item)
    assert (found.status, found.status_custom_key, found.batch, found.packaging) == (10, 110, "B2", "Box")


def test_many_lines_take_as_many_questions_as_one(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/bincard.sqlite3", synchronous="OFF")
    migrate(database)
    room = StockRoom(database)
    part = room.part()
    items = [room.item(part, 10) for _ in range(60)]
    asked, written = {}, {}
    for many in (1, 60):
        statements: list[str] = []
        with room.ledger() as ledger:
            driver = ledger.connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(statements.append)
            ledger.load(items[:many])
            adjust.count(ledger, [line(pk, 8) for pk in items[:many]])
            driver.set_trace_callback(None)
        asked[many] = sum(statement.startswith("SELECT") for statement in statements)
        written[many] = sum(statement.startswith(("UPDATE", "INSERT")) for statement in statements)
    database.close()
    assert asked == {1: 1, 60: 1}
    assert written == {1: 2, 60: 120}
