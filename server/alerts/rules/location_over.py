"""There is more of a part in a location than its maximum there."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import LOCATIONS, PARTS
from server.alerts.rules.location_low import LEVELS, held_at
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "is_over"]


def is_over(here: Decimal, maximum: Decimal | None) -> bool:
    """Whether it is more than the maximum; none means no limit."""
    return maximum is not None and here > maximum


def _find(asked: Asked) -> Iterator[Found]:
    held = held_at(asked)
    joined = (
        LEVELS.join(PARTS, PARTS.c.pk == LEVELS.c.part_id)
        .join(LOCATIONS, LOCATIONS.c.pk == LEVELS.c.location_id)
        .join(held, held.c.level == LEVELS.c.pk)
    )
    wanted = select(
        LEVELS.c.part_id, PARTS.c.name, PARTS.c.IPN, LEVELS.c.location_id, LOCATIONS.c.pathstring, LEVELS.c.maximum,
        held.c.quantity,
    ).select_from(joined).where(LEVELS.c.maximum.is_not(None), *asked.among(LEVELS.c.part_id))  # fmt: skip
    for part, name, number, location, path, maximum, have in asked.connection.execute(wanted):
        if is_over(have, maximum):
            yield Found(
                f"part:{part}:location:{location}", Severity.INFO,
                f"{named(name, number)}: {amount(have)} of at most {amount(maximum)} in {path}",
                {"have": float(have), "want": float(maximum)}, {"part": part, "location": location},
            )  # fmt: skip


RULE = Rule(BY_KEY["location_over"], _find, "part")
