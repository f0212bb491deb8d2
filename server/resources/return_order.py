"""Return orders, their lines and extra lines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from server.actions.orders.kinds import RETURN_TABLES
from server.actions.orders.lines import check_return_line
from server.db.models.order import ReturnOrder, ReturnOrderExtraLine, ReturnOrderLineItem
from server.db.models.stock import StockItem
from server.resources.briefs import PART_BRIEF
from server.resources.order_briefs import RETURN_ORDER, RETURN_ORDER_BRIEF
from server.resources.order_entry import orders
from server.resources.order_filters import (
    HEADER_ORDERING,
    LINE_ORDERING,
    by_company,
    has,
    header_filters,
    line_filters,
    part_with_variants,
)
from server.resources.order_header import linked
from server.resources.order_lines import LINES_CAN, extra_lines, line_members, lines_of, price_column
from server.resources.part_figures import alias_of
from server.resources.stock_shapes import STOCK_BRIEF
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Exact, RelatedTo
from server.rest.query import Detail, Source
from server.rest.resource import Endpoint, Resource, col, shape
from server.rest.unique import refuse_same
from workflow.orders import RETURN

__all__ = ["RESOURCES", "RETURN_LINE"]


def _returns(row: Source, is_it: Any) -> ColumnElement[bool]:
    line, item = alias_of(ReturnOrderLineItem, "searched"), alias_of(StockItem, "returned")
    joined = line.join(item, item.c.pk == line.c.item_id)
    return row.c.pk.in_(select(line.c.order_id).select_from(joined).where(is_it(item.c.part_id)))


ORDERS = orders(
    RETURN_TABLES, access=Role("return_order"), shape=RETURN_ORDER,
    list_about="API endpoint for accessing a list of ReturnOrder objects.",
    detail_about="API endpoint for detail view of a single ReturnOrder object.",
    filters=header_filters(
        RETURN, "order.returnorder", "complete_date", by_company("customer"), part_with_variants("part", _returns)
    ),
    search=("reference", "customer.name", "customer_reference", "description", "project_code.code"),
    ordering={
        **HEADER_ORDERING, "customer__name": "customer.name", "customer_reference": "customer_reference",
        "complete_date": "complete_date",
    },
    default_order=("-reference_int", "-reference"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- lines

RETURN_LINE = shape(
    ReturnOrderLineItem,
    *line_members(RETURN_ORDER_BRIEF),
    "item",
    "received_date",
    "outcome",
    "discount",
    price_column("price", "Price", "Cost associated with return or repair for this line item"),
    col("price_currency", required=False),
    linked("item_detail", "item", STOCK_BRIEF),
    Detail(name="part_detail", via="item.part", shape=PART_BRIEF, flag="part_detail", default=False),
)  # fmt: skip


def _check(context: Context, row: ReturnOrderLineItem, values: Mapping[str, Any], created: bool) -> None:
    refuse_same(context, row, ("order", "item"))
    check_return_line(context.session, row)


LINES = lines_of(
    RETURN_TABLES, check=_check, shape=RETURN_LINE, can=(*LINES_CAN, "bulk_update"),
    list_about="API endpoint for accessing a list of ReturnOrderLineItemList objects.",
    detail_about="API endpoint for detail view of a ReturnOrderLineItem object.",
    filters=(
        *line_filters(ReturnOrder, "price"),
        RelatedTo("item", StockItem),
        Exact("outcome", kind="number"),
        has("received", "received_date"),
    ),
    search=("item.serial", "item.part.name", "item.part.description", "reference"),
    ordering={
        "part": "item.part.name", "IPN": "item.part.IPN", "stock": ("item.quantity", "item.serial_int", "item.serial"),
        "reference": "reference", "target_date": "target_date", "received_date": "received_date",
        "line": LINE_ORDERING["line"],
    },
)  # fmt: skip

EXTRA_LINES = extra_lines(RETURN_TABLES, "order/ro-extra-line/", RETURN_ORDER_BRIEF, ReturnOrderExtraLine)

RESOURCES: tuple[Resource | Endpoint, ...] = (ORDERS, LINES, EXTRA_LINES)
