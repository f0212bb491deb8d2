"""Build orders, the lines of what they need, and the stock allocated to them."""

from sqlalchemy import UniqueConstraint

from server.db.columns import (
    Base,
    boolean,
    char,
    day,
    foreign,
    integer,
    positive,
    quantity,
    sparse,
    url,
)
from server.db.models.mixins import Barcode, Keyed, Metadata, Notes, Tree, autoincrement
from server.domain.status import BuildStatus

__all__ = ["Build", "BuildItem", "BuildLine"]


class Build(Keyed, Tree, Barcode, Notes, Metadata, Base):
    """An order to build a quantity of a part. The tree is that of builds made for another build."""

    __tablename__ = "build_build"
    __table_args__ = autoincrement(sparse("build_build", "parent_id"))

    reference = char(64, "Reference", "Build Order Reference", unique=True)
    reference_int = integer("Reference int", default=0, index=True)
    title = char(100, "Description", "Brief description of the build (optional)", blank=True)
    parent_id = foreign(
        "build_build", "Parent Build", "Build Order to which this build is allocated",
        null=True, on_delete="SET NULL", index=False,
    )  # fmt: skip
    part_id = foreign("part_part", "Part", "Select part to build", on_delete="CASCADE", filters={"assembly": True})
    sales_order_id = foreign(
        "order_salesorder", "Sales Order Reference", "Sales Order to which this build is allocated",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    take_from_id = foreign(
        "stock_stocklocation", "Source Location",
        "Select location to take stock from for this build (leave blank to take from any stock location)",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    external = boolean("External Build", "This build order is fulfilled externally", default=False)
    destination_id = foreign(
        "stock_stocklocation", "Destination Location", "Select location where the completed items will be stored",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    level = positive("Build Level", default=0)
    quantity = quantity("Build Quantity", "Number of stock items to build", default=1)
    completed = positive("Completed items", "Number of stock items which have been completed", default=0)
    status = integer(
        "Build Status", "Build status code",
        default=BuildStatus.PENDING, minimum=0, choices="BuildStatus", index=True,
    )  # fmt: skip
    status_custom_key = integer("Custom status key", "Additional status information for this item", null=True)
    batch = char(100, "Batch Code", "Batch code for this build output", null=True, blank=True)
    creation_date = day("Creation Date", null=False)
    start_date = day("Build start date", "Scheduled start date for this build order")
    target_date = day(
        "Target completion date", "Target date for build completion. Build will be overdue after this date."
    )
    completion_date = day("Completion Date")
    completed_by_id = foreign(
        "auth_user", "completed by", "User who completed this build order", null=True, on_delete="SET NULL"
    )
    issued_by_id = foreign(
        "auth_user", "Issued by", "User who issued this build order", null=True, on_delete="SET NULL"
    )
    responsible_id = foreign(
        "users_owner", "Responsible", "User or group responsible for this build order", null=True, on_delete="SET NULL"
    )
    link = url("External Link", "Link to external URL")
    priority = positive("Build Priority", "Priority of this build order", default=0)
    project_code_id = foreign(
        "common_projectcode", "Project Code", "Project code for this build order", null=True, on_delete="SET NULL"
    )


class BuildLine(Keyed, Base):
    """What a build needs of one line of its bill of materials."""

    __tablename__ = "build_buildline"
    __table_args__ = autoincrement(UniqueConstraint("build_id", "bom_item_id"))

    build_id = foreign("build_build", "Build", "Build object", on_delete="CASCADE", index=False)
    bom_item_id = foreign("part_bomitem", "Bom item", on_delete="CASCADE")
    consumed = quantity("Consumed", "Quantity of consumed stock", default=0)
    quantity = quantity("Quantity", "Required quantity for build order", default=1)


class BuildItem(Keyed, Metadata, Base):
    """Stock that is promised to a build line."""

    __tablename__ = "build_builditem"
    __table_args__ = autoincrement(UniqueConstraint("build_line_id", "stock_item_id", "install_into_id"))

    build_line_id = foreign("build_buildline", "Build line", null=True, on_delete="CASCADE", index=False)
    stock_item_id = foreign("stock_stockitem", "Stock Item", "Source stock item", on_delete="CASCADE")
    quantity = quantity("Allocated Quantity", "Stock quantity to allocate to build", default=1)
    install_into_id = foreign(
        "stock_stockitem", "Install into", "Destination stock item", null=True, on_delete="SET NULL"
    )
