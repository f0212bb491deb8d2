"""Forecasts of demand and the runs that made them."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcDateTime, line

__all__ = ["downgrade", "upgrade"]

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FORECAST, RUN = "bincard_forecast", "bincard_forecastrun"


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=False)


def text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, line(length), nullable=False)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=null)


def key(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return (
        sa.Column("pk", WHOLE, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        FORECAST,
        *key(FORECAST), whole("part_id"), moment("made_at"), sa.Column("start", sa.Date(), nullable=False),
        text("bucket", 10), whole("horizon"), text("kind", 20), text("model", 200),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=True) for name in ("mean", "low", "high")),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("error", "naive_error")),
        whole("history_buckets"), sa.Column("enough", sa.Boolean(), nullable=False), text("why", 250),
        sa.ForeignKeyConstraint(
            ["part_id"], ["part_part.pk"], name=op.f(f"fk_{FORECAST}_part_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("part_id", name=op.f(f"uq_{FORECAST}_part_id")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table(
        RUN,
        *key(RUN), moment("started"), moment("finished", null=True), whole("parts"), whole("done"), text("state", 20),
        text("message", 500), sqlite_autoincrement=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table(RUN)
    op.drop_table(FORECAST)
