"""Promising stock to the lines of a sales order: by item, by serial number, or as the server chooses.

Rows are locked in one order everywhere: the order, its lines by key, its shipment, the stock items by key. What is
promised of an item is asked only then, so that no two requests promise the same piece.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from server.actions.orders.promises import LINES, PROMISES, SHIPMENTS, groups, promised, untested
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.serials import latest_serial
from server.db.models.stock import StockLocation
from server.domain import allocation as rules
from server.domain.allocation import Holding, OpenLine, Promise
from server.domain.errors import InvalidInput
from server.domain.order_states import closed_for
from server.domain.serials import read_serial_numbers
from server.domain.stock import Item
from workflow.orders import SALES

__all__ = ["Choice", "Policy", "Wanted", "allocate", "allocate_serials", "auto_allocate", "change_allocation"]

LOCATIONS: Table = StockLocation.__table__  # type: ignore[assignment]
OTHER_ORDER = "Line item is not associated with this order"
OTHER_PART = "Cannot allocate stock item to a line with a different part"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings say: only stock that passed its tests; until which day stock is not expired (None: it never
    is)."""

    only_tested: bool = False
    good_until: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a request: so much of an item for a line of the order."""

    line: int
    item: int
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the server is to choose. `location`: only what lies there or below; `exclude`: nothing that does;
    `serialized`: "any", "serialized", "unserialized"; `lines`: only these (None: all)."""

    location: int | None = None
    exclude: int | None = None
    interchangeable: bool = True
    priority: str = "updated"
    serialized: str = "any"
    lines: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    pk: int
    part: int | None
    part_path: str
    quantity: Decimal
    shipped: Decimal


# ------------------------------------------------------------------------------------------------- reading


def _open_order(session: Session, pk: int, action: str) -> Any:
    order = locked_order(session, SALES, pk)
    refusal = closed_for(SALES, action, order.status, order.reference)
    if refusal is not None:
        raise refusal
    return order


def _lines(session: Session, order: int, keys: Iterable[int] | None) -> dict[int, _Line]:
    """The lines of the order (`keys`: only these), locked."""
    # No join: MariaDB would lock the part as well.
    path = select(PARTS.c.tree_path).where(PARTS.c.pk == LINES.c.part_id).scalar_subquery()
    columns = (LINES.c.pk, LINES.c.part_id, path, LINES.c.quantity, LINES.c.shipped)
    statement = select(*columns).where(LINES.c.order_id == order).order_by(LINES.c.pk).with_for_update(of=LINES)
    if keys is None:
        rows = list(session.execute(statement))
    else:
        rows = [row for group in groups(keys) for row in session.execute(statement.where(LINES.c.pk.in_(group)))]
    return {row[0]: _Line(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows}


def check_shipment(session: Session, order: int, shipment: int | None) -> dict[str, list[str]]:
    """What is wrong with putting something into the shipment, by field; it is locked."""
    if shipment is None:
        return {}
    columns = (SHIPMENTS.c.order_id, SHIPMENTS.c.shipment_date)
    row = session.execute(select(*columns).where(SHIPMENTS.c.pk == shipment).with_for_update()).one_or_none()
    if row is not None and row.shipment_date is not None:
        return {"shipment": ["Shipment has already been shipped"]}
    if row is None or row.order_id != order:
        return {"shipment": ["Shipment is not associated with this order"]}
    return {}


def _holdings(ledger: Ledger, keys: Iterable[int], policy: Policy, *, but: Sequence[int] = ()) -> dict[int, Holding]:
    """The items, locked, with what is promised of them."""
    wanted = set(keys)
    ledger.load(wanted)
    known = sorted(wanted & ledger.items.keys())
    taken = promised(ledger.session, known, but=but)
    bad = untested(ledger.session, known) if policy.only_tested else frozenset()
    return {
        pk: Holding(
            ledger.items[pk], taken.get(pk, Decimal(0)), tested=pk not in bad,
            expired=_expired(ledger.items[pk], policy.good_until),
        )
        for pk in known
    }  # fmt: skip


def _expired(item: Item, today: date | None) -> bool:
    return today is not None and item.expiry_date is not None and item.expiry_date < today


@dataclass(frozen=True, slots=True)
class _PartFacts:
    path: str
    sold: bool


def _parts(session: Session, keys: Iterable[int]) -> dict[int, _PartFacts]:
    columns = (PARTS.c.pk, PARTS.c.tree_path, PARTS.c.salable, PARTS.c.virtual)
    return {
        pk: _PartFacts(path, bool(salable and not virtual))
        for group in groups(keys)
        for pk, path, salable, virtual in session.execute(select(*columns).where(PARTS.c.pk.in_(group)))
    }


# ------------------------------------------------------------------------------------------------- by item


def allocate(
    ledger: Ledger, order: int, wanted: Sequence[Wanted], shipment: int | None, policy: Policy
) -> list[int]:  # fmt: skip
    """Promise the items to the lines; the keys of the promises. Raises NotFound, WrongState or InvalidInput (`items`,
    by index); nothing is promised then."""
    session = ledger.session
    _open_order(session, order, "allocate")
    lines = _lines(session, order, {each.line for each in wanted})
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    holdings = _holdings(ledger, {each.item for each in wanted}, policy)
    errors: dict[str, Any] = {}
    for index, each in enumerate(wanted):
        if each.line not in lines:
            errors[str(index)] = {"line_item": [OTHER_ORDER]}
            continue
        try:
            holdings[each.item] = rules.promise(holdings[each.item], each.quantity)
        except InvalidInput as error:
            errors[str(index)] = error.errors
    if errors:
        wrong["items"] = errors
    if wrong:
        raise InvalidInput(wrong)
    _check_parts(session, [(lines[each.line], ledger.items[each.item]) for each in wanted])
    return _write(session, [Promise(each.line, each.item, each.quantity) for each in wanted], shipment)


def _check_parts(session: Session, pairs: Sequence[tuple[_Line, Item]]) -> None:
    """Raises InvalidInput (`item`) where a part is not sold or is not what the line asks for. Variants will do."""
    facts = _parts(session, {item.part for _, item in pairs})
    for line, item in pairs:
        fact = facts[item.part]
        if not fact.sold:
            raise InvalidInput(f"Stock Item instance with id {item.pk} is not a valid choice.", field="item")
        if not line.part_path or not fact.path.startswith(line.part_path):
            raise InvalidInput(OTHER_PART, field="item")


def _write(session: Session, promises: Sequence[Promise], shipment: int | None) -> list[int]:
    rows = [
        {"line_id": each.line, "item_id": each.item, "quantity": each.quantity, "shipment_id": shipment}
        for each in promises
    ]
    if not rows:
        return []
    connection = session.connection()
    if connection.dialect.insert_returning:
        statement = insert(PROMISES).returning(PROMISES.c.pk, sort_by_parameter_order=True)
        return list(connection.execute(statement, rows).scalars().all())
    made = (connection.execute(insert(PROMISES), row).inserted_primary_key for row in rows)
    return [int(key[0]) for key in made if key is not None]


# ------------------------------------------------------------------------------------------------- by serial number


def allocate_serials(
    ledger: Ledger, order: int, line: int, quantity: int, text: str, shipment: int | None, policy: Policy
) -> list[int]:
    """Promise the items with the serial numbers that `text` stands for; the keys of the promises. Raises NotFound,
    WrongState or InvalidInput, by field."""
    session = ledger.session
    _open_order(session, order, "allocate_serials")
    lines = _lines(session, order, [line])
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
    items = _with_serials(session, _family(session, [lines[line]])[part], serials)
    holdings = _holdings(ledger, items.values(), policy)
    found = {serial: holdings[pk] for serial, pk in items.items() if holdings[pk].item.serialized}
    _all_there(serials, found)
    _check_parts(session, [(lines[line], held.item) for held in found.values()])
    promises = [Promise(line, found[serial].item.pk, Decimal(1)) for serial in serials]
    return _write(session, promises, shipment)


def _with_serials(session: Session, parts: Collection[int], serials: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(ITEMS.c.serial, ITEMS.c.pk)
        .where(ITEMS.c.part_id.in_(sorted(parts)), ITEMS.c.serial.in_(serials))
        .order_by(ITEMS.c.pk.desc())
    )
    return dict(rows.tuples().all())


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


# ------------------------------------------------------------------------------------------------- of itself


def auto_allocate(ledger: Ledger, order: int, choice: Choice, shipment: int | None, policy: Policy) -> list[int]:
    """Promise what lies free to what the lines miss; the keys of the promises. Takes a fixed number of statements for
    each thousand lines. Raises NotFound, WrongState or InvalidInput, by field."""
    session = ledger.session
    _open_order(session, order, "auto_allocate")
    lines = _lines(session, order, choice.lines)
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    if choice.lines is not None and set(choice.lines) - lines.keys():
        wrong["line_items"] = [OTHER_ORDER]
    if wrong:
        raise InvalidInput(wrong)
    wanting = [line for line in lines.values() if line.part is not None]
    family = _family(session, wanting)
    missing = _missing(session, wanting)
    wants = [
        OpenLine(line.pk, missing[line.pk], frozenset(family[line.part]))
        for line in wanting
        if line.part is not None and missing[line.pk] > 0
    ]
    found = _free_stock(session, {part for each in wants for part in each.parts}, choice)
    holdings = _holdings(ledger, found, policy)
    usable = [
        Holding(held.item, held.promised, tested=held.tested, expired=held.expired, touched=found[pk])
        for pk, held in holdings.items()
        if rules.may_be_taken(held, serialized=choice.serialized)
    ]
    promises = rules.auto_allocate(
        wants, usable, priority=choice.priority, interchangeable=choice.interchangeable
    )  # fmt: skip
    return _write(session, promises, shipment)


def _family(session: Session, lines: Sequence[_Line]) -> dict[int, set[int]]:
    """The parts that will do for the part of each line: itself and its variants, all the way down."""
    paths = {line.part: line.part_path for line in lines if line.part is not None}
    family = {part: {part} for part in paths}
    templates = [
        part for group in groups(paths)
        for (part,) in session.execute(select(PARTS.c.variant_of_id).where(PARTS.c.variant_of_id.in_(group)).distinct())
    ]  # fmt: skip
    for start in range(0, len(templates), 100):
        some = {part: paths[part] for part in templates[start : start + 100]}
        below = or_(*(and_(PARTS.c.tree_path > path, PARTS.c.tree_path < path[:-1] + "0") for path in some.values()))
        for pk, path in session.execute(select(PARTS.c.pk, PARTS.c.tree_path).where(below)):
            for part, start_path in some.items():
                if path.startswith(start_path):
                    family[part].add(pk)
    return family


def _missing(session: Session, lines: Sequence[_Line]) -> dict[int, Decimal]:
    """What each line neither got nor was promised."""
    waiting: dict[int, Decimal] = {}
    for group in groups(line.pk for line in lines):
        statement = (
            select(PROMISES.c.line_id, func.sum(PROMISES.c.quantity))
            .outerjoin(SHIPMENTS, SHIPMENTS.c.pk == PROMISES.c.shipment_id)
            .where(PROMISES.c.line_id.in_(group), SHIPMENTS.c.shipment_date.is_(None))
            .group_by(PROMISES.c.line_id)
        )
        waiting |= dict(session.execute(statement).tuples().all())
    return {line.pk: line.quantity - line.shipped - waiting.get(line.pk, Decimal(0)) for line in lines}


def _free_stock(session: Session, parts: Collection[int], choice: Choice) -> dict[int, Any]:
    """The keys of the items that may be in stock and lie where they may be taken from, and when each was last
    touched."""
    inside, outside = (_place(session, place) for place in (choice.location, choice.exclude))
    found: dict[int, Any] = {}
    for group in groups(parts):
        statement = (
            select(ITEMS.c.pk, ITEMS.c.updated, LOCATIONS.c.tree_path)
            .outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
            .where(
                ITEMS.c.part_id.in_(group), ITEMS.c.quantity > 0, ITEMS.c.customer_id.is_(None),
                ITEMS.c.sales_order_id.is_(None), ITEMS.c.belongs_to_id.is_(None), ITEMS.c.is_building.is_(False),
            )
        )  # fmt: skip
        for pk, touched, path in session.execute(statement):
            lies = path or ""
            if (inside is None or lies.startswith(inside)) and (outside is None or not lies.startswith(outside)):
                found[pk] = touched
    return found


def _place(session: Session, location: int | None) -> str | None:
    if location is None:
        return None
    return session.execute(select(LOCATIONS.c.tree_path).where(LOCATIONS.c.pk == location)).scalar_one_or_none()


# ------------------------------------------------------------------------------------------------- changing one


def change_allocation(
    ledger: Ledger, order: int, promise: Promise, key: int, shipment: int | None, policy: Policy
) -> None:  # fmt: skip
    """Whether the promise `key` may become this one. The order must be locked. Raises InvalidInput, by field."""
    session = ledger.session
    line = _lines(session, order, [promise.line])[promise.line]
    wrong: dict[str, Any] = check_shipment(session, order, shipment)
    holdings = _holdings(ledger, [promise.item], policy, but=[key])
    try:
        rules.check_change(holdings[promise.item], promise.quantity)
    except InvalidInput as error:
        wrong |= error.errors
    if wrong:
        raise InvalidInput(wrong)
    _check_parts(session, [(line, ledger.items[promise.item])])
