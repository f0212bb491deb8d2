"""Stock of a part has not moved for long. Counts and edits are no movements."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import PARTS, TRACKING, stock
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity
from server.domain.status import StockHistoryCode

__all__ = ["RULE", "is_stale"]

STILL = (int(StockHistoryCode.STOCK_COUNT), int(StockHistoryCode.EDITED))


def is_stale(moved: datetime | None, now: datetime, days: float) -> bool:
    """Whether the last movement is longer ago; of what nobody knows when it moved nothing is said."""
    return moved is not None and (now - moved).total_seconds() > days * 86_400


def _find(asked: Asked) -> Iterator[Found]:
    days, held = asked.limits["days"], stock(asked)
    recent = exists().where(
        TRACKING.c.part_id == held.c.part_id, TRACKING.c.date >= asked.ago(days),
        TRACKING.c.tracking_type.not_in(STILL),
    )  # fmt: skip
    moved = (
        select(func.max(TRACKING.c.date))
        .where(TRACKING.c.part_id == held.c.part_id, TRACKING.c.tracking_type.not_in(STILL))
        .scalar_subquery()
    )
    wanted = (
        select(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, held.c.quantity, moved, held.c.moved)
        .select_from(held.join(PARTS, PARTS.c.pk == held.c.part_id))
        .where(~recent, *asked.among(PARTS.c.pk))
    )
    for pk, name, number, have, told, written in asked.connection.execute(wanted):
        last = told or written
        if is_stale(last, asked.now, days):
            yield Found(
                f"part:{pk}", Severity.INFO,
                f"{named(name, number)}: {amount(have)} have not moved since {last.date().isoformat()}",
                {"have": float(have), "moved": last.isoformat(), "days": days}, {"part": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["stale"], _find, "part")
