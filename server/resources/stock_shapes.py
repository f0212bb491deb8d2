"""What a stock item looks like, on its own and inside other objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from server.db.models.part import PartTestTemplate
from server.db.models.stock import StockItem, StockItemTestResult, StockLocation
from server.domain.errors import InvalidInput
from server.resources import stock_figures as figures
from server.resources.briefs import (
    LOCATION_BRIEF,
    PART_BRIEF,
    SUPPLIER_PART_BRIEF,
    USER_BRIEF,
    media_url,
    path_many,
    tags_many,
)
from server.resources.location_figures import icon
from server.resources.stock_states import STATES
from server.rest import fields as f
from server.rest.context import Context
from server.rest.many import rows_by_key
from server.rest.query import Column, Computed, Const, Detail, Joined, Many, Planner, Reader, WriteOnly
from server.rest.resource import col, shape

__all__ = ["LOCATION_STEP", "STOCK_BRIEF", "STOCK_ITEM", "TEST_RESULT", "TEST_TEMPLATE_BRIEF"]

NEW_OR_NESTED = frozenset({"create", "nested"})
"""Answers in which InvenTree has not worked anything out."""


@dataclass(frozen=True, kw_only=True)
class StockQuantity(f.Float):
    """The quantity of an item: exact, five places, not below zero."""

    def convert(self, value: Any, context: Context) -> Decimal:
        number = f.exact(value, 15, 5, invalid="Invalid value")
        if number < 0:
            raise InvalidInput(
                ["Ensure this value is greater than or equal to 0.", "Quantity must be greater than zero"]
            )
        return number


# ------------------------------------------------------------------------------------------------- tests of an item


@dataclass(frozen=True, kw_only=True)
class _Now(f.DateTime):
    """A time that is now unless something else is said."""

    def metadata(self) -> dict[str, Any]:
        return super().metadata() | {"default": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}


TEST_TEMPLATE_BRIEF = shape(
    PartTestTemplate, "pk", col("key", read_only=True, allow_blank=False), "part", "test_name",
    col("description", allow_blank=False), "enabled", "required", "requires_value", "requires_attachment",
    Const(
        name="results", hidden_in=frozenset({"list", "detail", "create", "update", "nested"}),
        field=f.Integer(
            label="Results", help_text="Number of results recorded against this template", read_only=True
        ),
    ),
    "choices",
)  # fmt: skip
"""A test template beside a result. (Forms are told of a figure that is never given out.)"""

TEST_RESULT = shape(
    StockItemTestResult,
    "pk",
    "stock_item",
    "result",
    "value",
    Column(
        name="attachment", encode=media_url,
        field=f.Upload(label="Attachment", help_text="Test result attachment", allow_null=True, required=False),
    ),
    "notes",
    "test_station",
    "started_datetime",
    "finished_datetime",
    Column(name="user", field=f.Any_(label="User", read_only=True, allow_null=True, meta={"filters": {}})),
    Detail(name="user_detail", via="user", shape=USER_BRIEF, flag="user_detail", default=False),
    Column(name="date", field=_Now(label="Date", read_only=True)),
    "template",
    Detail(name="template_detail", via="template", shape=TEST_TEMPLATE_BRIEF, flag="template_detail", default=False),
)  # fmt: skip


def _tests_many() -> Many:
    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        return rows_by_key(planner, reader, TEST_RESULT, "stock_item", keys, order=("-pk",))

    return Many(name="tests", load=load, shape=TEST_RESULT, flag="tests", default=False)


# ------------------------------------------------------------------------------------------------- the item

LOCATION_STEP = shape(
    StockLocation,
    col("pk", label="Pk"),
    col("name", read_only=True, help_text="", max_length=None),
    Computed(name="icon", sql=icon, field=f.String(read_only=True, allow_null=True)),
)
"""One step of the way from the root to a location."""


def _reference(name: str, path: str) -> Joined:
    return Joined(name=name, path=path, field=f.String(read_only=True, allow_null=True))


def _figure(name: str, sql: Any, field: f.Field) -> Computed:
    return Computed(name=name, sql=sql, field=replace(field, read_only=True, allow_null=True), null_in=NEW_OR_NESTED)


def _state(name: str, **more: Any) -> f.Choice:
    return f.Choice(choices=STATES, strict=False, required=False, **more)


_OWN = (
    "pk",
    col("part"),
    Column(name="quantity", field=StockQuantity(label="Stock Quantity", required=True, meta={"default": 1})),
    col("serial", meta={"default": None}),
    col("batch", meta={"default": ""}),
    "location",
    "belongs_to",
    "build",
    "consumed_by",
    "customer",
    "delete_on_deplete",
    "expiry_date",
    Computed(name="in_stock", sql=figures.in_stock, encode=bool, field=f.Boolean(label="In Stock", read_only=True)),
    "is_building",
    "link",
    "notes",
    "owner",
    "packaging",
    Column(
        name="parent",
        field=f.Any_(
            label="Parent Item", help_text="Parent stock item", read_only=True, allow_null=True, meta={"filters": {}}
        ),
    ),
    "purchase_order",
    _reference("purchase_order_reference", "purchase_order.reference"),
    "sales_order",
    _reference("sales_order_reference", "sales_order.reference"),
    Column(name="status", field=_state("status", label="Status", meta={"default": 10})),
    Computed(name="status_text", sql=figures.status_text, field=f.Any_(read_only=True)),
    Computed(
        name="status_custom_key", sql=figures.status_key, settable=True,
        field=_state(
            "status_custom_key", label="Custom status key", allow_null=True, meta={"default": None},
            help_text="Additional status information for this item",
        ),
    ),
    "supplier_part",
    Joined(
        name="SKU", path="supplier_part.SKU",
        field=f.String(label="Supplier Part Number", read_only=True, allow_null=True),
    ),
    Joined(
        name="MPN", path="supplier_part.manufacturer_part.MPN",
        field=f.String(label="Manufacturer Part Number", read_only=True, allow_null=True),
    ),
    col("barcode_hash", read_only=True, allow_blank=False),
    col("creation_date", read_only=True),
    col("stocktake_date", read_only=True),
    col("updated", read_only=True),
    Column(
        name="purchase_price",
        field=f.Money(
            label="Purchase Price", help_text="Purchase price of this stock item, per unit or pack", allow_null=True,
            required=False,
        ),
    ),
    col("purchase_price_currency", max_length=3),
)  # fmt: skip

_FOR_NEW_STOCK = (
    WriteOnly(
        name="use_pack_size",
        field=f.Boolean(
            label="Use pack size", allow_null=True, required=False,
            help_text="Use pack size when adding: the quantity defined is the number of packs",
        ),
    ),
    WriteOnly(
        name="serial_numbers",
        field=f.String(help_text="Enter serial numbers for new items", allow_null=True, required=False),
    ),
)  # fmt: skip

_FIGURES = (
    _figure("allocated", figures.allocated, f.Float(label="Allocated Quantity")),
    _figure("expired", figures.expired, f.Boolean(label="Expired")),
    _figure("installed_items", figures.installed_items, f.Integer(label="Installed Items")),
    _figure("child_items", figures.child_items, f.Integer(label="Child Items")),
    _figure("stale", figures.stale, f.Boolean(label="Stale")),
)

_TRACKING_ITEMS = _figure("tracking_items", figures.tracking_items, f.Integer(label="Tracking Items"))


def _detail(name: str, via: str, of: Any, label: str, *, default: bool) -> Detail:
    field = f.Nested(label=label, read_only=True, allow_null=True, fields={})
    return Detail(name=name, via=via, shape=of, flag=name, default=default, field=field)


STOCK_ITEM = shape(
    StockItem,
    *_OWN,
    *_FOR_NEW_STOCK,
    *_FIGURES,
    _detail("location_detail", "location", LOCATION_BRIEF, "Location", default=False),
    replace(
        path_many("location_path", LOCATION_STEP, "location.tree_path", flag="path_detail"), empty=lambda: None
    ),
    _detail("part_detail", "part", PART_BRIEF, "Part", default=True),
    _detail("supplier_part_detail", "supplier_part", SUPPLIER_PART_BRIEF, "Supplier Part", default=False),
    tags_many("stock.stockitem"),
    _tests_many(),
    _TRACKING_ITEMS,
)  # fmt: skip

STOCK_BRIEF = STOCK_ITEM.but(
    part_detail=replace(_detail("part_detail", "part", PART_BRIEF, "Part", default=True), flag=None)
)
"""A stock item inside another object: with its part, without figures."""
