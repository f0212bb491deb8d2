"""Finding anything."""

from tests.serving import Running
from tests.tui.driving import Driver
from tui.screens.card import CardScreen
from tui.screens.find import FindScreen


async def test_the_exact_hit_is_the_first_row(client: Driver) -> None:
    await client.press("f")
    await client.type("C_100nF_0402")
    await client.see("> C_100nF_0402")
    assert "= part" in client.line_with("> C_100nF_0402")
    await client.idle()
    await client.check("find-80x24")


async def test_enter_before_the_answer_opens_the_exact_hit(client: Driver) -> None:
    await client.press("f", *"C_100nF_0402", "enter")
    await client.see("bin card of the part", "C_100nF_0402")


async def test_a_location_opens_with_its_stock(client: Driver) -> None:
    await client.press("f3")
    await client.type("Reel Storage")
    await client.see("> Electronics Lab/Reel Storage")
    await client.press("enter")
    await client.see("Electronics Lab / Reel Storage", "169 items")


async def test_a_suppliers_code_opens_the_part(client: Driver, server: Running) -> None:
    with server.client("allaccess", "nolimits") as api:
        row = api.get("company/part/", params={"limit": 1, "part_detail": "true"}).json()["results"][0]
    await client.press("f")
    await client.type(row["SKU"])
    await client.see(f"> {row['SKU']}")
    await client.press("enter")
    await client.see("bin card of the part", row["part_detail"]["name"])


async def test_an_internal_code_opens_the_item(client: Driver) -> None:
    await client.press("f", *"INV-SI408", "enter")
    await client.see("bin card of the item", "1551ABK")


async def test_nothing_is_said_to_be_nothing(client: Driver) -> None:
    await client.press("f")
    await client.type("no such thing at all")
    await client.see("Nothing is called no such thing at all.")
    await client.press("enter")
    assert isinstance(client.app.screen, FindScreen)
    await client.press("escape")
    await client.until(lambda: not isinstance(client.app.screen, FindScreen), "the stock screen")


async def test_the_command_takes_the_text(client: Driver) -> None:
    await client.press("colon")
    await client.type("find 1551ABK")
    await client.press("enter")
    await client.see("> 1551ABK")
    await client.press("enter")
    await client.until(lambda: isinstance(client.app.screen, CardScreen), "the bin card")
