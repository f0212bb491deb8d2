"""`/plugin/bincard/alert/`: what is wrong, and what to do next."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select

from server.alerts.deeds import Deed, do
from server.db.models.alerts import Alert, AlertChange, AlertRuleRun
from server.db.models.part import Part
from server.db.models.stock import StockLocation
from server.db.models.users import User
from server.domain.alert_kinds import BY_KEY, KINDS
from server.domain.alert_life import SEVERITIES, STATES, State
from server.domain.errors import InvalidInput
from server.resources.alert_rights import PATH, may_act, only_visible, sees, visible
from server.resources.stock_bodies import Body, by
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.filters import Below, Compare, Custom, Exact, Flag, RelatedTo
from server.rest.query import Column, Computed, Derived, Joined, Many, Plan, Planner, Reader, Source, Test, encoder_of
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, shape

__all__ = ["ALERTS", "RESOURCES"]

LONGEST_SNOOZE = timedelta(days=366)
HOURS = 24
CHANGES, RUNS, TABLE, USERS = AlertChange.__table__, AlertRuleRun.__table__, Alert.__table__, User.__table__


# ------------------------------------------------------------------------------------------------- the shape


def _last_seen(row: Source) -> ColumnElement[Any]:
    """When the cause was last found: an alert that is not resolved stood at its rule's last run."""
    ran = select(RUNS.c.ran_at).where(RUNS.c.kind == row.c.kind).correlate(row.table).scalar_subquery()
    return case((row.c.open_cause.is_not(None) & (ran > row.c.last_seen), ran), else_=row.c.last_seen)


TARGETS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "order": (("part", "part"),), "count": (("stock_item", "stockitem"), ("location", "stocklocation")),
    "receive": (("purchase_order", "purchaseorder"),), "ship": (("sales_order", "salesorder"),),
    "transfer": (("part", "part"),),
    "look": (
        ("stock_item", "stockitem"), ("purchase_order", "purchaseorder"), ("sales_order", "salesorder"),
        ("part", "part"), ("supplier", "company"), ("location", "stocklocation"), ("user", "user"),
    ),
}  # fmt: skip
REFERENCES = ("part", "stock_item", "location", "purchase_order", "sales_order", "supplier", "user")


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    """What to do next, and the object to go to (null where there is none)."""
    known = BY_KEY.get(row["kind"])
    what = known.action if known is not None else "look"
    for member, model in TARGETS[what]:
        if row[member] is not None:
            return {"do": what, "model": model, "pk": row[member]}
    return {"do": what, "model": None, "pk": None}


def _history(
    planner: Planner, reader: Reader, keys: Sequence[Any], parameters: Mapping[str, Any]
) -> Mapping[Any, list[dict[str, Any]]]:  # fmt: skip
    names = [f"alert_{number}" for number in range(len(keys))]
    columns = (CHANGES.c.alert_id, CHANGES.c.what, CHANGES.c.at, CHANGES.c.user_id, USERS.c.username, CHANGES.c.until,
               CHANGES.c.note)  # fmt: skip
    statement = (
        select(*columns)
        .select_from(CHANGES.outerjoin(USERS, USERS.c.pk == CHANGES.c.user_id))
        .where(CHANGES.c.alert_id.in_([bindparam(name) for name in names]))
        .order_by(CHANGES.c.pk)
    )
    plan = planner.keep(("alert history", len(keys)), lambda: Plan(statement, planner.dialect, None))
    minute = encoder_of(CHANGES.c.at) or str
    found: dict[Any, list[dict[str, Any]]] = {}
    for alert, what, at, user, name, until, note in plan.run(reader, dict(zip(names, keys, strict=True))):
        found.setdefault(alert, []).append({
            "what": what, "at": minute(at), "user": user, "user_name": name, "until": minute(until), "note": note,
        })  # fmt: skip
    return found


def _name(table: Mapping[int, str], member: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: table.get(row[member], "")


def _text(name: str, table: Mapping[int, str], member: str) -> Derived:
    return Derived(name=name, needs=(member,), make=_name(table, member), field=f.String(read_only=True))


SHAPE = shape(
    Alert, "pk", col("kind", read_only=True), col("alert_type", read_only=True), col("severity", read_only=True),
    _text("severity_text", SEVERITIES, "severity"), col("state", read_only=True), _text("state_text", STATES, "state"),
    col("message", read_only=True), col("figures", read_only=True),
    *(col(name, read_only=True) for name in REFERENCES),
    Joined(name="part_name", path="part.name"), Joined(name="part_IPN", path="part.IPN"),
    Joined(name="location_path", path="location.pathstring"),
    Joined(name="purchase_order_reference", path="purchase_order.reference"),
    Joined(name="sales_order_reference", path="sales_order.reference"),
    Joined(name="supplier_name", path="supplier.name"),
    Column(name="product", source="part_id", field=f.Integer(read_only=True, label="Product")),
    Derived(name="action", needs=("kind", *REFERENCES), make=_action, field=f.Json(read_only=True)),
    col("sent_at", read_only=True), col("first_seen", read_only=True),
    Computed(name="last_seen", sql=_last_seen, encode=encoder_of(TABLE.c.last_seen), field=f.DateTime(read_only=True)),
    col("times_seen", read_only=True), col("snoozed_until", read_only=True),
    col("acknowledged_by", read_only=True), Joined(name="acknowledged_by_name", path="acknowledged_by.username"),
    col("acknowledged_at", read_only=True),
    col("resolved_by", read_only=True), Joined(name="resolved_by_name", path="resolved_by.username"),
    col("resolved_at", read_only=True), col("recovered", read_only=True),
    Many(name="history", load=_history, hidden_in=frozenset({"list"})),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- filters


def _words(name: str, column: str, known: Mapping[Any, str]) -> Custom:
    """Several values, by comma: numbers or names ("open,snoozed"). What is none is refused."""
    by_name = {text.lower(): value for value, text in known.items()} | {str(value): value for value in known}

    def make(text: str, context: Context) -> Test | None:
        wanted = [word.strip().lower() for word in text.split(",") if word.strip()]
        unknown = [word for word in wanted if word not in by_name]
        if unknown:
            raise InvalidInput(f"There is no {unknown[0]!r}; there are: {', '.join(known.values())}.", field=name)
        names = [f"f_{name}_{number}" for number in range(len(wanted))]
        if not names:
            return None
        return Test(
            (name, len(names)), lambda row: row.c[column].in_([bindparam(one) for one in names]),
            dict(zip(names, (by_name[word] for word in wanted), strict=True)),
        )  # fmt: skip

    return Custom(name, make)


def _unresolved(row: Source) -> ColumnElement[Any]:
    return row.c.open_cause.is_not(None)


ALERTS = Resource(
    path=f"{PATH}alert/", access=Authenticated(), shape=SHAPE, title="Alert", can=("list", "detail"),
    list_about="What is wrong, of the kinds that your roles let you see. `action` says what to do next (order, count, "
    "receive, ship, transfer, look) and with what; `unresolved=true` leaves out what is over; `state` and `severity` "
    "take several names by comma.",
    detail_about="An alert with the history of its states.",
    filters=(
        _words("kind", "kind", {kind.key: kind.key for kind in KINDS}), _words("severity", "severity", SEVERITIES),
        _words("state", "state", STATES), Compare("minimum_severity", "severity", ">="),
        Flag("unresolved", _unresolved), RelatedTo("part", Part), Below("location", StockLocation, "location"),
        *(Exact(name, kind="number") for name in ("stock_item", "purchase_order", "sales_order", "supplier")),
    ),
    search=("message", "alert_type", "part.name", "part.IPN"),
    ordering={
        "severity": "severity", "sent_at": "sent_at", "kind": "kind", "state": "state", "first_seen": "first_seen",
        "part": "part.name", "location": "location.pathstring", "resolved_at": "resolved_at",
    },
    default_order=("-severity", "-sent_at", "-pk"), hooks=Hooks(scope=only_visible),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- deeds

KEYS: Body = {
    "alerts": f.ListOf(child=f.Integer(), label="Alerts", allow_empty=False),
    "note": f.String(label="Note", max_length=500, required=False, allow_blank=True, default=""),
}
SNOOZE: Body = {
    **KEYS,
    "until": f.DateTime(label="Until", help_text="Or say hours", allow_null=True, required=False),
    "hours": f.Integer(label="Hours", help_text="Or say until", min_value=1, max_value=366 * 24, required=False,
                       allow_null=True),
}  # fmt: skip
MOST_AT_ONCE = 1000


def _deed(name: str, body: Body) -> Callable[[Context], Any]:
    def run(context: Context) -> dict[str, Any]:
        values = f.read_body(body, context.body(), context)
        if len(values["alerts"]) > MOST_AT_ONCE:
            raise InvalidInput(f"{len(values['alerts'])} alerts at once; send at most {MOST_AT_ONCE}.", field="alerts")
        until = _until(context, values) if name == "snooze" else None
        done = do(
            context.session, Deed(name, values["note"], until), values["alerts"], by(context),
            lambda kind: may_act(context, kind), lambda kind: sees(context, kind),
        )  # fmt: skip
        refused = [{"alert": pk, "reason": reason} for pk, reason in sorted(done.refused.items())]
        return {"changed": done.changed, "refused": refused}

    return run


def _until(context: Context, values: Mapping[str, Any]) -> Any:
    """When a snoozed alert comes back. Raises InvalidInput."""
    until = values.get("until")
    if until is None and values.get("hours") is not None:
        until = context.now + timedelta(hours=values["hours"])
    if until is None:
        raise InvalidInput("Say until when, or for how many hours.", field="until")
    if not context.now < until <= context.now + LONGEST_SNOOZE:
        raise InvalidInput("Say a time within the next year.", field="until")
    return until


def _deed_route(name: str, body: Body, title: str, about: str) -> Endpoint:
    return Endpoint(
        path=f"{PATH}alert/{name}/", access=Authenticated(), title=title, body=body,
        description=f"{about} Each alert stands for itself: `changed` lists those that were, `refused` the others and "
        "why. It needs \"change\" on the role that the kind is about.",
        methods={"POST": Route(_deed(name, body), writes=True)},
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- summary


def _summary(context: Context) -> Answer:
    """The unresolved alerts by kind, severity and state; those that came in each of the last 24 hours."""
    kinds = visible(context)
    counted = context.ask(
        "alert summary",
        lambda: (
            select(TABLE.c.kind, TABLE.c.severity, TABLE.c.state, func.count())
            .where(TABLE.c.open_cause.is_not(None))
            .group_by(TABLE.c.kind, TABLE.c.severity, TABLE.c.state)
        ),
    )
    rows = [row for row in counted if row[0] in kinds]
    since = context.now - timedelta(hours=HOURS)
    came = context.ask(
        "alerts of a day",
        lambda: (
            select(TABLE.c.kind, CHANGES.c.at)
            .select_from(CHANGES.join(TABLE, TABLE.c.pk == CHANGES.c.alert_id))
            .where(
                CHANGES.c.at > bindparam("since", type_=CHANGES.c.at.type),
                CHANGES.c.what.in_([bindparam(f"what_{n}") for n in range(3)]),
            )
        ),
        since=since, what_0="opened", what_1="returned", what_2="worsened",
    )  # fmt: skip
    minute = encoder_of(CHANGES.c.at) or str
    start = since.replace(tzinfo=None)
    hours = [0] * HOURS
    for kind, at in came:
        if kind in kinds:
            hours[_hours_between(start, minute(at))] += 1
    return Answer({
        "unresolved": sum(row[3] for row in rows),
        "open": sum(row[3] for row in rows if row[2] == State.OPEN),
        "by_severity": {
            text.lower(): sum(row[3] for row in rows if row[1] == value and row[2] == State.OPEN)
            for value, text in SEVERITIES.items()
        },
        "by_state": {
            text.lower(): sum(row[3] for row in rows if row[2] == value)
            for value, text in STATES.items() if value != State.RESOLVED
        },
        "by_kind": [
            {
                "kind": kind.key, "alert_type": kind.title,
                "open": sum(row[3] for row in rows if row[0] == kind.key and row[2] == State.OPEN),
                "unresolved": sum(row[3] for row in rows if row[0] == kind.key),
                "worst": max((row[1] for row in rows if row[0] == kind.key), default=None),
            }
            for kind in KINDS if kind.key in kinds
        ],
        "per_hour": hours,
    })  # fmt: skip


def _hours_between(start: Any, minute: str) -> int:
    """Which of the hours since `start` a minute lies in, the last one for what is not older than that."""
    passed = datetime.fromisoformat(minute) - start
    return min(HOURS - 1, max(0, int(passed.total_seconds() // 3600)))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    ALERTS,
    Endpoint(
        path=f"{PATH}alert/summary/", access=Authenticated(), title="Alert Summary", methods={"GET": Route(_summary)},
        description="How many alerts there are: unresolved and open ones by severity, state and kind (of the kinds "
        "that you may see), and how many came in each of the last 24 hours, oldest first.",
    ),
    _deed_route("acknowledge", KEYS, "Acknowledge Alerts", "You know of them and see to it."),
    _deed_route("snooze", SNOOZE, "Snooze Alerts", "Let them rest; those whose cause still stands then come back."),
    _deed_route(
        "resolve", KEYS, "Resolve Alerts",
        "They are done with. Where a cause stands all the same, the next check opens a new alert.",
    ),
)  # fmt: skip
