"""The pick screen shows hostile text of the server as text."""

from typing import Any

import pytest

from tests.faults import FaultServer
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.hostile_server import hostile_server
from tests.tui.screens.test_hostile import check
from tui.config import Launch
from tui.history import Place

TEXTS = list(HOSTILE.values())


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


def _order(server: FaultServer, scan_answer: str) -> None:
    """A sales order with a line, an item and an allocation for each hostile text."""
    roles = {role: ["view", "add", "change", "delete"] for role in ("stock", "part", "sales_order")}
    server.answer("GET", "/api/user/me/roles/", {"roles": roles, "is_superuser": False})
    order = {
        "pk": 1,
        "reference": TEXTS[0],
        "status": 15,
        "status_text": TEXTS[1],
        "customer_detail": {"name": TEXTS[2]},
    }
    server.answer("GET", "/api/order/so/1/", order)
    numbered = list(enumerate(TEXTS, 1))
    part = {"full_name": HOSTILE["csi clear"], "IPN": HOSTILE["markup"], "units": HOSTILE["osc clipboard"]}
    lines = [{"pk": n, "order": 1, "part": 1, "quantity": 2, "shipped": 0, "part_detail": part} for n, _ in numbered]
    items = [
        {
            "pk": n, "part": 1, "quantity": 3, "allocated": 0, "batch": text, "status": 10, "status_text": text,
            "location": n, "expiry_date": text, "part_detail": {**part, "full_name": text},
            "location_detail": {"name": text, "pathstring": text},
        }
        for n, text in numbered
    ]  # fmt: skip
    server.answer("GET", "/api/order/so-line/", _page(lines))
    server.answer("GET", "/api/stock/", _page(items))
    shipment = {"pk": 1, "order": 1, "reference": TEXTS[3], "shipment_date": None, "checked_by": 1}
    server.answer("GET", "/api/order/so/shipment/", _page([shipment]))
    picked = {"pk": 1, "line": 1, "item": 1, "quantity": 1, "shipment": 1, "shipment_detail": shipment}
    server.answer("GET", "/api/order/so-allocation/", _page([picked]))
    server.answer("POST", "/api/barcode/", {"stockitem": {"pk": 999, "instance": {"batch": scan_answer, "part": 9}}})
    refusal = {"items": {"0": {"quantity": [HOSTILE["osc clipboard"] + HOSTILE["markup"]]}}}
    server.answer("POST", "/api/order/so/1/allocate/", refusal, status=400)


async def _open(client: Driver) -> None:
    await client.see("items")
    await client.app.go(Place("pick", "salesorder", 1, title=HOSTILE["osc title st"]))
    await client.see("Scan location", "take")
    await client.idle()


@pytest.mark.parametrize("keys", [[], ["x", "enter"], ["f9", "end"], ["f7"], ["f6"], ["f9", "S"], ["f8"], ["f9", "m"]])
@pytest.mark.parametrize("size", [(132, 43), (40, 16)])
async def test_hostile_text_is_shown_as_text(keys: list[str], size: tuple[int, int]) -> None:
    with hostile_server() as server:
        _order(server, HOSTILE["csi colour"])
        async with driven(Launch(server.url, token="inv-1"), size) as client:
            await _open(client)
            check(client)
            await client.press(*keys)
            await client.idle()
            check(client)


async def test_a_hostile_refusal_is_shown_as_text() -> None:
    with hostile_server() as server:
        _order(server, "")
        async with driven(Launch(server.url, token="inv-1"), (132, 43)) as client:
            await _open(client)
            await client.press("f4")
            await client.see("Quantity")
            await client.press("enter")
            await client.see("Refused")
            check(client)
