"""Stock: where it can lie, what lies there, and the history of each item."""

from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.db.columns import (
    Base,
    boolean,
    char,
    currency,
    day,
    foreign,
    integer,
    json_field,
    long_text,
    moment,
    money,
    quantity,
    sparse,
    upload,
    url,
)
from server.db.models.mixins import Barcode, Keyed, Metadata, NamedTree, Notes, autoincrement
from server.db.types import line
from server.domain.status import StockStatus

__all__ = ["StockItem", "StockItemTestResult", "StockItemTracking", "StockLocation", "StockLocationType"]


class StockLocationType(Keyed, Metadata, Base):
    """A type of location: warehouse, room, shelf, drawer."""

    __tablename__ = "stock_stocklocationtype"
    __table_args__ = autoincrement()

    name = char(100, "Name", "Name")
    description = char(250, "Description", "Description (optional)", blank=True)
    icon = char(100, "Icon", "Default icon for all locations that have no icon set (optional)", blank=True)


class StockLocation(Keyed, NamedTree, Barcode, Metadata, Base):
    """A place where stock lies; locations form a tree. A structural one holds no stock itself."""

    __tablename__ = "stock_stocklocation"
    __table_args__ = autoincrement(Index(None, "parent_id", "name"))

    name = char(100, "Name", "Name", index=True)
    description = char(250, "Description", "Description (optional)", blank=True)
    parent_id = foreign(
        "stock_stocklocation", "Parent Location", "Parent stock location", null=True, on_delete="SET NULL", index=False
    )
    custom_icon = char(100, "Icon", "Icon (optional)", null=True, blank=True)
    owner_id = foreign("users_owner", "Owner", "Select Owner", null=True, on_delete="SET NULL")
    structural = boolean(
        "Structural",
        "Stock items may not be directly located into a structural stock locations, "
        "but may be located to child locations.",
        default=False,
    )
    external = boolean("External", "This is an external stock location", default=False)
    location_type_id = foreign(
        "stock_stocklocationtype", "Location type", "Stock location type of this location",
        null=True, on_delete="SET NULL",
    )  # fmt: skip


_ITEM = "stock_stockitem"


class StockItem(Keyed, Barcode, Notes, Metadata, Base):
    """A quantity of a part, in one place and batch.

    `part_name` is a copy of the part's name, kept by whoever renames a part: InvenTree's default order is part name,
    quantity, location, and with the name in the row that is one walk along an index, at a million rows too.
    """

    __tablename__ = _ITEM
    __table_args__ = autoincrement(
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        Index("ix_stock_stockitem_default_order", "part_name", "quantity", "location_id", "pk"),
        Index("ix_stock_stockitem_location_order", "location_id", "part_name", "quantity", "pk"),
        Index(None, "part_id", "serial_int"),
        *(
            sparse(_ITEM, column)
            for column in (
                "parent_id", "supplier_part_id", "belongs_to_id", "customer_id", "build_id", "consumed_by_id",
                "purchase_order_id", "sales_order_id", "stocktake_user_id", "owner_id", "serial", "batch",
                "expiry_date", "stocktake_date",
            )
        ),
    )  # fmt: skip

    part_id = foreign("part_part", "Part", "Base Part", on_delete="CASCADE", index=False, filters={"virtual": False})
    part_name: Mapped[Any] = mapped_column(line(100), nullable=False, default="")
    quantity = quantity("Stock Quantity", default=1)
    serial = char(100, "Serial Number", "Serial number for this item", null=True, blank=True)
    serial_int = integer("Serial int", default=0)
    batch = char(100, "Batch Code", "Batch code for this stock item", null=True, blank=True, default="")
    location_id = foreign(
        "stock_stocklocation", "Stock Location", "Where is this stock item located?", null=True, index=False
    )
    parent_id = foreign(_ITEM, "Parent Item", "Parent stock item", null=True, on_delete="SET NULL", index=False)
    belongs_to_id = foreign(
        _ITEM, "Installed In", "Is this item installed in another item?", null=True, on_delete="CASCADE", index=False
    )
    build_id = foreign(
        "build_build", "Source Build", "Build for this stock item", null=True, on_delete="SET NULL", index=False
    )
    consumed_by_id = foreign(
        "build_build", "Consumed By", "Build order which consumed this stock item",
        null=True, on_delete="CASCADE", index=False,
    )  # fmt: skip
    customer_id = foreign(
        "company_company", "Customer", "Customer",
        null=True, on_delete="SET NULL", index=False, filters={"is_customer": True},
    )  # fmt: skip
    delete_on_deplete = boolean("Delete on deplete", "Delete this Stock Item when stock is depleted", default=True)
    expiry_date = day("Expiry Date", "Expiry date for stock item. Stock will be considered expired after this date")
    is_building = boolean("Is building", default=False)
    link = url("External Link", "Link to external URL")
    owner_id = foreign("users_owner", "Owner", "Select Owner", null=True, on_delete="SET NULL", index=False)
    packaging = char(50, "Packaging", "Packaging this stock item is stored in", null=True, blank=True)
    purchase_order_id = foreign(
        "order_purchaseorder", "Source Purchase Order", "Purchase order for this stock item",
        null=True, on_delete="SET NULL", index=False,
    )  # fmt: skip
    sales_order_id = foreign(
        "order_salesorder", "Destination Sales Order", null=True, on_delete="SET NULL", index=False
    )
    status = integer("Status", default=StockStatus.OK, choices="StockStatus", index=True)
    status_custom_key = integer(
        "Custom status key", "Additional status information for this item", null=True, choices="StockStatus"
    )
    supplier_part_id = foreign(
        "part_supplierpart", "Supplier Part", "Select a matching supplier part for this stock item",
        null=True, on_delete="SET NULL", index=False,
    )  # fmt: skip
    creation_date = moment("Creation Date", "Date that this stock item was created", index=True)
    stocktake_date = day("Stocktake date")
    stocktake_user_id = foreign("auth_user", "Stocktake user", null=True, on_delete="SET NULL", index=False)
    updated = moment("Updated", "Timestamp of last update", index=True)
    purchase_price = money("Purchase Price", "Purchase price of this stock item, per unit or pack")
    purchase_price_currency = currency("Currency", "Purchase currency of this stock item")


class StockItemTracking(Keyed, Base):
    """One line of an item's history: who did what, when, and what changed. Lines stay when their item is gone."""

    __tablename__ = "stock_stockitemtracking"
    __table_args__ = autoincrement(
        Index(None, "item_id", "date"),
        Index(None, "part_id", "date"),
        Index(None, "date"),
        sparse("stock_stockitemtracking", "user_id"),
    )

    item_id = foreign(_ITEM, "Item", null=True, on_delete="SET NULL", index=False)
    part_id = foreign("part_part", "Part", null=True, on_delete="SET NULL", index=False)
    date = moment("Date", null=False)
    tracking_type = integer("Tracking type", default=0)
    # Forms are told of 512 characters, but the notes of an action go in whole.
    notes = long_text("Notes", "Entry notes", length=512)
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL", index=False)
    deltas = json_field("Deltas")


class StockItemTestResult(Keyed, Metadata, Base):
    """The result of a test on an item."""

    __tablename__ = "stock_stockitemtestresult"
    __table_args__ = autoincrement()

    stock_item_id = foreign(_ITEM, "Stock item", on_delete="CASCADE")
    template_id = foreign(
        "part_parttesttemplate", "Test template for this result", "Template", null=True, on_delete="CASCADE"
    )
    result = boolean("Result", "Test result", default=False)
    value = char(500, "Value", "Test output value", blank=True)
    attachment = upload("Attachment", "Test result attachment")
    notes = char(500, "Notes", "Test notes", blank=True)
    test_station = char(
        500, "Test station", "The identifier of the test station where the test was performed", blank=True
    )
    started_datetime = moment("Started", "The timestamp of the test start")
    finished_datetime = moment("Finished", "The timestamp of the test finish")
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    date = moment("Date", null=False)
