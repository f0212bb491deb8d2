"""Orders for the tests of what is done with them, put into the database as they are wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.models.company import Company, SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    ReturnOrder,
    ReturnOrderLineItem,
    TransferOrder,
    TransferOrderLineItem,
)
from server.db.models.part import Part
from tests.server.resources.people import People
from tests.server.resources.stock_shop import Shop

__all__ = ["Desk"]

NUMBERS = count(100)


@dataclass
class Desk:
    """Makes orders; `shop` makes parts, places and stock."""

    folk: People
    shop: Shop

    @property
    def api(self) -> httpx.Client:
        return self.shop.api

    def add(self, row: Any) -> int:
        with self.folk.server.database.write() as session:
            session.add(row)
            session.flush()
            return int(row.pk)

    def read(self, model: type[Any], pk: int) -> Any:
        """A row as the database has it."""
        with Session(self.folk.server.database.engine, expire_on_commit=False) as session:
            return session.scalars(select(model).where(model.pk == pk)).one()

    def company(self, **values: Any) -> int:
        return self.add(Company(**{"name": f"Company {next(NUMBERS)}", "currency": "USD", **values}))

    def part(self, **values: Any) -> int:
        return self.shop.part(**{"purchaseable": True, **values})

    def supplied(self, part: int, pack: str | float = 1, **values: Any) -> int:
        """A supplier part; `pack`: how many are in a pack."""
        supplier = values.pop("supplier_id", None) or self.company(is_supplier=True)
        number = Decimal(str(pack))
        return self.add(
            SupplierPart(
                part_id=part, supplier_id=supplier, pack_quantity=str(pack), pack_quantity_native=number,
                **{"SKU": f"SKU-{next(NUMBERS)}", **values},
            )
        )  # fmt: skip

    def purchase(self, *lines: dict[str, Any], status: int = 20, **values: Any) -> tuple[int, list[int]]:
        """A purchase order and the keys of its lines. A line says its supplier part (`part`) and `quantity`."""
        number = next(NUMBERS)
        order = self.add(
            PurchaseOrder(reference=f"PO-{number}", reference_int=number, status=status, order_currency="", **values)
        )
        return order, self._lines(PurchaseOrderLineItem, order, lines, {"received": 0})

    def transfer(self, *lines: dict[str, Any], status: int = 20, **values: Any) -> tuple[int, list[int]]:
        """A transfer order and the keys of its lines (`part`, `quantity`)."""
        number = next(NUMBERS)
        order = self.add(TransferOrder(reference=f"TO-{number}", reference_int=number, status=status, **values))
        return order, self._lines(TransferOrderLineItem, order, lines, {"transferred": 0})

    def give_back(self, *lines: dict[str, Any], status: int = 20, **values: Any) -> tuple[int, list[int]]:
        """A return order and the keys of its lines (`item`, `quantity`)."""
        number = next(NUMBERS)
        order = self.add(
            ReturnOrder(reference=f"RMA-{number}", reference_int=number, status=status, order_currency="", **values)
        )
        return order, self._lines(ReturnOrderLineItem, order, lines, {})

    def _lines(self, model: type[Any], order: int, lines: Iterable[dict[str, Any]], more: dict[str, Any]) -> list[int]:
        with self.folk.server.database.write() as session:
            made = []
            for line in lines:
                values = {f"{name}_id" if name in ("part", "item") else name: value for name, value in line.items()}
                row = model(order_id=order, **{"quantity": Decimal(1), **more, **values})
                session.add(row)
                made.append(row)
            session.flush()
            return [int(row.pk) for row in made]

    def receive(self, order: int, *items: dict[str, Any], **more: Any) -> httpx.Response:
        """What came against a purchase order."""
        return self.api.post(f"order/po/{order}/receive/", json={"items": list(items), **more})

    def set_own(self, key: str, value: str) -> None:
        """A setting of Bincard's own."""
        answer = self.api.patch(f"plugins/bincard/settings/{key}/", json={"value": value})
        assert answer.status_code == 200, answer.text

    def many_parts(self, number: int) -> list[int]:
        """So many parts, made without asking the API."""
        now = datetime.now(UTC)
        with self.folk.server.database.write() as session:
            rows = [
                Part(
                    name=f"Bulk {next(NUMBERS)}",
                    description="",
                    tree_path="",
                    purchaseable=True,
                    creation_date=now.date(),
                )
                for _ in range(number)
            ]
            session.add_all(rows)
            session.flush()
            for row in rows:
                row.tree_path = f"/{row.pk}/"
            return [int(row.pk) for row in rows]
