"""A small warehouse with orders to pick, made over the API, and how to open the pick screen for one."""

from itertools import count
from typing import Any

import httpx

from tests.tui.driving import Driver
from tui.history import Place

__all__ = ["Shop", "open_pick"]

_numbers = count(1)

Row = dict[str, Any]


class Shop:
    """Makes things and reads how they are. Each has names of its own, so that orders do not get in each other's way."""

    def __init__(self, api: httpx.Client, number: int = 0) -> None:
        """`number` is part of every name; the next free one when none is given."""
        self.api = api
        self.number = number or next(_numbers)
        self.hall = self._make("stock/location/", {"name": f"Hall {self.number}"})["pk"]
        self._locations: dict[str, int] = {}

    def _make(self, path: str, body: Row) -> Row:
        made = self.api.post(path, json=body).raise_for_status().json()
        return dict(made[0] if isinstance(made, list) else made)

    def get(self, path: str, **params: Any) -> Any:
        return self.api.get(path, params=params).raise_for_status().json()

    def location(self, name: str) -> int:
        """The shelf of this name in the hall, made when it is first wanted."""
        if name not in self._locations:
            self._locations[name] = self._make("stock/location/", {"name": name, "parent": self.hall})["pk"]
        return self._locations[name]

    def part(self, name: str, **more: Any) -> int:
        body = {"name": f"{name} {self.number}", "description": "to pick", "salable": True, "component": True, **more}
        return int(self._make("part/", {**body, "category": 1})["pk"])

    def stock(self, part: int, shelf: str, quantity: float, batch: str = "", **more: Any) -> int:
        body = {"part": part, "location": self.location(shelf), "quantity": quantity, "batch": batch, **more}
        return int(self._make("stock/", body)["pk"])

    def sales_order(self, *lines: tuple[int, float]) -> int:
        """A sales order for (part, quantity) lines, issued."""
        customer = self.get("company/", is_customer=True, limit=1)["results"][0]["pk"]
        order = int(self._make("order/so/", {"customer": customer, "description": "pick me"})["pk"])
        for part, quantity in lines:
            self._make("order/so-line/", {"order": order, "part": part, "quantity": quantity})
        self.api.post(f"order/so/{order}/issue/", json={}).raise_for_status()
        return order

    def transfer_order(self, shelf: str | None, *lines: tuple[int, float]) -> int:
        """A transfer order to a shelf, or one that uses the stock up; issued."""
        where = {"consume": True} if shelf is None else {"destination": self.location(shelf)}
        order = int(self._make("order/transfer-order/", {"description": "move me", **where})["pk"])
        for part, quantity in lines:
            self._make("order/transfer-order-line/", {"order": order, "part": part, "quantity": quantity})
        self.api.post(f"order/transfer-order/{order}/issue/", json={}).raise_for_status()
        return order

    def picked(self, order: int, kind: str = "so") -> list[tuple[int, float]]:
        """(stock item, quantity) of what is allocated to the order, in the order it was picked."""
        rows = self.get(f"order/{kind}-allocation/", order=order)
        return [(row["item"], row["quantity"]) for row in sorted(rows, key=lambda row: row["pk"])]

    def item(self, pk: int) -> Row:
        return dict(self.get(f"stock/{pk}/"))


async def open_pick(client: Driver, order: int, model: str = "salesorder") -> None:
    """Show the pick screen of an order, loaded."""
    # In the app's own context: there may be two of them.
    client.app.call_later(client.app.go, Place("pick", model, order))
    await client.see(" lines")
    await client.idle()
