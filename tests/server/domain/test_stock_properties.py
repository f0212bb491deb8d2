"""What holds after any history: a warehouse of items driven by random deeds."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from server.domain.errors import InsufficientStock, InvalidInput
from server.domain.serials import next_serial_number
from server.domain.stock import By, Change, Entry, Item, add, count, move, remove, split
from server.domain.stock_sets import absorb, alike, merge, serialize

BY = By(user=1, now=datetime(2026, 11, 22, tzinfo=UTC))
amounts = st.decimals(0, 1000, places=5)
locations = st.integers(1, 4)


def replayed(entries: list[Entry]) -> Decimal:
    """The quantity that a history leads to, as a bin card works it out: each entry says what there is after it."""
    quantity = Decimal(0)
    for entry in entries:
        if "quantity" in entry.deltas:
            stated = Decimal(str(entry.deltas["quantity"]))
            moved = Decimal(str(entry.deltas.get("added", 0))) - Decimal(str(entry.deltas.get("removed", 0)))
            if moved:
                assert quantity + moved == stated, entry
            quantity = stated
    return quantity


class Warehouse(RuleBasedStateMachine):
    """Items of one part; every deed goes through the rules, and its entries into a ledger."""

    items = Bundle("items")

    def __init__(self) -> None:
        super().__init__()
        self.stock: dict[int, Item] = {}
        self.history: dict[int, list[Entry]] = {}
        self.expected_total = Decimal(0)
        self.next_key = 1
        self.serial = "0"

    def take(self, *changes: Change) -> None:
        for change in changes:
            self.stock[change.item.pk] = change.item
            for entry in change.entries:
                self.history.setdefault(entry.item, []).append(entry)

    def key(self) -> int:
        self.next_key += 1
        return self.next_key - 1

    @initialize(target=items, quantity=amounts)
    def first(self, quantity: Decimal) -> int:
        return self.receive(quantity)

    def receive(self, quantity: Decimal) -> int:
        pk = self.key()
        self.take(count(Item(pk=pk, part=1, quantity=Decimal(0), location=1), quantity, BY))
        self.expected_total += quantity
        return pk

    @rule(target=items, quantity=amounts)
    def another(self, quantity: Decimal) -> int:
        return self.receive(quantity)

    @rule(pk=items, counted=amounts)
    def count(self, pk: int, counted: Decimal) -> None:
        item = self.stock[pk]
        change = count(item, counted, BY)
        again = count(change.item, counted, BY)
        assert again.item.quantity == change.item.quantity
        assert change.item.stocktake_date == BY.now.date()
        self.expected_total += change.item.quantity - item.quantity
        self.take(change, again)

    @rule(pk=items, quantity=amounts)
    def add(self, pk: int, quantity: Decimal) -> None:
        item = self.stock[pk]
        change = add(item, quantity, BY)
        self.expected_total += change.item.quantity - item.quantity
        assert change.item.quantity == item.quantity + (0 if item.serialized else quantity)
        self.take(change)

    @rule(pk=items, quantity=amounts)
    def remove(self, pk: int, quantity: Decimal) -> None:
        item = self.stock[pk]
        try:
            change = remove(item, quantity, BY)
        except InsufficientStock:
            assert quantity > item.quantity
            return
        assert quantity <= item.quantity
        self.expected_total += change.item.quantity - item.quantity
        self.take(change)

    @rule(target=items, pk=items, share=st.decimals("0.00001", "0.99999", places=5), location=locations)
    def transfer(self, pk: int, share: Decimal, location: int) -> object:
        item = self.stock[pk]
        quantity = (item.quantity * share).quantize(Decimal("0.00001"))
        if not item.on_shelf or item.serialized or not 0 < quantity < item.quantity:
            return multiple()
        rest, piece = split(item, quantity, self.key(), BY, location=location)
        assert rest.item.quantity + piece.item.quantity == item.quantity
        self.take(piece, rest)
        return piece.item.pk

    @rule(pk=items, location=locations)
    def move_all(self, pk: int, location: int) -> None:
        if self.stock[pk].on_shelf:
            self.take(move(self.stock[pk], location, BY))
            assert self.stock[pk].location == location

    @rule(pk=items, other=consumes(items))
    def merge(self, pk: int, other: int) -> None:
        first, second = self.stock[pk], self.stock[other]
        if pk == other or first.serial or second.serial:
            return
        self.take(*merge(first, [second], first.location or 1, BY))
        assert self.stock[pk].quantity == first.quantity + second.quantity
        assert self.stock[other].quantity == 0

    @rule(pk=items, other=items, quantity=amounts)
    def put_to(self, pk: int, other: int, quantity: Decimal) -> None:
        item, target = self.stock[pk], self.stock[other]
        if pk == other or quantity == 0 or not alike(item, target):
            return
        try:
            target_change, rest = absorb(target, item, quantity, BY)
        except InsufficientStock:
            assert quantity > item.quantity
            return
        assert target_change.item.quantity + rest.item.quantity == target.quantity + item.quantity
        self.take(target_change, rest)

    @rule(target=items, pk=items, units=st.integers(1, 5))
    def serialize(self, pk: int, units: int) -> object:
        item = self.stock[pk]
        serials = []
        for _ in range(units):
            self.serial = next_serial_number(self.serial)
            serials.append(self.serial)
        if item.serial:
            return multiple()
        try:
            rest, pieces = serialize(item, serials, [self.key() for _ in serials], 1, BY)
        except InvalidInput:
            assert units > item.quantity
            return multiple()
        self.take(*pieces, rest)
        return multiple(*(piece.item.pk for piece in pieces))

    @invariant()
    def stock_is_never_negative(self) -> None:
        assert all(item.quantity >= 0 for item in self.stock.values())

    @invariant()
    def nothing_appears_or_vanishes(self) -> None:
        assert sum((item.quantity for item in self.stock.values()), Decimal(0)) == self.expected_total

    @invariant()
    def the_history_leads_to_what_there_is(self) -> None:
        for pk, item in self.stock.items():
            assert replayed(self.history[pk]) == item.quantity

    @invariant()
    def serial_numbers_are_unique(self) -> None:
        serials = [item.serial for item in self.stock.values() if item.serial]
        assert len(serials) == len(set(serials))


Warehouse.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestWarehouse = Warehouse.TestCase


@given(quantity=st.decimals("0.00002", 10**9, places=5), share=st.decimals("0.00001", "0.99999", places=5))
def test_splitting_and_merging_back_is_identity(quantity: Decimal, share: Decimal) -> None:
    item = Item(
        pk=1, part=1, quantity=quantity, location=1, purchase_price=Decimal("1.5"), purchase_price_currency="EUR"
    )
    part = (quantity * share).quantize(Decimal("0.00001"))
    if not 0 < part < quantity:
        return
    rest, piece = split(item, part, 2, BY, location=2)
    whole, gone = merge(rest.item, [replace(piece.item, pk=2)], 1, BY)
    assert (whole.item.quantity, gone.item.quantity) == (quantity, Decimal(0))
    assert (whole.item.location, whole.item.purchase_price) == (item.location, item.purchase_price)
