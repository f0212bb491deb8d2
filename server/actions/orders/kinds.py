"""The tables of each kind of order."""

from dataclasses import dataclass
from typing import Any

from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderExtraLine,
    PurchaseOrderLineItem,
    ReturnOrder,
    ReturnOrderExtraLine,
    ReturnOrderLineItem,
    SalesOrder,
    SalesOrderExtraLine,
    SalesOrderLineItem,
    TransferOrder,
    TransferOrderLineItem,
)
from workflow.orders import PURCHASE, RETURN, SALES, TRANSFER, OrderKind

__all__ = [
    "ALL_TABLES",
    "PURCHASE_TABLES",
    "RETURN_TABLES",
    "SALES_TABLES",
    "TRANSFER_TABLES",
    "OrderTables",
    "tables_of",
]


@dataclass(frozen=True, slots=True)
class OrderTables:
    """A kind of order and where it is kept. `label` names it among all objects, `company` is the column of who it is
    with, `price` the column of its lines' price, `done` that of what has been done of a line; None where it has none.
    """

    kind: OrderKind
    label: str
    order: Any
    line: Any
    extra_line: Any | None
    company: str | None
    price: str | None
    done: str | None


PURCHASE_TABLES = OrderTables(
    PURCHASE, "order.purchaseorder", PurchaseOrder, PurchaseOrderLineItem, PurchaseOrderExtraLine, "supplier_id",
    "purchase_price", "received",
)  # fmt: skip
SALES_TABLES = OrderTables(
    SALES, "order.salesorder", SalesOrder, SalesOrderLineItem, SalesOrderExtraLine, "customer_id", "sale_price",
    "shipped",
)  # fmt: skip
RETURN_TABLES = OrderTables(
    RETURN, "order.returnorder", ReturnOrder, ReturnOrderLineItem, ReturnOrderExtraLine, "customer_id", "price", None
)
TRANSFER_TABLES = OrderTables(
    TRANSFER, "order.transferorder", TransferOrder, TransferOrderLineItem, None, None, None, "transferred"
)
ALL_TABLES = (PURCHASE_TABLES, SALES_TABLES, RETURN_TABLES, TRANSFER_TABLES)


def tables_of(model: type[Any]) -> OrderTables:
    """The tables of the kind that an order, a line or an extra line is of. Raises LookupError."""
    for tables in ALL_TABLES:
        if model in (tables.order, tables.line, tables.extra_line):
            return tables
    raise LookupError(f"{model.__name__} belongs to no order")
