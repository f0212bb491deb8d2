"""A slow or broken server leaves the last screen readable, says what is going on, and takes keys all the time."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.faults import Cut, FaultServer, Hang, Hold, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.test_adjust import item, make_item, open_item
from tui.config import Launch


@pytest.fixture
def proxy(server: Running) -> Iterator[FaultServer]:
    with FaultServer(server.url) as started:
        yield started


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
async def client(server: Running, proxy: FaultServer) -> AsyncIterator[Driver]:
    token = server.token("allaccess", "nolimits", "faults")
    async with driven(Launch(proxy.url, user="allaccess", token=token)) as driver:
        await driver.see(" items", "Electronics Lab", "on hand")
        await driver.idle()
        yield driver


async def test_a_server_fault_leaves_the_rows_and_is_named(client: Driver, proxy: FaultServer) -> None:
    proxy.fail("GET", "/api/stock/", Reply(500, {"detail": "out of order"}))
    await client.press("r")
    await client.see("The server failed (500): out of order", "1551ABK")
    await client.press("tab", "down")
    await client.see("2 of ")
    await client.press("r")
    await client.lose("out of order")
    await client.see("online")


async def test_a_cut_connection_is_tried_again(client: Driver, proxy: FaultServer) -> None:
    before = len(proxy.calls("GET", "/api/stock/"))
    proxy.fail("GET", "/api/stock/", Cut())
    await client.press("r")
    await client.until(lambda: len(proxy.calls("GET", "/api/stock/")) >= before + 2, "the second try")
    await client.see("online", "1551ABK")


async def test_a_server_that_is_gone_is_said_to_be_gone(client: Driver, proxy: FaultServer) -> None:
    proxy.close()
    await client.press("r")
    await client.see("retrying in", "cannot be reached")
    await client.press("tab", "down", "down")
    await client.see("3 of ", "1551ABK")
    await client.see("offline")


async def test_being_told_to_wait_is_waited_out(client: Driver, proxy: FaultServer) -> None:
    refusal = Reply(429, {"detail": "Request was throttled. Expected available in 1 second."}, {"Retry-After": "1"})
    before = len(proxy.calls("GET", "/api/stock/"))
    proxy.fail("GET", "/api/stock/", refusal)
    await client.press("i")
    await client.see("told to wait in 1 s")
    await client.until(lambda: len(proxy.calls("GET", "/api/stock/")) >= before + 2, "the second try")
    await client.see("online")


async def test_a_slow_answer_does_not_hold_up_the_keyboard(client: Driver, proxy: FaultServer) -> None:
    proxy.fail("GET", "/api/stock/", Hang())
    await client.press("r", "tab", "down", "down")
    await client.see("3 of ")
    await client.press("escape")
    await client.see("Stopped.")
    await client.press("question_mark")
    await client.see("Keys: Stock")
    proxy.release()


async def test_an_expired_token_asks_again_and_comes_back_to_the_same_place(client: Driver, proxy: FaultServer) -> None:
    await client.press("down")
    await client.see("496 items")
    await client.press("enter", "down", "down")
    proxy.fail("GET", "/api/stock/", Reply(401, {"detail": "Token has expired"}))
    await client.press("r")
    await client.see("Sign in again as allaccess", "Token has expired")
    await client.type("nolimits")
    await client.press("enter")
    await client.lose("Sign in again")
    await client.idle()
    await client.see("3 of 496", "online")


async def test_a_wrong_password_is_asked_for_again(client: Driver, proxy: FaultServer) -> None:
    proxy.fail("GET", "/api/stock/", Reply(401, {"detail": "Token has expired"}))
    await client.press("r")
    await client.see("Token has expired")
    await client.type("wrong")
    await client.press("enter")
    await client.see("Invalid username/password.")
    await client.press("escape")
    await client.lose("Sign in again")
    await client.see("1551ABK")


async def test_a_lost_answer_does_not_post_twice(client: Driver, proxy: FaultServer, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    proxy.fail("POST", "/api/stock/add/", LoseAnswer())
    await client.press("a", "5", "enter")
    await client.see("Added 100 → 105")
    assert item(api, pk)["quantity"] == 105


async def test_escape_waits_for_a_posting_that_was_sent(client: Driver, proxy: FaultServer, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    proxy.fail("POST", "/api/stock/add/", Hold())
    await client.press("a", "5", "enter")
    await client.see("Posting ...")
    await client.press("escape")
    await client.see("Already sent")
    proxy.wait_for("POST", "/api/stock/add/", withheld=True)
    proxy.release()
    await client.see("Added 100 → 105")
    assert item(api, pk)["quantity"] == 105


async def test_a_refused_posting_is_explained_in_the_dialog(
    client: Driver, proxy: FaultServer, api: httpx.Client
) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    proxy.fail("POST", "/api/stock/add/", Reply(400, {"items": {"0": {"quantity": ["Too much of a good thing"]}}}))
    await client.press("a", "5", "enter")
    await client.see("Not posted", "Too much of a good thing")
    await client.press("enter")
    await client.see("Added 100 → 105")


async def test_a_fault_while_searching_a_location_is_said(
    client: Driver, proxy: FaultServer, api: httpx.Client
) -> None:
    await open_item(client, make_item(api))
    proxy.fail("GET", "/api/stock/location/", Reply(500, {"detail": "no tree today"}))
    await client.press("m", "enter", *"room")
    await client.see("no tree today")
    await client.press("1")
    await client.lose("no tree today")


async def test_a_fault_while_finding_is_said(client: Driver, proxy: FaultServer) -> None:
    proxy.fail("POST", "/api/search/", Reply(500, {"detail": "no search today"}))
    await client.press("f", *"bolt")
    await client.see("no search today")


async def test_a_card_that_cannot_be_loaded_says_how_to_go_on(client: Driver, proxy: FaultServer) -> None:
    proxy.fail("GET", "/api/stock/408/", Reply(500, {"detail": "no card today"}))
    await client.press("f", *"INV-SI408", "enter")
    await client.see("no card today", "Not loaded; r tries again.")
    await client.press("r")
    await client.see("On hand")


async def test_a_server_that_comes_late_is_waited_for(server: Running, proxy: FaultServer) -> None:
    token = server.token("allaccess", "nolimits", "late")
    proxy.fail("GET", "/api/", *[Cut()] * 5)
    async with driven(Launch(proxy.url, user="allaccess", token=token)) as client:
        await client.see("retrying in")
        await client.see(" items", "on hand")


async def test_a_plain_inventree_is_asked_for_nothing_of_ours(server: Running, api: httpx.Client) -> None:
    pk = make_item(api)
    with PlainInvenTree(server.url) as plain:
        token = server.token("allaccess", "nolimits", "plain")
        async with driven(Launch(plain.url, user="allaccess", token=token)) as client:
            await client.see(" items", "Electronics Lab")
            await open_item(client, pk)
            await client.press("c", *"42", "enter")
            await client.see("Counted 100 → 42")
            await client.press("u")
            await client.see("42 → 100")
            await client.press("enter")
            await client.see("Undone")
        assert plain.strayed == []
    assert item(api, pk)["quantity"] == 100
