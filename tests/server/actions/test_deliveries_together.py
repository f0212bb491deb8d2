"""Deliveries and transfers at once, on every database: nobody takes what somebody else has taken."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.orders import transfers
from server.actions.orders.receiving import ReceivingPolicy, receive
from server.actions.stock.ledger import Ledger
from server.db.models.company import Company, SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    TransferOrder,
    TransferOrderAllocation,
    TransferOrderLineItem,
)
from server.db.session import Database
from server.domain.errors import InvalidInput
from server.domain.receiving import Receipt
from server.domain.stock import State
from tests.server.actions.stock_room import StockRoom


def at_once(room: StockRoom, deeds: list[Callable[[Ledger], object]]) -> list[bool]:
    """Do them all at once; which were not refused."""

    def run(deed: Callable[[Ledger], object]) -> bool:
        try:
            room.database.run_write(lambda session: deed(Ledger(session, room.by)))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_two_lines_are_received_by_many_in_any_order(database: Database) -> None:
    room = StockRoom(database)
    part, place = room.part(), room.location()
    supplier = room.add(Company(name="Supplier", currency="USD", is_supplier=True))
    supplied = room.add(
        SupplierPart(part_id=part, supplier_id=supplier, SKU="S", pack_quantity="2", pack_quantity_native=Decimal(2))
    )
    order = room.add(
        PurchaseOrder(reference="PO-1", reference_int=1, status=20, supplier_id=supplier, order_currency="")
    )
    lines = [
        room.add(
            PurchaseOrderLineItem(order_id=order, part_id=supplied, quantity=Decimal(10), received=Decimal(0))
        )
        for _ in range(2)
    ]  # fmt: skip

    def deliver(first: int, second: int) -> Callable[[Ledger], object]:
        receipts = [Receipt(line=key, quantity=Decimal(3), state=State(10)) for key in (first, second)]
        policy = ReceivingPolicy(accept_surplus=False)
        return lambda ledger: receive(ledger.session, ledger.by, order, receipts, policy, location=place)

    done = at_once(room, [deliver(*(lines if number % 2 else lines[::-1])) for number in range(8)])
    assert sum(done) == 3
    with Session(database.engine) as session:
        received = session.scalars(select(PurchaseOrderLineItem.received)).all()
    assert list(received) == [9, 9]
    assert sum(item.quantity for item in room.items(part_id=part)) == 36


def test_items_are_promised_to_many_transfers_and_moved_once(database: Database) -> None:
    room = StockRoom(database)
    part, here, there = room.part(), room.location("Here"), room.location("There")
    items = [room.item(part, 10, here) for _ in range(2)]
    orders = [
        room.add(TransferOrder(reference=f"TO-{number}", reference_int=number, status=20, destination_id=there))
        for number in range(8)
    ]
    lines = [
        room.add(TransferOrderLineItem(order_id=order, part_id=part, quantity=Decimal(6), transferred=Decimal(0)))
        for order in orders
    ]  # fmt: skip

    def promise(order: int, line: int, keys: list[int]) -> Callable[[Ledger], object]:
        wanted = [transfers.Wanted(line, key, Decimal(3)) for key in keys]
        return lambda ledger: transfers.allocate(ledger, order, wanted)

    done = at_once(
        room,
        [
            promise(order, line, items if order % 2 else items[::-1])
            for order, line in zip(orders, lines, strict=True)
        ],
    )  # fmt: skip
    assert sum(done) == 3
    finished = at_once(
        room,
        [
            lambda ledger, order=order: transfers.complete_transfer(ledger.session, ledger.by, order)  # type: ignore[misc]
            for order in orders
        ],
    )
    assert finished == done
    at_destination = [item.quantity for item in room.items(part_id=part) if item.location_id == there]
    assert sum(at_destination) == 18
    assert sum(item.quantity for item in room.items(part_id=part)) == 20
    with Session(database.engine) as session:
        assert session.scalars(select(TransferOrderAllocation.pk)).all() == []
