"""What shipments and allocations of sales orders look like."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from server.db.models.order import SalesOrderAllocation, SalesOrderShipment
from server.resources.briefs import (
    ADDRESS_BRIEF,
    COMPANY_BRIEF,
    LOCATION_BRIEF,
    PART_BRIEF,
    USER_BRIEF,
    duplicate_of,
    parameters_many,
    tags_many,
)
from server.resources.order_briefs import SALES_ORDER_BRIEF
from server.resources.order_header import linked
from server.resources.part_figures import alias_of
from server.resources.stock_shapes import STOCK_ITEM
from server.rest import fields as f
from server.rest.query import Column, Computed, Detail, Joined, Shape, Source
from server.rest.resource import col, shape

__all__ = ["ALLOCATION", "SHIPMENT", "SHIPMENT_LABEL", "allocated_items"]

SHIPMENT_LABEL = "order.salesordershipment"


def allocated_items(row: Source) -> Any:
    """How many allocations a shipment has."""
    promised = alias_of(SalesOrderAllocation, "counted")
    counted = select(func.count()).select_from(promised).where(promised.c.shipment_id == row.c.pk)
    return counted.correlate(row.table).scalar_subquery()


SHIPMENT = shape(
    SalesOrderShipment,
    "pk",
    "order",
    Computed(
        name="allocated_items", sql=allocated_items, null_in=frozenset({"create", "nested"}),
        field=f.Integer(label="Allocated Items", read_only=True, allow_null=True),
    ),
    "shipment_date",
    "shipment_address",
    "delivery_date",
    "checked_by",
    duplicate_of(SalesOrderShipment),
    "reference",
    "tracking_number",
    "invoice_number",
    "barcode_hash",
    "link",
    "notes",
    parameters_many(SHIPMENT_LABEL),
    linked("checked_by_detail", "checked_by", USER_BRIEF),
    linked("customer_detail", "order.customer", COMPANY_BRIEF, default=False),
    linked("order_detail", "order", SALES_ORDER_BRIEF),
    linked("shipment_address_detail", "shipment_address", ADDRESS_BRIEF),
    tags_many(SHIPMENT_LABEL),
)  # fmt: skip


def _nested_shipment() -> Shape:
    """A shipment inside an allocation: without its order."""
    always = ("checked_by_detail", "shipment_address_detail")
    return SHIPMENT.but("order_detail", **{name: replace(SHIPMENT.member(name), flag=None) for name in always})


ALLOCATION = shape(
    SalesOrderAllocation,
    "pk",
    "item",
    Column(name="quantity", field=f.Float(label="Quantity", places=5, required=True)),
    "shipment",
    col("line", read_only=True),
    Joined(name="part", path="item.part", field=f.Any_(read_only=True)),
    Joined(name="order", path="line.order", field=f.Any_(read_only=True)),
    Joined(name="serial", path="item.serial", field=f.String(read_only=True, allow_null=True)),
    Joined(name="location", path="item.location", field=f.Any_(read_only=True)),
    linked("item_detail", "item", STOCK_ITEM, default=False),
    linked("part_detail", "item.part", PART_BRIEF, default=False),
    linked("order_detail", "line.order", SALES_ORDER_BRIEF, default=False),
    linked("customer_detail", "line.order.customer", COMPANY_BRIEF, default=False),
    linked("location_detail", "item.location", LOCATION_BRIEF, default=False),
    Detail(name="shipment_detail", via="shipment", shape=_nested_shipment()),
)  # fmt: skip
