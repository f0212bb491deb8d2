"""The dashboard: numbers that are right, come one by one, follow what happens, and open the list behind them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.faults import FaultServer, Reply
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.live.watched import Room, add_user, steady, watched
from tui.config import Launch
from tui.screens.alert_board import AlertBoard
from tui.screens.dashboard import DashboardScreen
from tui.screens.order_board import OrderBoard


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with watched(tmp_path / "server", empty_template) as started:
        yield started


@asynccontextmanager
async def dashboard(
    server: Running, size: tuple[int, int] = (80, 24), *, user: str = "admin", password: str = "admin", url: str = ""
) -> AsyncIterator[Driver]:
    launch = Launch(url or server.url, user=user, token=server.token(user, password, "dashboard"))
    async with driven(launch, size, live=True) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.idle()
        await client.press("d")
        await client.until(lambda: isinstance(client.app.screen, DashboardScreen), "the dashboard")
        await client.idle()
        yield client


def number(client: Driver, key: str) -> str:
    """The number that a digit opens, with its sign."""
    line = next((line for line in client.lines[2:] if line[2:3] == key), "")
    return " ".join(line[3:17].split())


async def test_the_numbers_follow_what_happens_and_open_their_lists(server: Running) -> None:
    with server.client() as api:
        room = Room(api)
        room.short("Washer")
        api.post("company/", json={"name": "Acme", "is_supplier": True}).raise_for_status()
        acme = api.get("company/").json()[0]["pk"]
        order = {"supplier": acme, "target_date": "2020-01-01"}
        made = api.post("order/po/", json=order).raise_for_status().json()
        async with dashboard(server) as client:
            await client.until(lambda: number(client, "2") == "1 !", "one alert")
            await client.until(lambda: number(client, "3") == "1 !", "the order")
            await client.see(" live")
            await client.until(lambda: client.app.live.is_live, "the stream")
            room.out("Crane")
            await client.until(lambda: number(client, "1") == "1 !!", "the critical one")
            await client.until(lambda: number(client, "8") == "2 !", "both")
            await client.press("1")
            await client.until(lambda: isinstance(client.app.screen, AlertBoard), "the board")
            await client.see("!! only", "Crane")
            assert "Washer" not in client.text
            await client.press("[")
            await client.until(lambda: isinstance(client.app.screen, DashboardScreen), "the dashboard again")
            await client.until(lambda: client.lines[2].startswith("> 1"), "the cursor where it was")
            await client.press("3")
            await client.until(lambda: isinstance(client.app.screen, OrderBoard), "the orders")
            await client.see(made["reference"])


async def test_failed_jobs_are_for_staff_and_shown_with_their_reason(server: Running) -> None:
    async with dashboard(server) as client:
        await client.see("jobs failed")
        await client.press("0")
        await client.see("Jobs that failed", "No job has failed.")


async def test_staff_see_the_jobs_that_wait_and_who_follows(server: Running) -> None:
    async with dashboard(server) as client:
        await client.until(lambda: client.app.live.is_live, "the stream")
        await client.press("end", "up")
        await client.until(lambda: any(line.split()[:2] == [">", "1"] for line in client.lines), "this very client")
        await client.see("clients that follow this server")
        await client.press("enter")
        await client.see("Who follows this server", "admin: 1")
        await client.press("escape", "up", "enter")
        await client.see("Jobs that wait", "No job waits.")


async def test_who_may_see_little_sees_few_numbers(server: Running) -> None:
    add_user(server, "buyer", "only-buying", purchase_order="view")
    async with dashboard(server, user="buyer", password="only-buying") as client:
        await client.see("purchase orders overdue")
        for label in (
            "sales orders overdue",
            "count sessions",
            "low on stock",
            "jobs failed",
            "jobs waiting",
            "that follow",
            "troubles",
        ):
            assert label not in client.text


async def test_one_that_fails_says_so_and_the_others_are_there(server: Running) -> None:
    with FaultServer(server.url) as proxy:
        proxy.answer("GET", "/api/order/po/", lambda request: Reply(500, {"detail": "broken"}))
        year = date.today().year
        years = [{"year": each, "revenue": [10.0] * 12} for each in (year, year - 1)]
        proxy.answer("GET", "/plugin/bincard/sales/season/", {"currency": "EUR", "years": years})
        proxy.answer("GET", "/plugin/bincard/events/", {"detail": "none"}, status=404)
        async with dashboard(server, url=proxy.url) as client:
            await client.see("purchase orders overdue: ")
            await client.until(lambda: number(client, "4") == "0", "the others")
            assert number(client, "3") == "?"
            await client.see("Sales, 12 months ████████████ 120.00 EUR")


@pytest.mark.parametrize("size", [(132, 43), (80, 24), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_it_looks(server: Running, size: tuple[int, int]) -> None:
    with server.client() as api:
        Room(api).out("Crane")
    async with dashboard(server, size) as client:
        await client.see(" live")
        await client.until(lambda: client.app.status.alerts == 1, "the count")
        await client.until(lambda: number(client, "1") == "1 !!", "the numbers")
        await client.check(f"dashboard-{size[0]}x{size[1]}", lambda: steady(client.lines))
