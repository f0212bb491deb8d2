"""Entering stock by hand: new items, and changes to their fields."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, insert, inspect, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import ITEMS, PARTS, READ, TRACKING, Ledger
from server.actions.stock.lines import LOCATIONS
from server.actions.stock.serials import family, taken_serials
from server.db.models.build import Build
from server.db.models.company import SupplierPart
from server.db.models.stock import StockItem
from server.domain import stock
from server.domain.serials import serial_number_as_int
from server.domain.stock import By, Item
from server.domain.stock_checks import Surroundings, check_item

__all__ = ["PartOfStock", "create", "edit", "part_of_stock"]

SUPPLIER_PARTS: Table = SupplierPart.__table__  # type: ignore[assignment]
BUILDS: Table = Build.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class PartOfStock:
    """What new stock takes from its part."""

    pk: int
    name: str
    trackable: bool
    virtual: bool
    default_location: int | None
    default_expiry: int
    """In days; 0: it keeps."""


def part_of_stock(session: Session, pk: int) -> PartOfStock | None:
    """What new stock takes from a part; None where there is no such part."""
    columns = (
        PARTS.c.pk, PARTS.c.name, PARTS.c.trackable, PARTS.c.virtual, PARTS.c.default_location_id,
        PARTS.c.default_expiry,
    )  # fmt: skip
    row = session.execute(select(*columns).where(PARTS.c.pk == pk)).one_or_none()
    return None if row is None else PartOfStock(*row)


def create(
    session: Session, by: By, part: PartOfStock, values: Mapping[str, Any], serials: Sequence[str] = (), *,
    everywhere: bool = False, notes: str = "",
) -> list[int]:  # fmt: skip
    """New stock of a part: one item, or one for each serial number; their keys. `values` are columns of the table.
    Raises InvalidInput by field."""
    ledger = Ledger(session, by)
    item = _item_of({**values, "part_id": part.pk, "updated": by.now}, trackable=part.trackable)
    check_item(item, _around(session, item, values, set(WATCHED), everywhere=everywhere))
    rest = {name: value for name, value in values.items() if name not in COLUMNS} | {"part_name": part.name}
    keys = []
    for serial in serials or (item.serial,):
        key = ledger.new_key(**rest)
        piece = replace(item, pk=key, serial=serial, serial_int=serial_number_as_int(serial))
        if serial:
            piece = replace(piece, quantity=Decimal(1))
        ledger.take(stock.created(piece), notes)
        keys.append(key)
    ledger.write()
    return [ledger.key_of(key) for key in keys]


def edit(session: Session, by: By, row: StockItem, *, everywhere: bool = False) -> None:
    """A row whose attributes were set and not written yet: check it, and tell its history. Raises InvalidInput by
    field. `everywhere`: serial numbers are unique among all parts."""
    changed = _changed(row)
    after = _item_of({column: getattr(row, column) for column in READ.values()}, trackable=False)
    if changed & set(WATCHED):
        after = replace(after, trackable=_trackable(session, after.part))
        values = {column: getattr(row, column) for column in NAMES if hasattr(row, column)}
        check_item(after, _around(session, after, values, changed, everywhere=everywhere))
    if "serial" in changed:
        row.serial_int = serial_number_as_int(row.serial)
        if row.serial:
            row.quantity = Decimal(1)
    if row.serial:
        row.delete_on_deplete = False
    if "part_id" in changed:
        row.part_name = _value(session, PARTS.c.name, PARTS, row.part_id)
    if changed:
        row.updated = by.now
    before = _item_of({column: _old(row, column) for column in READ.values()}, trackable=False)
    after = replace(after, quantity=row.quantity)
    for entry in stock.edited(before, after).entries:
        session.execute(
            insert(TRACKING),
            [
                {
                    "item_id": entry.item, "part_id": entry.part, "date": by.now, "tracking_type": int(entry.code),
                    "notes": "", "user_id": by.user, "deltas": dict(entry.deltas),
                }
            ],
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------- what it refers to

COLUMNS = frozenset(READ.values())
NAMES = tuple(column.key for column in ITEMS.c)
# The columns that decide whether an item may be kept as it is.
WATCHED = (
    "part_id", "quantity", "serial", "location_id", "supplier_part_id", "belongs_to_id", "build_id", "is_building",
)  # fmt: skip


def _item_of(values: Mapping[str, Any], *, trackable: bool) -> Item:
    known = {name: values[column] for name, column in READ.items() if column in values}
    known["quantity"] = Decimal(str(known["quantity"]))
    return Item(**{"pk": 0, **known}, trackable=trackable, updated=values.get("updated"))


def _changed(row: StockItem) -> set[str]:
    state = inspect(row)
    return {name for name in NAMES if name in state.attrs and state.attrs[name].history.has_changes()}


def _old(row: StockItem, column: str) -> Any:
    history = inspect(row).attrs[column].history
    return history.deleted[0] if history.deleted else getattr(row, column)


def _around(
    session: Session, item: Item, values: Mapping[str, Any], changed: set[str], *, everywhere: bool
) -> Surroundings:
    """What an item refers to, as far as what changed makes it matter."""
    facts: dict[str, Any] = {"supplied_part": item.part, "build": values.get("build_id")}
    if "location_id" in changed and item.location is not None:
        facts["location_structural"] = _structural(session, item.location)
    if changed & {"part_id", "supplier_part_id"}:
        facts |= _part_facts(session, item)
    if item.serial and changed & {"serial", "part_id"}:
        taken = taken_serials(session, item.part, [item.serial], everywhere=everywhere, besides=item.pk or None)
        facts["serial_taken"] = bool(taken)
    if facts["build"] is not None and changed & {"part_id", "build_id"}:
        facts["build_part_fits"] = _fits(session, item, facts["build"])
    return Surroundings(**facts)


def _part_facts(session: Session, item: Item) -> dict[str, Any]:
    part = _label(session, item.part)
    facts = {"part_label": part[0], "part_virtual": part[1]}
    if item.supplier_part is None:
        return facts
    supplied = _supplied(session, item.supplier_part)
    return facts | {"supplied_part": supplied, "supplied_label": _label(session, supplied)[0]}


# A bulk edit asks the same about many items: each thing is asked once in a transaction.
T = TypeVar("T")


def _once(session: Session, about: Hashable, find: Callable[[], T]) -> T:
    known: dict[Hashable, Any] = session.info.setdefault("asked about stock", {})
    if about not in known:
        known[about] = find()
    found: T = known[about]
    return found


def _value(session: Session, column: ColumnElement[Any], table: Table, pk: int) -> Any:
    statement = select(column).where(table.c.pk == pk)
    return _once(session, (str(column), pk), lambda: session.execute(statement).scalar_one())


def _trackable(session: Session, part: int) -> bool:
    return bool(_value(session, PARTS.c.trackable, PARTS, part))


def _structural(session: Session, location: int) -> bool:
    return bool(_value(session, LOCATIONS.c.structural, LOCATIONS, location))


def _supplied(session: Session, supplier_part: int) -> int:
    return int(_value(session, SUPPLIER_PARTS.c.part_id, SUPPLIER_PARTS, supplier_part))


def _label(session: Session, part: int) -> tuple[str, bool]:
    """ "IPN | name | revision - description" and whether the part is virtual."""
    columns = (PARTS.c.IPN, PARTS.c.name, PARTS.c.revision, PARTS.c.description, PARTS.c.virtual)
    row = _once(session, ("label", part), lambda: session.execute(select(*columns).where(PARTS.c.pk == part)).one())
    return f"{' | '.join(text for text in row[:3] if text)} - {row[3]}", bool(row[4])


def _fits(session: Session, item: Item, build: int) -> bool:
    """Whether a build makes this part or one that it can be converted to."""
    built = int(_value(session, BUILDS.c.part_id, BUILDS, build))
    if built == item.part:
        return True

    def is_relative() -> bool:
        relatives = select(PARTS.c.pk).where(family(session, built), PARTS.c.pk == item.part)
        return session.execute(relatives).first() is not None

    return _once(session, ("family", built, item.part), is_relative)
