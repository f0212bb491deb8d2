"""The rules of promising stock to the lines of orders, and of sending what was promised.

Pure functions: what the items hold, what is promised of them and what is wanted go in, promises and changes come out. A
promise never takes more of an item than is free, and nothing is sent that the item does not hold; a refusal holds the
figures. Whether a line gets more than it asks for is not looked at: InvenTree allows it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from server.domain.errors import InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode
from server.domain.stock import By, Change, Entry, Item, figure, split

__all__ = [
    "PRIORITIES",
    "Customer",
    "Holding",
    "OpenLine",
    "Promise",
    "auto_allocate",
    "check_change",
    "may_be_taken",
    "promise",
    "send",
]

ZERO = Decimal(0)
NOT_STOCK = "Stock item is not in stock"
NOT_TESTED = "Stock item has not passed all required tests"
EXPIRED = "Stock item has expired"
ONE_ONLY = "Quantity must be 1 for serialized stock item"


@dataclass(frozen=True, slots=True)
class Holding:
    """A stock item, and how much of it is promised already. `location_path` is the place of its location in the tree
    ("/1/5/"; "" where it has none), `tested` whether it passed what must be passed before it is sold."""

    item: Item
    promised: Decimal = ZERO
    location_path: str = ""
    tested: bool = True
    expired: bool = False
    touched: datetime | None = None
    """When the item was last changed."""

    @property
    def free(self) -> Decimal:
        return max(self.item.quantity - self.promised, ZERO)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of an order. `missing` is what is neither sent nor promised yet; `parts` are the parts that will do (its
    own and the variants of that)."""

    pk: int
    missing: Decimal
    parts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Promise:
    """So much of an item goes to a line."""

    line: int
    item: int
    quantity: Decimal


# ------------------------------------------------------------------------------------------------- by hand


def promise(holding: Holding, quantity: Decimal) -> Holding:
    """So much more of it is promised. Raises InvalidInput, by field, where that cannot be; the texts are InvenTree's
    where it has any."""
    item = holding.item
    if quantity <= 0:
        raise InvalidInput("Quantity must be positive", field="quantity")
    if item.serialized and quantity != 1:
        raise InvalidInput(ONE_ONLY, field="quantity")
    _may_be_promised(holding, "stock_item")
    if quantity > holding.free:
        raise InsufficientStock(f"Available quantity ({figure(holding.free)}) exceeded", field="quantity")
    return replace(holding, promised=holding.promised + quantity)


def _may_be_promised(holding: Holding, field: str) -> None:
    item = holding.item
    if not item.is_ours or item.is_building:
        raise WrongState(NOT_STOCK, field=field)
    if not holding.tested:
        raise WrongState(NOT_TESTED, field=field)
    if holding.expired:
        raise WrongState(f"{EXPIRED} on {item.expiry_date}", field=field)


def check_change(others: Holding, quantity: Decimal) -> None:
    """Whether a promise may be over so much; `others` is the item with what is promised of it besides. Raises
    InvalidInput, by field."""
    item = others.item
    if quantity <= 0:
        raise InvalidInput("Allocation quantity must be greater than zero", field="quantity")
    if item.serialized and quantity != 1:
        raise InvalidInput(ONE_ONLY, field="quantity")
    _may_be_promised(others, "item")
    if quantity > item.quantity:
        text = f"Allocation quantity cannot exceed stock quantity ({figure(item.quantity)})"
        raise InsufficientStock(text, field="quantity")
    if quantity > others.free:
        text = f"Stock item is over-allocated: {figure(others.free)} of {figure(item.quantity)} are free"
        raise InsufficientStock(text, field="quantity")


# ------------------------------------------------------------------------------------------------- of itself

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return _EPOCH
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


PRIORITIES: Mapping[str, tuple[str, Callable[[Holding], Any], bool]] = {
    "updated": ("Oldest stock first (FIFO)", lambda held: _aware(held.touched), False),
    "-updated": ("Newest stock first (LIFO)", lambda held: _aware(held.touched), True),
    "quantity": ("Smallest quantity first", lambda held: held.item.quantity, False),
    "-quantity": ("Largest quantity first", lambda held: held.item.quantity, True),
    "expiry_date": ("Soonest expiry date first", lambda held: held.item.expiry_date or date.max, False),
}
"""The orders in which stock may be used: what each is called, what it goes by, and whether the greatest comes first.
Stock that never changed counts as the oldest, stock without an expiry date as the last to expire."""


def _sorted(holdings: Iterable[Holding], priority: str) -> list[Holding]:
    _, key, descending = PRIORITIES[priority]
    by_key = sorted(holdings, key=lambda held: held.item.pk)
    return sorted(by_key, key=key, reverse=descending)


def may_be_taken(holding: Holding, *, serialized: str = "any") -> bool:
    """Whether something of it may be given out without a person looking at it. `serialized`: "any", "serialized" or
    "unserialized" stock."""
    item = holding.item
    kind = serialized == "any" or item.serialized == (serialized == "serialized")
    return kind and item.in_stock and item.salable and holding.tested and not holding.expired and holding.free > 0


def auto_allocate(
    lines: Sequence[OpenLine], holdings: Iterable[Holding], *, priority: str = "updated", interchangeable: bool = True
) -> list[Promise]:
    """Stock for what the lines miss, line after line, in the order of `priority` (a key of PRIORITIES). A line may end
    up with less than it misses.

    Unless `interchangeable`, all that a line gets comes from one location; a line gets nothing where none holds
    enough.
    """
    by_part: dict[int, list[Holding]] = {}
    for holding in _sorted(holdings, priority):
        by_part.setdefault(holding.item.part, []).append(holding)
    free = {held.item.pk: held.free for several in by_part.values() for held in several}
    made: list[Promise] = []
    for line in lines:
        fitting = [held for part in sorted(line.parts) for held in by_part.get(part, ())]
        if len(line.parts) > 1:
            fitting = _sorted(fitting, priority)
        if not interchangeable:
            fitting = _from_one_place(fitting, free, line.missing)
        made += _taken(line, fitting, free)
    return made


def _taken(line: OpenLine, fitting: Iterable[Holding], free: dict[int, Decimal]) -> list[Promise]:
    missing, made = line.missing, []
    for held in fitting:
        if missing <= 0:
            break
        quantity = min(missing, free[held.item.pk])
        if quantity > 0:
            made.append(Promise(line.pk, held.item.pk, quantity))
            free[held.item.pk] -= quantity
            missing -= quantity
    return made


def _from_one_place(fitting: Sequence[Holding], free: Mapping[int, Decimal], missing: Decimal) -> list[Holding]:
    """What lies at the first place (in the order of priority) that has enough."""
    places: dict[int | None, list[Holding]] = {}
    for held in fitting:
        places.setdefault(held.item.location, []).append(held)
    enough = (lying for lying in places.values() if sum(free[held.item.pk] for held in lying) >= missing)
    return next(enough, [])


# ------------------------------------------------------------------------------------------------- sending


@dataclass(frozen=True, slots=True)
class Customer:
    """To whom an order goes; the order's key, the customer's key and name (None, "": the company was deleted)."""

    order: int
    pk: int | None
    name: str = ""


def send(
    item: Item, quantity: Decimal, to: Customer, key: int, by: By, *, promised_to_others: bool = False
) -> tuple[Change, ...]:
    """So much of the item goes to the customer: the changes, that of what was sent last.

    What is less than the item becomes an item of its own under the key `key`; so does all of it where more is
    `promised_to_others` than there is, since an empty item must stay for them. Raises WrongState or InsufficientStock
    with the figures.
    """
    if not item.is_ours or item.is_building:
        raise WrongState(f"Stock item {item.pk} is not in stock any more")
    if quantity > item.quantity:
        raise InsufficientStock(
            f"Stock item {item.pk} holds {figure(item.quantity)} of the {figure(quantity)} allocated: "
            "count it, or allocate other stock"
        )
    if quantity == item.quantity and (item.serial or not promised_to_others):
        return (_sent(item, to, by),)
    rest, piece = split(item, quantity, key, by)
    gone = _sent(piece.item, to, by)
    return (rest, Change(gone.item, (*piece.entries, *gone.entries)))


def _sent(item: Item, to: Customer, by: By) -> Change:
    deltas: dict[str, Any] = {"quantity": float(item.quantity), "salesorder": to.order}
    if to.pk is not None:
        deltas |= {"customer": to.pk, "customer_name": to.name}
    after = replace(
        item, customer=to.pk, sales_order=to.order, location=None, updated=by.now,
        delete_on_deplete=item.delete_on_deplete and not item.serial,
    )  # fmt: skip
    return Change(after, (Entry(item.pk, item.part, StockHistoryCode.SHIPPED_AGAINST_SALES_ORDER, deltas),))
