"""Promising stock to a sales order as the server chooses: what lies free to what the lines miss."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.orders.allocation import OTHER_ORDER, write_promises
from server.actions.orders.promises import groups
from server.actions.orders.sales_lines import (
    Policy,
    check_shipment,
    family_of,
    holdings_of,
    missing_of,
    open_order,
    order_lines,
)
from server.actions.stock.ledger import ITEMS, Ledger
from server.actions.stock.lines import LOCATIONS
from server.domain import allocation as rules
from server.domain.allocation import Holding, OpenLine
from server.domain.errors import InvalidInput

__all__ = ["Choice", "auto_allocate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the server is to choose. `location`: only what lies there or below; `exclude`: nothing that does;
    `serialized`: "any", "serialized", "unserialized"; `lines`: only these (None: all)."""

    location: int | None = None
    exclude: int | None = None
    interchangeable: bool = True
    priority: str = "updated"
    serialized: str = "any"
    lines: Collection[int] | None = None


def auto_allocate(ledger: Ledger, order: int, choice: Choice, shipment: int | None, policy: Policy) -> list[int]:
    """Promise what lies free to what the lines miss; the keys of the promises. Takes a fixed number of statements for
    each thousand lines. Raises NotFound, WrongState or InvalidInput, by field."""
    session = ledger.session
    open_order(session, order, "auto_allocate")
    lines = order_lines(session, order, choice.lines)
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    if choice.lines is not None and set(choice.lines) - lines.keys():
        wrong["line_items"] = [OTHER_ORDER]
    if wrong:
        raise InvalidInput(wrong)
    wanting = [line for line in lines.values() if line.part is not None]
    family = family_of(session, wanting)
    missing = missing_of(session, wanting)
    wants = [
        OpenLine(line.pk, missing[line.pk], frozenset(family[line.part]))
        for line in wanting
        if line.part is not None and missing[line.pk] > 0
    ]
    found = _free_stock(session, {part for each in wants for part in each.parts}, choice)
    holdings = holdings_of(ledger, found, policy)
    usable = [
        Holding(held.item, held.promised, tested=held.tested, expired=held.expired, touched=found[pk])
        for pk, held in holdings.items()
        if rules.may_be_taken(held, serialized=choice.serialized)
    ]
    promises = rules.auto_allocate(
        wants, usable, priority=choice.priority, interchangeable=choice.interchangeable
    )  # fmt: skip
    return write_promises(session, promises, shipment)


def _free_stock(session: Session, parts: Collection[int], choice: Choice) -> dict[int, Any]:
    """The keys of the items that may be in stock and lie where they may be taken from, and when each was last
    touched."""
    inside, outside = (_place(session, place) for place in (choice.location, choice.exclude))
    found: dict[int, Any] = {}
    for group in groups(parts):
        statement = (
            select(ITEMS.c.pk, ITEMS.c.updated, LOCATIONS.c.tree_path)
            .outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
            .where(
                ITEMS.c.part_id.in_(group), ITEMS.c.quantity > 0, ITEMS.c.customer_id.is_(None),
                ITEMS.c.sales_order_id.is_(None), ITEMS.c.belongs_to_id.is_(None), ITEMS.c.is_building.is_(False),
            )
        )  # fmt: skip
        for pk, touched, path in session.execute(statement):
            lies = path or ""
            if (inside is None or lies.startswith(inside)) and (outside is None or not lies.startswith(outside)):
                found[pk] = touched
    return found


def _place(session: Session, location: int | None) -> str | None:
    if location is None:
        return None
    return session.execute(select(LOCATIONS.c.tree_path).where(LOCATIONS.c.pk == location)).scalar_one_or_none()
