"""The rules of supplier parts: what a pack holds, and which one is the primary one of its part."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.actions.units import convert, custom_units, has_dimension
from server.db.models.company import ManufacturerPart, SupplierPart
from server.db.models.part import Part
from server.domain.errors import InvalidInput

__all__ = ["check_manufacturer_part", "keep_one_primary", "set_pack", "stamp"]

_PLACES = Decimal("1E-10")
_MOST = Decimal(900_000_000)


def set_pack(session: Session, row: SupplierPart) -> None:
    """Work out how much of the part a pack holds, in the part's units; a blank pack quantity is a single item. Raises
    InvalidInput where the quantity cannot be read, does not fit the part's units or is not above zero."""
    row.pack_quantity = (row.pack_quantity or "").strip() or "1"
    part = session.get(Part, row.part_id)
    unit = (part.units or "").strip() if part is not None else ""
    definitions = custom_units(session)
    try:
        held = Decimal(str(convert(row.pack_quantity, unit, definitions)))
    except InvalidInput as error:
        raise InvalidInput({"pack_quantity": error.errors}) from None
    if not unit and has_dimension(row.pack_quantity, definitions):
        raise InvalidInput("Pack units must be compatible with the base part units", field="pack_quantity")
    if held <= 0:
        raise InvalidInput("Pack units must be greater than zero", field="pack_quantity")
    if held > _MOST:
        raise InvalidInput(f"A pack holds at most {_MOST:,}", field="pack_quantity")
    row.pack_quantity_native = held.quantize(_PLACES)


def check_manufacturer_part(session: Session, row: SupplierPart) -> None:
    """Refuse a manufacturer part that is another part."""
    if row.manufacturer_part_id is None:
        return
    made = session.get(ManufacturerPart, row.manufacturer_part_id)
    if made is not None and made.part_id != row.part_id:
        raise InvalidInput("Linked manufacturer part must reference the same base part", field="manufacturer_part")


def stamp(session: Session, row: SupplierPart, now: datetime, *, available_given: bool) -> None:
    """Note when the row and its availability were changed, and keep its pack up to date."""
    set_pack(session, row)
    row.updated = now
    if available_given:
        row.availability_updated = now


def keep_one_primary(session: Session, row: SupplierPart) -> None:
    """The only supplier part of a part is its primary one; a new primary one takes the place of the old."""
    others = (SupplierPart.part_id == row.part_id, SupplierPart.pk != row.pk)
    if not row.primary and session.scalar(select(SupplierPart.pk).where(*others).limit(1)) is None:
        row.primary = True
    if row.primary:
        session.execute(update(SupplierPart).where(*others, SupplierPart.primary.is_(True)).values(primary=False))
