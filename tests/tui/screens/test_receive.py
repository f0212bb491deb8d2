"""Receiving by scan against the real server: what is asked, what is posted, and what the server holds afterwards."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver, check_snapshot, driven
from tests.tui.screens.receiving import DOCK, SHELF, Desk, Wanted, open_receiving
from tui.config import Launch


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def desk(api: httpx.Client) -> Desk:
    return Desk(api)


def sku(name: str) -> str:
    """A SKU that no other test has."""
    return f"{name}-{uuid4().hex[:6]}"


async def test_a_scan_digits_and_enter_receive_a_line(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt, 10), Wanted(nut, 20)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter")
    await client.see("Quantity", "Room 404")
    await client.press("1", "0", "enter")
    await client.see(f"✓ 10 × Part {bolt}", "1/2 lines")
    assert desk.received(order) == {bolt: 10, nut: 0}
    assert desk.stock(order) == [(bolt, 10, DOCK)]
