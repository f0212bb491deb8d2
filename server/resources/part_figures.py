"""The figures of a part that are worked out from stock, orders and builds, as InvenTree defines them.

Each function takes the part's place in a statement (the root of a part list, or `row.via("sub_part")` of a bill of
materials) and gives a correlated subquery over indexed columns. Quantities keep the type of their column, so they are
exact whole numbers in the database and JSON numbers in the answer.
"""

from collections.abc import Callable, Iterable
from functools import cache
from operator import ge, gt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from server.db.columns import QUANTITY_PLACES, Base
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
from server.db.models.part import BomItem, Part, PartCategory
from server.db.models.part_pricing import PartPricing
from server.db.models.stock import StockItem, StockLocation
from server.db.types import Fixed
from server.domain.status import ACTIVE_BUILDS, OPEN_PURCHASE_ORDERS, OPEN_SALES_ORDERS, Status
from server.domain.stock import AVAILABLE
from server.resources.trees import tree_stop
from server.rest.query import Source

__all__ = [
    "ONE",
    "Which",
    "above_zero",
    "alias_of",
    "allocated_to_builds",
    "allocated_to_sales",
    "building",
    "category_default_location",
    "codes",
    "external_stock",
    "free_stock",
    "has_status",
    "in_stock",
    "is_in_stock",
    "itself",
    "on_order",
    "pricing_of",
    "required_for_builds",
    "required_for_sales",
    "revision_count",
    "scheduled_to_build",
    "stock_item_count",
    "sum_over",
    "total_in_stock",
    "unallocated_stock",
    "variant_allocations",
    "variant_stock",
    "variants",
    "with_variants",
]

Expression = ColumnElement[Any]
ONE = 10**QUANTITY_PLACES
_PACK_SCALE = 10.0**10


@cache
def alias_of(model: type[Base], name: str) -> FromClause:
    """A table under another name. Making one takes longer than the rest of a subquery, so each is made once."""
    return model.__table__.alias(name)


def codes(statuses: Iterable[Status]) -> list[Expression]:
    """Status codes as SQL: they are part of the statement, so that it is compiled once."""
    return [literal_column(str(int(status))) for status in statuses]


def has_status(table: FromClause, statuses: Iterable[Status]) -> Expression:
    """Whether a row has one of the statuses. "+ 0" keeps the index of the status out of it: nearly all rows have one of
    these, the part is what narrows."""
    return (table.c.status + literal_column("0")).in_(codes(statuses))


def above_zero(quantity: Expression) -> Expression:
    """The quantity, or 0 where it is negative."""
    zero: Expression = literal_column("0")
    return type_coerce(case((quantity > zero, quantity), else_=zero), Fixed(QUANTITY_PLACES))


Which = Callable[[Source, Expression], Expression]
"""Whether a column holds the key of the part, or of one that counts with it."""


def itself(part: Source, key: Expression) -> Expression:
    """Only the part."""
    return key == part.c.pk


def _below(part: Source, start: Callable[[Expression, Expression], Expression]) -> Select[Any]:
    other = alias_of(Part, "below")
    path = part.c.tree_path
    inside = select(other.c.pk).where(start(other.c.tree_path, path), other.c.tree_path < tree_stop(path))
    return inside.correlate(part.table)


def variants(part: Source, key: Expression) -> Expression:
    """The variants of the part, all the way down, without the part."""
    return key.in_(_below(part, gt))


def with_variants(part: Source, key: Expression) -> Expression:
    """The part and its variants."""
    return key.in_(_below(part, ge))


def is_in_stock(item: FromClause) -> Expression:
    """Whether a stock item counts: there is some of it, here and usable, and it is not sold, installed, used up or
    being built."""
    return and_(
        item.c.quantity > literal_column("0"),
        has_status(item, sorted(AVAILABLE)),
        item.c.sales_order_id.is_(None),
        item.c.customer_id.is_(None),
        item.c.belongs_to_id.is_(None),
        item.c.consumed_by_id.is_(None),
        item.c.is_building.is_(False),
    )


def sum_over(quantity: Expression, *, of: FromClause, where: Iterable[Expression], part: Source) -> Expression:
    """The sum of a quantity over joined rows, 0 where there are none."""
    total = type_coerce(func.coalesce(func.sum(quantity), literal_column("0")), Fixed(QUANTITY_PLACES))
    return select(total).select_from(of).where(*where).correlate(part.table).scalar_subquery()


# ------------------------------------------------------------------------------------------------------------ stock


def in_stock(part: Source, which: Which = itself) -> Expression:
    """How much is in stock."""
    item = alias_of(StockItem, "held")
    return sum_over(item.c.quantity, of=item, where=(which(part, item.c.part_id), is_in_stock(item)), part=part)


def external_stock(part: Source) -> Expression:
    """How much of that lies in external locations."""
    item, place = alias_of(StockItem, "held"), alias_of(StockLocation, "place")
    return sum_over(
        item.c.quantity, of=item.join(place, place.c.pk == item.c.location_id), part=part,
        where=(item.c.part_id == part.c.pk, place.c.external.is_(True), is_in_stock(item)),
    )  # fmt: skip


def variant_stock(part: Source) -> Expression:
    """How much is in stock of the part's variants, all the way down."""
    return in_stock(part, variants)


def variant_allocations(part: Source) -> Expression:
    """How much of the variants' stock is promised to builds and sales orders, of any state."""
    item = alias_of(StockItem, "held")
    built, sold = alias_of(BuildItem, "promised"), alias_of(SalesOrderAllocation, "promised")
    counted = (variants(part, item.c.part_id), is_in_stock(item))
    return sum_over(
        built.c.quantity, of=item.join(built, built.c.stock_item_id == item.c.pk), where=counted, part=part
    ) + sum_over(sold.c.quantity, of=item.join(sold, sold.c.item_id == item.c.pk), where=counted, part=part)


def stock_item_count(part: Source) -> Expression:
    """How many stock items the part has, in stock or not."""
    item = alias_of(StockItem, "held")
    return _count(select(func.count()).select_from(item).where(item.c.part_id == part.c.pk), part)


def total_in_stock(part: Source) -> Expression:
    """What is in stock of the part and its variants."""
    return type_coerce(in_stock(part) + variant_stock(part), Fixed(QUANTITY_PLACES))


def free_stock(part: Source) -> Expression:
    """What is in stock of the part and its variants, less what is promised; negative where too much is promised."""
    return total_in_stock(part) - allocated_to_sales(part) - allocated_to_builds(part)


def unallocated_stock(part: Source) -> Expression:
    """What is in stock of the part and its variants and not promised to anybody, never below 0."""
    return above_zero(free_stock(part))


# --------------------------------------------------------------------------------------------------- orders, builds


def on_order(part: Source) -> Expression:
    """How much is still to come from open purchase orders, in units of the part."""
    sold, line = alias_of(SupplierPart, "supplied"), alias_of(PurchaseOrderLineItem, "line")
    order = alias_of(PurchaseOrder, "ordered")
    joined = sold.join(line, line.c.part_id == sold.c.pk).join(order, order.c.pk == line.c.order_id)
    # In floats: a quantity times a pack size, both as whole numbers, would not fit 64 bits.
    outstanding = (cast(line.c.quantity, Double) - cast(line.c.received, Double)) * (
        cast(sold.c.pack_quantity_native, Double) / literal_column(str(_PACK_SCALE))
    )
    return sum_over(
        outstanding, of=joined, part=part,
        where=(
            sold.c.part_id == part.c.pk, has_status(order, OPEN_PURCHASE_ORDERS),
            line.c.quantity > line.c.received,
        ),
    )  # fmt: skip


def building(part: Source, which: Which = itself) -> Expression:
    """How much lies in unfinished outputs of active builds."""
    item, build = alias_of(StockItem, "held"), alias_of(Build, "build")
    return sum_over(
        item.c.quantity, of=item.join(build, build.c.pk == item.c.build_id), part=part,
        where=(
            which(part, item.c.part_id), item.c.is_building.is_(True), has_status(build, ACTIVE_BUILDS),
        ),
    )  # fmt: skip


def scheduled_to_build(part: Source, which: Which = itself) -> Expression:
    """How much active builds of the part have still to make."""
    build = alias_of(Build, "build")
    left = build.c.quantity - build.c.completed * literal_column(str(ONE))
    return sum_over(
        above_zero(left), of=build, part=part,
        where=(which(part, build.c.part_id), has_status(build, ACTIVE_BUILDS)),
    )  # fmt: skip


def required_for_builds(part: Source) -> Expression:
    """How much of the part the lines of active builds ask for."""
    used, line = alias_of(BomItem, "used"), alias_of(BuildLine, "line")
    build = alias_of(Build, "build")
    joined = used.join(line, line.c.bom_item_id == used.c.pk).join(build, build.c.pk == line.c.build_id)
    return sum_over(
        line.c.quantity, of=joined, part=part,
        where=(used.c.sub_part_id == part.c.pk, has_status(build, ACTIVE_BUILDS)),
    )  # fmt: skip


def allocated_to_builds(part: Source) -> Expression:
    """How much of the part's stock is promised to active builds."""
    item, promised = alias_of(StockItem, "held"), alias_of(BuildItem, "promised")
    line, build = alias_of(BuildLine, "line"), alias_of(Build, "build")
    joined = item.join(promised, promised.c.stock_item_id == item.c.pk)
    joined = joined.join(line, line.c.pk == promised.c.build_line_id).join(build, build.c.pk == line.c.build_id)
    return sum_over(
        promised.c.quantity, of=joined, part=part,
        where=(item.c.part_id == part.c.pk, has_status(build, ACTIVE_BUILDS)),
    )  # fmt: skip


def required_for_sales(part: Source) -> Expression:
    """How much open sales orders have still to be sent."""
    line, order = alias_of(SalesOrderLineItem, "line"), alias_of(SalesOrder, "sale")
    return sum_over(
        line.c.quantity - line.c.shipped, of=line.join(order, order.c.pk == line.c.order_id), part=part,
        where=(line.c.part_id == part.c.pk, has_status(order, OPEN_SALES_ORDERS)),
    )  # fmt: skip


def allocated_to_sales(part: Source, which: Which = itself) -> Expression:
    """How much of the part's stock is promised to open sales orders and not shipped yet."""
    item, promised = alias_of(StockItem, "held"), alias_of(SalesOrderAllocation, "promised")
    line, order = alias_of(SalesOrderLineItem, "line"), alias_of(SalesOrder, "sale")
    shipment = alias_of(SalesOrderShipment, "shipment")
    joined = item.join(promised, promised.c.item_id == item.c.pk).join(line, line.c.pk == promised.c.line_id)
    joined = joined.join(order, order.c.pk == line.c.order_id)
    joined = joined.outerjoin(shipment, shipment.c.pk == promised.c.shipment_id)
    return sum_over(
        promised.c.quantity, of=joined, part=part,
        where=(
            which(part, item.c.part_id), has_status(order, OPEN_SALES_ORDERS),
            shipment.c.shipment_date.is_(None),
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ others


def _count(statement: Select[Any], part: Source) -> Expression:
    return statement.correlate(part.table).scalar_subquery()


def revision_count(part: Source) -> Expression:
    """How many parts are revisions of this one."""
    other = alias_of(Part, "revised")
    return _count(select(func.count()).select_from(other).where(other.c.revision_of_id == part.c.pk), part)


def category_default_location(category: Source) -> Expression:
    """The default location of a category, else of the nearest category above it that is not a root (InvenTree passes
    over the roots)."""
    above = alias_of(PartCategory, "above")
    path = category.c.tree_path
    nearest = (
        select(above.c.default_location_id)
        .where(
            above.c.default_location_id.is_not(None),
            above.c.parent_id.is_not(None),
            func.substr(path, 1, func.length(above.c.tree_path)) == above.c.tree_path,
        )
        .order_by(above.c.level.desc())
        .limit(literal_column("1"))
        .correlate(category.table)
        .scalar_subquery()
    )
    return func.coalesce(category.c.default_location_id, nearest)


def pricing_of(part: Source) -> FromClause:
    """The part's calculated prices: joined once, without columns to itself where there are none."""
    path = (*part.path, "pricing_data")
    joins = part.joins
    if path not in joins.sources:
        pricing = PartPricing.__table__.alias("_".join(("j", *path)))
        joins.frm = joins.frm.outerjoin(pricing, pricing.c.part_id == part.c.pk)
        joins.sources[path] = Source(PartPricing, pricing, joins, path)
    return joins.sources[path].table
