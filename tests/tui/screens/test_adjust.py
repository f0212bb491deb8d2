"""The dialogs that change stock: what is shown before, what is refused, what the server holds afterwards."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tui.config import Launch
from tui.screens.adjust import AdjustDialog
from tui.screens.card import CardScreen
from tui.screens.posting import PostingDialog

REEL_STORAGE, ROOM_404, STRUCTURAL = 8, 6, 13


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


def make_item(api: httpx.Client, quantity: float = 100, location: int = REEL_STORAGE, **more: Any) -> int:
    """A new item of a plain part; its primary key."""
    part = api.get("part/", params={"limit": 1, "search": "C_100nF_0603"}).json()["results"][0]["pk"]
    body = {"part": part, "location": location, "quantity": quantity, "delete_on_deplete": False, **more}
    return int(api.post("stock/", json=body).raise_for_status().json()[0]["pk"])


def item(api: httpx.Client, pk: int) -> dict[str, Any]:
    answer: dict[str, Any] = api.get(f"stock/{pk}/", params={"location_detail": "true"}).raise_for_status().json()
    return answer


async def open_item(client: Driver, pk: int) -> None:
    """Show the item's bin card, where all item commands work."""
    await client.press("f", *f"INV-SI{pk}", "enter")
    await client.until(lambda: isinstance(client.app.screen, CardScreen), "the bin card")
    await client.see("On hand")
    await client.idle()


async def mark_in_list(client: Driver, batch: str, count: int) -> None:
    """Filter the stock by a batch and mark all that is found."""
    await client.press("slash", *batch, "enter")
    await client.see(f"{count} items")
    await client.press(*["space"] * count)
    await client.see(f"{count} marked")


async def test_a_count_shows_its_effect_and_is_posted_by_enter(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("c")
    await client.see("Count", "Counted")
    await client.type("90+3")
    await client.see("100 → 93  -7")
    await client.check("count-80x24", lambda: client.lines[12:])
    await client.press("enter")
    await client.see("Counted 100 → 93", "On hand 93")
    assert item(api, pk)["quantity"] == 93
    assert item(api, pk)["stocktake_date"]


async def test_a_note_goes_into_the_history(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("a", "5", "tab", *"found behind", "enter")
    await client.see("Added 100 → 105")
    entry = api.get("stock/track/", params={"item": pk, "limit": 1}).json()["results"][0]
    assert entry["notes"] == "found behind"
    assert entry["deltas"]["added"] == 5


async def test_removing_more_than_there_is_is_refused_with_the_figures(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 5)
    await open_item(client, pk)
    await client.press("x")
    await client.type("100")
    await client.see("100 cannot be removed; there are only 5")
    await client.press("enter")
    await client.see("Refused")
    assert isinstance(client.app.screen, AdjustDialog)
    await client.press("escape")
    await client.lose("Refused")
    assert item(api, pk)["quantity"] == 5


async def test_what_is_no_quantity_is_said_to_be_none(client: Driver, api: httpx.Client) -> None:
    await open_item(client, make_item(api))
    await client.press("c", "enter")
    await client.see("Type a quantity.")
    await client.type("1/0")
    await client.press("enter")
    await client.see("Division by zero.")


async def test_a_slip_of_the_keys_needs_a_second_enter(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api, 12)
    await open_item(client, pk)
    await client.press("c", *"4006381", "enter")
    await client.see("Enter again goes on")
    assert item(api, pk)["quantity"] == 12
    await client.press("escape")


async def test_a_move_asks_for_quantity_then_location_then_posts(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("m", "enter")
    await client.type("room 404")
    await client.see("> Factory/Office Block/Room 404")
    await client.press("enter")
    await client.see("100 → 100", "to Factory/Office Block/Room 404", "Enter Post")
    await client.press("enter")
    await client.see("Moved to Factory/Office Block/Room 404")
    assert item(api, pk)["location"] == ROOM_404


async def test_all_of_a_move_can_be_typed_ahead(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("m", "enter", *"INV-SL6", "enter")
    await client.see("to Factory/Office Block/Room 404", "Enter Post")
    await client.press("enter")
    await client.see("Moved to")
    assert item(api, pk)["location"] == ROOM_404


async def test_moving_some_splits_the_item(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("m", *"40", "enter", *"room 404")
    await client.see("> Factory/Office Block/Room 404")
    await client.press("enter")
    await client.see("100 → 60", "new item of 40")
    await client.press("enter")
    await client.see("Moved 100 → 60")
    assert (item(api, pk)["quantity"], item(api, pk)["location"]) == (60, REEL_STORAGE)
    children = api.get("stock/", params={"parent": pk, "limit": 5}).json()["results"]
    assert [(child["quantity"], child["location"]) for child in children] == [(40, ROOM_404)]


async def test_a_structural_location_takes_no_stock(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("m", "enter", *f"INV-SL{STRUCTURAL}")
    await client.see("structural, holds no stock")
    await client.press("enter")
    await client.see("is structural and holds no stock itself")
    await client.press("escape")
    assert item(api, pk)["location"] == REEL_STORAGE


async def test_the_status_is_chosen_from_what_the_server_knows(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("t")
    await client.see("Quarantined", "Damaged")
    await client.type("quar")
    await client.see("> Quarantined")
    await client.press("enter")
    await client.see("Enter Post")
    await client.press("enter")
    await client.see("Quarantined now", "status Quarantined")
    assert item(api, pk)["status"] == 75


async def test_a_split_makes_a_second_item(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("p", *"30")
    await client.see("100 → 70", "new item of 30")
    await client.press("enter")
    await client.see("Split 100 → 70")
    assert item(api, pk)["quantity"] == 70
    assert api.get("stock/", params={"parent": pk, "limit": 5}).json()["results"][0]["quantity"] == 30


async def test_marked_items_are_counted_one_after_the_other(client: Driver, api: httpx.Client) -> None:
    keys = [make_item(api, quantity, batch="COUNT-ME") for quantity in (10, 20, 30)]
    await mark_in_list(client, "COUNT-ME", 3)
    await client.press("c")
    await client.see("Count  3 items")
    await client.press("1", "1", "enter", "2", "2", "enter", "3", "3")
    await client.see("30 → 33  +3")
    await client.check("count-marked-80x24", lambda: client.lines[8:])
    await client.press("enter")
    await client.see("Counted: 3 items")
    assert sorted(item(api, pk)["quantity"] for pk in keys) == [11, 22, 33]
    await client.lose("marked")


async def test_marked_items_move_together(client: Driver, api: httpx.Client) -> None:
    keys = [make_item(api, quantity, batch="MOVE-ME") for quantity in (1, 2)]
    await mark_in_list(client, "MOVE-ME", 2)
    await client.press("m", "enter", *"room 404")
    await client.see("> Factory/Office Block/Room 404")
    await client.press("enter")
    await client.see("Enter Post")
    await client.press("enter")
    await client.see("Moved: 2 items to Factory/Office Block/Room 404")
    assert {item(api, pk)["location"] for pk in keys} == {ROOM_404}


async def test_marked_items_of_one_part_merge(client: Driver, api: httpx.Client) -> None:
    keys = [make_item(api, quantity, batch="MERGE-ME") for quantity in (4, 6)]
    await mark_in_list(client, "MERGE-ME", 2)
    await client.press("M")
    await client.see("4 → 10")
    await client.press("enter")
    await client.see("Enter again goes on")
    await client.press("enter")
    await client.see("Merged")
    left = [pk for pk in keys if api.get(f"stock/{pk}/").status_code == 200]
    assert [item(api, pk)["quantity"] for pk in left] == [10]


async def test_undo_shows_and_posts_the_opposite(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    assert "u Undo" not in client.lines[-2]
    await client.press("x", *"25", "enter")
    await client.see("Removed 100 → 75")
    await client.press("u")
    await client.see("Undo  the remove of", "75 → 100")
    await client.check("undo-80x24", lambda: [line for line in client.lines[12:] if "Undo  the" not in line])
    await client.press("enter")
    await client.see("Undone by an opposite entry", "On hand 100")
    assert item(api, pk)["quantity"] == 100
    history = api.get("stock/track/", params={"item": pk}).json()
    assert [entry["tracking_type"] for entry in history] == [11, 12, 1]


async def test_undo_is_refused_when_somebody_was_there_since(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("a", "5", "enter")
    await client.see("Added 100 → 105")
    api.post("stock/count/", json={"items": [{"pk": pk, "quantity": 50}]}).raise_for_status()
    await client.press("u")
    await client.see("Not undone: Changed since then")
    assert item(api, pk)["quantity"] == 50


async def test_a_change_by_somebody_else_stops_the_posting(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("a", *"5")
    await client.see("100 → 105")
    api.post("stock/count/", json={"items": [{"pk": pk, "quantity": 50}]}).raise_for_status()
    await client.press("enter")
    await client.see("the stock has changed", "50 → 55")
    assert item(api, pk)["quantity"] == 50
    await client.press("enter")
    await client.see("Added 50 → 55")
    assert item(api, pk)["quantity"] == 55


async def test_the_command_takes_the_quantity(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    await client.press("colon", *"count 77", "enter")
    await client.see("100 → 77")
    await client.press("enter")
    await client.see("Counted 100 → 77")
    assert item(api, pk)["quantity"] == 77


async def test_escape_changes_nothing(client: Driver, api: httpx.Client) -> None:
    pk = make_item(api)
    await open_item(client, pk)
    for key in ("c", "a", "x", "m", "p", "t"):
        await client.press(key)
        await client.until(lambda: isinstance(client.app.screen, PostingDialog), "the dialog")
        await client.type("5")
        await client.press("escape")
        await client.until(lambda: not isinstance(client.app.screen, PostingDialog), "the end of the dialog")
    assert item(api, pk)["quantity"] == 100
    assert len(api.get("stock/track/", params={"item": pk}).json()) == 1


async def test_the_dialogs_fit_into_a_small_terminal(launch: Launch, api: httpx.Client) -> None:
    pk = make_item(api)
    async with driven(launch, (40, 16)) as client:
        await client.see(" items")
        await open_item(client, pk)
        await client.press("m", "enter", *"room")
        await client.see("> Factory/Office Block/Room 101", "Storage Room B", "100 → 100")
        await client.idle()
        await client.check("move-40x16")
