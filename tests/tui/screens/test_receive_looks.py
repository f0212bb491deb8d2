"""Receiving in three sizes of terminal, of returns, and of things with hostile names."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.screens.receiving import DOCK, SHELF, Desk, Wanted, open_receiving
from tests.tui.screens.test_hostile import check
from tui.config import Launch

SIZES = [(80, 24), (132, 43), (40, 16)]


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def desk(api: httpx.Client) -> Desk:
    return Desk(api, supplier_name="Fasteners & Co")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_next_key_is_plain_in_every_size(launch: Launch, desk: Desk, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    lines = [
        Wanted(f"BOLT-M3x10-{name}", 100, more={"target_date": "2031-05-01"}),
        Wanted(f"NUT-M3-{name}", 4, pack="25", destination=SHELF),
        Wanted(f"WASHER-M3-{name}", 1000),
    ]
    order = desk.order(lines, destination=DOCK, reference=f"PO9{SIZES.index(size):03d}")
    async with driven(launch, size) as client:
        await client.see(" items")
        await open_receiving(client, order)
        await client.press(*lines[0].sku, "enter", *"40", "enter")
        await client.see("60 still to")
        await client.check(f"receive-short-{name}")
        await client.press("enter")
        await client.see("40/100")
        await client.press(*lines[1].sku, "enter")
        await client.see("4 packs of 25")
        await client.check(f"receive-{name}")
        await client.press("enter")
        await client.see("1/3")
        await client.check(f"receive-next-{name}")


def returned(desk: Desk, serials: list[str]) -> tuple[int, list[int]]:
    """A return order of these items, in progress, and the items."""
    part = desk.post("part/", name="Returned lamp", description="comes back", salable=True, trackable=True)["pk"]
    made: Any = desk.api.post(
        "stock/", json={"part": part, "location": SHELF, "quantity": len(serials), "serial_numbers": ",".join(serials)}
    ).json()
    items = [item["pk"] for item in made]
    customer = desk.post("company/", name="Lamps for all", is_customer=True, currency="USD")["pk"]
    desk.post("stock/assign/", items=[{"item": item} for item in items], customer=customer)
    order = desk.post("order/ro/", customer=customer)["pk"]
    for item in items:
        desk.post("order/ro-line/", order=order, item=item, quantity=1)
    desk.post(f"order/ro/{order}/issue/")
    return order, items


async def test_a_return_is_received_by_serial_number_or_barcode(client: Driver, desk: Desk) -> None:
    quarantine = desk.post("stock/location/", name="Quarantine", description="")["pk"]
    order, items = returned(desk, ["901", "902"])
    await open_receiving(client, order, "returnorder")
    await client.see("0/2 lines", "Returned lamp #901")
    await client.press(*"901", "enter")
    await client.see("Returned lamp #901: 1", "Quarantine")
    await client.press("enter")
    await client.see("✓ 1 × Returned lamp #901 → Quarantine", "1/2 lines")
    await client.press(*f"INV-SI{items[1]}", "enter", "alt+t", *"dama", "enter", "enter")
    await client.see("All 2 lines are received")
    rows = [desk.get(f"stock/{item}/") for item in items]
    assert [(row["location"], row["customer"]) for row in rows] == [(quarantine, None), (quarantine, None)]
    assert rows[1]["status"] == 55


@pytest.mark.parametrize("name", ["markup", "bidi override", "zero width", "osc clipboard", "csi clear"])
async def test_hostile_names_are_shown_as_text(client: Driver, desk: Desk, name: str) -> None:
    text = HOSTILE[name]
    order = desk.order([Wanted(f"H-{name}", 3, name=text)], destination=DOCK)
    await open_receiving(client, order)
    check(client)
    await client.press(*f"H-{name}", "enter", "4", "enter")
    await client.see("1 more than ordered")
    check(client)
    await client.press("enter")
    await client.see("4/3")
    check(client)
    await client.press(*"[red]x[/red]", "enter")
    await client.see("matches [red]x[/red]")
    check(client)
