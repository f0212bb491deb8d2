"""The figures of a stock item that are worked out, as SQL over its row."""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, case, func, literal_column, select, type_coerce

from server.actions.stock.deletion import ALLOCATIONS
from server.db.columns import QUANTITY_PLACES
from server.db.functions import days_after
from server.db.models.common import InvenTreeCustomUserStateModel, InvenTreeSetting
from server.db.models.stock import StockItem, StockItemTracking
from server.db.types import Fixed
from server.domain.status import StockStatus
from server.resources.part_figures import is_in_stock
from server.rest.query import Source

__all__ = [
    "allocated",
    "child_items",
    "expired",
    "in_stock",
    "installed_items",
    "stale",
    "status_key",
    "status_text",
    "tracking_items",
]

Expression = ColumnElement[Any]
ZERO: Expression = literal_column("0")


def in_stock(row: Source) -> Expression:
    """Whether it is here and may be used."""
    return is_in_stock(row.table)


def allocated(row: Source) -> Expression:
    """How much of it is promised to orders and builds."""
    sums: list[Expression] = []
    for table, column in ALLOCATIONS:
        promised = table.alias("promised")
        promise = select(func.coalesce(func.sum(type_coerce(promised.c.quantity, Fixed(QUANTITY_PLACES))), ZERO))
        sums.append(promise.where(promised.c[column] == row.c.pk).correlate(row.table).scalar_subquery())
    total = sums[0]
    for more in sums[1:]:
        total = total + more
    return type_coerce(total, Fixed(QUANTITY_PLACES))


def _counted(row: Source, table: Any, column: str) -> Expression:
    other = table.alias("counted")
    return (
        select(func.count())
        .select_from(other)
        .where(other.c[column] == row.c.pk)
        .correlate(row.table)
        .scalar_subquery()
    )


def installed_items(row: Source) -> Expression:
    """How many items are installed in it."""
    return _counted(row, StockItem.__table__, "belongs_to_id")


def child_items(row: Source) -> Expression:
    """How many items were split from it."""
    return _counted(row, StockItem.__table__, "parent_id")


def tracking_items(row: Source) -> Expression:
    """How many entries its history has."""
    return _counted(row, StockItemTracking.__table__, "item_id")


def _setting(key: str, default: str) -> Expression:
    kept = InvenTreeSetting.__table__.alias("kept")
    return func.coalesce(select(kept.c.value).where(kept.c.key == key).scalar_subquery(), default)


TODAY: Expression = bindparam("_today", type_=Date())


def expired(row: Source) -> Expression:
    """Whether it is in stock and past its date."""
    return and_(in_stock(row), row.c.expiry_date.is_not(None), row.c.expiry_date < TODAY)


def stale(row: Source) -> Expression:
    """Whether it is in stock and will be past its date within the days that the settings say."""
    limit = days_after(TODAY, _setting("STOCK_STALE_DAYS", "0"))
    return and_(in_stock(row), row.c.expiry_date.is_not(None), row.c.expiry_date < limit)


def status_key(row: Source) -> Expression:
    """The key of its state: that of a state that users added, else the status."""
    return func.coalesce(row.c.status_custom_key, row.c.status)


def status_text(row: Source) -> Expression:
    """What people call its state."""
    state = InvenTreeCustomUserStateModel.__table__.alias("custom_state")
    # Codes and labels are part of the statement: it is compiled once, and has the less to bind.
    own: Expression = case(
        *((row.c.status == literal_column(str(int(code))), literal_column(f"'{code.label}'")) for code in StockStatus)
    )
    custom = (
        select(state.c.label)
        .where(state.c.reference_status == literal_column("'StockStatus'"), state.c.key == row.c.status_custom_key)
        .correlate(row.table)
        .scalar_subquery()
    )
    return case((row.c.status_custom_key.is_(None), own), else_=func.coalesce(custom, own))
