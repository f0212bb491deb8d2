"""Allocating stock to sales orders: by item, by serial number, as the server chooses; and what is allocated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from server.actions.orders.allocation import Wanted, allocate, allocate_serials, change_allocation
from server.actions.orders.auto_allocation import Choice, auto_allocate
from server.actions.orders.promises import LINES, PROMISES
from server.actions.orders.promises import SHIPMENTS as SHIPMENT_ROWS
from server.actions.orders.sales_lines import Policy
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import Ledger
from server.db.models.order import (
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
)
from server.db.models.stock import StockItem, StockLocation
from server.domain.allocation import PRIORITIES, Promise
from server.domain.errors import InvalidInput, WrongState
from server.resources.background_task import done_in_request
from server.resources.order_entry import refuse_locked_order
from server.resources.order_filters import has, open_codes, part_with_variants
from server.resources.part_figures import alias_of
from server.resources.sales_briefs import ALLOCATION
from server.resources.stock_bodies import Body, by, done, item_field, quantity_field
from server.resources.trees import tree_stop
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import Flag, RelatedTo
from server.rest.query import Source
from server.rest.resource import Endpoint, Hooks, Resource, Route
from workflow.orders import SALES

__all__ = ["RESOURCES", "policy"]

ACCESS = Role(SALES.role)


def policy(context: Context) -> Policy:
    """What the settings say of stock that is to be sold."""
    expires = context.setting("STOCK_ENABLE_EXPIRY") and not context.setting("STOCK_ALLOW_EXPIRED_SALE")
    return Policy(
        only_tested=bool(context.setting("SALESORDER_BLOCK_INCOMPLETE_ITEM_TESTS")),
        good_until=context.today if expires else None,
    )


def _shipment_field(**more: Any) -> f.Related:
    return f.Related(
        model=SalesOrderShipment, label="Shipment", required=False, allow_null=True, filters=None, **more
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- by item

ALLOCATE: Body = {
    "items": f.ListOf(
        child=f.Nested(
            fields={
                "line_item": f.Related(model=SalesOrderLineItem, label="Stock Item", filters=None),
                "stock_item": item_field("Stock Item"),
                "quantity": quantity_field(),
            }
        )
    ),
    "shipment": _shipment_field(),
}


def _allocate(context: Context, pk: int) -> Answer:
    locked_order(context.session, SALES, pk)
    values = f.read_body(ALLOCATE, context.body(), context)
    if not values["items"]:
        raise InvalidInput("Allocation items must be provided")
    wanted = [Wanted(row["line_item"], row["stock_item"], row["quantity"]) for row in values["items"]]
    ledger = Ledger(context.session, by(context))
    allocate(ledger, pk, wanted, values.get("shipment"), policy(context))
    return done(context, ledger, ALLOCATE, {"shipment": None, **values})


# ------------------------------------------------------------------------------------------------- by serial number

SERIALS: Body = {
    "line_item": f.Related(model=SalesOrderLineItem, label="Line Item", filters=None),
    "quantity": f.Integer(label="Quantity", min_value=1),
    "serial_numbers": f.String(label="Serial Numbers", help_text="Enter serial numbers to allocate"),
    "shipment": _shipment_field(),
}


def _allocate_serials(context: Context, pk: int) -> Answer:
    locked_order(context.session, SALES, pk)
    values = f.read_body(SERIALS, context.body(), context)
    ledger = Ledger(context.session, by(context))
    allocate_serials(
        ledger, pk, values["line_item"], values["quantity"], values["serial_numbers"], values.get("shipment"),
        policy(context),
    )  # fmt: skip
    return done(context, ledger, SERIALS, {"shipment": None, **values})


# ------------------------------------------------------------------------------------------------- of itself

AUTO: Body = {
    "location": f.Related(
        model=StockLocation, label="Source Location", required=False, allow_null=True, filters=None,
        help_text="Stock location where items are sourced (leave blank to use any location)",
    ),
    "exclude_location": f.Related(
        model=StockLocation, label="Exclude Location", required=False, allow_null=True, filters=None,
        help_text="Exclude stock items from this location",
    ),
    "shipment": _shipment_field(help_text="Assign allocations to this shipment"),
    "interchangeable": f.Boolean(
        label="Interchangeable Stock", default=True,
        help_text="Allow stock to be taken from multiple locations to fulfil a single line item",
    ),
    "stock_sort_by": f.Choice(
        label="Stock Priority", help_text="Preferred order in which matching stock items are consumed",
        choices=tuple((name, label) for name, (label, _, _) in PRIORITIES.items()), default="updated",
    ),
    "serialized_stock": f.Choice(
        label="Serialized Stock", help_text="Control whether serialized stock items are included in auto-allocation",
        choices=(
            ("any", "Allow any stock (serialized or unserialized)"), ("serialized", "Serialized stock only"),
            ("unserialized", "Unserialized stock only"),
        ),
        default="any",
    ),
    "line_items": f.ListOf(
        child=f.Related(model=SalesOrderLineItem, label="Line Items", filters=None), label="Line Items",
        help_text="Limit allocation to these line items (leave blank to allocate all lines)", required=False,
    ),
}  # fmt: skip


def _auto_allocate(context: Context, pk: int) -> Answer:
    locked_order(context.session, SALES, pk)
    values = f.read_body(AUTO, context.body(), context)
    choice = Choice(
        location=values.get("location"), exclude=values.get("exclude_location"),
        interchangeable=values["interchangeable"], priority=values["stock_sort_by"],
        serialized=values["serialized_stock"], lines=values.get("line_items") or None,
    )  # fmt: skip
    auto_allocate(context.session, pk, choice, values.get("shipment"), policy(context))
    return done_in_request()


# ------------------------------------------------------------------------------------------------- what is allocated


def _lock_orders(context: Context, keys: Sequence[int]) -> None:
    """Lock the orders of the allocations: before anything that hangs on them, as everywhere. Raises WrongState for one
    that is done where the settings close it."""
    orders = (
        select(LINES.c.order_id)
        .join(PROMISES, PROMISES.c.line_id == LINES.c.pk)
        .where(PROMISES.c.pk.in_(sorted(keys)))
        .distinct()
    )
    for pk in sorted(context.session.execute(orders).scalars()):
        refuse_locked_order(context, locked_order(context.session, SALES, pk))


def _not_sent(context: Context, pk: int) -> None:
    """Raises WrongState for an allocation that was sent: it says what the customer got."""
    sent = (
        select(SHIPMENT_ROWS.c.reference, SHIPMENT_ROWS.c.shipment_date)
        .join(PROMISES, PROMISES.c.shipment_id == SHIPMENT_ROWS.c.pk)
        .where(PROMISES.c.pk == pk, SHIPMENT_ROWS.c.shipment_date.is_not(None))
    )
    row = context.session.execute(sent).first()
    if row is not None:
        raise WrongState(f"Shipment {row.reference} was sent on {row.shipment_date}; what is in it stays on record")


def _check(context: Context, row: SalesOrderAllocation, values: Mapping[str, Any], created: bool) -> None:
    _not_sent(context, row.pk)
    order = context.session.execute(select(LINES.c.order_id).where(LINES.c.pk == row.line_id)).scalar_one()
    ledger = Ledger(context.session, by(context))
    promise = Promise(row.line_id, row.item_id, row.quantity)
    change_allocation(ledger, order, promise, row.pk, row.shipment_id, policy(context))


def _drop(context: Context, row: SalesOrderAllocation, told: Mapping[str, Any]) -> None:
    _not_sent(context, row.pk)
    context.session.delete(row)


def _lies_below(row: Source, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """The item lies at the location or below it."""
    top, below = alias_of(StockLocation, "wanted"), alias_of(StockLocation, "below")
    branch = select(below.c.pk).where(
        top.c.pk == key, below.c.tree_path >= top.c.tree_path, below.c.tree_path < tree_stop(top.c.tree_path)
    )
    return row.column("item.location").in_(branch)


@dataclass(frozen=True, kw_only=True)
class Allocations(Resource):
    """The orders are locked before their allocations."""

    def row(self, context: Context, key: Any) -> Any:
        """The allocation, locked. Raises NotFound, WrongState."""
        _lock_orders(context, [key])
        return super().row(context, key)

    def _rows(self, context: Context, keys: Sequence[int]) -> list[Any]:
        _lock_orders(context, keys)
        return super()._rows(context, keys)


ALLOCATIONS = Allocations(
    path="order/so-allocation/", access=ACCESS, shape=ALLOCATION, title="Sales Order Allocation",
    can=("list", "detail", "update", "delete", "bulk_update", "bulk_delete"),
    list_about="API endpoint for listing SalesOrderAllocation objects.",
    detail_about="API endpoint for detail view of a SalesOrderAllocation object.",
    filters=(
        has("assigned_to_shipment", "shipment"),
        RelatedTo("item", StockItem),
        RelatedTo("line", SalesOrderLineItem),
        RelatedTo("location", StockLocation, where=_lies_below),
        RelatedTo("order", SalesOrder, "line.order"),
        Flag(
            "outstanding",
            lambda row: and_(
                row.column("line.order.status").in_(open_codes(SALES)),
                row.column("shipment.shipment_date").is_(None),
            ),
        ),
        part_with_variants("part", lambda row, is_it: is_it(row.column("item.part"))),
        RelatedTo("shipment", SalesOrderShipment),
    ),
    search=("item.batch", "item.part.IPN", "item.part.name", "item.serial"),
    ordering={
        "quantity": "quantity", "part": "item.part.name", "serial": ("item.serial_int", "item.serial"),
        "IPN": "item.part.IPN", "batch": "item.batch", "location": "item.location.name",
        "order": ("line.order.reference_int", "line.order.reference"), "shipment_date": "shipment.shipment_date",
    },
    hooks=Hooks(before_save=_check, delete=_drop),
    detail_defaults={"item_detail": True, "part_detail": True},
)  # fmt: skip


def _action(path: str, title: str, description: str, run: Any, body: Body) -> Endpoint:
    return Endpoint(
        path=f"order/so/{{pk}}/{path}/", access=ACCESS, title=title, description=description, body=body,
        methods={"POST": Route(run, writes=True)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    ALLOCATIONS,
    _action(
        "allocate", "Sales Order Allocate",
        "API endpoint to allocate stock items against a SalesOrder.\n\n- The SalesOrder is specified in the URL\n"
        "- See the SalesOrderShipmentAllocationSerializer class",
        _allocate, ALLOCATE,
    ),
    _action(
        "allocate-serials", "Sales Order Allocate Serials",
        "API endpoint to allocation stock items against a SalesOrder, by specifying serial numbers.",
        _allocate_serials, SERIALS,
    ),
    _action(
        "auto-allocate", "Sales Order Auto Allocate",
        "Validate parameters and offload auto-allocation to a background task.", _auto_allocate, AUTO,
    ),
)  # fmt: skip
