"""A shop that has sold things: orders made, allocated and shipped over the API, on days of the last year."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx

__all__ = ["SalesShop"]


class SalesShop:
    """Sells parts of its own to customers of its own. `name` begins every name."""

    def __init__(self, api: httpx.Client, name: str) -> None:
        self.api = api
        self.name = name
        self.parts: dict[str, int] = {}
        self.order = 0
        self.today = date.today()
        self.location = self._make("stock/location/", name=f"{name} store")["pk"]
        self.category = self._make("part/category/", name=f"{name} goods")["pk"]
        self.customer = self._company("Customer", is_customer=True)
        self.supplier = self._company("Supplier", is_supplier=True)

    def _make(self, path: str, **body: Any) -> Any:
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        made = answer.json()
        return made[0] if isinstance(made, list) else made

    def _company(self, word: str, **kind: bool) -> int:
        return int(self._make("company/", name=f"{self.name} {word}", description="", currency="USD", **kind)["pk"])

    def part(self, word: str, stock: float = 10_000) -> int:
        """A part with plenty of stock, bought from the supplier."""
        part = self._make(
            "part/", name=f"{self.name} {word}", description="sold", salable=True, purchaseable=True, active=True,
            category=self.category,
        )["pk"]  # fmt: skip
        self._make("company/part/", part=part, supplier=self.supplier, SKU=f"{self.name}-{word}", primary=True)
        if stock:
            self._make("stock/", part=part, location=self.location, quantity=stock, delete_on_deplete=False)
        self.parts[word] = int(part)
        return int(part)

    def history(self, lines: Sequence[tuple[str, float, float, int]]) -> None:
        """Import (part, quantity, price, weeks ago) lines of sales to the customer; what is none of our parts was sold
        to somebody called the same. What cannot be read is left out."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["invoice", "date", "part", "quantity", "price", "currency", "customer"])
        for number, (part, quantity, price, weeks) in enumerate(lines):
            day = (self.today - timedelta(weeks=weeks)).isoformat()
            customer = f"{self.name} Customer" if part.startswith(self.name) else part
            writer.writerow([f"INV-{number}", day, part, quantity, price, "USD", customer])
        answer = self.api.post(
            "../plugin/bincard/sales/import/",
            files={"file": ("sales.csv", text.getvalue().encode())},
            data={"skip_bad": "true"},
        )
        assert answer.is_success, answer.text

    def sell(
        self, lines: Sequence[tuple[int, float, float]], *, weeks_ago: int = 0, currency: str = "USD", customer: int = 0
    ) -> int:
        """An order of (part, quantity, price) lines, shipped so many weeks ago; its key."""
        order = self._make("order/so/", customer=customer or self.customer, description="sold")["pk"]
        items = []
        for part, quantity, price in lines:
            line = self._make("order/so-line/", order=order, part=part, quantity=quantity, sale_price=price,
                              sale_price_currency=currency)["pk"]  # fmt: skip
            stock = self.api.get("stock/", params={"part": part, "in_stock": True, "limit": 1}).json()["results"][0]
            items.append({"line_item": line, "stock_item": stock["pk"], "quantity": quantity})
        shipments = self.api.get("order/so/shipment/", params={"order": order}).json()
        shipment = (
            shipments[0]["pk"] if shipments else self._make("order/so/shipment/", order=order, reference="1")["pk"]
        )
        self._make(f"order/so/{order}/issue/")
        self._make(f"order/so/{order}/allocate/", items=items, shipment=shipment)
        day = (self.today - timedelta(weeks=weeks_ago)).isoformat()
        self._make(f"order/so/shipment/{shipment}/ship/", shipment_date=day)
        return int(order)
