"""What suppliers sell and manufacturers make: supplier parts, their price breaks, manufacturer parts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select, type_coerce

from server.actions.supplier_parts import check_manufacturer_part, keep_one_primary, stamp
from server.db.columns import QUANTITY_PLACES
from server.db.models.company import Company, ManufacturerPart, SupplierPart, SupplierPriceBreak
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.types import Fixed
from server.domain.errors import InvalidInput
from server.domain.status import OPEN_PURCHASE_ORDERS
from server.resources.briefs import (
    COMPANY_BRIEF,
    MANUFACTURER_PART_BRIEF,
    PRICE_BREAK_BRIEF,
    SUPPLIER_PART_BRIEF,
)
from server.resources.company import keep_generic
from server.resources.part_figures import above_zero, codes, is_in_stock
from server.resources.tagged import tag_filters, tag_search
from server.resources.uploads import drop_with
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Exact, Flag, RelatedTo, Set
from server.rest.query import Computed, Detail, Shape, Source
from server.rest.resource import Endpoint, Hooks, Resource, col, shape
from server.rest.unique import refuse_same

__all__ = ["RESOURCES"]

PARTS_ROLE = Role("part", ("purchase_order",))
"""What parts are bought as belongs to both, parts and purchasing."""


# ------------------------------------------------------------------------------------------------- supplier parts


def _in_stock(part: Source) -> ColumnElement[Any]:
    """How much of it is in stock, whatever the pack."""
    item = StockItem.__table__.alias("held")
    total = type_coerce(func.coalesce(func.sum(item.c.quantity), literal_column("0")), Fixed(QUANTITY_PLACES))
    return (
        select(total)
        .where(item.c.supplier_part_id == part.c.pk, is_in_stock(item))
        .correlate(part.table)
        .scalar_subquery()
    )


def _on_order(part: Source) -> ColumnElement[Any]:
    """How many packs are still to come from open purchase orders."""
    line = PurchaseOrderLineItem.__table__.alias("ordered")
    order = PurchaseOrder.__table__.alias("orders")
    open_lines = select(
        type_coerce(
            func.coalesce(func.sum(above_zero(line.c.quantity - line.c.received)), literal_column("0")),
            Fixed(QUANTITY_PLACES),
        )
    ).select_from(line.join(order, order.c.pk == line.c.order_id))
    return (
        open_lines.where(line.c.part_id == part.c.pk, order.c.status.in_(codes(OPEN_PURCHASE_ORDERS)))
        .correlate(part.table)
        .scalar_subquery()
    )


def _supplier_part() -> Shape:
    figures = (
        col("available", meta={"default": 0}),
        col("availability_updated", read_only=True),
        Computed(
            name="in_stock", sql=_in_stock, null_in=frozenset({"create", "nested"}),
            field=f.Float(label="In Stock", read_only=True, allow_null=True),
        ),
        Computed(
            name="on_order", sql=_on_order, field=f.Float(label="On Order", read_only=True, allow_null=True)
        ),
    )  # fmt: skip
    return shape(SupplierPart, *figures, *SUPPLIER_PART_BRIEF.but("in_stock").members)


SUPPLIER_PART = _supplier_part()


def _of_company(row: Source, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """The company supplies it or makes it."""
    return or_(row.column("supplier") == key, row.column("manufacturer_part.manufacturer") == key)


def _check_supplier_part(context: Context, row: SupplierPart, values: Mapping[str, Any], created: bool) -> None:
    refuse_same(context, row, ("part", "supplier", "SKU"))
    check_manufacturer_part(context.session, row)
    stamp(context.session, row, context.now, available_given="available" in values)


def _keep_supplier_part(context: Context, row: SupplierPart, values: Mapping[str, Any], created: bool) -> None:
    keep_one_primary(context.session, row)
    keep_generic(context, "company.supplierpart", row.pk, values, created)


def _drop_supplier_part(context: Context, row: SupplierPart, told: Mapping[str, Any]) -> None:
    drop_with(context, "company.supplierpart", [row.pk])
    context.session.delete(row)


SUPPLIER_PARTS = Resource(
    path="company/part/", access=PARTS_ROLE, shape=SUPPLIER_PART, title="Supplier Part",
    can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    list_about="API endpoint for list view of SupplierPart object.\n\n"
    "- GET: Return list of SupplierPart objects\n- POST: Create a new SupplierPart object",
    detail_about="API endpoint for detail view of SupplierPart object.\n\n"
    "- GET: Retrieve detail view\n- PATCH: Update object\n- DELETE: Delete object",
    filters=(
        Exact("MPN", "manufacturer_part.MPN", fold=True),
        Exact("SKU"),
        Set("active"),
        RelatedTo("company", Company, where=_of_company),
        Flag("has_stock", lambda row: _in_stock(row) > literal_column("0")),
        RelatedTo("manufacturer", Company, "manufacturer_part.manufacturer"),
        RelatedTo("manufacturer_part", ManufacturerPart),
        RelatedTo("part", Part),
        Set("part_active", "part.active"),
        Set("primary"),
        RelatedTo("supplier", Company),
        Set("supplier_active", "supplier.active"),
        *tag_filters("company.supplierpart"),
    ),
    search=(
        "SKU", "supplier.name", "manufacturer_part.manufacturer.name", "description", "manufacturer_part.MPN",
        "part.IPN", "part.name", "part.description", "part.keywords", tag_search("company.supplierpart"),
    ),
    ordering={
        "part": "part.name", "supplier": "supplier.name", "manufacturer": "manufacturer_part.manufacturer.name",
        "active": "active", "primary": "primary", "IPN": "part.IPN", "MPN": "manufacturer_part.MPN", "SKU": "SKU",
        "packaging": "packaging", "pack_quantity": ("pack_quantity_native", "pack_quantity"), "in_stock": "in_stock",
        "updated": "updated",
    },
    hooks=Hooks(
        before_save=_check_supplier_part, after_save=_keep_supplier_part, delete=_drop_supplier_part
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- manufacturer parts


def _manufacturer_part() -> Shape:
    notes = MANUFACTURER_PART_BRIEF.member("notes")
    return MANUFACTURER_PART_BRIEF.but(
        notes=replace(notes, hidden_in=frozenset({"list"})),
        manufacturer_detail=Detail(
            name="manufacturer_detail",
            via="manufacturer",
            shape=COMPANY_BRIEF,
            flag="manufacturer_detail",
            default=False,
        ),
    )


def _check_manufacturer_part(context: Context, row: ManufacturerPart, values: Mapping[str, Any], created: bool) -> None:
    refuse_same(context, row, ("part", "manufacturer", "MPN"))


def _keep_manufacturer_part(context: Context, row: ManufacturerPart, values: Mapping[str, Any], created: bool) -> None:
    keep_generic(context, "company.manufacturerpart", row.pk, values, created)


def _drop_manufacturer_part(context: Context, row: ManufacturerPart, told: Mapping[str, Any]) -> None:
    """The supplier parts that sell it go with it, as InvenTree has it."""
    sold = context.session.scalars(select(SupplierPart.pk).where(SupplierPart.manufacturer_part_id == row.pk))
    drop_with(context, "company.supplierpart", list(sold))
    drop_with(context, "company.manufacturerpart", [row.pk])
    context.session.delete(row)


MANUFACTURER_PARTS = Resource(
    path="company/part/manufacturer/", access=PARTS_ROLE, shape=_manufacturer_part(), title="Manufacturer Part",
    detail_defaults={"part_detail": True, "manufacturer_detail": True},
    can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    list_about="API endpoint for list view of ManufacturerPart object.\n\n"
    "- GET: Return list of ManufacturerPart objects\n- POST: Create a new ManufacturerPart object",
    detail_about="API endpoint for detail view of ManufacturerPart object.\n\n"
    "- GET: Retrieve detail view\n- PATCH: Update object\n- DELETE: Delete object",
    filters=(
        Exact("MPN"),
        RelatedTo("manufacturer", Company),
        Set("manufacturer_active", "manufacturer.active"),
        RelatedTo("part", Part),
        Set("part_active", "part.active"),
        *tag_filters("company.manufacturerpart"),
    ),
    search=(
        "manufacturer.name", "description", "MPN", "part.IPN", "part.name", "part.description",
        tag_search("company.manufacturerpart"),
    ),
    ordering={"part": "part.name", "IPN": "part.IPN", "MPN": "MPN", "manufacturer": "manufacturer.name"},
    hooks=Hooks(
        before_save=_check_manufacturer_part, after_save=_keep_manufacturer_part, delete=_drop_manufacturer_part
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- price breaks

PRICE_BREAK = PRICE_BREAK_BRIEF.plus(
    Detail(
        name="supplier_detail", via="part.supplier", shape=COMPANY_BRIEF, flag="supplier_detail", default=False
    ),
    Detail(name="part_detail", via="part", shape=SUPPLIER_PART_BRIEF, flag="part_detail", default=False),
)  # fmt: skip


def _check_price_break(context: Context, row: SupplierPriceBreak, values: Mapping[str, Any], created: bool) -> None:
    if row.quantity < 1:
        raise InvalidInput("Ensure this value is greater than or equal to 1.", field="quantity")
    if row.price is None:
        raise InvalidInput("This field cannot be blank.", field="price")
    refuse_same(context, row, ("part", "quantity"))
    row.updated = context.now


PRICE_BREAKS = Resource(
    path="company/price-break/", access=Role("purchase_order"), shape=PRICE_BREAK, title="Supplier Price Break",
    list_about="API endpoint for list view of SupplierPriceBreak object.\n\n"
    "- GET: Retrieve list of SupplierPriceBreak objects\n- POST: Create a new SupplierPriceBreak object",
    detail_about="Detail endpoint for SupplierPriceBreak object.",
    filters=(
        RelatedTo("base_part", Part, "part.part"),
        RelatedTo("part", SupplierPart),
        Exact("quantity", kind="decimal"),
        RelatedTo("supplier", Company, "part.supplier"),
    ),
    search=("part.SKU", "part.supplier.name"),
    ordering={"quantity": "quantity", "supplier": "part.supplier.name", "SKU": "part.SKU", "price": "price"},
    default_order=("quantity",),
    hooks=Hooks(before_save=_check_price_break),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (SUPPLIER_PARTS, MANUFACTURER_PARTS, PRICE_BREAKS)
