"""What was sold and what was used, for reports and forecasts. Bincard's own.

Parts, customers and locations are kept as keys, not as foreign keys: what was sold stays sold when a part goes. A key
of 0 means: none, or not known; so every key can be part of a unique constraint, and sums are kept by one upsert.
"""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import Base, char, currency, day, money, positive, quantity
from server.db.columns import moment as time
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["Demand", "SalesLine", "SalesReport", "SalesSum", "StockOut"]


class SalesLine(Keyed, Base):
    """One thing that one customer got on one day, or (negative) gave back: where every figure of the reports comes
    from. `identity` tells which line of which order or file it is, so that nothing is ever taken twice."""

    __tablename__ = "bincard_salesline"
    __table_args__ = autoincrement(
        UniqueConstraint("identity"), Index(None, "part_key", "sales_date"), Index(None, "customer_key", "sales_date"),
        Index(None, "order_model", "order_key"), Index(None, "sales_date"),
    )  # fmt: skip

    identity = char(100, "Identity")
    source = char(10, "Source", "shipment or import")
    order_model = char(20, "Order model", "salesorder, returnorder, or blank for what was imported", blank=True)
    order_key = positive("Order key", default=0)
    reference = char(100, "Reference", "The order's reference, or the number of the invoice", blank=True)
    part_key = positive("Part key", default=0)
    code = char(100, "Code", "What the part was called: its IPN or name, or the code in the file", blank=True)
    customer_key = positive("Customer key", default=0)
    customer = char(100, "Customer", "Who it was, as the file says", blank=True)
    sales_date = day("Sales date", null=False)
    quantity_sold = quantity("Quantity sold", floor=None)
    total_revenue = money("Total revenue", null=False)
    currency = currency("Currency")


class SalesReport(Keyed, Base):
    """What was sold of a part on a day to a customer, in one currency, from one source. `code` is given where the part
    is none of ours."""

    __tablename__ = "bincard_salesreport"
    __table_args__ = autoincrement(
        UniqueConstraint(
            "part_key", "sales_date", "customer_key", "currency", "source", "code", name="uq_bincard_salesreport_once"
        ),
        Index(None, "sales_date"),
    )

    part_key = positive("Part key", default=0)
    code = char(100, "Code", blank=True)
    customer_key = positive("Customer key", default=0)
    sales_date = day("Sales date", null=False)
    quantity_sold = quantity("Quantity sold", floor=None)
    total_revenue = money("Total revenue", null=False)
    currency = currency("Currency")
    source = char(10, "Source", "shipment or import")


class SalesSum(Keyed, Base):
    """The reports summed by week (`span` W, from Monday on) or month (M), by part (`about` P) or customer (C): so few
    rows that a year of all parts is read at once."""

    __tablename__ = "bincard_salessum"
    __table_args__ = autoincrement(
        UniqueConstraint("about", "span", "object_key", "start", "currency", "code", name="uq_bincard_salessum_once"),
        Index(
            "ix_bincard_salessum_reading",
            "about",
            "span",
            "start",
            "object_key",
            "currency",
            "code",
            "quantity_sold",
            "total_revenue",
        ),
    )

    about = char(1, "About", "P: part, C: customer")
    span = char(1, "Span", "W: week, M: month")
    object_key = positive("Object key", default=0)
    code = char(100, "Code", blank=True)
    start = day("Start", null=False)
    currency = currency("Currency")
    quantity_sold = quantity("Quantity sold", floor=None)
    total_revenue = money("Total revenue", null=False)


class Demand(Keyed, Base):
    """What was wanted of a part at a location on a day, by cause. `sold` is net of what came back and may be negative;
    location 0: none, or not known (imported sales)."""

    __tablename__ = "bincard_demand"
    __table_args__ = autoincrement(UniqueConstraint("part_key", "location_key", "day"), Index(None, "day"))

    part_key = positive("Part key", default=0)
    location_key = positive("Location key", default=0)
    day = day("Day", null=False)
    sold = quantity("Sold", default=0, floor=None)
    consumed = quantity("Consumed", "Used by builds, put into assemblies, taken out", default=0)
    lost = quantity("Lost", "Missing at counts, lost, destroyed", default=0)


class StockOut(Keyed, Base):
    """From when to when there was nothing available of a part: at a location, or (0) anywhere. `until` null: still."""

    __tablename__ = "bincard_stockout"
    __table_args__ = autoincrement(Index(None, "part_key", "location_key", "since"))

    part_key = positive("Part key", default=0)
    location_key = positive("Location key", default=0)
    since = time("Since", null=False)
    until = time("Until")
