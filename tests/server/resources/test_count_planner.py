"""What is due to be counted, and how right the record was."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from server.db.models.stock import StockItem
from server.domain.count_planning import Checked, Stocked, accuracy, due_reasons, workload
from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people

TODAY = date(2026, 11, 22)
INTERVALS = {"A": 30, "B": 90, "C": 180}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        yield made
        made.close()


@pytest.mark.parametrize(
    ("quantity", "counted", "moved", "name", "reasons"),
    [
        (-1, 0, None, "C", ("negative",)), (10, None, None, "C", ("never counted",)), (10, 29, 40, "A", ()),
        (10, 30, 40, "A", ("interval passed",)), (10, 179, 200, "C", ()),
        (2, 5, 1, "C", ("nearly empty", "moved since")),
        (10, 5, 1, "C", ("moved since",)), (1, 1, 5, "C", ()),
    ],
)  # fmt: skip
def test_why_an_item_is_due(
    quantity: int, counted: int | None, moved: int | None, name: str, reasons: tuple[str, ...]
) -> None:
    def ago(days: int | None) -> date | None:
        return None if days is None else TODAY - timedelta(days=days)

    assert due_reasons(Stocked(Decimal(quantity), ago(counted), ago(moved), name), INTERVALS, TODAY) == reasons


def test_plus_and_minus_are_not_netted() -> None:
    lines = [Checked("A", Decimal(5), Decimal(50), right=False), Checked("A", Decimal(-5), Decimal(50), right=True)]
    found = accuracy(lines)["A"]
    assert (found.lines, found.right, found.rate, found.off) == (2, 1, 0.5, Decimal("0.1"))


def test_the_work_of_a_day() -> None:
    assert workload({"A": 30, "B": 90, "C": 181}, INTERVALS) == 4
    assert workload({}, INTERVALS) == 0


def test_the_planner_says_what_to_count_and_makes_the_sheet(room: CountRoom) -> None:
    part = room.shop.part()
    fresh, old, never = (room.shop.item(part, 10) for _ in range(3))
    with room.folk.server.database.write() as session:
        for item, days in ((fresh, 0), (old, 400)):
            day = date.today() - timedelta(days=days)
            session.execute(update(StockItem).where(StockItem.pk == item).values(stocktake_date=day))
    due = room.as_("ann").get(f"{COUNT}due/").json()
    assert [(one["stock_item"], one["reasons"][0], one["abc"]) for one in due] == [
        (never, "never counted", "C"), (old, "interval passed", "C"),
    ]  # fmt: skip
    session = room.session(scope={"due": True, "limit": 1})["pk"]
    assert [line["stock_item"] for line in room.lines(session)] == [never]
    room.enter(room.as_("ann"), session, {"stock_item": never, "quantity": 9})
    room.do(room.as_("lea", "leader"), session, "close")
    told = room.as_("sue", "supervisor").get(f"{COUNT}planner/").json()
    assert told["due"] == 2 and told["per_day"] == 1
    assert told["classes"][2] == {"abc": "C", "items": 3, "interval_days": 180, "due": 2}
    assert told["by_class"] == [{"abc": "C", "lines": 1, "right": 0, "rate": 0.0, "off": 0.1}]
    assert told["by_week"][0]["lines"] == 1 and told["by_location"][0]["location_path"] == ""
    assert room.as_("ann").get(f"{COUNT}planner/").status_code == 403
