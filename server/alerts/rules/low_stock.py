"""There is less of a part than its minimum, net of what is on order and what is promised."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import PARTS, members, on_order, promised, stock
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "severity"]


def severity(here: Decimal, coming: Decimal, taken: Decimal, minimum: Decimal, critical: float) -> Severity | None:
    """How bad it is; None where it is not low. Where nothing is here at all it is out of stock, which another rule
    tells. `critical`: from how many percent of the minimum on it is critical."""
    net = here + coming - taken
    if minimum <= 0 or here <= 0 or net >= minimum:
        return None
    return Severity.CRITICAL if net * 100 <= minimum * Decimal(str(critical)) else Severity.WARNING


def _find(asked: Asked) -> Iterator[Found]:
    held, taken, coming = stock(asked), promised(asked), on_order(asked)
    family = members(
        lambda part: part.c.active.is_(True), lambda part: part.c.virtual.is_(False),
        lambda part: part.c.minimum_stock > 0, lambda part: asked.is_among(part.c.pk),
    )  # fmt: skip
    joined = family.join(PARTS, PARTS.c.pk == family.c.root)
    for source in (held, taken, coming):
        joined = joined.outerjoin(source, source.c.part_id == family.c.part)
    sums = [func.sum(source.c.quantity) for source in (held, coming, taken)]
    wanted = (
        select(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.minimum_stock, *sums)
        .select_from(joined)
        .group_by(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.minimum_stock)
    )
    for pk, name, number, minimum, *figures in asked.connection.execute(wanted):
        have, ordered, away = (one or Decimal(0) for one in figures)
        found = severity(have, ordered, away, minimum, asked.limits["critical_percent"])
        if found is not None:
            net = have + ordered - away
            yield Found(
                f"part:{pk}", found,
                f"{named(name, number)}: {amount(net)} of at least {amount(minimum)} ({amount(have)} in stock, "
                f"{amount(ordered)} on order, {amount(away)} promised)",
                {
                    "have": float(net), "want": float(minimum), "in_stock": float(have), "on_order": float(ordered),
                    "promised": float(away),
                },
                {"part": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["low_stock"], _find, "part")
