"""Nothing is left of a part that somebody wants: it has a minimum, a sales order asks for it, or it was just used."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, or_, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import PARTS, demanded, members, on_order, stock, used
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "severity"]


def severity(
    here: Decimal, coming: Decimal, asked_for: Decimal, minimum: Decimal, times_used: int
) -> Severity | None:  # fmt: skip
    """How bad it is; None where something is here, or nobody misses it. What a sales order asks for, or what is not
    even on order although it has a minimum, is critical."""
    if here > 0 or (minimum <= 0 and asked_for <= 0 and times_used <= 0):
        return None
    return Severity.CRITICAL if asked_for > 0 or (minimum > 0 and coming <= 0) else Severity.WARNING


def _find(asked: Asked) -> Iterator[Found]:
    days = asked.limits["used_days"]
    held, wanted, coming, gone = stock(asked), demanded(asked), on_order(asked), used(asked, asked.ago(days))
    family = members(
        lambda part: part.c.active.is_(True), lambda part: part.c.virtual.is_(False),
        lambda part: asked.is_among(part.c.pk),
    )  # fmt: skip
    joined = family.join(PARTS, PARTS.c.pk == family.c.root)
    for source in (held, coming, wanted, gone):
        joined = joined.outerjoin(source, source.c.part_id == family.c.part)
    sums = [func.sum(source.c.quantity) for source in (coming, wanted)]
    times = func.coalesce(func.sum(gone.c.times), 0)
    missing = (
        select(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.minimum_stock, times, *sums)
        .select_from(joined)
        .group_by(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, PARTS.c.minimum_stock)
        .having(
            func.coalesce(func.sum(held.c.quantity), 0) == 0,
            or_(PARTS.c.minimum_stock > 0, func.sum(wanted.c.quantity) > 0, times > 0),
        )
    )
    for pk, name, number, minimum, times_used, *figures in asked.connection.execute(missing):
        ordered, missed = (one or Decimal(0) for one in figures)
        found = severity(Decimal(0), ordered, missed, minimum, int(times_used))
        if found is not None:
            yield Found(
                f"part:{pk}", found,
                f"{named(name, number)}: nothing in stock ({amount(ordered)} on order, {amount(missed)} asked for)",
                {
                    "have": 0.0, "want": float(minimum), "on_order": float(ordered), "asked_for": float(missed),
                    "times_used": int(times_used), "used_days": days,
                },
                {"part": pk},
            )  # fmt: skip


RULE = Rule(BY_KEY["out_of_stock"], _find, "part")
