"""Receiving by scanning: a barcode finds the line of a purchase order, and the goods where it says enough.

A barcode may be a supplier's label with fields in it, an SKU, MPN or IPN in plain text, or a code that is linked to a
supplier part, a manufacturer part or a part.
"""

from typing import Any

from sqlalchemy import bindparam, select

from server.actions.orders.scanning import LINKED, Scanned, receive_scanned
from server.db.models.company import Company
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.models.stock import StockLocation
from server.domain.errors import InvalidInput
from server.domain.status import PurchaseOrderStatus
from server.domain.stock import NOT_STRUCTURAL
from server.domain.supplier_labels import read_supplier_label
from server.resources.barcode_find import BARCODE, about, find, keep, post, refuse
from server.resources.purchase_receiving import receiving_policy
from server.resources.stock_bodies import by
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource

__all__ = ["RESOURCES"]

PLUGIN = "Bincard"
MORE = "Further information required to receive line item"


def _optional(model: Any, help_text: str) -> f.Related:
    return f.Related(model=model, help_text=help_text, allow_null=True, filters=None)


BODY: dict[str, f.Field] = {
    "barcode": BARCODE,
    "supplier": _optional(Company, "Supplier to receive items from"),
    "purchase_order": _optional(PurchaseOrder, "PurchaseOrder to receive items against"),
    "location": _optional(StockLocation, "Location to receive items into"),
    "line_item": _optional(PurchaseOrderLineItem, "Purchase order line item to receive items against"),
    "auto_allocate": f.Boolean(
        help_text="Automatically allocate stock items to the purchase order", default=True, required=False
    ),
}


def _check(context: Context, values: dict[str, Any]) -> None:
    """Raises InvalidInput, by field, where the order has not been placed or the location holds no stock itself."""
    order, location = PurchaseOrder.__table__, StockLocation.__table__
    if values.get("purchase_order") is not None:
        ((status,),) = context.ask(
            "po status", lambda: select(order.c.status).where(order.c.pk == bindparam("order")),
            order=values["purchase_order"],
        )  # fmt: skip
        if status != PurchaseOrderStatus.PLACED:
            raise InvalidInput("Purchase order has not been placed", field="purchase_order")
    if values.get("location") is not None:
        ((structural,),) = context.ask(
            "structural", lambda: select(location.c.structural).where(location.c.pk == bindparam("location")),
            location=values["location"],
        )  # fmt: skip
        if structural:
            raise InvalidInput(NOT_STRUCTURAL, field="location")


def _receive(context: Context) -> dict[str, Any]:
    values = f.read_body(BODY, context.body(), context)
    _check(context, values)
    text = values["barcode"]
    hit = find(context, text)
    if hit is not None and hit.target.name == "stockitem":
        raise refuse(context, text, about(text), "Item has already been received")
    scanned = Scanned(
        text=text, label=read_supplier_label(text), supplier=values.get("supplier"),
        linked=(hit.target.name, hit.pk) if hit is not None and hit.target.name in LINKED else None,
        order=values.get("purchase_order"), line=values.get("line_item"), location=values.get("location"),
        at_once=values["auto_allocate"],
    )  # fmt: skip
    policy, who = receiving_policy(context), by(context)
    try:
        # A transaction of its own, so that the scan stays on record when it is refused.
        found = context.api.database.run_write(lambda session: receive_scanned(session, who, scanned, policy))
    except InvalidInput as error:
        raise refuse(context, text, {**about(text), "plugin": PLUGIN}, _first_text(error.errors)) from None
    if found is None:
        raise refuse(context, text, {**about(text), "plugin": None}, "No plugin match for supplier barcode")
    answer: dict[str, Any] = {
        "plugin": PLUGIN, **about(text),
        "lineitem": {
            "pk": found.line, "quantity": float(found.quantity), "supplier_part": found.supplier_part,
            "purchase_order": found.order, "location": found.location,
        },
    }  # fmt: skip
    answer |= {"success": "Received purchase order line item"} if found.received else {"action_required": MORE}
    keep(context, text, answer, matched=found.received)
    return answer


def _first_text(errors: Any) -> str:
    """One text of a refusal, whatever its form."""
    while not isinstance(errors, str):
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return str(errors)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    post(
        "barcode/po-receive/", _receive, "Barcode PO Receive",
        "Endpoint for handling receiving parts by scanning their barcode.\n\n"
        "Barcode data are decoded by the client application,\n"
        "and sent to this endpoint (as a JSON object) for validation.\n\n"
        "The barcode should follow a third-party barcode format (e.g. Digikey)\n"
        "and ideally contain order_number and quantity information.\n\n"
        "The following parameters are available:\n\n- barcode: The raw barcode data (required)\n"
        "- purchase_order: The purchase order containing the item to receive (optional)\n"
        "- location: The destination location for the received item (optional)",
        BODY, access=Role("purchase_order"),
    ),
)  # fmt: skip
