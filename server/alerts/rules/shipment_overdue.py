"""A sales order was not shipped when it should: its own date, or that of a line of which something is missing."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule
from server.alerts.figures import SALES, SALES_LINES, has_status
from server.alerts.rules.purchase_overdue import COMPANIES, overdue
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found
from server.domain.status import OPEN_SALES_ORDERS

__all__ = ["RULE"]


def _find(asked: Asked) -> Iterator[Found]:
    today = asked.now.date()
    due = func.min(func.coalesce(SALES_LINES.c.target_date, SALES.c.target_date))
    joined = SALES.join(SALES_LINES, SALES_LINES.c.order_id == SALES.c.pk).outerjoin(
        COMPANIES, COMPANIES.c.pk == SALES.c.customer_id
    )
    about = (SALES.c.pk, SALES.c.reference, COMPANIES.c.name)
    wanted = (
        select(*about, due.label("due"), func.count().label("lines"))
        .select_from(joined)
        .where(
            has_status(SALES, OPEN_SALES_ORDERS), SALES_LINES.c.quantity > SALES_LINES.c.shipped,
            *asked.among(SALES.c.pk),
        )
        .group_by(*about)
        .having(due < today - timedelta(days=int(asked.limits["grace_days"])))
    )  # fmt: skip
    for pk, reference, name, when, lines in asked.connection.execute(wanted):
        found = overdue(when, today, asked.limits["grace_days"], asked.limits["critical_days"])
        if found is not None:
            to = f" for {name}" if name else ""
            yield Found(
                f"order:{pk}", found, f"{reference}{to}: to be shipped by {when.isoformat()}, open lines: {lines}",
                {"due": when.isoformat(), "days": (today - when).days, "lines": lines}, {"sales_order": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["shipment_overdue"], _find, "sales_order")
