"""Shipments of sales orders: what goes out together, and sending it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select

from server.actions.orders.promises import PROMISES
from server.actions.orders.shipping import lock_shipment, ship
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import Ledger
from server.db.models.company import Address
from server.db.models.order import SalesOrder, SalesOrderShipment
from server.domain.errors import InvalidInput, WrongState
from server.resources.background_task import done_in_request
from server.resources.company import keep_generic
from server.resources.order_entry import refuse_locked_order
from server.resources.order_filters import has, open_codes
from server.resources.sales_briefs import SHIPMENT, SHIPMENT_LABEL
from server.resources.stock_bodies import by
from server.resources.tagged import tag_filters
from server.resources.uploads import discard, drop_with
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import Exact, Flag, RelatedTo
from server.rest.resource import Endpoint, Hooks, Resource, Route, field_of
from server.rest.unique import refuse_same
from workflow.orders import SALES

__all__ = ["RESOURCES", "SHIPMENTS"]

ACCESS = Role(SALES.role)


def _has_contents(context: Context, pk: int) -> bool:
    found = select(PROMISES.c.pk).where(PROMISES.c.shipment_id == pk).limit(1)
    return context.session.execute(found).first() is not None


# What is known only when the shipment is under way may be added to an order that is done.
KNOWN_LATER = frozenset({"delivery_date", "tracking_number", "invoice_number", "link", "notes"})


def _prepare(context: Context, values: dict[str, Any], row: Any) -> None:
    if row is not None and not values.keys() <= KNOWN_LATER:
        refuse_locked_order(context, context.session.get_one(SalesOrder, row.order_id))


def _check(context: Context, row: SalesOrderShipment, values: Mapping[str, Any], created: bool) -> None:
    """What is in a shipment is sent by sending it, not by a date that somebody enters; and it belongs to its order."""
    refuse_same(context, row, ("order", "reference"))
    changed = {name for name in ("order_id", "shipment_date") if inspect(row).attrs[name].history.has_changes()}
    if changed and not created and _has_contents(context, row.pk):
        if "order_id" in changed:
            raise WrongState("Shipment holds items of its order", field="order")
        raise WrongState("Shipment holds items: its date is set when it is shipped", field="shipment_date")
    if row.shipment_address_id is not None:
        company = context.session.execute(
            select(Address.company_id).where(Address.pk == row.shipment_address_id)
        ).scalar_one()
        customer = context.session.execute(
            select(SalesOrder.customer_id).where(SalesOrder.pk == row.order_id)
        ).scalar_one()
        if company != customer:
            raise InvalidInput("Shipping address must match the customer", field="shipment_address")


def _keep(context: Context, row: SalesOrderShipment, values: Mapping[str, Any], created: bool) -> None:
    keep_generic(context, SHIPMENT_LABEL, row.pk, values, created)


def _drop(context: Context, row: SalesOrderShipment, told: Mapping[str, Any]) -> None:
    """What is promised in it is free again; what was sent stays on record."""
    if row.shipment_date is not None and _has_contents(context, row.pk):
        raise WrongState(f"Shipment {row.reference} was sent on {row.shipment_date}; it stays on record")
    refuse_locked_order(context, context.session.get_one(SalesOrder, row.order_id))
    drop_with(context, SHIPMENT_LABEL, [row.pk])
    context.session.delete(row)


@dataclass(frozen=True, kw_only=True)
class Shipments(Resource):
    """The order of a shipment is locked before the shipment, as everywhere."""

    def row(self, context: Context, key: Any) -> Any:
        """The shipment, locked. Raises NotFound."""
        lock_shipment(context.session, key)
        return super().row(context, key)

    def save(self, context: Context, row: Any, values: Mapping[str, Any], *, created: bool) -> None:
        """Set the values and write them."""
        if created:
            refuse_locked_order(context, locked_order(context.session, SALES, values["order"]))
        super().save(context, row, values, created=created)


SHIPMENTS = Shipments(
    path="order/so/shipment/", access=ACCESS, shape=SHIPMENT, title="Sales Order Shipment",
    list_about="API list endpoint for SalesOrderShipment model.",
    detail_about="API detail endpoint for SalesOrderShipment model.",
    filters=(
        RelatedTo("order", SalesOrder),
        has("checked", "checked_by"),
        has("delivered", "delivery_date"),
        has("shipped", "shipment_date"),
        Flag("order_outstanding", lambda row: row.column("order.status").in_(open_codes(SALES))),
        Exact("order_status", "order.status", kind="number"),
        *tag_filters(SHIPMENT_LABEL),
    ),
    search=("order.reference", "reference", "tracking_number", "invoice_number"),
    ordering={
        "reference": "reference", "delivery_date": "delivery_date", "shipment_date": "shipment_date",
        "allocated_items": "allocated_items",
    },
    hooks=Hooks(prepare=_prepare, before_save=_check, after_save=_keep, delete=_drop),
)  # fmt: skip

# ------------------------------------------------------------------------------------------------- sending

SHIP_BODY: Mapping[str, f.Field] = {
    name: field_of(SalesOrderShipment, name)
    for name in ("shipment_date", "delivery_date", "tracking_number", "invoice_number", "link")
}


def _ship(context: Context, pk: int) -> Answer:
    values = f.read_body(SHIP_BODY, context.body(), context)
    ledger = Ledger(context.session, by(context))
    ship(ledger, pk, values, must_be_checked=bool(context.setting("SALESORDER_SHIPMENT_REQUIRES_CHECK")))
    discard(context, ledger.files)
    return done_in_request()


RESOURCES: tuple[Resource | Endpoint, ...] = (
    SHIPMENTS,
    Endpoint(
        path="order/so/shipment/{pk}/ship/", access=ACCESS, methods={"POST": Route(_ship, writes=True)},
        title="Sales Order Shipment Complete", body=SHIP_BODY,
        description="Override the post method to handle shipment completion.",
    ),
)  # fmt: skip
