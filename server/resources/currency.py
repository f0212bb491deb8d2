"""Exchange rates: those that were imported or set. This server asks no one on the internet for others."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from server.db.models.common import ExchangeBackend, Rate
from server.rest.access import Authenticated, Superuser
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

BACKEND = "InvenTreeExchange"


def _exchange(context: Context) -> dict[str, Any]:
    """The kept rates. Where there are none, none can be out of date: `updated` is now."""
    rate, backend = Rate.__table__.c, ExchangeBackend.__table__.c
    rates = context.ask("rates", lambda: select(rate.currency, rate.value).order_by(rate.pk))
    ((updated,),) = context.ask("rates updated", lambda: select(func.max(backend.last_update)))
    return {
        "base_currency": context.setting("INVENTREE_DEFAULT_CURRENCY"),
        "exchange_rates": {currency: float(value) for currency, value in rates},
        "updated": _iso(updated if rates or updated else context.now.replace(tzinfo=None)),
    }


def _iso(moment: Any) -> str | None:
    """ISO with microseconds and Z, which InvenTree uses here alone. (A raw moment: SQLite gives a text.)"""
    if moment is None:
        return None
    text = moment.isoformat() if isinstance(moment, datetime) else str(moment).replace(" ", "T")
    return f"{text}Z"


def _refresh(context: Context) -> dict[str, str]:
    """Note that the rates were looked at."""
    backend = context.session.scalars(select(ExchangeBackend).where(ExchangeBackend.name == BACKEND)).one_or_none()
    if backend is None:
        backend = ExchangeBackend(name=BACKEND, base_currency=str(context.setting("INVENTREE_DEFAULT_CURRENCY")))
        context.session.add(backend)
    backend.last_update = context.now
    return {"success": "Exchange rates updated"}


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="currency/exchange/", access=Authenticated(), title="Currency Exchange",
        description="API endpoint for displaying currency information.", methods={"GET": Route(_exchange)},
    ),
    Endpoint(
        path="currency/refresh/", access=Superuser(staff=True), title="Currency Refresh",
        description="API endpoint for manually refreshing currency exchange rates.\n\n"
        "User must be a 'staff' user to access this endpoint",
        methods={"POST": Route(_refresh, writes=True)},
    ),
)  # fmt: skip
