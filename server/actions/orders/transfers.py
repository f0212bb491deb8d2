"""Transfer orders: promising stock to their lines, and moving or using up what was promised.

Rows are locked in one order: the order, its lines by key, the stock items by key. What is promised of an item is asked
only then, so that no two requests promise the same piece.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from server.actions.orders.promises import groups, promised
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.lines import LOCATIONS, may_hold_stock
from server.actions.stock.serials import latest_serial
from server.db.bulk import insert_many
from server.db.models.order import TransferOrderAllocation, TransferOrderLineItem
from server.db.trees import below
from server.domain import transfers as rules
from server.domain.allocation import Holding, check_change, promise
from server.domain.errors import InvalidInput, NotFound, WrongState
from server.domain.order_states import after, closed_for
from server.domain.serials import read_serial_numbers
from server.domain.stock import By, Item
from workflow.orders import TRANSFER

__all__ = ["Wanted", "allocate", "allocate_serials", "change_allocation", "complete_transfer", "unallocate"]

LINES: Table = TransferOrderLineItem.__table__  # type: ignore[assignment]
PROMISES: Table = TransferOrderAllocation.__table__  # type: ignore[assignment]
OTHER_ORDER = "Line item is not associated with this order"
OTHER_PART = "Cannot allocate stock item to a line with a different part"
ELSEWHERE = "Stock item does not lie in the source location of the order"
NO_DESTINATION = "Destination location must be specified"
NOT_ALLOCATED = "Required stock has not been fully allocated"


@dataclass(frozen=True, slots=True)
class Wanted:
    """So much of an item for a line of the order."""

    line: int
    item: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Line:
    pk: int
    part: int | None
    part_path: str
    quantity: Decimal
    transferred: Decimal


# ------------------------------------------------------------------------------------------------- reading, locked


def _open_order(session: Session, pk: int, action: str) -> Any:
    order = locked_order(session, TRANSFER, pk)
    refusal = closed_for(TRANSFER, action, order.status, order.reference)
    if refusal is not None:
        raise refusal
    return order


def _locked_lines(session: Session, order: int) -> dict[int, _Line]:
    session.execute(select(LINES.c.pk).where(LINES.c.order_id == order).order_by(LINES.c.pk).with_for_update()).all()
    rows = session.execute(
        select(LINES.c.pk, LINES.c.part_id, PARTS.c.tree_path, LINES.c.quantity, LINES.c.transferred)
        .outerjoin(PARTS, PARTS.c.pk == LINES.c.part_id)
        .where(LINES.c.order_id == order)
    )
    return {row[0]: _Line(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows}


def _holdings(ledger: Ledger, keys: Iterable[int]) -> dict[int, Holding]:
    """The items, locked, with what is promised of them."""
    wanted = set(keys)
    ledger.load(wanted)
    known = sorted(wanted & ledger.items.keys())
    taken = promised(ledger.session, known)
    return {pk: Holding(ledger.items[pk], taken.get(pk, Decimal(0))) for pk in known}


def _of_order(lines: Mapping[int, _Line], pk: int) -> _Line:
    if pk not in lines:
        raise InvalidInput(OTHER_ORDER, field="line_item")
    return lines[pk]


def _holding(holdings: Mapping[int, Holding], pk: int, field: str) -> Holding:
    if pk not in holdings:  # it went while we waited for the order
        raise InvalidInput(f'Invalid pk "{pk}" - object does not exist.', field=field)
    return holdings[pk]


def _check_fit(session: Session, order: Any, pairs: Sequence[tuple[_Line, Item]]) -> list[str | None]:
    """What is wrong with each pair: another part than the line's (variants will do), or not where the order takes its
    stock from; None where nothing is."""
    parts = _paths(session, PARTS, {item.part for _, item in pairs})
    places = _paths(session, LOCATIONS, {item.location for _, item in pairs if item.location is not None})
    low, high = _source(session, order.take_from_id)
    told: list[str | None] = []
    for line, item in pairs:
        if not line.part_path or not parts.get(item.part, "").startswith(line.part_path):
            told.append(OTHER_PART)
        elif low and not low <= places.get(item.location or 0, "") < high:
            told.append(ELSEWHERE)
        else:
            told.append(None)
    return told


def _paths(session: Session, table: Table, keys: set[int]) -> dict[int, str]:
    return {
        pk: path or ""
        for group in groups(keys)
        for pk, path in session.execute(select(table.c.pk, table.c.tree_path).where(table.c.pk.in_(group)))
    }


def _source(session: Session, location: int | None) -> tuple[str, str]:
    """The range of paths of the source location and all below it; empty where stock may come from anywhere."""
    if location is None:
        return "", ""
    path = session.execute(select(LOCATIONS.c.tree_path).where(LOCATIONS.c.pk == location)).scalar() or ""
    return below(path) if path else ("", "")


# ------------------------------------------------------------------------------------------------- promising


def allocate(ledger: Ledger, order: int, wanted: Sequence[Wanted]) -> None:
    """Promise the items to the lines; what a line has of an item already becomes more. Raises NotFound, WrongState, or
    InvalidInput (`items`, by index); nothing is promised then."""
    session = ledger.session
    row = _open_order(session, order, "allocate")
    if not wanted:
        raise InvalidInput("Allocation items must be provided")
    lines = _locked_lines(session, order)
    holdings = _holdings(ledger, {each.item for each in wanted})
    errors: dict[str, Any] = {}
    for index, each in enumerate(wanted):
        try:
            _of_order(lines, each.line)
            holdings[each.item] = promise(_holding(holdings, each.item, "stock_item"), each.quantity)
        except InvalidInput as error:
            errors[str(index)] = error.errors
    if not errors:
        pairs = [(lines[each.line], ledger.items[each.item]) for each in wanted]
        told = _check_fit(session, row, pairs)
        errors = {str(index): {"stock_item": [text]} for index, text in enumerate(told) if text is not None}
    if errors:
        raise InvalidInput({"items": errors})
    _keep(session, order, wanted)
    row.updated_at = ledger.by.now


def _keep(session: Session, order: int, wanted: Sequence[Wanted]) -> None:
    """Write the promises: one for each line and item."""
    totals: dict[tuple[int, int], Decimal] = {}
    for each in wanted:
        totals[each.line, each.item] = totals.get((each.line, each.item), Decimal(0)) + each.quantity
    known = {
        (line, item): (pk, quantity)
        for pk, line, item, quantity in _promises(session, order)
        if (line, item) in totals
    }  # fmt: skip
    connection = session.connection()
    more = [
        {"b_pk": known[key][0], "b_quantity": known[key][1] + quantity}
        for key, quantity in totals.items()
        if key in known
    ]
    if more:
        changed = update(PROMISES).where(PROMISES.c.pk == bindparam("b_pk"))
        connection.execute(changed.values(quantity=bindparam("b_quantity")), more)
    new = [
        {"line_id": line, "item_id": item, "quantity": quantity}
        for (line, item), quantity in totals.items()
        if (line, item) not in known
    ]
    if new:
        insert_many(connection, PROMISES, new)


def _promises(session: Session, order: int) -> list[tuple[int, int, int, Decimal]]:
    """(key, line, item, quantity) of what is promised to an order, by key."""
    rows = session.execute(
        select(PROMISES.c.pk, PROMISES.c.line_id, PROMISES.c.item_id, PROMISES.c.quantity)
        .join(LINES, LINES.c.pk == PROMISES.c.line_id)
        .where(LINES.c.order_id == order)
        .order_by(PROMISES.c.pk)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _locked_promises(ledger: Ledger, order: int) -> list[tuple[int, int, int, Decimal]]:
    """The same, with the items locked. Items may go or be merged while we wait for them, so the promises are read again
    until nothing has changed."""
    promises = _promises(ledger.session, order)
    while True:
        ledger.load(item for _, _, item, _ in promises)
        again = _promises(ledger.session, order)
        if again == promises:
            return promises
        promises = again


def allocate_serials(ledger: Ledger, order: int, line: int, quantity: int, text: str) -> None:
    """Promise the items with the serial numbers that `text` stands for. Raises NotFound, WrongState or InvalidInput, by
    field."""
    session = ledger.session
    row = _open_order(session, order, "allocate_serials")
    asked = _of_order(_locked_lines(session, order), line)
    if asked.part is None:
        raise InvalidInput("Cannot allocate stock to a line without a part", field="line_item")
    try:
        latest = latest_serial(session, asked.part) if "~" in text else None
        serials = read_serial_numbers(text, quantity, latest)
    except InvalidInput as error:
        raise InvalidInput({"serial_numbers": error.errors}) from None
    found = _with_serials(session, asked, serials)
    unknown = [serial for serial in serials if serial not in found]
    if unknown:
        told = f"No match found for the following serial numbers: {','.join(unknown)}"
        raise InvalidInput(told, field="serial_numbers")
    holdings = _holdings(ledger, found.values())
    wrong = _check_fit(session, row, [(asked, ledger.items[found[serial]]) for serial in serials])
    taken = [
        serial
        for serial, text_of in zip(serials, wrong, strict=True)
        if text_of is not None or not _is_free(holdings[found[serial]])
    ]
    if taken:
        told = f"The following serial numbers are unavailable: {','.join(taken)}"
        raise InvalidInput(told, field="serial_numbers")
    _keep(session, order, [Wanted(line, found[serial], Decimal(1)) for serial in serials])
    row.updated_at = ledger.by.now


def _with_serials(session: Session, line: _Line, serials: Sequence[str]) -> dict[str, int]:
    """The items of the line's part (or its variants) with those numbers; where several have one, the oldest."""
    low, high = below(line.part_path)
    rows = session.execute(
        select(ITEMS.c.serial, ITEMS.c.pk)
        .join(PARTS, PARTS.c.pk == ITEMS.c.part_id)
        .where(ITEMS.c.serial.in_(serials), PARTS.c.tree_path >= low, PARTS.c.tree_path < high, ITEMS.c.quantity == 1)
        .order_by(ITEMS.c.pk.desc())
    )
    return {row[0]: row[1] for row in rows}


def _is_free(holding: Holding) -> bool:
    try:
        promise(holding, Decimal(1))
    except InvalidInput:
        return False
    return True


# ------------------------------------------------------------------------------------------------- changing promises


def _locked_promise(ledger: Ledger, pk: int) -> tuple[Any, Any, _Line]:
    """The order, the promise and its line, the order locked first. Raises NotFound; WrongState where it is closed."""
    session = ledger.session
    found = session.execute(
        select(LINES.c.order_id).join(PROMISES, PROMISES.c.line_id == LINES.c.pk).where(PROMISES.c.pk == pk)
    ).scalar()
    missing = NotFound("No TransferOrderAllocation matches the given query.")
    if found is None:
        raise missing
    order = _open_order(session, found, "allocate")
    row = session.get(TransferOrderAllocation, pk, with_for_update=True, populate_existing=True)
    if row is None:  # somebody else took it away while we waited for the order
        raise missing
    return order, row, _locked_lines(session, found)[row.line_id]


def change_allocation(ledger: Ledger, pk: int, *, item: int | None = None, quantity: Decimal | None = None) -> None:
    """Promise another quantity, or another item. Raises NotFound, WrongState or InvalidInput, by field."""
    order, row, line = _locked_promise(ledger, pk)
    wanted_item = row.item_id if item is None else item
    wanted = row.quantity if quantity is None else quantity
    others = _holding(_holdings(ledger, [wanted_item]), wanted_item, "item")
    if wanted_item == row.item_id:
        others = Holding(others.item, others.promised - row.quantity)
    check_change(others, wanted)
    (text,) = _check_fit(ledger.session, order, [(line, others.item)])
    if text is not None:
        raise InvalidInput(text, field="item")
    row.item_id, row.quantity = wanted_item, wanted
    order.updated_at = ledger.by.now
    ledger.session.flush()


def unallocate(ledger: Ledger, pk: int) -> None:
    """Take a promise away. Raises NotFound; WrongState where the order is closed."""
    order, row, _ = _locked_promise(ledger, pk)
    ledger.session.delete(row)
    order.updated_at = ledger.by.now
    ledger.session.flush()


# ------------------------------------------------------------------------------------------------- completing


def complete_transfer(session: Session, by: By, pk: int, *, accept_incomplete: bool = False) -> list[str]:
    """Move all that is promised to the order to its destination, or use it up where the order says so; the order is
    complete then, and nothing is promised to it any more.

    `accept_incomplete`: also where a line is not promised all that it asks for. The paths of files that went with
    items that were used up come back: they may be deleted once the transaction is committed. Raises NotFound;
    InvalidInput (`accept_incomplete_allocation`, `destination`); WrongState; InsufficientStock with the figures where
    an item holds less than was promised of it.
    """
    order = locked_order(session, TRANSFER, pk)
    lines = _locked_lines(session, pk)
    ledger = Ledger(session, by)
    promises = _locked_promises(ledger, pk)
    if not accept_incomplete and _missing(lines, promises):
        raise InvalidInput(NOT_ALLOCATED, field="accept_incomplete_allocation")
    status = after(TRANSFER, TRANSFER.transition("complete"), order.status)
    if not order.consume:
        _check_destination(session, order.destination_id)
    # The promises go first: they would hold what is used up.
    session.execute(delete(PROMISES).where(PROMISES.c.line_id.in_(select(LINES.c.pk).where(LINES.c.order_id == pk))))
    _carry_out(ledger, order, promises)
    ledger.write()
    _note_transferred(session, lines, promises)
    order.status, order.status_custom_key = status, None
    order.complete_date, order.updated_at = by.now.date(), by.now
    session.flush()
    return ledger.files


def _missing(lines: Mapping[int, _Line], promises: Sequence[tuple[int, int, int, Decimal]]) -> bool:
    given: dict[int, Decimal] = {}
    for _, line, _, quantity in promises:
        given[line] = given.get(line, Decimal(0)) + quantity
    return any(line.transferred + given.get(line.pk, Decimal(0)) < line.quantity for line in lines.values())


def _check_destination(session: Session, location: int | None) -> None:
    if location is None:
        raise InvalidInput(NO_DESTINATION, field="destination")
    may_hold_stock(session, location, field="destination")


def _carry_out(ledger: Ledger, order: Any, promises: Sequence[tuple[int, int, int, Decimal]]) -> None:
    problems: list[str] = []
    for _, _, pk, quantity in promises:
        item = ledger.items[pk]
        try:
            if order.consume:
                ledger.take(rules.consume(item, quantity, order.pk, ledger.by))
                continue
            key = ledger.new_key(pk) if quantity < item.quantity else pk
            for change in rules.transfer(item, quantity, order.destination_id, order.pk, key, ledger.by):
                ledger.take(change)
        except InvalidInput as error:
            problems += error.errors["non_field_errors"]
    if problems:
        raise WrongState({"non_field_errors": problems})


def _note_transferred(
    session: Session, lines: Mapping[int, _Line], promises: Sequence[tuple[int, int, int, Decimal]]
) -> None:
    moved: dict[int, Decimal] = {}
    for _, line, _, quantity in promises:
        moved[line] = moved.get(line, Decimal(0)) + quantity
    rows = [{"b_pk": pk, "b_moved": lines[pk].transferred + quantity} for pk, quantity in sorted(moved.items())]
    if rows:
        statement = update(LINES).where(LINES.c.pk == bindparam("b_pk")).values(transferred=bindparam("b_moved"))
        session.connection().execute(statement, rows)
