"""Where InvenTree has what is not served here (yet): forms name these addresses for their choices."""

from server.db.models.build import Build
from server.db.models.order import PurchaseOrder, ReturnOrder, SalesOrder, TransferOrder
from server.rest.resource import name_address

__all__: list[str] = []

for _model, _path in (
    (Build, "build/"),
    (PurchaseOrder, "order/po/"),
    (ReturnOrder, "order/ro/"),
    (SalesOrder, "order/so/"),
    (TransferOrder, "order/transfer-order/"),
):
    name_address(_model, _path)
