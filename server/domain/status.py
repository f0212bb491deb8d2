"""The status codes of InvenTree 532: what each number means, its label and its colour.

Each class is an `IntEnum` whose members also have `label` and `color`; `STATUS_CLASSES` finds a class by the name that
clients use for it (`/api/generic/status/<name>/`).
"""

from enum import IntEnum
from typing import Any, Self

__all__ = [
    "ACTIVE_BUILDS",
    "OPEN_PURCHASE_ORDERS",
    "OPEN_SALES_ORDERS",
    "STATUS_CLASSES",
    "BuildStatus",
    "DataImportStatusCode",
    "LabelPrinterStatus",
    "MachineStatus",
    "PurchaseOrderStatus",
    "ReturnOrderLineStatus",
    "ReturnOrderStatus",
    "SalesOrderStatus",
    "Status",
    "StockHistoryCode",
    "StockStatus",
    "TransferOrderStatus",
    "describe",
]


class Status(IntEnum):
    """The base of all status classes; a member is written as (key, label, color)."""

    label: str
    color: str

    def __new__(cls, key: int, label: str, color: str = "secondary") -> Self:
        member = int.__new__(cls, key)
        member._value_ = key
        member.label = label
        member.color = color
        return member

    @classmethod
    def text(cls, key: int | None) -> str | None:
        """The label of `key`; None for a key that is not in the class."""
        return next((member.label for member in cls if member == key), None)


class StockStatus(Status):
    """What state a stock item is in."""

    OK = 10, "OK", "success"
    ATTENTION = 50, "Attention needed", "warning"
    DAMAGED = 55, "Damaged", "warning"
    DESTROYED = 60, "Destroyed", "danger"
    REJECTED = 65, "Rejected", "danger"
    LOST = 70, "Lost", "dark"
    QUARANTINED = 75, "Quarantined", "info"
    RETURNED = 85, "Returned", "warning"


class StockHistoryCode(Status):
    """What kind of change a tracking entry records."""

    LEGACY = 0, "Legacy stock tracking entry"
    CREATED = 1, "Stock item created"
    EDITED = 5, "Edited stock item"
    ASSIGNED_SERIAL = 6, "Assigned serial number"
    STOCK_COUNT = 10, "Stock counted"
    STOCK_ADD = 11, "Stock manually added"
    STOCK_REMOVE = 12, "Stock manually removed"
    STOCK_SERIALIZED = 13, "Serialized stock items"
    RETURNED_TO_STOCK = 15, "Returned to stock"
    STOCK_MOVE = 20, "Location changed"
    STOCK_UPDATE = 25, "Stock updated"
    INSTALLED_INTO_ASSEMBLY = 30, "Installed into assembly"
    REMOVED_FROM_ASSEMBLY = 31, "Removed from assembly"
    INSTALLED_CHILD_ITEM = 35, "Installed component item"
    REMOVED_CHILD_ITEM = 36, "Removed component item"
    SPLIT_FROM_PARENT = 40, "Split from parent item"
    SPLIT_CHILD_ITEM = 42, "Split child item"
    MERGED_STOCK_ITEMS = 45, "Merged stock items"
    DISASSEMBLED = 46, "Disassembled into components"
    CREATED_FROM_DISASSEMBLY = 47, "Created from disassembly"
    CONVERTED_TO_VARIANT = 48, "Converted to variant"
    BUILD_OUTPUT_CREATED = 50, "Build order output created"
    BUILD_OUTPUT_COMPLETED = 55, "Build order output completed"
    BUILD_OUTPUT_REJECTED = 56, "Build order output rejected"
    BUILD_CONSUMED = 57, "Consumed by build order"
    SHIPPED_AGAINST_SALES_ORDER = 60, "Shipped against Sales Order"
    RECEIVED_AGAINST_PURCHASE_ORDER = 70, "Received against Purchase Order"
    RETURNED_AGAINST_RETURN_ORDER = 80, "Returned against Return Order"
    SENT_TO_CUSTOMER = 100, "Sent to customer"
    RETURNED_FROM_CUSTOMER = 105, "Returned from customer"


class PurchaseOrderStatus(Status):
    """How far a purchase order has come."""

    PENDING = 10, "Pending"
    PLACED = 20, "Placed", "primary"
    ON_HOLD = 25, "On Hold", "warning"
    COMPLETE = 30, "Complete", "success"
    CANCELLED = 40, "Cancelled", "danger"
    LOST = 50, "Lost", "warning"
    RETURNED = 60, "Returned", "warning"


class SalesOrderStatus(Status):
    """How far a sales order has come."""

    PENDING = 10, "Pending"
    IN_PROGRESS = 15, "In Progress", "primary"
    SHIPPED = 20, "Shipped", "primary"
    ON_HOLD = 25, "On Hold", "warning"
    COMPLETE = 30, "Complete", "success"
    CANCELLED = 40, "Cancelled", "danger"
    LOST = 50, "Lost", "warning"
    RETURNED = 60, "Returned", "warning"


class ReturnOrderStatus(Status):
    """How far a return order has come."""

    PENDING = 10, "Pending"
    IN_PROGRESS = 20, "In Progress", "primary"
    ON_HOLD = 25, "On Hold", "warning"
    COMPLETE = 30, "Complete", "success"
    CANCELLED = 40, "Cancelled", "danger"


class ReturnOrderLineStatus(Status):
    """What was decided about a returned item."""

    PENDING = 10, "Pending"
    RETURN = 20, "Return", "success"
    REPAIR = 30, "Repair", "primary"
    REPLACE = 40, "Replace", "warning"
    REFUND = 50, "Refund", "info"
    REJECT = 60, "Reject", "danger"


class TransferOrderStatus(Status):
    """How far a transfer order has come."""

    PENDING = 10, "Pending"
    ISSUED = 20, "Issued", "primary"
    ON_HOLD = 25, "On Hold", "warning"
    COMPLETE = 30, "Complete", "success"
    CANCELLED = 40, "Cancelled", "danger"


class BuildStatus(Status):
    """How far a build order has come. (Cancelled and complete are the other way round than for orders.)"""

    PENDING = 10, "Pending"
    PRODUCTION = 20, "Production", "primary"
    ON_HOLD = 25, "On Hold", "warning"
    CANCELLED = 30, "Cancelled", "danger"
    COMPLETE = 40, "Complete", "success"


class MachineStatus(Status):
    """What state a machine is in; each kind of machine has its own."""


class LabelPrinterStatus(Status):
    """What state a label printer is in."""

    CONNECTED = 100, "Connected", "success"
    UNKNOWN = 101, "Unknown"
    PRINTING = 110, "Printing", "primary"
    WARNING = 200, "Warning", "warning"
    NO_MEDIA = 301, "No media", "warning"
    PAPER_JAM = 302, "Paper jam", "warning"
    DISCONNECTED = 400, "Disconnected", "danger"
    ERROR = 500, "Error", "danger"


class DataImportStatusCode(Status):
    """How far an import session has come."""

    INITIAL = 0, "Initializing"
    MAPPING = 10, "Mapping Columns", "primary"
    IMPORTING = 20, "Importing Data", "primary"
    PROCESSING = 30, "Processing Data", "primary"
    COMPLETE = 40, "Complete", "success"


# What still is to come, to go or to be built.
OPEN_PURCHASE_ORDERS = (PurchaseOrderStatus.PENDING, PurchaseOrderStatus.ON_HOLD, PurchaseOrderStatus.PLACED)
OPEN_SALES_ORDERS = (SalesOrderStatus.PENDING, SalesOrderStatus.ON_HOLD, SalesOrderStatus.IN_PROGRESS)
ACTIVE_BUILDS = (BuildStatus.PENDING, BuildStatus.ON_HOLD, BuildStatus.PRODUCTION)

# In the order in which `/api/generic/status/` gives them.
STATUS_CLASSES: dict[str, type[Status]] = {
    kind.__name__: kind
    for kind in (
        StockHistoryCode,
        ReturnOrderLineStatus,
        SalesOrderStatus,
        PurchaseOrderStatus,
        StockStatus,
        MachineStatus,
        LabelPrinterStatus,
        BuildStatus,
        ReturnOrderStatus,
        TransferOrderStatus,
        DataImportStatusCode,
    )
}


def describe(name: str) -> dict[str, Any]:
    """The status class `name` as clients get it: `{"status_class", "values": {NAME: {"key", "name", "label",
    "color"}}}`. Raises KeyError for a name that is not in STATUS_CLASSES."""
    values = {
        member.name: {"key": int(member), "name": member.name, "label": member.label, "color": member.color}
        for member in STATUS_CLASSES[name]
    }
    return {"status_class": name, "values": values}
