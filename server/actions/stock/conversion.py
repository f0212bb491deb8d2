"""Turning stock into another variant of its part."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import PARTS, Ledger
from server.db.trees import below
from server.domain import stock_sets
from server.domain.errors import InvalidInput, WrongState

__all__ = ["convert"]


def convert(ledger: Ledger, pk: int, part: int) -> None:
    """The item is of the part `part` from now on: a variant of its own part, its template, or a sister of that."""
    item = ledger.item(pk)
    if part not in _conversions(ledger.session, item.part):
        raise InvalidInput("Selected part is not a valid option for conversion", field="part")
    if item.supplier_part is not None:
        raise WrongState("Cannot convert stock item with assigned SupplierPart")
    change = stock_sets.convert(item, part, ledger.by)
    ledger.take(change, f"Converted to part: {_name(ledger.session, part)}")
    ledger.write()


def _name(session: Session, part: int) -> str:
    row = session.execute(select(PARTS.c.IPN, PARTS.c.name, PARTS.c.revision).where(PARTS.c.pk == part)).one()
    return " | ".join(text for text in row if text)


def _conversions(session: Session, part: int) -> set[int]:
    """The active parts that stock of `part` can be turned into."""
    own = session.execute(select(PARTS.c.tree_path, PARTS.c.variant_of_id).where(PARTS.c.pk == part)).one()
    low, high = below(own.tree_path or f"/{part}/")
    options: list[Any] = [(PARTS.c.tree_path >= low) & (PARTS.c.tree_path < high)]
    if own.variant_of_id is not None:
        options += [PARTS.c.pk == own.variant_of_id, PARTS.c.variant_of_id == own.variant_of_id]
    found = select(PARTS.c.pk).where(or_(*options), PARTS.c.pk != part, PARTS.c.active.is_(True))
    return set(session.execute(found).scalars())
