"""There is more of a part than its maximum."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import PARTS, members, stock
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "is_over"]


def is_over(here: Decimal, maximum: Decimal, percent: float) -> bool:
    """Whether it is more than the maximum and the percents of it that are allowed; 0 means that there is no maximum."""
    return maximum > 0 and here * 100 > maximum * (100 + Decimal(str(percent)))


def _find(asked: Asked) -> Iterator[Found]:
    held = stock(asked)
    family = members(
        lambda part: part.c.active.is_(True), lambda part: part.c.maximum_stock > 0,
        lambda part: asked.is_among(part.c.pk),
    )  # fmt: skip
    wanted = (
        select(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.maximum_stock, func.sum(held.c.quantity))
        .select_from(family.join(PARTS, PARTS.c.pk == family.c.root).join(held, held.c.part_id == family.c.part))
        .group_by(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.maximum_stock)
    )
    for pk, name, number, maximum, have in asked.connection.execute(wanted):
        if is_over(have, maximum, asked.limits["percent"]):
            yield Found(
                f"part:{pk}", Severity.INFO, f"{named(name, number)}: {amount(have)} of at most {amount(maximum)}",
                {"have": float(have), "want": float(maximum), "allowed_percent": asked.limits["percent"]}, {"part": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["overstock"], _find, "part")
