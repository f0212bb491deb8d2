"""Receiving what was ordered: the lines of a purchase order become stock."""

from typing import Any

from server.actions.orders.receiving import ReceivingPolicy, receive
from server.db.models.order import PurchaseOrderLineItem
from server.db.models.stock import StockLocation
from server.domain.errors import InvalidInput
from server.domain.receiving import Receipt
from server.domain.stock import State
from server.resources.own_settings import own_setting
from server.resources.stock import STOCK, everywhere
from server.resources.stock_bodies import Body, by, quantity_field
from server.resources.stock_states import STATES, StateField
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES", "receiving_policy"]


def _not_nothing(quantity: Any) -> None:
    if quantity <= 0:
        raise InvalidInput(["Quantity must be greater than zero"])


def _destination() -> f.Related:
    return f.Related(
        model=StockLocation, label="Location", help_text="Select destination location for received items",
        allow_null=True, required=False, filters=None,
    )  # fmt: skip


def _text(label: str, help_text: str, longest: int, **more: Any) -> f.String:
    """A text; forms are told of no limit, as in InvenTree."""

    def short_enough(text: str | None) -> None:
        if text and len(text) > longest:
            raise InvalidInput([f"Ensure this field has no more than {longest} characters."])

    return f.String(
        label=label, help_text=help_text, required=False, allow_blank=True, default="", validators=(short_enough,),
        **more,
    )  # fmt: skip


LINE: Body = {
    "line_item": f.Related(model=PurchaseOrderLineItem, label="Line Item", filters=None),
    "location": _destination(),
    "quantity": quantity_field(validators=(_not_nothing,)),
    "batch_code": _text("Batch Code", "Enter batch code for incoming stock items", 100),
    "expiry_date": f.Date(
        label="Expiry Date", help_text="Enter expiry date for incoming stock items", required=False, allow_null=True,
        default=None, meta={"default": None},
    ),
    "serial_numbers": _text("Serial Numbers", "Enter serial numbers for incoming stock items", 102_000),
    "status": StateField(
        label="Status", help_text="Stock item status code", choices=STATES, default=10, unchanged=False
    ),
    "packaging": _text("Packaging", "Override packaging information for incoming stock items", 50),
    "note": _text("Note", "Additional note for incoming stock items", 5000),
    "barcode": _text("Barcode", "Scanned barcode", 4095, allow_null=True),
}  # fmt: skip
RECEIVE: Body = {"items": f.ListOf(child=f.Nested(fields=LINE)), "location": _destination()}


def receiving_policy(context: Context) -> ReceivingPolicy:
    """What the settings say of receiving."""
    return ReceivingPolicy(
        accept_surplus=own_setting(context, "PURCHASE_OVER_RECEIPT") != "refuse",
        auto_complete=bool(context.setting("PURCHASEORDER_AUTO_COMPLETE")),
        convert=bool(context.setting("PURCHASEORDER_CONVERT_CURRENCY")),
        currency=str(context.setting("INVENTREE_DEFAULT_CURRENCY")),
        serials_everywhere=everywhere(context),
        delete_on_deplete=bool(context.setting("STOCK_DELETE_DEPLETED_DEFAULT")),
    )


def _receipt(row: dict[str, Any]) -> Receipt:
    state = row["status"]
    return Receipt(
        line=row["line_item"], quantity=row["quantity"], location=row.get("location"),
        state=state if isinstance(state, State) else State(int(state)), batch=row["batch_code"],
        expiry_date=row["expiry_date"], serials=row["serial_numbers"], packaging=row["packaging"], note=row["note"],
        barcode=row["barcode"] or "",
    )  # fmt: skip


def _receive(context: Context, pk: int) -> Answer:
    values = f.read_body(RECEIVE, context.body(), context)
    keys = receive(
        context.session, by(context), pk, [_receipt(row) for row in values["items"]], receiving_policy(context),
        location=values.get("location"),
    )  # fmt: skip
    return Answer(STOCK.several(context, keys, kind="list"), 201)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="order/po/{pk}/receive/", access=Role("purchase_order"), body=RECEIVE,
        methods={"POST": Route(_receive, writes=True)}, title="Purchase Order Receive",
        description="API endpoint to receive stock items against a PurchaseOrder.\n\n"
        "- The purchase order is specified in the URL.\n"
        '- Items to receive are specified as a list called "items" with the following options:\n'
        "    - line_item: pk of the PO Line item\n    - supplier_part: pk value of the supplier part\n"
        "    - quantity: quantity to receive\n    - status: stock item status\n"
        "    - expiry_date: stock item expiry date (optional)\n"
        "    - location: destination for stock item (optional)\n"
        "    - batch_code: the batch code for this stock item\n"
        "    - serial_numbers: serial numbers for this stock item\n"
        "- A global location must also be specified. This is used when no locations are specified for items, and no "
        "location is given in the PO line item",
    ),
)  # fmt: skip
