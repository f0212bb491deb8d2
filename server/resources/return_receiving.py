"""Receiving what customers send back: the lines of a return order."""

from server.actions.orders.returns import Returned, take_back
from server.db.models.order import ReturnOrderLineItem
from server.db.models.stock import StockLocation
from server.domain.stock import State
from server.resources.own_settings import own_setting
from server.resources.stock_bodies import Body, by, notes_field
from server.resources.stock_states import STATES, StateField
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

LINE: Body = {
    "item": f.Related(model=ReturnOrderLineItem, label="Return order line item", filters=None),
    "status": StateField(
        label="Status", help_text="Stock item status code", choices=((None, "No Change"), *STATES), required=False,
        allow_blank=True,
    ),
}  # fmt: skip
RECEIVE: Body = {
    "items": f.ListOf(child=f.Nested(fields=LINE)),
    "location": f.Related(
        model=StockLocation, label="Location", help_text="Select destination location for received items", filters=None
    ),
    "note": notes_field("Additional note for incoming stock items", "Note"),
}  # fmt: skip


def _receive(context: Context, pk: int) -> Answer:
    values = f.read_body(RECEIVE, context.body(), context)
    usual = State(int(own_setting(context, "RETURN_RECEIVED_STATUS")))
    returned = [Returned(row["item"], row.get("status") or usual) for row in values["items"]]
    note = values.get("note", "")
    take_back(context.session, by(context), pk, returned, values["location"], note)
    told = [
        {"item": row["item"], "status": None if row.get("status") is None else row["status"].key}
        for row in values["items"]
    ]
    return Answer({"items": told, "location": values["location"], "note": note}, 201)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="order/ro/{pk}/receive/", access=Role("return_order"), body=RECEIVE,
        methods={"POST": Route(_receive, writes=True)}, title="Return Order Receive",
        description="API endpoint to receive items against a ReturnOrder.",
    ),
)  # fmt: skip
