"""Barcodes and orders: what a scan finds, and what it is refused for."""

from typing import Any

from sqlalchemy import bindparam, select

from server.actions.barcodes import BARCODE_TARGETS
from server.db.models.company import Company, SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    SalesOrder,
    SalesOrderLineItem,
    SalesOrderShipment,
)
from server.db.models.stock import StockLocation
from server.domain.errors import InvalidInput
from server.domain.status import PurchaseOrderStatus
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
PO_RECEIVE_BODY: dict[str, f.Field] = {
    "barcode": BARCODE,
    "supplier": f.Related(
        model=Company, help_text="Supplier to receive items from", allow_null=True, filters=None
    ),
    "purchase_order": f.Related(
        model=PurchaseOrder, help_text="PurchaseOrder to receive items against", allow_null=True, filters=None
    ),
    "location": f.Related(
        model=StockLocation, help_text="Location to receive items into", allow_null=True, filters=None
    ),
    "line_item": f.Related(
        model=PurchaseOrderLineItem, help_text="Purchase order line item to receive items against", allow_null=True,
        filters=None,
    ),
    "auto_allocate": f.Boolean(
        help_text="Automatically allocate stock items to the purchase order", default=True, required=False
    ),
}  # fmt: skip
SO_ALLOCATE_BODY: dict[str, f.Field] = {
    "barcode": BARCODE,
    "sales_order": f.Related(model=SalesOrder, help_text="Sales Order to allocate items against", filters=None),
    "line": f.Related(
        model=SalesOrderLineItem, help_text="Sales order line item to allocate items against", allow_null=True,
        filters=None,
    ),
    "shipment": f.Related(
        model=SalesOrderShipment, help_text="Sales order shipment to allocate items against", allow_null=True,
        filters=None,
    ),
    "quantity": f.Integer(help_text="Quantity to allocate", required=False),
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


def _po_receive(context: Context) -> dict[str, Any]:
    """Receiving goes by the barcodes that suppliers print, which need a plugin to read them; none is there yet."""
    values = f.read_body(PO_RECEIVE_BODY, context.body(), context)
    order = values.get("purchase_order")
    if order is not None:
        table = PurchaseOrder.__table__
        status = context.ask(
            "po status", lambda: select(table.c.status).where(table.c.pk == bindparam("order")), order=order
        )[0][0]  # fmt: skip
        if status != PurchaseOrderStatus.PLACED:
            raise InvalidInput("Purchase order has not been placed", field="purchase_order")
    text = values["barcode"]
    hit = find(context, text)
    if hit is not None and hit.target.name == "stockitem":
        raise refuse(context, text, about(text), "Item has already been received")
    raise refuse(context, text, {**about(text), "plugin": None}, "No plugin match for supplier barcode")


def _so_allocate(context: Context) -> dict[str, Any]:
    """Checks what a scan can be refused for; allocating itself is not served yet."""
    values = f.read_body(SO_ALLOCATE_BODY, context.body(), context)
    text = values["barcode"]
    hit = find(context, text)
    answer = {"plugin": PLUGIN if hit else None, **about(text)}
    if hit is None:
        raise refuse(context, text, answer, "No matching plugin found for barcode data")
    answer = {hit.target.name: shown(context, hit), **answer}
    if hit.target.name != "stockitem":
        raise refuse(context, text, answer, "Barcode does not match an existing stock item")
    raise refuse(context, text, answer, "This server does not allocate stock to sales orders by barcode")


RESOURCES: tuple[Resource | Endpoint, ...] = (
    post(
        "barcode/po-allocate/", _po_allocate, "Barcode PO Allocate",
        "Endpoint for allocating parts to a purchase order by scanning their barcode.\n\n"
        "Note that the scanned barcode may point to:\n\n- A Part object\n- A ManufacturerPart object\n"
        "- A SupplierPart object",
        PO_ALLOCATE_BODY, access=Role("purchase_order"),
    ),
    post(
        "barcode/po-receive/", _po_receive, "Barcode PO Receive",
        "Endpoint for handling receiving parts by scanning their barcode.\n\n"
        "Barcode data are decoded by the client application,\n"
        "and sent to this endpoint (as a JSON object) for validation.\n\n"
        "The barcode should follow a third-party barcode format (e.g. Digikey)\n"
        "and ideally contain order_number and quantity information.\n\n"
        "The following parameters are available:\n\n- barcode: The raw barcode data (required)\n"
        "- purchase_order: The purchase order containing the item to receive (optional)\n"
        "- location: The destination location for the received item (optional)",
        PO_RECEIVE_BODY, access=Role("purchase_order"),
    ),
    post(
        "barcode/so-allocate/", _so_allocate, "Barcode SO Allocate",
        "Endpoint for allocating stock to a sales order, by scanning barcode.\n\n"
        "The scanned barcode should map to a StockItem object.\n\n"
        "Additional fields can be passed to the endpoint:\n\n- SalesOrder (Required)\n- Line Item\n- Shipment\n"
        "- Quantity",
        SO_ALLOCATE_BODY, access=Role("sales_order"),
    ),
)  # fmt: skip
