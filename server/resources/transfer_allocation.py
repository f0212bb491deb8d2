"""What is promised to transfer orders, and the orders' completion, which moves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from server.actions.orders.transfers import (
    Wanted,
    allocate,
    allocate_serials,
    change_allocation,
    complete_transfer,
    unallocate,
)
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import Ledger
from server.db.models.order import TransferOrder, TransferOrderAllocation, TransferOrderLineItem
from server.db.models.stock import StockItem, StockLocation
from server.resources.briefs import LOCATION_BRIEF, PART_BRIEF
from server.resources.order_briefs import TRANSFER_ORDER_BRIEF
from server.resources.order_filters import open_codes, part_with_variants
from server.resources.order_header import linked
from server.resources.stock_bodies import Body, by, quantity_field
from server.resources.stock_shapes import STOCK_BRIEF
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import Below, Flag, RelatedTo
from server.rest.query import Joined, Source
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape
from workflow.orders import TRANSFER

__all__ = ["RESOURCES", "TRANSFER_ALLOCATION"]

ACCESS = Role("transfer_order")


def _ledger(context: Context) -> Ledger:
    return Ledger(context.session, by(context))


# ------------------------------------------------------------------------------------------------- what is promised


def _number(label: str, **more: Any) -> f.Integer:
    return f.Integer(label=label, read_only=True, **more)


TRANSFER_ALLOCATION = shape(
    TransferOrderAllocation,
    "pk",
    "item",
    "quantity",
    Joined(name="line", path="line", field=_number("Line")),
    Joined(name="part", path="item.part", field=_number("Part")),
    Joined(name="order", path="line.order", field=_number("Order")),
    Joined(name="serial", path="item.serial", field=f.String(label="Serial", read_only=True, allow_null=True)),
    Joined(name="location", path="item.location", field=_number("Location")),
    linked("item_detail", "item", STOCK_BRIEF, default=False),
    linked("part_detail", "item.part", PART_BRIEF, default=False),
    linked("order_detail", "line.order", TRANSFER_ORDER_BRIEF, default=False),
    linked("location_detail", "item.location", LOCATION_BRIEF, default=False),
)

STILL_OPEN = open_codes(TRANSFER)


def _is_open(row: Source) -> ColumnElement[bool]:
    return row.column("line.order.status").in_(STILL_OPEN)


def _changed(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    wanted = {name: values[name] for name in ("item", "quantity") if name in values}
    context.session.expire(row)  # the action locks the order first and reads the promise anew
    change_allocation(_ledger(context), row.pk, **wanted)


def _taken_away(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    unallocate(_ledger(context), row.pk)


def _lock_orders(context: Context, keys: Sequence[int]) -> None:
    """Lock the orders of the allocations before anything that hangs on them, as everywhere."""
    lines, promises = TransferOrderLineItem.__table__.c, TransferOrderAllocation.__table__.c
    orders = (
        select(lines.order_id)
        .join(TransferOrderAllocation, promises.line_id == lines.pk)
        .where(promises.pk.in_(sorted(keys)))
        .distinct()
    )
    for pk in sorted(context.session.execute(orders).scalars()):
        locked_order(context.session, TRANSFER, pk)


@dataclass(frozen=True, kw_only=True)
class Allocations(Resource):
    """The orders are locked before their allocations."""

    def row(self, context: Context, key: Any) -> Any:
        """The allocation, locked. Raises NotFound."""
        _lock_orders(context, [key])
        return super().row(context, key)

    def _rows(self, context: Context, keys: Sequence[int]) -> list[Any]:
        _lock_orders(context, keys)
        return super()._rows(context, keys)


ALLOCATIONS = Allocations(
    path="order/transfer-order-allocation/", access=ACCESS, shape=TRANSFER_ALLOCATION,
    title="Transfer Order Allocation",
    list_about="API endpoint for listing TransferOrderAllocation objects.",
    detail_about="API endpoint for detail view of a TransferOrderAllocation object.",
    can=("list", "bulk_update", "detail", "update", "delete"),
    filters=(
        RelatedTo("item", StockItem),
        RelatedTo("line", TransferOrderLineItem),
        RelatedTo("order", TransferOrder, "line.order"),
        Below("location", StockLocation, "item.location"),
        Flag("outstanding", _is_open),
        part_with_variants("part", lambda row, is_it: is_it(row.column("item.part"))),
    ),
    search=("item.batch", "item.part.IPN", "item.part.name", "item.serial"),
    ordering={
        "quantity": "quantity", "part": "item.part.name", "IPN": "item.part.IPN", "batch": "item.batch",
        "serial": ("item.serial_int", "item.serial"), "location": "item.location.name",
        "order": ("line.order.reference_int", "line.order.reference"),
    },
    hooks=Hooks(before_save=_changed, delete=_taken_away),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- promising

LINE = f.Related(model=TransferOrderLineItem, label="Line Item", filters=None)
ALLOCATE: Body = {
    "items": f.ListOf(
        child=f.Nested(
            fields={
                "line_item": LINE,
                "stock_item": f.Related(model=StockItem, label="Stock Item", filters=None),
                "quantity": quantity_field(),
            }
        )
    ),
}
ALLOCATE_SERIALS: Body = {
    "line_item": LINE,
    "quantity": f.Integer(label="Quantity", min_value=1),
    "serial_numbers": f.String(label="Serial Numbers", help_text="Enter serial numbers to allocate"),
}
COMPLETE: Body = {
    "accept_incomplete_allocation": f.Boolean(
        label="Accept Incomplete Allocation", help_text="Allow order to complete with incomplete allocations",
        default=False,
    ),
}  # fmt: skip


def _allocate(context: Context, pk: int) -> Answer:
    rows = f.read_body(ALLOCATE, context.body(), context)["items"]
    allocate(_ledger(context), pk, [Wanted(row["line_item"], row["stock_item"], row["quantity"]) for row in rows])
    return Answer({"items": [{**row, "quantity": f"{row['quantity']:.5f}"} for row in rows]}, 201)


def _allocate_serials(context: Context, pk: int) -> Answer:
    values = f.read_body(ALLOCATE_SERIALS, context.body(), context)
    allocate_serials(_ledger(context), pk, values["line_item"], values["quantity"], values["serial_numbers"])
    return Answer(values, 201)


def _complete(context: Context, pk: int) -> Answer:
    values = f.read_body(COMPLETE, context.body(), context)
    files = complete_transfer(
        context.session, by(context), pk, accept_incomplete=values["accept_incomplete_allocation"]
    )
    discard(context, files)
    return Answer(values, 201)


def _action(path: str, title: str, description: str, run: Callable[..., Answer], body: Body) -> Endpoint:
    return Endpoint(
        path=f"order/transfer-order/{{pk}}/{path}/", access=ACCESS, title=title, description=description, body=body,
        methods={"POST": Route(run, writes=True)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    ALLOCATIONS,
    _action(
        "allocate", "Transfer Order Allocate", "API endpoint to allocate stock items against a TransferOrder.",
        _allocate, ALLOCATE,
    ),
    _action(
        "allocate-serials", "Transfer Order Allocate Serials",
        "API endpoint to allocate serial numbers against a TransferOrder.", _allocate_serials, ALLOCATE_SERIALS,
    ),
    _action(
        "complete", "Transfer Order Complete", 'API endpoint for manually marking a TransferOrder as "complete".',
        _complete, COMPLETE,
    ),
)  # fmt: skip
