"""Alerts: what is wrong, who knows, and who was told. Bincard's own; InvenTree has none."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import Base, boolean, char, floating, foreign, integer, json_field, long_text, moment, positive
from server.db.columns import quantity as amount
from server.db.models.mixins import Keyed, autoincrement

__all__ = [
    "Alert",
    "AlertChange",
    "AlertDelivery",
    "AlertRuleRun",
    "AlertSubscription",
    "LocationLevel",
    "ServerFault",
]


class Alert(Keyed, Base):
    """Something that is wrong. `cause` names it ("low_stock:part:5"); `open_cause` is the same until the alert is
    resolved and null from then on, so that the database itself allows one unresolved alert per cause only."""

    __tablename__ = "bincard_alert"
    __table_args__ = autoincrement(
        UniqueConstraint("open_cause"), Index(None, "kind", "cause"), Index(None, "state", "severity"),
        Index(None, "sent_at"),
    )  # fmt: skip

    kind = char(40, "Kind", "Which rule found it")
    severity = integer("Severity", "10: info, 20: warning, 30: critical", default=20)
    cause = char(150, "Cause", "What is wrong with what")
    open_cause = char(150, "Open cause", null=True)
    state = integer("State", "10: open, 20: acknowledged, 30: snoozed, 40: resolved", default=10)
    part_id = foreign("part_part", "Part", null=True, on_delete="SET NULL")
    stock_item_id = foreign("stock_stockitem", "Stock item", null=True, on_delete="SET NULL")
    location_id = foreign("stock_stocklocation", "Location", null=True, on_delete="SET NULL")
    purchase_order_id = foreign("order_purchaseorder", "Purchase order", null=True, on_delete="SET NULL")
    sales_order_id = foreign("order_salesorder", "Sales order", null=True, on_delete="SET NULL")
    supplier_id = foreign("company_company", "Supplier", null=True, on_delete="SET NULL")
    user_id = foreign("auth_user", "User", "Whom it is about", null=True, on_delete="SET NULL")
    alert_type = char(100, "Alert type", "What people call its kind")
    message = char(500, "Message")
    figures = json_field("Figures", "What the rule saw: have, want, threshold, ...")
    sent_at = moment("Sent at", "When it last became open", null=False)
    first_seen = moment("First seen", null=False)
    last_seen = moment("Last seen", "When the cause was last found", null=False)
    times_seen = positive("Times seen", default=1)
    snoozed_until = moment("Snoozed until")
    acknowledged_by_id = foreign("auth_user", "Acknowledged by", null=True, on_delete="SET NULL")
    acknowledged_at = moment("Acknowledged at")
    resolved_by_id = foreign("auth_user", "Resolved by", null=True, on_delete="SET NULL")
    resolved_at = moment("Resolved at", index=True)
    recovered = boolean("Recovered", "Whether it closed by itself, its cause being gone", default=False)


class AlertChange(Keyed, Base):
    """One step in the life of an alert. `user_id` is null where the server itself took it."""

    __tablename__ = "bincard_alertchange"
    __table_args__ = autoincrement()

    alert_id = foreign("bincard_alert", "Alert", on_delete="CASCADE")
    what = char(20, "What", "opened, worsened, acknowledged, snoozed, returned, resolved, recovered")
    at = moment("At", null=False, index=True)
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    until = moment("Until", "How long it is snoozed")
    note = char(500, "Note", blank=True)


class AlertRuleRun(Keyed, Base):
    """How the last full run of a rule went."""

    __tablename__ = "bincard_alertrulerun"
    __table_args__ = autoincrement(UniqueConstraint("kind"))

    kind = char(40, "Kind")
    ran_at = moment("Ran at", null=False)
    seconds = floating("Seconds", default=0.0)
    found = positive("Found", "How many causes stood", default=0)
    opened = positive("Opened", default=0)
    recovered = positive("Recovered", default=0)
    error = char(500, "Error", "Why it could not be worked out", blank=True)


class LocationLevel(Keyed, Base):
    """How much of a part is to lie in a location, all that is below it included."""

    __tablename__ = "bincard_locationlevel"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "location_id"))

    part_id = foreign("part_part", "Part", "Which part", on_delete="CASCADE", index=False)
    location_id = foreign("stock_stocklocation", "Location", "Where, with all that is below", on_delete="CASCADE")
    minimum = amount("Minimum", "Below this it is low", default=0)
    maximum = amount("Maximum", "Above this it is too much; empty: no limit", null=True)


class AlertSubscription(Keyed, Base):
    """What a user wants to be told, and how. `kinds` null: all kinds. `secret` signs webhooks."""

    __tablename__ = "bincard_alertsubscription"
    __table_args__ = autoincrement(UniqueConstraint("user_id", "channel"))

    user_id = foreign("auth_user", "User", on_delete="CASCADE", index=False)
    channel = char(20, "Channel")
    kinds = json_field("Kinds", "Which kinds; empty: all")
    minimum_severity = integer("Minimum severity", default=20)
    target = char(500, "Target", "Address of the webhook, or another e-mail address than the user's", blank=True)
    secret = char(200, "Secret", "Signs what is sent to a webhook", blank=True)
    active = boolean("Active", default=True)


class AlertDelivery(Keyed, Base):
    """That a change of an alert is to be told to a user over a channel, once. `batch` names the message that it goes
    out in and stays the same for each try; `claimed_until` keeps two workers from sending it at the same time."""

    __tablename__ = "bincard_alertdelivery"
    __table_args__ = autoincrement(
        UniqueConstraint("change_id", "user_id", "channel"), Index(None, "status", "next_try"), Index(None, "batch")
    )

    change_id = foreign("bincard_alertchange", "Change", on_delete="CASCADE", index=False)
    user_id = foreign("auth_user", "User", on_delete="CASCADE")
    channel = char(20, "Channel")
    status = integer("Status", "10: waiting, 20: sent, 30: dead", default=10)
    batch = char(36, "Batch", blank=True)
    created = moment("Created", null=False)
    tries = positive("Tries", default=0)
    next_try = moment("Next try", null=False)
    claimed_until = moment("Claimed until")
    sent_at = moment("Sent at")
    last_error = long_text("Last error", null=False)


class ServerFault(Keyed, Base):
    """Something that went wrong in the server itself; kept for a day."""

    __tablename__ = "bincard_serverfault"
    __table_args__ = autoincrement()

    kind = char(20, "Kind", "error: a request that failed; retry: a transaction that lost several times")
    at = moment("At", null=False, index=True)
