"""`/plugin/bincard/count/session/`: count sessions; each has a sheet of lines in walking order."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, or_, select

from server.actions.counting.planner import due_items
from server.actions.counting.records import ENTRIES, LINES, Deed
from server.actions.counting.sheet import Scope, delete_session, make_session
from server.db.models.counting import CountParked, CountSession
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem, StockLocation
from server.db.models.users import User
from server.domain.counting import MODES, UNCOUNTED, LineStatus, SessionStatus
from server.domain.errors import InvalidInput
from server.resources.count_rights import LEADER, MOST_DUE, PATH, intervals, is_on, supervises
from server.resources.stock_bodies import by
from server.rest import fields as f
from server.rest.context import Context
from server.rest.filters import Exact
from server.rest.many import LARGEST_GROUP
from server.rest.query import Column, Computed, Derived, Joined, Source
from server.rest.resource import Endpoint, Hooks, Resource, col, shape

__all__ = ["RESOURCES", "SESSIONS"]

PARKED: Table = CountParked.__table__  # type: ignore[assignment]
USERS: Table = User.__table__  # type: ignore[assignment]

SCOPE: Mapping[str, f.Field] = {
    "location": f.Related(model=StockLocation, allow_null=True, required=False, filters=None),
    "category": f.Related(model=PartCategory, allow_null=True, required=False, filters=None),
    "below": f.Boolean(default=True),
    "parts": f.ListOf(child=f.Related(model=Part, filters=None), default=()),
    "items": f.ListOf(child=f.Related(model=StockItem, filters=None), default=()),
}
DUE: Mapping[str, f.Field] = {
    "due": f.Boolean(default=False), "limit": f.Integer(min_value=1, max_value=MOST_DUE, default=50),
}  # fmt: skip


def _read_scope(context: Context, told: Any) -> Scope:
    """What is to be counted. Raises InvalidInput."""
    if not isinstance(told, Mapping):
        raise InvalidInput("Say what to count: location, category, parts, items, due, or nothing.", field="scope")
    unknown = sorted(set(told) - set(SCOPE) - {"due", "limit"})
    if unknown:
        raise InvalidInput(f"Nothing can be chosen by {unknown[0]!r}.", field="scope")
    try:
        values = f.read_body(SCOPE, told, context)
    except InvalidInput as error:
        raise InvalidInput({"scope": error.errors}) from None
    return Scope(
        location=values.get("location"), category=values.get("category"), below=values["below"],
        parts=tuple(values["parts"]), items=(*values["items"], *_due(context, told)),
    )  # fmt: skip


def _due(context: Context, told: Mapping[str, Any]) -> list[int]:
    """The items that the planner would count next. Raises InvalidInput where nothing is due."""
    values = f.read_body(DUE, told, context)
    if not values["due"]:
        return []
    found = due_items(context.session.connection(), context.now, intervals(context), values["limit"])
    if not found:
        raise InvalidInput("Nothing is due to be counted.", field="scope")
    return [one.stock_item for one in found]


def _create(context: Context, values: Mapping[str, Any]) -> list[int]:
    blind = values.get("blind", True)
    if not blind and not is_on(context, "COUNT_OPEN_ALLOWED"):
        raise InvalidInput("Open counts are not allowed here (setting COUNT_OPEN_ALLOWED).", field="blind")
    told = values.get("scope") or {}
    made = make_session(
        Deed(context.session, by(context)), _read_scope(context, told), told=told, blind=blind,
        description=values.get("description", ""), mode=values.get("mode") or "single",
    )  # fmt: skip
    context.session.flush()
    return [made.pk]


def _delete(context: Context, row: CountSession, told: Mapping[str, Any]) -> None:
    delete_session(context.session, row)


def _lines(*states: int) -> Any:
    def sql(row: Source) -> ColumnElement[Any]:
        wanted = select(func.count()).where(LINES.c.session_id == row.c.pk)
        return (
            wanted.where(or_(*(LINES.c.status == state for state in states))) if states else wanted
        ).scalar_subquery()

    return sql


def _figure(name: str, *states: int) -> Computed:
    return Computed(name=name, sql=_lines(*states), encode=int, field=f.Integer(read_only=True))


def _found_lines(row: Source) -> ColumnElement[Any]:
    found = select(func.count()).where(LINES.c.session_id == row.c.pk, LINES.c.found.is_(True))
    return found.scalar_subquery()


def _parked_codes(row: Source) -> ColumnElement[Any]:
    return select(func.count()).where(PARKED.c.session_id == row.c.pk).scalar_subquery()


def _counted(name: str, sql: Any) -> Computed:
    return Computed(name=name, sql=sql, encode=int, field=f.Integer(read_only=True))


def _counters_of(size: int) -> Select[Any]:
    """The statement that gives who entered something, for so many sessions."""
    wanted = ENTRIES.c.session_id.in_([bindparam(f"_key_{index}") for index in range(size)])
    named = select(ENTRIES.c.session_id, USERS.c.username).join(USERS, USERS.c.pk == ENTRIES.c.counter_id)
    return named.where(wanted).distinct()


VERDICTS = ("to_approve", "to_post")
"""Figures that say how far counts were off; null for who may not see that."""


class _Sessions(Resource):
    """Says as well who counted, and hides what follows from the expected quantities."""

    def filled(
        self, context: Context, rows: Sequence[dict[str, Any]], shown: frozenset[str], parameters: Mapping[str, Any],
        kind: str,
    ) -> Sequence[dict[str, Any]]:  # fmt: skip
        told = super().filled(context, rows, shown, parameters, kind)
        if not supervises(context):
            for row in told:
                row |= dict.fromkeys(VERDICTS)
        names = _counters(context, [row["pk"] for row in told])
        for row in told:
            row["counters"] = names.get(row["pk"], [])
        return told


def _counters(context: Context, sessions: Sequence[int]) -> dict[int, list[str]]:
    """The names of those who entered something, by session; one statement per 1,024 sessions."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(sessions), LARGEST_GROUP):
        group = sessions[start : start + LARGEST_GROUP]
        size = 1 << (len(group) - 1).bit_length()
        keys = {f"_key_{index}": group[min(index, len(group) - 1)] for index in range(size)}
        for session, name in context.ask(("count counters", size), lambda size=size: _counters_of(size), **keys):  # type: ignore[misc]
            found.setdefault(session, []).append(name)
    return {session: sorted(names) for session, names in found.items()}


STATE_NAMES = {int(state): state.name.capitalize() for state in SessionStatus}

SESSION = shape(
    CountSession, "pk", col("reference", read_only=True), col("description", required=False),
    col("scope", create_only=True, required=False), col("status", read_only=True),
    Derived(
        name="status_text", needs=("status",), make=lambda row: STATE_NAMES[row["status"]],
        field=f.String(read_only=True),
    ),
    col("blind", create_only=True, required=False, default=True),
    Column(
        name="mode", field=f.Choice(choices=tuple(MODES.items()), default="single", create_only=True, label="Mode")
    ),
    col("created_by", read_only=True), Joined(name="created_by_name", path="created_by.username"),
    col("created", read_only=True), col("closed", read_only=True),
    _figure("lines"),
    _figure("counted", *(int(state) for state in LineStatus if state not in UNCOUNTED | {LineStatus.RECOUNT})),
    _figure("left", *(int(state) for state in UNCOUNTED)),
    _figure("skipped", int(LineStatus.SKIPPED)), _figure("recount", int(LineStatus.RECOUNT)),
    _counted("found", _found_lines), _counted("parked", _parked_codes),
    _figure("to_approve", int(LineStatus.REVIEW), int(LineStatus.REFUSED)),
    _figure("to_post", int(LineStatus.ACCEPTED)),
    Derived(name="counters", make=lambda row: [], field=f.Any_(read_only=True)),
)  # fmt: skip

SESSIONS = _Sessions(
    path=f"{PATH}session/", access=LEADER, shape=SESSION, title="Count Session",
    list_about="Count sessions. POST makes one: `scope` is {location, below}, {category}, {parts}, {items}, "
    "{due, limit} or {} (just start scanning); `blind` and `mode` (single, sum, double) are fixed then.",
    detail_about="A count session and how far it is; its description can be changed. It can be deleted while nothing "
    "is counted.",
    filters=(Exact("status", kind="number"), Exact("created_by", kind="number")), search=("reference", "description"),
    ordering={"created": "created", "reference": "pk", "status": "status"}, default_order=("-pk",),
    can=("list", "detail", "create", "update", "delete"), hooks=Hooks(create=_create, delete=_delete),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (SESSIONS,)
