"""Orders to be received, made through the API, and what the server says of them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.tui.driving import Driver
from tui.history import Place

__all__ = ["DOCK", "SHELF", "Desk", "Wanted", "open_receiving"]

DOCK, SHELF = 6, 8


@dataclass(frozen=True)
class Wanted:
    """A line to order: `quantity` packs of `pack` pieces."""

    sku: str
    quantity: float = 10
    pack: str = ""
    destination: int | None = None
    name: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class Desk:
    """Makes orders and looks at them."""

    def __init__(self, api: httpx.Client, *, supplier_name: str = "") -> None:
        self.api = api
        self._name = supplier_name
        self._supplier: int | None = None

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer: Any = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        made = answer.json()
        return made[0] if isinstance(made, list) else made  # type: ignore[no-any-return]

    @property
    def supplier(self) -> int:
        if self._supplier is None:
            name = self._name or f"Supplier {uuid4().hex[:8]}"
            known = self.get("company/", name=name, limit=1)["results"]
            self._supplier = (
                known[0]["pk"]
                if known and known[0]["name"] == name
                else self.post("company/", name=name, is_supplier=True, currency="USD")["pk"]
            )
        return self._supplier

    def order(self, lines: Sequence[Wanted], *, place: bool = True, **more: Any) -> int:
        """A purchase order with these lines, placed unless said otherwise; its primary key."""
        pk: int = self.post("order/po/", supplier=self.supplier, **more)["pk"]
        for number, line in enumerate(lines, start=1):
            values: dict[str, Any] = {
                "name": line.name or f"Part {line.sku}",
                "description": "to be received",
                "purchaseable": True,
            }
            part = self.post("part/", **values)["pk"]
            supplied = self.post(
                "company/part/", part=part, supplier=self.supplier, SKU=line.sku, pack_quantity=line.pack
            )
            self.post(
                "order/po-line/", order=pk, part=supplied["pk"], quantity=line.quantity, line=str(number),
                destination=line.destination, purchase_price="1.00", **line.more,
            )  # fmt: skip
        if place:
            self.post(f"order/po/{pk}/issue/")
        return pk

    def get(self, path: str, **params: Any) -> Any:
        return self.api.get(path, params=params).raise_for_status().json()

    def received(self, order: int) -> dict[str, float]:
        """What has been received of each line, by SKU."""
        return {row["sku"]: row["received"] for row in self.get("order/po-line/", order=order)}

    def stock(self, order: int) -> list[tuple[str, float, int]]:
        """SKU, quantity and location of every item that the order brought, in the order in which they came."""
        rows = self.get("stock/", purchase_order=order)
        return [(row["SKU"], row["quantity"], row["location"]) for row in sorted(rows, key=lambda row: row["pk"])]

    def state(self, order: int) -> str:
        return str(self.get(f"order/po/{order}/")["status_text"])


async def open_receiving(client: Driver, order: int | None, model: str = "purchaseorder", text: str = "") -> None:
    """Go to the receive screen."""
    await client.app.go(Place("receive", model, order, text=text))
    if order is not None:
        await client.see("Item")
    await client.pilot.pause()
