"""Transfer orders and their lines."""

from sqlalchemy import ColumnElement

from server.actions.orders.kinds import TRANSFER_TABLES
from server.db.models.order import TransferOrder, TransferOrderAllocation, TransferOrderLineItem
from server.domain.status import TransferOrderStatus
from server.resources import order_figures as figures
from server.resources.briefs import PART_BRIEF
from server.resources.order_briefs import TRANSFER_ORDER, TRANSFER_ORDER_BRIEF
from server.resources.order_entry import orders
from server.resources.order_filters import (
    HEADER_ORDERING,
    LINE_ORDERING,
    header_filters,
    line_filters,
    open_codes,
    orders_with_part,
    part_with_variants,
    quantity_search,
)
from server.resources.order_header import linked
from server.resources.order_lines import LINES_CAN, line_figure, line_members, lines_of, overdue
from server.resources.part_figures import codes
from server.resources.statuses import status_endpoint
from server.rest.access import Role
from server.rest.filters import Flag
from server.rest.query import Source
from server.rest.resource import Endpoint, Resource, col, shape
from workflow.orders import TRANSFER

__all__ = ["RESOURCES", "TRANSFER_LINE"]

ORDERS = orders(
    TRANSFER_TABLES, access=Role("transfer_order"), shape=TRANSFER_ORDER,
    list_about="API endpoint for accessing a list of TransferOrder objects.\n\n"
    "- GET: Return list of TransferOrder objects (with filters)\n- POST: Create a new TransferOrder",
    detail_about="API endpoint for detail view of a TransferOrder object.",
    filters=header_filters(
        TRANSFER, "order.transferorder", "complete_date", orders_with_part(TransferOrderLineItem)
    ),
    search=("reference", "description", "project_code.code"),
    ordering={**HEADER_ORDERING, "complete_date": "complete_date"},
    default_order=("-reference_int", "-reference"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- lines

ALLOCATED = figures.allocated(TransferOrderAllocation)

TRANSFER_LINE = shape(
    TransferOrderLineItem,
    *line_members(TRANSFER_ORDER_BRIEF),
    line_figure("allocated", ALLOCATED),
    overdue(TRANSFER_TABLES),
    col("part", limited=True),
    linked("part_detail", "part", PART_BRIEF, default=False),
    col("transferred", read_only=True),
    line_figure("available_stock", figures.available_stock),
    line_figure("available_variant_stock", figures.available_variant_stock),
    line_figure("building", figures.building, "In Production"),
    line_figure("on_order", figures.on_order, "On Order"),
)  # fmt: skip

STILL_OPEN = open_codes(TRANSFER)
DONE = codes([TransferOrderStatus.COMPLETE])


def _fully_allocated(row: Source) -> ColumnElement[bool]:
    return ALLOCATED(row) >= row.c.quantity


LINES = lines_of(
    TRANSFER_TABLES, shape=TRANSFER_LINE, can=LINES_CAN,
    list_about="API endpoint for accessing a list of TransferOrderLineItem objects.",
    detail_about="API endpoint for detail view of a TransferOrderLineItem object.",
    filters=(
        *line_filters(TransferOrder, ""),
        Flag("allocated", _fully_allocated),
        Flag("completed", lambda row: row.c.transferred >= row.c.quantity),
        Flag("order_complete", lambda row: row.column("order.status").in_(DONE)),
        Flag("order_outstanding", lambda row: row.column("order.status").in_(STILL_OPEN)),
        part_with_variants("part", lambda row, is_it: is_it(row.column("part"))),
    ),
    search=("part.name", quantity_search(TransferOrderLineItem), "reference"),
    ordering={
        **LINE_ORDERING, "part": "part.name", "part__name": "part.name", "allocated": "allocated",
        "transferred": "transferred",
    },
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (
    ORDERS,
    LINES,
    status_endpoint("order/transfer-order/status/", "TransferOrderStatus"),
)
