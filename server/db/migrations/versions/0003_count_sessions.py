"""Count sessions: sheets, entries, parked codes, reasons."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.db.types import Fixed, UtcDateTime, line

__all__ = ["downgrade", "upgrade"]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SESSION, REASON = "bincard_countsession", "bincard_countreason"
LINE, ENTRY, PARKED = "bincard_countline", "bincard_countentry", "bincard_countparked"
USER = "auth_user"
REASONS = (
    ("MISCOUNT", "Counted or entered wrongly before"), ("UNBOOKED", "Taken or brought without being booked"),
    ("MISPLACED", "Lay in another place"), ("RECEIPT", "Wrong at receipt"), ("PICK", "Wrong at picking"),
    ("UNIT", "Wrong unit or pack size"), ("DAMAGED", "Damaged or spoiled"), ("LOST", "Lost or stolen"),
    ("FOUND", "Found again"), ("OTHER", "Other; see the note"),
)  # fmt: skip


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


def references(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.pk"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def table(name: str, *parts: Any) -> None:
    op.create_table(name, key(), *parts, sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"), sqlite_autoincrement=True)


def indexed(name: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, list(columns))


def upgrade() -> None:
    table(
        SESSION,
        text("reference", 50), text("description", 250), sa.Column("scope", sa.JSON(none_as_null=True), nullable=True),
        whole("status"), yes_no("blind"), text("mode", 10), whole("created_by_id", null=True), moment("created"),
        moment("closed", null=True),
        references(SESSION, "created_by_id", USER, "SET NULL"),
    )  # fmt: skip
    table(REASON, text("code", 30), text("label", 150), yes_no("active"), unique(REASON, "code"))
    _lines()
    table(
        ENTRY,
        whole("session_id"), whole("line_id"), text("key", 64), whole("counter_id", null=True), whole("round"),
        text("mode", 3), amount("quantity"), moment("counted_at"), moment("received_at"), amount("expected_then"),
        whole("seen"), yes_no("elsewhere"), text("note", 500),
        references(ENTRY, "session_id", SESSION, "CASCADE"), references(ENTRY, "line_id", LINE, "CASCADE"),
        references(ENTRY, "counter_id", USER, "SET NULL"), unique(ENTRY, "session_id", "key"),
    )  # fmt: skip
    table(
        PARKED,
        whole("session_id"), text("key", 64), text("barcode", 2000), text("note", 500), whole("user_id", null=True),
        moment("moment"),
        references(PARKED, "session_id", SESSION, "CASCADE"), references(PARKED, "user_id", USER, "SET NULL"),
        unique(PARKED, "session_id", "key"),
    )  # fmt: skip
    _indexes()
    reasons = sa.table(REASON, sa.column("code"), sa.column("label"), sa.column("active", sa.Boolean()))
    op.bulk_insert(reasons, [{"code": code, "label": label, "active": True} for code, label in REASONS])


def _lines() -> None:
    table(
        LINE,
        whole("session_id"), whole("position"), whole("stock_item_id", null=True), whole("stock_item_key", null=True),
        whole("part_id", null=True), whole("location_id", null=True), text("batch", 100, null=True),
        text("serial", 100, null=True), amount("expected"), whole("tracking_seen"), whole("status"), whole("round"),
        whole("taken_by_id", null=True), moment("taken_at", null=True), yes_no("found"), amount("counted", null=True),
        amount("expected_then", null=True), amount("variance", null=True), whole("reason_id", null=True),
        text("note", 500), whole("approver_id", null=True), moment("approved_at", null=True),
        amount("before", null=True), amount("after", null=True), moment("posted_at", null=True),
        text("refused_because", 500),
        references(LINE, "session_id", SESSION, "CASCADE"),
        references(LINE, "stock_item_id", "stock_stockitem", "SET NULL"),
        references(LINE, "part_id", "part_part", "SET NULL"),
        references(LINE, "location_id", "stock_stocklocation", "SET NULL"),
        references(LINE, "taken_by_id", USER, "SET NULL"), references(LINE, "reason_id", REASON, "RESTRICT"),
        references(LINE, "approver_id", USER, "SET NULL"),
    )  # fmt: skip


def _indexes() -> None:
    for column in ("status", "created_by_id", "created"):
        indexed(SESSION, column)
    indexed(LINE, "session_id", "position")
    indexed(LINE, "session_id", "status")
    indexed(LINE, "session_id", "stock_item_key")
    for column in (
        "stock_item_key", "stock_item_id", "part_id", "location_id", "taken_by_id", "reason_id", "approver_id",
    ):  # fmt: skip
        indexed(LINE, column)
    for column in ("line_id", "counter_id"):
        indexed(ENTRY, column)
    indexed(PARKED, "user_id")


def downgrade() -> None:
    for name in (PARKED, ENTRY, LINE, REASON, SESSION):
        op.drop_table(name)
