"""What is due, the work and the accuracy, on every kind of database."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from server.actions.counting.accuracy import record_accuracy
from server.actions.counting.classes import classes_of_parts
from server.actions.counting.closing import Tolerances, close
from server.actions.counting.entries import Given, take_entries
from server.actions.counting.planner import Wanted, due_items, plan
from server.actions.counting.records import Deed
from server.actions.counting.sheet import Scope, make_session
from server.db.models.stock import StockItem, StockItemTracking
from server.db.session import Database
from tests.server.actions.stock_room import NOW, StockRoom

INTERVALS = {"A": 30, "B": 90, "C": 180}


@pytest.fixture
def room(database: Database) -> StockRoom:
    return StockRoom(database)


def test_what_is_due_and_how_right_the_record_was(room: StockRoom) -> None:
    used, other = room.part("Used"), room.part("Other")
    fresh, late, moved, never = (room.item(part, 100) for part in (used, used, other, other))
    today = NOW.date()
    with room.database.write() as session:
        for item, days in ((fresh, 1), (late, 31), (moved, 20)):
            day = today - timedelta(days=days)
            session.execute(update(StockItem).where(StockItem.pk == item).values(stocktake_date=day))
        for item, part in ((late, used), (moved, other)):
            # Of the part that is used up most: class A. What moved on the day of the count may have moved before it.
            removed = 500.0 if part == used else 1.0
            session.add(StockItemTracking(
                item_id=item, part_id=part, date=NOW - timedelta(days=31 if part == used else 2), tracking_type=12,
                notes="", deltas={"removed": removed, "quantity": 1.0},
            ))  # fmt: skip
    asked: list[str] = []
    with room.database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        due = due_items(connection, NOW, INTERVALS, 10)
        assert len(asked) == 5
        told = plan(connection, NOW, INTERVALS, classes_of_parts(connection, NOW))
        assert [one.stock_item for one in due_items(connection, NOW, INTERVALS, 10, Wanted(abc="A"))] == [late]
    assert [(one.stock_item, one.abc, one.reasons) for one in due] == [
        (never, "C", ("never counted",)), (late, "A", ("interval passed",)), (moved, "C", ("moved since",)),
    ]  # fmt: skip
    assert [(group["abc"], group["items"], group["due"]) for group in told["classes"]] == [
        ("A", 2, 1), ("B", 0, 0), ("C", 2, 2),
    ]  # fmt: skip
    assert [day["lines"] for day in told["days"]][:2] == [3, 0]

    def counted(session: Session) -> None:
        deed = Deed(session, room.by)
        scope = Scope(items=(fresh, never))
        made = make_session(deed, scope, told={}, description="", blind=True, mode="single").pk
        given = [Given("a", Decimal(99), item=fresh), Given("b", Decimal(99), item=never)]
        take_entries(deed, made, given, sent_at=None, other_recounter=True)
        close(deed, made, Tolerances({"C": Decimal(2)}), incomplete=False)

    room.database.run_write(counted)
    with room.database.read() as connection:
        classes = classes_of_parts(connection, NOW)
        right = record_accuracy(connection, NOW, Tolerances({"C": Decimal(2)}), classes)
        assert never not in [one.stock_item for one in due_items(connection, NOW, INTERVALS, 10)]
    assert [(one["abc"], one["lines"], one["right"], one["off"]) for one in right["by_class"]] == [
        ("A", 1, 0, 0.01), ("C", 1, 1, 0.01),
    ]  # fmt: skip
    assert sum(one["lines"] for one in right["by_location"]) == sum(one["lines"] for one in right["by_week"]) == 2
