"""`/plugin/bincard/alert-subscription/`: what one wants to be told of, and how; all see and change their own alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam

from server.alerts.telling import CHANNELS, WEBHOOK
from server.alerts.webhook import check_target
from server.db.models.alerts import AlertSubscription
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import SEVERITIES
from server.domain.errors import Forbidden, InvalidInput
from server.resources.alert_rights import PATH
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Context
from server.rest.filters import Exact
from server.rest.query import Column, Test, WriteOnly
from server.rest.resource import Endpoint, Hooks, Resource, col, shape
from server.rest.unique import refuse_same

__all__ = ["RESOURCES"]

SHORTEST_SECRET = 16

SUBSCRIPTION = shape(
    AlertSubscription, "pk", col("user", read_only=True),
    Column(name="channel", field=f.Choice(choices=tuple(CHANNELS.items()), label="Channel", create_only=True)),
    col("kinds", required=False),
    Column(name="minimum_severity", field=f.Choice(choices=tuple(SEVERITIES.items()), default=20, label="Severity")),
    col("target", required=False), col("active", required=False),
    WriteOnly(name="secret", field=f.String(
        label="Secret", help_text="Signs what is sent to the webhook; at least 16 characters", max_length=200,
        required=False, allow_blank=True, write_only=True,
    )),
)  # fmt: skip


def _own(context: Context) -> Test:
    return Test("own subscriptions", lambda row: row.c.user_id == bindparam("_user", type_=row.c.pk.type))


def _check(context: Context, row: AlertSubscription, values: Mapping[str, Any], created: bool) -> None:
    row.user_id = context.user.pk
    kinds = row.kinds if row.kinds is not None else []
    if not isinstance(kinds, list) or any(kind not in BY_KEY for kind in kinds):
        raise InvalidInput("A list of kinds is wanted; empty for all.", field="kinds")
    if "secret" in values:
        row.secret = values["secret"] or ""
    if created:
        refuse_same(context, row, ("user", "channel"))
    if row.channel == WEBHOOK:
        _check_webhook(context, row)


def _check_webhook(context: Context, row: AlertSubscription) -> None:
    """Only staff may have the server call somewhere. Raises Forbidden and InvalidInput."""
    if not (context.user.is_staff or context.user.is_superuser):
        raise Forbidden
    allowed = context.api.services.settings.webhook_private_networks
    if refusal := check_target(row.target or "", private_allowed=allowed):
        raise InvalidInput(refusal, field="target")
    if len(row.secret or "") < SHORTEST_SECRET:
        raise InvalidInput(f"Give a secret of at least {SHORTEST_SECRET} characters.", field="secret")


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Resource(
        path=f"{PATH}alert-subscription/", access=Authenticated(), shape=SUBSCRIPTION, title="Alert Subscription",
        list_about="What you are told of: the kinds (empty: all that you may see) from a severity on, once for each "
        "channel: board (what rings there), notification (InvenTree's clients), email (to `target`, else your own "
        "address), webhook (staff only; `target` is its address, `secret` signs it and is never given out).",
        filters=(Exact("channel"),), hooks=Hooks(scope=_own, before_save=_check),
    ),
)  # fmt: skip
