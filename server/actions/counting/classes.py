"""What parts are worth to the count: their price, and their class by usage value (ABC)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import TRACKING
from server.db.models.part_pricing import PartPricing
from server.domain.counting import abc_classes
from server.domain.status import StockHistoryCode

__all__ = ["PRICES", "classes_of_parts", "price_of_part", "prices_of"]

PRICES: Table = PartPricing.__table__  # type: ignore[assignment]
YEAR = timedelta(days=365)
_GONE = (
    StockHistoryCode.BUILD_CONSUMED, StockHistoryCode.SHIPPED_AGAINST_SALES_ORDER, StockHistoryCode.SENT_TO_CUSTOMER,
)  # fmt: skip


def price_of_part() -> ColumnElement[Any]:
    """What one unit of a part costs at least, of a row of `PRICES`; null where that is not known."""
    return func.coalesce(PRICES.c.overall_min, PRICES.c.overall_max)


def prices_of(session: Session | Connection, parts: Iterable[int]) -> dict[int, Decimal]:
    """What one unit of a part costs at least, where that is known."""
    keys = sorted(set(parts))
    found: dict[int, Decimal] = {}
    for start in range(0, len(keys), 1000):
        among = PRICES.c.part_id.in_(keys[start : start + 1000])
        found |= {
            row.part_id: row.price
            for row in session.execute(select(PRICES.c.part_id, price_of_part().label("price")).where(among))
            if row.price is not None
        }
    return found


def classes_of_parts(session: Session | Connection, now: datetime) -> dict[int, str]:
    """The class of each part that was used within a year, by what was used times its price (1 where none is known).
    Parts that were not used are not in it: they are C."""
    deltas = TRACKING.c.deltas
    used: Any = case(
        (TRACKING.c.tracking_type == int(StockHistoryCode.STOCK_REMOVE), deltas["removed"].as_float()),
        else_=deltas["quantity"].as_float(),
    )
    codes = [int(StockHistoryCode.STOCK_REMOVE), *(int(code) for code in _GONE)]
    usage = (
        select(TRACKING.c.part_id, func.sum(used).label("used"))
        .where(TRACKING.c.date > now - YEAR, TRACKING.c.tracking_type.in_(codes), TRACKING.c.part_id.is_not(None))
        .group_by(TRACKING.c.part_id)
        .subquery("usage")
    )
    priced = usage.outerjoin(PRICES, PRICES.c.part_id == usage.c.part_id)
    wanted = select(usage.c.part_id, usage.c.used, price_of_part().label("price")).select_from(priced)
    return abc_classes(
        {
            row.part_id: Decimal(repr(float(row.used or 0))) * (Decimal(1) if row.price is None else row.price)
            for row in session.execute(wanted)
        }
    )
