"""The count planner against the real server: what is due, a count of it, the figures; at a plain InvenTree too."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from server.db.models.stock import StockItem
from tests.faults import FaultServer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tests.tui.counting.shop import Shelf, launch_at
from tests.tui.driving import Driver, check_snapshot, driven
from tests.tui.hostile import HOSTILE
from tui.config import Launch
from tui.safe_text import is_safe
from tui.screens.count_planner import CountPlannerScreen
from tui.screens.count_sheet import CountSheetScreen

SIZES = [(132, 43), (80, 24)]


@pytest.fixture
def server(tmp_path: Path, demo_template: Path) -> Iterator[Running]:
    """A server of its own for each test, where all there is was counted today: what is due is what the test makes."""
    with running(tmp_path / "server", demo_template) as started:
        with started.database.write() as session:
            session.execute(update(StockItem).values(stocktake_date=date.today(), quantity=50))
        yield started


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def shelf(api: httpx.Client) -> Shelf:
    return Shelf(api, 7)


@pytest.fixture
async def client(server: Running, shelf: Shelf) -> AsyncIterator[Driver]:
    """The planner with three items that were never counted."""
    shelf.items = shelf.fill("A1", "A2", "B1")
    async with planning(launch_at(server)) as driver:
        yield driver


def planning(launch: Launch, size: tuple[int, int] = (80, 24)) -> "Planning":
    return Planning(launch, size)


class Planning:
    """The client on the planner, loaded."""

    def __init__(self, launch: Launch, size: tuple[int, int]) -> None:
        self._driven = driven(launch, size)

    async def __aenter__(self) -> Driver:
        client = await self._driven.__aenter__()
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.press("n")
        await client.see("Planner")
        await client.press("f7")
        await client.see("Count planner")
        await client.until(lambda: "due" in client.lines[0], "the plan")
        await client.idle()
        return client

    async def __aexit__(self, *error: object) -> None:
        await self._driven.__aexit__(*error)  # type: ignore[arg-type]


async def enter(client: Driver, text: str) -> None:
    await client.press(*text, "enter")
    await client.pilot.pause()


async def test_what_is_due_is_counted_and_no_longer_due(client: Driver, api: httpx.Client) -> None:
    await client.see("3 due", "3 never counted", "3 today")
    await client.press("c")
    await client.see("All of the list: 3 items")
    await client.type("2")
    await client.see("The first 2: 2 items")
    await client.press("enter")
    await client.until(lambda: isinstance(client.app.screen, CountSheetScreen), "the sheet")
    await client.see("0 of 2")
    await enter(client, "50")
    await enter(client, "49")
    await client.see("All 2 lines are counted")
    desk = client.app.count_desk
    await client.until(lambda: desk.waiting == 0, "the posting")
    await client.until(lambda: api.get("../plugin/bincard/count/due/").json()[1:] == [], "the server to know")
    await client.press("tab")
    await client.app.run_by_id("app.planner")
    await client.see("1 due", "2 are counted and wait to be posted", "Bolt 02")
    assert "Bolt 00" not in client.text


async def test_a_class_and_a_location_alone(client: Driver, shelf: Shelf) -> None:
    await client.press("down")
    await client.press("t")
    await client.see("at Hall 7/A2", "1 listed of 3 due")
    assert "Bolt 00" not in client.text
    await client.press("t")
    await client.see("Bolt 00", "3 due")
    await client.press("a")
    await client.see("class A", "Nothing is due")
    await client.press("escape")
    await client.see("Bolt 00")
    # A figure narrows to what it is about.
    await client.press("tab", "down", "down", "enter")
    await client.see("class C", "Bolt 00")
    assert client.app.screen.focused is client.app.screen.query_one("#due")


async def test_the_bin_card_and_back(client: Driver) -> None:
    await client.press("down", "enter")
    await client.see("Bolt 01 7")
    await client.until(lambda: not isinstance(client.app.screen, CountPlannerScreen), "the bin card")
    await client.press("left_square_bracket")
    await client.see("Count planner", "3 due", "> C  never counted            Bolt 01")
    await client.press("g")
    await client.see("Hall 7", "on hand")


async def test_a_plain_inventree_gets_the_due_list(server: Running, shelf: Shelf, api: httpx.Client) -> None:
    old, moved, empty, never = (
        shelf.stock(shelf.part(name), "A1", quantity)
        for name, quantity in (("Old", 9), ("Moved", 9), ("Empty", 1), ("Never", 9))
    )
    ages = {old: 100, moved: 5, empty: 5, never: None}
    with server.database.write() as session:
        for item, days in ages.items():
            day = None if days is None else date.today() - timedelta(days=days)
            session.execute(update(StockItem).where(StockItem.pk == item).values(stocktake_date=day))
    with PlainInvenTree(server.url) as plain:
        async with planning(launch_at(server, plain.url), (132, 43)) as client:
            await client.see("accuracy is not available", "4 due")
            rows = [line for line in client.lines if "Hall 7/A1" in line]
            recently = date.today() - timedelta(days=5)
            wanted = [
                ("Never 7", "never counted"), ("Old 7", "counted 100 days ago, every 90; moved since"),
                ("Empty 7", f"nearly empty; moved since {recently}"), ("Moved 7", f"moved since {recently}"),
            ]  # fmt: skip
            assert all(name in row and why in row for row, (name, why) in zip(rows, wanted, strict=True)), rows
            await client.press("space", "c", "enter")
            await client.see("0 of 1")
            await enter(client, "8")
            await client.until(lambda: shelf.counts(never) == [8], "the posting")
            await client.press("tab")
            await client.app.run_by_id("app.planner")
            await client.see("3 due")
        assert not plain.strayed


async def test_who_may_not_see_what_was_expected_has_no_planner(server: Running) -> None:
    launch = Launch(server.url, user="reader", token=server.token("reader", "readonly", "planner"))
    async with driven(launch) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.idle()
        assert all(action.id != "app.planner" for action in client.app.host.available())


async def test_hostile_names_reach_no_terminal(server: Running, shelf: Shelf, api: httpx.Client) -> None:
    kept = 0
    for number, text in enumerate(text for text in HOSTILE.values() if "\ud800" not in text):
        body = {"name": f"Evil {number} {text}"[:100], "description": "x", "category": 1, "component": True}
        part = api.post("part/", json=body)
        if part.is_success:
            kept += 1
            shelf.stock(part.json()["pk"], "A1", 9, f"{text}"[:50])
    assert kept
    async with planning(launch_at(server), (132, 43)) as client:
        await client.see("Evil ")
        await client.press("c")
        await client.see("All of the list")
        assert all(is_safe(character) or character == "\n" for character in client.text)


async def test_a_server_that_fails_or_talks_nonsense_is_said_and_asked_again(server: Running, shelf: Shelf) -> None:
    shelf.fill("A1")
    with FaultServer(server.url) as proxy:
        async with planning(launch_at(server, proxy.url)) as client:
            for reply, said in (
                (Reply(503, {"detail": "Closed for lunch"}), "Closed for lunch"),
                (Reply(200, {"classes": "many"}), "A plan of counts was expected"),
            ):
                proxy.fail("GET", "/plugin/bincard/count/planner/", *[reply] * 5)
                await client.press("r")
                await client.see(said, "1 due")
                proxy.clear()
            await client.press("r")
            await client.idle()
            await client.see("Bolt 00", "1 due")


@pytest.mark.parametrize("size", SIZES)
async def test_screens(server: Running, shelf: Shelf, api: httpx.Client, size: tuple[int, int]) -> None:
    items = shelf.fill(*(f"A{number}" for number in range(6)), quantity=50)
    made = api.post("../plugin/bincard/count/session/", json={"scope": {"items": items[:4]}}).json()["pk"]
    entries = [
        {"key": f"k{item}", "stock_item": item, "quantity": quantity}
        for item, quantity in zip(items, (50, 50, 49, 40), strict=False)
    ]
    api.post(f"../plugin/bincard/count/session/{made}/entries/", json={"entries": entries}).raise_for_status()
    api.post(f"../plugin/bincard/count/session/{made}/close/", json={}).raise_for_status()
    shelf.stock(shelf.part("Nut"), "B1", 1)
    async with planning(launch_at(server), size) as client:
        await client.see("Bolt 05", "Record")
        monday = date.today() - timedelta(days=date.today().weekday())
        lines = [line.replace(f"{monday:%d %b}", "DD MMM") for line in client.lines]
        check_snapshot(f"count-planner-{size[0]}x{size[1]}", lines)
