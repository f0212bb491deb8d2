"""Sales orders, their lines and extra lines."""

from sqlalchemy import ColumnElement

from server.actions.orders.kinds import SALES_TABLES
from server.db.models.order import SalesOrder, SalesOrderAllocation, SalesOrderExtraLine, SalesOrderLineItem
from server.domain.status import SalesOrderStatus
from server.resources import order_figures as figures
from server.resources.briefs import COMPANY_BRIEF, PART_BRIEF
from server.resources.order_briefs import SALES_ORDER, SALES_ORDER_BRIEF
from server.resources.order_entry import orders
from server.resources.order_filters import (
    HEADER_ORDERING,
    LINE_ORDERING,
    by_company,
    header_filters,
    line_filters,
    open_codes,
    orders_with_part,
    part_with_variants,
    quantity_search,
)
from server.resources.order_header import linked
from server.resources.order_lines import (
    LINES_CAN,
    extra_lines,
    line_figure,
    line_members,
    lines_of,
    overdue,
    price_column,
)
from server.resources.part_figures import codes
from server.rest.access import Role
from server.rest.filters import Flag
from server.rest.query import Detail, Source
from server.rest.resource import Endpoint, Resource, col, shape
from workflow.orders import SALES

__all__ = ["RESOURCES", "SALES_LINE"]

ORDERS = orders(
    SALES_TABLES, access=Role("sales_order"), shape=SALES_ORDER,
    list_about="API endpoint for accessing a list of SalesOrder objects.\n\n"
    "- GET: Return list of SalesOrder objects (with filters)\n- POST: Create a new SalesOrder",
    detail_about="API endpoint for detail view of a SalesOrder object.",
    filters=header_filters(
        SALES, "order.salesorder", "shipment_date", by_company("customer"), orders_with_part(SalesOrderLineItem)
    ),
    search=("customer.name", "reference", "description", "customer_reference", "project_code.code"),
    ordering={
        **HEADER_ORDERING, "customer__name": "customer.name", "customer_reference": "customer_reference",
        "shipment_date": "shipment_date", "total_price": "total_price",
    },
    default_order=("-reference_int", "-reference"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- lines

ALLOCATED = figures.allocated(SalesOrderAllocation)

SALES_LINE = shape(
    SalesOrderLineItem,
    *line_members(SALES_ORDER_BRIEF),
    line_figure("allocated", ALLOCATED),
    Detail(
        name="customer_detail", via="order.customer", shape=COMPANY_BRIEF, flag="customer_detail", default=False
    ),
    "discount",
    overdue(SALES_TABLES),
    col("part", limited=True),
    linked("part_detail", "part", PART_BRIEF, default=False),
    price_column("sale_price", "Sale Price", "Unit sale price"),
    col("sale_price_currency", required=False),
    col("shipped", read_only=True),
    line_figure("available_stock", figures.available_stock),
    line_figure("available_variant_stock", figures.available_variant_stock),
    line_figure("building", figures.building, "In Production"),
    line_figure("on_order", figures.on_order, "On Order"),
)  # fmt: skip

STILL_OPEN = open_codes(SALES)
DONE = codes([SalesOrderStatus.SHIPPED, SalesOrderStatus.COMPLETE])


def _fully_allocated(row: Source) -> ColumnElement[bool]:
    return ALLOCATED(row) >= row.c.quantity


LINES = lines_of(
    SALES_TABLES, shape=SALES_LINE, can=LINES_CAN,
    list_about="API endpoint for accessing a list of SalesOrderLineItem objects.",
    detail_about="API endpoint for detail view of a SalesOrderLineItem object.",
    filters=(
        *line_filters(SalesOrder, "sale_price"),
        Flag("allocated", _fully_allocated),
        Flag("completed", lambda row: row.c.shipped >= row.c.quantity),
        Flag("order_complete", lambda row: row.column("order.status").in_(DONE)),
        Flag("order_outstanding", lambda row: row.column("order.status").in_(STILL_OPEN)),
        part_with_variants("part", lambda row, is_it: is_it(row.column("part"))),
    ),
    search=("part.name", quantity_search(SalesOrderLineItem), "reference"),
    ordering={
        **LINE_ORDERING, "customer": "order.customer.name", "part": "part.name", "part__name": "part.name",
        "IPN": "part.IPN", "allocated": "allocated", "shipped": "shipped", "sale_price": "sale_price",
        "shipment_date": "order.shipment_date",
    },
)  # fmt: skip

EXTRA_LINES = extra_lines(SALES_TABLES, "order/so-extra-line/", SALES_ORDER_BRIEF, SalesOrderExtraLine)

RESOURCES: tuple[Resource | Endpoint, ...] = (ORDERS, LINES, EXTRA_LINES)
