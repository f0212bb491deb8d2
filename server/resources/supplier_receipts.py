"""What was ordered of supplier parts and what came of it, read in three statements whatever there is of it.

What came is told by the history of the stock items (entries of type 70, "Received against Purchase Order"): they name
the order, and the line where the goods were received here. Entries that were imported name no line; then it is the
order's line for the item's supplier part, or for the part where the item is gone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal, select

from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.company import Company, SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockItemTracking
from server.domain.errors import InvalidInput
from server.domain.status import PurchaseOrderStatus, StockHistoryCode
from server.domain.supplier_performance import Receipt, merged
from server.rest.context import Context
from server.rest.filters import BAD_CHOICE

__all__ = ["Line", "Offered", "decimal_of", "lines_of", "offered", "receipts_of", "selection"]

PACK_PLACES = 10
_UNIT_PRICE = Decimal(1).scaleb(-MONEY_PLACES)
_COMING = frozenset({PurchaseOrderStatus.PLACED, PurchaseOrderStatus.ON_HOLD})

_PARTS = SupplierPart.__table__
_LINES = PurchaseOrderLineItem.__table__
_ORDERS = PurchaseOrder.__table__

_LIMITS: Mapping[str, tuple[Any, ColumnElement[Any]]] = {
    "supplier": (Company, _PARTS.c.supplier_id),
    "supplier_part": (SupplierPart, _PARTS.c.pk),
    "part": (Part, _PARTS.c.part_id),
}


@dataclass(frozen=True)
class Offered:
    """A supplier part. `pack` is how many units of the part are in one pack."""

    pk: int
    sku: str
    supplier: int
    supplier_name: str
    part: int
    part_name: str
    active: bool
    primary: bool
    pack: Decimal
    pack_quantity: str
    multiple: int
    base_cost: Decimal
    available: Decimal
    availability_updated: str | None


@dataclass(frozen=True)
class Line:
    """A line of a purchase order: quantities and price are for packs, as on the order."""

    pk: int
    order: int
    status: int
    issued: date | None
    promised: date | None
    supplier_part: int
    quantity: Decimal
    received: Decimal
    price: Decimal | None
    currency: str

    @property
    def is_coming(self) -> bool:
        return self.status in _COMING

    @property
    def open(self) -> Decimal:
        """How many packs are still to come."""
        return max(self.quantity - self.received, Decimal(0)) if self.is_coming else Decimal(0)


# ------------------------------------------------------------------------------------------------- raw values


def decimal_of(raw: Any, places: int) -> Decimal | None:
    """From the whole number that the database keeps."""
    return None if raw is None else Decimal(int(raw)).scaleb(-places)


def _amount(raw: Any, places: int = QUANTITY_PLACES) -> Decimal:
    return decimal_of(raw, places) or Decimal(0)


def _day(raw: Any) -> date | None:
    return None if raw is None else date.fromisoformat(str(raw)[:10])


# ------------------------------------------------------------------------------------------------- what is asked for


def selection(context: Context) -> dict[str, int]:
    """The filters of the request: supplier, supplier_part, part, each a key. Raises InvalidInput for one that is none
    and where there is no filter at all (all history of all suppliers is no question)."""
    found: dict[str, int] = {}
    for name, (model, _) in _LIMITS.items():
        text = context.query.get(name, "").strip()
        if not text:
            continue
        if not text.isdigit() or not context.exists(model, int(text)):
            raise InvalidInput(BAD_CHOICE, field=name)
        found[name] = int(text)
    if not found:
        raise InvalidInput("Name a supplier, a supplier_part or a part.")
    return found


def _ask(
    context: Context, what: str, wanted: Mapping[str, int], make: Callable[[list[ColumnElement[bool]]], Select[Any]]
) -> list[Any]:
    """The rows of a statement over the supplier parts that are asked for."""

    def statement() -> Select[Any]:
        return make([_LIMITS[name][1] == bindparam(f"_only_{name}") for name in wanted])

    given = {f"_only_{name}": key for name, key in wanted.items()}
    return context.ask((what, *wanted), statement, **given)


# ------------------------------------------------------------------------------------------------- the statements


def offered(context: Context, wanted: Mapping[str, int]) -> dict[int, Offered]:
    """The supplier parts, by key, in the order of supplier and SKU."""
    company, part = Company.__table__, Part.__table__

    def make(limits: list[ColumnElement[bool]]) -> Select[Any]:
        of = _PARTS.join(company, company.c.pk == _PARTS.c.supplier_id).join(part, part.c.pk == _PARTS.c.part_id)
        return (
            select(
                _PARTS.c.pk, _PARTS.c.SKU, _PARTS.c.supplier_id, company.c.name, _PARTS.c.part_id, part.c.name,
                _PARTS.c.active, _PARTS.c.primary, _PARTS.c.pack_quantity_native, _PARTS.c.pack_quantity,
                _PARTS.c.multiple, _PARTS.c.base_cost, _PARTS.c.available, _PARTS.c.availability_updated,
            ).select_from(of).where(*limits).order_by(company.c.name, _PARTS.c.SKU, _PARTS.c.pk)
        )  # fmt: skip

    found = [_offered(row) for row in _ask(context, "offered", wanted, make)]
    return {part.pk: part for part in found}


def _offered(row: Sequence[Any]) -> Offered:
    pk, sku, supplier, supplier_name, part, part_name, active, primary, pack, pack_text, multiple, base, free, at = row
    return Offered(
        pk=pk, sku=sku, supplier=supplier, supplier_name=supplier_name, part=part, part_name=part_name,
        active=bool(active), primary=bool(primary), pack=_amount(pack, PACK_PLACES) or Decimal(1),
        pack_quantity=pack_text or "", multiple=max(int(multiple or 1), 1), base_cost=_amount(base, MONEY_PLACES),
        available=_amount(free), availability_updated=None if at is None else str(at)[:16].replace("T", " "),
    )  # fmt: skip


def lines_of(context: Context, wanted: Mapping[str, int]) -> list[Line]:
    """The lines that order them, oldest first."""

    def make(limits: list[ColumnElement[bool]]) -> Select[Any]:
        of = _LINES.join(_ORDERS, _ORDERS.c.pk == _LINES.c.order_id).join(_PARTS, _PARTS.c.pk == _LINES.c.part_id)
        return (
            select(
                _LINES.c.pk, _ORDERS.c.pk, _ORDERS.c.status, _ORDERS.c.issue_date, _LINES.c.target_date,
                _ORDERS.c.target_date, _LINES.c.part_id, _LINES.c.quantity, _LINES.c.received,
                _LINES.c.purchase_price, _LINES.c.discount, _LINES.c.purchase_price_currency,
            ).select_from(of).where(*limits).order_by(_LINES.c.pk)
        )  # fmt: skip

    found = []
    for pk, order, status, issued, due, order_due, part, quantity, received, price, discount, currency in _ask(
        context, "ordered", wanted, make
    ):
        paid = decimal_of(price, MONEY_PLACES)
        if paid is not None:
            paid *= 1 - _amount(discount, 2) / 100
        found.append(
            Line(
                pk, order, status, _day(issued), _day(due or order_due), part, _amount(quantity), _amount(received),
                paid, currency or "",
            )
        )  # fmt: skip
    return found


def receipts_of(
    context: Context, wanted: Mapping[str, int], parts: Mapping[int, Offered], lines: Sequence[Line]
) -> list[Receipt]:
    """What came of them, one receipt for each line and day, oldest first."""
    entry, item = StockItemTracking.__table__, StockItem.__table__

    def make(limits: list[ColumnElement[bool]]) -> Select[Any]:
        of = select(_PARTS.c.part_id).where(*limits)
        return (
            select(entry.c.date, entry.c.deltas, entry.c.part_id, item.c.supplier_part_id)
            .select_from(entry.outerjoin(item, item.c.pk == entry.c.item_id))
            .where(
                entry.c.part_id.in_(of),
                entry.c.tracking_type == literal(int(StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER)),
            )
            .order_by(entry.c.date, entry.c.pk)
        )  # fmt: skip

    match = _Lines(parts, lines)
    found = []
    for moment, raw, part, supplier_part in _ask(context, "received", wanted, make):
        deltas = json.loads(raw) if isinstance(raw, (str, bytes)) else raw
        line = match.line(deltas, supplier_part, part) if isinstance(deltas, dict) else None
        day = _day(moment)
        if line is not None and day is not None:
            found.append(match.receipt(line, day, deltas))
    return merged(found)


class _Lines:
    """Finds the line that an entry of the history belongs to."""

    def __init__(self, parts: Mapping[int, Offered], lines: Sequence[Line]) -> None:
        self.parts = parts
        self.by_key = {line.pk: line for line in lines}
        self.by_supplier_part: dict[tuple[int, int], Line] = {}
        self.by_part: dict[tuple[int, int], Line] = {}
        for line in lines:
            self.by_supplier_part.setdefault((line.order, line.supplier_part), line)
            self.by_part.setdefault((line.order, parts[line.supplier_part].part), line)

    def line(self, deltas: Mapping[str, Any], supplier_part: int | None, part: int) -> Line | None:
        if "line" in deltas:
            return self.by_key.get(deltas["line"])
        order = deltas.get("purchaseorder")
        if order is None:
            return None
        if supplier_part is not None:
            return self.by_supplier_part.get((order, supplier_part))
        return self.by_part.get((order, part))

    def receipt(self, line: Line, day: date, deltas: Mapping[str, Any]) -> Receipt:
        pack = self.parts[line.supplier_part].pack
        quantity = Decimal(str(deltas.get("quantity") or 0))
        if "line" not in deltas:  # InvenTree counts packs there
            quantity *= pack
        price = None if line.price is None else (line.price / pack).quantize(_UNIT_PRICE, ROUND_HALF_UP)
        return Receipt(
            line.pk, line.supplier_part, day, quantity, line.issued, line.promised, price, line.currency
        )  # fmt: skip
