"""A supplier's last receipt was late, and it keeps few of its dates. What "on time" means is said in
server/domain/supplier_performance.py; here a receipt is an order line and day."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule
from server.alerts.figures import PURCHASE_LINES, PURCHASES, TRACKING
from server.alerts.rules.purchase_overdue import COMPANIES
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity
from server.domain.status import StockHistoryCode
from server.domain.supplier_performance import Receipt, merged, performance

__all__ = ["RULE", "is_late_again"]


def is_late_again(receipts: Sequence[Receipt], percent: float, least: float) -> bool:
    """Whether the last promised receipt was late and fewer than `percent` of at least `least` were on time. `receipts`
    are in the order of their days."""
    promised = [one for one in receipts if one.on_time is not None]
    if not promised or len(promised) < least or promised[-1].on_time:
        return False
    rate = performance(promised).on_time_rate
    return rate is not None and rate * 100 < percent


def _receipts(asked: Asked) -> dict[tuple[int, str], list[Receipt]]:
    deltas = TRACKING.c.deltas
    joined = (
        TRACKING.join(PURCHASES, PURCHASES.c.pk == deltas["purchaseorder"].as_integer())
        .join(COMPANIES, COMPANIES.c.pk == PURCHASES.c.supplier_id)
        .outerjoin(PURCHASE_LINES, PURCHASE_LINES.c.pk == deltas["line"].as_integer())
    )
    promised = func.coalesce(PURCHASE_LINES.c.target_date, PURCHASES.c.target_date)
    wanted = (
        select(
            PURCHASES.c.supplier_id, COMPANIES.c.name, PURCHASES.c.pk.label("order"), PURCHASE_LINES.c.pk.label("line"),
            TRACKING.c.part_id, TRACKING.c.date, PURCHASES.c.issue_date, promised.label("promised"),
        )
        .select_from(joined)
        .where(
            TRACKING.c.date > asked.ago(asked.limits["days"]),
            TRACKING.c.tracking_type == int(StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER),
            *asked.among(PURCHASES.c.supplier_id),
        )
        .order_by(TRACKING.c.pk)
    )  # fmt: skip
    found: dict[tuple[int, str], list[Receipt]] = {}
    for row in asked.connection.execute(wanted):
        # InvenTree's own entries name no line: then the order and part stand for it.
        line, part = (row.line, 0) if row.line is not None else (-row.order, row.part_id or 0)
        one = Receipt(line, part, row.date.date(), Decimal(1), row.issue_date, row.promised)
        found.setdefault((row.supplier_id, row.name), []).append(one)
    return found


def _find(asked: Asked) -> Iterator[Found]:
    for (supplier, name), entries in _receipts(asked).items():
        receipts = merged(entries)
        if is_late_again(receipts, asked.limits["percent"], asked.limits["receipts"]):
            told = performance(receipts)
            yield Found(
                f"supplier:{supplier}", Severity.WARNING,
                f"{name}: late again; {told.on_time} of {told.promised} receipts were on time",
                {"have": told.on_time, "want": told.promised, "rate": told.on_time_rate, "lead_days": told.median},
                {"supplier": supplier},
            )  # fmt: skip


RULE = Rule(BY_KEY["supplier_late"], _find, "supplier")
