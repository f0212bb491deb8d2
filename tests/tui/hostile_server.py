"""A server whose every text is hostile, for looking at each screen."""

from typing import Any

from tests.faults import FaultServer
from tests.tui.hostile import HOSTILE

__all__ = ["hostile_server"]

TEXTS = list(HOSTILE.values())


def hostile_server() -> FaultServer:
    """Locations, parts, items, history and statuses with one hostile text each. Enter it as a context."""
    server = FaultServer()
    roles = {"stock": ["view", "add", "change", "delete"], "stock_location": ["view"], "part": ["view"]}
    answers: dict[str, Any] = {
        "/api/": {"version": "1.6.0", "apiVersion": 532, "instance": HOSTILE["osc clipboard"], "active_plugins": []},
        "/api/user/me/": {"pk": 1, "username": HOSTILE["csi colour"], "is_staff": False, "is_superuser": False},
        "/api/user/me/roles/": {"roles": roles, "is_superuser": False},
        "/api/stock/": _page([_item(number, text) for number, text in enumerate(TEXTS, 1)]),
        "/api/stock/location/tree/": _page([_location(number, text) for number, text in enumerate(TEXTS, 1)]),
        "/api/stock/location/": _page([_location(number, text) for number, text in enumerate(TEXTS, 1)]),
        "/api/stock/status/": {"values": {text: {"key": 10 + n, "label": text} for n, text in enumerate(TEXTS)}},
        "/api/stock/track/": _page([_entry(number, text) for number, text in enumerate(TEXTS, 1)]),
        "/api/stock/1/": _item(1, HOSTILE["csi clear"]),
        "/api/part/1/": _part(1, HOSTILE["csi clear"]),
    }
    for path, body in answers.items():
        server.answer("GET", path, body)
    found = [_part(number, text) for number, text in enumerate(TEXTS, 1)]
    server.answer("POST", "/api/search/", {"part": _page(found), "stocklocation": _page([_location(1, TEXTS[0])])})
    refusal = {"items": {"0": {"quantity": [HOSTILE["osc clipboard"] + HOSTILE["markup"]]}}}
    server.answer("POST", "/api/stock/count/", refusal, status=400)
    return server


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


def _part(pk: int, text: str) -> dict[str, Any]:
    return {"pk": pk, "name": text, "full_name": text, "IPN": text, "description": text, "units": text, "in_stock": 5}


def _location(pk: int, text: str) -> dict[str, Any]:
    return {"pk": pk, "name": text, "pathstring": text, "parent": None, "sublocations": 0, "description": text}


def _item(pk: int, text: str) -> dict[str, Any]:
    return {
        "pk": pk,
        "part": 1,
        "quantity": 7,
        "allocated": 1,
        "batch": text,
        "serial": None,
        "status": 10,
        "status_text": text,
        "location": 1,
        "packaging": text,
        "SKU": text,
        "expiry_date": text,
        "updated": text,
        "tracking_items": 1,
        "part_detail": _part(1, text),
        "location_detail": _location(1, text),
    }


def _entry(pk: int, text: str) -> dict[str, Any]:
    return {
        "pk": pk,
        "item": 1,
        "date": text,
        "label": text,
        "notes": text,
        "tracking_type": 20,
        "deltas": {},
        "user_detail": {"username": text},
    }
