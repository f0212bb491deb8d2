"""Deleting stock items: what holds them, and what goes with them. Their history stays."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, union_all, update
from sqlalchemy.orm import Session

from server.actions.attached import drop_attached
from server.db.models.build import BuildItem
from server.db.models.order import SalesOrderAllocation, TransferOrderAllocation
from server.db.models.stock import StockItem, StockItemTestResult

__all__ = ["ALLOCATIONS", "delete_items", "held_items"]

ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
ALLOCATIONS: tuple[tuple[Any, str], ...] = (
    (SalesOrderAllocation.__table__, "item_id"),
    (BuildItem.__table__, "stock_item_id"),
    (TransferOrderAllocation.__table__, "item_id"),
)
"""The tables that promise stock to an order or a build, and their column for the item."""


def held_items(connection: Connection, keys: Sequence[int]) -> frozenset[int]:
    """Those of the items that are allocated, or that hold other items."""
    allocated = [select(table.c[column]).where(table.c[column].in_(keys)) for table, column in ALLOCATIONS]
    holding = select(ITEMS.c.belongs_to_id).where(ITEMS.c.belongs_to_id.in_(keys))
    return frozenset(connection.execute(union_all(*allocated, holding)).scalars())


def delete_items(session: Session, keys: Collection[int]) -> list[str]:
    """Delete items with what is installed in them, and the tags, attachments, parameters and test results of all. What
    was split from them belongs to what they were split from. The paths of the files that nothing refers to any more;
    they may be deleted once the transaction is committed."""
    wanted = _with_installed(session, keys)
    if not wanted:
        return []
    _pass_on_children(session, wanted)
    files = drop_attached(session, "stock.stockitem", wanted)
    tested = select(StockItemTestResult.attachment).where(StockItemTestResult.stock_item_id.in_(wanted))
    files += [path for path in session.execute(tested).scalars() if path]
    session.execute(delete(ITEMS).where(ITEMS.c.pk.in_(wanted)))
    return files


def _with_installed(session: Session, keys: Collection[int]) -> list[int]:
    found = set(keys)
    latest = found
    while latest:
        inside = select(ITEMS.c.pk).where(ITEMS.c.belongs_to_id.in_(sorted(latest)))
        latest = set(session.execute(inside).scalars()) - found
        found = found | latest
    return sorted(found)


def _pass_on_children(session: Session, keys: Sequence[int]) -> None:
    """Children of what goes hang on the nearest ancestor that stays."""
    children = select(ITEMS.c.pk, ITEMS.c.parent_id).where(ITEMS.c.parent_id.in_(keys), ITEMS.c.pk.not_in(keys))
    orphans = session.execute(children).all()
    if not orphans:
        return
    above = dict(session.execute(select(ITEMS.c.pk, ITEMS.c.parent_id).where(ITEMS.c.pk.in_(keys))).all())
    rows = []
    for pk, parent in orphans:
        while parent in above:
            parent = above[parent]
        rows.append({"b_pk": pk, "b_parent": parent})
    statement = update(ITEMS).where(ITEMS.c.pk == bindparam("b_pk")).values(parent_id=bindparam("b_parent"))
    session.connection().execute(statement, rows)
