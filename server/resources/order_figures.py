"""The figures of orders and their lines that are worked out, as SQL over the row.

Every sum is a correlated subquery over an indexed column (the line's order, the allocation's line, the item's part).
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Date, and_, bindparam, case, func, literal_column, select, type_coerce

from server.db.columns import QUANTITY_PLACES, Base
from server.db.models.common import InvenTreeCustomUserStateModel
from server.db.models.order import (
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
)
from server.db.types import Fixed
from server.domain.status import STATUS_CLASSES, Status
from server.resources import part_figures
from server.resources.part_figures import Expression, above_zero, alias_of, codes
from server.rest.query import Source

__all__ = [
    "TODAY",
    "allocated",
    "allocated_lines",
    "available_stock",
    "available_variant_stock",
    "building",
    "count_of",
    "late",
    "on_order",
    "open_and_late",
    "shipments",
    "status_text",
]

TODAY: Expression = bindparam("_today", type_=Date())
ZERO: Expression = literal_column("0")
Condition = Callable[[Any], Expression]


def status_text(status_class: str) -> Callable[[Source], Expression]:
    """What people call the state of a row: the label of a state that users added, else the built-in one's."""

    def sql(row: Source) -> Expression:
        state = InvenTreeCustomUserStateModel.__table__.alias("custom_state")
        own: Expression = case(
            *(
                (row.c.status == literal_column(str(int(code))), literal_column(f"'{code.label}'"))
                for code in STATUS_CLASSES[status_class]
            )
        )
        custom = (
            select(state.c.label)
            .where(
                state.c.reference_status == literal_column(f"'{status_class}'"),
                state.c.key == row.c.status_custom_key,
            )
            .correlate(row.table)
            .scalar_subquery()
        )
        return case((row.c.status_custom_key.is_(None), own), else_=func.coalesce(custom, own))

    return sql


# ------------------------------------------------------------------------------------------------- orders


def count_of(model: type[Base], column: str, *where: Condition) -> Callable[[Source], Expression]:
    """How many rows of `model` point to the row by `column` and pass the conditions on them."""

    def sql(row: Source) -> Expression:
        other = alias_of(model, "counted")
        counted = select(func.count()).select_from(other).where(other.c[column] == row.c.pk)
        return counted.where(*(one(other.c) for one in where)).correlate(row.table).scalar_subquery()

    return sql


def late(columns: Any) -> Expression:
    """Whether the target date is past."""
    return and_(columns.target_date.is_not(None), columns.target_date < TODAY)


def open_and_late(statuses: Iterable[Status]) -> Callable[[Source], Expression]:
    """Whether an order is overdue: still open, and past its target date."""
    wanted = list(statuses)
    return lambda row: and_(row.c.status.in_(codes(wanted)), late(row.c))


def allocated_lines(row: Source) -> Expression:
    """How many lines of a sales order have as much promised to them as they ask for."""
    line, promised = alias_of(SalesOrderLineItem, "counted"), alias_of(SalesOrderAllocation, "promised")
    total = select(func.coalesce(func.sum(promised.c.quantity), ZERO)).where(promised.c.line_id == line.c.pk)
    return (
        select(func.count())
        .select_from(line)
        .where(line.c.order_id == row.c.pk, total.correlate(line).scalar_subquery() >= line.c.quantity)
        .correlate(row.table)
        .scalar_subquery()
    )


def shipments(*where: Condition) -> Callable[[Source], Expression]:
    """How many shipments a sales order has that pass the conditions."""
    return count_of(SalesOrderShipment, "order_id", *where)


# ------------------------------------------------------------------------------------------------- lines


def allocated(model: type[Base]) -> Callable[[Source], Expression]:
    """How much is promised to a line; `model` holds the promises."""

    def sql(row: Source) -> Expression:
        promised = alias_of(model, "promised")
        total = type_coerce(func.coalesce(func.sum(promised.c.quantity), ZERO), Fixed(QUANTITY_PLACES))
        return select(total).where(promised.c.line_id == row.c.pk).correlate(row.table).scalar_subquery()

    return sql


def _of_part(figure: Callable[[Source], Expression]) -> Callable[[Source], Expression]:
    """A figure of the line's part; 0 for a line without one."""
    return lambda row: type_coerce(figure(row.via("part")), Fixed(QUANTITY_PLACES))


def _free(part: Source) -> Expression:
    promised = part_figures.allocated_to_sales(part) + part_figures.allocated_to_builds(part)
    return above_zero(part_figures.in_stock(part) - promised)


def _free_of_variants(part: Source) -> Expression:
    return above_zero(part_figures.variant_stock(part) - part_figures.variant_allocations(part))


available_stock = _of_part(_free)
"""How much of the line's part is in stock and not promised to anybody."""

available_variant_stock = _of_part(_free_of_variants)
"""The same for the variants of the part."""

building = _of_part(part_figures.building)
"""How much of the part is being built."""

on_order = _of_part(part_figures.on_order)
"""How much of the part is still to come from suppliers."""
