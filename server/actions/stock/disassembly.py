"""Taking assemblies apart into what their bill of materials says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from server.actions.stock.assemblies import bill_of
from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.lines import may_hold_stock
from server.domain import stock, stock_sets
from server.domain.errors import InvalidInput
from server.domain.stock import Item, State

__all__ = ["Component", "disassemble"]

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Component:
    """What comes out of an assembly by one line of its bill of materials."""

    bom_item: int
    quantity: Decimal
    location: int | None = None
    status: State | None = None
    purchase_price: Decimal | None = None
    purchase_price_currency: str | None = None


def disassemble(
    ledger: Ledger, pk: int, quantity: Decimal, components: Sequence[Component], location: int | None, notes: str = ""
) -> list[int]:
    """So many of the assembly come apart into `components`; the keys of the items that are there then. What was
    installed in the assembly comes out of it; the rest is new, with the assembly's orders and its share of the cost."""
    if not components:
        raise InvalidInput("Line items must be provided")
    assembly = ledger.item(pk)
    bill = bill_of(ledger.session, assembly.part)
    _check(components, bill)
    places = [component.location or location or assembly.location for component in components]
    may_hold_stock(ledger.session, *places)
    parts = [bill[component.bom_item][0] for component in components]
    inside = _inside(ledger, assembly, parts)
    new_columns = _columns_of_new(ledger, pk, parts)
    cost = stock_sets.shared_cost(assembly.purchase_price, quantity, [component.quantity for component in components])
    out: list[int] = []
    pieces: list[Item] = []
    for component, part, place in zip(components, parts, places, strict=True):
        taken = _take_out(ledger, assembly, inside.get(part, []), component, place, notes)
        out += [item.pk for item in taken]
        missing = component.quantity - sum((item.quantity for item in taken), ZERO)
        if missing > 0:
            key = ledger.new_key(**new_columns[part])
            pieces.append(_piece(assembly, key, part, component, missing, place, cost))
    rest, made = stock_sets.take_apart(assembly, quantity, pieces, ledger.by)
    for change in (rest, *made):
        ledger.take(change, notes)
    ledger.write()
    return [*out, *(ledger.key_of(piece.pk) for piece in pieces)]


def _check(components: Sequence[Component], bill: Mapping[int, tuple[int, bool]]) -> None:
    errors: dict[str, Any] = {}
    for index, component in enumerate(components):
        if component.bom_item not in bill:
            errors[str(index)] = {"bom_item": ["BOM item does not belong to the bill of materials of this part"]}
        elif component.quantity <= 0:
            errors[str(index)] = {"quantity": ["Quantity must be greater than zero"]}
    if errors:
        raise InvalidInput({"items": errors})


def _inside(ledger: Ledger, assembly: Item, parts: Sequence[int]) -> dict[int, list[int]]:
    """The keys of the items of these parts that are installed in the assembly, by part."""
    found = ledger.connection.execute(
        select(ITEMS.c.pk, ITEMS.c.part_id)
        .where(ITEMS.c.belongs_to_id == assembly.pk, ITEMS.c.part_id.in_(sorted(set(parts))))
        .order_by(ITEMS.c.pk)
    )
    inside: dict[int, list[int]] = {}
    for key, part in found:
        inside.setdefault(part, []).append(key)
    ledger.load(key for keys in inside.values() for key in keys)
    return inside


def _columns_of_new(ledger: Ledger, pk: int, parts: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What new items of each part have besides what the rules speak of: the part's name, and the orders that the
    assembly came from."""
    origin = select(ITEMS.c.purchase_order_id, ITEMS.c.build_id).where(ITEMS.c.pk == pk)
    orders = dict(ledger.connection.execute(origin).mappings().one())
    names = select(PARTS.c.pk, PARTS.c.name).where(PARTS.c.pk.in_(sorted(set(parts))))
    return {part: {**orders, "part_name": name} for part, name in ledger.connection.execute(names)}


def _take_out(
    ledger: Ledger, assembly: Item, keys: list[int], component: Component, place: int | None, notes: str
) -> list[Item]:
    """As many of the installed items `keys` as are wanted, taken out of the assembly."""
    taken: list[Item] = []
    missing = component.quantity
    for key in list(keys):
        item = ledger.items[key]
        if place is None or item.quantity > missing:
            continue
        change, parent = stock_sets.uninstall(item, assembly, place, ledger.by)
        item = ledger.take(change, notes)
        ledger.take(replace(parent, item=ledger.items[assembly.pk]), notes)
        if component.status is not None:
            item = ledger.take(stock.change_status(item, component.status, ledger.by), notes)
        taken.append(item)
        keys.remove(key)
        missing -= item.quantity
    return taken


def _piece(
    assembly: Item, key: int, part: int, component: Component, quantity: Decimal, place: int | None,
    cost: Decimal | None,
) -> Item:  # fmt: skip
    state = component.status or assembly.state
    return Item(
        pk=key, part=part, quantity=quantity, location=place, batch=assembly.batch, status=state.logical,
        status_custom_key=state.custom,
        purchase_price=cost if component.purchase_price is None else component.purchase_price,
        purchase_price_currency=component.purchase_price_currency or assembly.purchase_price_currency,
    )  # fmt: skip
