"""A count was off by more than the tolerance."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import LOCATIONS, PARTS
from server.db.models.counting import CountEntry, CountLine, CountSession
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "severity"]

LINES, SESSIONS, ENTRIES = CountLine.__table__, CountSession.__table__, CountEntry.__table__
MANY = 5
"""How many times the tolerance is critical."""


def severity(variance: Decimal, expected: Decimal, percent: float, units: float) -> Severity | None:
    """How bad it is; None where it is within `percent` of what was expected, or no more than `units`."""
    off, allowed = abs(variance), abs(expected) * Decimal(str(percent)) / 100
    if off <= Decimal(str(units)) or off <= allowed:
        return None
    return Severity.CRITICAL if off > MANY * allowed else Severity.WARNING


def _find(asked: Asked) -> Iterator[Found]:
    last = (
        select(ENTRIES.c.line_id)
        .where(ENTRIES.c.received_at > asked.ago(asked.limits["days"]))
        .group_by(ENTRIES.c.line_id)
        .subquery("recent")
    )
    joined = (
        LINES.join(last, last.c.line_id == LINES.c.pk)
        .join(SESSIONS, SESSIONS.c.pk == LINES.c.session_id)
        .join(PARTS, PARTS.c.pk == LINES.c.part_id)
        .outerjoin(LOCATIONS, LOCATIONS.c.pk == LINES.c.location_id)
    )
    wanted = (
        select(
            LINES.c.pk, LINES.c.part_id, LINES.c.location_id, LINES.c.stock_item_id, LINES.c.round, LINES.c.counted,
            LINES.c.variance, LINES.c.expected_then, PARTS.c.name, PARTS.c.IPN, LOCATIONS.c.pathstring,
            SESSIONS.c.reference,
        )
        .select_from(joined)
        .where(LINES.c.variance.is_not(None), func.abs(LINES.c.variance) > 0, *asked.among(LINES.c.part_id))
    )  # fmt: skip
    for row in asked.connection.execute(wanted):
        expected = row.expected_then or Decimal(0)
        found = severity(row.variance, expected, asked.limits["percent"], asked.limits["units"])
        if found is not None:
            place = f" in {row.pathstring}" if row.pathstring else ""
            yield Found(
                f"line:{row.pk}:round:{row.round}", found,
                f"{named(row.name, row.IPN)}: a count{place} is off by {amount(row.variance)} ({row.reference})",
                {"have": float(expected + row.variance), "want": float(expected), "variance": float(row.variance)},
                {"part": row.part_id, "location": row.location_id, "stock_item": row.stock_item_id},
            )  # fmt: skip


RULE = Rule(BY_KEY["variance"], _find, "part")
