"""A stock item will soon be past its expiry date."""

from collections.abc import Iterator
from datetime import timedelta

from server.alerts.declare import Asked, Rule
from server.alerts.figures import ITEMS
from server.alerts.rules.expired import dated, days_over, told
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "is_near"]


def is_near(days_left: int, within: float) -> bool:
    """Whether it is still good, but for no longer than that."""
    return 0 <= days_left <= within


def _find(asked: Asked) -> Iterator[Found]:
    today, within = asked.now.date(), asked.limits["days"]
    until = today + timedelta(days=within)
    for row in dated(asked, ITEMS.c.expiry_date >= today, ITEMS.c.expiry_date <= until):
        left = -days_over(row.expiry_date, today)
        if is_near(left, within):
            # No count of days in the message: it would be another one each day.
            yield told(row, Severity.INFO, f"expires on {row.expiry_date.isoformat()}", left)


RULE = Rule(BY_KEY["expiring"], _find, "part")
