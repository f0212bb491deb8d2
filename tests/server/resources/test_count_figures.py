"""What sessions and variances tell beside the counts: who counts, what moved, what it is worth, and to whom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        for name, what in (("ann", "counter"), ("bob", "counter"), ("lea", "leader"), ("sue", "supervisor")):
            made.as_(name, what)
        yield made
        made.close()


def test_a_session_says_who_counts_and_what_was_found_and_parked(room: CountRoom) -> None:
    items = [room.shop.item(room.shop.part(), 5) for _ in range(2)]
    other = room.shop.item(room.shop.part(), 5)
    session = room.session(scope={"items": items})["pk"]
    for name, item in (("bob", items[0]), ("ann", items[1]), ("ann", items[0]), ("ann", other)):
        room.enter(room.as_(name), session, {"stock_item": item, "quantity": 5})
    room.do(room.as_("ann"), session, "park", key="k1", barcode="what is this", note="")
    told = room.as_("ann").get(f"{COUNT}session/{session}/").json()
    assert told["counters"] == ["ann", "bob"]
    assert (told["lines"], told["found"], told["parked"]) == (3, 1, 1)


def test_what_follows_from_the_expected_quantity_is_for_supervisors(room: CountRoom) -> None:
    items = [room.shop.item(room.shop.part(), 5) for _ in range(2)]
    session = room.session(scope={"items": items})["pk"]
    for item, quantity in zip(items, (5, 4), strict=True):
        room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": quantity})
    room.do(room.as_("lea"), session, "close")
    (line,) = room.lines(session, room.as_("sue"), expected=True, status=30)
    room.enter(room.as_("bob"), session, {"line": line["pk"], "quantity": 4, "round": 2})
    told = {name: room.as_(name).get(f"{COUNT}session/{session}/").json() for name in ("ann", "lea", "sue")}
    assert [(told[name]["to_approve"], told[name]["to_post"]) for name in told] == [(None, None), (None, None), (1, 1)]
    listed = room.as_("ann").get(f"{COUNT}session/", params={"search": told["sue"]["reference"]}).json()
    assert [(row["to_approve"], row["to_post"], row["counters"]) for row in listed] == [(None, None, ["ann", "bob"])]


def test_a_variance_says_what_moved_and_what_it_is_worth(room: CountRoom) -> None:
    part = room.shop.part()
    pricing = {"override_min": 2.5, "override_min_currency": "USD", "override_max": 2.5, "override_max_currency": "USD"}
    assert room.admin.patch(f"part/{part}/pricing/", json={**pricing, "update": True}).status_code == 200
    item = room.shop.item(part, 50)
    session = room.session(scope={"items": [item]})["pk"]
    room.admin.post("stock/remove/", json={"items": [{"pk": item, "quantity": 2}]}).raise_for_status()
    room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": 47.5})
    room.do(room.as_("lea"), session, "close")
    (row,) = room.as_("sue").get(f"{COUNT}session/{session}/variances/").json()
    assert (row["expected"], row["movements"], row["expected_then"]) == (50, -2, 48)
    assert (row["counted"], row["variance"], row["value"]) == (47.5, -0.5, -1.25)
    assert row["percent"] == -1.04
    assert row["abc"] in ("A", "B", "C")
    report = room.as_("sue").get(f"{COUNT}session/{session}/report/", params={"export": "csv"}).text
    assert "Moved" in report and "-1.25" in report
