"""A purchase order has not come when it should: its own date, or that of a line that is still open."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule
from server.alerts.figures import PURCHASE_LINES, PURCHASES, has_status
from server.db.models.company import Company
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity
from server.domain.status import PurchaseOrderStatus

__all__ = ["RULE", "overdue"]

COMPANIES = Company.__table__
PLACED = (PurchaseOrderStatus.PLACED, PurchaseOrderStatus.ON_HOLD)


def overdue(due: date | None, today: date, grace: float, critical: float) -> Severity | None:
    """How bad it is that something due then is not done; None where it is not overdue."""
    days = 0 if due is None else (today - due).days
    if days <= grace:
        return None
    return Severity.CRITICAL if days >= critical else Severity.WARNING


def _find(asked: Asked) -> Iterator[Found]:
    today = asked.now.date()
    due = func.min(func.coalesce(PURCHASE_LINES.c.target_date, PURCHASES.c.target_date))
    joined = PURCHASES.join(PURCHASE_LINES, PURCHASE_LINES.c.order_id == PURCHASES.c.pk).outerjoin(
        COMPANIES, COMPANIES.c.pk == PURCHASES.c.supplier_id
    )
    about = (PURCHASES.c.pk, PURCHASES.c.reference, PURCHASES.c.supplier_id, COMPANIES.c.name)
    wanted = (
        select(*about, due.label("due"), func.count().label("lines"))
        .select_from(joined)
        .where(
            has_status(PURCHASES, PLACED), PURCHASE_LINES.c.quantity > PURCHASE_LINES.c.received,
            *asked.among(PURCHASES.c.pk),
        )
        .group_by(*about)
        .having(due < today - timedelta(days=int(asked.limits["grace_days"])))
    )  # fmt: skip
    for pk, reference, supplier, name, when, lines in asked.connection.execute(wanted):
        found = overdue(when, today, asked.limits["grace_days"], asked.limits["critical_days"])
        if found is not None:
            of = f" of {name}" if name else ""
            yield Found(
                f"order:{pk}", found, f"{reference}{of}: due on {when.isoformat()}, open lines: {lines}",
                {"due": when.isoformat(), "days": (today - when).days, "lines": lines},
                {"purchase_order": pk, "supplier": supplier},
            )  # fmt: skip


RULE = Rule(BY_KEY["purchase_overdue"], _find, "purchase_order")
