"""Imports of spreadsheets: sessions, column maps, rows."""

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcDateTime, line

__all__ = ["downgrade", "upgrade"]

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SESSION = "importer_dataimportsession"
COLUMN_MAP = "importer_dataimportcolumnmap"
ROW = "importer_dataimportrow"


def key() -> sa.Column[int]:
    return sa.Column("pk", WHOLE, autoincrement=True, nullable=False)


def references(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.pk"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def indexed(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    op.create_table(
        SESSION,
        key(),
        sa.Column("timestamp", UtcDateTime(), nullable=False),
        sa.Column("data_file", line(100), nullable=True),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("field_defaults", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("field_overrides", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("field_filters", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("update_records", sa.Boolean(), nullable=False),
        sa.Column("row_count_history", WHOLE, nullable=True),
        sa.Column("completed_row_count_history", WHOLE, nullable=True),
        references(SESSION, "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{SESSION}"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        COLUMN_MAP,
        key(),
        sa.Column("session_id", WHOLE, nullable=False),
        sa.Column("field", line(100), nullable=False),
        sa.Column("column", line(100), nullable=False),
        sa.Column("lookup_field", line(100), nullable=True),
        references(COLUMN_MAP, "session_id", SESSION, "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{COLUMN_MAP}"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        ROW,
        key(),
        sa.Column("session_id", WHOLE, nullable=False),
        sa.Column("row_index", WHOLE, nullable=False),
        sa.Column("row_data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("errors", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        references(ROW, "session_id", SESSION, "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{ROW}"),
        sqlite_autoincrement=True,
    )
    indexed(SESSION, "timestamp")
    indexed(SESSION, "user_id")
    indexed(COLUMN_MAP, "session_id")
    indexed(ROW, "session_id")


def downgrade() -> None:
    op.drop_table(ROW)
    op.drop_table(COLUMN_MAP)
    op.drop_table(SESSION)
