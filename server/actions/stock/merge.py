"""Making one stock item of several."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.actions.stock.deletion import ALLOCATIONS
from server.actions.stock.ledger import ITEMS, Ledger
from server.actions.stock.lines import may_hold_stock
from server.db.models.build import BuildItem
from server.domain import stock_sets
from server.domain.errors import InvalidInput

__all__ = ["hand_over_allocations", "merge"]


def merge(
    ledger: Ledger, keys: Sequence[int], location: int, notes: str = "", *, any_supplier: bool = False,
    any_status: bool = False,
) -> None:  # fmt: skip
    """The first item takes in the others, which are deleted, and lies at `location` then. What is promised of the
    others is promised of it."""
    may_hold_stock(ledger.session, location)
    _check(ledger, keys)
    base, *others = (ledger.items[key] for key in keys)
    changes = stock_sets.merge(base, others, location, ledger.by, any_supplier=any_supplier, any_status=any_status)
    for change in changes:
        ledger.take(change, notes)
    gone = [other.pk for other in others]
    hand_over_allocations(ledger.session, base.pk, gone)
    ledger.write(gone)


def _check(ledger: Ledger, keys: Sequence[int]) -> None:
    holding = select(ITEMS.c.belongs_to_id).where(ITEMS.c.belongs_to_id.in_(sorted(set(keys))))
    containers = set(ledger.connection.execute(holding).scalars())
    errors: dict[str, Any] = {}
    for index, key in enumerate(keys):
        try:
            stock_sets.mergeable(ledger.items[key], contains_others=key in containers)
        except InvalidInput as error:
            errors[str(index)] = error.errors
    if errors:
        raise InvalidInput({"items": errors})
    if len(keys) < 2:
        raise InvalidInput("At least two stock items must be provided")
    if len(set(keys)) != len(keys):
        raise InvalidInput("Duplicate stock items")


def hand_over_allocations(session: Session, to: int, keys: Sequence[int]) -> None:
    """What is promised of the items `keys` is promised of the item `to` from now on. (A build line can have one
    promise of an item only: they are added up.)"""
    for table, column in ALLOCATIONS:
        if table is BuildItem.__table__:
            _hand_over_to_builds(session, to, keys)
        else:
            session.execute(update(table).where(table.c[column].in_(keys)).values({column: to}))


def _hand_over_to_builds(session: Session, to: int, keys: Sequence[int]) -> None:
    rows = session.scalars(
        select(BuildItem).where(BuildItem.stock_item_id.in_([to, *keys])).order_by(BuildItem.pk)
    ).all()
    kept: dict[tuple[int | None, int | None], BuildItem] = {
        (row.build_line_id, row.install_into_id): row for row in rows if row.stock_item_id == to
    }
    for row in rows:
        first = kept.setdefault((row.build_line_id, row.install_into_id), row)
        if first is not row:
            first.quantity += row.quantity
            session.delete(row)
    session.flush()
    for row in kept.values():
        row.stock_item_id = to
    session.flush()
