"""The supplier lookup and the comparison of suppliers, against a real server."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tui.config import Launch
from tui.safe_text import is_safe

SIZES = [(132, 43), (80, 24), (40, 16)]


@pytest.fixture(scope="module")
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


def make(api: httpx.Client, path: str, **body: Any) -> Any:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def bought(api: httpx.Client, name: str) -> dict[str, Any]:
    """A part of two suppliers: one that it was bought from, on time, and one that is cheaper."""
    part = make(api, "part/", name=name, description="for buying", purchaseable=True, category=1)
    companies = [
        make(api, "company/", name=f"{name} {kind}", description="", is_supplier=True, currency="USD")
        for kind in ("Prompt", "Cheap")
    ]
    make(api, "company/contact/", company=companies[0]["pk"], name="Ann Other", email="ann@prompt.example")
    supplied = [
        make(api, "company/part/", part=part["pk"], supplier=company["pk"], SKU=f"{name}-{kind}", pack_quantity=pack,
             link="https://prompt.example/x")
        for company, kind, pack in zip(companies, "PC", ("10", "1"), strict=True)
    ]  # fmt: skip
    for each, breaks in zip(supplied, ((("1", 8), ("5", 6)), (("1", 0.5),)), strict=True):
        for quantity, price in breaks:
            make(api, "company/price-break/", part=each["pk"], quantity=quantity, price=price, price_currency="USD")
    order = make(api, "order/po/", supplier=companies[0]["pk"], target_date="2099-01-31")
    line = make(api, "order/po-line/", order=order["pk"], part=supplied[0]["pk"], quantity=5, purchase_price="6.25",
                purchase_price_currency="USD")  # fmt: skip
    make(api, f"order/po/{order['pk']}/issue/")
    make(api, f"order/po/{order['pk']}/receive/", items=[{"line_item": line["pk"], "quantity": 2}], location=1)
    return {"part": part, "supplied": supplied, "order": order, "companies": companies}


async def look_up(client: Driver, text: str) -> None:
    await client.press("l")
    await client.see("supplier, SKU, MPN")
    await client.type(text)


async def test_two_keys_and_a_name_find_a_supplier(client: Driver) -> None:
    await look_up(client, "digikey")
    await client.see("DigiKey Electronics", "Supplies    200 parts", "Jimmy Mcleod  jimmy.mcleod@digikey.com")


async def test_a_sku_shows_prices_orders_lead_time_and_contacts(client: Driver, api: httpx.Client) -> None:
    made = bought(api, "Sprocket")
    await look_up(client, "sprocket-p")
    await client.see("Last paid   6.25 USD", "10 each", "Ann Other  ann@prompt.example", "https://prompt.example/x")
    assert "0 days median" in client.line_with("Lead time")
    assert "on time 100%" in client.line_with("Lead time")
    order = client.line_with("Open order")
    assert made["order"]["reference"] in order
    assert "3 to come, due 2099-01-31" in order
    assert "8.00 USD" in client.text
    assert "6.00 USD" in client.text


async def test_a_link_is_copied_from_its_line(client: Driver, api: httpx.Client) -> None:
    bought(api, "Washer")
    await look_up(client, "washer-p")
    await client.see("https://prompt.example/x")
    await client.press("enter", "enter", "end", "y")
    await client.see("https://prompt.example/x", "opied")
    assert client.app.clipboard == "https://prompt.example/x"


async def test_the_suppliers_of_a_part_stand_side_by_side(client: Driver, api: httpx.Client) -> None:
    bought(api, "Gear")
    await look_up(client, "gear-p")
    await client.see("Last paid")
    await client.press("enter", "equals_sign")
    await client.see("Suppliers of Gear", "2 supplier parts")
    await client.type("4*12+1")
    await client.press("enter")
    await client.see("49 from 2 supplier parts")
    lines = [line for line in client.lines if "Gear-" in line]
    # Five packs of ten at 6.00 each, against 49 at 0.50.
    assert "24.50 USD" in lines[0]
    assert "cheapest" in lines[0]
    assert "30.00 USD" in lines[1]
    assert "50" in lines[1]
    await client.press("enter")
    await client.see("Gear-C")


async def test_a_quantity_that_is_none_is_refused(client: Driver) -> None:
    await look_up(client, "311-1.0KDGTR")
    await client.see("RES SMD 1K OHM")
    await client.press("enter", "equals_sign")
    await client.see("9 supplier parts")
    await client.type("0")
    await client.press("enter")
    await client.see("A number above 0")


async def test_it_works_with_a_plain_inventree(server: Running, api: httpx.Client) -> None:
    bought(api, "Pulley")
    with PlainInvenTree(server.url) as plain:
        launch = Launch(plain.url, user="allaccess", token=server.token("allaccess", "nolimits", "plain"))
        async with driven(launch) as client:
            await client.see(" items", "Electronics Lab")
            await look_up(client, "pulley-p")
            await client.see("Last paid   6.25 USD", "0 days median")


async def test_who_may_not_see_orders_is_not_offered_suppliers(server: Running) -> None:
    launch = Launch(server.url, user="engineer", token=server.token("engineer", "partsonly", "suppliers"))
    async with driven(launch) as client:
        await client.see("engineer")
        await client.idle()
        assert all(action.id != "app.suppliers" for action in client.app.host.available())


async def test_hostile_names_reach_no_terminal(client: Driver, api: httpx.Client) -> None:
    kept = 0
    for number, text in enumerate(text for text in HOSTILE.values() if "\ud800" not in text):
        body = {"name": f"Evil {number} {text}"[:100], "description": text[:250], "is_supplier": True}
        kept += api.post("company/", json=body).is_success
    assert kept
    await look_up(client, "Evil")
    await client.see("> Evil ")
    await client.press("enter")
    for _ in range(kept):
        await client.press("down")
        assert all(is_safe(character) or character == "\n" for character in client.text)


@pytest.mark.parametrize("size", SIZES)
async def test_screens(launch: Launch, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with driven(launch, size) as client:
        await client.see(" items", "on hand")
        await client.idle()
        await look_up(client, "311-1.0KDGTR")
        await client.see("311-1.0KDGTR")
        await client.press("enter", "enter")
        await client.see("RES SMD 1K OHM")
        await client.idle()
        await client.check(f"supplier-{name}")
        await client.press("equals_sign")
        await client.see("9 supplier parts")
        await client.idle()
        await client.check(f"offers-{name}")
