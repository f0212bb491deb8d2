"""How much of stock items is promised: to sales orders, builds and transfer orders that are not done with it.

Whoever promises stock locks the item first (`Ledger.load`) and asks then: promises of one item follow each other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Table, func, literal, select
from sqlalchemy.orm import Session

from server.db.models.build import Build, BuildItem, BuildLine
from server.db.models.order import (
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
    TransferOrder,
    TransferOrderAllocation,
    TransferOrderLineItem,
)
from server.db.models.part import Part, PartTestTemplate
from server.db.models.stock import StockItem, StockItemTestResult
from server.db.prepared import places, rows_among
from server.domain.status import ACTIVE_BUILDS, SalesOrderStatus, TransferOrderStatus

__all__ = ["groups", "promised", "promised_of_parts", "untested"]

GROUP = 1000
SALES_OPEN = (
    SalesOrderStatus.PENDING, SalesOrderStatus.ON_HOLD, SalesOrderStatus.IN_PROGRESS, SalesOrderStatus.SHIPPED,
)  # fmt: skip
TRANSFER_OPEN = (TransferOrderStatus.PENDING, TransferOrderStatus.ON_HOLD, TransferOrderStatus.ISSUED)
PROMISES: Table = SalesOrderAllocation.__table__  # type: ignore[assignment]
LINES: Table = SalesOrderLineItem.__table__  # type: ignore[assignment]
ORDERS: Table = SalesOrder.__table__  # type: ignore[assignment]
SHIPMENTS: Table = SalesOrderShipment.__table__  # type: ignore[assignment]
ITEMS: Table = StockItem.__table__  # type: ignore[assignment]


def groups(keys: Iterable[int]) -> Iterator[Sequence[int]]:
    """The keys, sorted, in groups that one statement takes."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), GROUP):
        yield wanted[start : start + GROUP]


Among = Callable[[ColumnElement[Any]], ColumnElement[bool]]


def promised(session: Session, items: Iterable[int], *, but: Sequence[int] = ()) -> dict[int, Decimal]:
    """What is promised of each item and not sent, moved or used yet; items of which nothing is are left out. `but`
    are the keys of promises to sales orders that do not count."""
    if not but:
        return _sums(session, items, _of_items)
    found: dict[int, Decimal] = {}
    for group in groups(items):
        for promises in (_to_sales, _to_builds, _to_transfers):
            statement = promises(lambda item, group=group: item.in_(group))  # type: ignore[misc]
            if promises is _to_sales:
                statement = statement.where(PROMISES.c.pk.not_in(but))
            _add(found, session.execute(statement))
    return found


def promised_of_parts(session: Session, parts: Iterable[int]) -> dict[int, Decimal]:
    """The same of all items of the parts."""
    return _sums(session, parts, _of_parts)


def _sums(session: Session, keys: Iterable[int], among: Callable[[int], Among]) -> dict[int, Decimal]:
    session.flush()
    found: dict[int, Decimal] = {}
    wanted = sorted(set(keys))
    for promises in (_to_sales, _to_builds, _to_transfers):
        _add(found, rows_among(session.connection(), _asking, wanted, promises, among))
    return found


def _add(found: dict[int, Decimal], rows: Iterable[Any]) -> None:
    for item, quantity in rows:
        found[item] = found.get(item, Decimal(0)) + quantity


def _asking(
    promises: Callable[[Among], Select[Any]], among: Callable[[int], Among], size: int
) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    statement = promises(among(size))
    return statement, list(statement.selected_columns)


def _of_items(size: int) -> Among:
    return lambda item: item.in_(places(size))


def _of_parts(size: int) -> Among:
    of_parts = select(ITEMS.c.pk).where(ITEMS.c.part_id.in_(places(size)))
    return lambda item: item.in_(of_parts)


def _codes(states: Iterable[int]) -> list[BindParameter[int]]:
    """One place each: a list in one place would be filled in when the statement runs, which prepared ones cannot."""
    return [literal(int(code)) for code in states]


def _to_sales(among: Among) -> Select[Any]:
    return (
        select(PROMISES.c.item_id, func.sum(PROMISES.c.quantity))
        .join(LINES, LINES.c.pk == PROMISES.c.line_id)
        .join(ORDERS, ORDERS.c.pk == LINES.c.order_id)
        .outerjoin(SHIPMENTS, SHIPMENTS.c.pk == PROMISES.c.shipment_id)
        .where(
            among(PROMISES.c.item_id), ORDERS.c.status.in_(_codes(SALES_OPEN)),
            SHIPMENTS.c.shipment_date.is_(None),
        )
        .group_by(PROMISES.c.item_id)
    )  # fmt: skip


def _to_builds(among: Among) -> Select[Any]:
    promise, line, build = BuildItem.__table__.c, BuildLine.__table__.c, Build.__table__.c
    return (
        select(promise.stock_item_id, func.sum(promise.quantity))
        .join(BuildLine, line.pk == promise.build_line_id)
        .join(Build, build.pk == line.build_id)
        .where(among(promise.stock_item_id), build.status.in_(_codes(ACTIVE_BUILDS)))
        .group_by(promise.stock_item_id)
    )


def _to_transfers(among: Among) -> Select[Any]:
    promise, line = TransferOrderAllocation.__table__.c, TransferOrderLineItem.__table__.c
    order = TransferOrder.__table__.c
    return (
        select(promise.item_id, func.sum(promise.quantity))
        .join(TransferOrderLineItem, line.pk == promise.line_id)
        .join(TransferOrder, order.pk == line.order_id)
        .where(among(promise.item_id), order.status.in_(_codes(TRANSFER_OPEN)))
        .group_by(promise.item_id)
    )


# ------------------------------------------------------------------------------------------------- tests


def untested(session: Session, items: Iterable[int]) -> set[int]:
    """Those of the items that have not passed a test that their part (or a template above it) requires. The latest
    result of a test counts."""
    missing: set[int] = set()
    for group in groups(items):
        required = _required(session, group)
        wanted = sorted({template for templates in required.values() for template in templates})
        if not wanted:
            continue
        results = StockItemTestResult.__table__.c
        rows = session.execute(
            select(results.stock_item_id, results.template_id, results.result)
            .where(results.stock_item_id.in_(group), results.template_id.in_(wanted))
            .order_by(results.pk)
        )
        passed = {(item, template): result for item, template, result in rows}
        missing |= {
            item for item, templates in required.items()
            if not all(passed.get((item, template)) for template in templates)
        }  # fmt: skip
    return missing


def _required(session: Session, items: Sequence[int]) -> dict[int, list[int]]:
    """The templates of the tests that each item must have passed."""
    part, item, template = Part.__table__.c, StockItem.__table__.c, PartTestTemplate.__table__.c
    rows = session.execute(
        select(item.pk, part.tree_path).join(Part, part.pk == item.part_id).where(item.pk.in_(items))
    ).all()
    chains = {pk: [int(step) for step in path.split("/") if step] for pk, path in rows}
    parts = sorted({step for chain in chains.values() for step in chain})
    tests: dict[int, list[int]] = {}
    asked = select(template.part_id, template.pk).where(
        template.part_id.in_(parts), template.required.is_(True), template.enabled.is_(True)
    )
    for key, test in session.execute(asked):
        tests.setdefault(key, []).append(test)
    return {pk: [test for step in chain for test in tests.get(step, ())] for pk, chain in chains.items()}
