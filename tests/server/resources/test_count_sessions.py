"""Count sessions: the sheet, entries exactly once, several counters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        yield made
        made.close()


def test_a_sheet_is_in_walking_order(room: CountRoom) -> None:
    hall = room.shop.location(name="Hall W")
    shelves = {name: room.shop.location(name=name, parent=hall) for name in ("A10", "A2", "B1")}
    part = room.shop.part(IPN="W-1", units="m")
    items = {name: room.shop.item(part, 5, location=shelf) for name, shelf in shelves.items()}
    room.shop.item(part, 7)  # lies nowhere, so it is not below the hall
    made = room.session(scope={"location": hall, "below": True})
    assert (made["lines"], made["counted"], made["left"]) == (3, 0, 3)
    assert made["reference"] == f"CS-{made['pk']:04d}" and made["blind"] and made["mode"] == "single"
    lines = room.lines(made["pk"])
    assert [line["stock_item"] for line in lines] == [items["A2"], items["A10"], items["B1"]]
    assert lines[0]["location_path"] == "Hall W/A2" and lines[0]["IPN"] == "W-1" and lines[0]["units"] == "m"
    assert all(line["expected"] is None for line in lines)
    after = room.lines(made["pk"], position_after=lines[1]["position"])
    assert [line["pk"] for line in after] == [lines[2]["pk"]]


@pytest.mark.parametrize(("given", "member"), [("parts", "part"), ("items", "item"), ("category", "category")])
def test_what_is_counted_can_be_chosen_in_other_ways(room: CountRoom, given: str, member: str) -> None:
    category = room.admin.post("part/category/", json={"name": f"Kinds for {given}"}).json()["pk"]
    part = room.shop.part(category=category)
    item, other = room.shop.item(part), room.shop.item(room.shop.part())
    scope = {"parts": [part], "items": [item], "category": category}[given]
    lines = room.lines(room.session(scope={given: scope})["pk"])
    assert [line["stock_item"] for line in lines] == [item] and other != item, member


def test_an_entry_is_taken_once(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    made = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(made)
    ann = room.as_("ann")
    entry = {"key": "same", "line": line["pk"], "quantity": 4, "mode": "add"}
    assert room.enter(ann, made, entry, entry)[0]["status"] == "kept"
    assert [result["status"] for result in room.enter(ann, made, entry)] == ["known"]
    room.enter(ann, made, {"stock_item": item, "quantity": "5.5", "mode": "add"})
    (seen,) = room.lines(made, ann)
    assert seen["counted"] == 9.5 and seen["status"] == 20
    (others,) = room.lines(made, room.as_("bob"))
    assert others["counted"] is None


def test_a_refused_entry_holds_up_no_other(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    made = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(made)
    results = room.enter(
        room.as_("ann"), made, {"line": 999_999, "quantity": 1}, {"line": line["pk"], "quantity": "many"},
        {"line": line["pk"], "quantity": -3, "mode": "add"}, {"quantity": 1}, {"line": line["pk"], "quantity": 3},
        {"line": line["pk"], "quantity": 4_006_381_333},
    )  # fmt: skip
    assert [result["status"] for result in results] == ["refused"] * 4 + ["kept", "refused"]
    assert "no such line" in results[0]["reason"] and "valid number" in results[1]["reason"]
    assert "taken back" in results[2]["reason"] and "which line" in results[3]["reason"]
    assert "barcode" in results[5]["reason"]
    assert room.lines(made, room.as_("ann"))[0]["counted"] == 3


def test_one_counter_to_a_line_unless_the_session_says_otherwise(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    ann, bob = room.as_("ann"), room.as_("bob")
    for mode, status in (("single", "refused"), ("sum", "kept"), ("double", "kept")):
        made = room.session(scope={"items": [item]}, mode=mode)["pk"]
        (line,) = room.lines(made)
        room.enter(ann, made, {"line": line["pk"], "quantity": 3})
        assert room.lines(made)[0]["status"] == (10 if mode == "double" else 20)
        (result,) = room.enter(bob, made, {"line": line["pk"], "quantity": 7})
        assert result["status"] == status, mode


def test_what_was_not_on_the_sheet_is_added(room: CountRoom) -> None:
    shelf, part = room.shop.location(), room.shop.part()
    item = room.shop.item(part, 10, location=shelf)
    made = room.session(scope={})["pk"]
    ann = room.as_("ann")
    room.enter(ann, made, {"stock_item": item, "quantity": 9}, {"stock_item": item, "quantity": 1, "mode": "add"})
    room.enter(ann, made, {"part": part, "location": shelf, "quantity": 8})
    unknown = room.shop.part()
    room.enter(ann, made, {"part": unknown, "location": shelf, "quantity": 2, "batch": "B7"})
    lines = room.lines(made, ann)
    assert [(line["stock_item"], line["part"], line["counted"], line["found"]) for line in lines] == [
        (item, part, 8, True), (None, unknown, 2, True),
    ]  # fmt: skip
    (result,) = room.enter(ann, made, {"part": unknown, "location": 999_999, "quantity": 2})
    assert result["status"] == "refused"


def test_lines_are_taken_let_go_and_skipped(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    made = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(made)
    ann, bob = room.as_("ann"), room.as_("bob")
    assert room.do(ann, made, "take", lines=[line["pk"]])["taken"] == [line["pk"]]
    assert room.do(bob, made, "take", lines=[line["pk"]])["refused"] == [line["pk"]]
    assert room.lines(made, bob)[0]["taken_by_name"] == "ann"
    assert room.do(bob, made, "release", lines=[line["pk"]])["released"] == []
    assert room.do(ann, made, "release", lines=[line["pk"]])["released"] == [line["pk"]]
    assert room.do(bob, made, "skip", lines=[line["pk"]])["skipped"] == [line["pk"]]
    assert room.lines(made)[0]["status"] == 80
    room.enter(ann, made, {"line": line["pk"], "quantity": 1})
    assert room.lines(made)[0]["status"] == 20


def test_a_parked_code_is_kept_once(room: CountRoom) -> None:
    made = room.session(scope={})["pk"]
    ann = room.as_("ann")
    for _ in range(2):
        room.do(ann, made, "park", key="k1", barcode="]C1(01)<x>", note="on the floor")
    (row,) = room.admin.get(f"{COUNT}parked/", params={"session": made}).json()
    assert (row["barcode"], row["note"], row["user_name"]) == ("]C1(01)<x>", "on the floor", "ann")


def test_a_session_with_counts_is_not_deleted(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    made, empty = room.session(scope={"items": [item]})["pk"], room.session(scope={})["pk"]
    room.enter(room.as_("ann"), made, {"stock_item": item, "quantity": 1})
    leader = room.as_("lea", "leader")
    assert leader.delete(f"{COUNT}session/{made}/").status_code == 400
    assert leader.delete(f"{COUNT}session/{empty}/").status_code == 204
    changed = leader.patch(f"{COUNT}session/{made}/", json={"description": "new", "blind": False, "status": 30}).json()
    assert (changed["description"], changed["blind"], changed["status"]) == ("new", True, 10)


def test_open_counts_need_the_setting(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    body = {"scope": {"items": [item]}, "blind": False}
    assert "blind" in room.admin.post(f"{COUNT}session/", json=body).json()
    room.setting("COUNT_OPEN_ALLOWED", "yes")
    made = room.session(**body)["pk"]
    room.setting("COUNT_OPEN_ALLOWED", "no")
    assert room.lines(made, room.as_("ann"))[0]["expected"] == 10
