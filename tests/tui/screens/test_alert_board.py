"""The alert board on a real server: it follows by itself, its line stays, alerts are seen to and acted on from it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.alerts.checking import check_all
from server.db.models.stock import StockLocation
from tests.serving import Running
from tests.tui.driving import Driver, check_snapshot, driven
from tests.tui.hostile import HOSTILE
from tests.tui.hostile_server import hostile_server
from tests.tui.live.watched import Room, add_user, settle, steady, watched
from tui.config import Launch, Options
from tui.safe_text import is_safe
from tui.screens.adjust import CountDialog
from tui.screens.alert_board import AlertBoard
from tui.screens.card import CardScreen
from tui.screens.reorder import ReorderScreen

OWN = "../plugin/bincard/"
PATH = "/plugin/bincard/"


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with watched(tmp_path / "server", empty_template) as started:
        yield started


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def room(api: httpx.Client) -> Room:
    return Room(api)


def alerts(api: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{OWN}alert/", params=query).raise_for_status().json()
    return found


@asynccontextmanager
async def board(
    server: Running, size: tuple[int, int] = (80, 24), *, user: str = "admin", password: str = "admin"
) -> AsyncIterator[Driver]:
    """The client at its alert board, which shows the alerts of what was done before."""
    settle(server)
    launch = Launch(server.url, user=user, token=server.token(user, password, "board"))
    async with driven(launch, size, live=True) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.idle()
        await client.press("exclamation_mark")
        await client.until(lambda: isinstance(client.app.screen, AlertBoard), "the board")
        await client.until(lambda: client.app.live.book.total is not None, "the alerts")
        await client.see(" live")
        await client.idle()
        yield client


def selected(client: Driver) -> str:
    return next((line for line in client.lines if line.startswith(">")), "")


async def test_alerts_come_worsen_and_go_by_themselves(server: Running, room: Room) -> None:
    async with board(server) as client:
        await client.see("Nothing is wrong")
        assert "alert" not in client.lines[-1]
        _, item = room.short("Washer")
        await client.see("Washer: 12 of")
        await client.until(lambda: " !1 alert ·" in client.lines[-1], "the count")
        room.take(item, 10)
        await client.until(lambda: "!!1 alert ·" in client.lines[-1], "the sign of a critical one")
        room.put(item, 40)
        await client.see("resolved")
        await client.until(lambda: "alert" not in client.lines[-1], "no count for none")
        await client.press("r")
        await client.see("Nothing is wrong")


async def test_the_line_under_the_cursor_stays_where_it_is(server: Running, room: Room) -> None:
    for number in range(30):
        room.short(f"Bolt {number:02d}")
    async with board(server) as client:
        await client.until(lambda: client.app.live.book.total == 30, "all thirty")
        await client.idle()
        await client.press("down", "down", "down")
        row, name = client.lines.index(selected(client)), selected(client)
        room.out("Crane")
        room.out("Winch")
        await client.see("2 new above (N): Winch")
        assert client.lines[row] == name
        await client.press("N")
        await client.until(lambda: "Winch" in selected(client), "the newest under the cursor")
        await client.lose("new above")


async def test_one_is_acknowledged_and_its_row_stays(server: Running, room: Room, api: httpx.Client) -> None:
    room.out("Crane")
    room.short("Washer")
    async with board(server) as client:
        await client.see("Washer", "Crane")
        await client.press("a")
        await client.see("seen admin", "1 acknowledged")
        assert "Crane" in selected(client)
        assert [one["state_text"] for one in alerts(api, kind="out_of_stock")][:1] == ["Acknowledged"]
        assert "a Acknowledge" not in client.text  # what is not legal any more is not offered
        await client.press("e")
        await client.see("What became of it", "opened", "acknowledged by admin")


async def test_marked_ones_are_snoozed_for_a_while(server: Running, room: Room, api: httpx.Client) -> None:
    for name in ("Bolt", "Nut", "Washer"):
        room.short(name)
    async with board(server) as client:
        await client.see("Bolt", "Nut", "Washer")
        await client.press("space", "space", "z")
        await client.see("Snooze 2 alerts for how long?")
        await client.type("36")
        await client.press("enter")
        await client.see("2 snoozed")
        assert sorted(one["state_text"] for one in alerts(api)) == ["Open", "Snoozed", "Snoozed"]
        await client.press("4")
        await client.see("[4 Snoozed 2]")
        await client.until(lambda: sum(" snoozed" in line for line in client.lines) >= 2, "both")


async def test_a_note_goes_with_resolving_and_the_history_tells_it(server: Running, room: Room) -> None:
    room.short("Washer")
    async with board(server) as client:
        await client.see("Washer")
        await client.press("D")
        await client.type("ordered by phone")
        await client.press("enter")
        await client.see("1 resolved")
        await client.press("5")
        await client.see("[5 Done]", "Washer")
        await client.press("e")
        await client.see("resolved by admin: ordered by phone")


async def test_a_refusal_is_shown_and_nothing_else_is_lost(server: Running, room: Room, api: httpx.Client) -> None:
    room.short("Bolt")
    room.short("Nut")
    async with board(server) as client:
        await client.see("Bolt", "Nut")
        await client.press("space", "space", "D")
        await client.see("Resolve 2 alerts")
        first = alerts(api)[0]["pk"]
        api.post(f"{OWN}alert/resolve/", json={"alerts": [first]}).raise_for_status()
        await client.press("enter")
        await client.see("1 resolved, 1 refused: It is resolved already.")


async def test_groups_and_filters(server: Running, room: Room) -> None:
    room.out("Crane")
    for name in ("Bolt", "Nut"):
        room.short(name)
    async with board(server) as client:
        await client.see("Crane", "Bolt", "Nut")
        await client.press("t")
        await client.see("Out of stock (1, 1 critical)", "Low stock (2)", "by kind")
        await client.press("t")
        await client.see("No location (3, 1 critical)")
        await client.press("t", "w", "w")
        await client.see("!! only")
        await client.lose("Bolt")
        await client.press("escape", "k")
        await client.see("Show which kind?")
        await client.type("low")
        await client.press("enter")
        await client.lose("Crane")
        await client.see("Bolt", "Nut")
        # A heading stands for its group.
        await client.press("t", "home", "space", "a")
        await client.see("2 acknowledged")


async def test_from_the_alert_to_its_cause_and_back_to_the_same_line(server: Running, room: Room) -> None:
    for name in ("Bolt", "Nut", "Washer"):
        room.short(name)
    async with board(server) as client:
        await client.see("Bolt", "Nut", "Washer")
        await client.press("down")
        name = selected(client)
        await client.press("b")
        await client.until(lambda: isinstance(client.app.screen, CardScreen), "the bin card")
        await client.press("[")
        await client.until(lambda: isinstance(client.app.screen, AlertBoard), "the board")
        await client.until(lambda: selected(client) == name, "the same line")


async def test_a_part_is_ordered_at_the_reorder_desk(server: Running, room: Room) -> None:
    room.short("Bolt")
    room.short("Washer")
    async with board(server) as client:
        await client.see("Bolt", "Washer")
        await client.press("down")
        await client.see("Enter Order it")
        name = selected(client)
        await client.press("enter")
        await client.until(lambda: isinstance(client.app.screen, ReorderScreen), "the reorder desk")
        await client.idle()
        await client.press("[")
        await client.until(lambda: isinstance(client.app.screen, AlertBoard), "the board")
        await client.until(lambda: selected(client) == name, "the same line")


async def test_an_item_is_counted_from_its_alert(server: Running, room: Room) -> None:
    place = room.location(name="Hall")
    item = room.item(room.part(name="Washer"), 5, location=place)
    with server.database.write() as session:
        hall = session.get(StockLocation, place)
        assert hall is not None
        hall.structural = True  # as a record of another program may have it: no stock may lie there
    check_all(server.database, datetime.now(UTC), kinds=("impossible_record",))
    async with board(server) as client:
        await client.see("Washer", "Enter Count it")
        name = selected(client)
        await client.press("enter")
        await client.until(lambda: isinstance(client.app.screen, CountDialog), "the dialog")
        await client.type("12")
        await client.press("enter")
        await client.until(lambda: room.read(item)["quantity"] == 12, "the count")
        await client.until(lambda: isinstance(client.app.screen, AlertBoard), "the board")
        assert selected(client)[:20] == name[:20]


async def test_an_overdue_order_is_received_from_its_alert(server: Running, api: httpx.Client) -> None:
    supplier = api.post("company/", json={"name": "Acme", "is_supplier": True}).raise_for_status().json()["pk"]
    order = api.post("order/po/", json={"supplier": supplier, "target_date": "2020-01-01"}).raise_for_status().json()
    part = api.post("part/", json={"name": "Bolt", "description": "for tests"}).raise_for_status().json()["pk"]
    sold = api.post("company/part/", json={"part": part, "supplier": supplier, "SKU": "B-1"}).raise_for_status().json()
    line = {"order": order["pk"], "part": sold["pk"], "quantity": 5}
    api.post("order/po-line/", json=line).raise_for_status()
    api.post(f"order/po/{order['pk']}/issue/").raise_for_status()
    async with board(server) as client:
        await client.see(order["reference"], "Enter Receive it")
        await client.press("enter")
        await client.until(lambda: not isinstance(client.app.screen, AlertBoard), "the receiving screen")
        await client.see(order["reference"])


async def test_who_may_only_look_is_offered_only_that(server: Running, room: Room, api: httpx.Client) -> None:
    room.short("Washer")
    add_user(server, "viewer", "only-looking", stock="view", part="view")
    async with board(server, user="viewer", password="only-looking") as client:
        await client.see("Washer", "Enter Look at it")
        for word in ("Acknowledge", "Snooze", "Resolve"):
            assert word not in client.lines[-2]
        await client.press("a")
        await client.pilot.pause()
        assert alerts(api)[0]["state_text"] == "Open"


async def test_who_may_see_nothing_sees_nothing(server: Running, room: Room) -> None:
    room.short("Washer")
    add_user(server, "nobody", "nothing-to-see")
    launch = Launch(server.url, user="nobody", token=server.token("nobody", "nothing-to-see", "board"))
    async with driven(launch, live=True) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.press("exclamation_mark")
        await client.see("not live")
        await client.until(lambda: client.app.live.book.total == 0, "no alert")
        assert "Washer" not in client.text
        assert "alert" not in client.lines[-1]


async def test_the_bell_rings_for_a_new_critical_one_where_that_is_asked_for(server: Running, room: Room) -> None:
    launch = Launch(server.url, user="admin", token=server.token(), options=Options(alert_bell=True))
    async with driven(launch, live=True) as client:
        rung: list[int] = []
        client.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await client.until(lambda: client.app.session.user and client.app.live.is_live, "the stream")
        room.short("Washer")
        await client.see("!1 alert")
        assert not rung
        room.out("Crane")
        await client.see("!!1 of 2 alerts")
        assert rung == [1]


@pytest.mark.parametrize("size", [(132, 43), (80, 24), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_it_looks(server: Running, room: Room, size: tuple[int, int]) -> None:
    room.out("Crane, heavy, with a long name that does not fit")
    room.short("Washer")
    async with board(server, size) as client:
        await client.see("Crane", "Washer")
        await client.until(lambda: client.app.status.alerts == 2, "the count")
        await client.press("down")
        await client.idle()
        await client.until(lambda: "Washer" in selected(client), "the second line")
        check_snapshot(f"alerts-{size[0]}x{size[1]}", steady(client.lines))


@pytest.mark.parametrize("size", [(132, 43), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_no_text_of_an_alert_acts_on_the_terminal(size: tuple[int, int]) -> None:
    texts = list(HOSTILE.values())
    rows = [
        {
            "pk": pk, "kind": "low_stock", "alert_type": text, "severity": 30, "state": 10, "message": text,
            "sent_at": text, "part": 1, "part_name": text, "location": 1, "location_path": text,
            "action": {"do": text}, "acknowledged_by_name": text, "history": [{"what": text, "at": text, "note": text}],
        }
        for pk, text in enumerate(texts, 1)
    ]  # fmt: skip
    with hostile_server() as server:
        plugins = [{"slug": "bincard"}]
        server.answer("GET", "/api/", {"version": "1", "apiVersion": 532, "instance": "x", "active_plugins": plugins})
        server.answer("GET", f"{PATH}alert/", {"count": len(rows), "results": rows})
        summary = {"open": 1, "unresolved": 1, "by_severity": {"critical": 1}, "per_hour": [1] * 24}
        server.answer("GET", f"{PATH}alert/summary/", summary)
        server.answer("GET", f"{PATH}events/", {"detail": HOSTILE["osc clipboard"]}, status=403)
        server.answer("GET", f"{PATH}alert/{len(rows)}/", rows[-1])
        refusal = {"changed": [], "refused": [{"alert": 1, "reason": HOSTILE["osc clipboard"]}]}
        server.answer("POST", f"{PATH}alert/acknowledge/", refusal)
        async with driven(Launch(server.url, token="inv-1"), size, live=True) as client:
            await client.see("items")
            await client.idle()
            await client.press("exclamation_mark")
            await client.until(lambda: client.app.live.book.total == len(rows), "the alerts")
            for key in ("down", "t", "t", "a", "e", "escape", "k", "escape", "pagedown", "pagedown"):
                await client.press(key)
                await client.idle()
                assert all(is_safe(line) for line in client.lines), client.text
