"""Picking over a bad line, beside somebody else, and against a plain InvenTree: nothing is picked twice or lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.faults import Cut, FaultServer, Hang, Hold, LoseAnswer, Reply, Request
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.picking_shop import Shop, open_pick
from tui.config import Launch, Options
from tui.history import Place


@pytest.fixture
def shop(server: Running) -> Iterator[Shop]:
    with server.client("allaccess", "nolimits") as api:
        yield Shop(api)


@pytest.fixture
def proxy(server: Running) -> Iterator[FaultServer]:
    with FaultServer(server.url) as started:
        yield started


def launch_at(server: Running, url: str, name: str = "pick") -> Launch:
    return Launch(url, user="allaccess", token=server.token("allaccess", "nolimits", name))


async def begin(client: Driver, order: int) -> None:
    """Open the pick screen, confirming by Enter alone."""
    await client.see(" items")
    await open_pick(client, order)
    if "Scan " in client.text:
        await client.press("f4")
    await client.see("Quantity")


async def test_two_pickers_never_pick_the_same_twice(server: Running, launch: Launch, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 5, "B1"), shop.stock(bolt, "A2", 40, "B2")
    order = shop.sales_order((bolt, 12))
    async with driven(launch) as ann, driven(launch) as ben:
        await begin(ann, order)
        await begin(ben, order)
        await ann.press("enter")
        await ann.see("Picked 5")
        # Ben's list is old: what Ann has in hand is refused, and his list is loaded anew.
        await ben.press("enter")
        await ben.see("!! ", "take 7 of 40")
        assert shop.picked(order) == [(first, 5)]
        await ben.press("enter")
        await ben.see("All is picked")
        await ann.press("enter")
        await ann.see("Somebody else has picked", "All is picked")
    assert shop.picked(order) == [(first, 5), (second, 7)]


async def test_two_pickers_in_the_same_moment_do_not_take_too_much(server: Running, launch: Launch, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 100, "B1")
    order = shop.sales_order((bolt, 12))
    async with driven(launch) as ann, driven(launch) as ben:
        await begin(ann, order)
        await begin(ben, order)
        await ann.type("9")
        await ben.type("8")
        # Both keys are there before either client has had an answer.
        ann.app.call_later(ann.app.screen.do_pick_accept)  # type: ignore[attr-defined]
        ben.app.call_later(ben.app.screen.do_pick_accept)  # type: ignore[attr-defined]
        for client in (ann, ben):
            await client.until(lambda client=client: "OK Picked" in client.text or "!! " in client.text, "an outcome")  # type: ignore[misc]
            await client.idle()
        assert sum(amount for _, amount in shop.picked(order)) in (8, 9)
    assert shop.get("order/so/shipment/", order=order)[1:] == []


class Rival(FaultServer):
    """Lets somebody else pick for the same line just before the first pick gets through."""

    def __init__(self, upstream: str, shop: Shop, order: int, item: int) -> None:
        super().__init__(upstream)
        self._pick = (shop, order, item)

    async def forward(self, request: Request, raw: bytes) -> bytes:
        shop, order, item = self._pick
        if request.path == f"/api/order/so/{order}/allocate/" and len(self.calls("POST", request.path)) == 1:
            line = shop.get("order/so-line/", order=order)[0]["pk"]
            shipment = _shipment(shop, order)
            body = {"items": [{"line_item": line, "stock_item": item, "quantity": 9}], "shipment": shipment}
            shop.api.post(f"order/so/{order}/allocate/", json=body).raise_for_status()
        return await super().forward(request, raw)


async def test_who_is_second_for_a_line_puts_it_back(server: Running, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 100, "B1"), shop.stock(bolt, "A2", 100, "B2")
    order = shop.sales_order((bolt, 12))
    with Rival(server.url, shop, order, second) as rival:
        async with driven(launch_at(server, rival.url)) as client:
            await begin(client, order)
            await client.press("enter")
            await client.see("!! ", "take 3 of 100")
            assert shop.picked(order) == [(second, 9)]
            await client.press("enter")
            await client.see("All is picked")
    assert shop.picked(order) == [(second, 9), (first, 3)]


async def test_a_server_too_slow_to_answer_is_asked_what_became_of_it(server: Running, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.sales_order((bolt, 12))
    with PlainInvenTree(server.url) as plain:
        hasty = replace(launch_at(server, plain.url), options=Options(read_timeout=1.0))
        async with driven(hasty) as client:
            await begin(client, order)
            plain.fail("POST", f"/api/order/so/{order}/allocate/", Hang())
            await client.press("5", "enter")
            await client.see("It is not known whether", "Enter finds out", "Quantity   5")
            await client.press("enter")
            await client.see("Picked 5", "take 7 of 40")
            plain.fail("POST", f"/api/order/so/{order}/allocate/", Hold())
            await client.press("enter")
            await client.see("All is picked")
        assert plain.strayed == []
    assert shop.picked(order) == [(item, 5), (item, 7)]


async def test_a_lost_answer_is_not_a_lost_pick(server: Running, proxy: FaultServer, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.sales_order((bolt, 12))
    async with driven(launch_at(server, proxy.url)) as client:
        await begin(client, order)
        proxy.fail("POST", f"/api/order/so/{order}/allocate/", LoseAnswer(), LoseAnswer())
        await client.type("5")
        await client.press("enter")
        await client.see("Picked 5", "take 7 of 40")
    assert shop.picked(order) == [(item, 5)]


async def test_after_a_cut_line_a_new_client_knows_what_is_picked(
    server: Running, proxy: FaultServer, shop: Shop
) -> None:
    bolt, nut = shop.part("M3 bolt"), shop.part("M3 nut")
    first, second = shop.stock(bolt, "A1", 40, "B1"), shop.stock(nut, "A2", 40, "N1")
    order = shop.sales_order((bolt, 12), (nut, 3))
    async with driven(launch_at(server, proxy.url)) as client:
        await begin(client, order)
        await client.press("enter")
        await client.see("Picked 12")
        proxy.fail("POST", f"/api/order/so/{order}/allocate/", LoseAnswer())
        await client.press("enter")
        await client.until(lambda: len(shop.picked(order)) == 2, "the second pick")
        proxy.close()
        await client.see("retrying in")
    async with driven(launch_at(server, server.url)) as client:
        await client.see(" items")
        await open_pick(client, order)
        await client.see("All is picked", "2 of 2 lines")
    assert shop.picked(order) == [(first, 12), (second, 3)]


async def test_a_refusal_shows_the_figures_and_what_to_do(server: Running, launch: Launch, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 12, "B1")
    order, rival = shop.sales_order((bolt, 12)), shop.sales_order((bolt, 7))
    async with driven(launch) as client:
        await begin(client, order)
        line = shop.get("order/so-line/", order=rival)[0]["pk"]
        body = {"items": [{"line_item": line, "stock_item": item, "quantity": 7}]}
        shop.api.post(f"order/so/{rival}/allocate/", json=body).raise_for_status()
        await client.press("enter")
        await client.see("!! Refused:", "F6 takes fewer", "take 5 of 12")
        assert shop.picked(order) == []
        await client.press("enter")
        await client.see("All there is is picked", "No stock was found for 7")
    assert shop.picked(order) == [(item, 5)]


async def test_a_failed_load_says_how_to_go_on(server: Running, proxy: FaultServer, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 12, "B1")
    order = shop.sales_order((bolt, 12))
    async with driven(launch_at(server, proxy.url)) as client:
        await client.see(" items")
        proxy.fail("GET", f"/api/order/so/{order}/", Reply(500, {"detail": "no orders today"}))
        await client.app.go(_place(order))
        await client.see("no orders today", "r tries again")
        await client.press("r")
        await client.see("take 12 of 12")


async def test_a_slow_server_leaves_the_screen_usable(server: Running, proxy: FaultServer, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 12, "B1")
    order = shop.sales_order((bolt, 12))
    async with driven(launch_at(server, proxy.url)) as client:
        await begin(client, order)
        proxy.fail("POST", f"/api/order/so/{order}/allocate/", Hang())
        await client.press("enter")
        await client.see("Posting ...")
        await client.press("escape")
        await client.see("Already sent")
        await client.press("f1")
        await client.see("Keys: Pick and ship")
        await client.press("escape")
        proxy.release()
        await client.see("All is picked")
    assert [amount for _, amount in shop.picked(order)] == [12]


@pytest.mark.parametrize("fault", [LoseAnswer(), Cut()])
async def test_a_plain_inventree_is_asked_before_anything_is_repeated(
    server: Running, shop: Shop, fault: LoseAnswer | Cut
) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.sales_order((bolt, 12))
    with PlainInvenTree(server.url) as plain:
        async with driven(launch_at(server, plain.url)) as client:
            await begin(client, order)
            plain.fail("POST", f"/api/order/so/{order}/allocate/", fault)
            await client.type("5")
            await client.press("enter")
            await client.see("Picked 5", "take 7 of 40")
            assert shop.picked(order) == [(item, 5)]
            await client.press("enter")
            await client.see("All is picked")
            plain.fail("POST", f"/api/order/so/shipment/{_shipment(shop, order)}/ship/", LoseAnswer())
            await client.press("S")
            await client.see("Tracking")
            await client.press("enter", "enter")
            await client.see("is shipped")
        assert plain.strayed == []
    assert shop.get("order/so-line/", order=order)[0]["shipped"] == 12


def _shipment(shop: Shop, order: int) -> int:
    return int(shop.get("order/so/shipment/", order=order)[0]["pk"])


def _place(order: int) -> Place:
    return Place("pick", "salesorder", order)
