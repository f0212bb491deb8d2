"""How much of stock items is promised: to sales orders, builds and transfer orders that are not done with it.

Whoever promises stock locks the item first (`Ledger.load`) and asks then: promises of one item follow each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, func, select
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
from server.domain.status import ACTIVE_BUILDS, SalesOrderStatus, TransferOrderStatus

__all__ = ["groups", "promised", "untested"]

GROUP = 1000
SALES_OPEN = (
    SalesOrderStatus.PENDING, SalesOrderStatus.ON_HOLD, SalesOrderStatus.IN_PROGRESS, SalesOrderStatus.SHIPPED,
)  # fmt: skip
TRANSFER_OPEN = (TransferOrderStatus.PENDING, TransferOrderStatus.ON_HOLD, TransferOrderStatus.ISSUED)
PROMISES: Table = SalesOrderAllocation.__table__  # type: ignore[assignment]
LINES: Table = SalesOrderLineItem.__table__  # type: ignore[assignment]
ORDERS: Table = SalesOrder.__table__  # type: ignore[assignment]
SHIPMENTS: Table = SalesOrderShipment.__table__  # type: ignore[assignment]


def groups(keys: Iterable[int]) -> Iterator[Sequence[int]]:
    """The keys, sorted, in groups that one statement takes."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), GROUP):
        yield wanted[start : start + GROUP]


def promised(session: Session, items: Iterable[int], *, but: Sequence[int] = ()) -> dict[int, Decimal]:
    """What is promised of each item and not sent, moved or used yet; items of which nothing is are left out. `but`
    are the keys of promises to sales orders that do not count."""
    found: dict[int, Decimal] = {}
    for group in groups(items):
        for statement in (_to_sales(group, but), _to_builds(group), _to_transfers(group)):
            for item, quantity in session.execute(statement):
                found[item] = found.get(item, Decimal(0)) + quantity
    return found


def _to_sales(items: Sequence[int], but: Sequence[int]) -> Select[Any]:
    statement = (
        select(PROMISES.c.item_id, func.sum(PROMISES.c.quantity))
        .join(LINES, LINES.c.pk == PROMISES.c.line_id)
        .join(ORDERS, ORDERS.c.pk == LINES.c.order_id)
        .outerjoin(SHIPMENTS, SHIPMENTS.c.pk == PROMISES.c.shipment_id)
        .where(
            PROMISES.c.item_id.in_(items), ORDERS.c.status.in_([int(code) for code in SALES_OPEN]),
            SHIPMENTS.c.shipment_date.is_(None),
        )
        .group_by(PROMISES.c.item_id)
    )  # fmt: skip
    return statement.where(PROMISES.c.pk.not_in(but)) if but else statement


def _to_builds(items: Sequence[int]) -> Select[Any]:
    promise, line, build = BuildItem.__table__.c, BuildLine.__table__.c, Build.__table__.c
    return (
        select(promise.stock_item_id, func.sum(promise.quantity))
        .join(BuildLine, line.pk == promise.build_line_id)
        .join(Build, build.pk == line.build_id)
        .where(promise.stock_item_id.in_(items), build.status.in_([int(code) for code in ACTIVE_BUILDS]))
        .group_by(promise.stock_item_id)
    )


def _to_transfers(items: Sequence[int]) -> Select[Any]:
    promise, line = TransferOrderAllocation.__table__.c, TransferOrderLineItem.__table__.c
    order = TransferOrder.__table__.c
    return (
        select(promise.item_id, func.sum(promise.quantity))
        .join(TransferOrderLineItem, line.pk == promise.line_id)
        .join(TransferOrder, order.pk == line.order_id)
        .where(promise.item_id.in_(items), order.status.in_([int(code) for code in TRANSFER_OPEN]))
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
