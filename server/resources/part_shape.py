"""What a part looks like: every member of its answers, and what may be written to it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.db.models.company import Company
from server.db.models.part import Part
from server.db.models.stock import StockLocation
from server.domain.errors import InvalidInput
from server.resources import part_figures as figures
from server.resources.briefs import (
    LOCATION_BRIEF,
    full_name,
    image_of,
    parameters_many,
    path_many,
    tags_many,
    thumbnail_of,
)
from server.resources.category import CATEGORY, CATEGORY_STEP
from server.resources.part_filters import is_starred
from server.resources.prices import sale_prices_many
from server.rest import fields as f
from server.rest.query import Computed, Derived, Detail, Joined, WriteOnly
from server.rest.resource import col, shape

__all__ = ["PART"]

NEW_OR_NESTED = frozenset({"create", "nested"})
"""Answers in which InvenTree has not worked anything out."""


def _figure(name: str, sql: Any, label: str | None = None, help_text: str = "") -> Computed:
    field = f.Float(label=label, help_text=help_text, read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, field=field, null_in=NEW_OR_NESTED)


def _count(name: str, sql: Any, label: str | None = None, encode: Any = None) -> Computed:
    field = f.Integer(label=label, read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, encode=encode, field=field, null_in=NEW_OR_NESTED)


def _whole(quantity: Any) -> int:
    """A quantity as InvenTree gives it out where it thinks of pieces: cut to a whole number."""
    return int(quantity) // int(figures.ONE)


def _total_in_stock(row: Mapping[str, Any]) -> float:
    return float(row["in_stock"]) + float(row["variant_stock"])


def _unallocated(row: Mapping[str, Any]) -> float:
    promised = row["allocated_to_sales_orders"] + row["allocated_to_build_orders"]
    return max(round(_total_in_stock(row) - float(promised), 5), 0.0)


def _derived(name: str, label: str, make: Any, sql: Any, *needs: str) -> Derived:
    field = f.Float(label=label, read_only=True, allow_null=True)
    return Derived(name=name, needs=needs, make=make, sql=sql, field=field, null_in=NEW_OR_NESTED)


def _price(name: str, column: str) -> Computed:
    return Computed(
        name=name, sql=lambda row: figures.pricing_of(row).c[column], field=f.Money(read_only=True, allow_null=True),
        flag="pricing",
    )  # fmt: skip


def _not_negative(value: Any) -> None:
    if value < 0:
        raise InvalidInput(["Ensure this value is greater than or equal to 0."])


DUPLICATE = f.Nested(
    label="Duplicate Part", help_text="Copy initial data from another Part", required=False, create_only=True,
    fields={
        "original": f.Related(
            model=Part, label="Original", help_text="Select instance to duplicate", filters=None
        ),
        "copy_image": f.Boolean(label="Copy Image", help_text="Copy image from original part", default=False),
        "copy_bom": f.Boolean(
            label="Copy BOM", help_text="Copy bill of materials from original part", default=False
        ),
        "copy_notes": f.Boolean(label="Copy Notes", help_text="Copy notes from original part", default=True),
        "copy_tests": f.Boolean(label="Copy Tests", help_text="Copy test templates from original part", default=False),
        "copy_parameters": f.Boolean(
            label="Copy Parameters", help_text="Copy parameters from the original item", default=True
        ),
    },
)  # fmt: skip

INITIAL_STOCK = f.Nested(
    label="Initial Stock", help_text="Create Part with initial stock quantity", required=False, create_only=True,
    fields={
        "quantity": f.Decimal_(
            label="Initial Stock Quantity", max_digits=15, decimal_places=5, validators=(_not_negative,),
            help_text="Specify initial stock quantity for this Part. If quantity is zero, no stock is added.",
        ),
        "location": f.Related(
            model=StockLocation, label="Initial Stock Location", filters=None, allow_null=True,
            help_text="Specify initial stock location for this Part",
        ),
    },
)  # fmt: skip


def _company(label: str) -> f.Related:
    help_text = f"Select {label.lower()} (or leave blank to skip)"
    return f.Related(model=Company, label=label, help_text=help_text, filters=None, allow_null=True)


INITIAL_SUPPLIER = f.Nested(
    label="Supplier Information", help_text="Add initial supplier information for this part", required=False,
    create_only=True,
    fields={
        "supplier": _company("Supplier"),
        "sku": f.String(label="SKU", help_text="Supplier stock keeping unit", max_length=100, allow_blank=True),
        "manufacturer": _company("Manufacturer"),
        "mpn": f.String(label="MPN", help_text="Manufacturer part number", max_length=100, allow_blank=True),
    },
)  # fmt: skip

PART = shape(
    Part,
    "active",
    "assembly",
    col("barcode_hash", read_only=True, allow_blank=False),
    "category",
    Detail(
        name="category_detail", via="category", shape=CATEGORY, flag="category_detail", default=False,
    ),
    replace(
        path_many("category_path", CATEGORY_STEP, "category.tree_path", flag="path_detail"), empty=lambda: None
    ),
    Joined(
        name="category_name", path="category.name", omit_null=True,
        field=f.String(label="Category Name", read_only=True),
    ),
    "component",
    col("creation_date", read_only=True),
    col("creation_user", read_only=True),
    "default_expiry",
    "default_location",
    Detail(
        name="default_location_detail", via="default_location", shape=LOCATION_BRIEF, flag="location_detail",
        default=False,
    ),
    "description",
    Derived(name="full_name", needs=("IPN", "name", "revision"), make=full_name),
    image_of(),
    WriteOnly(
        name="existing_image",
        field=f.String(label="Existing Image", help_text="Filename of an existing part image", required=False),
    ),
    col("IPN", default="", allow_null=False),
    "is_template",
    "keywords",
    "link",
    "locked",
    col("minimum_stock", default=0),
    col("maximum_stock", default=0),
    "name",
    col("notes", hidden_in=frozenset({"list"})),
    parameters_many("part.part"),
    "pk",
    "purchaseable",
    col("revision", default=""),
    "revision_of",
    _count("revision_count", figures.revision_count, "Revisions"),
    "salable",
    Computed(name="starred", sql=is_starred, encode=bool, field=f.Any_(read_only=True)),
    thumbnail_of(),
    "testable",
    "trackable",
    "units",
    col("variant_of", limited=True),
    "virtual",
    "consumable",
    _price("pricing_min", "overall_min"),
    _price("pricing_max", "overall_max"),
    Computed(
        name="pricing_updated", sql=lambda row: figures.pricing_of(row).c.updated, flag="pricing",
        field=f.DateTime(read_only=True, allow_null=True),
    ),
    col("responsible", "responsible_owner", help_text="", filters=None),
    sale_prices_many(),
    _figure("allocated_to_build_orders", figures.allocated_to_builds),
    _figure("allocated_to_sales_orders", figures.allocated_to_sales),
    _figure("building", figures.building, "Building", "Quantity of this part currently being in production"),
    _figure(
        "scheduled_to_build", figures.scheduled_to_build, "Scheduled to Build",
        "Outstanding quantity of this part scheduled to be built",
    ),
    _count("category_default_location", lambda row: figures.category_default_location(row.via("category"))),
    _figure("in_stock", figures.in_stock, "In Stock"),
    _figure("ordering", figures.on_order, "On Order"),
    _count("required_for_build_orders", figures.required_for_builds, encode=_whole),
    _count("required_for_sales_orders", figures.required_for_sales, encode=_whole),
    _count("stock_item_count", figures.stock_item_count, "Stock Items"),
    _derived(
        "total_in_stock", "Total Stock", _total_in_stock, figures.total_in_stock, "in_stock", "variant_stock"
    ),
    _figure("external_stock", figures.external_stock, "External Stock"),
    _derived(
        "unallocated_stock", "Unallocated Stock", _unallocated, figures.unallocated_stock,
        "in_stock", "variant_stock", "allocated_to_sales_orders", "allocated_to_build_orders",
    ),
    _figure("variant_stock", figures.variant_stock, "Variant Stock"),
    WriteOnly(name="duplicate", field=DUPLICATE),
    WriteOnly(name="initial_stock", field=INITIAL_STOCK),
    WriteOnly(name="initial_supplier", field=INITIAL_SUPPLIER),
    WriteOnly(
        name="copy_category_parameters",
        field=f.Boolean(
            label="Copy Category Parameters", help_text="Copy parameter templates from selected part category",
            default=True, create_only=True,
        ),
    ),
    tags_many("part.part"),
)  # fmt: skip
