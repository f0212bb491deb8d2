"""There is less of a part in a location than its minimum there, net of what is on order for it and promised from it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import ITEMS, LOCATIONS, PARTS, below, in_stock, on_order_lines, promises
from server.db.models.alerts import LocationLevel
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["LEVELS", "RULE", "held_at", "severity", "with_places"]

LEVELS = LocationLevel.__table__


def severity(here: Decimal, coming: Decimal, taken: Decimal, minimum: Decimal) -> Severity | None:
    """How bad it is; None where it is not low. It is critical where nothing is there."""
    if minimum <= 0 or here + coming - taken >= minimum:
        return None
    return Severity.CRITICAL if here <= 0 else Severity.WARNING


def with_places(asked: Asked, source: Subquery, place: str, name: str) -> Subquery:
    """level, quantity: the sum of a source's quantities (by part and the column `place`) for each level that is kept,
    over its location and all that is below."""
    root, child = LOCATIONS.alias(f"{name}_root"), LOCATIONS.alias(f"{name}_child")
    joined = (
        LEVELS.join(root, root.c.pk == LEVELS.c.location_id)
        .join(child, below(child, root))
        .join(source, (source.c.part_id == LEVELS.c.part_id) & (source.c[place] == child.c.pk))
    )
    total = select(LEVELS.c.pk.label("level"), func.sum(source.c.quantity).label("quantity")).select_from(joined)
    return total.where(*asked.among(LEVELS.c.part_id)).group_by(LEVELS.c.pk).subquery(name)


def held_at(asked: Asked) -> Subquery:
    """level, quantity: what is in stock at each level's location."""
    wanted = asked.among(ITEMS.c.part_id) or [ITEMS.c.part_id.in_(select(LEVELS.c.part_id))]
    held = (
        select(ITEMS.c.part_id, ITEMS.c.location_id, func.sum(ITEMS.c.quantity).label("quantity"))
        .where(in_stock(ITEMS), ITEMS.c.location_id.is_not(None), *wanted)
        .group_by(ITEMS.c.part_id, ITEMS.c.location_id)
        .subquery("held")
    )
    return with_places(asked, held, "location_id", "held_at")


def _wanted(asked: Asked) -> Select[Any]:
    held = held_at(asked)
    coming = with_places(asked, on_order_lines(asked), "destination_id", "coming_to")
    taken = with_places(asked, promises(asked), "location_id", "promised_at")
    joined = LEVELS.join(PARTS, PARTS.c.pk == LEVELS.c.part_id).join(LOCATIONS, LOCATIONS.c.pk == LEVELS.c.location_id)
    for source in (held, coming, taken):
        joined = joined.outerjoin(source, source.c.level == LEVELS.c.pk)
    about = (
        LEVELS.c.part_id, PARTS.c.name, PARTS.c.IPN, LEVELS.c.location_id, LOCATIONS.c.pathstring, LEVELS.c.minimum,
    )  # fmt: skip
    wanted = select(*about, held.c.quantity, coming.c.quantity, taken.c.quantity).select_from(joined)
    return wanted.where(PARTS.c.active.is_(True), LEVELS.c.minimum > 0, *asked.among(LEVELS.c.part_id))


def _find(asked: Asked) -> Iterator[Found]:
    for part, name, number, location, path, minimum, *figures in asked.connection.execute(_wanted(asked)):
        have, ordered, away = (one or Decimal(0) for one in figures)
        found = severity(have, ordered, away, minimum)
        if found is not None:
            net = have + ordered - away
            yield Found(
                f"part:{part}:location:{location}", found,
                f"{named(name, number)}: {amount(net)} of at least {amount(minimum)} in {path} ({amount(have)} there, "
                f"{amount(ordered)} on order, {amount(away)} promised)",
                {
                    "have": float(net), "want": float(minimum), "in_stock": float(have), "on_order": float(ordered),
                    "promised": float(away),
                },
                {"part": part, "location": location},
            )  # fmt: skip


RULE = Rule(BY_KEY["location_low"], _find, "part")
