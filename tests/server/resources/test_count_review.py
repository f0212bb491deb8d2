"""From the last count to the posted variance: closing, recounts, approval, posting, and what moves meanwhile."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people

OPEN, COUNTED, RECOUNT, REVIEW, ACCEPTED, POSTED, REFUSED, SKIPPED = range(10, 90, 10)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        for name, what in (("ann", "counter"), ("bob", "counter"), ("lea", "leader"), ("sue", "supervisor")):
            made.as_(name, what)
        yield made
        made.close()


def states(room: CountRoom, session: int) -> list[int]:
    return [line["status"] for line in room.lines(session, room.as_("sue"), expected=True)]


def counted(room: CountRoom, recorded: float, found: float, **more: Any) -> tuple[int, int, int]:
    """A session over one item that ann counted: session, line, item."""
    item = room.shop.item(room.shop.part(), recorded, **more)
    session = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(session)
    room.enter(room.as_("ann"), session, {"line": line["pk"], "quantity": found})
    return session, line["pk"], item


def approve(room: CountRoom, session: int, line: int, reason: str = "MISCOUNT", by: str = "sue") -> dict[str, Any]:
    body = {"lines": [{"line": line, "reason": reason, "note": "seen twice"}]}
    (result,) = room.do(room.as_(by), session, "approve", **body)["results"]
    return dict(result)


def test_a_session_with_open_lines_closes_only_when_that_is_accepted(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 5)
    session = room.session(scope={"items": [item]})["pk"]
    lea = room.as_("lea")
    refused = lea.post(f"{COUNT}session/{session}/close/", json={})
    assert refused.status_code == 400 and refused.json()["left"] == 1
    assert room.do(lea, session, "close", accept_incomplete=True)["status"] == 30
    assert room.quantity(item) == 5


def test_a_variance_goes_through_recount_approval_and_posting(room: CountRoom) -> None:
    session, line, item = counted(room, 10, 7)
    lea, ann, bob = room.as_("lea"), room.as_("ann"), room.as_("bob")
    assert room.do(lea, session, "close")["recount"] == 1
    assert states(room, session) == [RECOUNT]
    (refused,) = room.enter(ann, session, {"line": line, "quantity": 7})
    assert refused["status"] == "refused" and "somebody else" in refused["reason"]
    assert room.enter(bob, session, {"line": line, "quantity": 8, "round": 2})[0]["status"] == "kept"
    assert states(room, session) == [REVIEW]
    assert room.lines(session, bob)[0]["status"] == COUNTED
    assert "no reason" in approve(room, session, line, "WHIM")["reason"]
    assert approve(room, session, line)["status"] == "posted"
    assert room.quantity(item) == 8
    track = room.admin.get("stock/track/", params={"item": item, "ordering": "-date"}).json()
    notes = next(row["notes"] for row in track if row["tracking_type"] == 10)
    for told in ("10 -> 8", "counted by ann", "recounted by bob", "approved by sue", "MISCOUNT", "seen twice"):
        assert told in notes
    assert room.admin.get(f"{COUNT}session/{session}/").json()["status"] == 30
    assert room.shop.read(item)["stocktake_date"] is not None


def test_who_counted_does_not_approve(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    session = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(session)
    room.enter(room.as_("ann"), session, {"line": line["pk"], "quantity": 9})
    room.do(room.as_("lea"), session, "close")
    room.enter(room.as_("sue"), session, {"line": line["pk"], "quantity": 9})
    assert "somebody else" in approve(room, session, line["pk"])["reason"]
    room.setting("COUNT_OTHER_APPROVER", "no")
    assert approve(room, session, line["pk"])["status"] == "posted"
    room.setting("COUNT_OTHER_APPROVER", "yes")
    assert room.quantity(item) == 9


def test_a_count_that_confirms_the_record_is_posted_too(room: CountRoom) -> None:
    session, line, item = counted(room, 10, 10)
    room.do(room.as_("lea"), session, "close")
    assert states(room, session) == [ACCEPTED]
    assert room.do(room.as_("sue"), session, "post")["results"] == [{"line": line, "status": "posted", "reason": None}]
    assert room.do(room.as_("sue"), session, "post", lines=[line])["results"][0]["status"] == "posted"
    assert len([code for code, _ in room.shop.history(item) if code == 10]) == 1


def test_within_tolerance_it_is_accepted_and_posted_where_the_setting_says_so(room: CountRoom) -> None:
    room.setting("COUNT_TOLERANCE_PERCENT_C", "10")
    room.setting("COUNT_AUTO_POST", "yes")
    session, _, item = counted(room, 100, 95)
    room.do(room.as_("lea"), session, "close")
    assert states(room, session) == [POSTED] and room.quantity(item) == 95
    room.setting("COUNT_AUTO_POST", "no")
    room.setting("COUNT_TOLERANCE_PERCENT_C", "2")


def test_what_moves_before_and_after_the_count_stands(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 100)  # there are 97 in truth; used at all, it is an A part
    session = room.session(scope={"items": [item]})["pk"]
    room.shop.act("remove", {"pk": item, "quantity": 10})
    room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": 87})
    room.shop.act("add", {"pk": item, "quantity": 5})
    room.setting("COUNT_TOLERANCE_PERCENT_A", "10")
    room.do(room.as_("lea"), session, "close")
    room.setting("COUNT_TOLERANCE_PERCENT_A", "0")
    assert room.do(room.as_("sue"), session, "post")["results"][0]["status"] == "posted"
    assert room.quantity(item) == 97 - 10 + 5


def test_somebody_elses_count_after_ours_is_not_overwritten(room: CountRoom) -> None:
    session, line, item = counted(room, 10, 10)
    room.shop.act("count", {"pk": item, "quantity": 8})
    room.do(room.as_("lea"), session, "close")
    (result,) = room.do(room.as_("sue"), session, "post")["results"]
    assert result["status"] == "refused" and "set right" in result["reason"]
    assert states(room, session) == [REFUSED] and room.quantity(item) == 8
    assert room.do(room.as_("lea"), session, "recount", lines=[line])["recount"] == [line]
    room.enter(room.as_("bob"), session, {"line": line, "quantity": 8})
    assert room.do(room.as_("sue"), session, "post")["results"][0]["status"] == "posted"


def test_what_was_moved_away_is_neither_missing_nor_wiped_out(room: CountRoom) -> None:
    here, there = room.shop.location(), room.shop.location()
    item = room.shop.item(room.shop.part(), 10, location=here)
    session = room.session(scope={"location": here})["pk"]
    room.shop.act("transfer", {"pk": item, "quantity": 10}, location=there)
    (line,) = room.lines(session)
    room.enter(room.as_("ann"), session, {"line": line["pk"], "quantity": 0})
    room.do(room.as_("lea"), session, "close")
    assert states(room, session) == [ACCEPTED]
    room.do(room.as_("sue"), session, "post")
    assert room.quantity(item) == 10


def test_found_stock_is_entered_and_missing_serials_are_lost(room: CountRoom) -> None:
    shelf, part = room.shop.location(), room.shop.part(trackable=True)
    item = room.shop.items(part, 1, location=shelf, serial_numbers="77")[0]["pk"]
    found = room.shop.part()
    session = room.session(scope={"location": shelf})["pk"]
    ann, bob = room.as_("ann"), room.as_("bob")
    room.enter(ann, session, {"stock_item": item, "quantity": 0}, {"part": found, "location": shelf, "quantity": 4})
    room.do(room.as_("lea"), session, "close")
    lines = room.lines(session)
    room.enter(bob, session, *({"line": line["pk"], "quantity": n} for line, n in zip(lines, (0, 4), strict=True)))
    for line in lines:
        assert approve(room, session, line["pk"])["status"] == "posted"
    assert room.shop.read(item)["status"] == 70
    (made,) = room.admin.get("stock/", params={"part": found}).json()
    assert made["quantity"] == 4 and made["location"] == shelf


def test_two_counters_that_disagree_are_asked_again(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), 10)
    session = room.session(scope={"items": [item]}, mode="double")["pk"]
    room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": 10})
    room.enter(room.as_("bob"), session, {"stock_item": item, "quantity": 9})
    room.do(room.as_("lea"), session, "close")
    assert states(room, session) == [RECOUNT]


def test_a_session_is_opened_again_or_given_up(room: CountRoom) -> None:
    session, line, item = counted(room, 10, 7)
    lea = room.as_("lea")
    room.do(lea, session, "close")
    assert room.do(lea, session, "reopen")["status"] == 10
    room.enter(room.as_("ann"), session, {"line": line, "quantity": 10})
    assert states(room, session) == [COUNTED]
    assert room.do(lea, session, "cancel")["status"] == 40
    (refused,) = room.enter(room.as_("ann"), session, {"line": line, "quantity": 3})
    assert refused["status"] == "refused" and room.quantity(item) == 10
    assert lea.post(f"{COUNT}session/{session}/close/", json={}).status_code == 400


@pytest.mark.parametrize("seed", range(6))
def test_any_interleaving_gives_what_a_perfect_observer_would_post(room: CountRoom, seed: int) -> None:
    """Items with errors in the record, movements and counts in any order; afterwards the record is the truth."""
    dice = random.Random(seed)
    part = room.shop.part()
    recorded = {room.shop.item(part, n, delete_on_deplete=False): n for n in (20, 30, 40)}
    truth = {item: n + dice.randint(-5, 5) for item, n in recorded.items()}
    session = room.session(scope={"items": list(recorded)})["pk"]
    ann, steps = room.as_("ann"), [(what, item) for item in recorded for what in ("count", "move", "move", "move")]
    dice.shuffle(steps)
    for what, item in steps:
        if what == "count":
            room.enter(ann, session, {"stock_item": item, "quantity": truth[item]})
        else:
            change = dice.choice((-2, 3))
            room.shop.act("add" if change > 0 else "remove", {"pk": item, "quantity": abs(change)})
            truth[item] += change
    room.do(room.as_("lea"), session, "close")
    for line in room.lines(session, room.as_("sue"), expected=True):
        if line["status"] == RECOUNT:
            room.shop.act("add", {"pk": line["stock_item"], "quantity": 1})
            truth[line["stock_item"]] += 1
            room.enter(room.as_("bob"), session, {"line": line["pk"], "quantity": truth[line["stock_item"]]})
            room.shop.act("remove", {"pk": line["stock_item"], "quantity": 2})
            truth[line["stock_item"]] -= 2
            approve(room, session, line["pk"])
    room.do(room.as_("sue"), session, "post")
    assert {item: room.quantity(item) for item in recorded} == truth
