"""Promising stock to a sales order as the server chooses: what lies free to what the lines miss.

What may be used is read without a lock, and the choice is made. Only what was chosen is locked then, in the order of
its keys, and looked at again: where somebody else was quicker, the whole transaction begins anew (`Overtaken`), which
also lets go of the locks, so that none is ever taken out of order. After a few tries everything that may be used is
locked before the choice, and that one stands.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from server.actions.orders.allocation import OTHER_ORDER, write_promises
from server.actions.orders.promises import promised, promised_of_parts, untested
from server.actions.orders.sales_lines import (
    Policy,
    check_shipment,
    family_of,
    missing_of,
    open_order,
    order_lines,
)
from server.actions.stock.ledger import ITEMS, PARTS
from server.actions.stock.lines import LOCATIONS
from server.db.prepared import places, rows_among
from server.db.session import Overtaken, attempts_of
from server.domain import allocation as rules
from server.domain.allocation import Candidate, OpenLine, Promise
from server.domain.errors import InvalidInput

__all__ = ["Choice", "auto_allocate"]

ZERO = Decimal(0)
FREE_TRIES = 3
"""How often it is tried without locking all that may be used."""


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


def auto_allocate(session: Session, order: int, choice: Choice, shipment: int | None, policy: Policy) -> list[int]:
    """Promise what lies free to what the lines miss; the keys of the promises. Takes a fixed number of statements for
    each thousand lines. Raises NotFound, WrongState or InvalidInput, by field; Overtaken."""
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
    return write_promises(session, _chosen(_Stock(session, choice, policy), wants), shipment)


def _chosen(stock: "_Stock", wants: Sequence[OpenLine]) -> list[Promise]:
    """What the lines get, exact. Raises Overtaken."""
    found = stock.of_parts({part for line in wants for part in line.parts})
    careful = stock.shared and attempts_of(stock.session) >= FREE_TRIES
    if careful:
        found = stock.locked([item.pk for item in found])
    choice = stock.choice
    promises = rules.auto_allocate(wants, found, priority=choice.priority, interchangeable=choice.interchangeable)
    if stock.shared and not careful:
        _check_again(stock, promises)
    return promises


def _check_again(stock: "_Stock", promises: Sequence[Promise]) -> None:
    free = {item.pk: item.free for item in stock.locked({each.item for each in promises})}
    for each in promises:
        free[each.item] = free.get(each.item, ZERO) - each.quantity
    if any(quantity < 0 for quantity in free.values()):
        raise Overtaken("stock was promised or moved between the choice and the lock")


class _Stock:
    """What may be given out as the choice and the policy say."""

    def __init__(self, session: Session, choice: Choice, policy: Policy) -> None:
        self.session = session
        self.choice = choice
        self.policy = policy
        self.inside = _place(session, choice.location)
        self.outside = _place(session, choice.exclude)
        # On SQLite a transaction that writes is alone: what it read stays as it is, and there are no locks.
        self.shared = session.connection().dialect.name != "sqlite"

    def of_parts(self, parts: Collection[int]) -> list[Candidate]:
        """What may be given out of the parts, as it seems without a lock."""
        return self._usable(_of_parts, parts, promised_of_parts(self.session, parts))

    def locked(self, items: Collection[int]) -> list[Candidate]:
        """Those of the items of which something may be given out, locked in the order of their keys."""
        for _ in rows_among(self.session.connection(), _locking, items):
            pass
        return self._usable(_of_items, items, promised(self.session, items))

    def _usable(self, make: Any, keys: Collection[int], taken: dict[int, Decimal]) -> list[Candidate]:
        placed = self.inside is not None or self.outside is not None
        found = []
        for row in rows_among(self.session.connection(), make, keys, placed):
            item = Candidate._make((*row[:9], row[2] - taken[row[0]] if row[0] in taken else row[2]))
            if placed and not self._lies_right(row[9] or ""):
                continue
            if rules.may_be_taken(item, serialized=self.choice.serialized, good_until=self.policy.good_until):
                found.append(item)
        if self.policy.only_tested:
            bad = untested(self.session, [item.pk for item in found])
            found = [item for item in found if item.pk not in bad]
        return found

    def _lies_right(self, path: str) -> bool:
        return (self.inside is None or path.startswith(self.inside)) and (
            self.outside is None or not path.startswith(self.outside)
        )


def _place(session: Session, location: int | None) -> str | None:
    if location is None:
        return None
    return session.execute(select(LOCATIONS.c.tree_path).where(LOCATIONS.c.pk == location)).scalar_one_or_none()


# ------------------------------------------------------------------------------------------------- statements

Made = tuple[Select[Any], Sequence[ColumnElement[Any]]]


def _candidates(placed: bool, among: ColumnElement[bool]) -> Made:
    """The members of Candidate but the last, of what lies on a shelf; `placed`: the path of its location too."""
    salable = select(PARTS.c.salable).where(PARTS.c.pk == ITEMS.c.part_id).scalar_subquery()
    columns: list[ColumnElement[Any]] = [
        ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.quantity, ITEMS.c.location_id, ITEMS.c.serial, ITEMS.c.status, salable,
        ITEMS.c.expiry_date, ITEMS.c.updated,
    ]  # fmt: skip
    if placed:
        columns.append(select(LOCATIONS.c.tree_path).where(LOCATIONS.c.pk == ITEMS.c.location_id).scalar_subquery())
    shelved = select(*columns).where(
        among, ITEMS.c.quantity > 0, ITEMS.c.customer_id.is_(None), ITEMS.c.sales_order_id.is_(None),
        ITEMS.c.belongs_to_id.is_(None), ITEMS.c.consumed_by_id.is_(None), ITEMS.c.is_building.is_(False),
    )  # fmt: skip
    return shelved, columns


def _of_parts(placed: bool, size: int) -> Made:
    return _candidates(placed, ITEMS.c.part_id.in_(places(size)))


def _of_items(placed: bool, size: int) -> Made:
    return _candidates(placed, ITEMS.c.pk.in_(places(size)))


def _locking(size: int) -> Made:
    return select(ITEMS.c.pk).where(ITEMS.c.pk.in_(places(size))).order_by(ITEMS.c.pk).with_for_update(), ()
