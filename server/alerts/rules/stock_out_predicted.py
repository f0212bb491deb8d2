"""At the rate of use so far, stock ends before an order of today could come.

The rate is what the history says was used (removed, consumed, shipped) over the usage period, divided by its days: no
forecast, no seasons. The lead time is the median of the part's own receipts, or the threshold where there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import ITEMS, PARTS, PURCHASES, on_order_lines, promised, stock, used
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity
from server.domain.supplier_performance import percentile

__all__ = ["RULE", "Outlook", "outlook"]

FEWEST = 3
"""So many movements at least are a rate."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When stock ends and when more can be here, in days from today."""

    ends: float
    next: float

    @property
    def severity(self) -> Severity | None:
        if self.ends >= self.next:
            return None
        return Severity.CRITICAL if self.ends * 2 < self.next else Severity.WARNING


def outlook(
    available: float, used_quantity: float, times: int, usage_days: float, lead_days: float, due_days: int | None
) -> Outlook | None:  # fmt: skip
    """None where nothing is there any more or too little is known. `available`: in stock and not promised; `due_days`:
    when something that is on order is due (past dates say nothing)."""
    rate = used_quantity / usage_days
    if rate <= 0 or times < FEWEST or available <= 0:
        return None
    coming = lead_days if due_days is None or due_days < 0 else min(lead_days, due_days)
    return Outlook(available / rate, float(coming))


def _lead_times(asked: Asked) -> dict[int, float]:
    """The median lead time of each part that came on an order within two years, in days."""
    wanted = (
        select(ITEMS.c.part_id, PURCHASES.c.issue_date, ITEMS.c.creation_date)
        .select_from(ITEMS.join(PURCHASES, PURCHASES.c.pk == ITEMS.c.purchase_order_id))
        .where(
            PURCHASES.c.issue_date.is_not(None), ITEMS.c.creation_date > asked.ago(730),
            ITEMS.c.purchase_order_id.is_not(None), *asked.among(ITEMS.c.part_id),
        )
    )  # fmt: skip
    found: dict[int, list[float]] = {}
    for part, issued, came in asked.connection.execute(wanted):
        found.setdefault(part, []).append(max(0, (came.date() - issued).days))
    return {part: percentile(days, 0.5) for part, days in found.items()}


def _find(asked: Asked) -> Iterator[Found]:
    days, default = asked.limits["usage_days"], asked.limits["lead_days"]
    held, taken, gone, lines = stock(asked), promised(asked), used(asked, asked.ago(days)), on_order_lines(asked)
    future = func.min(lines.c.due).label("due")
    coming = select(lines.c.part_id, future).where(lines.c.due >= asked.now.date()).group_by(lines.c.part_id).subquery()
    joined = (
        gone.join(PARTS, PARTS.c.pk == gone.c.part_id)
        .join(held, held.c.part_id == PARTS.c.pk)
        .outerjoin(taken, taken.c.part_id == PARTS.c.pk)
        .outerjoin(coming, coming.c.part_id == PARTS.c.pk)
    )
    wanted = (
        select(
            PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, held.c.quantity.label("held"), taken.c.quantity.label("taken"),
            gone.c.quantity.label("used"), gone.c.times, coming.c.due,
        )
        .select_from(joined)
        .where(PARTS.c.active.is_(True), PARTS.c.virtual.is_(False), *asked.among(PARTS.c.pk))
    )  # fmt: skip
    leads = _lead_times(asked)
    for row in asked.connection.execute(wanted):
        available = float(row.held - (row.taken or Decimal(0)))
        lead = leads.get(row.pk, default)
        seen = outlook(available, float(row.used or 0), row.times, days, lead, _days(row.due, asked))
        if seen is not None and seen.severity is not None:
            rate = float(row.used) / days
            yield Found(
                f"part:{row.pk}", seen.severity,
                f"{named(row.name, row.IPN)}: {amount(available)} last {seen.ends:.0f} days at {rate:.3g} a day; more "
                f"can be here in {seen.next:.0f} days",
                {
                    "have": available, "rate_per_day": round(rate, 5), "days_left": round(seen.ends, 1),
                    "days_to_next": seen.next, "lead_days": lead, "basis": "history",
                },
                {"part": row.pk},
            )  # fmt: skip


def _days(due: date | None, asked: Asked) -> int | None:
    return None if due is None else (due - asked.now.date()).days


RULE = Rule(BY_KEY["stock_out_predicted"], _find, "part")
