"""The rules for what involves several items, or their owner: merging, serializing, installing, selling, returning.

Pure, as `stock`: items go in, changes come out. New items have keys that the caller makes up (negative ones) and
replaces once the rows are there.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from server.domain.errors import InsufficientStock, InvalidInput, WrongState
from server.domain.serials import serial_number_as_int
from server.domain.status import StockHistoryCode
from server.domain.stock import NO_ADJUSTMENT, Adjustment, By, Change, Entry, Item, change_status, enough, figure

__all__ = [
    "absorb",
    "alike",
    "assign",
    "convert",
    "enough_to_serialize",
    "give_back",
    "install",
    "merge",
    "mergeable",
    "serialize",
    "shared_cost",
    "take_apart",
    "uninstall",
]

CENT = Decimal("0.000001")


def mergeable(item: Item, *, contains_others: bool) -> None:
    """Raises WrongState where the item cannot be part of a merger at all."""
    for wrong, text in (
        (item.sales_order is not None, "Stock item has been assigned to a sales order"),
        (item.belongs_to is not None, "Stock item is installed in another item"),
        (contains_others, "Stock item contains other items"),
        (item.customer is not None, "Stock item has been assigned to a customer"),
        (item.is_building, "Stock item is currently in production"),
        (bool(item.serial), "Serialized stock cannot be merged"),
    ):
        if wrong:
            raise WrongState({"item": [text]})


def _same_kind(base: Item, other: Item, *, any_supplier: bool, any_status: bool) -> None:
    if base.part != other.part:
        raise InvalidInput("Stock items must refer to the same part")
    if base.supplier_part != other.supplier_part and not any_supplier:
        raise InvalidInput("Stock items must refer to the same supplier part")
    if base.state.key != other.state.key and not any_status:
        raise InvalidInput("Stock status codes must match")


def merge(
    base: Item, others: Sequence[Item], location: int, by: By, *, any_supplier: bool = False, any_status: bool = False
) -> tuple[Change, ...]:
    """All become one: the change of the base, which then lies at `location`, then those of the others, which are empty
    now and are to be deleted. Raises InvalidInput where they are not of one kind."""
    for other in others:
        _same_kind(base, other, any_supplier=any_supplier, any_status=any_status)
    changes: list[Change] = []
    entries: list[Entry] = []
    whole = base
    for other in others:
        whole, entry, left = _taken_in(whole, other, other.quantity, by)
        entries.append(entry)
        changes.append(left)
    if location != base.location:
        moved = {"location": location, "old_location": base.location}
        entries[-1] = replace(entries[-1], deltas={**entries[-1].deltas, **moved})
    price, currency = _average_price((base, *others))
    whole = replace(whole, location=location, purchase_price=price, purchase_price_currency=currency)
    if any(base.parent == other.pk for other in others):
        whole = replace(whole, parent=next(other.parent for other in others if other.pk == base.parent))
    return (Change(whole, tuple(entries)), *changes)


def alike(item: Item, other: Item) -> bool:
    """Whether stock that arrives may be put to `other` without a difference being lost."""
    return (
        other.pk != item.pk
        and not item.serial
        and not other.serial
        and other.on_shelf
        and item.part == other.part
        and item.supplier_part == other.supplier_part
        and item.state.key == other.state.key
        and (item.batch or "") == (other.batch or "")
        and (item.packaging or "") == (other.packaging or "")
        and item.expiry_date == other.expiry_date
    )


def absorb(target: Item, item: Item, quantity: Decimal, by: By) -> tuple[Change, Change]:
    """`quantity` of `item` goes into `target`: their changes. Raises InsufficientStock."""
    enough(item, quantity)
    price, currency = _average_price((target, replace(item, quantity=quantity)))
    whole, entry, left = _taken_in(target, item, quantity, by)
    entry = replace(entry, deltas={**entry.deltas, "stockitem": item.pk})
    return Change(replace(whole, purchase_price=price, purchase_price_currency=currency), (entry,)), left


def _taken_in(whole: Item, other: Item, quantity: Decimal, by: By) -> tuple[Item, Entry, Change]:
    rest = other.quantity - quantity
    whole = replace(whole, quantity=whole.quantity + quantity, updated=by.now)
    code = StockHistoryCode.SPLIT_CHILD_ITEM if rest else StockHistoryCode.MERGED_STOCK_ITEMS
    came = {"quantity": float(whole.quantity), "added": float(quantity)}
    went = {"removed": float(quantity), "quantity": float(rest), "stockitem": whole.pk}
    return (
        whole,
        Entry(whole.pk, whole.part, StockHistoryCode.MERGED_STOCK_ITEMS, came),
        Change(replace(other, quantity=rest, updated=by.now), (Entry(other.pk, other.part, code, went),)),
    )


def _average_price(items: Sequence[Item]) -> tuple[Decimal | None, str]:
    """The price per unit of all together and its currency: that of the first item that has a price. Prices in other
    currencies do not count."""
    priced = [item for item in items if item.purchase_price is not None and item.quantity > 0]
    if not priced:
        return items[0].purchase_price, items[0].purchase_price_currency
    currency = priced[0].purchase_price_currency
    known = [item for item in priced if item.purchase_price_currency == currency]
    total = sum((item.quantity * (item.purchase_price or 0) for item in known), Decimal(0))
    return (total / sum(item.quantity for item in known)).quantize(CENT), currency


# ------------------------------------------------------------------------------------------------- customers


def assign(item: Item, customer: int, name: str, by: By) -> Change:
    """It is sent to a customer. Raises WrongState where it is not in stock or its part is not sold."""
    if not item.in_stock:
        raise WrongState({"item": ["Item must be in stock"]})
    if not item.salable:
        raise WrongState({"item": ["Part must be salable"]})
    deltas = {"quantity": float(item.quantity), "customer": customer, "customer_name": name}
    after = replace(
        item, customer=customer, location=None, updated=by.now,
        delete_on_deplete=item.delete_on_deplete and not item.serial,
    )  # fmt: skip
    return Change(after, (Entry(item.pk, item.part, StockHistoryCode.SENT_TO_CUSTOMER, deltas),))


def give_back(
    item: Item, location: int, customer: str | None, by: By, adjustment: Adjustment = NO_ADJUSTMENT
) -> Change:
    """It comes back into stock at `location` from the customer of that name, from the item that it was in, or from the
    build that used it."""
    deltas: dict[str, object] = {"quantity": float(item.quantity), "location": location}
    if item.customer is not None:
        deltas |= {"customer": item.customer, "customer_name": customer}
    if item.consumed_by is not None:
        deltas["buildorder"] = item.consumed_by
    after = replace(
        item, location=location, customer=None, sales_order=None, belongs_to=None, consumed_by=None, updated=by.now,
        batch=item.batch if adjustment.batch is None else adjustment.batch,
        packaging=item.packaging if adjustment.packaging is None else adjustment.packaging,
        delete_on_deplete=item.delete_on_deplete and not item.serial,
    )  # fmt: skip
    if adjustment.status is not None:
        changed = change_status(after, adjustment.status, by)
        after = changed.item
        for entry in changed.entries:
            deltas |= entry.deltas
    return Change(after, (Entry(item.pk, item.part, StockHistoryCode.RETURNED_TO_STOCK, deltas),))


# ------------------------------------------------------------------------------------------------- serial numbers


def enough_to_serialize(item: Item, quantity: int) -> None:
    """Raises InsufficientStock where more units are to get a number than there are."""
    if quantity > item.quantity:
        text = f"Quantity must not exceed available stock quantity ({item.quantity:.5f})"
        raise InsufficientStock(text, field="quantity")


def serialize(
    item: Item, serials: Sequence[str], keys: Sequence[int], location: int, by: By
) -> tuple[Change, tuple[Change, ...]]:
    """One unit for each serial number becomes an item of its own at `location`: the change of the item, and those of
    the pieces."""
    quantity = Decimal(len(serials))
    enough_to_serialize(item, len(serials))
    pieces = []
    for serial, key in zip(serials, keys, strict=True):
        piece = replace(
            item, pk=key, quantity=Decimal(1), serial=serial, serial_int=serial_number_as_int(serial), parent=item.pk,
            location=location, updated=by.now,
        )  # fmt: skip
        born = Entry(key, item.part, StockHistoryCode.SPLIT_FROM_PARENT, {"stockitem": item.pk, "quantity": 1.0})
        named = Entry(key, item.part, StockHistoryCode.ASSIGNED_SERIAL, {"serial": serial, "location": location})
        pieces.append(Change(piece, (born, named)))
    rest = replace(item, quantity=item.quantity - quantity, updated=by.now)
    left = {"removed": float(quantity), "quantity": float(rest.quantity)}
    return Change(rest, (Entry(item.pk, item.part, StockHistoryCode.STOCK_SERIALIZED, left),)), tuple(pieces)


# ------------------------------------------------------------------------------------------------- assemblies


def install(item: Item, into: Item, by: By) -> tuple[Change, Change]:
    """All of `item` is built into `into`: their changes."""
    inside = replace(item, belongs_to=into.pk, updated=by.now)
    return (
        Change(inside, (Entry(item.pk, item.part, StockHistoryCode.INSTALLED_INTO_ASSEMBLY, {"stockitem": into.pk}),)),
        Change(into, (Entry(into.pk, into.part, StockHistoryCode.INSTALLED_CHILD_ITEM, {"stockitem": item.pk}),)),
    )


def uninstall(item: Item, out_of: Item, location: int, by: By) -> tuple[Change, Change]:
    """`item` is taken out of `out_of` and put to `location`: their changes."""
    outside = replace(item, belongs_to=None, consumed_by=None, location=location, updated=by.now)
    came = {"stockitem": out_of.pk, "location": location}
    return (
        Change(outside, (Entry(item.pk, item.part, StockHistoryCode.REMOVED_FROM_ASSEMBLY, came),)),
        Change(out_of, (Entry(out_of.pk, out_of.part, StockHistoryCode.REMOVED_CHILD_ITEM, {"stockitem": item.pk}),)),
    )


def convert(item: Item, part: int, by: By) -> Change:
    """It is another variant from now on."""
    if part == item.part:
        return Change(item)
    after = replace(item, part=part, updated=by.now)
    deltas = {"part": part, "old_part": item.part}
    return Change(after, (Entry(item.pk, part, StockHistoryCode.CONVERTED_TO_VARIANT, deltas),))


def take_apart(item: Item, quantity: Decimal, pieces: Sequence[Item], by: By) -> tuple[Change, tuple[Change, ...]]:
    """So many of an assembly become `pieces` (items of its components, as they are to be): the change of the assembly,
    and those of the pieces. Raises WrongState and InsufficientStock."""
    if not item.on_shelf:
        raise WrongState("Stock item is not in stock")
    if quantity <= 0:
        raise InvalidInput({"quantity": ["Quantity must be greater than zero"]})
    if quantity > item.quantity:
        text = f"Quantity must not exceed available stock quantity ({figure(item.quantity)})"
        raise InvalidInput({"quantity": [text]})
    rest = replace(item, quantity=item.quantity - quantity, updated=by.now)
    left = {"removed": float(quantity), "quantity": float(rest.quantity)}
    made = tuple(Change(piece, (_came_out(piece, item),)) for piece in pieces)
    return Change(rest, (Entry(item.pk, item.part, StockHistoryCode.DISASSEMBLED, left),)), made


def _came_out(piece: Item, of: Item) -> Entry:
    deltas = {
        "stockitem": of.pk, "quantity": float(piece.quantity), "location": piece.location, "status": piece.state.key,
    }  # fmt: skip
    return Entry(piece.pk, piece.part, StockHistoryCode.CREATED_FROM_DISASSEMBLY, deltas)


def shared_cost(price: Decimal | None, quantity: Decimal, amounts: Sequence[Decimal]) -> Decimal | None:
    """What one unit of the components cost when `quantity` assemblies at `price` each came apart into `amounts`: the
    cost is spread evenly over the units. None where the assembly has no price or nothing comes out."""
    units = sum(amounts, Decimal(0))
    return None if price is None or units <= 0 else (price * quantity / units).quantize(CENT)
