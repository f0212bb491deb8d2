"""A scanner that types works on every screen without a field, at any pace, and never starts a command."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.tui.driving import Driver, driven
from tui.config import Launch
from tui.scanning.wedge import Scan
from tui.screens.receive_order import OrderPicker
from tui.screens.stock import StockScreen

PACES = [0.005, 0.04]


class Scanner:
    """Types codes at a pace of its own, from a thread: the app being busy does not hold it up."""

    def __init__(self, client: Driver, pace: float) -> None:
        self.client = client
        self.pace = pace

    async def scan(self, *codes: str, end: str = "enter") -> None:
        """Scan one after the other."""
        await asyncio.to_thread(self._type, codes, end)

    def _type(self, codes: tuple[str, ...], end: str) -> None:
        for number, code in enumerate(codes):
            for key in [*code, end]:
                name = _character_to_key(key) if len(key) == 1 else key
                character = key if len(key) == 1 else {"enter": "\r", "tab": "\t"}[key]
                self.client.app.post_message(events.Key(name, character))
                time.sleep(self.pace)
            if number % 10 == 0:
                time.sleep(0.2)  # now and then the clerk looks up


@pytest.fixture
async def stock(launch: Launch) -> AsyncIterator[Driver]:
    async with driven(launch, scanner=True) as driver:
        await driver.see(" items", "Electronics Lab", "on hand")
        await driver.idle()
        yield driver


@pytest.mark.parametrize("pace", PACES)
async def test_fifty_scans_all_come_and_nothing_else_happens(
    stock: Driver, pace: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    async def take(self: StockScreen, text: str) -> None:
        taken.append(text)

    monkeypatch.setattr(StockScreen, "take_scan", take)
    scanner = Scanner(stock, pace)
    wanted = [f"cax-m{number:03d}q" for number in range(50)]  # every letter of it is a command's key
    await scanner.scan(*wanted)
    await stock.until(lambda: len(taken) >= 50, "the last scan")
    assert taken == wanted
    assert isinstance(stock.app.screen, StockScreen)
    assert stock.app.is_running


async def test_a_scan_opens_what_it_stands_for(stock: Driver) -> None:
    await Scanner(stock, 0.005).scan("INV-SL1")
    await stock.until(lambda: [*stock.lines, ""][0].strip() == "Factory", "the location")
    assert stock.app.history.current is not None
    assert (stock.app.history.current.model, stock.app.history.current.pk) == ("stocklocation", 1)


async def test_a_typed_letter_is_still_a_command(stock: Driver) -> None:
    await stock.press("f")
    await stock.see("Find")


async def test_a_scan_waits_for_the_dialog_that_is_open(stock: Driver) -> None:
    await stock.press("question_mark")
    await stock.see("Keys:")
    await stock.app._deal_with(Scan("INV-SL1"))
    await stock.see("Keys:")
    await stock.press("escape")
    await stock.until(
        lambda: stock.app.history.current is not None and stock.app.history.current.pk == 1, "the location"
    )


async def test_a_barcode_of_a_command_carries_it_out(stock: Driver) -> None:
    await stock.press("tab")
    await Scanner(stock, 0.005).scan("BINCARD-COUNT")
    await stock.see("Count")
    assert not isinstance(stock.app.screen, StockScreen)


async def test_a_command_that_does_not_work_here_is_said_so(stock: Driver) -> None:
    await Scanner(stock, 0.005).scan("BINCARD-UNDO")
    await stock.see("Undo does not work here")


async def test_the_barcode_of_receiving_asks_which_order(stock: Driver) -> None:
    await Scanner(stock, 0.005).scan("BINCARD-RECEIVE")
    await stock.see("which order?", "Paint by Numb")
    assert isinstance(stock.app.screen, OrderPicker)
