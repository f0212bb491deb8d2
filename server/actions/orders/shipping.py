"""Sending a shipment: what was allocated to it becomes the customer's.

The order, the shipment, the lines and the stock items are locked in this order, each table by key: two requests that
ship the same thing follow each other, and the second is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from server.actions.orders.promises import LINES, PROMISES, SHIPMENTS, groups, promised
from server.actions.orders.transitions import locked_order
from server.actions.pricing import schedule_pricing
from server.actions.stock.ledger import Ledger
from server.db.models.company import Company
from server.db.models.order import SalesOrderShipment
from server.domain import allocation as rules
from server.domain.allocation import Customer
from server.domain.errors import InvalidInput, NotFound, WrongState
from workflow.orders import SALES

__all__ = ["lock_shipment", "ship"]

COMPANIES: Table = Company.__table__  # type: ignore[assignment]
NO_SHIPMENT = "No SalesOrderShipment matches the given query."


@dataclass(frozen=True, slots=True)
class _Allocation:
    pk: int
    line: int
    item: int
    quantity: Decimal


def lock_shipment(session: Session, pk: int) -> tuple[Any, SalesOrderShipment]:
    """The order of the shipment, and the shipment, both locked. Raises NotFound."""
    order = session.execute(select(SHIPMENTS.c.order_id).where(SHIPMENTS.c.pk == pk)).scalar_one_or_none()
    if order is None:
        raise NotFound(NO_SHIPMENT)
    locked = locked_order(session, SALES, order)
    shipment = session.get(SalesOrderShipment, pk, with_for_update=True, populate_existing=True)
    if shipment is None:
        raise NotFound(NO_SHIPMENT)
    return locked, shipment


def ship(ledger: Ledger, pk: int, values: Mapping[str, Any], *, must_be_checked: bool = False) -> None:
    """Send the shipment. `values` are the members of it that are set with that (tracking number and so on); the date
    of shipment is today where they have none. Raises NotFound; WrongState or InsufficientStock, with the figures, for
    what cannot be sent: nothing is sent then."""
    session = ledger.session
    order, shipment = lock_shipment(session, pk)
    allocations = _locked_allocations(ledger, pk)
    if shipment.shipment_date is not None:
        raise WrongState("Shipment has already been sent")
    if not allocations:
        raise WrongState("Shipment has no allocated stock items")
    if must_be_checked and shipment.checked_by_id is None:
        raise WrongState("Shipment must be checked before it can be completed")
    pieces = _send(ledger, allocations, _customer(session, order))
    ledger.write()
    _point_to(session, {allocation: ledger.key_of(item) for allocation, item in pieces.items()})
    _count_shipped(session, allocations)
    for name, value in values.items():
        setattr(shipment, name, value)
    shipment.shipment_date = values.get("shipment_date") or ledger.by.now.date()
    session.flush()
    # The prices come last: everybody else who notes them locks nothing after that.
    schedule_pricing(session, {ledger.items[each.item].part for each in allocations}, ledger.by.now)


def _locked_allocations(ledger: Ledger, shipment: int) -> list[_Allocation]:
    """What is allocated to the shipment; the lines and items are locked. Items may go or be merged while we wait for
    them, so what was allocated is read again until nothing has changed."""
    allocations = _allocations(ledger.session, shipment)
    _lock_lines(ledger.session, [each.line for each in allocations])
    while True:
        ledger.load(each.item for each in allocations)
        again = _allocations(ledger.session, shipment)
        if again == allocations:
            return allocations
        allocations = again


def _allocations(session: Session, shipment: int) -> list[_Allocation]:
    columns = (PROMISES.c.pk, PROMISES.c.line_id, PROMISES.c.item_id, PROMISES.c.quantity)
    rows = session.execute(select(*columns).where(PROMISES.c.shipment_id == shipment).order_by(PROMISES.c.pk))
    return [_Allocation(*row) for row in rows]


def _lock_lines(session: Session, keys: Sequence[int]) -> None:
    for group in groups(keys):
        session.execute(select(LINES.c.pk).where(LINES.c.pk.in_(group)).order_by(LINES.c.pk).with_for_update())


def _customer(session: Session, order: Any) -> Customer:
    name = select(COMPANIES.c.name).where(COMPANIES.c.pk == order.customer_id)
    return Customer(order.pk, order.customer_id, session.execute(name).scalar_one_or_none() or "")


def _send(ledger: Ledger, allocations: Sequence[_Allocation], to: Customer) -> dict[int, int]:
    """Take what was allocated from the stock; the key of the item that each allocation became."""
    others = promised(ledger.session, ledger.items, but=[each.pk for each in allocations])
    pieces: dict[int, int] = {}
    errors: list[str] = []
    for each in allocations:
        key = ledger.new_key(each.item)
        try:
            changes = rules.send(
                ledger.items[each.item], each.quantity, to, key, ledger.by, promised_to_others=each.item in others
            )
        except InvalidInput as error:
            errors += error.errors["non_field_errors"]
            continue
        for change in changes:
            pieces[each.pk] = ledger.take(change).pk
    if errors:
        raise InvalidInput({"non_field_errors": errors})
    return pieces


def _point_to(session: Session, items: Mapping[int, int]) -> None:
    """The allocations are of the items that were sent."""
    statement = update(PROMISES).where(PROMISES.c.pk == bindparam("b_pk")).values(item_id=bindparam("b_item"))
    rows = [{"b_pk": allocation, "b_item": item} for allocation, item in sorted(items.items())]
    session.connection().execute(statement, rows)


def _count_shipped(session: Session, allocations: Sequence[_Allocation]) -> None:
    sums: dict[int, Decimal] = {}
    for each in allocations:
        sums[each.line] = sums.get(each.line, Decimal(0)) + each.quantity
    statement = (
        update(LINES)
        .where(LINES.c.pk == bindparam("b_pk"))
        .values(shipped=LINES.c.shipped + bindparam("b_more", type_=LINES.c.shipped.type))
    )
    rows = [{"b_pk": line, "b_more": quantity} for line, quantity in sorted(sums.items())]
    session.connection().execute(statement, rows)
