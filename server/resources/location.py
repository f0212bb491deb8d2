"""Stock locations: the tree of places, and their types."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from server.actions.locations import check_location, delete_location, settle_location
from server.actions.tags import set_tags
from server.db.models.stock import StockLocation, StockLocationType
from server.domain.icons import check_icon
from server.resources.briefs import parameters_many, path_many, tags_many
from server.resources.location_figures import icon, item_count
from server.resources.stock_bodies import by
from server.resources.stock_shapes import LOCATION_STEP
from server.resources.tagged import tag_filters, tag_search
from server.resources.tree_filters import tree_filters
from server.resources.trees import TreeResource, below_count, tree_number, tree_number_filter, tree_search
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Compare, Exact, Flag, RelatedTo, Set
from server.rest.query import Computed, Detail, Source
from server.rest.resource import Endpoint, Hooks, Resource, col, shape

__all__ = ["LOCATION", "LOCATION_DETAIL", "RESOURCES"]

LOCATION_ACCESS = Role("stock_location", others=("build",))
NEW_OR_NESTED = frozenset({"create", "nested"})
"""Answers in which InvenTree has not worked anything out."""


# ------------------------------------------------------------------------------------------------- types


def _location_count(row: Source) -> ColumnElement[Any]:
    location = StockLocation.__table__.alias("typed")
    return (
        select(func.count())
        .select_from(location)
        .where(location.c.location_type_id == row.c.pk)
        .correlate(row.table)
        .scalar_subquery()
    )


LOCATION_TYPE = shape(
    StockLocationType,
    "pk",
    "name",
    "description",
    "icon",
    Computed(
        name="location_count", sql=_location_count, null_in=NEW_OR_NESTED,
        field=f.Integer(read_only=True, allow_null=True),
    ),
)  # fmt: skip


def _check_type(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    check_icon(values.get("icon"), field="icon")


TYPES = Resource(
    path="stock/location-type/",
    access=Role("stock_location"),
    shape=LOCATION_TYPE,
    title="Stock Location Type",
    list_about=(
        "API endpoint for a list of StockLocationType objects.\n\n"
        "- GET: Return a list of all StockLocationType objects\n- POST: Create a StockLocationType"
    ),
    detail_about=(
        "API detail endpoint for a StockLocationType object.\n\n- GET: return a single StockLocationType\n"
        "- PUT: update a StockLocationType\n- PATCH: partial update a StockLocationType\n"
        "- DELETE: delete a StockLocationType"
    ),
    search=("name",),
    ordering={"name": "name", "location_count": "location_count", "icon": "icon"},
    default_order=("-location_count",),
    hooks=Hooks(before_save=_check_type),
)


# ------------------------------------------------------------------------------------------------- locations


def _count(name: str, label: str, sql: Any) -> Computed:
    field = f.Integer(label=label, read_only=True)
    return Computed(name=name, sql=sql, field=field, hidden_in=NEW_OR_NESTED)


LOCATION = shape(
    StockLocation,
    "pk",
    col("barcode_hash", read_only=True, allow_blank=False),
    "name",
    col("level", read_only=True, min_value=None, max_value=None, meta={}),
    "description",
    "parent",
    col("pathstring", read_only=True, allow_blank=False),
    path_many("path", LOCATION_STEP, flag="path_detail"),
    _count("items", "Stock Items", item_count),
    _count("sublocations", "Sublocations", below_count),
    "owner",
    Computed(name="icon", sql=icon, field=f.String(read_only=True)),
    "custom_icon",
    "structural",
    "external",
    "location_type",
    Detail(name="location_type_detail", via="location_type", shape=LOCATION_TYPE),
    tags_many("stock.stocklocation"),
    parameters_many("stock.stocklocation"),
)

LOCATION_DETAIL = LOCATION.but("path", "tags", "parameters")
"""A location inside another object."""


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    check_icon(values.get("custom_icon"), field="custom_icon")
    check_location(context.session, row)


def _after(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    settle_location(context.session, row)
    if "tags" in values:
        set_tags(context.session, "stock.stocklocation", row.pk, values["tags"])


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    files = delete_location(
        context.session, by(context), row, delete_items_too=told["delete_stock_items"],
        delete_children=told["delete_sub_locations"],
    )  # fmt: skip
    discard(context, files)


def _has_type(row: Source) -> ColumnElement[Any]:
    return row.c.location_type_id.is_not(None)


LOCATIONS = Resource(
    path="stock/location/",
    access=LOCATION_ACCESS,
    shape=LOCATION,
    title="Stock Location",
    list_about=(
        "API endpoint for list view of StockLocation objects.\n\n"
        "- GET: Return list of StockLocation objects\n- POST: Create a new StockLocation"
    ),
    detail_about="API endpoint for detail view of StockLocation object.",
    can=("list", "create", "bulk_update", "detail", "update", "delete"),
    filters=(
        Exact("name"),
        Set("structural"),
        Set("external"),
        RelatedTo("location_type", StockLocationType),
        Flag("has_location_type", _has_type),
        *tree_filters(StockLocation),
        *tag_filters("stock.stocklocation"),
    ),
    search=("name", "description", "pathstring", tag_search("stock.stocklocation")),
    ordering={
        "name": "name", "pathstring": "pathstring", "items": "items", "level": "level", "tree_id": "tree_sort",
        "lft": "tree_sort",
    },
    default_order=("tree_sort",),
    instance_filters={"parent": "exclude_tree"},
    hooks=Hooks(before_save=_before, after_save=_after, delete=_delete),
    delete_body={
        "delete_stock_items": f.Boolean(
            label="Delete Stock Items", help_text="Delete all stock items contained within this location"
        ),
        "delete_sub_locations": f.Boolean(
            label="Delete Sub-Locations", help_text="Delete all sub-locations contained within this location"
        ),
    },
)  # fmt: skip

TREE = TreeResource(
    path="stock/location/tree/",
    access=LOCATION_ACCESS,
    shape=shape(
        StockLocation,
        "pk",
        "name",
        "description",
        "pathstring",
        "parent",
        tree_number(StockLocation),
        "level",
        Computed(name="icon", sql=icon, field=f.String(read_only=True)),
        "structural",
        Computed(name="sublocations", sql=below_count, field=f.Integer(label="Sublocations", read_only=True)),
    ),
    title="Stock Location Tree",
    list_about="API endpoint for accessing a list of StockLocation objects, ready for rendering as a tree.",
    can=("list",),
    filters=(
        RelatedTo("parent", StockLocation),
        tree_number_filter(StockLocation),
        Exact("level", kind="number"),
        Compare("max_level", "level", "<="),
        tree_search("name", "description"),
    ),
    ordering={
        "level": ("level", "name"), "name": ("name", "level"), "sublocations": "sublocations",
        "subcategories": "sublocations",
    },
    default_order=("level", "name"),
    main=False,
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (LOCATIONS, TREE, TYPES)
