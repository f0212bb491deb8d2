"""Sending what is waiting: mails and webhooks, each at least once, told apart by a key that stays the same.

What waits for one user over one channel goes out together (a first look at a large warehouse is one mail, not a
thousand). A worker claims a message before it sends it; a worker that dies lets go of it after some minutes, and it is
sent again with the same Message-ID or Idempotency-Key. What fails is tried again after 1, 2, 4, ... minutes, at most
six hours apart; after ten tries it is put aside (dead) until somebody has it tried again.
"""

import json
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from server.alerts import mail, webhook
from server.alerts.records import ALERTS, CHANGES
from server.alerts.telling import DELIVERIES, MAIL, SENT, SUBSCRIPTIONS, USERS, WAITING, WEBHOOK
from server.alerts.webhook import SendFailed
from server.db.session import Database
from server.domain.alert_life import SEVERITIES, STATES

__all__ = ["DEAD", "LONGEST_WAIT", "TRIES", "Sender", "deliver_due", "wait_before"]

log = logging.getLogger(__name__)
DEAD = 30
TRIES = 10
LONGEST_WAIT = timedelta(hours=6)
CLAIM = timedelta(minutes=5)
AT_ONCE = 100
"""So many changes go out in one message."""
LINES = 50
"""So many of them a mail tells one by one."""


@dataclass(frozen=True, slots=True)
class Sender:
    """How messages leave. `mail_server` None: there is none, mails wait for one."""

    mail_server: mail.MailServer | None = None
    private_networks: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    """What goes out together."""

    key: str
    user: int
    channel: str
    keys: tuple[int, ...]
    tries: int


def wait_before(tries: int) -> timedelta:
    """How long after the `tries`-th try the next one comes."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_WAIT)


def deliver_due(database: Database, now: datetime, sender: Sender, *, most: int = 200) -> tuple[int, int]:
    """Send what is due, at most so many messages; how many were sent, and how many failed."""
    sent = failed = 0
    while sent + failed < most:
        message = database.run_write(lambda session: _claim(session, now, sender))
        if message is None:
            break
        error = _send(database, message, now, sender)
        database.run_write(_noting(message, now, error))
        sent, failed = sent + (error is None), failed + (error is not None)
    return sent, failed


# ------------------------------------------------------------------------------------------------- claiming


def _claim(session: Session, now: datetime, sender: Sender) -> _Message | None:
    """The next message that is due, claimed for this worker."""
    channels = (WEBHOOK, MAIL) if sender.mail_server is not None else (WEBHOOK,)
    due = (
        DELIVERIES.c.status == WAITING, DELIVERIES.c.next_try <= now, DELIVERIES.c.channel.in_(channels),
        or_(DELIVERIES.c.claimed_until.is_(None), DELIVERIES.c.claimed_until <= now),
    )  # fmt: skip
    order = (DELIVERIES.c.next_try, DELIVERIES.c.pk)
    first = session.execute(select(DELIVERIES).where(*due).order_by(*order).limit(1).with_for_update(skip_locked=True))
    row = first.first()
    if row is None:
        return None
    alike: tuple[ColumnElement[bool], ...] = (
        DELIVERIES.c.user_id == row.user_id, DELIVERIES.c.channel == row.channel, DELIVERIES.c.batch == row.batch,
    )  # fmt: skip
    same = select(DELIVERIES.c.pk).where(*due, *alike).order_by(DELIVERIES.c.pk).limit(AT_ONCE)
    keys = tuple(session.scalars(same.with_for_update(skip_locked=True)))
    key = row.batch or str(uuid.uuid4())
    session.execute(
        update(DELIVERIES)
        .where(DELIVERIES.c.pk.in_(keys))
        .values(batch=key, claimed_until=now + CLAIM, tries=row.tries + 1)
    )
    return _Message(key, row.user_id, row.channel, keys, row.tries + 1)


def _noting(message: _Message, now: datetime, error: str | None) -> Callable[[Session], None]:
    """What became of a message."""
    if error is None:
        values: dict[str, Any] = {"status": SENT, "sent_at": now, "last_error": ""}
    else:
        dead = message.tries >= TRIES
        values = {"status": DEAD if dead else WAITING, "next_try": now + wait_before(message.tries),
                  "last_error": error}  # fmt: skip
        log.warning("a message over %s to user %d failed (try %d): %s", message.channel, message.user, message.tries,
                    error)  # fmt: skip

    def note(session: Session) -> None:
        which = DELIVERIES.c.pk.in_(message.keys)
        session.execute(update(DELIVERIES).where(which).values(claimed_until=None, **values))

    return note


# ------------------------------------------------------------------------------------------------- sending


def _send(database: Database, message: _Message, now: datetime, sender: Sender) -> str | None:
    """Send a message; what went wrong, or None."""
    with database.read() as connection:
        subscription = connection.execute(
            select(SUBSCRIPTIONS, USERS.c.email, USERS.c.username)
            .select_from(SUBSCRIPTIONS.join(USERS, USERS.c.pk == SUBSCRIPTIONS.c.user_id))
            .where(
                SUBSCRIPTIONS.c.user_id == message.user, SUBSCRIPTIONS.c.channel == message.channel,
                SUBSCRIPTIONS.c.active.is_(True), USERS.c.is_active.is_(True),
            )
        ).first()  # fmt: skip
        steps = connection.execute(
            select(
                ALERTS, CHANGES.c.pk.label("change"), CHANGES.c.what, CHANGES.c.at, CHANGES.c.note,
                CHANGES.c.user_id.label("by"),
            )
            .select_from(DELIVERIES.join(CHANGES, CHANGES.c.pk == DELIVERIES.c.change_id).join(
                ALERTS, ALERTS.c.pk == CHANGES.c.alert_id
            ))
            .where(DELIVERIES.c.pk.in_(message.keys))
            .order_by(ALERTS.c.severity.desc(), CHANGES.c.pk)
        ).all()  # fmt: skip
    if subscription is None:  # who no longer wants it, or is gone, is told nothing
        database.run_write(lambda session: _drop(session, message))
        return None
    try:
        if message.channel == MAIL:
            _mail(message, subscription, steps, now, sender)
        else:
            _post(message, subscription, steps, now, sender)
    except SendFailed as error:
        return str(error)
    return None


def _drop(session: Session, message: _Message) -> None:
    session.execute(delete(DELIVERIES).where(DELIVERIES.c.pk.in_(message.keys)))


def _mail(message: _Message, to: Any, steps: Sequence[Any], now: datetime, sender: Sender) -> None:
    address = to.target or to.email
    if sender.mail_server is None or not address:
        raise SendFailed(f"{to.username} has no e-mail address")
    worst = steps[0]
    subject = f"[Bincard] {SEVERITIES[worst.severity]}: {worst.message}"[:180]
    if len(steps) > 1:
        subject = f"[Bincard] {len(steps)} alerts, worst {SEVERITIES[worst.severity].lower()}"
    lines = [f"{SEVERITIES[one.severity]:9} {one.alert_type}: {one.message}" for one in steps[:LINES]]
    if len(steps) > LINES:
        lines.append(f"... and {len(steps) - LINES} more.")
    mail.send(sender.mail_server, mail.compose(sender.mail_server, address, subject, lines, message.key, now))


def _post(message: _Message, to: Any, steps: Sequence[Any], now: datetime, sender: Sender) -> None:
    body = {"id": message.key, "sent_at": now.isoformat(), "changes": [_told(one) for one in steps]}
    target = webhook.Webhook(to.target, to.secret, sender.private_networks)
    webhook.post(target, json.dumps(body, separators=(",", ":")).encode(), int(now.timestamp()), message.key)


def _told(one: Any) -> dict[str, Any]:
    return {
        "change": one.change, "what": one.what, "at": one.at.isoformat(), "by": one.by, "note": one.note,
        "alert": {
            "pk": one.pk, "kind": one.kind, "alert_type": one.alert_type, "severity": SEVERITIES[one.severity].lower(),
            "state": STATES[one.state].lower(), "message": one.message, "figures": one.figures, "part": one.part_id,
            "stock_item": one.stock_item_id, "location": one.location_id, "purchase_order": one.purchase_order_id,
            "sales_order": one.sales_order_id, "supplier": one.supplier_id, "user": one.user_id,
        },
    }  # fmt: skip
