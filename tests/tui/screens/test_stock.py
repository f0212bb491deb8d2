"""The stock screen."""

import os
from pathlib import Path

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tui.config import Launch


async def open_reels(client: Driver) -> None:
    """Go to the reel storage, which holds parts by the hundred."""
    await client.press("g")
    await client.type("reel")
    await client.see("Electronics Lab/Reel Storage")
    await client.press("enter")
    await client.see("Electronics Lab / Reel Storage")
    await client.idle()


async def test_it_shows_locations_and_items(client: Driver) -> None:
    await client.see("on hand")
    await client.idle()
    await client.check("stock-80x24")


async def test_it_has_more_columns_and_details_when_wide(launch: Launch) -> None:
    async with driven(launch, (132, 43)) as client:
        await client.see("1 038 items", "on hand")
        await client.press("tab")
        await client.idle()
        await client.check("stock-132x43")


async def test_it_shows_one_pane_at_a_time_when_narrow(launch: Launch) -> None:
    async with driven(launch, (40, 16)) as client:
        await client.see("1 038 items", "Electronics Lab", "on hand")
        await client.idle()
        await client.check("stock-40x16-tree")
        await client.press("down", "enter")
        await client.see("496 items", "on hand")
        await client.idle()
        await client.check("stock-40x16-items")


async def test_the_items_follow_the_cursor_in_the_tree(client: Driver) -> None:
    await client.press("down")
    await client.see("496 items")
    await client.press("down")
    await client.see("Factory", "517 items")


async def test_the_totals_are_those_of_the_server(client: Driver, server: Running) -> None:
    await open_reels(client)
    await client.see("on hand")
    location = client.app.stock_screen.query_shown.location
    with server.client("allaccess", "nolimits") as api:
        rows = api.get("stock/", params={"location": location, "in_stock": "true"}).json()
    pieces = sum(row["quantity"] for row in rows if not row["part_detail"]["units"])
    assert f"{len(rows)} items" in client.text
    assert f"{pieces:,.10g}".replace(",", " ") in client.line_with("on hand")


async def test_typing_filters_and_escape_shows_all_again(client: Driver) -> None:
    await client.press("slash")
    await client.type("C_100nF_0402")
    await client.see("7 items", "filter C_100nF_0402")
    await client.press("enter")
    assert client.app.focused is client.app.stock_screen.table
    await client.press("escape")
    await client.see("1 038 items")
    await client.lose("filter C_100nF_0402")


async def test_sorting_is_done_by_the_server(client: Driver) -> None:
    await client.press("s")
    await client.type("quant")
    await client.press("enter")
    await client.see("Quantity▲")
    await client.press("S")
    await client.see("Quantity▼")
    await client.idle()
    rows = [client.app.stock_screen.table.source.get(index) for index in range(5)]
    quantities = [row["quantity"] for row in rows if row is not None]
    assert quantities == sorted(quantities, reverse=True)
    assert quantities[0] > 1000


async def test_chosen_columns_are_remembered(client: Driver, launch: Launch) -> None:
    await client.press("colon")
    await client.type("columns part,ipn,quantity")
    await client.press("enter")
    await client.see("IPN")
    assert "Available" not in client.line_with("Part▲")
    async with driven(launch) as again:
        await again.see("1 038 items")
        assert "IPN" in again.line_with("Part▲")
        assert "Available" not in again.line_with("Part▲")


async def test_columns_are_ticked_in_a_dialog(client: Driver) -> None:
    await client.press("C")
    await client.see("[x] Part", "[ ] SKU")
    await client.check("columns-80x24")
    await client.press("down", "space", "space", "enter")
    await client.lose("Columns of")
    assert "Quantity" not in client.line_with("Part▲")
    assert "Available" not in client.line_with("Part▲")


async def test_sub_locations_can_be_left_out_and_that_is_always_said(client: Driver) -> None:
    await client.press("down")
    await client.see("496 items", "with sub-locations")
    await client.press("i")
    await client.see("without sub-locations")
    await client.until(lambda: "496 items" not in client.text, "another count")


async def test_going_up_goes_to_the_location_above(client: Driver) -> None:
    await open_reels(client)
    await client.press("backspace")
    await client.see("496 items")
    assert client.lines[0].strip() == "Electronics Lab"
    await client.press("backspace")
    await client.see("1 038 items")


async def test_a_refresh_does_not_move_the_cursor(client: Driver, server: Running) -> None:
    await open_reels(client)
    table = client.app.stock_screen.table
    await client.press("down", "down", "down")
    before = table.current_row
    assert before is not None
    with server.client("allaccess", "nolimits") as api:
        first = table.source.get(0)
        assert first is not None
        api.post("stock/add/", json={"items": [{"pk": first["pk"], "quantity": 7}]}).raise_for_status()
    await client.press("r")
    await client.until(lambda: (table.source.get(0) or {}).get("quantity") == first["quantity"] + 7, "the new quantity")
    assert table.current_row is not None
    assert table.current_row["pk"] == before["pk"]


async def test_the_end_of_a_long_list_is_fetched_by_itself(client: Driver) -> None:
    await client.press("tab", "end")
    await client.see("1 038 of 1 038")
    table = client.app.stock_screen.table
    await client.until(lambda: table.current_row is not None, "the last row")
    loaded = sum(1 for index in range(1038) if table.source.get(index) is not None)
    assert loaded < 500
    await client.press("home")
    await client.see("1 of 1 038")


async def test_the_part_of_a_name_finds_a_location(client: Driver) -> None:
    await open_reels(client)
    assert client.app.focused is client.app.stock_screen.table


async def test_back_and_forward_come_to_the_same_row(client: Driver) -> None:
    await open_reels(client)
    await client.press("down", "down")
    table = client.app.stock_screen.table
    row = table.current_row
    assert row is not None
    await client.press("enter")
    await client.see("bin card of the item")
    await client.press("left_square_bracket")
    await client.see("Electronics Lab / Reel Storage")
    await client.until(lambda: table.current_row is not None and table.current_row["pk"] == row["pk"], "the row")
    await client.press("right_square_bracket")
    await client.see("bin card of the item")


async def test_a_row_a_cell_and_the_table_can_be_copied(client: Driver) -> None:
    await open_reels(client)
    await client.press("y")
    await client.see("Copied the row")
    await client.press("Y")
    await client.see("Copy which value?")
    await client.type("quantity")
    await client.press("enter")
    await client.see("Copied ")
    await client.press("ctrl+y")
    await client.see("Copied 169 rows")
    copied = (Path(os.environ["BINCARD_STATE_DIR"]) / "copied.txt").read_text(encoding="utf-8").splitlines()
    assert len(copied) == 170
    assert copied[0].startswith("Part\tQuantity")


async def test_marks_and_a_range_are_shown(client: Driver) -> None:
    await open_reels(client)
    await client.press("space", "space")
    await client.see("2 marked")
    await client.press("v", "down", "down", "v")
    await client.see("5 marked")
    await client.press("escape")
    await client.lose("marked")
