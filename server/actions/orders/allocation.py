"""Promising stock to the lines of a sales order by item or by serial number, and changing a promise."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.orders.promises import PROMISES
from server.actions.orders.sales_lines import (
    Policy,
    SalesLine,
    check_shipment,
    family_of,
    held_item,
    holdings_of,
    open_order,
    order_lines,
    part_facts,
)
from server.actions.stock.ledger import ITEMS, Ledger
from server.actions.stock.serials import latest_serial
from server.db.bulk import insert_rows
from server.domain import allocation as rules
from server.domain.allocation import Holding, Promise
from server.domain.errors import InvalidInput
from server.domain.serials import read_serial_numbers
from server.domain.stock import Item

__all__ = ["OTHER_ORDER", "Wanted", "allocate", "allocate_serials", "change_allocation", "write_promises"]

OTHER_ORDER = "Line item is not associated with this order"
OTHER_PART = "Cannot allocate stock item to a line with a different part"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a request: so much of an item for a line of the order."""

    line: int
    item: int
    quantity: Decimal


# ------------------------------------------------------------------------------------------------- by item


def allocate(
    ledger: Ledger, order: int, wanted: Sequence[Wanted], shipment: int | None, policy: Policy
) -> list[int]:  # fmt: skip
    """Promise the items to the lines; the keys of the promises. Raises NotFound, WrongState or InvalidInput (`items`,
    by index); nothing is promised then."""
    session = ledger.session
    open_order(session, order, "allocate")
    lines = order_lines(session, order, {each.line for each in wanted})
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    holdings = holdings_of(ledger, {each.item for each in wanted}, policy)
    errors: dict[str, Any] = {}
    for index, each in enumerate(wanted):
        if each.line not in lines:
            errors[str(index)] = {"line_item": [OTHER_ORDER]}
            continue
        try:
            holdings[each.item] = rules.promise(held_item(holdings, each.item, "stock_item"), each.quantity)
        except InvalidInput as error:
            errors[str(index)] = error.errors
    if errors:
        wrong["items"] = errors
    if wrong:
        raise InvalidInput(wrong)
    _check_parts(session, [(lines[each.line], ledger.items[each.item]) for each in wanted])
    return write_promises(session, [Promise(each.line, each.item, each.quantity) for each in wanted], shipment)


def _check_parts(session: Session, pairs: Sequence[tuple[SalesLine, Item]]) -> None:
    """Raises InvalidInput (`item`) where a part is not sold or is not what the line asks for. Variants will do."""
    facts = part_facts(session, {item.part for _, item in pairs})
    for line, item in pairs:
        fact = facts[item.part]
        if not fact.sold:
            raise InvalidInput(f"Stock Item instance with id {item.pk} is not a valid choice.", field="item")
        if not line.part_path or not fact.path.startswith(line.part_path):
            raise InvalidInput(OTHER_PART, field="item")


def write_promises(session: Session, promises: Sequence[Promise], shipment: int | None) -> list[int]:
    rows = [
        {"line_id": each.line, "item_id": each.item, "quantity": each.quantity, "shipment_id": shipment}
        for each in promises
    ]
    if not rows:
        return []
    return insert_rows(session.connection(), PROMISES, rows)


# ------------------------------------------------------------------------------------------------- by serial number


def allocate_serials(
    ledger: Ledger, order: int, line: int, quantity: int, text: str, shipment: int | None, policy: Policy
) -> list[int]:
    """Promise the items with the serial numbers that `text` stands for; the keys of the promises. Raises NotFound,
    WrongState or InvalidInput, by field."""
    session = ledger.session
    open_order(session, order, "allocate_serials")
    lines = order_lines(session, order, [line])
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    if line not in lines:
        wrong["line_item"] = [OTHER_ORDER]
    if wrong:
        raise InvalidInput(wrong)
    part = lines[line].part
    if part is None:
        raise InvalidInput("Cannot allocate stock to a line without a part", field="line_item")
    try:
        serials = read_serial_numbers(text, quantity, latest_serial(session, part) if "~" in text else None)
    except InvalidInput as error:
        raise InvalidInput({"serial_numbers": error.errors}) from None
    items = _with_serials(session, family_of(session, [lines[line]])[part], serials)
    holdings = holdings_of(ledger, items.values(), policy)
    found = {serial: holdings[pk] for serial, pk in items.items() if pk in holdings and holdings[pk].item.serialized}
    _all_there(serials, found)
    _check_parts(session, [(lines[line], held.item) for held in found.values()])
    promises = [Promise(line, found[serial].item.pk, Decimal(1)) for serial in serials]
    return write_promises(session, promises, shipment)


def _with_serials(session: Session, parts: Collection[int], serials: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(ITEMS.c.serial, ITEMS.c.pk)
        .where(ITEMS.c.part_id.in_(sorted(parts)), ITEMS.c.serial.in_(serials))
        .order_by(ITEMS.c.pk.desc())
    )
    return dict(rows.all())


def _all_there(serials: Sequence[str], found: Mapping[str, Holding]) -> None:
    """Raises InvalidInput (`serial_numbers`) for numbers that are not there, or not free."""
    unknown = [serial for serial in serials if serial not in found]
    if unknown:
        raise InvalidInput(
            f"No match found for the following serial numbers: {','.join(unknown)}", field="serial_numbers"
        )
    taken = []
    for serial in serials:
        try:
            rules.promise(found[serial], Decimal(1))
        except InvalidInput:
            taken.append(serial)
    if taken:
        raise InvalidInput(f"The following serial numbers are unavailable: {','.join(taken)}", field="serial_numbers")


# ------------------------------------------------------------------------------------------------- changing one


def change_allocation(
    ledger: Ledger, order: int, promise: Promise, key: int, shipment: int | None, policy: Policy
) -> None:  # fmt: skip
    """Whether the promise `key` may become this one. The order must be locked. Raises InvalidInput, by field."""
    session = ledger.session
    line = order_lines(session, order, [promise.line])[promise.line]
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    holdings = holdings_of(ledger, [promise.item], policy, but=[key])
    try:
        rules.check_change(held_item(holdings, promise.item, "item"), promise.quantity)
    except InvalidInput as error:
        wrong |= error.errors
    if wrong:
        raise InvalidInput(wrong)
    _check_parts(session, [(line, ledger.items[promise.item])])
