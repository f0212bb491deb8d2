"""The log of events, how far its followers have come, and background work."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcDateTime, line, prose

__all__ = ["downgrade", "upgrade"]

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
EVENT, MARK, JOB = "bincard_event", "bincard_mark", "bincard_job"


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=null)


def text(name: str, length: int, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, line(length), nullable=null)


def json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=True)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=null)


def unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def table(name: str, *parts: Any) -> None:
    key = sa.Column("pk", WHOLE, autoincrement=True, nullable=False)
    op.create_table(name, key, *parts, sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"), sqlite_autoincrement=True)


def indexed(name: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, list(columns))


def upgrade() -> None:
    table(
        EVENT,
        moment("time"), text("kind", 20), text("model", 40), whole("object_key"),
        whole("part_key", null=True), whole("parent_key", null=True), text("action", 20),
        whole("user_key", null=True), text("username", 150), text("origin", 200), json("about"), json("changes"),
    )  # fmt: skip
    indexed(EVENT, "model", "object_key")
    for column in ("model", "kind", "user_key", "part_key", "parent_key"):
        indexed(EVENT, column, "pk")
    indexed(EVENT, "time")
    table(MARK, text("name", 100), whole("position"), unique(MARK, "name"))
    table(
        JOB,
        text("task_id", 32), text("name", 100), json("arguments"), text("state", 10),
        text("waiting_key", 150, null=True), whole("attempts"), whole("user_key", null=True), moment("queued_at"),
        moment("due_at"), moment("started_at", null=True), moment("seen_at", null=True),
        moment("finished_at", null=True), text("worker", 100), whole("done"), whole("total"), json("result"),
        sa.Column("error", prose(), nullable=True),
        unique(JOB, "task_id"), unique(JOB, "waiting_key"),
    )  # fmt: skip
    indexed(JOB, "state", "due_at")
    indexed(JOB, "finished_at")
    marks = sa.table(MARK, sa.column("name"), sa.column("position"))
    op.bulk_insert(marks, [{"name": name, "position": 0} for name in ("order", "pruned")])


def downgrade() -> None:
    for name in (JOB, MARK, EVENT):
        op.drop_table(name)
