"""The kinds of objects that others can point to without a foreign key: attachments, parameters, tags, barcodes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from server.db.columns import Base
from server.db.models.build import Build
from server.db.models.company import Company, ManufacturerPart, SupplierPart
from server.db.models.order import PurchaseOrder, ReturnOrder, SalesOrder, SalesOrderShipment, TransferOrder
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem, StockLocation
from server.domain.roles import roles_covering

__all__ = ["TARGETS", "Asking", "Target", "labels_open_to", "may", "target_of"]


@dataclass(frozen=True)
class Target:
    """A kind of object. `label` names it among all ("stock.stockitem"), `code` in short barcodes, `web` is where
    InvenTree's own pages show one."""

    label: str
    title: str
    model: type[Base]
    code: str = ""
    web: str = ""
    attachments: bool = False

    @cached_property
    def name(self) -> str:
        """ "stockitem" """
        return self.label.partition(".")[2]

    @cached_property
    def roles(self) -> tuple[str, ...]:
        return roles_covering(self.label)


TARGETS = (
    Target("build.build", "Build Order", Build, "BO", "manufacturing/build-order", True),
    Target("company.company", "Company", Company, "", "company", True),
    Target(
        "company.manufacturerpart", "Manufacturer Part", ManufacturerPart, "MP", "purchasing/manufacturer-part", True
    ),
    Target("company.supplierpart", "Supplier Part", SupplierPart, "SP", "purchasing/supplier-part", True),
    Target("order.purchaseorder", "Purchase Order", PurchaseOrder, "PO", "purchasing/purchase-order", True),
    Target("order.returnorder", "Return Order", ReturnOrder, "RO", "sales/return-order", True),
    Target("order.salesorder", "Sales Order", SalesOrder, "SO", "sales/sales-order", True),
    Target("order.salesordershipment", "Sales Order Shipment", SalesOrderShipment, "SH", "sales/shipment", True),
    Target("order.transferorder", "Transfer Order", TransferOrder, "TO", "stock/transfer-order", True),
    Target("part.part", "Part", Part, "PA", "part", True),
    Target("part.partcategory", "Part Category", PartCategory, "", "part/category"),
    Target("stock.stockitem", "Stock Item", StockItem, "SI", "stock/item", True),
    Target("stock.stocklocation", "Stock Location", StockLocation, "SL", "stock/location"),
)

_BY_NAME = {name: target for target in TARGETS for name in (target.name, target.label)}


class Asking(Protocol):
    """A user, as far as permissions go."""

    def may(self, role: str, verb: str) -> bool: ...


def target_of(name: str) -> Target | None:
    """The kind that goes by a name ("stockitem") or label ("stock.stockitem")."""
    return _BY_NAME.get(name.lower())


def may(user: Asking, label: str, verb: str) -> bool:
    """Whether a user may view, add, change or delete objects of a kind. What no role decides over is open to all who
    signed in."""
    roles = roles_covering(label)
    return not roles or any(user.may(role, verb) for role in roles)


def labels_open_to(user: Asking, verb: str = "view", among: Iterable[Target] = TARGETS) -> list[Target]:
    """The kinds that a user may do something with."""
    return [target for target in among if any(user.may(role, verb) for role in target.roles)]
