"""A receipt is posted once, whatever happens to the line; scans typed meanwhile reach the prompt meant for them."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from tests.faults import Cut, FaultServer, Hold, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.receiving import DOCK, Desk, Wanted, open_receiving
from tui.config import Launch
from tui.paths import postings_dir


@pytest.fixture
def desk(server: Running) -> Iterator[Desk]:
    with server.client("allaccess", "nolimits") as client:
        yield Desk(client)


@pytest.fixture(params=["bincard", "inventree"])
def proxy(server: Running, request: pytest.FixtureRequest) -> Iterator[FaultServer]:
    """Stands before the server; once it passes for a plain InvenTree."""
    with FaultServer(server.url) if request.param == "bincard" else PlainInvenTree(server.url) as started:
        yield started
        strayed = getattr(started, "strayed", [])
        assert not strayed, strayed


@pytest.fixture
async def client(server: Running, proxy: FaultServer) -> AsyncIterator[Driver]:
    token = server.token("allaccess", "nolimits", "faults")
    async with driven(Launch(proxy.url, user="allaccess", token=token)) as driver:
        await driver.see(" items", "Electronics Lab")
        await driver.idle()
        yield driver


def two_lines(desk: Desk) -> tuple[int, str, str]:
    """An order of ten bolts and three nuts; its key and both SKUs."""
    bolt, nut = f"BOLT-{uuid4().hex[:6]}", f"NUT-{uuid4().hex[:6]}"
    return desk.order([Wanted(bolt, 10), Wanted(nut, 3)], destination=DOCK), bolt, nut


def left_over() -> list[str]:
    """The notes of receipts on their way."""
    return [file.name for file in (postings_dir() / "receipts").glob("*.json")]


async def test_a_receipt_whose_answer_is_lost_is_posted_once(client: Driver, desk: Desk, proxy: FaultServer) -> None:
    order, bolt, nut = two_lines(desk)
    await open_receiving(client, order)
    proxy.fail("POST", f"/api/order/po/{order}/receive/", LoseAnswer())
    await client.press(*bolt, "enter", "enter")
    await client.see(f"✓ 10 × Part {bolt}", "10/10")
    await client.press(*nut, "enter", "enter")
    await client.see("All 2 lines are received")
    assert desk.stock(order) == [(bolt, 10, DOCK), (nut, 3, DOCK)]
    assert not left_over()


async def test_a_receipt_that_never_arrived_is_sent_again(client: Driver, desk: Desk, proxy: FaultServer) -> None:
    order, bolt, _ = two_lines(desk)
    await open_receiving(client, order)
    proxy.fail("POST", f"/api/order/po/{order}/receive/", Cut())
    await client.press(*bolt, "enter", "enter")
    await client.see(f"✓ 10 × Part {bolt}", "10/10")
    assert desk.stock(order) == [(bolt, 10, DOCK)]


async def test_while_nothing_is_known_nothing_is_sent_again(client: Driver, desk: Desk, proxy: FaultServer) -> None:
    order, bolt, nut = two_lines(desk)
    await open_receiving(client, order)
    path = f"/api/order/po/{order}/receive/"
    (line, _) = (row["pk"] for row in desk.get("order/po-line/", order=order))
    proxy.fail("POST", path, LoseAnswer(), *[Reply(502, {"detail": "gone"})] * 8)
    proxy.fail("GET", f"/api/order/po-line/{line}/", *[Reply(502, {"detail": "gone"})] * 2)
    await client.press(*bolt, "enter", "enter", *nut, "enter", "2", "enter")
    await client.see(f"✓ 10 × Part {bolt}", "1 still to come")
    proxy.clear()
    await client.press("enter")
    await client.see("2/3")
    assert desk.stock(order) == [(bolt, 10, DOCK), (nut, 2, DOCK)]
    assert not left_over()


async def test_what_is_scanned_while_a_receipt_is_on_its_way_waits_for_its_prompt(
    client: Driver, desk: Desk, proxy: FaultServer
) -> None:
    order, bolt, nut = two_lines(desk)
    await open_receiving(client, order)
    proxy.fail("POST", f"/api/order/po/{order}/receive/", Hold())
    await client.press(*bolt, "enter", "enter")
    await client.see("Posting 10")
    await client.press(*nut, "enter", "3", "enter")
    await client.see(f"Typed ahead: {nut} · 3")
    assert desk.received(order) == {bolt: 10, nut: 0}
    proxy.release()
    await client.see("All 2 lines are received")
    assert desk.stock(order) == [(bolt, 10, DOCK), (nut, 3, DOCK)]


async def test_a_refusal_is_shown_with_its_figures(client: Driver, desk: Desk, proxy: FaultServer) -> None:
    order, bolt, nut = two_lines(desk)
    await open_receiving(client, order)
    refusal = Reply(400, {"items": {"0": {"quantity": ["10 ordered, 5 received: 10 would be 5 too many."]}}})
    proxy.fail("POST", f"/api/order/po/{order}/receive/", refusal)
    await client.press(*bolt, "enter", "enter")
    await client.see("Not received: 10 ordered, 5 received: 10 would be 5 too many.", "Quantity:  10")
    assert desk.received(order) == {bolt: 0, nut: 0}
    await client.press("enter")
    await client.see("1/2 lines")


async def test_a_receipt_left_open_is_explained_when_receiving_is_opened_again(
    client: Driver, desk: Desk, proxy: FaultServer
) -> None:
    order, bolt, _ = two_lines(desk)
    await open_receiving(client, order)
    (line, _) = (row["pk"] for row in desk.get("order/po-line/", order=order))
    proxy.fail("POST", f"/api/order/po/{order}/receive/", LoseAnswer(), *[Cut()] * 9)
    proxy.fail("GET", f"/api/order/po-line/{line}/", *[Cut()] * 99)
    await client.press(*bolt, "enter", "enter")
    await client.see("Not known whether it was posted: 10 ×", "Esc leaves it open")
    await client.press("escape")
    await client.see("Left open")
    assert len(left_over()) == 1
    proxy.clear()
    await open_receiving(client, order)
    await client.see("Cut off last time: receipt of 10", "10/10")
    assert not left_over()
    assert desk.stock(order) == [(bolt, 10, DOCK)]


async def test_a_receipt_left_open_is_explained_at_the_next_start(
    client: Driver, desk: Desk, proxy: FaultServer
) -> None:
    order, bolt, _ = two_lines(desk)
    await open_receiving(client, order)
    (line, _) = (row["pk"] for row in desk.get("order/po-line/", order=order))
    proxy.fail("POST", f"/api/order/po/{order}/receive/", LoseAnswer(), *[Cut()] * 9)
    proxy.fail("GET", f"/api/order/po-line/{line}/", *[Cut()] * 99)
    await client.press(*bolt, "enter", "enter")
    await client.see("Not known whether it was posted: 10 ×")
    await client.press("escape")
    await client.see("Left open")
    proxy.clear()
    async with driven(client.app.launch) as later:
        await later.see("Cut off last time: receipt of 10")
        assert not left_over()
