"""The board of count sessions and the variance review, by several people on a real server."""

import csv
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.faults import FaultServer, Reply, Request
from tests.server.resources.people import People
from tests.serving import Running
from tests.tui.counting.shop import Shelf
from tests.tui.driving import Driver, check_snapshot, driven
from tests.tui.hostile import HOSTILE
from tests.tui.screens.test_hostile import check
from tui.config import Launch
from tui.history import Place

COUNT = "../plugin/bincard/count/"
SIZES = [(132, 43), (80, 24)]
ROLES = {"counter": ("view", "add"), "leader": ("view", "add", "change"), "sue": ("view", "add", "change", "delete")}
EXPECTED = 73_519
"""A figure that is found nowhere else."""


class Room(Shelf):
    """A hall with a count session over it."""

    session: int
    reference: str
    lines: dict[int, int]

    def open(self, *items: int) -> None:
        """A session over the hall's items."""
        made = self._make(f"{COUNT}session/", {"description": f"Hall {self.number}", "scope": {"items": list(items)}})
        self.session, self.reference = made["pk"], made["reference"]
        rows = self.get(f"{COUNT}line/", session=self.session, limit=100)["results"]
        self.lines = {row["stock_item"]: row["pk"] for row in rows}

    def enter(self, by: httpx.Client, item: int, quantity: float) -> dict[str, Any]:
        entry = {"key": uuid.uuid4().hex, "line": self.lines[item], "quantity": quantity}
        answer = by.post(f"{COUNT}session/{self.session}/entries/", json={"entries": [entry]})
        return dict(answer.raise_for_status().json()["results"][0])

    def steer(self, by: httpx.Client, what: str, **body: Any) -> None:
        by.post(f"{COUNT}session/{self.session}/{what}/", json=body).raise_for_status()

    def variances(self) -> dict[int, dict[str, Any]]:
        rows = self.get(f"{COUNT}session/{self.session}/variances/", all=True)
        return {row["stock_item"]: row for row in rows}

    @property
    def state(self) -> int:
        return int(self.get(f"{COUNT}session/{self.session}/")["status"])


@pytest.fixture(scope="module")
def folk(server: Running) -> Iterator[dict[str, httpx.Client]]:
    """Signed-in clients: ann and ben count, lea leads, sue supervises; "api" may do anything."""
    people = People(server)
    clients = {
        name: people.as_user(name, roles={"stock": verbs, "stock_location": verbs, "part": ("view",)})
        for name, verbs in (
            ("ann", ROLES["counter"]), ("ben", ROLES["counter"]), ("lea", ROLES["leader"]), ("sue", ROLES["sue"]),
        )
    }  # fmt: skip
    clients["api"] = server.client("allaccess", "nolimits")
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def room(folk: dict[str, httpx.Client]) -> Room:
    return Room(folk["api"])


def as_(server: Running, name: str, url: str = "") -> Launch:
    return Launch(url or server.url, user=name, token=People(server).token(name))


async def at_review(client: Driver, room: Room) -> None:
    """Go to the review of the room's session."""
    await client.until(lambda: client.app.session.user is not None, "the session")
    await client.idle()
    client.app.call_later(client.app.go, Place("review", "countsession", room.session, title=room.reference))
    await client.see(room.reference, "counted")
    await client.idle()


def reviewed(room: Room, folk: dict[str, httpx.Client], moved: str = "remove") -> list[int]:
    """Three items: 50 of which 2 left and 44 were counted twice; 50 counted as 10 once; 50 counted as 50."""
    items = room.fill("A1", "A2", "A10")
    room.open(*items)
    folk["api"].post(f"stock/{moved}/", json={"items": [{"pk": items[0], "quantity": 2}]}).raise_for_status()
    for item, quantity in zip(items, (44, 10, 50), strict=True):
        assert room.enter(folk["ann"], item, quantity)["status"] == "kept"
    room.steer(folk["lea"], "close")
    assert room.enter(folk["ben"], items[0], 44)["status"] == "kept"
    return items


async def test_a_count_from_the_first_line_to_the_posted_variance(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    items = room.fill("A1", "A2")
    room.open(*items)
    assert room.enter(folk["ann"], items[0], 44)["status"] == "kept"
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("D")
        await client.see("End the counting", "1 of 2 lines are not counted")
        await client.press("escape")
        assert room.state == 10
        assert room.enter(folk["ann"], items[1], 50)["status"] == "kept"
        await client.press("D")
        await client.lose("are not counted")  # the question is about the session as it is
        await client.press("enter")
        await client.see("is in review", "-6 !  recount")
        assert room.state == 20
        # Who counted before cannot count again; somebody else can.
        assert "somebody else" in room.enter(folk["ann"], items[0], 44)["reason"]
        assert room.enter(folk["ben"], items[0], 45)["status"] == "kept"
        await client.press("r")
        await client.see("-5 !! approve", "counted by ann · again by ben")
        await client.press("a")
        await client.see("Approve -5 of Bolt 00", "MISCOUNT")
        await client.type("misco")
        await client.press("enter")
        await client.type("seen twice")
        await client.press("enter")
        await client.see("Done.", "=  posted")
        await client.press("P")
        await client.see("Post all 1 accepted lines?")
        await client.press("enter")
        await client.until(lambda: room.state == 30, "the end of the session")
        await client.see("posted")
    told = room.variances()[items[0]]
    assert told["counters"]["first"] == ["ann"] and told["counters"]["again"] == ["ben"]
    assert (told["approver"], told["reason"], told["note"]) == ("sue", "MISCOUNT", "seen twice")
    assert (told["before"], told["after"], told["variance"]) == (50, 45, -5)
    assert room.item(items[0])["quantity"] == 45
    rows = room.get("stock/track/", item=items[0], limit=100)["results"]
    note = next(row["notes"] for row in rows if row["tracking_type"] == 10)
    for text in ("50 -> 45", "counted by ann", "recounted by ben", "approved by sue", "MISCOUNT", "seen twice"):
        assert text in note


async def test_a_recount_is_done_from_the_review_of_the_session(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    (item,) = room.fill("A1")
    room.open(item)
    room.enter(folk["ann"], item, 40)
    room.steer(folk["lea"], "close")
    async with driven(as_(server, "ben")) as client:
        await at_review(client, room)
        await client.press("J")
        await client.see("left", "Bolt 00")
        await client.idle()
        await client.press("4", "1", "enter")
        await client.until(lambda: room.variances()[item]["status"] == 40, "the recount")
    assert room.variances()[item]["counters"] == {"first": ["ann"], "again": ["ben"], "notes": []}


async def test_movements_explain_what_was_expected(server: Running, folk: dict[str, httpx.Client], room: Room) -> None:
    reviewed(room, folk)
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("home")
        await client.see("-4 (-8.33 %): counted 44, expected 48 = 50 on the sheet, -2 moved meanwhile")
        assert client.line_with("-4 !! approve").startswith(">")
        lines = [line for line in client.lines if "Bolt 0" in line]
        assert [line.split()[0].lstrip(">") or line.split()[1] for line in lines] == ["-4", "-40", "0"]


async def test_who_counted_is_refused_with_the_servers_words_and_nothing_is_lost(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    (item,) = room.fill("A1")
    room.open(item)
    room.enter(folk["ann"], item, 40)
    room.steer(folk["lea"], "close")
    room.enter(folk["sue"], item, 40)
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("space", "a")
        await client.see("Reason")
        await client.type("MISCOUNT")
        await client.press("f2")
        await client.see("You counted this line; somebody else must approve it.")
        assert client.line_with("-10 !! approve")
        assert "1 marked" not in client.text and client.app.screen.table.marked_keys  # type: ignore[attr-defined]
    assert room.variances()[item]["status"] == 40


async def test_a_refused_request_keeps_what_is_typed(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    (item,) = room.fill("A1")
    room.open(item)
    room.enter(folk["ann"], item, 40)
    room.steer(folk["lea"], "close")
    room.enter(folk["ben"], item, 40)
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("a")
        await client.see("Reason")
        await client.type("OTHER")
        await client.press("enter")
        await client.type("rats")
        room.steer(folk["lea"], "cancel")
        await client.press("enter")
        await client.see("Refused:", "cancelled", "rats", "OTHER")
    assert room.item(item)["quantity"] == 50


async def test_a_line_that_cannot_be_posted_says_why_and_what_to_do(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    items = reviewed(room, folk)
    counted = {"items": [{"pk": items[0], "quantity": 47}]}
    folk["api"].post("stock/count/", json=counted).raise_for_status()
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("home", "a")
        await client.see("Reason")
        await client.type("MISCOUNT")
        await client.press("f2")
        await client.see("set right after this line was counted", "REFUSED")
        await client.press("6")
        await client.see("[6 Refused 1]", "c Recount")
        await client.press("c")
        await client.see("counted again?")
        await client.press("enter")
        await client.until(lambda: room.variances()[items[0]]["status"] == 30, "the recount")
    assert room.item(items[0])["quantity"] == 47


async def test_several_lines_are_approved_at_once_and_filters_show_where_they_are(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    items = room.fill("A1", "A2", "A10")
    room.open(*items)
    for item in items:
        room.enter(folk["ann"], item, 40)
    room.steer(folk["lea"], "close")
    for item in items:
        room.enter(folk["ben"], item, 41)
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.see("[1 All 3]", "2 Approve 3")
        await client.press("home", "space", "space", "a")
        await client.see("Approve 2 lines", "Reason")
        await client.type("OTHER")
        await client.press("f2")
        await client.see("2 lines done.", "2 Approve 1", "5 Posted 2")
        await client.press("5")
        assert sum("posted" in line and "Bolt" in line for line in client.lines) == 2
        await client.press("2")
        await client.see("[2 Approve 1]", "-9 !! approve")
    assert sorted(room.item(item)["quantity"] for item in items) == [41, 41, 50]


async def test_a_session_is_reopened_and_cancelled_only_when_that_is_agreed_to(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    reviewed(room, folk)
    async with driven(as_(server, "lea")) as client:
        await at_review(client, room)
        await client.press("O")
        await client.see("Go on counting")
        await client.press("enter")
        await client.until(lambda: room.state == 10, "the counting")
        await client.see("open for counting again")
        await client.press("X")
        await client.see("Cancel", "3 counted lines are given up")
        await client.press("escape")
        assert room.state == 10
        await client.press("X")
        await client.see("Cancel", "given up")
        await client.press("enter")
        await client.until(lambda: room.state == 40, "the end")


async def test_the_bin_card_of_a_line_and_back(server: Running, folk: dict[str, httpx.Client], room: Room) -> None:
    reviewed(room, folk)
    async with driven(as_(server, "sue")) as client:
        await at_review(client, room)
        await client.press("home", "down", "enter")
        await client.see("Bolt 01", "Balance")
        await client.press("[")
        await client.see(room.reference, "recount")
        await client.idle()
        assert client.line_with("Bolt 01").startswith(">")


async def test_a_report_is_saved_and_not_overwritten_unasked(
    server: Running, folk: dict[str, httpx.Client], room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed(room, folk)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"{room.reference}-report.csv"
    async with driven(as_(server, "sue"), (132, 43)) as client:
        await at_review(client, room)
        for again in (False, True):
            await client.press("e")
            await client.see("Save what?")
            await client.press("enter")
            await client.see("Variance report, CSV of")
            await client.press("enter")
            if again:
                await client.see("There is such a file")
                assert path.read_text(encoding="utf-8") == "mine"
                await client.press("enter")
            await client.see(f"Saved as {path}"[:100])
            with path.open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            assert [row["Moved"] for row in rows] == ["-2", "0", "0"]
            path.write_text("mine", encoding="utf-8")
            await client.press("r")
            await client.lose("Saved as")


async def test_parked_codes_can_be_looked_at(server: Running, folk: dict[str, httpx.Client], room: Room) -> None:
    (item,) = room.fill("A1")
    room.open(item)
    room.steer(folk["ann"], "park", key="p1", barcode="4006381333931", note=HOSTILE["csi colour"][:4] + "?")
    async with driven(as_(server, "ben")) as client:
        await at_review(client, room)
        await client.press("p")
        await client.see("4006381333931", "bolt?", "ann")


async def test_a_counter_gets_board_and_progress_but_no_figure(
    server: Running, folk: dict[str, httpx.Client], room: Room
) -> None:
    item = room.stock(room.part("Bolt"), "A1", EXPECTED, "B1")
    room.open(item)
    room.enter(folk["ann"], item, 60_000)
    room.steer(folk["lea"], "close")
    with FaultServer(server.url) as between:
        async with driven(as_(server, "ben", between.url), (132, 43)) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            await client.idle()
            before = len(between.requests)
            await client.press("n")
            await client.see("What do you count?", "F9 Sessions")
            await client.press("f9")
            await client.see("Count sessions", room.reference, "recount 1")
            assert "ann" in client.line_with(room.reference)
            await client.idle()
            await at_review(client, room)
            await client.see("recount", "counted by ann")
            seen = client.text
            await client.press("e")
            await client.see("Sheet to count by")
            assert "report" not in client.text
            await client.press("escape", "a", "c", "P", "D", "O", "X", "2")
            await client.idle()
            assert "?" not in client.text.replace("? Help", "")  # no question was asked
        asked = between.requests[before:]
    assert not any(word in seen for word in (str(EXPECTED), "73 519", "60 000", "60000", "13519", "13 519"))
    paths = [f"{each.path}?{urlencode(each.query)}" for each in asked]
    assert not [path for path in paths if "expected" in path or "variances" in path or "report" in path]
    ours = sorted({path for path in paths if "plugin/bincard/count" in path})
    assert len(ours) > 4
    for path in ours:
        told = folk["ben"].get(f"{server.url}{path}").text
        assert str(EXPECTED) not in told and "13519" not in told


async def test_a_leader_is_offered_no_approval(server: Running, folk: dict[str, httpx.Client], room: Room) -> None:
    reviewed(room, folk)
    async with driven(as_(server, "lea")) as client:
        await at_review(client, room)
        await client.see("c Recount", "D Close session")
        offered = {action.id for action in client.app.screen.available()}  # type: ignore[attr-defined]
        assert {"review.finish", "review.cancel", "review.reopen", "review.recount"} <= offered
        assert not {"review.approve", "review.post", "review.to_approve"} & offered


@pytest.mark.parametrize("text", [HOSTILE["osc clipboard"] + HOSTILE["csi clear"], "[@click=app.quit]x[/]\n\t"])
async def test_no_text_acts_on_the_terminal(
    server: Running, folk: dict[str, httpx.Client], room: Room, text: str
) -> None:
    row = {
        "pk": 1, "position": 1, "stock_item": 1, "part": 1, "part_name": text, "IPN": text, "units": text,
        "location_path": text, "batch": text, "serial": "", "status": 70, "found": False, "expected": 5,
        "movements": 1, "expected_then": 6, "counted": 2, "variance": -4, "percent": 3, "abc": text, "value": 2,
        "counters": {"first": [text], "again": [text], "notes": [text]}, "reason": text, "note": text,
        "approver": text, "before": 1, "after": 2, "refused_because": text,
    }  # fmt: skip
    told = {"pk": 7, "reference": text, "description": text, "status": 20, "status_text": text, "lines": 1,
            "counters": [text], "created_by_name": text, "created": text, "parked": 1}  # fmt: skip
    base = "/plugin/bincard/count/"
    with FaultServer(server.url) as between:
        between.answer("GET", f"{base}session/7/", told)
        between.answer("GET", f"{base}session/", [told])
        between.answer("GET", f"{base}session/7/variances/", [row])
        between.answer("GET", f"{base}parked/", [{"pk": 1, "barcode": text, "note": text, "user_name": text}])
        between.answer("GET", f"{base}reason/", [{"pk": 1, "code": text, "label": text}])
        async with driven(as_(server, "sue", between.url)) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            await client.idle()
            client.app.call_later(client.app.do_app_sessions)
            await client.see("Count sessions", "1 All")
            await client.idle()
            check(client)
            await client.press("enter")
            await client.see("REFUSED")
            check(client)
            for key in ("a", "p", "D", "e"):
                await client.press(key)
                await client.idle()
                assert len(client.app.screen_stack) == 3
                check(client)
                await client.press("escape")


async def test_an_inventree_server_has_no_sessions(server: Running) -> None:
    from tests.plain_inventree import PlainInvenTree

    with PlainInvenTree(server.url) as plain:
        async with driven(as_(server, "sue", plain.url)) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            await client.idle()
            await client.type(":sessions")
            await client.press("enter")
            await client.see("Count sessions are kept by a Bincard server")
        assert not plain.strayed


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_looks(size: tuple[int, int], server: Running, folk: dict[str, httpx.Client]) -> None:
    room = Room(folk["api"], number=900 + size[0])
    reviewed(room, folk, "add")  # what is taken from stock makes the classes of parts
    name = f"{size[0]}x{size[1]}"
    async with driven(as_(server, "sue"), size) as client:
        await at_review(client, room)
        await client.press("home")
        await client.idle()
        check_snapshot(f"count_review_{name}", [line.replace(room.reference, "CS-REF") for line in client.lines])
        await client.press("a")
        await client.see("Reason")
        await client.idle()
        check_snapshot(
            f"count_review_approve_{name}", [line.replace(room.reference, "CS-REF") for line in client.lines]
        )


SESSIONS: list[dict[str, Any]] = [
    {"pk": 9, "reference": "CS-0009", "description": "Hall 3", "status": 10, "status_text": "Counting", "lines": 40,
     "counted": 12, "left": 28, "skipped": 1, "found": 2, "parked": 1, "counters": ["ann", "ben"],
     "created": "2026-11-20 10:00", "created_by_name": "lea", "to_approve": 0, "to_post": 0},
    {"pk": 8, "reference": "CS-0008", "description": "Fasteners", "status": 20, "status_text": "Review", "lines": 120,
     "counted": 116, "recount": 4, "counters": ["ann", "cyd"], "created": "2026-11-19 08:00",
     "created_by_name": "lea", "to_approve": 3, "to_post": 90},
    {"pk": 7, "reference": "CS-0007", "description": "Due in week 46", "status": 30, "status_text": "Posted",
     "lines": 50, "counted": 50, "counters": ["ben"], "created": "2026-11-12 08:00", "created_by_name": "sue"},
    {"pk": 6, "reference": "CS-0006", "description": "By mistake", "status": 40, "status_text": "Cancelled",
     "lines": 9, "left": 9, "created": "2026-11-11 08:00", "created_by_name": "lea"},
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_board_by_state(size: tuple[int, int], server: Running, folk: dict[str, httpx.Client]) -> None:
    def told(request: Request) -> Reply:
        return Reply(body=[row for row in SESSIONS if str(row["status"]) == request.query["status"]])

    with FaultServer(server.url) as between:
        between.answer("GET", "/plugin/bincard/count/session/", told)
        async with driven(as_(server, "sue", between.url), size) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            await client.idle()
            client.app.call_later(client.app.do_app_sessions)
            await client.see("CS-0009", "next: count 28", "recount 4")
            await client.idle()
            check_snapshot(f"count_sessions_{size[0]}x{size[1]}", client.lines)
            await client.press("3")
            await client.see("[3 In review 1]", "next: recount 4, approve 3, post 90")
            assert "CS-0009" not in client.text
            await client.press("4")
            await client.see("CS-0007", "CS-0006")
