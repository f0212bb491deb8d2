"""Alerts: levels by location, what is wrong, subscriptions, deliveries, faults of the server."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.db.types import Fixed, UtcDateTime, line, prose

__all__ = ["downgrade", "upgrade"]

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ALERT, CHANGE, RUN = "bincard_alert", "bincard_alertchange", "bincard_alertrulerun"
LEVEL, SUBSCRIPTION = "bincard_locationlevel", "bincard_alertsubscription"
DELIVERY, FAULT = "bincard_alertdelivery", "bincard_serverfault"
USER = "auth_user"
ABOUT = {
    "part_id": "part_part", "stock_item_id": "stock_stockitem", "location_id": "stock_stocklocation",
    "purchase_order_id": "order_purchaseorder", "sales_order_id": "order_salesorder",
    "supplier_id": "company_company", "user_id": USER,
}  # fmt: skip


def key() -> sa.Column[int]:
    return sa.Column("pk", WHOLE, autoincrement=True, nullable=False)


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=null)


def amount(name: str, *, null: bool = False) -> sa.Column[Decimal]:
    return sa.Column(name, Fixed(5), nullable=null)


def text(name: str, length: int, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, line(length), nullable=null)


def yes_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=null)


def json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=True)


def references(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.pk"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def table(name: str, *parts: Any) -> None:
    op.create_table(name, key(), *parts, sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"), sqlite_autoincrement=True)


def indexed(name: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, list(columns))


def upgrade() -> None:
    _alerts()
    table(
        RUN,
        text("kind", 40), moment("ran_at"), sa.Column("seconds", sa.Double(), nullable=False), whole("found"),
        whole("opened"), whole("recovered"), text("error", 500), unique(RUN, "kind"),
    )  # fmt: skip
    table(
        LEVEL,
        whole("part_id"), whole("location_id"), amount("minimum"), amount("maximum", null=True),
        references(LEVEL, "part_id", "part_part", "CASCADE"),
        references(LEVEL, "location_id", "stock_stocklocation", "CASCADE"), unique(LEVEL, "part_id", "location_id"),
    )  # fmt: skip
    _deliveries()
    table(FAULT, text("kind", 20), moment("at"))
    _indexes()


def _alerts() -> None:
    table(
        ALERT,
        text("kind", 40), whole("severity"), text("cause", 150), text("open_cause", 150, null=True), whole("state"),
        *(whole(column, null=True) for column in ABOUT),
        text("alert_type", 100), text("message", 500), json("figures"), moment("sent_at"), moment("first_seen"),
        moment("last_seen"), whole("times_seen"), moment("snoozed_until", null=True),
        whole("acknowledged_by_id", null=True), moment("acknowledged_at", null=True),
        whole("resolved_by_id", null=True), moment("resolved_at", null=True), yes_no("recovered"),
        *(references(ALERT, column, target, "SET NULL") for column, target in ABOUT.items()),
        references(ALERT, "acknowledged_by_id", USER, "SET NULL"),
        references(ALERT, "resolved_by_id", USER, "SET NULL"), unique(ALERT, "open_cause"),
    )  # fmt: skip
    table(
        CHANGE,
        whole("alert_id"), text("what", 20), moment("at"), whole("user_id", null=True), moment("until", null=True),
        text("note", 500), references(CHANGE, "alert_id", ALERT, "CASCADE"),
        references(CHANGE, "user_id", USER, "SET NULL"),
    )  # fmt: skip


def _deliveries() -> None:
    table(
        SUBSCRIPTION,
        whole("user_id"), text("channel", 20), json("kinds"), whole("minimum_severity"), text("target", 500),
        text("secret", 200), yes_no("active"), references(SUBSCRIPTION, "user_id", USER, "CASCADE"),
        unique(SUBSCRIPTION, "user_id", "channel"),
    )  # fmt: skip
    table(
        DELIVERY,
        whole("change_id"), whole("user_id"), text("channel", 20), whole("status"), text("batch", 36),
        moment("created"), whole("tries"), moment("next_try"), moment("claimed_until", null=True),
        moment("sent_at", null=True), sa.Column("last_error", prose(), nullable=False),
        references(DELIVERY, "change_id", CHANGE, "CASCADE"), references(DELIVERY, "user_id", USER, "CASCADE"),
        unique(DELIVERY, "change_id", "user_id", "channel"),
    )  # fmt: skip


def _indexes() -> None:
    indexed(ALERT, "kind", "cause")
    indexed(ALERT, "state", "severity")
    for column in ("sent_at", "resolved_at", "acknowledged_by_id", "resolved_by_id", *ABOUT):
        indexed(ALERT, column)
    for column in ("alert_id", "at", "user_id"):
        indexed(CHANGE, column)
    indexed(LEVEL, "location_id")
    indexed(DELIVERY, "status", "next_try")
    for column in ("user_id", "batch"):
        indexed(DELIVERY, column)
    indexed(FAULT, "at")


def downgrade() -> None:
    for name in (FAULT, DELIVERY, SUBSCRIPTION, LEVEL, RUN, CHANGE, ALERT):
        op.drop_table(name)
