"""What a code stands for at a count, and where it lies; and bringing a misplaced item to where it was found.

Nothing here reads a quantity for anybody: those who count blind look codes up by this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, literal_column, select, union_all

from server.actions.counting.records import LINES, Deed
from server.actions.counting.sheet import on_shelf
from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.lines import LOCATIONS, may_hold_stock
from server.db.models.company import ManufacturerPart, SupplierPart
from server.domain import stock
from server.domain.errors import WrongState

__all__ = ["Named", "bring", "item_of_part", "item_there", "location_there", "named", "part_behind", "part_named"]

SUPPLIER_PARTS: Any = SupplierPart.__table__
MANUFACTURER_PARTS: Any = ManufacturerPart.__table__

#: What says exactly what something is, the most telling first: kind, column, and the column of the key.
_NAMES: Sequence[tuple[str, Any, Any]] = (
    ("part", PARTS.c.IPN, PARTS.c.pk), ("stockitem", ITEMS.c.serial, ITEMS.c.pk),
    ("part", SUPPLIER_PARTS.c.SKU, SUPPLIER_PARTS.c.part_id),
    ("part", MANUFACTURER_PARTS.c.MPN, MANUFACTURER_PARTS.c.part_id),
    ("stocklocation", LOCATIONS.c.name, LOCATIONS.c.pk), ("stocklocation", LOCATIONS.c.pathstring, LOCATIONS.c.pk),
    ("part", PARTS.c.name, PARTS.c.pk), ("stockitem", ITEMS.c.batch, ITEMS.c.pk),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a code stands for: "stockitem", "stocklocation" or "part", and its key."""

    kind: str
    pk: int


def named(connection: Connection, text: str, here: int | None) -> Named | None:
    """What goes by exactly this number or name; spelt in capitals or not only where nothing is spelt just so."""
    spelt = {text, text.lower(), text.upper(), text.capitalize()}
    return _first(connection, here, lambda column: column == text) or _first(
        connection, here, lambda column: func.lower(column).in_([func.lower(literal(each)) for each in sorted(spelt)])
    )


def _first(connection: Connection, here: int | None, is_it: Any) -> Named | None:
    """The most telling; of several items with the number the one that lies here, else one that is on a shelf."""
    wanted = union_all(
        *(
            select(literal_column(str(rank)), key).where(is_it(column), key.is_not(None))
            for rank, (_, column, key) in enumerate(_NAMES)
        )
    )
    rows = sorted(connection.execute(wanted))
    if not rows:
        return None
    rank = rows[0][0]
    kind, keys = _NAMES[rank][0], [pk for number, pk in rows if number == rank]
    if kind != "stockitem" or len(keys) == 1:
        return Named(kind, keys[0])
    # Far more items of one batch than can be told apart here are as good as any of them.
    lying = select(ITEMS.c.pk, ITEMS.c.location_id).where(ITEMS.c.pk.in_(keys[:1000]), *on_shelf())
    found = sorted(connection.execute(lying), key=lambda row: (row[1] != here, row[0]))
    return Named(kind, found[0][0] if found else keys[0])


def part_behind(connection: Connection, kind: str, pk: int) -> int | None:
    """The part of a supplier's or a manufacturer's; of other kinds None."""
    table = {"supplierpart": SUPPLIER_PARTS, "manufacturerpart": MANUFACTURER_PARTS}.get(kind)
    return None if table is None else connection.scalar(select(table.c.part_id).where(table.c.pk == pk))


def part_named(connection: Connection, pk: int) -> str:
    """The name of a part."""
    return connection.scalar(select(PARTS.c.name).where(PARTS.c.pk == pk)) or ""


def item_of_part(connection: Connection, part: int, here: int | None) -> int | None:
    """The only item of a part that lies here (anywhere, without a location); None for none or several."""
    at: list[ColumnElement[bool]] = [] if here is None else [ITEMS.c.location_id == here]
    wanted = select(ITEMS.c.pk).where(ITEMS.c.part_id == part, ITEMS.c.quantity > 0, *on_shelf(), *at).limit(2)
    found = list(connection.scalars(wanted))
    return found[0] if len(found) == 1 else None


def item_there(connection: Connection, count_key: int, pk: int) -> dict[str, Any] | None:
    """What is printed on an item and its shelf, and the `line` of the sheet that it is on."""
    line = select(LINES.c.pk).where(LINES.c.session_id == count_key, LINES.c.stock_item_key == ITEMS.c.pk)
    columns = (
        ITEMS.c.pk.label("stock_item"), PARTS.c.pk.label("part"), PARTS.c.name.label("part_name"), PARTS.c.IPN,
        PARTS.c.units, LOCATIONS.c.pk.label("location"), LOCATIONS.c.pathstring.label("location_path"), ITEMS.c.batch,
        ITEMS.c.serial, ITEMS.c.packaging, line.limit(1).scalar_subquery().label("line"),
    )  # fmt: skip
    joined = ITEMS.join(PARTS, PARTS.c.pk == ITEMS.c.part_id).outerjoin(
        LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id
    )
    row = connection.execute(select(*columns).select_from(joined).where(ITEMS.c.pk == pk)).one_or_none()
    return None if row is None else row._asdict()


def location_there(connection: Connection, pk: int) -> dict[str, Any] | None:
    """Key, name and path of a location."""
    columns = (LOCATIONS.c.pk, LOCATIONS.c.name, LOCATIONS.c.pathstring)
    row = connection.execute(select(*columns).where(LOCATIONS.c.pk == pk)).one_or_none()
    return None if row is None else row._asdict()


def bring(deed: Deed, item_key: int, location: int, notes: str) -> None:
    """All of an item goes to where it was found, however much the record says that is; once there, nothing happens.

    Raises NotFound, InvalidInput for a structural location, WrongState for what was sold, installed or used up.
    """
    may_hold_stock(deed.session, location)
    ledger = Ledger(deed.session, deed.by)
    item = ledger.item(item_key)
    if not item.is_ours or item.is_building:
        raise WrongState(stock.NOT_IN_STOCK)
    if item.location != location:
        # What the record takes for used up lies there all the same.
        ledger.take(stock.move(item, location, deed.by, anything=True), notes)
        ledger.write()
