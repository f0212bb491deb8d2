"""Two people at their screens: what one does to the stock is an alert on the other's board, until it is mended."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.live.watched import Room, watched
from tui.config import Launch
from tui.screens.adjust import AddDialog, RemoveDialog
from tui.screens.alert_board import AlertBoard
from tui.screens.card import CardScreen
from tui.screens.order import OrderScreen
from tui.screens.reorder import ReorderScreen


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"BINCARD_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("BINCARD_KEYRING", "off")


def made(api: httpx.Client, path: str, **values: Any) -> int:
    answer = api.post(path, json=values)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["pk"])


@asynccontextmanager
async def clients(server: Running, *names: str) -> AsyncIterator[list[Driver]]:
    """A client for each name, signed in, side by side."""
    async with AsyncExitStack() as stack:
        found = []
        for name in names:
            launch = Launch(server.url, user="admin", token=server.token(name=name))
            client = await stack.enter_async_context(driven(launch, live=True))
            await client.until(lambda client=client: client.app.session.user is not None, "the session")  # type: ignore[misc]
            await client.idle()
            found.append(client)
        yield found


async def change(clerk: Driver, key: str, quantity: str, dialog: type) -> None:
    """Post a change of the item whose bin card is open."""
    await clerk.press(key)
    await clerk.until(lambda: isinstance(clerk.app.screen, dialog), "the dialog")
    await clerk.type(quantity)
    await clerk.press("enter")
    await clerk.until(lambda: isinstance(clerk.app.screen, CardScreen), "the bin card")
    await clerk.idle()


async def test_from_the_shelf_to_the_board_of_another_and_back(tmp_path: Path, empty_template: Path) -> None:
    with watched(tmp_path / "server", empty_template) as server, server.client() as api:
        room = Room(api)
        _, item = room.short("Washer", stock=30)
        async with clients(server, "clerk", "watch") as (clerk, watch):
            await watch.press("exclamation_mark")
            await watch.until(lambda: isinstance(watch.app.screen, AlertBoard), "the board")
            await watch.see("Nothing is wrong")
            await watch.until(lambda: watch.app.live.is_live, "the stream")
            # The clerk takes from the shelf: 12 of at least 20 are left.
            await clerk.press("f")
            await clerk.type(f"INV-SI{item}")
            await clerk.press("enter")
            await clerk.until(lambda: isinstance(clerk.app.screen, CardScreen), "the bin card")
            await clerk.idle()
            await change(clerk, "x", "18", RemoveDialog)
            assert room.read(item)["quantity"] == 12
            await watch.see("Low stock", "Washer: 12 of at least 20")
            await watch.until(lambda: "!1 alert" in watch.lines[-1], "the count on the board")
            await clerk.until(lambda: "!1 alert" in clerk.lines[-1], "the count on the clerk's screen")
            # Stock comes: the alert is over, without a key on either screen but the clerk's.
            await change(clerk, "a", "50", AddDialog)
            await watch.see("resolved")
            for client in (clerk, watch):
                await client.until(lambda client=client: "alert" not in client.lines[-1], "the end of the count")  # type: ignore[misc]


async def test_from_an_empty_shelf_to_an_order_and_its_receipt(tmp_path: Path, empty_template: Path) -> None:
    with watched(tmp_path / "server", empty_template) as server, server.client() as api:
        room = Room(api)
        part = room.part(name="Washer", minimum_stock=20, purchaseable=True)
        dock = room.location(name="Dock")
        item = room.item(part, 30, location=dock, delete_on_deplete=False)
        acme = made(api, "company/", name="Acme", description="", is_supplier=True, currency="USD")
        sold = made(api, "company/part/", part=part, supplier=acme, SKU="W-10", pack_quantity="10")
        made(api, "company/price-break/", part=sold, quantity=1, price="2", price_currency="USD")
        async with clients(server, "clerk", "buyer") as (clerk, buyer):
            await buyer.press("exclamation_mark")
            await buyer.see("Nothing is wrong")
            await buyer.until(lambda: buyer.app.live.is_live, "the stream")
            await clerk.press("f", *f"INV-SI{item}", "enter")
            await clerk.until(lambda: isinstance(clerk.app.screen, CardScreen), "the bin card")
            await clerk.idle()
            await change(clerk, "x", "30", RemoveDialog)
            # The buyer sees it, and orders at the reorder desk: to the draft and its issue.
            await buyer.see("Out of stock", "Washer")
            await buyer.idle()
            await buyer.press("enter")
            await buyer.until(lambda: isinstance(buyer.app.screen, ReorderScreen), "the reorder desk")
            await buyer.see("Washer", "Acme")
            await buyer.idle()
            await buyer.press("enter")
            await buyer.see("Make 1 draft purchase order")
            await buyer.press("enter")
            await buyer.see("Open which?")
            await buyer.press("enter")
            await buyer.until(lambda: isinstance(buyer.app.screen, OrderScreen), "the order")
            await buyer.see("PENDING", "Issue")
            await buyer.press("I")
            await buyer.see("Issue PO-0001 to Acme: 1 line, 4.00 USD?")
            await buyer.press("enter")
            await buyer.see("PLACED")
            (order,) = api.get("order/po/").json()
            assert order["status_text"] == "Placed"
            # The clerk receives what has come.
            await clerk.press("R")
            await clerk.see("which order?", order["reference"])
            await clerk.press("enter")
            await clerk.see("Item")
            await clerk.press(*"W-10", "enter")
            await clerk.see("2 packs of 10 = 20 pcs to come")
            await clerk.press("enter")
            await clerk.see("Where does Washer go?")
            await clerk.press(*"Dock", "enter")
            await clerk.see("The only line is received")
            assert sum(row["quantity"] for row in api.get("stock/", params={"part": part}).json()) == 20
            for client in (clerk, buyer):
                await client.until(lambda client=client: "alert" not in client.lines[-1], "the end of the count")  # type: ignore[misc]
        states = [one["state_text"] for one in api.get("../plugin/bincard/alert/", params={"part": part}).json()]
        assert set(states) == {"Resolved"}
