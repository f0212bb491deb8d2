"""Sales orders for tests: made through the API, allocated and shipped through it."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from tests.server.resources.making import make
from tests.server.resources.stock_shop import Shop

__all__ = ["Desk", "Sale"]

NUMBERS = count(1)


@dataclass
class Sale:
    """An order in progress with one line and one shipment."""

    order: int
    line: int
    shipment: int
    part: int


@dataclass
class Desk:
    """What a seller does."""

    api: httpx.Client

    @property
    def shop(self) -> Shop:
        return Shop(self.api)

    def customer(self) -> int:
        return int(make(self.api, "company/", name=f"Customer {next(NUMBERS)}", is_customer=True)["pk"])

    def order(self, **values: Any) -> int:
        """The key of a new order, issued."""
        pk = int(make(self.api, "order/so/", customer=self.customer(), **values)["pk"])
        self.api.post(f"order/so/{pk}/issue/", json={}).raise_for_status()
        return pk

    def line(self, order: int, part: int, quantity: float) -> int:
        return int(make(self.api, "order/so-line/", order=order, part=part, quantity=quantity)["pk"])

    def shipment(self, order: int) -> int:
        made = make(self.api, "order/so/shipment/", order=order, reference=f"S{next(NUMBERS)}")
        return int(made["pk"])

    def sale(self, quantity: float = 5, part: int | None = None, **part_values: Any) -> Sale:
        part = self.shop.part(**{"salable": True, **part_values}) if part is None else part
        order = self.order()
        return Sale(order, self.line(order, part, quantity), self.shipment(order), part)

    def allocate(self, sale: Sale, *pairs: tuple[int, Any], shipment: bool = True) -> httpx.Response:
        """Promise (item, quantity) to the line of the sale."""
        items = [{"line_item": sale.line, "stock_item": item, "quantity": quantity} for item, quantity in pairs]
        body = {"items": items, "shipment": sale.shipment if shipment else None}
        return self.api.post(f"order/so/{sale.order}/allocate/", json=body)

    def auto(self, sale: Sale, **choice: Any) -> httpx.Response:
        return self.api.post(f"order/so/{sale.order}/auto-allocate/", json={"shipment": sale.shipment, **choice})

    def ship(self, sale: Sale, **values: Any) -> httpx.Response:
        return self.api.post(f"order/so/shipment/{sale.shipment}/ship/", json=values)

    def allocations(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.api.get("order/so-allocation/", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def promised(self, sale: Sale) -> list[tuple[int, float]]:
        """(item, quantity) of what the order was promised, in the order in which it was."""
        rows = sorted(self.allocations(order=sale.order), key=lambda row: row["pk"])
        return [(row["item"], row["quantity"]) for row in rows]

    def line_of(self, sale: Sale) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"order/so-line/{sale.line}/").json()
        return found
