"""The bin card."""

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tui.config import Launch
from tui.screens.card import CardScreen


async def open_card(client: Driver, code: str) -> None:
    await client.press("f", *code, "enter")
    await client.see("On hand")
    await client.until(lambda: isinstance(client.app.screen, CardScreen), "the card")


async def test_an_item_card_ends_in_the_quantity_on_hand(client: Driver, server: Running) -> None:
    with server.client("allaccess", "nolimits") as api:
        part = api.get("part/", params={"limit": 1, "search": "C_100nF_0603"}).json()["results"][0]
        item = api.post("stock/", json={"part": part["pk"], "location": 8, "quantity": 100}).json()[0]["pk"]
        for verb, quantity in (("add", 20), ("remove", 5), ("count", 90)):
            body = {"items": [{"pk": item, "quantity": quantity}], "notes": f"by {verb}"}
            api.post(f"stock/{verb}/", json=body).raise_for_status()
    await open_card(client, f"INV-SI{item}")
    await client.see("On hand 90", "by count")
    rows = [line.split() for line in client.lines if "allaccess" in line or "by " in line]
    lines = client.app.screen.query_one("#lines").source._pages[0]  # type: ignore[attr-defined]
    history = [(line.what, int(line.change), int(line.balance)) for line in lines.values()]
    assert [(change, balance) for _, change, balance in history] == [(-25, 90), (-5, 115), (20, 120), (100, 100)]
    assert rows
    assert "History incomplete" not in client.text


async def test_a_card_says_when_its_history_is_incomplete(client: Driver) -> None:
    await open_card(client, "INV-SI316")
    await client.see("History incomplete", "lay there before the first entry")


async def test_a_part_card_adds_up_its_items(client: Driver, server: Running) -> None:
    with server.client("allaccess", "nolimits") as api:
        part = api.get("part/", params={"limit": 1, "IPN": "002.01-PCB"}).json()["results"][0]
    await open_card(client, "002.01-PCB")
    await client.see("bin card of the part", f"On hand {part['total_in_stock']:g}")
    await client.press("i")
    await client.see("All stock of")


async def test_the_cards_of_item_and_part_lead_to_each_other(client: Driver) -> None:
    await open_card(client, "INV-SI408")
    await client.see("bin card of the item")
    await client.press("b")
    await client.see("bin card of the part")
    await client.press("enter")
    await client.see("bin card of the item")
    await client.press("backspace")
    await client.see("bin card of the part")


async def test_a_line_clicked_twice_opens_its_item(client: Driver) -> None:
    await open_card(client, "INV-SI408")
    await client.press("b")
    await client.see("bin card of the part")
    await client.idle()
    await client.pilot.click("#lines", offset=(5, 2), times=2)
    await client.see("bin card of the item")


async def test_the_location_of_an_item_opens_with_the_cursor_on_it(client: Driver) -> None:
    await open_card(client, "INV-SI408")
    await client.press("g")
    await client.see("Factory / Storage Room B")
    table = client.app.stock_screen.table
    await client.until(lambda: table.current_row is not None and table.current_row["pk"] == 408, "the item")


async def test_an_item_that_is_gone_is_said_to_be_gone(client: Driver) -> None:
    from tui.history import Place

    await client.app.go(Place("card", "stockitem", 999_999))
    await client.see("It is not there any more")


async def test_cards_look_as_they_should(launch: Launch) -> None:
    for size in ((80, 24), (132, 43), (40, 16)):
        async with driven(launch, size) as client:
            await client.see(" items")
            await open_card(client, "INV-SI100")
            await client.idle()
            await client.check(f"card-{size[0]}x{size[1]}")
