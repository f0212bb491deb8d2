"""The rules of transfer orders: what moving or using up what was promised makes of the stock."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from server.domain.errors import InsufficientStock, WrongState
from server.domain.status import StockHistoryCode
from server.domain.stock import By, Change, Entry, Item, figure, move, split

__all__ = ["consume", "transfer"]


def transfer(item: Item, quantity: Decimal, location: int, order: int, key: int, by: By) -> tuple[Change, ...]:
    """So much of the item goes to `location`: the changes, that of what lies there now last. What is less than the
    item becomes an item of its own under the key `key`. Raises WrongState or InsufficientStock."""
    _there(item, quantity)
    told = {"transferorder": order}
    if quantity == item.quantity:
        return (_telling(move(item, location, by), told),)
    rest, piece = split(item, quantity, key, by, location=location)
    return (_telling(rest, told), _telling(piece, {**told, "location": location, "old_location": item.location}))


def consume(item: Item, quantity: Decimal, order: int, by: By) -> Change:
    """So much of the item is used up. Of a serialized item nothing is left, but it stays on record. Raises WrongState
    or InsufficientStock."""
    _there(item, quantity)
    after = replace(item, quantity=item.quantity - quantity, updated=by.now)
    deltas = {"removed": float(quantity), "quantity": float(after.quantity), "transferorder": order}
    return Change(after, (Entry(item.pk, item.part, StockHistoryCode.STOCK_REMOVE, deltas),))


def _there(item: Item, quantity: Decimal) -> None:
    if not item.on_shelf:
        raise WrongState(f"Stock item {item.pk} is not in stock any more")
    if quantity > item.quantity:
        raise InsufficientStock(
            f"Stock item {item.pk} holds {figure(item.quantity)} of the {figure(quantity)} allocated: "
            "count it, or allocate other stock"
        )


def _telling(change: Change, more: Mapping[str, Any]) -> Change:
    return Change(change.item, tuple(replace(entry, deltas={**entry.deltas, **more}) for entry in change.entries))
