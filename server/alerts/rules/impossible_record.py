"""A stock item that cannot be as it is recorded."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, or_, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import ITEMS, LOCATIONS, PARTS, promises
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "faults"]


def faults(quantity: Decimal, serial: str | None, taken: Decimal, *, structural: bool) -> list[str]:
    """What is wrong with a record. `taken`: what is promised of the item; `structural`: whether its location holds no
    stock itself."""
    found = []
    if quantity < 0:
        found.append(f"a quantity of {amount(quantity)}")
    if serial and quantity not in (0, 1):
        found.append(f"serial number {serial} on {amount(quantity)}")
    if taken > max(quantity, Decimal(0)):
        found.append(f"{amount(taken)} promised of {amount(quantity)}")
    if structural:
        found.append("stock in a structural location")
    return found


def _find(asked: Asked) -> Iterator[Found]:
    every = promises(asked)
    taken = select(every.c.item_id, func.sum(every.c.quantity).label("quantity")).group_by(every.c.item_id)
    promised = taken.subquery("promised")
    one = 1
    joined = (
        ITEMS.join(PARTS, PARTS.c.pk == ITEMS.c.part_id)
        .outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
        .outerjoin(promised, promised.c.item_id == ITEMS.c.pk)
    )
    wanted = (
        select(
            ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.location_id, PARTS.c.name, PARTS.c.IPN, ITEMS.c.quantity,
            ITEMS.c.serial, LOCATIONS.c.structural, promised.c.quantity,
        )
        .select_from(joined)
        .where(
            or_(
                ITEMS.c.quantity < 0, promised.c.quantity > ITEMS.c.quantity,
                LOCATIONS.c.structural.is_(True),
                (ITEMS.c.serial != "") & (ITEMS.c.quantity > one),
            ),
            *asked.among(ITEMS.c.part_id),
        )
    )  # fmt: skip
    for pk, part, location, name, number, quantity, serial, structural, taken_of in asked.connection.execute(wanted):
        wrong = faults(quantity, serial, taken_of or Decimal(0), structural=bool(structural) and quantity > 0)
        if wrong:
            yield Found(
                f"item:{pk}", Severity.CRITICAL, f"{named(name, number)}: {', '.join(wrong)} (item {pk})",
                {"have": float(quantity), "promised": float(taken_of or 0), "faults": wrong},
                {"part": part, "stock_item": pk, "location": location},
            )  # fmt: skip


RULE = Rule(BY_KEY["impossible_record"], _find, "part")
