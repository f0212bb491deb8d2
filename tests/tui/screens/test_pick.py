"""Pick and ship against the real server: what is proposed, refused and posted, and what the server holds then."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.faults import FaultServer, Hold
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.picking_shop import Shop, open_pick
from tui.config import Launch
from tui.screens.pick import PickScreen


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def shop(api: httpx.Client) -> Shop:
    return Shop(api)


async def enter(client: Driver, text: str) -> None:
    """Scan or type something, and Enter."""
    await client.type(text)
    await client.press("enter")


async def take(client: Driver, location: str, item: str) -> None:
    """Confirm a pick whole: location, item, the quantity that is offered."""
    await client.see("Scan location")
    await enter(client, location)
    await client.see("Scan item")
    await enter(client, item)
    await client.see("Quantity")
    await client.press("enter")


async def test_an_order_is_picked_in_walking_order_and_shipped(client: Driver, shop: Shop) -> None:
    bolt, nut = shop.part("M3 bolt"), shop.part("M3 nut")
    items = [shop.stock(bolt, "A10", 8, "B10"), shop.stock(bolt, "A2", 30, "B7"), shop.stock(nut, "B1", 20, "N1")]
    order = shop.sales_order((bolt, 12), (nut, 5))
    await open_pick(client, order)
    await client.see(f"Go to Hall {shop.number}/A2, take 4 of 30 x M3 bolt {shop.number} (batch B7)")
    await take(client, "A2", "B7")
    await client.see("Picked 4 x M3 bolt", "Hall 1/A10, take 8".replace("Hall 1", f"Hall {shop.number}"))
    await take(client, f"INV-SL{shop.location('A10')}", f"INV-SI{items[0]}")
    await client.see("take 5 of 20 x M3 nut")
    await take(client, "B1", "N1")
    await client.see("All is picked. Check and ship.", "2 of 2 lines")
    assert shop.picked(order) == [(items[1], 4), (items[0], 8), (items[2], 5)]
    await client.press("c")
    await client.see("is checked by allaccess")
    await client.press("S")
    await client.see("Tracking")
    await enter(client, "TRACK-1")
    await enter(client, "INV-77")
    await client.see("is shipped", "All is picked and shipped.")
    (shipment,) = shop.get("order/so/shipment/", order=order)
    assert shipment["shipment_date"]
    assert (shipment["tracking_number"], shipment["invoice_number"]) == ("TRACK-1", "INV-77")
    await client.idle()
    await client.press("escape")
    await client.until(lambda: not isinstance(client.app.screen, PickScreen), "the place before")
    assert [line["shipped"] for line in shop.get("order/so-line/", order=order)] == [12, 5]
    assert shop.item(items[1])["quantity"] == 26


async def test_a_wrong_location_or_item_is_refused(client: Driver, shop: Shop) -> None:
    bolt, nut = shop.part("M3 bolt"), shop.part("M3 nut")
    shop.stock(bolt, "A2", 12, "B7")
    other = shop.stock(nut, "A2", 12, "N1")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await enter(client, f"INV-SL{shop.location('A10')}")
    await client.see("!! This is", "Go to Hall", "Scan location")
    await enter(client, "nowhere")
    await client.see("!! nowhere is not Hall")
    await enter(client, "a2")
    await client.see("Scan item")
    await enter(client, f"INV-SI{other}")
    await client.see("!! This is M3 nut", "not M3 bolt", "Swap takes another")
    await enter(client, "N1")
    await client.see("N1 is not M3 bolt")
    assert shop.picked(order) == []
    await enter(client, "B7")
    await client.see("Quantity   12")


async def test_more_than_is_wanted_is_refused(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A2", 40, "B7")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await client.press("f4")
    await client.see("Quantity   12")
    await enter(client, "15")
    await client.see("Only 12 are wanted here, not 15.")
    await enter(client, "4006381333931")
    await client.see("4006381333931 is larger than")
    assert shop.picked(order) == []
    await enter(client, "2*5")
    await client.see("Picked 10 x", "Quantity   2")
    await client.press("enter")
    await client.see("All is picked")
    assert [amount for _, amount in shop.picked(order)] == [10, 2]


async def test_all_of_it_can_be_typed_ahead(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 5, "B1"), shop.stock(bolt, "A2", 40, "B2")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    scans = [
        f"INV-SL{shop.location('A1')}",
        f"INV-SI{first}",
        "",
        f"INV-SL{shop.location('A2')}",
        f"INV-SI{second}",
        "",
    ]
    await client.press(*[key for scan in scans for key in (*scan, "enter")])
    await client.see("All is picked")
    assert shop.picked(order) == [(first, 5), (second, 7)]


async def test_after_a_wrong_scan_what_was_typed_ahead_is_dropped(server: Running, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 50, "B1")
    order = shop.sales_order((bolt, 12))
    with FaultServer(server.url) as proxy:
        async with driven(Launch(proxy.url, token=server.token("allaccess", "nolimits"))) as client:
            await client.see(" items")
            await open_pick(client, order)
            proxy.fail("POST", "/api/barcode/", Hold())
            await client.press(*"elsewhere", "enter", *f"INV-SI{item}", "enter", *"7", "enter")
            await client.see("Looking up", "Typed ahead", f"INV-SI{item}")
            proxy.wait_for("POST", "/api/barcode/", withheld=True)
            proxy.release()
            await client.see("elsewhere is not Hall", "Not used:", f"INV-SI{item}, 7.", "Scan location")
    assert shop.picked(order) == []


async def test_a_short_pick_takes_the_rest_elsewhere_and_counts(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 40, "B1"), shop.stock(bolt, "A2", 40, "B2")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await client.press("f6")
    await client.see("Short", "Then the item is counted")
    await enter(client, "8")
    await client.see("Count", "Counted")
    assert shop.picked(order) == [(first, 8)]
    await enter(client, "8")
    await client.see("Counted 40 → 8", "A2, take 4 of 40")
    assert shop.item(first)["quantity"] == 8
    await take(client, "A2", "B2")
    await client.see("All is picked")
    assert shop.picked(order) == [(first, 8), (second, 4)]


async def test_a_short_pick_with_nothing_left_stays_open(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await client.press("s", "enter")
    await client.see("Short")
    await client.press("f8", "3", "enter")
    await client.see("All there is is picked", f"No stock was found for 9 x M3 bolt {shop.number}")
    assert shop.picked(order) == [(item, 3)]
    await client.press("S")
    await client.see("1 of 1 lines incomplete")
    await client.press("enter", "enter")
    await client.see("Enter again ships")
    await client.press("enter")
    await client.see("is shipped")
    assert shop.get("order/so-line/", order=order)[0]["shipped"] == 3


async def test_a_swap_takes_the_item_that_was_chosen(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 40, "B1")
    other = shop.stock(bolt, "A2", 40, "B2", status=55)
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await client.press("f7")
    await client.see("Instead of", "40 free · batch B2 · Damaged")
    await enter(client, f"INV-SI{other}")
    await client.see("Swapped to", "A2, take 12 of 40")
    await take(client, "A2", "B2")
    await client.see("All is picked")
    assert shop.picked(order) == [(other, 12)]


async def test_a_skipped_pick_comes_again_at_the_end(client: Driver, shop: Shop) -> None:
    bolt, nut = shop.part("M3 bolt"), shop.part("M3 nut")
    first, second = shop.stock(bolt, "A1", 40, "B1"), shop.stock(nut, "A2", 40, "N1")
    order = shop.sales_order((bolt, 1), (nut, 2))
    await open_pick(client, order)
    await client.press("f8")
    await client.see("Skipped", "A2, take 2", "~ later")
    await take(client, "A2", "N1")
    await take(client, "A1", "B1")
    await client.see("All is picked")
    assert shop.picked(order) == [(second, 2), (first, 1)]


async def test_serialised_stock_is_picked_one_by_one_without_a_quantity(client: Driver, shop: Shop) -> None:
    laptop = shop.part("Laptop", trackable=True)
    for serial in (1, 2, 3):
        shop.stock(laptop, "A1", 1, serial_numbers=str(serial))
    order = shop.sales_order((laptop, 2))
    await open_pick(client, order)
    await client.see("take 1 of 1 x", "#1")
    await enter(client, "A1")
    await enter(client, "3")
    await client.see("3 is not Laptop")
    await enter(client, "1")
    await client.see("Picked 1 x", "Scan item")
    await enter(client, "#2")
    await client.see("All is picked")
    assert [amount for _, amount in shop.picked(order)] == [1, 1]


async def test_what_the_server_allocated_is_picked_into_the_shipment(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await client.press("f9", "W")
    await client.see("Allocate all")
    await client.press("enter")
    await client.until(lambda: shop.picked(order) == [(item, 12)], "the allocation")
    await client.see("take 12 of 40")
    assert shop.get("order/so-allocation/", order=order)[0]["shipment"] is None
    await client.press("f9")
    await take(client, "A1", "B1")
    await client.see("All is picked")
    (allocation,) = shop.get("order/so-allocation/", order=order)
    assert (allocation["item"], allocation["quantity"]) == (item, 12)
    assert allocation["shipment"] is not None


def allocate(shop: Shop, order: int, item: int, quantity: float) -> None:
    """Promise stock to the order's first line, not yet in a shipment."""
    line = shop.get("order/so-line/", order=order)[0]["pk"]
    body = {"items": [{"line_item": line, "stock_item": item, "quantity": quantity}]}
    shop.api.post(f"order/so/{order}/allocate/", json=body).raise_for_status()


async def test_of_what_was_promised_a_part_may_be_short(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 40, "B1"), shop.stock(bolt, "A2", 40, "B2")
    order = shop.sales_order((bolt, 12))
    allocate(shop, order, first, 12)
    await open_pick(client, order)
    await client.press("f6")
    await client.see("Found")
    await client.press("3", "f8", "enter")
    await client.see("Short: 3 x", "A2, take 9 of 40")
    assert shop.picked(order) == [(first, 3)]
    await client.press("f6")
    await client.see("Found")
    await client.press("0", "f8", "enter")
    await client.see("No stock was found for 9")
    assert shop.picked(order) == [(first, 3)]
    assert shop.item(second)["allocated"] == 0


async def test_a_swap_frees_what_was_promised(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    first, second = shop.stock(bolt, "A1", 40, "B1"), shop.stock(bolt, "A2", 40, "B2")
    order = shop.sales_order((bolt, 12))
    allocate(shop, order, first, 12)
    await open_pick(client, order)
    await client.see("A1, take 12")
    await client.press("f7")
    await client.see("Instead of")
    await client.press("enter")
    await client.see("Swapped to", "A2, take 12")
    await client.until(lambda: shop.picked(order) == [], "the end of the promise")
    await take(client, "A2", "B2")
    await client.see("All is picked")
    assert shop.picked(order) == [(second, 12)]


async def test_a_pick_can_be_put_back(client: Driver, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 12, "B1")
    order = shop.sales_order((bolt, 12))
    await open_pick(client, order)
    await take(client, "A1", "B1")
    await client.see("All is picked", "x Put back")
    await client.press("x")
    await client.see("Put back to Hall", "take 12 of 12")
    assert shop.picked(order) == []


async def test_of_several_shipments_one_is_chosen(client: Driver, shop: Shop, api: httpx.Client) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 12, "B1")
    order = shop.sales_order((bolt, 12))
    keys = [
        api.post("order/so/shipment/", json={"order": order, "reference": name}).json()["pk"]
        for name in ("east", "west")
    ]
    await open_pick(client, order)
    await client.see("Pick into shipment", "east", "west")
    await enter(client, "west")
    await client.see("shipment west")
    await take(client, "A1", "B1")
    await client.see("All is picked")
    assert [row["shipment"] for row in shop.get("order/so-allocation/", order=order)] == [keys[1]]


@pytest.fixture
async def chief(server: Running) -> AsyncIterator[tuple[Driver, Shop]]:
    """The client of somebody who may transfer, and a warehouse."""
    with server.client("admin", "inventree") as api:
        async with driven(Launch(server.url, token=server.token("admin", "inventree"))) as client:
            await client.see(" items")
            yield client, Shop(api)


async def test_a_transfer_order_is_picked_and_moved(chief: tuple[Driver, Shop]) -> None:
    client, shop = chief
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.transfer_order("Z9", (bolt, 15))
    await open_pick(client, order, "transferorder")
    await take(client, "A1", "B1")
    await client.see("All is picked. Then Complete moves it.", "D Complete")
    await client.press("D")
    await client.see("what is allocated moves")
    await client.press("enter")
    await client.see("is Complete: nothing to pick")
    assert shop.item(item)["quantity"] == 25
    moved = shop.get("stock/", part=bolt, location=shop.location("Z9"))
    assert [row["quantity"] for row in moved] == [15]


async def test_a_transfer_order_that_consumes_uses_the_stock_up(chief: tuple[Driver, Shop]) -> None:
    client, shop = chief
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 40, "B1")
    order = shop.transfer_order(None, (bolt, 15))
    await open_pick(client, order, "transferorder")
    await take(client, "A1", "B1")
    await client.see("Then Complete uses it up.")
    await client.press("D")
    await client.see("what is allocated is")
    await client.press("enter")
    await client.see("is Complete: nothing to pick")
    assert shop.item(item)["quantity"] == 25
    assert sum(row["quantity"] for row in shop.get("stock/", part=bolt, in_stock=True)) == 25


async def test_a_transfer_can_be_completed_with_less_than_was_wanted(chief: tuple[Driver, Shop]) -> None:
    client, shop = chief
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 5, "B1")
    order = shop.transfer_order("Z9", (bolt, 15))
    await open_pick(client, order, "transferorder")
    await take(client, "A1", "B1")
    await client.see("No stock was found for 10", "D Complete")
    await client.press("D", "enter")
    await client.see("Enter")
    await client.press("enter")
    await client.see("is Complete: nothing to pick")
    assert [row["quantity"] for row in shop.get("stock/", part=bolt, location=shop.location("Z9"))] == [5]


async def test_nothing_is_taken_from_where_a_transfer_goes_to(chief: tuple[Driver, Shop]) -> None:
    client, shop = chief
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "Z9", 50)
    order = shop.transfer_order("Z9", (bolt, 15))
    await open_pick(client, order, "transferorder")
    await client.see("Nothing can be picked. No stock was found for 15")


async def test_a_scan_reaches_the_prompt_from_the_list_too(launch: Launch, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    item = shop.stock(bolt, "A1", 50, "B1")
    order = shop.sales_order((bolt, 12))
    async with driven(launch, scanner=True) as client:
        await client.see(" items")
        await open_pick(client, order)
        await client.press("f9")
        await client.see("F9 Prompt")
        await client.press(*f"INV-SL{shop.location('A1')}", "enter")
        await client.see("Scan item")
        await client.press(*f"INV-SI{item}", "enter")
        await client.see("Quantity   12")
    assert shop.picked(order) == []


async def test_another_pick_is_made_first_when_it_is_chosen(client: Driver, shop: Shop) -> None:
    bolt, nut = shop.part("M3 bolt"), shop.part("M3 nut")
    shop.stock(bolt, "A1", 40, "B1")
    shop.stock(nut, "A2", 40, "N1")
    order = shop.sales_order((bolt, 1), (nut, 2))
    await open_pick(client, order)
    await client.press("tab", "down", "enter")
    await client.see("A2, take 2 of 40")
    await enter(client, "A1")
    await client.see("Go to Hall")
    assert shop.picked(order) == []


async def test_a_reader_is_not_offered_to_pick(server: Running, shop: Shop) -> None:
    bolt = shop.part("M3 bolt")
    shop.stock(bolt, "A1", 40)
    order = shop.sales_order((bolt, 12))
    token = server.token("reader", "readonly", "pick")
    async with driven(Launch(server.url, user="reader", token=token)) as client:
        await client.see(" items")
        await open_pick(client, order)
        await client.see("does not let you pick")
        assert "Short" not in client.text
        assert "Scan location" not in client.text


@pytest.mark.parametrize("size", [(80, 24), (132, 43), (40, 16)])
async def test_the_pick_screen_looks_as_it_should(launch: Launch, api: httpx.Client, size: tuple[int, int]) -> None:
    shop = Shop(api, 9000 + size[0])
    bolt, nut, washer = shop.part("M3 bolt"), shop.part("M3 nut"), shop.part("Washer")
    shop.stock(bolt, "A10", 8, "B10")
    shop.stock(bolt, "A2", 30, "B7")
    shop.stock(nut, "B1", 20, "N1", expiry_date="2031-05-01")
    order = shop.sales_order((bolt, 12), (nut, 5), (washer, 3))
    async with driven(launch, size) as client:
        await client.see(" items")
        await open_pick(client, order)
        await take(client, "A2", "B7")
        await client.see("Picked", "A10")
        await client.idle()
        await client.check(f"pick-{size[0]}x{size[1]}", lambda: _anonymous(client.lines))
        await client.press("f9")
        await client.idle()
        await client.check(f"pick-list-{size[0]}x{size[1]}", lambda: _anonymous(client.lines))
        await client.press("S")
        await client.see("Tracking")
        await client.check(f"pick-ship-{size[0]}x{size[1]}", lambda: _anonymous(client.lines))


def _anonymous(lines: list[str]) -> list[str]:
    """The lines without the order's number, which depends on what was tried before."""
    return [re.sub(r"SO\d+", "SO0000", line) for line in lines]
