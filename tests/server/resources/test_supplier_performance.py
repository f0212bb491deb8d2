"""Supplier performance and offers, over receipts that were imported and receipts that were made here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models import (
    Company,
    Part,
    PurchaseOrder,
    PurchaseOrderLineItem,
    Rate,
    StockItem,
    StockItemTracking,
    SupplierPart,
    SupplierPriceBreak,
)
from server.db.models.common import ExchangeBackend
from tests.server.resources.people import People, people
from tests.serving import running

ISSUED = date(2026, 1, 1)
PERFORMANCE, OFFERS = "/plugin/bincard/supplier-performance/", "/plugin/bincard/supplier-offers/"


class Shop:
    """A part that two suppliers sell, and a history of what came."""

    def __init__(self, folk: People) -> None:
        self.url = folk.server.url
        with folk.server.database.write() as session:
            self.session = session
            self.part = self._add(Part(name="Bolt", description="", creation_date=ISSUED)).pk
            self.quick = self._add(Company(name="Quick", is_supplier=True)).pk
            self.slow = self._add(Company(name="Slow", is_supplier=True)).pk
            self.bag = self._sold(self.quick, "BAG", pack_quantity="100", pack_quantity_native=Decimal(100), multiple=2)
            self.box = self._sold(self.quick, "BOX", base_cost=Decimal(3))
            self.crate = self._sold(self.slow, "CRATE", primary=True)
            self.old = self._sold(self.slow, "OLD", active=False)
            self._history()
            for part, quantity, price, currency in (
                (self.bag, 1, "5", "EUR"), (self.box, 1, "0.2", "USD"), (self.box, 500, "0.01", "USD"),
                (self.crate, 1, "1", "CHF"), (self.old, 1, "0.01", "USD"),
            ):  # fmt: skip
                self._add(
                    SupplierPriceBreak(
                        part_id=part, quantity=Decimal(quantity), price=Decimal(price), price_currency=currency
                    )
                )
            backend = self._add(ExchangeBackend(name="InvenTreeExchange", base_currency="USD"))
            for currency, value in (("USD", 1.0), ("EUR", 0.5)):
                self._add(Rate(currency=currency, value=value, backend_id=backend.pk))

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _sold(self, supplier: int, sku: str, **more: Any) -> int:
        return int(self._add(SupplierPart(part_id=self.part, supplier_id=supplier, SKU=sku, **more)).pk)

    def _history(self) -> None:
        first = self._order(20, ISSUED + timedelta(days=10))
        line = self._line(first, self.bag, 5, 3, price=Decimal(4), discount=Decimal(50))
        for _ in range(3):  # three serial numbers at once
            self._came(line, self.bag, 8, 100)
        late = self._line(first, self.bag, 1, 1, price=Decimal(6), target_date=ISSUED + timedelta(days=11))
        self._came(late, self.bag, 12, 100)
        gone = self._line(first, self.box, 7, 7)
        self._came(gone, self.box, 10, 7, item=False)
        old = self._order(30, None)
        bought = self._line(old, self.crate, 2, 2, price=Decimal(9))
        self._came(bought, self.crate, 30, 2, told=False)
        self._line(self._order(10, None), self.crate, 50, 0)  # not ordered yet
        self._line(self._order(25, None), self.crate, 4, 1)  # on hold

    def _order(self, status: int, target: date | None) -> PurchaseOrder:
        number = self.session.query(PurchaseOrder).count() + 1
        order: PurchaseOrder = self._add(
            PurchaseOrder(
                reference=f"PO-{number}", status=status, issue_date=ISSUED if status != 10 else None,
                target_date=target, creation_date=ISSUED, supplier_id=self.quick,
            )
        )  # fmt: skip
        return order

    def _line(self, order: PurchaseOrder, part: int, quantity: int, received: int, **more: Any) -> Any:
        price = more.pop("price", None)
        return self._add(
            PurchaseOrderLineItem(
                order_id=order.pk, part_id=part, quantity=Decimal(quantity), received=Decimal(received),
                purchase_price=price, purchase_price_currency="EUR", **more,
            )
        )  # fmt: skip

    def _came(self, line: Any, part: int, days: int, quantity: int, *, item: bool = True, told: bool = True) -> None:
        """`told`: by an entry that names the line, as those that are made here."""
        moment = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
        held = self._add(
            StockItem(
                part_id=self.part, part_name="Bolt", quantity=Decimal(quantity), supplier_part_id=part,
                purchase_order_id=line.order_id, creation_date=moment, updated=moment,
            )
        ).pk if item else None  # fmt: skip
        deltas = {"purchaseorder": line.order_id, "quantity": quantity} | ({"line": line.pk} if told else {})
        self._add(
            StockItemTracking(item_id=held, part_id=self.part, date=moment, tracking_type=70, notes="", deltas=deltas)
        )


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def shop(folk: People) -> Shop:
    return Shop(folk)


@pytest.fixture(scope="module")
def buyer(folk: People, shop: Shop) -> Iterator[httpx.Client]:
    with (
        folk.as_user("buyer", roles={"purchase_order": ["view"]}) as signed_in,
        httpx.Client(base_url=folk.server.url, headers=signed_in.headers) as client,
    ):
        yield client


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_figures_of_a_supplier_part(buyer: httpx.Client, shop: Shop) -> None:
    found = told(buyer.get(PERFORMANCE, params={"supplier_part": shop.bag}))
    assert found["receipts"] == 2
    assert found["quantity_received"] == 400
    assert found["lead_time"] == {"receipts": 2, "median": 10, "p90": 11.6}
    assert found["on_time"] == {"promised": 2, "kept": 1, "rate": 0.5}
    assert found["last_price"] == {"price": 0.06, "currency": "EUR", "date": "2026-01-13"}
    assert found["open_quantity"] == 200
    (alone,) = found["supplier_parts"]
    assert (alone["SKU"], alone["supplier_name"], alone["part_name"]) == ("BAG", "Quick", "Bolt")
    assert alone["lead_time"] == found["lead_time"]


def test_the_figures_of_a_supplier_and_of_a_part(buyer: httpx.Client, shop: Shop) -> None:
    quick = told(buyer.get(PERFORMANCE, params={"supplier": shop.quick}))
    assert quick["receipts"] == 3
    assert quick["lead_time"] == {"receipts": 3, "median": 10, "p90": 11.6}
    assert [entry["SKU"] for entry in quick["supplier_parts"]] == ["BAG", "BOX"]
    assert quick["supplier_parts"][1]["receipts"] == 1
    whole = told(buyer.get(PERFORMANCE, params={"part": shop.part}))
    assert [(entry["supplier_name"], entry["receipts"]) for entry in whole["suppliers"]] == [("Quick", 3), ("Slow", 1)]
    both = told(buyer.get(PERFORMANCE, params={"part": shop.part, "supplier": shop.slow}))
    assert both["lead_time"] == {"receipts": 1, "median": 30, "p90": 30}
    assert both["on_time"] == {"promised": 0, "kept": 0, "rate": None}
    assert both["open_quantity"] == 3


def test_what_is_asked_for_must_be_there(buyer: httpx.Client) -> None:
    assert buyer.get(PERFORMANCE).json() == {"non_field_errors": ["Name a supplier, a supplier_part or a part."]}
    assert list(buyer.get(PERFORMANCE, params={"supplier": 999}).json()) == ["supplier"]
    assert list(buyer.get(PERFORMANCE, params={"part": "bolt"}).json()) == ["part"]
    assert set(buyer.get(OFFERS).json()) == {"part", "quantity"}
    assert list(buyer.get(OFFERS, params={"part": 1, "quantity": 0}).json()) == ["quantity"]
    assert list(buyer.get(OFFERS, params={"part": 999, "quantity": 1}).json()) == ["part"]


def test_offers_are_told_cheapest_first(buyer: httpx.Client, shop: Shop) -> None:
    found = told(buyer.get(OFFERS, params={"part": shop.part, "quantity": 150}))
    assert found["common_currency"] == "USD"
    offers = {entry["SKU"]: entry for entry in found["offers"]}
    assert list(offers) == ["BAG", "BOX", "CRATE"]
    bag, box, crate = offers.values()
    assert (bag["packs"], bag["quantity_ordered"], bag["total"], bag["currency"]) == (2, 200, 10, "EUR")
    assert (bag["unit_price"], bag["common_total"], bag["cheaper"]) == (0.05, 20, None)
    assert (box["total"], box["common_total"]) == (33, 33)
    assert (box["cheaper"]["packs"], box["cheaper"]["total"]) == (500, 8)
    assert (crate["total"], crate["currency"], crate["common_total"]) == (150, "CHF", None)
    assert bag["lead_time"] == {"receipts": 2, "median": 10, "p90": 11.6, "of": "supplier_part"}
    assert bag["expected_arrival"] == (datetime.now(UTC).date() + timedelta(days=10)).isoformat()


def test_only_buyers_are_told(folk: People, shop: Shop) -> None:
    with folk.as_user("picker", roles={"stock": ["view"]}) as picker:
        assert picker.get(folk.server.url + PERFORMANCE, params={"part": shop.part}).status_code == 403
        assert picker.get(folk.server.url + OFFERS, params={"part": shop.part, "quantity": 1}).status_code == 403


def test_imported_receipts_count_too(tmp_path: Path, demo_template: Path) -> None:
    """The demo data: order 9 was issued and received on the same day, order 6 in January 2024."""
    with (
        running(tmp_path / "data", demo_template) as server,
        server.client("admin", "inventree") as signed_in,
        httpx.Client(base_url=server.url, headers=signed_in.headers) as client,
    ):
        same_day = told(client.get(PERFORMANCE, params={"supplier_part": 1027}))
        assert same_day["lead_time"] == {"receipts": 1, "median": 0, "p90": 0}
        assert same_day["on_time"] == {"promised": 1, "kept": 1, "rate": 1}
        assert same_day["last_price"] == {"price": 2.75, "currency": "EUR", "date": "2022-11-12"}
        late = told(client.get(PERFORMANCE, params={"supplier_part": 453}))
        assert late["lead_time"]["median"] == (date(2024, 1, 15) - date(2022, 9, 7)).days
        assert late["open_quantity"] == 0
