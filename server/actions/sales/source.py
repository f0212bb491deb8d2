"""What sales are made of: what was shipped of sales orders, and what came back by return orders.

- What a shipment with a date took from stock counts on that date, as the part of the stock item, at the line's price.
- What a line shipped besides (virtual parts, stock items that were deleted since) counts on the order's last date of
  shipment, else on the day the order was issued.
- What came back counts negative on the day it was received, at the price at which it was sold (else the line's own),
  unless it goes back to the customer (repair, reject).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.orm import Session

from server.actions.sales.tables import groups
from server.db.columns import MONEY_PLACES
from server.db.models.order import (
    ReturnOrder,
    ReturnOrderLineItem,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
)
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.domain.sales import SHIPMENT, Figures, Sale
from server.domain.status import ReturnOrderLineStatus

__all__ = ["ALLOCATIONS", "ORDERS", "ORDER_LINES", "RETURNS", "TAKERS", "returned", "shipped"]

ORDERS: Table = SalesOrder.__table__  # type: ignore[assignment]
ORDER_LINES: Table = SalesOrderLineItem.__table__  # type: ignore[assignment]
ALLOCATIONS: Table = SalesOrderAllocation.__table__  # type: ignore[assignment]
_SHIPMENTS: Table = SalesOrderShipment.__table__  # type: ignore[assignment]
RETURNS: Table = ReturnOrder.__table__  # type: ignore[assignment]
_RETURN_LINES: Table = ReturnOrderLineItem.__table__  # type: ignore[assignment]
_ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
_PARTS: Table = Part.__table__  # type: ignore[assignment]
GOES_BACK = (int(ReturnOrderLineStatus.REPAIR), int(ReturnOrderLineStatus.REJECT))
STEP = Decimal(1).scaleb(-MONEY_PLACES)
_CALLED = func.coalesce(func.nullif(_PARTS.c.IPN, ""), _PARTS.c.name, "").label("code")


def _worth(quantity: Decimal, price: Decimal | None, sign: int = 1) -> Figures:
    return Figures(sign * quantity, (sign * quantity * (price or Decimal(0))).quantize(STEP))


def shipped(session: Session | Connection, orders: Sequence[int]) -> Iterator[Sale]:
    """The sales of these sales orders; three statements for each group of orders."""
    for group in groups(sorted(set(orders))):
        yield from _shipped(session, group)


def _shipped(session: Session | Connection, orders: Sequence[int]) -> Iterator[Sale]:
    rows = session.execute(_allocations(orders)).all()
    taken: dict[int, Decimal] = {}
    for row in rows:
        taken[row.line] = taken.get(row.line, Decimal(0)) + row.quantity
        yield _sold(f"A:{row.pk}", row, row.day, row.quantity)
    last = _last_dates(session, orders)
    for row in session.execute(_lines(orders)):
        rest = row.shipped - taken.get(row.pk, Decimal(0))
        day = last.get(row.order_id) or row.shipment_date or row.issue_date or row.creation_date
        if rest > 0 and day is not None:
            yield _sold(f"L:{row.pk}", row, day, rest)


def _sold(identity: str, row: Any, day: date, quantity: Decimal) -> Sale:
    return Sale(
        identity, SHIPMENT, day, _worth(quantity, row.sale_price), row.currency or "", part=row.part_id or 0,
        code=row.code[:100], customer_key=row.customer_id or 0, order_model="salesorder", order_key=row.order_id,
        reference=row.reference,
    )  # fmt: skip


_PRICED = (ORDER_LINES.c.sale_price, ORDER_LINES.c.sale_price_currency.label("currency"))
_OF_ORDER = (ORDERS.c.pk.label("order_id"), ORDERS.c.reference, ORDERS.c.customer_id)


def _allocations(orders: Sequence[int]) -> Any:
    joined = (
        ALLOCATIONS.join(ORDER_LINES, ORDER_LINES.c.pk == ALLOCATIONS.c.line_id)
        .join(ORDERS, ORDERS.c.pk == ORDER_LINES.c.order_id)
        .join(_SHIPMENTS, _SHIPMENTS.c.pk == ALLOCATIONS.c.shipment_id)
        .join(_ITEMS, _ITEMS.c.pk == ALLOCATIONS.c.item_id)
        .join(_PARTS, _PARTS.c.pk == _ITEMS.c.part_id)
    )
    return (
        select(
            ALLOCATIONS.c.pk, ALLOCATIONS.c.line_id.label("line"), ALLOCATIONS.c.quantity, _ITEMS.c.part_id, _CALLED,
            _SHIPMENTS.c.shipment_date.label("day"), *_PRICED, *_OF_ORDER,
        )
        .select_from(joined)
        .where(ORDERS.c.pk.in_(orders), _SHIPMENTS.c.shipment_date.is_not(None))
    )  # fmt: skip


def _lines(orders: Sequence[int]) -> Any:
    joined = ORDER_LINES.join(ORDERS, ORDERS.c.pk == ORDER_LINES.c.order_id).outerjoin(
        _PARTS, _PARTS.c.pk == ORDER_LINES.c.part_id
    )
    code = func.coalesce(func.nullif(_PARTS.c.IPN, ""), _PARTS.c.name, ORDER_LINES.c.reference).label("code")
    return (
        select(
            ORDER_LINES.c.pk, ORDER_LINES.c.part_id, ORDER_LINES.c.shipped, code, ORDERS.c.shipment_date,
            ORDERS.c.issue_date, ORDERS.c.creation_date, *_PRICED, *_OF_ORDER,
        )
        .select_from(joined)
        .where(ORDERS.c.pk.in_(orders), ORDER_LINES.c.shipped > 0)
    )  # fmt: skip


def _last_dates(session: Session | Connection, orders: Sequence[int]) -> dict[int, date]:
    last = func.max(_SHIPMENTS.c.shipment_date)
    wanted = select(_SHIPMENTS.c.order_id, last).where(_SHIPMENTS.c.order_id.in_(orders))
    return {order: day for order, day in session.execute(wanted.group_by(_SHIPMENTS.c.order_id)) if day is not None}


# ------------------------------------------------------------------------------------------------- what came back


def returned(session: Session | Connection, orders: Sequence[int]) -> Iterator[Sale]:
    """What came back by these return orders; two statements for each group of orders."""
    for group in groups(sorted(set(orders))):
        rows = session.execute(_came_back(group)).all()
        prices = _sold_at(session, sorted({key for row in rows for key in (row.item_id, row.parent_id) if key}))
        for row in rows:
            own = (row.price, row.currency or "")
            price, currency = prices.get(row.item_id) or prices.get(row.parent_id) or own
            yield Sale(
                f"R:{row.pk}", SHIPMENT, row.received_date, _worth(row.quantity, price, -1), currency,
                part=row.part_id, code=row.code[:100], customer_key=row.customer_id or 0, order_model="returnorder",
                order_key=row.order_id, reference=row.reference,
            )  # fmt: skip


def _came_back(orders: Sequence[int]) -> Any:
    joined = (
        _RETURN_LINES.join(RETURNS, RETURNS.c.pk == _RETURN_LINES.c.order_id)
        .join(_ITEMS, _ITEMS.c.pk == _RETURN_LINES.c.item_id)
        .join(_PARTS, _PARTS.c.pk == _ITEMS.c.part_id)
    )
    lines = _RETURN_LINES.c
    return (
        select(
            lines.pk, lines.item_id, _ITEMS.c.parent_id, lines.quantity, lines.received_date, lines.price,
            lines.price_currency.label("currency"), _ITEMS.c.part_id, _CALLED, RETURNS.c.pk.label("order_id"),
            RETURNS.c.reference, RETURNS.c.customer_id,
        )
        .select_from(joined)
        .where(RETURNS.c.pk.in_(orders), lines.received_date.is_not(None), lines.outcome.not_in(GOES_BACK))
    )  # fmt: skip


def _sold_at(session: Session | Connection, items: Sequence[int]) -> dict[int, tuple[Decimal, str]]:
    """At what price and in which currency these stock items were sold the last time."""
    found: dict[int, tuple[Decimal, str]] = {}
    joined = ALLOCATIONS.join(ORDER_LINES, ORDER_LINES.c.pk == ALLOCATIONS.c.line_id)
    for group in groups(items):
        wanted = select(ALLOCATIONS.c.item_id, *_PRICED).select_from(joined).where(ALLOCATIONS.c.item_id.in_(group))
        for item, price, currency in session.execute(wanted.order_by(ALLOCATIONS.c.pk)):
            if price is not None:
                found[item] = (price, currency)
    return found


TAKERS = {"salesorder": shipped, "returnorder": returned}
"""By the model of the order: what gives its sales."""
