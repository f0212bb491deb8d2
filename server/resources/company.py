"""Companies, the people there and their addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from server.actions.attached import copy_parameters
from server.actions.tags import set_tags
from server.db.columns import Base
from server.db.models.company import Address, Company, ManufacturerPart, SupplierPart
from server.resources.briefs import (
    ADDRESS_BRIEF,
    CONTACT_BRIEF,
    duplicate_of,
    image_of,
    parameters_many,
    tags_many,
)
from server.resources.tagged import tag_filters
from server.resources.uploads import drop_with, keep_image, take_image
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Exact, RelatedTo, Set
from server.rest.many import rows_by_key
from server.rest.query import Computed, Many, Planner, Reader, Source
from server.rest.resource import Endpoint, Hooks, Resource, col, shape
from server.rest.unique import refuse_same

__all__ = ["RESOURCES"]

LABEL = "company.company"
ORDER_ROLES = Role("purchase_order", ("sales_order", "return_order"))
"""What has to do with any kind of order may be seen and changed by who handles one kind."""


# ------------------------------------------------------------------------------------------------- companies


def _count(model: type[Base], column: str) -> Any:
    def sql(company: Source) -> ColumnElement[Any]:
        table = model.__table__.alias("counted")
        return select(func.count()).where(table.c[column] == company.c.pk).correlate(company.table).scalar_subquery()

    return sql


def _primary_addresses(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    found = rows_by_key(planner, reader, _PRIMARY_ADDRESS, "company", keys, {"primary": True})
    return {
        company: {name: value for name, value in rows[0].items() if name != "company"}
        for company, rows in found.items()
    }


_PRIMARY_ADDRESS = ADDRESS_BRIEF.plus(*shape(Address, "company").members)

COMPANY = shape(
    Company,
    "pk",
    "name",
    "description",
    "website",
    "phone",
    col("email", default="", meta={"default": ""}),
    col("currency", required=False, meta={"required": True, "default": "USD"}),
    "contact",
    duplicate_of(Company),
    "link",
    image_of(),
    "active",
    "is_customer",
    "is_manufacturer",
    "is_supplier",
    "notes",
    Computed(
        name="parts_supplied", sql=_count(SupplierPart, "supplier_id"), field=f.Integer(read_only=True),
        hidden_in=frozenset({"create"}),
    ),
    Computed(
        name="parts_manufactured", sql=_count(ManufacturerPart, "manufacturer_id"), field=f.Integer(read_only=True),
        hidden_in=frozenset({"create"}),
    ),
    "tax_id",
    Many(
        name="primary_address", load=_primary_addresses, empty=lambda: None, shape=ADDRESS_BRIEF, single=True,
        flag="primary_address", default=False,
    ),
    parameters_many(LABEL),
    tags_many(LABEL),
)  # fmt: skip


def _prepare_company(context: Context, values: dict[str, Any], row: Company | None) -> None:
    if row is None:
        values.setdefault("currency", context.setting("INVENTREE_DEFAULT_CURRENCY"))
    take_image(context, values, row)


def _check_company(context: Context, row: Company, values: Mapping[str, Any], created: bool) -> None:
    refuse_same(context, row, ("name", "email"))


def _keep_company(context: Context, row: Company, values: Mapping[str, Any], created: bool) -> None:
    keep_image(context, row, values, "company_images", lambda company, suffix: f"company_{company.pk}_img.{suffix}")
    keep_generic(context, LABEL, row.pk, values, created)


def keep_generic(context: Context, label: str, pk: int, values: Mapping[str, Any], created: bool) -> None:
    """Keep the tags of a body, and copy the parameters of the object that it was duplicated from."""
    if "tags" in values:
        set_tags(context.session, label, pk, values["tags"])
    duplicate = values.get("duplicate")
    if created and duplicate and duplicate["copy_parameters"]:
        copy_parameters(context.session, label, duplicate["original"], pk, context.user.pk, context.now)


def _drop_company(context: Context, row: Company, told: Mapping[str, Any]) -> None:
    for label, model, column in (
        ("company.supplierpart", SupplierPart, SupplierPart.supplier_id),
        ("company.manufacturerpart", ManufacturerPart, ManufacturerPart.manufacturer_id),
    ):
        drop_with(context, label, list(context.session.scalars(select(model.pk).where(column == row.pk))))
    drop_with(context, LABEL, [row.pk], row.image)
    context.session.delete(row)


COMPANIES = Resource(
    path="company/", access=ORDER_ROLES, shape=COMPANY, title="Company",
    list_about="API endpoint for accessing a list of Company objects.\n\nProvides two methods:\n\n"
    "- GET: Return list of objects\n- POST: Create a new Company object",
    detail_about="API endpoint for detail of a single Company object.",
    filters=(
        Set("active"), Set("is_customer"), Set("is_manufacturer"), Set("is_supplier"), Exact("name"),
        *tag_filters(LABEL),
    ),
    search=("name", "description", "website", "tax_id"),
    ordering={
        "active": "active", "name": "name", "parts_supplied": "parts_supplied",
        "parts_manufactured": "parts_manufactured",
    },
    default_order=("name",),
    hooks=Hooks(
        prepare=_prepare_company, before_save=_check_company, after_save=_keep_company, delete=_drop_company
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- people there

CONTACTS = Resource(
    path="company/contact/", access=ORDER_ROLES, shape=CONTACT_BRIEF, title="Contact",
    can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    list_about="API endpoint for list view of Company model.", detail_about="Detail endpoint for Company model.",
    filters=(RelatedTo("company", Company),), search=("company.name", "name"), ordering={"name": "name"},
    default_order=("name",),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- addresses


def _only_one_primary(context: Context, row: Address, values: Mapping[str, Any], created: bool) -> None:
    """The only address of a company is its primary one; a new primary one takes the place of the old."""
    others = (Address.company_id == row.company_id, Address.pk != row.pk)
    if not row.primary and context.session.scalar(select(Address.pk).where(*others).limit(1)) is None:
        row.primary = True
    if row.primary:
        context.session.execute(update(Address).where(*others, Address.primary.is_(True)).values(primary=False))


ADDRESSES = Resource(
    path="company/address/", access=ORDER_ROLES, title="Address",
    shape=shape(
        Address, "pk", "company", "title", "primary", "line1", "line2", "postal_code", "postal_city", "province",
        "country", "shipping_notes", "internal_shipping_notes", "link",
    ),
    can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    list_about="API endpoint for list view of Address model.",
    detail_about="API endpoint for a single Address object.",
    filters=(RelatedTo("company", Company),), ordering={"title": "title"}, default_order=("title",),
    hooks=Hooks(after_save=_only_one_primary),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (COMPANIES, CONTACTS, ADDRESSES)
