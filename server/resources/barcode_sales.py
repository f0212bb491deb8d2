"""Allocating what is scanned to a sales order."""

from decimal import Decimal
from typing import Any

from server.actions.orders.allocation import Wanted, allocate
from server.actions.orders.sales_scan import Scanned, fit_scanned
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import Ledger
from server.db.models.order import SalesOrder, SalesOrderLineItem, SalesOrderShipment
from server.domain.errors import InvalidInput
from server.resources.barcode_find import BARCODE, PLUGIN, about, find, keep, post, refuse, shown
from server.resources.sales_allocation import policy
from server.resources.stock_bodies import by
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource
from workflow.orders import SALES

__all__ = ["RESOURCES"]

BODY: dict[str, f.Field] = {
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


def _allocate(context: Context) -> dict[str, Any]:
    values = f.read_body(BODY, context.body(), context)
    text, order = values["barcode"], values["sales_order"]
    hit = find(context, text)
    answer = {"plugin": PLUGIN if hit else None, **about(text)}
    if hit is None:
        raise refuse(context, text, answer, "No matching plugin found for barcode data")
    locked_order(context.session, SALES, order)
    answer = {hit.target.name: shown(context, hit), **answer}
    if hit.target.name != "stockitem":
        raise refuse(context, text, answer, "Barcode does not match an existing stock item")
    quantity = values.get("quantity")
    ledger = Ledger(context.session, by(context))
    try:
        scanned = fit_scanned(
            ledger, order, hit.pk, policy(context), line=values.get("line"), shipment=values.get("shipment"),
            quantity=None if quantity is None else Decimal(quantity),
        )  # fmt: skip
        answer |= _told(order, hit.pk, scanned)
        if not scanned.error and scanned.line is not None and scanned.quantity is not None:
            wanted = Wanted(scanned.line, hit.pk, scanned.quantity)
            allocate(ledger, order, [wanted], scanned.shipment, policy(context))
    except InvalidInput as error:
        raise refuse(context, text, answer, _first_text(error.errors)) from None
    if scanned.error:
        more = {"action_required": True} if scanned.error == "Not enough information" else {}
        raise refuse(context, text, answer | more, scanned.error)
    answer["success"] = "Stock item allocated to sales order"
    keep(context, text, answer, matched=True)
    return answer


def _told(order: int, item: int, scanned: Scanned) -> dict[str, Any]:
    quantity = scanned.quantity
    return {
        "stock_item": item, "part": scanned.part, "sales_order": order, "line_item": scanned.line,
        "shipment": scanned.shipment, "quantity": None if quantity is None else float(quantity),
    }  # fmt: skip


def _first_text(errors: Any) -> str:
    """One sentence out of the errors of a refusal: a scanner has one line to show them."""
    if isinstance(errors, dict):
        return _first_text(next(iter(errors.values())))
    return _first_text(errors[0]) if isinstance(errors, list) else str(errors)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    post(
        "barcode/so-allocate/", _allocate, "Barcode SO Allocate",
        "Endpoint for allocating stock to a sales order, by scanning barcode.\n\n"
        "The scanned barcode should map to a StockItem object.\n\n"
        "Additional fields can be passed to the endpoint:\n\n- SalesOrder (Required)\n- Line Item\n- Shipment\n"
        "- Quantity",
        BODY, access=Role(SALES.role), writes=True,
    ),
)  # fmt: skip
