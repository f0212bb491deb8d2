"""The rules of promising stock to the lines of orders, and of sending what was promised.

Pure functions: what the items hold, what is promised of them and what is wanted go in, promises and changes come out. A
promise never takes more of an item than is free, and nothing is sent that the item does not hold; a refusal holds the
figures. Whether a line gets more than it asks for is not looked at: InvenTree allows it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from server.domain.errors import InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode
from server.domain.stock import AVAILABLE, By, Change, Entry, Item, figure, split

__all__ = [
    "PRIORITIES",
    "Candidate",
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
    """A stock item, and how much of it is promised already. `tested`: whether it passed what must be passed before it
    is sold."""

    item: Item
    promised: Decimal = ZERO
    tested: bool = True
    expired: bool = False

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


class Candidate(NamedTuple):
    """A stock item that lies on a shelf of ours, and how much of it is `free` (not promised yet). `salable` is its
    part's; `touched` says when it was last changed."""

    pk: int
    part: int
    quantity: Decimal
    location: int | None
    serial: str | None
    status: int
    salable: bool
    expiry_date: date | None
    touched: datetime | None
    free: Decimal


PRIORITIES: Mapping[str, tuple[str, Callable[[Candidate], Any], bool]] = {
    "updated": ("Oldest stock first (FIFO)", lambda item: _aware(item.touched), False),
    "-updated": ("Newest stock first (LIFO)", lambda item: _aware(item.touched), True),
    "quantity": ("Smallest quantity first", lambda item: item.quantity, False),
    "-quantity": ("Largest quantity first", lambda item: item.quantity, True),
    "expiry_date": ("Soonest expiry date first", lambda item: item.expiry_date or date.max, False),
}
"""The orders in which stock may be used: what each is called, what it goes by, and whether the greatest comes first.
Stock that never changed counts as the oldest, stock without an expiry date as the last to expire."""


def _sorted(items: Sequence[Candidate], priority: str) -> list[Candidate]:
    if len(items) < 2:
        return list(items)
    _, key, descending = PRIORITIES[priority]
    by_key = sorted(items, key=lambda item: item.pk)
    return sorted(by_key, key=key, reverse=descending)


def may_be_taken(item: Candidate, *, serialized: str = "any", good_until: date | None = None) -> bool:
    """Whether something of it may be given out without a person looking at it. `serialized`: "any", "serialized" or
    "unserialized" stock. `good_until`: nothing that expires before that day (None: that does not matter)."""
    if item.free <= 0 or not item.salable or item.status not in AVAILABLE:
        return False
    if good_until is not None and item.expiry_date is not None and item.expiry_date < good_until:
        return False
    return serialized == "any" or (bool(item.serial) and item.quantity == 1) == (serialized == "serialized")


def auto_allocate(
    lines: Sequence[OpenLine], stock: Iterable[Candidate], *, priority: str = "updated", interchangeable: bool = True
) -> list[Promise]:
    """Stock for what the lines miss, line after line, in the order of `priority` (a key of PRIORITIES). A line may end
    up with less than it misses.

    Unless `interchangeable`, all that a line gets comes from one location; a line gets nothing where none holds
    enough.
    """
    by_part: dict[int, list[Candidate]] = {}
    free: dict[int, Decimal] = {}
    for item in stock:
        by_part.setdefault(item.part, []).append(item)
        free[item.pk] = item.free
    made: list[Promise] = []
    for line in lines:
        fitting = _sorted([item for part in line.parts for item in by_part.get(part, ())], priority)
        if not interchangeable:
            fitting = _from_one_place(fitting, free, line.missing)
        made += _taken(line, fitting, free)
    return made


def _taken(line: OpenLine, fitting: Iterable[Candidate], free: dict[int, Decimal]) -> list[Promise]:
    missing, made = line.missing, []
    for item in fitting:
        if missing <= 0:
            break
        quantity = min(missing, free[item.pk])
        if quantity > 0:
            made.append(Promise(line.pk, item.pk, quantity))
            free[item.pk] -= quantity
            missing -= quantity
    return made


def _from_one_place(fitting: Sequence[Candidate], free: Mapping[int, Decimal], missing: Decimal) -> list[Candidate]:
    """What lies at the first place (in the order of priority) that has enough."""
    places: dict[int | None, list[Candidate]] = {}
    for item in fitting:
        places.setdefault(item.location, []).append(item)
    enough = (lying for lying in places.values() if sum(free[item.pk] for item in lying) >= missing)
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
