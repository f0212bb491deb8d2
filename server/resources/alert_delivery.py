"""`/plugin/bincard/alert-delivery/`: what was sent to whom, what waits, and what was given up (dead)."""

from typing import Any

from sqlalchemy import select, update

from server.alerts.delivery import DEAD
from server.alerts.telling import CHANNELS, DELIVERIES, SENT, WAITING
from server.db.models.alerts import AlertDelivery
from server.domain.errors import InvalidInput
from server.resources.alert_rights import PATH
from server.rest import fields as f
from server.rest.access import Superuser
from server.rest.context import Context
from server.rest.filters import Custom, Exact
from server.rest.query import Derived, Joined, Test
from server.rest.resource import Endpoint, Resource, Route, col, shape

__all__ = ["RESOURCES"]

STATUSES = {WAITING: "waiting", SENT: "sent", DEAD: "dead"}
MOST_AT_ONCE = 1000
BODY = {"deliveries": f.ListOf(child=f.Integer(), label="Deliveries", allow_empty=False)}

DELIVERY = shape(
    AlertDelivery, "pk", col("change", read_only=True), Joined(name="alert", path="change.alert_id"),
    Joined(name="what", path="change.what"), Joined(name="message", path="change.alert.message"),
    col("user", read_only=True), Joined(name="user_name", path="user.username"), col("channel", read_only=True),
    col("status", read_only=True),
    Derived(name="status_text", needs=("status",), make=lambda row: STATUSES.get(row["status"], ""),
            field=f.String(read_only=True)),
    col("batch", read_only=True), col("created", read_only=True), col("tries", read_only=True),
    col("next_try", read_only=True), col("sent_at", read_only=True), col("last_error", read_only=True),
)  # fmt: skip


def _status(text: str, context: Context) -> Test | None:
    if text == "":
        return None
    wanted = next((value for value, name in STATUSES.items() if text in (name, str(value))), None)
    if wanted is None:
        raise InvalidInput(f"There are: {', '.join(STATUSES.values())}.", field="status")
    return Test(("status", wanted), lambda row: row.c.status == wanted)


def _retry(context: Context) -> dict[str, Any]:
    """Have dead deliveries tried again now."""
    keys = f.read_body(BODY, context.body(), context)["deliveries"]
    if len(keys) > MOST_AT_ONCE:
        raise InvalidInput(f"{len(keys)} deliveries at once; send at most {MOST_AT_ONCE}.", field="deliveries")
    dead = select(DELIVERIES.c.pk).where(DELIVERIES.c.pk.in_(keys), DELIVERIES.c.status == DEAD)
    found = sorted(context.session.scalars(dead.order_by(DELIVERIES.c.pk).with_for_update()))
    context.session.execute(
        update(DELIVERIES).where(DELIVERIES.c.pk.in_(found)).values(status=WAITING, tries=0, next_try=context.now)
    )
    return {"retried": found, "refused": sorted(set(keys) - set(found))}


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Resource(
        path=f"{PATH}alert-delivery/", access=Superuser(staff=True), shape=DELIVERY, title="Alert Delivery",
        can=("list", "detail", "delete", "bulk_delete"),
        list_about="What alerts were told to whom over which channel: waiting, sent, or dead after the last try "
        "(?status=dead is the dead-letter list).",
        filters=(Custom("status", _status), Exact("channel"), Exact("user", kind="number")),
        search=("last_error", "user.username"), ordering={"created": "created", "next_try": "next_try"},
        default_order=("-pk",),
    ),
    Endpoint(
        path=f"{PATH}alert-delivery/retry/", access=Superuser(staff=True), title="Retry Deliveries", body=BODY,
        description=f"Have dead deliveries tried again; channels are {', '.join(CHANNELS)}.",
        methods={"POST": Route(_retry, writes=True)},
    ),
)  # fmt: skip
