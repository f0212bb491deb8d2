"""Sales: lines, reports by day, sums by week and month, demand, days without stock."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.db.types import Fixed, UtcDateTime, line

__all__ = ["downgrade", "upgrade"]

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LINE, REPORT, SUM = "bincard_salesline", "bincard_salesreport", "bincard_salessum"
DEMAND, OUT = "bincard_demand", "bincard_stockout"


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=False)


def amount(name: str, places: int = 5) -> sa.Column[Decimal]:
    return sa.Column(name, Fixed(places), nullable=False)


def text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, line(length), nullable=False)


def day(name: str) -> sa.Column[date]:
    return sa.Column(name, sa.Date(), nullable=False)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=null)


def unique(table: str, *columns: str, name: str = "") -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{name or '_'.join(columns)}"))


def table(name: str, *parts: Any) -> None:
    key = sa.Column("pk", WHOLE, autoincrement=True, nullable=False)
    op.create_table(name, key, *parts, sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"), sqlite_autoincrement=True)


def indexed(name: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, list(columns))


def upgrade() -> None:
    table(
        LINE,
        text("identity", 100), text("source", 10), text("order_model", 20), whole("order_key"), text("reference", 100),
        whole("part_key"), text("code", 100), whole("customer_key"), text("customer", 100), day("sales_date"),
        amount("quantity_sold"), amount("total_revenue", 6), text("currency", 3), unique(LINE, "identity"),
    )  # fmt: skip
    table(
        REPORT,
        whole("part_key"), text("code", 100), whole("customer_key"), day("sales_date"), amount("quantity_sold"),
        amount("total_revenue", 6), text("currency", 3), text("source", 10),
        unique(REPORT, "part_key", "sales_date", "customer_key", "currency", "source", "code", name="once"),
    )  # fmt: skip
    table(
        SUM,
        text("about", 1), text("span", 1), whole("object_key"), text("code", 100), day("start"), text("currency", 3),
        amount("quantity_sold"), amount("total_revenue", 6),
        unique(SUM, "about", "span", "object_key", "start", "currency", "code", name="once"),
    )  # fmt: skip
    table(
        DEMAND,
        whole("part_key"), whole("location_key"), day("day"), amount("sold"), amount("consumed"), amount("lost"),
        unique(DEMAND, "part_key", "location_key", "day"),
    )  # fmt: skip
    table(OUT, whole("part_key"), whole("location_key"), moment("since"), moment("until", null=True))
    _indexes()


def _indexes() -> None:
    indexed(LINE, "part_key", "sales_date")
    indexed(LINE, "customer_key", "sales_date")
    indexed(LINE, "order_model", "order_key")
    indexed(LINE, "sales_date")
    indexed(REPORT, "sales_date")
    # With the figures in it: the sums of a year are read from the index alone.
    reading = ["about", "span", "start", "object_key", "currency", "code", "quantity_sold", "total_revenue"]
    op.create_index(op.f("ix_bincard_salessum_reading"), SUM, reading)
    indexed(DEMAND, "day")
    indexed(OUT, "part_key", "location_key", "since")


def downgrade() -> None:
    for name in (OUT, DEMAND, SUM, REPORT, LINE):
        op.drop_table(name)
