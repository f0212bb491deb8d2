"""What holds after any sequence of deeds on orders: figures, promises and histories agree with what lies there."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.actions.orders import allocation as sales
from server.actions.orders import transfers
from server.actions.orders.promises import promised
from server.actions.orders.receiving import ReceivingPolicy, receive
from server.actions.orders.returns import Returned, take_back
from server.actions.orders.sales_lines import Policy
from server.actions.orders.shipping import ship
from server.actions.orders.transitions import apply
from server.actions.stock import adjust
from server.actions.stock.ledger import Ledger
from server.db.migrate import migrate
from server.db.models.company import Company, SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    ReturnOrder,
    ReturnOrderLineItem,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
    TransferOrder,
    TransferOrderAllocation,
    TransferOrderLineItem,
)
from server.db.models.stock import StockItem
from server.db.session import Database
from server.domain.errors import InvalidInput
from server.domain.receiving import Receipt
from server.domain.stock import State
from tests.server.actions.stock_room import StockRoom, line
from workflow.orders import SALES, TRANSFER

NUMBERS = count(1)
PACK = Decimal("2.5")
quantities = st.decimals("0.1", 12, places=1)
picks = st.integers(0, 50)


class Orders(RuleBasedStateMachine):
    """One part, bought in packs, in two places. The machine keeps what should be: `on_hand`, and by line what should
    have been received (in units), shipped and transferred."""

    room: StockRoom

    def __init__(self) -> None:
        super().__init__()
        self.part = self.room.part(f"Thing {next(NUMBERS)}", salable=True, purchaseable=True)
        self.company = self.room.add(
            Company(name=f"Company {next(NUMBERS)}", currency="USD", is_supplier=True, is_customer=True)
        )
        self.supplied = self.room.add(
            SupplierPart(
                part_id=self.part, supplier_id=self.company, SKU="X", pack_quantity="2.5", pack_quantity_native=PACK
            )
        )
        self.on_hand = Decimal(0)
        self.bought: dict[int, tuple[int, Decimal]] = {}
        self.sold: dict[int, tuple[int, Decimal]] = {}
        self.moving: dict[int, tuple[int, Decimal]] = {}

    # -- reading

    def items(self) -> list[StockItem]:
        return self.room.items(part_id=self.part)

    def here(self, pick: int) -> StockItem | None:
        lying = [item for item in self.items() if item.location_id is not None and item.quantity > 0]
        return lying[pick % len(lying)] if lying else None

    def count(self, statement: Any) -> Decimal:
        with Session(self.room.database.engine) as session:
            return Decimal(session.execute(statement).scalar() or 0)

    def deed(self, do: Callable[[Ledger], object]) -> bool:
        """Whether it was not refused."""
        try:
            with self.room.database.write() as session:
                do(Ledger(session, self.room.by))
        except InvalidInput:
            return False
        return True

    def add(self, order: Any, model: type[Any], shown: dict[str, Any]) -> tuple[int, int]:
        key = self.room.add(order)
        return key, self.room.add(model(order_id=key, **shown))

    @staticmethod
    def chosen(lines: dict[int, tuple[int, Decimal]], pick: int) -> tuple[int, int, Decimal]:
        keys = sorted(lines)[-2:]  # the older ones are mostly done with
        key = keys[pick % len(keys)]
        return (key, *lines[key])

    # -- buying

    @initialize(packs=st.integers(4, 20))
    def begin(self, packs: int) -> None:
        """Something to trade with, and an order of each kind."""
        self.buy(Decimal(packs))
        self.receive(0, Decimal(packs), surplus=False)
        self.sell(Decimal(5))
        self.move(Decimal(5), consume=False, place=2)

    @rule(quantity=quantities)
    def buy(self, quantity: Decimal) -> None:
        number = next(NUMBERS)
        order = PurchaseOrder(
            reference=f"PO-{number}", reference_int=number, status=20, supplier_id=self.company, order_currency=""
        )
        shown = {"part_id": self.supplied, "quantity": quantity, "received": Decimal(0)}
        key, bought = self.add(order, PurchaseOrderLineItem, shown)
        self.bought[bought] = (key, Decimal(0))

    @precondition(lambda self: self.bought)
    @rule(pick=picks, quantity=quantities, surplus=st.booleans())
    def receive(self, pick: int, quantity: Decimal, surplus: bool) -> None:
        key, order, so_far = self.chosen(self.bought, pick)
        asked = Decimal(self.read(PurchaseOrderLineItem, key).quantity)
        if not surplus and so_far < asked * PACK:  # else it is refused
            quantity = min(quantity, asked - so_far / PACK)
        receipt = Receipt(line=key, quantity=quantity, state=State(10), location=pick % 2 + 1)
        policy = ReceivingPolicy(accept_surplus=surplus)
        if self.deed(lambda ledger: receive(ledger.session, ledger.by, order, [receipt], policy)):
            assert surplus or so_far + quantity * PACK <= asked * PACK
            self.bought[key] = (order, so_far + quantity * PACK)
            self.on_hand += quantity * PACK

    # -- selling

    @rule(quantity=quantities)
    def sell(self, quantity: Decimal) -> None:
        number = next(NUMBERS)
        order = SalesOrder(
            reference=f"SO-{number}", reference_int=number, status=15, customer_id=self.company, order_currency=""
        )
        shown = {"part_id": self.part, "quantity": quantity, "shipped": Decimal(0)}
        key, sold = self.add(order, SalesOrderLineItem, shown)
        self.sold[sold] = (key, Decimal(0))

    @precondition(lambda self: self.sold)
    @rule(pick=picks, other=picks, quantity=quantities)
    def promise_to_sale(self, pick: int, other: int, quantity: Decimal) -> None:
        key, order, _ = self.chosen(self.sold, pick)
        item = self.here(other)
        if item is not None:
            quantity = min(quantity, item.quantity)
            wanted, shipment = [sales.Wanted(key, item.pk, quantity)], self.shipment(order)
            self.deed(lambda ledger: sales.allocate(ledger, order, wanted, shipment, Policy()))

    def shipment(self, order: int) -> int:
        """The shipment of the order that has not gone yet."""
        with self.room.database.write() as session:
            waiting = select(SalesOrderShipment.pk).where(
                SalesOrderShipment.order_id == order, SalesOrderShipment.shipment_date.is_(None)
            )
            found = session.execute(waiting).scalar()
        return found or self.room.add(SalesOrderShipment(order_id=order, reference=str(next(NUMBERS))))

    @precondition(lambda self: self.sold)
    @rule(pick=picks)
    def ship(self, pick: int) -> None:
        waiting = self.waiting()
        if not waiting and pick > 10:  # trying it now and then is enough
            return
        key, order, so_far = self.chosen(waiting or self.sold, pick)
        shipment = self.shipment(order)
        before = self.sent(order)
        if self.deed(lambda ledger: ship(ledger, shipment, {})):
            went = self.sent(order) - before
            assert went > 0
            self.sold[key] = (order, so_far + went)
            self.on_hand -= went

    def waiting(self) -> dict[int, tuple[int, Decimal]]:
        """The lines to which something is promised that has not gone yet."""
        statement = (
            select(SalesOrderAllocation.line_id)
            .join(SalesOrderShipment, SalesOrderShipment.pk == SalesOrderAllocation.shipment_id)
            .where(SalesOrderShipment.shipment_date.is_(None))
        )
        with Session(self.room.database.engine) as session:
            return {pk: self.sold[pk] for pk in session.scalars(statement) if pk in self.sold}

    @precondition(lambda self: self.sold)
    @rule(pick=picks)
    def cancel_sale(self, pick: int) -> None:
        _, order, _ = self.chosen(self.sold, pick)
        if pick > 10:  # not too often
            return
        self.deed(lambda ledger: apply(ledger.session, SALES, SALES.transition("cancel"), order, ledger.by))

    def sent(self, order: int) -> Decimal:
        return sum(
            (Decimal(str(deltas["quantity"])) for code, deltas in self.told() if deltas.get("salesorder") == order),
            Decimal(0),
        )

    # -- taking back

    @rule(pick=picks, quantity=quantities)
    def take_back(self, pick: int, quantity: Decimal) -> None:
        away = [item for item in self.items() if item.customer_id is not None]
        if not away:
            return
        number, item = next(NUMBERS), away[pick % len(away)]
        quantity = min(quantity, item.quantity)
        order = ReturnOrder(
            reference=f"RMA-{number}", reference_int=number, status=20, customer_id=self.company, order_currency=""
        )
        key, back = self.add(order, ReturnOrderLineItem, {"item_id": item.pk, "quantity": quantity})
        came = [Returned(back, State(10))]
        if self.deed(lambda ledger: take_back(ledger.session, ledger.by, key, came, pick % 2 + 1)):
            self.on_hand += quantity

    # -- moving

    @rule(quantity=quantities, consume=st.booleans(), place=st.sampled_from([1, 2, None]))
    def move(self, quantity: Decimal, consume: bool, place: int | None) -> None:
        number = next(NUMBERS)
        order = TransferOrder(
            reference=f"TO-{number}", reference_int=number, status=20, consume=consume, destination_id=place
        )
        shown = {"part_id": self.part, "quantity": quantity, "transferred": Decimal(0)}
        key, moving = self.add(order, TransferOrderLineItem, shown)
        self.moving[moving] = (key, Decimal(0))

    @precondition(lambda self: self.moving)
    @rule(pick=picks, other=picks, quantity=quantities)
    def promise_to_transfer(self, pick: int, other: int, quantity: Decimal) -> None:
        key, order, _ = self.chosen(self.moving, pick)
        item = self.here(other)
        if item is not None:
            quantity = min(quantity, item.quantity)
            self.deed(lambda ledger: transfers.allocate(ledger, order, [transfers.Wanted(key, item.pk, quantity)]))

    @rule(pick=picks, quantity=quantities, away=st.booleans())
    def change_promise(self, pick: int, quantity: Decimal, away: bool) -> None:
        with Session(self.room.database.engine) as session:
            statement = (
                select(TransferOrderAllocation.pk)
                .join(StockItem, StockItem.pk == TransferOrderAllocation.item_id)
                .where(StockItem.part_id == self.part)
            )
            keys = list(session.scalars(statement))
        if keys:
            key = keys[pick % len(keys)]
            if away:
                self.deed(lambda ledger: transfers.unallocate(ledger, key))
            else:
                self.deed(lambda ledger: transfers.change_allocation(ledger, key, quantity=quantity))

    @precondition(lambda self: self.moving)
    @rule(pick=picks, cancel=st.booleans())
    def finish_transfer(self, pick: int, cancel: bool) -> None:
        key, order, so_far = self.chosen(self.moving, pick)
        given = self.count(
            select(func.coalesce(func.sum(TransferOrderAllocation.quantity), 0)).where(
                TransferOrderAllocation.line_id == key
            )
        )
        if cancel:
            self.deed(lambda ledger: apply(ledger.session, TRANSFER, TRANSFER.transition("cancel"), order, ledger.by))
            return
        row = self.read(TransferOrder, order)
        if self.deed(
            lambda ledger: transfers.complete_transfer(ledger.session, ledger.by, order, accept_incomplete=True)
        ):
            self.moving[key] = (order, so_far + given)
            self.on_hand -= given if row.consume else 0

    def read(self, model: type[Any], pk: int) -> Any:
        with Session(self.room.database.engine, expire_on_commit=False) as session:
            return session.scalars(select(model).where(model.pk == pk)).one()

    # -- by hand

    @rule(pick=picks, quantity=quantities)
    def remove(self, pick: int, quantity: Decimal) -> None:
        """Of what is not promised; of the rest InvenTree lets people take too, and the promises stay."""
        item = self.here(pick)
        if item is None:
            return

        def do(ledger: Ledger) -> None:
            free = ledger.item(item.pk).quantity - promised(ledger.session, [item.pk]).get(item.pk, Decimal(0))
            adjust.remove(ledger, [line(item.pk, min(quantity, free))])

        before = self.lying()
        if self.deed(do):
            self.on_hand -= before - self.lying()

    # -- what holds

    def lying(self) -> Decimal:
        return sum((item.quantity for item in self.items() if item.location_id is not None), Decimal(0))

    def told(self, item: int | None = None) -> list[tuple[int, dict[str, Any]]]:
        """(code, deltas) of the part's history, or of an item's, oldest first."""
        which = {"part_id": self.part} if item is None else {"item_id": item}
        return [(code, deltas) for code, deltas, _ in self.room.history(**which)]

    @invariant()
    def what_lies_there_is_what_came_less_what_went(self) -> None:
        assert self.lying() == self.on_hand
        assert all(item.quantity >= 0 for item in self.items())

    @invariant()
    def the_history_of_an_item_ends_with_its_quantity(self) -> None:
        for item in self.items():
            figures = [Decimal(str(deltas["quantity"])) for _, deltas in self.told(item.pk) if "quantity" in deltas]
            assert figures[-1] == item.quantity

    @invariant()
    def the_histories_sum_to_what_is_on_hand(self) -> None:
        assert sum((_change(code, deltas) for code, deltas in self.told()), Decimal(0)) == self.on_hand

    @invariant()
    def no_more_is_promised_than_there_is(self) -> None:
        items = {item.pk: item.quantity for item in self.items()}
        with Session(self.room.database.engine) as session:
            taken = promised(session, items)
        assert all(quantity <= items[item] for item, quantity in taken.items())

    @invariant()
    def lines_say_what_happened(self) -> None:
        came: dict[int, Decimal] = {}
        for code, deltas in self.told():
            if code == 70:
                came[deltas["line"]] = came.get(deltas["line"], Decimal(0)) + Decimal(str(deltas["quantity"]))
        for key, (_, units) in self.bought.items():
            assert self.read(PurchaseOrderLineItem, key).received * PACK == units == came.get(key, Decimal(0))
        for key, (order, units) in self.sold.items():
            assert self.read(SalesOrderLineItem, key).shipped == units == self.sent(order)
        for key, (_, units) in self.moving.items():
            assert self.read(TransferOrderLineItem, key).transferred == units


def _change(code: int, deltas: dict[str, Any]) -> Decimal:
    """What an entry says of the quantity on hand. A piece of what a customer has changes nothing until it comes back,
    and what is split off for a customer goes with the entry of the shipment."""
    if code in (70, 80):
        return Decimal(str(deltas["quantity"]))
    if code == 60:
        return -Decimal(str(deltas["quantity"]))
    return -Decimal(str(deltas["removed"])) if code == 12 else Decimal(0)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StockRoom]:
    path: Path = tmp_path_factory.mktemp("orders") / "bincard.sqlite3"
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    migrate(database)
    made = StockRoom(database)
    for name in ("A", "B"):
        made.location(name)
    yield made
    database.close()


def test_orders_stock_promises_and_histories_agree_whatever_is_done(room: StockRoom) -> None:
    machine = type("OrdersHere", (Orders,), {"room": room})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
