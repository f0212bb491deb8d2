"""The rules of the lines of orders: what may be ordered, at what price, and what joins a line that is there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.db.models.build import Build
from server.db.models.company import SupplierPart, SupplierPriceBreak
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem, ReturnOrderLineItem
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.domain.errors import InvalidInput

__all__ = ["check_discount", "check_purchase_line", "check_return_line", "line_to_join", "price_by_breaks"]

_HUNDRED = Decimal(100)


def check_discount(row: Any) -> None:
    """A discount is a share of the price. Raises InvalidInput."""
    if row.discount is not None and row.discount > _HUNDRED:
        raise InvalidInput("Ensure this value is less than or equal to 100.", field="discount")


# ------------------------------------------------------------------------------------------------- purchase lines


def check_purchase_line(session: Session, row: PurchaseOrderLineItem, *, external_required: bool) -> None:
    """The supplier part is one of the order's supplier, and a build that it is for builds that part."""
    supplied = session.get(SupplierPart, row.part_id) if row.part_id is not None else None
    if supplied is None:
        raise InvalidInput("Supplier part must be specified", field="part")
    if row.quantity <= 0:
        raise InvalidInput("Quantity must be greater than zero", field="quantity")
    order = session.get_one(PurchaseOrder, row.order_id)
    if supplied.supplier_id != order.supplier_id:
        raise InvalidInput(
            {"part": ["Supplier must match purchase order"], "order": ["Purchase order must match supplier"]}
        )
    _check_build(session, row, supplied, external_required=external_required)


def _check_build(
    session: Session, row: PurchaseOrderLineItem, supplied: SupplierPart, *, external_required: bool
) -> None:
    part = session.get_one(Part, supplied.part_id)
    if row.build_order_id is None:
        if external_required and part.assembly:
            raise InvalidInput("An external build order is required for assembly parts", field="build_order")
        return
    build = session.get_one(Build, row.build_order_id)
    if not build.external:
        raise InvalidInput("Build order must be marked as external", field="build_order")
    if not part.assembly:
        raise InvalidInput("Build orders can only be linked to assembly parts", field="build_order")
    if build.part_id != part.pk:
        raise InvalidInput("Build order part must match line item part", field="build_order")


_SAME = ("part_id", "order_id", "target_date", "destination_id")
_SAME_WHERE_GIVEN = {
    "purchase_price": "purchase_price", "project_code": "project_code_id", "build_order": "build_order_id",
    "reference": "reference", "line": "line", "discount": "discount",
}  # fmt: skip


def line_to_join(
    session: Session, row: PurchaseOrderLineItem, given: Mapping[str, Any]
) -> PurchaseOrderLineItem | None:
    """The line of the same order that asks for the same (part, destination, target date), locked; None where there is
    none. What a body says besides (a price, a reference) must not get lost: a line that says otherwise is no match."""
    line = PurchaseOrderLineItem
    wanted = [getattr(line, name).is_not_distinct_from(getattr(row, name)) for name in _SAME]
    for name, attribute in _SAME_WHERE_GIVEN.items():
        if given.get(name) not in (None, ""):
            wanted.append(getattr(line, attribute) == getattr(row, attribute))
    if row.purchase_price is not None:
        wanted.append(line.purchase_price_currency == row.purchase_price_currency)
    return session.scalars(select(line).where(*wanted).order_by(line.pk).limit(1).with_for_update()).first()


def price_by_breaks(session: Session, row: PurchaseOrderLineItem) -> None:
    """Take the price of one from the supplier's price breaks at the line's quantity; without any it stays as it is."""
    breaks = session.execute(
        select(SupplierPriceBreak.quantity, SupplierPriceBreak.price, SupplierPriceBreak.price_currency)
        .where(SupplierPriceBreak.part_id == row.part_id, SupplierPriceBreak.price.is_not(None))
        .order_by(SupplierPriceBreak.quantity)
    ).all()
    if not breaks:
        return
    fitting = [one for one in breaks if one.quantity <= row.quantity] or breaks[:1]
    row.purchase_price, row.purchase_price_currency = fitting[-1].price, fitting[-1].price_currency


# ------------------------------------------------------------------------------------------------- return lines


def check_return_line(session: Session, row: ReturnOrderLineItem) -> None:
    """What comes back is there once in the order, and no more of it than there is."""
    changed = inspect(row).attrs
    if row.pk is not None and not (changed.item_id.history.has_changes() or changed.quantity.history.has_changes()):
        return
    if row.quantity <= 0:
        raise InvalidInput("Return quantity must be greater than zero", field="quantity")
    item = session.get_one(StockItem, row.item_id)
    if item.serial and row.quantity != 1:
        raise InvalidInput("Invalid quantity for serialized stock item", field="quantity")
    if row.quantity > item.quantity:
        raise InvalidInput("Return quantity exceeds stock quantity", field="quantity")
