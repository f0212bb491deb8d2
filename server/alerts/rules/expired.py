"""A stock item is past its expiry date."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import ITEMS, LOCATIONS, PARTS, in_stock
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "dated", "days_over", "told"]


def days_over(expiry: date, today: date) -> int:
    """How many days it is past its date; 0 or less where it is good."""
    return (today - expiry).days


def dated(asked: Asked, *conditions: ColumnElement[bool]) -> Iterator[Any]:
    """The items in stock that have an expiry date and fulfil the conditions."""
    wanted = (
        select(
            ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.location_id, PARTS.c.name, PARTS.c.IPN, ITEMS.c.quantity,
            ITEMS.c.batch, ITEMS.c.expiry_date, LOCATIONS.c.pathstring,
        )
        .select_from(
            ITEMS.join(PARTS, PARTS.c.pk == ITEMS.c.part_id).outerjoin(
                LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id
            )
        )
        .where(
            ITEMS.c.expiry_date.is_not(None), in_stock(ITEMS), *conditions, *asked.among(ITEMS.c.part_id)
        )
    )  # fmt: skip
    yield from asked.connection.execute(wanted)


def told(row: Any, severity: Severity, what: str, days: int) -> Found:
    """The cause that such an item is."""
    batch = f" batch {row.batch}" if row.batch else ""
    place = f" in {row.pathstring}" if row.pathstring else ""
    return Found(
        f"item:{row.pk}", severity, f"{named(row.name, row.IPN)}{batch}: {amount(row.quantity)}{place} {what}",
        {"have": float(row.quantity), "expiry_date": row.expiry_date.isoformat(), "days": days},
        {"part": row.part_id, "stock_item": row.pk, "location": row.location_id},
    )  # fmt: skip


def _find(asked: Asked) -> Iterator[Found]:
    today = asked.now.date()
    for row in dated(asked, ITEMS.c.expiry_date < today + timedelta(days=1)):
        days = days_over(row.expiry_date, today)
        if days > 0:
            yield told(row, Severity.WARNING, f"expired on {row.expiry_date.isoformat()}", days)


RULE = Rule(BY_KEY["expired"], _find, "part")
