"""What is due to be counted, and how right the record was."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update

from server.db.models.stock import StockItem
from server.domain.count_planning import (
    CLASSES,
    HORIZON,
    Checked,
    Stocked,
    accuracy,
    days_until_due,
    due_reasons,
    per_day,
    urgency,
    workload,
)
from server.domain.counting import abc_classes
from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people

TODAY = date(2026, 11, 22)
INTERVALS = {"A": 30, "B": 90, "C": 180}


@pytest.fixture(scope="module")
def folk_room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        yield made
        made.close()


@pytest.fixture
def room(folk_room: CountRoom) -> CountRoom:
    """The room, with nothing due: whatever other tests left was counted today."""
    with folk_room.folk.server.database.write() as session:
        session.execute(update(StockItem).values(stocktake_date=date.today()))
    return folk_room


def ago(days: int | None) -> date | None:
    return None if days is None else TODAY - timedelta(days=days)


def counted_ago(room: CountRoom, item: int, days: int | None) -> int:
    """Have an item counted so many days ago, or never."""
    day = None if days is None else date.today() - timedelta(days=days)
    with room.folk.server.database.write() as session:
        session.execute(update(StockItem).where(StockItem.pk == item).values(stocktake_date=day))
    return item


def due(room: CountRoom, name: str = "sue", what: str = "supervisor", **query: Any) -> list[dict[str, Any]]:
    answer = room.as_(name, what).get(f"{COUNT}due/", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def planner(room: CountRoom) -> dict[str, Any]:
    answer = room.as_("sue", "supervisor").get(f"{COUNT}planner/")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


# ------------------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("quantity", "counted", "moved", "name", "reasons"),
    [
        (-1, 0, None, "C", ("negative",)), (10, None, None, "C", ("never counted",)), (10, 29, 40, "A", ()),
        (10, 30, 40, "A", ("interval passed",)), (10, 179, 200, "C", ()),
        (2, 5, 1, "C", ("nearly empty", "moved since")),
        (10, 5, 1, "C", ("moved since",)), (1, 1, 5, "C", ()),
        (-1, None, None, "A", ("negative", "never counted", "nearly empty")),
    ],
)  # fmt: skip
def test_why_an_item_is_due(
    quantity: int, counted: int | None, moved: int | None, name: str, reasons: tuple[str, ...]
) -> None:
    assert due_reasons(Stocked(Decimal(quantity), ago(counted), ago(moved), name), INTERVALS, TODAY) == reasons


def test_an_alert_makes_an_item_due() -> None:
    assert due_reasons(Stocked(Decimal(9), TODAY, None, "C", flagged=True), INTERVALS, TODAY) == ("alert",)


def test_negative_stock_comes_first_then_what_is_latest() -> None:
    items = [
        Stocked(Decimal(9), ago(200), None, "C"), Stocked(Decimal(9), ago(60), None, "A"),
        Stocked(Decimal(9), None, None, "C"), Stocked(Decimal(9), None, None, "A"),
        Stocked(Decimal(-1), ago(0), None, "C"),
        Stocked(Decimal(9), ago(5), ago(1), "A"),
    ]  # fmt: skip
    keys = [urgency(due_reasons(item, INTERVALS, TODAY), item, key, INTERVALS, TODAY) for key, item in enumerate(items)]
    # 60 of 30 days is later than 200 of 180.
    assert [key[-1] for key in sorted(keys)] == [4, 3, 2, 1, 0, 5]


ITEMS = st.builds(
    Stocked,
    st.decimals(-5, 5, places=1), st.none() | st.integers(0, 400).map(ago), st.none() | st.integers(0, 400).map(ago),
    st.sampled_from(CLASSES), st.booleans(),
)  # fmt: skip


@given(st.lists(ITEMS))
def test_the_work_of_the_days_adds_up_to_what_is_due_and_what_will_be(items: list[Stocked]) -> None:
    reasons = [due_reasons(item, INTERVALS, TODAY) for item in items]
    waits = Counter(
        0 if why else days_until_due(item, INTERVALS, TODAY) for item, why in zip(items, reasons, strict=True)
    )
    days = workload(waits, TODAY)
    assert days[0] == (TODAY, sum(bool(why) for why in reasons))
    soon = [
        item for item in items
        if due_reasons(item, INTERVALS, TODAY) or due_reasons(item, INTERVALS, TODAY + timedelta(days=HORIZON - 1))
    ]  # fmt: skip
    assert sum(lines for _, lines in days) == len(soon)
    assert [day for day, _ in days] == [TODAY + timedelta(days=n) for n in range(HORIZON)]


LINES = st.lists(st.tuples(st.sampled_from(CLASSES), st.decimals(-9, 9, places=2), st.decimals(0, 99, places=2)))


@given(LINES)
def test_too_much_never_makes_up_for_too_little(lines: list[tuple[str, Decimal, Decimal]]) -> None:
    told = accuracy((name, Checked(off, expected, right=not off)) for name, off, expected in lines)
    turned = accuracy((name, Checked(-abs(off), expected, right=not off)) for name, off, expected in lines)
    assert told == turned
    assert sum(one.lines for one in told.values()) == len(lines)
    for name, one in told.items():
        mine = [(off, expected) for group, off, expected in lines if group == name]
        assert one.right == sum(not off for off, _ in mine)
        if one.off is not None:
            assert one.off * sum(expected for _, expected in mine) == pytest.approx(sum(abs(off) for off, _ in mine))


@given(st.dictionaries(st.integers(1, 50), st.decimals(0, 10_000, places=2)))
def test_a_part_is_in_exactly_one_class(usage: dict[int, Decimal]) -> None:
    classes = abc_classes(usage)
    assert classes.keys() == usage.keys()
    assert set(classes.values()) <= set(CLASSES)
    ranked = sorted(usage, key=lambda part: (-usage[part], part))
    letters = [classes[part] for part in ranked if usage[part]]
    assert letters == sorted(letters)


def test_the_work_that_keeps_the_intervals() -> None:
    assert per_day({"A": 30, "B": 90, "C": 181}, INTERVALS) == 4
    assert per_day({}, INTERVALS) == 0


# ------------------------------------------------------------------------------------------------- the server


def test_the_planner_says_what_to_count_and_makes_the_sheet(room: CountRoom) -> None:
    part = room.shop.part()
    _, old, never = (counted_ago(room, room.shop.item(part, 10), days) for days in (0, 400, None))
    assert [(one["stock_item"], one["reasons"][0], one["abc"]) for one in due(room, "ann", "counter")] == [
        (never, "never counted", "C"), (old, "interval passed", "C"),
    ]  # fmt: skip
    before = planner(room)
    session = room.session(scope={"due": True, "limit": 1})
    assert [line["stock_item"] for line in room.lines(session["pk"])] == [never]
    # It is due until it is counted, but no second sheet gets it.
    assert [one["sheet"] for one in due(room)] == [session["reference"], ""]
    assert planner(room)["on_sheets"] == 1
    other = room.session(scope={"due": True, "limit": 5})["pk"]
    assert [line["stock_item"] for line in room.lines(other)] == [old]
    room.enter(room.as_("ann"), session["pk"], {"stock_item": never, "quantity": 9})
    assert [one["stock_item"] for one in due(room)] == [old]
    room.do(room.as_("lea", "leader"), session["pk"], "close")
    told = planner(room)
    assert (before["due"], told["due"], told["being_counted"]) == (2, 1, 1)
    assert told["classes"][2]["reasons"] == {"interval passed": 1}
    assert told["days"][0] == {"date": date.today().isoformat(), "lines": 1}
    assert len(told["days"]) == HORIZON
    assert room.as_("ann").get(f"{COUNT}planner/").status_code == 403
    # Given up, it is due again.
    room.do(room.as_("lea", "leader"), session["pk"], "cancel")
    assert [one["stock_item"] for one in due(room)] == [never, old]


def test_what_is_due_at_a_location_and_of_a_class(room: CountRoom) -> None:
    hall = room.shop.location(name="Due hall")
    shelf = room.shop.location(name="Due shelf", parent=hall)
    item = counted_ago(room, room.shop.item(room.shop.part(), 10, location=shelf), None)
    counted_ago(room, room.shop.item(room.shop.part(), 10), None)
    assert [one["stock_item"] for one in due(room, location=hall, abc="C")] == [item]
    assert due(room, location=hall, abc="A") == []
    for wrong in ({"abc": "D"}, {"location": "x"}, {"location": 10**9}):
        assert room.as_("sue", "supervisor").get(f"{COUNT}due/", params=wrong).status_code == 400


def test_who_counts_blind_is_not_told_that_little_is_there(room: CountRoom) -> None:
    part = room.shop.part()
    little, much = (counted_ago(room, room.shop.item(part, quantity), None) for quantity in (1, 10))
    assert [one["reasons"] for one in due(room)] == [["never counted", "nearly empty"], ["never counted"]]
    told = due(room, "ann", "counter")
    assert [(one["stock_item"], one["reasons"]) for one in told] == [
        (little, ["never counted"]), (much, ["never counted"]),
    ]  # fmt: skip


def test_the_record_is_right_within_the_tolerance_by_class_place_and_week(room: CountRoom) -> None:
    part = room.shop.part()
    halls = [room.shop.location(name=f"Right {number}") for number in range(2)]
    items = [room.shop.item(part, 100, location=hall) for hall in (*halls, halls[1])]
    before = {one["location"]: one for one in planner(room)["by_location"]}
    session = room.session(scope={"items": items})["pk"]
    # Of a C part 2% are tolerated: 98 is right, 103 and 97 are not, though they make 200 together.
    for item, quantity in zip(items, (98, 103, 97), strict=True):
        room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": quantity})
    room.do(room.as_("lea", "leader"), session, "close")
    told = planner(room)
    assert not before.keys() & set(halls)
    assert told["tolerance_percent"] == {"A": 0.0, "B": 1.0, "C": 2.0}
    assert told["tolerance_value"] is None
    places = {one["location"]: one for one in told["by_location"]}
    assert [(places[hall]["lines"], places[hall]["right"], places[hall]["off"]) for hall in halls] == [
        (1, 1, 0.02), (2, 0, 0.03),
    ]  # fmt: skip
    assert told["by_location"][0]["right"] < told["by_location"][0]["lines"]
    assert told["by_class"][-1]["abc"] == "C"
    monday = date.today() - timedelta(days=date.today().weekday())
    assert told["by_week"][-1]["week"] in (monday.isoformat(), (monday - timedelta(days=7)).isoformat())
    # Who counts again and finds that the record was right makes it right.
    again = next(line["pk"] for line in room.lines(session, room.admin) if line["stock_item"] == items[1])
    room.enter(room.as_("bob"), session, {"line": again, "quantity": 100, "round": 2})
    room.do(room.as_("lea", "leader"), session, "close", accept_incomplete=True)
    assert {one["location"]: one["right"] for one in planner(room)["by_location"]}[halls[1]] == 1


def test_the_planner_takes_as_many_statements_for_many_items_as_for_one(room: CountRoom) -> None:
    database = room.folk.server.database
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    def statements() -> tuple[int, int]:
        asked.clear()
        planner(room)
        first = len(asked)
        due(room)
        return first, len(asked) - first

    part = room.shop.part()
    counted_ago(room, room.shop.item(part, 5), None)
    statements()
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        few = statements()
        for _ in range(12):
            counted_ago(room, room.shop.item(room.shop.part(), 5), None)
        many = statements()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert few == many
