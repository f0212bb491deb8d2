"""No text from the server acts as a control character or as markup, on any screen."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.faults import FaultServer
from tests.tui.driving import Driver, driven
from tests.tui.hostile_server import hostile_server
from tui.config import Launch


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with hostile_server() as started:
        yield started


@pytest.fixture
async def client(server: FaultServer) -> AsyncIterator[Driver]:
    async with driven(Launch(server.url, token="inv-1"), (132, 43)) as driver:
        await driver.see("items", "Quantity")
        await driver.idle()
        yield driver


def check(client: Driver) -> None:
    """Everything on the screen is printable, and nothing on it can be clicked to run an action."""
    for line in client.lines:
        assert line.isprintable(), line
    for strip in client.app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.style is None or "@click" not in (segment.style.meta or {}), segment
            assert segment.style is None or segment.style.link is None, segment


@pytest.mark.parametrize(
    "keys",
    [
        ["tab"],
        ["down", "down"],
        ["slash", "x"],
        ["s"],
        ["C"],
        ["question_mark"],
        ["colon"],
        ["ctrl+p"],
        ["g", "b"],
        ["tab", "c", "5"],
        ["tab", "space", "space", "a", "5"],
        ["tab", "x", "9", "9", "enter"],
        ["tab", "m", "enter", "b"],
        ["tab", "t"],
        ["tab", "p", "3"],
        ["tab", "y"],
        ["tab", "Y"],
        ["apostrophe"],
    ],
)
async def test_every_screen_shows_hostile_text_as_text(client: Driver, keys: list[str]) -> None:
    await client.press(*keys)
    await client.idle()
    check(client)


async def test_markup_is_shown_as_it_is(client: Driver) -> None:
    await client.press("tab", "end")
    await client.see("[red]bolt[/red]")
    check(client)


async def test_find_shows_hostile_text_as_text(client: Driver) -> None:
    await client.press("f")
    await client.type("bolt")
    await client.see("parts")
    check(client)
    await client.press("pagedown", "pagedown")
    check(client)


async def test_the_bin_card_shows_hostile_text_as_text(client: Driver) -> None:
    await client.press("tab", "enter")
    await client.see("bin card of the item", "On hand 7")
    check(client)
    await client.press("end")
    check(client)


async def test_a_hostile_refusal_is_shown_as_text(client: Driver) -> None:
    await client.press("tab", "c", "5", "enter")
    await client.see("Not posted")
    check(client)
