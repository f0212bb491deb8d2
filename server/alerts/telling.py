"""Whom a step of an alert is to be told, written in the same transaction: the message is there when the step is.

Users subscribe to kinds from a severity on, for each channel once. InvenTree's notifications are written at once; mails
and webhooks are rows that the worker sends (delivery.py). Nobody is told of what they may not see.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from server.alerts.records import Written
from server.db.bulk import insert_many
from server.db.models.alerts import AlertDelivery, AlertSubscription
from server.db.models.common import NotificationMessage
from server.db.models.users import RuleSet, User, UserGroup
from server.domain.alert_kinds import BY_KEY, KINDS, STAFF
from server.jobs.queue import queue_job

__all__ = ["BOARD", "CHANNELS", "DELIVERIES", "MAIL", "NOTIFICATION", "SUBSCRIPTIONS", "WEBHOOK", "seen_by", "tell"]

DELIVERIES: Table = AlertDelivery.__table__  # type: ignore[assignment]
SUBSCRIPTIONS: Table = AlertSubscription.__table__  # type: ignore[assignment]
USERS: Table = User.__table__  # type: ignore[assignment]
MESSAGES: Table = NotificationMessage.__table__  # type: ignore[assignment]
BOARD, NOTIFICATION, MAIL, WEBHOOK = "board", "notification", "email", "webhook"
CHANNELS = {
    BOARD: "The live board", NOTIFICATION: "InvenTree's notifications", MAIL: "E-mail", WEBHOOK: "Webhook",
}  # fmt: skip
NEWS = frozenset({"opened", "returned", "worsened"})
"""What people are told by messages; programs (webhooks) hear of every step."""
MOST_MESSAGES = 20
"""More notifications at once become a single one."""
WAITING, SENT = 10, 20
DELIVER = "deliver_alerts"
"""The job that sends what waits."""
TARGETS = {
    "part": "part.part", "stock_item": "stock.stockitem", "location": "stock.stocklocation",
    "purchase_order": "order.purchaseorder", "sales_order": "order.salesorder", "supplier": "company.company",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Subscription:
    user: int
    channel: str
    kinds: frozenset[str] | None
    severity: int
    visible: frozenset[str]

    def wants(self, one: Written) -> bool:
        return (
            one.kind in self.visible
            and (self.kinds is None or one.kind in self.kinds)
            and one.severity >= self.severity
            and (self.channel == WEBHOOK or one.what in NEWS)
        )


def seen_by(roles: Collection[str], *, staff: bool, superuser: bool) -> frozenset[str]:
    """The kinds of alerts that somebody may see who may view these roles."""
    return frozenset(
        kind.key
        for kind in KINDS
        if superuser or (kind.role == STAFF and staff) or (kind.role != STAFF and kind.role in roles)
    )


def tell(session: Session, written: Sequence[Written], now: datetime) -> None:
    """Write what users are to be told of these steps."""
    if not written:
        return
    connection = session.connection()
    for one in _subscriptions(connection):
        news = [step for step in written if one.wants(step)]
        if news and one.channel == NOTIFICATION:
            _notify(connection, one.user, news, now)
        if news:
            _write(connection, one, news, now)
            if one.channel != NOTIFICATION:
                queue_job(session, DELIVER, waiting_key=DELIVER)


def _subscriptions(connection: Connection) -> list[_Subscription]:
    """The active subscriptions of active users, with what these may see."""
    rows = connection.execute(
        select(SUBSCRIPTIONS, USERS.c.is_staff, USERS.c.is_superuser)
        .select_from(SUBSCRIPTIONS.join(USERS, USERS.c.pk == SUBSCRIPTIONS.c.user_id))
        .where(SUBSCRIPTIONS.c.active.is_(True), USERS.c.is_active.is_(True), SUBSCRIPTIONS.c.channel != BOARD)
        .order_by(SUBSCRIPTIONS.c.pk)
    ).all()
    roles = _viewed(connection, sorted({row.user_id for row in rows}))
    return [
        _Subscription(
            row.user_id, row.channel, frozenset(row.kinds) if row.kinds else None, row.minimum_severity,
            seen_by(roles.get(row.user_id, set()), staff=row.is_staff, superuser=row.is_superuser),
        )
        for row in rows
    ]  # fmt: skip


def _viewed(connection: Connection, users: Sequence[int]) -> dict[int, set[str]]:
    """The roles that each user may view."""
    link, rule = UserGroup.__table__.c, RuleSet.__table__.c
    found: dict[int, set[str]] = {}
    if users:
        wanted = select(link.user_id, rule.name).join_from(
            UserGroup.__table__, RuleSet.__table__, rule.group_id == link.group_id
        )
        for user, role in connection.execute(wanted.where(link.user_id.in_(users), rule.can_view.is_(True))):
            found.setdefault(user, set()).add(role)
    return found


def _write(connection: Connection, to: _Subscription, news: Iterable[Written], now: datetime) -> None:
    at_once = to.channel == NOTIFICATION
    batch = str(uuid.uuid4()) if at_once else ""
    rows = [
        {
            "change_id": step.change, "user_id": to.user, "channel": to.channel, "created": now, "next_try": now,
            "status": SENT if at_once else WAITING, "sent_at": now if at_once else None, "batch": batch,
            "claimed_until": None, "tries": int(at_once), "last_error": "",
        }
        for step in news
    ]  # fmt: skip
    insert_many(connection, DELIVERIES, rows)


def _notify(connection: Connection, user: int, news: Sequence[Written], now: datetime) -> None:
    """Messages for InvenTree's clients: one each, or one for all where there are many."""
    common = {
        "user_id": user, "creation": now, "read": False, "target_model_type": "", "target_model_id": None,
        "source_model_type": None, "source_model_id": None,
    }  # fmt: skip
    if len(news) > MOST_MESSAGES:
        worst = max(news, key=lambda step: step.severity)
        summary = {
            "category": "alert.several",
            "name": f"{len(news)} alerts",
            "message": f"Worst: {worst.message}"[:250],
        }
        insert_many(connection, MESSAGES, [{**common, **summary}])
        return
    rows = [
        {
            **common, **_target(step.about), "category": f"alert.{step.kind}", "name": BY_KEY[step.kind].title,
            "message": step.message[:250],
        }
        for step in news
    ]  # fmt: skip
    insert_many(connection, MESSAGES, rows)


def _target(about: Mapping[str, int | None]) -> dict[str, object]:
    """What a message is about: the narrowest thing that the alert points at."""
    for name in ("stock_item", "purchase_order", "sales_order", "part", "location", "supplier"):
        if about.get(name) is not None:
            return {"target_model_type": TARGETS[name], "target_model_id": about[name]}
    return {}
