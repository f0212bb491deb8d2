"""The rules of stock: what counting, adding, removing and moving make of an item, and what the history says of it.

Pure functions: an item and what is wanted go in, a `Change` comes out: the item as it is afterwards and the tracking
entries, with InvenTree's codes and deltas. A refusal is an exception that holds the figures. What becomes of several
items at once (merging, serializing, installing) is in `stock_sets`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from server.domain.errors import Conflict, InsufficientStock, InvalidInput, WrongState
from server.domain.status import StockHistoryCode, StockStatus

__all__ = [
    "AVAILABLE",
    "NOT_IN_STOCK",
    "NOT_STRUCTURAL",
    "NO_ADJUSTMENT",
    "Adjustment",
    "By",
    "Change",
    "Entry",
    "Item",
    "State",
    "add",
    "change_status",
    "check_expected",
    "count",
    "created",
    "edited",
    "enough",
    "figure",
    "is_used_up",
    "move",
    "remove",
    "split",
    "whole_units",
]

AVAILABLE = frozenset({StockStatus.OK, StockStatus.ATTENTION, StockStatus.DAMAGED, StockStatus.RETURNED})
"""The states in which stock may be used; in the others it is there but not in stock."""

NOT_IN_STOCK = "StockItem cannot be moved as it is not in stock"
NOT_STRUCTURAL = "Structural locations cannot be assigned stock items"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when (UTC)."""

    user: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class State:
    """A status: `logical` is InvenTree's own code, `custom` the key of a state that users added to it."""

    logical: int
    custom: int | None = None

    @property
    def key(self) -> int:
        return self.logical if self.custom is None else self.custom


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What else one line of a request changes on its item; None: it stays."""

    status: State | None = None
    batch: str | None = None
    packaging: str | None = None

    def __bool__(self) -> bool:
        return self.status is not None or self.batch is not None or self.packaging is not None


NO_ADJUSTMENT = Adjustment()


@dataclass(frozen=True, slots=True)
class Item:
    """What the rules need to know of a stock item. `trackable` and `salable` are those of its part."""

    pk: int
    part: int
    quantity: Decimal
    location: int | None = None
    serial: str | None = None
    serial_int: int = 0
    batch: str | None = None
    packaging: str | None = None
    status: int = StockStatus.OK
    status_custom_key: int | None = None
    delete_on_deplete: bool = True
    parent: int | None = None
    belongs_to: int | None = None
    customer: int | None = None
    sales_order: int | None = None
    consumed_by: int | None = None
    is_building: bool = False
    supplier_part: int | None = None
    expiry_date: date | None = None
    purchase_price: Decimal | None = None
    purchase_price_currency: str = ""
    stocktake_date: date | None = None
    stocktake_user: int | None = None
    updated: datetime | None = None
    trackable: bool = False
    salable: bool = False

    @property
    def serialized(self) -> bool:
        return bool(self.serial) and self.quantity == 1

    @property
    def state(self) -> State:
        return State(self.status, self.status_custom_key)

    @property
    def on_shelf(self) -> bool:
        """Whether it is here, whatever state it is in."""
        return self.quantity > 0 and not self.is_building and self.is_ours

    @property
    def is_ours(self) -> bool:
        """Whether it is neither sold, nor installed in something, nor used up by a build."""
        return (
            self.sales_order is None and self.belongs_to is None and self.customer is None and self.consumed_by is None
        )

    @property
    def in_stock(self) -> bool:
        return self.on_shelf and self.status in AVAILABLE


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an item's history."""

    item: int
    part: int
    code: StockHistoryCode
    deltas: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """An item as it is afterwards, and what its history says of it (nothing where nothing happened)."""

    item: Item
    entries: tuple[Entry, ...] = ()


def figure(quantity: Decimal) -> str:
    """A quantity for people: "5", "12.5"."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_expected(item: Item, expected: Decimal | None) -> None:
    """Raises Conflict with the true figure when the item holds another quantity than the client saw."""
    if expected is not None and item.quantity != expected:
        text = f"Expected {figure(expected)}, but there are {figure(item.quantity)}. Look again before you go on."
        raise Conflict({"expected": [text], "quantity": float(item.quantity)})


def whole_units(item: Item) -> None:
    """Raises InvalidInput where a part that is tracked one by one would have a fraction in stock."""
    if item.trackable and item.quantity != item.quantity.to_integral_value():
        raise InvalidInput({"quantity": ["Quantity must be integer value for trackable parts"]})


def is_used_up(item: Item, *, held: bool) -> bool:
    """Whether nothing is left and the item is to go. `held`: something still refers to it (it is allocated, or other
    items are installed in it)."""
    return item.quantity <= 0 and item.delete_on_deplete and not held and not item.serial and item.sales_order is None


# ------------------------------------------------------------------------------------------------- one item


def count(
    item: Item, counted: Decimal, by: By, *, location: int | None = None, adjustment: Adjustment = NO_ADJUSTMENT
) -> Change:
    """So much was found. The count is stamped with date and user also where it confirms the record. A serialized item
    is one: its quantity stays. With `location` it was found there."""
    deltas: dict[str, Any] = {}
    after = _adjusted(item, adjustment, deltas)
    if location is not None and location != item.location:
        deltas |= {"location": location, "old_location": item.location}
        after = replace(after, location=location)
    quantity = item.quantity if item.serialized else counted
    after = replace(
        after, quantity=quantity, stocktake_date=by.now.date(), stocktake_user=by.user, updated=by.now,
        delete_on_deplete=_deletable(item),
    )  # fmt: skip
    whole_units(after)
    deltas["quantity"] = float(quantity)
    if quantity == 0 and item.quantity:
        # The item may go, and with it the way to work out what was missing.
        deltas["removed"] = float(item.quantity)
    return Change(after, (_entry(item, StockHistoryCode.STOCK_COUNT, deltas),))


def add(item: Item, quantity: Decimal, by: By, adjustment: Adjustment = NO_ADJUSTMENT) -> Change:
    """So much came in. A serialized item stays one."""
    if item.serialized or (quantity == 0 and not adjustment):
        return Change(item)
    return _by(item, quantity, by, StockHistoryCode.STOCK_ADD, "added", quantity, adjustment)


def remove(item: Item, quantity: Decimal, by: By, adjustment: Adjustment = NO_ADJUSTMENT) -> Change:
    """So much was taken out. Raises InsufficientStock with the figures, WrongState where it was shipped already (it
    says what the customer got). A serialized item stays one (it is sold, installed or written off by its status)."""
    if item.sales_order is not None:
        raise WrongState({"pk": ["Stock item was shipped: nothing can be removed from it"]})
    enough(item, quantity)
    if item.serialized or (quantity == 0 and not adjustment):
        return Change(item)
    return _by(item, -quantity, by, StockHistoryCode.STOCK_REMOVE, "removed", quantity, adjustment)


def _by(
    item: Item, difference: Decimal, by: By, code: StockHistoryCode, name: str, quantity: Decimal,
    adjustment: Adjustment,
) -> Change:  # fmt: skip
    deltas: dict[str, Any] = {}
    after = replace(_adjusted(item, adjustment, deltas), quantity=item.quantity + difference, updated=by.now)
    whole_units(after)
    deltas |= {name: float(quantity), "quantity": float(after.quantity)}
    return Change(after, (_entry(item, code if quantity else StockHistoryCode.STOCK_UPDATE, deltas),))


def enough(item: Item, quantity: Decimal) -> None:
    """Raises InsufficientStock where more is wanted than there is."""
    if quantity > item.quantity:
        raise InsufficientStock({"quantity": [f"Only {figure(item.quantity)} of {figure(quantity)} available."]})


def move(
    item: Item, location: int, by: By, adjustment: Adjustment = NO_ADJUSTMENT, *, anything: bool = False
) -> Change:
    """All of it goes to `location`; to where it is already, it is just updated. Raises WrongState for what is not here
    (unless `anything` may be moved)."""
    if not anything and not item.on_shelf:
        raise WrongState(NOT_IN_STOCK)
    deltas: dict[str, Any] = {}
    code = StockHistoryCode.STOCK_UPDATE
    if location != item.location:
        code = StockHistoryCode.STOCK_MOVE
        deltas |= {"location": location, "old_location": item.location}
    after = _adjusted(item, adjustment, deltas)
    after = replace(after, location=location, updated=by.now, delete_on_deplete=_deletable(item))
    return Change(after, (_entry(item, code, deltas),))


def split(
    item: Item, quantity: Decimal, key: int, by: By, *, location: int | None = None,
    adjustment: Adjustment = NO_ADJUSTMENT,
) -> tuple[Change, Change]:  # fmt: skip
    """Part of it becomes an item of its own under the key `key`, at `location` (None: where it was): the change of the
    item and that of the piece. Raises InsufficientStock."""
    enough(item, quantity)
    deltas: dict[str, Any] = {"stockitem": item.pk, "quantity": float(quantity)}
    piece = replace(
        _adjusted(item, adjustment, deltas), pk=key, parent=item.pk, quantity=quantity, updated=by.now,
        location=item.location if location is None else location,
    )  # fmt: skip
    whole_units(piece)
    rest = replace(item, quantity=item.quantity - quantity, updated=by.now)
    left = {"removed": float(quantity), "quantity": float(rest.quantity), "stockitem": key}
    return (
        Change(rest, (_entry(item, StockHistoryCode.SPLIT_CHILD_ITEM, left),)),
        Change(piece, (_entry(piece, StockHistoryCode.SPLIT_FROM_PARENT, deltas),)),
    )


def change_status(item: Item, state: State, by: By) -> Change:
    """It is in another state now; nothing happens where it is in that state already."""
    if item.state.key == state.key:
        return Change(item)
    deltas: dict[str, Any] = {}
    after = replace(_adjusted(item, Adjustment(status=state), deltas), updated=by.now)
    return Change(after, (_entry(item, StockHistoryCode.EDITED, deltas),))


def created(item: Item) -> Change:
    """It is new."""
    deltas = {"status": item.state.key, "quantity": float(item.quantity)}
    return Change(item, (_entry(item, StockHistoryCode.CREATED, deltas),))


def edited(before: Item, after: Item) -> Change:
    """What the history says of an edit by hand: InvenTree tells a change of status; quantity, location and part are
    told too, since balances would not add up without."""
    deltas: dict[str, Any] = {}
    if before.state.key != after.state.key:
        deltas |= _status_deltas(before.state, after.state)
    if before.quantity != after.quantity:
        deltas["quantity"] = float(after.quantity)
    if before.location != after.location:
        deltas |= {"location": after.location, "old_location": before.location}
    if before.part != after.part:
        deltas |= {"part": after.part, "old_part": before.part}
    return Change(after, (_entry(after, StockHistoryCode.EDITED, deltas),) if deltas else ())


def _entry(item: Item, code: StockHistoryCode, deltas: Mapping[str, Any]) -> Entry:
    return Entry(item.pk, item.part, code, deltas)


def _deletable(item: Item) -> bool:
    """Serialized items do not go when they are used up."""
    return item.delete_on_deplete and not item.serial


def _status_deltas(old: State, new: State) -> dict[str, Any]:
    return {
        "status": new.key, "status_logical": new.logical, "old_status": old.key, "old_status_logical": old.logical,
    }  # fmt: skip


def _adjusted(item: Item, adjustment: Adjustment, deltas: dict[str, Any]) -> Item:
    """The item with what the line changes besides; `deltas` is told."""
    if not adjustment:
        return item
    state = adjustment.status
    if state is not None and state.key != item.state.key:
        deltas |= _status_deltas(item.state, state)
        item = replace(item, status=state.logical, status_custom_key=state.custom)
    if adjustment.batch is not None:
        deltas["batch"] = adjustment.batch
        item = replace(item, batch=adjustment.batch)
    if adjustment.packaging is not None:
        deltas["packaging"] = adjustment.packaging
        item = replace(item, packaging=adjustment.packaging)
    return item
