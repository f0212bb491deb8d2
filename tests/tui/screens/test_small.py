"""Small terminals: find, count and move at 22x8, and the core flows at 40x16, with nothing to choose."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.test_adjust import ROOM_404, item, make_item, open_item
from tui.config import Launch
from tui.screens.find import FindScreen
from tui.screens.stock import StockScreen

TINY, SMALL = (22, 8), (40, 16)
SIZES = pytest.mark.parametrize("small", [TINY, SMALL], indirect=True, ids=["22x8", "40x16"])


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
async def small(launch: Launch, request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    async with driven(launch, request.param) as driver:
        await driver.see(" items", "Electronics Lab")
        await driver.idle()
        yield driver


async def look(client: Driver, name: str) -> None:
    """Compare the screen. What other tests and the day change is masked: how many items there are, what they add up to,
    and today's date."""
    width, height = client.app.size

    def steady() -> list[str]:
        lines = [re.sub(r"\b1 0\d\d( items|$)", r"N\1", line) for line in client.lines]
        if "items" in client.text:
            lines = [re.sub(r"on hand \d[\d ]+", "on hand N ", line) for line in lines]
        return [re.sub(r"\b20\d\d-\d\d-\d\d(?= +\+1 250 )", "2026-11-22", line) for line in lines]

    await client.check(f"{name}-{width}x{height}", steady)


@SIZES
async def test_finding(small: Driver) -> None:
    await look(small, "small-tree")
    await small.press("tab")
    await small.idle()
    await look(small, "small-stock")
    await small.press("f", *"R_220K_0805")
    await small.see("> R_220K_0805")
    await small.idle()
    await look(small, "small-find")
    await small.press("enter")
    await small.see("On hand")
    await small.idle()
    await look(small, "small-card")


@SIZES
async def test_counting(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 1250)
    await open_item(small, pk)
    await small.press("c", *"1038")
    await small.see("1 250 → 1 038", "-212")
    await look(small, "small-count")
    await small.press("enter")
    await small.see("OK Counted 1 250 →")
    await small.idle()
    assert item(api, pk)["quantity"] == 1038
    assert item(api, pk)["stocktake_date"]


@SIZES
async def test_moving(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 1250)
    await open_item(small, pk)
    await small.press("m")
    await small.see("1 250 → 1 250")
    await small.press("enter", *"room")
    await small.see("/Room 101", "/Room 404")
    await look(small, "small-move")
    await small.press("down", "enter")
    await small.see("Note", "Enter Post")
    await look(small, "small-move-note")
    await small.press("enter")
    await small.see("OK Moved to")
    assert item(api, pk)["location"] == ROOM_404


@SIZES
async def test_what_is_refused_says_why_with_the_figures(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 1250)
    await open_item(small, pk)
    await small.press("x", *"99999", "enter")
    await small.see("only 1 250")
    await look(small, "small-refused")
    assert item(api, pk)["quantity"] == 1250


@SIZES
async def test_what_is_doubted_says_why_before_it_is_posted(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 1250)
    await open_item(small, pk)
    await small.press("c", *"999999", "enter")
    await small.see("799 times what", "Enter")
    await look(small, "small-doubted")
    await small.press("enter")
    await small.see("OK Counted 1 250 →")
    await small.press("u")
    await small.see("Undo", "-998 749")
    await small.press("enter")
    await small.see("OK Undone")
    assert item(api, pk)["quantity"] == 1250


@SIZES
async def test_a_move_of_more_than_there_is_says_how_much_there_is(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 1250)
    await open_item(small, pk)
    await small.press("m", *"99999")
    await small.see("only 1 250")
    await look(small, "small-move-refused")
    await small.press("escape")
    await small.lose("only 1 250")
    assert item(api, pk)["quantity"] == 1250


@SIZES
async def test_finding_nothing_and_a_code(small: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 7)
    await small.press("f", *"zzqq")
    await small.see("Nothing is called zzqq." if small.app.size.width == 40 else "nothing found")
    await look(small, "small-find-nothing")
    await small.press(*["backspace"] * 4, *f"INV-SI{pk}")
    await small.see("1 found", "= item")


@SIZES
async def test_help_scrolls(small: Driver) -> None:
    await small.press("question_mark")
    await small.see("Keys: Stock")
    await look(small, "small-help")
    await small.press("pagedown")
    await small.lose("Sub-locations" if small.app.size.height < 12 else "Include")
    await small.press("enter")
    await small.see("items")
    assert isinstance(small.app.screen, StockScreen)


@pytest.mark.parametrize("size", [TINY, SMALL])
async def test_signing_in(launch: Launch, size: tuple[int, int]) -> None:
    async with driven(replace(launch, user="", token=None), size) as client:
        await client.see("Sign in", "User")
        await client.idle()
        await look(client, "small-sign-in")
        await client.press(*"allaccess", "enter", *"wrong", "enter")
        await client.see("!! ")
        await client.press(*"nolimits", "enter")
        await client.see(" items")


@pytest.mark.parametrize("small", [TINY], indirect=True)
async def test_the_connection_is_seen_when_it_is_gone(small: Driver) -> None:
    assert not any("online" in line for line in small.lines)
    small.app.set_status(connection="offline", reason="No answer")
    await small.see("! No answer")
    small.app.set_status(connection="online", reason="")
    await small.lose("No answer")


@pytest.mark.parametrize("small", [TINY], indirect=True)
async def test_growing_and_shrinking_changes_the_layout(small: Driver) -> None:
    await small.press("f")
    await small.until(lambda: isinstance(small.app.screen, FindScreen), "the dialog")
    await small.pilot.resize_terminal(80, 24)
    await small.see("Electronics Lab", "online")
    await small.pilot.resize_terminal(*TINY)
    await small.lose("online")
