"""There is more of a part than its maximum."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import PARTS, below, stock
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "is_over"]


def is_over(here: Decimal, maximum: Decimal, percent: float) -> bool:
    """Whether it is more than the maximum and the percents of it that are allowed; 0 means that there is no maximum."""
    return maximum > 0 and here * 100 > maximum * (100 + Decimal(str(percent)))


def _find(asked: Asked) -> Iterator[Found]:
    root, child, held = PARTS.alias("root"), PARTS.alias("child"), stock(asked)
    wanted = (
        select(root.c.pk, root.c.name, root.c.IPN, root.c.maximum_stock, func.sum(held.c.quantity))
        .select_from(root.join(child, below(child, root)).join(held, held.c.part_id == child.c.pk))
        .where(root.c.active.is_(True), root.c.maximum_stock > 0, *asked.among(root.c.pk))
        .group_by(root.c.pk, root.c.name, root.c.IPN, root.c.maximum_stock)
    )
    for pk, name, number, maximum, have in asked.connection.execute(wanted):
        if is_over(have, maximum, asked.limits["percent"]):
            yield Found(
                f"part:{pk}", Severity.INFO, f"{named(name, number)}: {amount(have)} of at most {amount(maximum)}",
                {"have": float(have), "want": float(maximum), "allowed_percent": asked.limits["percent"]}, {"part": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["overstock"], _find, "part")
