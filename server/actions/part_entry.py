"""What comes with a new part: copies from another one, first stock, and who supplies it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.attached import copy_parameters
from server.actions.boms import copy_bom
from server.actions.parts import copy_category_parameters, copy_tests
from server.actions.pricing import schedule_pricing
from server.actions.stock.entry import create, part_of_stock
from server.db.models.company import Company, ManufacturerPart, SupplierPart
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.stock import By

__all__ = ["check_supplier", "furnish"]


def furnish(session: Session, part: Part, wanted: Mapping[str, Any], by: By) -> None:
    """Do what the body of a new part asks for beside its fields: `duplicate`, `copy_category_parameters`,
    `initial_stock`, `initial_supplier`. Raises InvalidInput by these names."""
    if duplicate := wanted.get("duplicate"):
        _copy(session, part, duplicate, by)
    if wanted.get("copy_category_parameters"):
        copy_category_parameters(session, part, updated=by.now, updated_by_id=by.user)
    if first := wanted.get("initial_stock"):
        _stock(session, part, first, by)
    if supplied := wanted.get("initial_supplier"):
        _supply(session, part, supplied, by)


def _copy(session: Session, part: Part, wanted: Mapping[str, Any], by: By) -> None:
    original = session.get_one(Part, wanted["original"])
    if wanted["copy_bom"]:
        copy_bom(session, original, part)
    if wanted["copy_notes"]:
        part.notes = original.notes
    if wanted["copy_image"]:
        part.image = original.image
    if wanted["copy_parameters"]:
        copy_parameters(session, "part.part", original.pk, part.pk, by.user or 0, by.now)
    if wanted["copy_tests"]:
        copy_tests(session, original.pk, part)


def _stock(session: Session, part: Part, first: Mapping[str, Any], by: By) -> None:
    about = part_of_stock(session, part.pk)
    if about is None or first["quantity"] <= 0:
        return
    place = first.get("location")
    place = part.default_location_id if place is None else place
    try:
        create(session, by, about, {"quantity": first["quantity"], "location_id": place})
    except InvalidInput as error:
        raise InvalidInput({"initial_stock": error.errors}) from None


def _supply(session: Session, part: Part, given: Mapping[str, Any], by: By) -> None:
    made = None
    if given.get("manufacturer") and given.get("mpn"):
        made = ManufacturerPart(part_id=part.pk, manufacturer_id=given["manufacturer"], MPN=given["mpn"])
        session.add(made)
        session.flush()
    if given.get("supplier") and given.get("sku"):
        session.add(
            SupplierPart(
                part_id=part.pk, supplier_id=given["supplier"], SKU=given["sku"], updated=by.now,
                manufacturer_part_id=made.pk if made is not None else None,
            )
        )  # fmt: skip
        session.flush()
        schedule_pricing(session, [part.pk], by.now)


def check_supplier(session: Session, given: Mapping[str, Any]) -> None:
    """Raises InvalidInput where the companies are of the wrong kind or their numbers are taken."""
    errors = {
        name: [f"Selected company is not a valid {name}"]
        for name in ("supplier", "manufacturer")
        if given.get(name) and not getattr(session.get_one(Company, given[name]), f"is_{name}")
    }
    if not errors and given.get("mpn"):
        made = select(ManufacturerPart.pk).where(given["mpn"] == ManufacturerPart.MPN)
        if session.execute(made.where(ManufacturerPart.manufacturer_id == given.get("manufacturer"))).first():
            errors["mpn"] = ["Manufacturer part matching this MPN already exists"]
    if not errors and given.get("sku"):
        supplied = select(SupplierPart.pk).where(given["sku"] == SupplierPart.SKU)
        if session.execute(supplied.where(SupplierPart.supplier_id == given.get("supplier"))).first():
            errors["sku"] = ["Supplier part matching this SKU already exists"]
    if errors:
        raise InvalidInput({"initial_supplier": errors})
