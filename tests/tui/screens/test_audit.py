"""The audit, against a real server: from a number to who changed it, and back."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tui.config import Launch
from tui.safe_text import is_safe


@pytest.fixture(scope="module")
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def launch(server: Running) -> Launch:
    return Launch(server.url, user="allaccess", token=server.token("allaccess", "nolimits", "audit"))


def make(api: httpx.Client, path: str, **body: Any) -> Any:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def counted(api: httpx.Client, name: str) -> int:
    """The key of an item of a new part that was made with 12 and counted as 9."""
    part = make(api, "part/", name=name, description="for the audit", category=1)["pk"]
    item = int(make(api, "stock/", part=part, quantity=12, location=1)[0]["pk"])
    make(api, "stock/count/", items=[{"pk": item, "quantity": 9}], notes="shelf was short")
    return item


async def audit(client: Driver, typed: str) -> None:
    """The whole log, narrowed."""
    await client.press("colon")
    await client.type(f"audit {typed}")
    await client.press("enter")
    await client.see("Audit")


async def test_a_number_on_a_card_leads_to_who_changed_it_and_back(client: Driver, api: httpx.Client) -> None:
    item = counted(api, "Tracegear")
    await client.app.go(_card(item))
    await client.see("bin card of the item")
    await client.press("L")
    await client.see("Audit of", "12 → 9", "2 changes")
    assert "allaccess" in client.line_with("12 → 9")
    await client.see("POST /api/stock/count/")
    await client.press("enter")
    await client.see("bin card of the item")
    await client.press("left_square_bracket")
    await client.see("Audit of", "12 → 9")


def _card(item: int) -> Any:
    from tui.history import Place

    return Place("card", "stockitem", item)


async def test_filters_are_typed_and_what_is_wrong_is_said(client: Driver, api: httpx.Client) -> None:
    counted(api, "Filtergear")
    await audit(client, "filtergear who:allaccess did:changed")
    await client.see("12 → 9", "1 changes")
    await client.press("slash")
    await client.type(" since:soon")
    await client.see("soon is no day")
    await client.press("escape")
    await client.see("Audit")
    await client.lose("is no day")
    await client.press("slash")
    await client.type("kind:nothing")
    await client.see("Unknown: nothing")


async def test_an_order_and_its_lines_are_one_history(client: Driver, api: httpx.Client) -> None:
    supplier = api.get("company/", params={"is_supplier": True, "limit": 1}).json()["results"][0]["pk"]
    order = make(api, "order/po/", supplier=supplier)
    make(api, "order/po-extra-line/", order=order["pk"], quantity=3, reference="freight")
    from tui.history import Place

    await client.app.go(Place("order", "purchaseorder", order["pk"]))
    await client.see(order["reference"])
    await client.press("L")
    await client.see("Audit of", "Line of purchase or", "Quantity - → 3", "created")
    await client.press("0")
    await client.lose("Audit of")


async def test_it_is_saved_as_a_file_that_runs_nothing(client: Driver, api: httpx.Client, tmp_path: Path) -> None:
    counted(api, "=Savegear")
    await audit(client, "savegear")
    await client.see("12 → 9")
    await client.press("e", "enter")
    await client.see("Save the audit")
    await client.press("ctrl+u")
    await client.type(str(tmp_path / "out.csv"))
    await client.press("enter")
    await client.see("Saved as")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert next(row["Before and after"] for row in rows if row["Model"] == "stockitem").endswith("12 → 9")
    assert not any(cell.startswith("=") for row in rows for cell in row.values() if cell)
    assert (tmp_path / "out.csv").stat().st_mode & 0o077 == 0


async def test_more_is_loaded_when_the_cursor_comes_to_the_end(client: Driver, api: httpx.Client) -> None:
    item = counted(api, "Longgear")
    for number in range(120):
        api.patch(f"stock/{item}/", json={"batch": f"B{number}"})
    await audit(client, "longgear what:stockitem")
    await client.see("B119", "100+ changes")
    await client.press("end")
    await client.see("122 changes")
    await client.press("end")
    await client.see("created")


async def test_plain_inventree_shows_the_history_of_stock_and_says_so(server: Running, api: httpx.Client) -> None:
    item = counted(api, "Plaingear")
    with PlainInvenTree(server.url) as plain:
        launch = Launch(plain.url, user="allaccess", token=server.token("allaccess", "nolimits", "plain audit"))
        async with driven(launch) as client:
            await client.see(" items", "Electronics Lab")
            await client.app.go(_card(item))
            await client.see("bin card of the item")
            await client.press("L")
            await client.see("keeps the history of stock alone", "Quantity - → 9", "shelf was short")
            await client.press("slash")
            await client.type("who:allaccess")
            await client.see("only who:allaccess", "Quantity")
            await client.type(" kind:order")
            await client.see("nothing of order")


async def test_who_may_read_nothing_is_told_so(server: Running) -> None:
    launch = Launch(server.url, user="reader", token=server.token("reader", "readonly", "audit"))
    async with driven(launch) as client:
        await client.see("reader")
        await client.idle()
        await audit(client, "kind:user")
        await client.see("Nothing of the kind")


async def test_hostile_texts_reach_no_terminal(client: Driver, api: httpx.Client) -> None:
    kept = 0
    for number, text in enumerate(text for text in HOSTILE.values() if "\ud800" not in text):
        body = {"name": f"Evilaudit {number} {text}"[:100], "description": text[:250]}
        kept += api.post("stock/location/", json=body).is_success
    assert kept
    await audit(client, "evilaudit")
    await client.see("Evilaudit")
    await client.press("tab", "tab")
    for _ in range(min(kept, 12)):
        await client.press("down")
        assert all(is_safe(character) or character == "\n" for character in client.text)


@pytest.mark.parametrize("size", [(132, 43), (80, 24)])
async def test_screens(launch: Launch, api: httpx.Client, size: tuple[int, int]) -> None:
    width, height = size
    name = f"Looksgear{width}"
    item = counted(api, name)
    api.patch(f"stock/{item}/", json={"batch": "LOT-7", "status": 55})

    def masked() -> list[str]:  # times and keys differ from run to run
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD hh:mm", "\n".join(client.lines))
        return re.sub(r"(#|/stock/)\d{4}", r"\g<1>1234", re.sub(r"mm:\d\d", "mm:ss", text)).split("\n")

    async with driven(launch, size) as client:
        await client.see(" items", "on hand")
        await client.idle()
        await audit(client, f"{name} what:stockitem")
        await client.see("LOT-7", "Damaged")
        await client.check(f"audit-{width}x{height}", masked)
