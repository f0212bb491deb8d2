"""Receiving by scanning: which line of a placed order a barcode means, and the goods where it says enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select
from sqlalchemy.orm import Session

from server.actions.orders.receiving import ReceivingPolicy, receive
from server.db.models.company import ManufacturerPart, SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.receiving import Receipt
from server.domain.status import PurchaseOrderStatus
from server.domain.stock import By, State
from server.domain.supplier_labels import SupplierLabel

__all__ = ["Found", "Scanned", "receive_scanned"]

PARTS: Table = Part.__table__  # type: ignore[assignment]
SUPPLIED: Table = SupplierPart.__table__  # type: ignore[assignment]
MADE: Table = ManufacturerPart.__table__  # type: ignore[assignment]
LINES: Table = PurchaseOrderLineItem.__table__  # type: ignore[assignment]
ORDERS: Table = PurchaseOrder.__table__  # type: ignore[assignment]
LINKED: dict[str, ColumnElement[int]] = {
    "supplierpart": SUPPLIED.c.pk, "manufacturerpart": SUPPLIED.c.manufacturer_part_id, "part": PARTS.c.pk,
}  # fmt: skip
"""What a barcode may be linked to, and the column by which that leads to supplier parts."""
_STEP = Decimal("0.00001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A barcode as it was scanned, and where it is looked for. `label`: its fields, where it is a supplier's label;
    `linked`: kind and key of what it is linked to. `at_once`: receive where everything is known."""

    text: str
    label: SupplierLabel | None = None
    linked: tuple[str, int] | None = None
    supplier: int | None = None
    order: int | None = None
    line: int | None = None
    location: int | None = None
    at_once: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The line that is meant. `quantity` is in packs: what the label says, else what is still to come. `received`: the
    goods are booked in."""

    line: int
    order: int
    supplier_part: int
    quantity: Decimal
    location: int | None
    received: bool


def receive_scanned(session: Session, by: By, scanned: Scanned, policy: ReceivingPolicy) -> Found | None:
    """The line that a barcode means, received where the barcode says how many and it is known where to; None where it
    means no supplier part. Raises InvalidInput where it means several lines or none, or where it cannot be received."""
    supplied = session.scalars(_parts_meant(scanned)).all()
    if not supplied:
        return None
    row = _line_meant(session, scanned, supplied)
    location = next(
        (place for place in (scanned.location, row.of_line, row.of_order, row.of_part) if place is not None), None
    )
    told = scanned.label.quantity if scanned.label is not None else None
    quantity = row.quantity - row.received if told is None else (told / row.pack).quantize(_STEP, ROUND_HALF_UP)
    at_once = scanned.at_once and told is not None and quantity > 0 and location is not None
    if at_once:
        receipt = Receipt(line=row.pk, quantity=quantity, location=location, state=State(10), barcode=scanned.text)
        receive(session, by, row.order_id, [receipt], policy)
    return Found(row.pk, row.order_id, row.part_id, quantity, location, at_once)


def _parts_meant(scanned: Scanned) -> Select[Any]:
    """The supplier parts that a barcode may mean."""
    label, text = scanned.label, scanned.text.strip()
    meant: ColumnElement[bool]
    if scanned.linked is not None:
        kind, pk = scanned.linked
        meant = LINKED[kind].in_([pk])
    elif label is not None:
        # A label without numbers means nothing, not everything without numbers.
        meant = or_(
            SUPPLIED.c.SKU.in_([label.sku] if label.sku else []), MADE.c.MPN.in_([label.mpn] if label.mpn else [])
        )
    else:
        meant = or_(SUPPLIED.c.SKU.in_([text]), MADE.c.MPN.in_([text]), PARTS.c.IPN.in_([text]))
    found = (
        select(SUPPLIED.c.pk)
        .join(PARTS, PARTS.c.pk == SUPPLIED.c.part_id)
        .outerjoin(MADE, MADE.c.pk == SUPPLIED.c.manufacturer_part_id)
        .where(meant)
        .limit(1000)
    )
    return found if scanned.supplier is None else found.where(SUPPLIED.c.supplier_id == scanned.supplier)


def _line_meant(session: Session, scanned: Scanned, supplied: Sequence[int]) -> Any:
    """The line: of an order that the label names, where it names one; of those of which something is still to come,
    where there are any; of several in one order the first."""
    wanted = [LINES.c.part_id.in_(supplied), ORDERS.c.status == int(PurchaseOrderStatus.PLACED)]
    if scanned.order is not None:
        wanted.append(ORDERS.c.pk == scanned.order)
    if scanned.line is not None:
        wanted.append(LINES.c.pk == scanned.line)
    rows = session.execute(
        select(
            LINES.c.pk, LINES.c.order_id, LINES.c.part_id, LINES.c.quantity, LINES.c.received,
            SUPPLIED.c.pack_quantity_native.label("pack"), LINES.c.destination_id.label("of_line"),
            ORDERS.c.destination_id.label("of_order"), PARTS.c.default_location_id.label("of_part"),
            ORDERS.c.reference, ORDERS.c.supplier_reference,
        )
        .join(ORDERS, ORDERS.c.pk == LINES.c.order_id)
        .join(SUPPLIED, SUPPLIED.c.pk == LINES.c.part_id)
        .join(PARTS, PARTS.c.pk == SUPPLIED.c.part_id)
        .where(*wanted)
        .order_by(LINES.c.order_id, LINES.c.pk)
    ).all()  # fmt: skip
    if not rows:
        raise InvalidInput("No matching line item of a placed order found for barcode")
    numbers = set(scanned.label.orders) if scanned.label is not None else set()
    named = [row for row in rows if numbers & {row.reference, row.supplier_reference} - {""}] or rows
    left = [row for row in named if row.received < row.quantity] or named
    if len({row.order_id for row in left}) > 1:
        references = ", ".join(dict.fromkeys(row.reference for row in left))
        raise InvalidInput(f"Found matching line items in several orders ({references}): say which one")
    return left[0]
