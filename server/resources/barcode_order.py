"""Barcodes and orders: what a scan finds, and what it is refused for."""

from typing import Any

from sqlalchemy import bindparam, select

from server.actions.barcodes import BARCODE_TARGETS
from server.db.models.company import SupplierPart
from server.db.models.order import (
    PurchaseOrder,
)
from server.resources.barcode_find import BARCODE, PLUGIN, Hit, about, find, keep, post, refuse, shown
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource

__all__ = ["RESOURCES"]

PO_ALLOCATE_BODY: dict[str, f.Field] = {
    "barcode": BARCODE,
    "purchase_order": f.Related(
        model=PurchaseOrder, help_text="Purchase Order to allocate items against", filters=None
    ),
}  # fmt: skip


def _po_allocate(context: Context) -> dict[str, Any]:
    """The supplier part of the order's supplier that the barcode means; it only matches, it orders nothing."""
    values = f.read_body(PO_ALLOCATE_BODY, context.body(), context)
    text = values["barcode"]
    hit = find(context, text)
    if hit is None:
        answer = {"plugin": None, **about(text)}
        raise refuse(context, text, answer, "No matching plugin found for barcode data")
    answer = {hit.target.name: shown(context, hit), "plugin": PLUGIN, **about(text)}
    columns = {"part": "part_id", "supplierpart": "pk", "manufacturerpart": "manufacturer_part_id"}
    column = columns.get(hit.target.name)
    if column is None:
        raise refuse(context, text, answer, "No matching part data found")
    part, order = SupplierPart.__table__, PurchaseOrder.__table__
    found = context.ask(
        ("po-allocate", column),
        lambda: (
            select(part.c.pk)
            .select_from(part.join(order, order.c.supplier_id == part.c.supplier_id))
            .where(order.c.pk == bindparam("order"), part.c[column] == bindparam("wanted"))
            .limit(2)
        ),
        order=values["purchase_order"],
        wanted=hit.pk,
    )
    if len(found) != 1:
        raise refuse(context, text, answer, f"{'Multiple' if found else 'No'} matching supplier parts found")
    supplied = shown(context, Hit(BARCODE_TARGETS["supplierpart"], found[0][0]))
    answer = {**answer, "success": "Matched supplier part", "supplierpart": supplied}
    keep(context, text, answer, matched=True)
    return answer


RESOURCES: tuple[Resource | Endpoint, ...] = (
    post(
        "barcode/po-allocate/", _po_allocate, "Barcode PO Allocate",
        "Endpoint for allocating parts to a purchase order by scanning their barcode.\n\n"
        "Note that the scanned barcode may point to:\n\n- A Part object\n- A ManufacturerPart object\n"
        "- A SupplierPart object",
        PO_ALLOCATE_BODY, access=Role("purchase_order"),
    ),
)  # fmt: skip
