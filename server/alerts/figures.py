"""The quantities that rules weigh: in stock, promised, on order, used. Each is one grouped subquery over all parts (or
the family that is asked about), never one per part; quantities are exact whole numbers in the database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Subquery,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from server.alerts.declare import Asked
from server.db.columns import QUANTITY_PLACES
from server.db.models.build import Build, BuildItem, BuildLine
from server.db.models.company import SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
)
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockItemTracking, StockLocation
from server.db.types import Fixed
from server.domain.status import ACTIVE_BUILDS, OPEN_PURCHASE_ORDERS, OPEN_SALES_ORDERS, Status, StockHistoryCode
from server.domain.stock import AVAILABLE

__all__ = [
    "DEPARTURES",
    "ITEMS",
    "LOCATIONS",
    "PARTS",
    "PURCHASES",
    "PURCHASE_LINES",
    "SALES",
    "SALES_LINES",
    "SHIPMENTS",
    "SUPPLIED",
    "TRACKING",
    "below",
    "demanded",
    "has_status",
    "in_stock",
    "members",
    "on_order",
    "on_order_lines",
    "promised",
    "promises",
    "stock",
    "used",
    "used_quantity",
]

ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
LOCATIONS: Table = StockLocation.__table__  # type: ignore[assignment]
PARTS: Table = Part.__table__  # type: ignore[assignment]
TRACKING: Table = StockItemTracking.__table__  # type: ignore[assignment]
SUPPLIED: Table = SupplierPart.__table__  # type: ignore[assignment]
PURCHASES: Table = PurchaseOrder.__table__  # type: ignore[assignment]
PURCHASE_LINES: Table = PurchaseOrderLineItem.__table__  # type: ignore[assignment]
SALES: Table = SalesOrder.__table__  # type: ignore[assignment]
SALES_LINES: Table = SalesOrderLineItem.__table__  # type: ignore[assignment]
SHIPMENTS: Table = SalesOrderShipment.__table__  # type: ignore[assignment]
_ALLOCATED: Table = SalesOrderAllocation.__table__  # type: ignore[assignment]
_BUILT: Table = BuildItem.__table__  # type: ignore[assignment]
_BUILD_LINES: Table = BuildLine.__table__  # type: ignore[assignment]
_BUILDS: Table = Build.__table__  # type: ignore[assignment]
_PACK_SCALE = 10.0**10

DEPARTURES = (
    StockHistoryCode.STOCK_REMOVE, StockHistoryCode.BUILD_CONSUMED, StockHistoryCode.SHIPPED_AGAINST_SALES_ORDER,
    StockHistoryCode.SENT_TO_CUSTOMER,
)  # fmt: skip
"""The entries of the history that say that stock was used."""


def has_status(table: FromClause, statuses: Iterable[Status]) -> ColumnElement[bool]:
    return table.c.status.in_([int(one) for one in statuses])


def in_stock(item: FromClause) -> ColumnElement[bool]:
    """Whether a stock item counts: some of it is here, usable, and not sold, installed, used up or being built."""
    return and_(
        item.c.quantity > 0, has_status(item, sorted(AVAILABLE)), item.c.sales_order_id.is_(None),
        item.c.customer_id.is_(None), item.c.belongs_to_id.is_(None), item.c.consumed_by_id.is_(None),
        item.c.is_building.is_(False),
    )  # fmt: skip


def below(node: FromClause, root: FromClause) -> ColumnElement[bool]:
    """Whether a node of a tree is the root or below it (trees keep a path of keys, see server/db/trees.py)."""
    path = root.c.tree_path
    stop = func.substr(path, 1, func.length(path) - 1).concat("0")
    return and_(node.c.tree_path >= path, node.c.tree_path < stop)


def members(*conditions: Callable[[FromClause], ColumnElement[bool]]) -> Subquery:
    """root, part: the parts that fulfil the conditions, each with itself and all its variants. Templates are few: only
    for them the tree is asked."""
    root, child = PARTS.alias("root"), PARTS.alias("child")
    fits = [condition(root) for condition in conditions]
    alone = select(root.c.pk.label("root"), root.c.pk.label("part")).where(root.c.is_template.is_(False), *fits)
    joined = root.join(child, below(child, root))
    families = select(root.c.pk, child.c.pk).select_from(joined).where(root.c.is_template.is_(True), *fits)
    return union_all(alone, families).subquery("members")


def stock(asked: Asked) -> Subquery:
    """part_id, quantity, moved: what is in stock of each part that is, and when its items were last written."""
    held = select(
        ITEMS.c.part_id, func.sum(ITEMS.c.quantity).label("quantity"), func.max(ITEMS.c.updated).label("moved")
    )
    return held.where(in_stock(ITEMS), *asked.in_family(ITEMS.c.part_id)).group_by(ITEMS.c.part_id).subquery("stock")


def promises(asked: Asked) -> Subquery:
    """item_id, part_id, location_id, quantity: what is promised to open sales orders (and not shipped) and builds."""
    sales = (
        _ALLOCATED.join(ITEMS, ITEMS.c.pk == _ALLOCATED.c.item_id)
        .join(SALES_LINES, SALES_LINES.c.pk == _ALLOCATED.c.line_id)
        .join(SALES, SALES.c.pk == SALES_LINES.c.order_id)
        .outerjoin(SHIPMENTS, SHIPMENTS.c.pk == _ALLOCATED.c.shipment_id)
    )
    builds = (
        _BUILT.join(ITEMS, ITEMS.c.pk == _BUILT.c.stock_item_id)
        .join(_BUILD_LINES, _BUILD_LINES.c.pk == _BUILT.c.build_line_id)
        .join(_BUILDS, _BUILDS.c.pk == _BUILD_LINES.c.build_id)
    )
    whose = asked.in_family(ITEMS.c.part_id)
    names = (ITEMS.c.pk.label("item_id"), ITEMS.c.part_id, ITEMS.c.location_id)
    sold = select(*names, _ALLOCATED.c.quantity).select_from(sales)
    made = select(*names, _BUILT.c.quantity).select_from(builds)
    return union_all(
        sold.where(has_status(SALES, OPEN_SALES_ORDERS), SHIPMENTS.c.shipment_date.is_(None), *whose),
        made.where(has_status(_BUILDS, ACTIVE_BUILDS), *whose),
    ).subquery("promises")


def _summed(source: FromClause, name: str) -> Subquery:
    total = func.sum(source.c.quantity).label("quantity")
    return select(source.c.part_id, total).group_by(source.c.part_id).subquery(name)


def promised(asked: Asked) -> Subquery:
    """part_id, quantity: what is promised of each part."""
    return _summed(promises(asked), "promised")


def on_order_lines(asked: Asked) -> Subquery:
    """part_id, destination_id, due, quantity: what each line of an open purchase order has still to bring, in units of
    the part."""
    # In floats: a quantity times a pack size, both as whole numbers, would not fit 64 bits.
    packs = cast(PURCHASE_LINES.c.quantity, Double) - cast(PURCHASE_LINES.c.received, Double)
    units = packs * (cast(SUPPLIED.c.pack_quantity_native, Double) / _PACK_SCALE)
    joined = PURCHASE_LINES.join(SUPPLIED, SUPPLIED.c.pk == PURCHASE_LINES.c.part_id).join(
        PURCHASES, PURCHASES.c.pk == PURCHASE_LINES.c.order_id
    )
    return (
        select(
            SUPPLIED.c.part_id,
            func.coalesce(PURCHASE_LINES.c.destination_id, PURCHASES.c.destination_id).label("destination_id"),
            func.coalesce(PURCHASE_LINES.c.target_date, PURCHASES.c.target_date).label("due"),
            type_coerce(units, Fixed(QUANTITY_PLACES)).label("quantity"),
        )
        .select_from(joined)
        .where(
            has_status(PURCHASES, OPEN_PURCHASE_ORDERS), PURCHASE_LINES.c.quantity > PURCHASE_LINES.c.received,
            *asked.in_family(SUPPLIED.c.part_id),
        )
        .subquery("coming")
    )  # fmt: skip


def on_order(asked: Asked) -> Subquery:
    """part_id, quantity: what is still to come of each part."""
    return _summed(on_order_lines(asked), "on_order")


def demanded(asked: Asked) -> Subquery:
    """part_id, quantity: what open sales orders have still to get of each part."""
    missing = type_coerce(SALES_LINES.c.quantity - SALES_LINES.c.shipped, Fixed(QUANTITY_PLACES))
    lines = select(SALES_LINES.c.part_id, func.sum(missing).label("quantity")).select_from(
        SALES_LINES.join(SALES, SALES.c.pk == SALES_LINES.c.order_id)
    )
    wanted = lines.where(
        has_status(SALES, OPEN_SALES_ORDERS), SALES_LINES.c.quantity > SALES_LINES.c.shipped,
        SALES_LINES.c.part_id.is_not(None), *asked.in_family(SALES_LINES.c.part_id),
    )  # fmt: skip
    return wanted.group_by(SALES_LINES.c.part_id).subquery("demanded")


def used_quantity() -> ColumnElement[Any]:
    """How much of a part an entry of the history used, as a float."""
    deltas = TRACKING.c.deltas
    removed: ColumnElement[Any] = deltas["removed"].as_float()
    return case(
        (TRACKING.c.tracking_type == int(StockHistoryCode.STOCK_REMOVE), removed), else_=deltas["quantity"].as_float()
    )


def used(asked: Asked, since: datetime, codes: Sequence[StockHistoryCode] = DEPARTURES) -> Subquery:
    """part_id, quantity (a float), times: what was used of each part since then, and by how many entries."""
    quantity = func.sum(func.coalesce(used_quantity(), literal(0.0))).label("quantity")
    entries = select(TRACKING.c.part_id, quantity, func.count().label("times")).where(
        TRACKING.c.date > since, TRACKING.c.tracking_type.in_([int(code) for code in codes]),
        TRACKING.c.part_id.is_not(None), *asked.in_family(TRACKING.c.part_id),
    )  # fmt: skip
    return entries.group_by(TRACKING.c.part_id).subquery("used")
