"""Requests fail, transactions are lost, the disk is nearly full, or work is stuck."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule
from server.db.models.alerts import AlertDelivery, ServerFault
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "Health", "troubles"]

FAULTS, DELIVERIES = ServerFault.__table__, AlertDelivery.__table__
HOUR = 1 / 24
WAITING = 10


@dataclass(frozen=True, slots=True)
class Health:
    """How the server is: failed requests and lost transactions of the last hour, the free share of the disk (None: not
    known), how many minutes the oldest piece of work has been waiting since it was due."""

    errors: int = 0
    retries: int = 0
    disk_free: float | None = None
    waiting_minutes: float = 0


def troubles(health: Health, limits: Mapping[str, float]) -> Iterator[Found]:
    """What is wrong with the server."""
    if health.errors >= limits["errors"]:
        yield Found(
            "errors",
            Severity.CRITICAL,
            f"{health.errors} requests failed within an hour; see the log",
            {"have": health.errors, "want": limits["errors"]},
        )
    if health.retries >= limits["retries"]:
        yield Found(
            "retries",
            Severity.WARNING,
            f"{health.retries} transactions had to be run again several times within an hour",
            {"have": health.retries, "want": limits["retries"]},
        )
    if health.disk_free is not None and health.disk_free * 100 < limits["disk_percent"]:
        free = round(health.disk_free * 100)
        yield Found(
            "disk",
            Severity.CRITICAL,
            f"only {free}% of the disk is free",
            {"have": free, "want": limits["disk_percent"]},
        )
    if health.waiting_minutes > limits["queue_minutes"]:
        yield Found("queue", Severity.CRITICAL, "work that is due is not done; is the worker running?",
                    {"have": int(health.waiting_minutes), "want": limits["queue_minutes"]})  # fmt: skip


def _find(asked: Asked) -> Iterator[Found]:
    recent = select(FAULTS.c.kind, func.count()).where(FAULTS.c.at > asked.ago(HOUR)).group_by(FAULTS.c.kind)
    counted: dict[str, int] = {row[0]: row[1] for row in asked.connection.execute(recent)}
    oldest = asked.connection.scalar(select(func.min(DELIVERIES.c.next_try)).where(DELIVERIES.c.status == WAITING))
    waiting = (asked.now - oldest) if oldest else timedelta()
    health = Health(
        counted.get("error", 0), counted.get("retry", 0), asked.disk_free, max(0.0, waiting.total_seconds() / 60)
    )
    yield from troubles(health, asked.limits)


RULE = Rule(BY_KEY["server_trouble"], _find)
