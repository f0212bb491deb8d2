"""The figures of a line of a bill of materials: what is there of its component, and for how many assemblies it does."""

from typing import Any

from sqlalchemy import ColumnElement, Double, case, cast, func, literal_column, select, type_coerce

from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.part import BomItemSubstitute, Part
from server.db.types import Fixed
from server.resources import part_figures as figures
from server.rest.query import Source

__all__ = ["available_stock", "available_substitutes", "available_variants", "can_build", "total_price"]

Expression = ColumnElement[Any]
ZERO: Expression = literal_column("0")
# Attrition is a percentage with three places.
_WHOLE_ATTRITION: Expression = literal_column("100000.0")


def _free(part: Source) -> Expression:
    """What is in stock of a part and not promised to anybody; negative where more is promised than there is."""
    return figures.in_stock(part) - figures.allocated_to_sales(part) - figures.allocated_to_builds(part)


def available_stock(row: Source) -> Expression:
    """How much of the component is free."""
    return figures.above_zero(_free(row.via("sub_part")))


def available_variants(row: Source) -> Expression:
    """How much of the component's variants is free."""
    part = row.via("sub_part")
    return figures.above_zero(figures.variant_stock(part) - figures.variant_allocations(part))


def available_substitutes(row: Source) -> Expression:
    """How much is free of the parts that may stand in for the component."""
    swap, part = figures.alias_of(BomItemSubstitute, "swap"), figures.alias_of(Part, "instead")
    free = _free(Source(Part, part, row.joins, (*row.path, "instead")))
    total = select(func.coalesce(func.sum(free), ZERO)).select_from(swap.join(part, part.c.pk == swap.c.part_id))
    return figures.above_zero(
        type_coerce(
            total.where(swap.c.bom_item_id == row.c.pk).correlate(row.table).scalar_subquery(), Fixed(QUANTITY_PLACES)
        )
    )


def can_build(row: Source) -> Expression:
    """How many assemblies the free stock does for, if this line were the only one."""
    free = available_stock(row) + available_variants(row) + available_substitutes(row)
    left = cast(type_coerce(free, Fixed(QUANTITY_PLACES)) - row.c.setup_quantity, Double)
    each = cast(row.c.quantity, Double) * row.c.piece_count * (1 + cast(row.c.attrition, Double) / _WHOLE_ATTRITION)
    return case((row.c.quantity * row.c.piece_count <= ZERO, ZERO), (left <= ZERO, ZERO), else_=left / each)


def total_price(row: Source, column: str) -> Expression:
    """What the component of one assembly costs: its price times the quantity."""
    price = figures.pricing_of(row.via("sub_part")).c[column]
    total = cast(price, Double) * cast(row.c.quantity, Double) / literal_column(str(float(figures.ONE)))
    return type_coerce(func.round(total * row.c.piece_count), Fixed(MONEY_PLACES))
