"""The shapes of the four kinds of orders, on their own (`PURCHASE_ORDER`) and inside other objects (`..._BRIEF`)."""

from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    ReturnOrder,
    ReturnOrderLineItem,
    SalesOrder,
    SalesOrderLineItem,
    TransferOrder,
    TransferOrderLineItem,
)
from server.domain.status import ReturnOrderLineStatus
from server.resources.location import LOCATION_DETAIL
from server.resources.order_figures import allocated_lines, count_of, shipments
from server.resources.order_header import OrderFigures, company_members, figure, header, nested, total
from server.resources.part_figures import codes
from server.rest import fields as f
from server.rest.query import Detail, Joined
from server.rest.resource import col
from workflow.orders import PURCHASE, RETURN, SALES, TRANSFER

__all__ = [
    "PURCHASE_ORDER",
    "PURCHASE_ORDER_BRIEF",
    "RETURN_ORDER",
    "RETURN_ORDER_BRIEF",
    "SALES_ORDER",
    "SALES_ORDER_BRIEF",
    "TRANSFER_ORDER",
    "TRANSFER_ORDER_BRIEF",
]

UPDATED = col("updated_at", read_only=True)

PURCHASE_ORDER = header(
    PurchaseOrder, PURCHASE,
    OrderFigures(
        count_of(PurchaseOrderLineItem, "order_id"),
        count_of(PurchaseOrderLineItem, "order_id", lambda line: line.quantity <= line.received),
    ),
    col("complete_date", read_only=True),
    *company_members("supplier", required=True),
    "supplier_reference",
    Joined(name="supplier_name", path="supplier.name", field=f.String(label="Supplier Name", read_only=True)),
    *total(),
    "destination",
    UPDATED,
    copies=("copy_parameters", "copy_lines", "copy_extra_lines"), label="order.purchaseorder",
    set_by_server=("issue_date",),
)  # fmt: skip

SALES_ORDER = header(
    SalesOrder, SALES,
    OrderFigures(
        count_of(SalesOrderLineItem, "order_id"),
        count_of(SalesOrderLineItem, "order_id", lambda line: line.quantity <= line.shipped),
    ),
    *company_members("customer"),
    "customer_reference",
    col("shipment_date", read_only=True),
    *total(),
    figure("shipments_count", "Shipments", shipments()),
    figure(
        "completed_shipments_count", "Completed Shipments", shipments(lambda sent: sent.shipment_date.is_not(None))
    ),
    figure("allocated_lines", "Allocated Lines", allocated_lines),
    UPDATED,
    copies=("copy_parameters", "copy_lines", "copy_extra_lines"), label="order.salesorder",
)  # fmt: skip

RETURN_ORDER = header(
    ReturnOrder, RETURN,
    OrderFigures(
        count_of(ReturnOrderLineItem, "order_id"),
        count_of(
            ReturnOrderLineItem, "order_id", lambda line: line.outcome.not_in(codes([ReturnOrderLineStatus.PENDING]))
        ),
    ),
    "complete_date",
    *company_members("customer"),
    "customer_reference",
    *reversed(total()),
    UPDATED,
    copies=("copy_parameters", "copy_extra_lines"), label="order.returnorder",
)  # fmt: skip

TRANSFER_ORDER = header(
    TransferOrder, TRANSFER,
    OrderFigures(
        count_of(TransferOrderLineItem, "order_id"),
        count_of(TransferOrderLineItem, "order_id", lambda line: line.quantity <= line.transferred),
    ),
    "take_from",
    Detail(name="take_from_detail", via="take_from", shape=LOCATION_DETAIL),
    "destination",
    Detail(name="destination_detail", via="destination", shape=LOCATION_DETAIL),
    "consume",
    "complete_date",
    copies=("copy_parameters", "copy_lines"), label="order.transferorder",
)  # fmt: skip

PURCHASE_ORDER_BRIEF = nested(PURCHASE_ORDER)
SALES_ORDER_BRIEF = nested(SALES_ORDER)
RETURN_ORDER_BRIEF = nested(RETURN_ORDER)
TRANSFER_ORDER_BRIEF = nested(TRANSFER_ORDER)
