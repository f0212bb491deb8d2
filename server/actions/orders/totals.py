"""The total of an order, kept beside it, and whether the order may be changed at all."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.orders.kinds import OrderTables, tables_of
from server.db.models.common import Rate
from server.db.models.company import Company
from server.domain.errors import WrongState
from server.domain.orders import LINES_LOCKED, check_amount, is_locked, line_total, total_of
from server.domain.pricing import converted

__all__ = ["currency_of", "recalculate", "refuse_locked"]


def refuse_locked(
    order: Any, *, edit_completed: bool, field: str = "non_field_errors", text: str = LINES_LOCKED
) -> None:
    """Refuse to touch an order that is done, or its lines. `edit_completed` is the setting of the order's kind
    (`server.domain.orders.settings_of(kind).edit_completed`). Raises WrongState."""
    if is_locked(tables_of(type(order)).kind, order.status, edit_completed=edit_completed):
        raise WrongState({field: [text]})


def currency_of(session: Session, order: Any, base: str) -> str:
    """The currency of an order: its own, else the company's, else the server's."""
    if order.order_currency:
        return str(order.order_currency)
    tables = tables_of(type(order))
    company = getattr(order, tables.company) if tables.company else None
    found = None if company is None else session.scalar(select(Company.currency).where(Company.pk == company))
    return str(found or base)


def recalculate(session: Session, order: Any, base: str) -> None:
    """Work out the total of an order again, exactly, in its currency; null where a price has no rate into it.

    `base` is the server's currency (setting INVENTREE_DEFAULT_CURRENCY). Lines that were changed in the session are
    counted as they are now. A transfer order has no total.
    """
    tables = tables_of(type(order))
    if tables.price is None:
        return
    session.flush()
    target = currency_of(session, order, base)
    lines = _priced(session, tables, order.pk)
    rates: Mapping[str, float] = {}
    if any(currency != target for _, currency in lines):
        rates = dict(session.execute(select(Rate.currency, Rate.value)).all())
    order.total_price = total_of(converted(amount, currency, target, rates) for amount, currency in lines)
    order.total_price_currency = target


def _priced(session: Session, tables: OrderTables, order: int) -> list[tuple[Decimal, str]]:
    """Amount and currency of every line and extra line that has a price."""
    found: list[tuple[Decimal, str]] = []
    for model, price in ((tables.line, tables.price), (tables.extra_line, "price")):
        if model is None or price is None:
            continue
        columns = model.__table__.c
        wanted = select(columns[price], columns[f"{price}_currency"], columns.quantity, columns.discount)
        for amount, currency, quantity, discount in session.execute(
            wanted.where(columns.order_id == order, columns[price].is_not(None))
        ):
            worth = line_total(amount, quantity, discount)
            if worth is not None:
                found.append((check_amount(worth), currency))
    return found
