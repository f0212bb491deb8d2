"""Taking an order from one state to the next: what must hold, the new state, and what comes with it.

The order's row is locked first, so that two requests for one order follow each other. What must hold is looked up by
the names that the tables of `workflow.orders` use.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select
from sqlalchemy.orm import Session

from server.actions.notices import Notice, cancelled, new_order, tell
from server.actions.orders.kinds import tables_of
from server.actions.pricing import schedule_pricing
from server.db.columns import Base
from server.db.models.company import SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    ReturnOrder,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
    TransferOrder,
    TransferOrderAllocation,
    TransferOrderLineItem,
)
from server.domain.errors import InvalidInput, NotFound
from server.domain.order_states import after
from server.domain.stock import By
from workflow.orders import NEEDS, PURCHASE, RETURN, SALES, TRANSFER, OrderKind, Transition

__all__ = ["CHECKS", "MODELS", "Check", "apply", "locked_order"]

MODELS: Mapping[str, type[Base]] = {
    PURCHASE.name: PurchaseOrder, SALES.name: SalesOrder, RETURN.name: ReturnOrder, TRANSFER.name: TransferOrder,
}  # fmt: skip
"""The tables of the orders, by the name of their kind."""

PURCHASE_LINES: Table = PurchaseOrderLineItem.__table__  # type: ignore[assignment]
SALES_LINES: Table = SalesOrderLineItem.__table__  # type: ignore[assignment]
SHIPMENTS: Table = SalesOrderShipment.__table__  # type: ignore[assignment]
SALES_ALLOCATIONS: Table = SalesOrderAllocation.__table__  # type: ignore[assignment]
TRANSFER_LINES: Table = TransferOrderLineItem.__table__  # type: ignore[assignment]
TRANSFER_ALLOCATIONS: Table = TransferOrderAllocation.__table__  # type: ignore[assignment]

# ------------------------------------------------------------------------------------------------- what must hold


@dataclass(frozen=True, slots=True)
class Check:
    """`fails(session, order)` tells whether it does not hold; `message` is the refusal then."""

    message: str
    fails: Callable[[Session, int], bool]


def _any(session: Session, table: Table, *conditions: ColumnElement[bool]) -> bool:
    return session.execute(select(table.c.pk).where(*conditions).limit(1)).first() is not None


def _lines_to_come(session: Session, order: int) -> bool:
    lines = PURCHASE_LINES.c
    return _any(session, PURCHASE_LINES, lines.order_id == order, lines.received < lines.quantity)


def _lines_to_ship(session: Session, order: int) -> bool:
    lines = SALES_LINES.c
    return _any(session, SALES_LINES, lines.order_id == order, lines.shipped < lines.quantity)


def _shipments_to_ship(session: Session, order: int) -> bool:
    return _any(session, SHIPMENTS, SHIPMENTS.c.order_id == order, SHIPMENTS.c.shipment_date.is_(None))


def _of_lines(order: int) -> ColumnElement[bool]:
    return SALES_ALLOCATIONS.c.line_id.in_(select(SALES_LINES.c.pk).where(SALES_LINES.c.order_id == order))


def _not_shipped() -> ColumnElement[bool]:
    waiting = select(SHIPMENTS.c.pk).where(SHIPMENTS.c.shipment_date.is_(None))
    return or_(SALES_ALLOCATIONS.c.shipment_id.is_(None), SALES_ALLOCATIONS.c.shipment_id.in_(waiting))


def _loose_allocations(session: Session, order: int) -> bool:
    return _any(session, SALES_ALLOCATIONS, _of_lines(order), _not_shipped())


CHECKS: Mapping[str, Check] = {
    "lines_received": Check("Order has incomplete line items", _lines_to_come),
    "lines_shipped": Check("Order has incomplete line items", _lines_to_ship),
    "shipments_shipped": Check("Order cannot be completed as there are incomplete shipments", _shipments_to_ship),
    "no_loose_allocations": Check(
        "Order cannot be completed as there are incomplete allocations", _loose_allocations
    ),
}  # fmt: skip
"""What the names in the tables mean, for the actions that lead from state to state."""

# ------------------------------------------------------------------------------------------------- what comes with it


def _issued(session: Session, order: Any, by: By) -> None:
    order.issue_date = by.now.date()


def _completed(session: Session, order: Any, by: By) -> None:
    order.complete_date = by.now.date()


def _bought(session: Session, order: Any, by: By) -> None:
    order.complete_date = by.now.date()
    lines = PURCHASE_LINES.c
    parts = select(SupplierPart.part_id).join(PURCHASE_LINES, lines.part_id == SupplierPart.pk)
    _prices(session, session.execute(parts.where(lines.order_id == order.pk)).scalars(), by)


def _shipped(session: Session, order: Any, by: By) -> None:
    if order.shipment_date is None:
        order.shipment_date, order.shipped_by_id = by.now.date(), by.user
    parts = select(SALES_LINES.c.part_id).where(SALES_LINES.c.order_id == order.pk, SALES_LINES.c.part_id.is_not(None))
    _prices(session, session.execute(parts).scalars(), by)


def _prices(session: Session, parts: Iterable[int], by: By) -> None:
    """What was paid for parts is known now. (The order is written first: prices come last everywhere.)"""
    keys = list(parts)
    session.flush()
    schedule_pricing(session, keys, by.now)


def _release_sales(session: Session, order: Any, by: By) -> None:
    """What was not shipped is free again. (What was shipped stays on record with its shipment.)"""
    session.execute(delete(SALES_ALLOCATIONS).where(_of_lines(order.pk), _not_shipped()))


def _release_transfer(session: Session, order: Any, by: By) -> None:
    lines = select(TRANSFER_LINES.c.pk).where(TRANSFER_LINES.c.order_id == order.pk)
    session.execute(delete(TRANSFER_ALLOCATIONS).where(TRANSFER_ALLOCATIONS.c.line_id.in_(lines)))


Effect = Callable[[Session, Any, By], None]
EFFECTS: Mapping[tuple[str, str], Effect] = {
    **{(kind.name, "issue"): _issued for kind in (PURCHASE, SALES, RETURN, TRANSFER)},
    (PURCHASE.name, "complete"): _bought,
    (RETURN.name, "complete"): _completed,
    (SALES.name, "complete"): _shipped,
    (SALES.name, "cancel"): _release_sales,
    (TRANSFER.name, "cancel"): _release_transfer,
}

NOTICES: Mapping[str, Callable[[str, str], Notice]] = {"issue": new_order, "cancel": cancelled}
"""What the responsible are told of."""

# ------------------------------------------------------------------------------------------------- doing it


def locked_order(session: Session, kind: OrderKind, pk: int) -> Any:
    """The order, locked and as it is now. Raises NotFound."""
    model = MODELS[kind.name]
    order = session.get(model, pk, with_for_update=True, populate_existing=True)
    if order is None:
        raise NotFound(f"No {model.__name__} matches the given query.")
    return order


def apply(
    session: Session, kind: OrderKind, transition: Transition, pk: int, by: By, *, waived: Collection[str] = (),
    skip: bool = False,
) -> None:  # fmt: skip
    """Do the action to the order. `waived` are the members of the body that were set, `skip` is what the setting
    `transition.skips_first` says. Raises NotFound; InvalidInput where something does not hold; WrongState.

    As in InvenTree, what can be waived is asked first, then the state, then the rest.
    """
    order = locked_order(session, kind, pk)
    needs = [(NEEDS[name].waived_by, CHECKS[name]) for name in transition.needs]
    for member, check in needs:
        if member and member not in waived and check.fails(session, pk):
            raise InvalidInput(check.message, field=member)
    status = after(kind, transition, order.status, skip=skip)
    for member, check in needs:
        if not member and check.fails(session, pk):
            raise InvalidInput(check.message)
    # A state of the users' own stood for the state that is left now.
    order.status, order.status_custom_key, order.updated_at = status, None, by.now
    effect = EFFECTS.get((kind.name, transition.action))
    if effect is not None:
        effect(session, order, by)
    session.flush()
    notice = NOTICES.get(transition.action)
    if notice is not None:
        tell(session, notice(tables_of(type(order)).label, kind.title), pk, order.responsible_id, by)
