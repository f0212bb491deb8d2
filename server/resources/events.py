"""`/plugin/bincard/events/`: the log of events as a stream or to be asked for, and `event/`, the same as a list."""

from typing import Any

import orjson
from sqlalchemy import bindparam, select

from server.db.models.events import Event
from server.db.models.users import User
from server.domain.errors import Forbidden, InvalidInput, NotAuthenticated
from server.events.catalog import KINDS, READERS, readable
from server.events.reading import bounds, events_after
from server.events.stream import EventStream, Wanted
from server.rest.access import Role, Superuser
from server.rest.context import Answer, Caller, Context
from server.rest.filters import Compare, Exact
from server.rest.query import Column, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape

__all__ = ["LOG", "PATH", "READER", "RESOURCES", "models_of"]

PATH = "/plugin/bincard/"
ROLES = tuple(dict.fromkeys(role for roles in READERS.values() for role in roles))
READER = Role("stock", tuple(role for role in ROLES if role != "stock"))
MOST = 1000


def models_of(caller: Caller) -> frozenset[str]:
    """The models of whose events the caller may read; those of users, rights and settings are for staff."""
    may = {role for role in ROLES if caller.may(role, "view")}
    return readable(may if caller.is_staff else may - {"admin"}, caller.is_superuser)


def _number(context: Context, name: str, text: str | None) -> int | None:
    if text is None or not text.strip():
        return None
    if not text.strip().isdigit() or int(text) >= 2**63:
        raise InvalidInput({name: ["Enter the number of an event."]})
    return int(text)


def _wanted(context: Context) -> Wanted:
    query = context.query
    last = context.incoming.headers.get("last-event-id")
    after = _number(context, "after", last if last else query.get("after"))

    def names(name: str, known: frozenset[str]) -> frozenset[str] | None:
        given = frozenset(part.strip() for part in query.get(name, "").split(",") if part.strip())
        if given - known:
            raise InvalidInput({name: [f"Unknown: {', '.join(sorted(given - known))}."]})
        return given or None

    return Wanted(after, names("kind", frozenset(KINDS)), names("model", frozenset(READERS)))


def _events(context: Context) -> Answer:
    """A stream for those who accept one, else what there is."""
    wanted = _wanted(context)
    accept = context.incoming.headers.get("accept", "")
    if "text/event-stream" in accept and context.query.get("format") != "json":
        return Answer(stream=_stream(context, wanted))
    return Answer(content=_some(context, wanted))


def _stream(context: Context, wanted: Wanted) -> EventStream:
    api, incoming = context.api, context.incoming

    def still() -> frozenset[str] | None:
        with api.database.snapshot() as reader:
            try:
                caller = api.authenticator.caller(incoming, reader)
            except (NotAuthenticated, Forbidden):
                return None
        return (models_of(caller) or None) if caller is not None else None

    headers = {name.decode(): value.decode() for name, value in api.headers}
    return EventStream(api.services.events, context.user.pk, wanted, still, headers)


def _some(context: Context, wanted: Wanted) -> bytes:
    """`last` is where to go on from; `more`: there is more at once; `reset`: events are missing, read all anew."""
    database = context.api.database
    limit = min(_number(context, "limit", context.query.get("limit")) or 100, MOST)
    known = bounds(database)
    after = known.newest if wanted.after is None else wanted.after
    reset = known.lost(after)
    lines = events_after(database, after, limit) if not reset and after < known.newest else []
    last = known.newest if reset else lines[-1].pk if lines else after
    models = models_of(context.user)
    told = [orjson.Fragment(line.data) for line in lines if wanted.takes(line, models)]
    return orjson.dumps({"last": last, "more": len(lines) == limit, "reset": reset, "results": told})


def _streams(context: Context) -> Answer:
    """Who follows the events now, in the process that answers: `open` streams of at most `most`."""
    hub = context.api.services.events
    streams = dict(hub.open)
    with context.api.database.read() as connection:
        wanted = select(User.pk, User.username).where(User.pk.in_(list(streams)))
        names: dict[int, str] = {row.pk: row.username for row in connection.execute(wanted)}
    users = [{"user": pk, "username": names.get(pk), "streams": count} for pk, count in sorted(streams.items())]
    return Answer({"open": sum(streams.values()), "most": hub.limits.streams, "users": users})


def _scope(context: Context) -> Test:
    models = sorted(models_of(context.user))

    def where(row: Source) -> Any:
        return row.c.model.in_([bindparam(f"_model_{n}", type_=row.c.model.type) for n in range(len(models))])

    return Test(("readable", len(models)), where, {f"_model_{n}": model for n, model in enumerate(models)})


LOG = Resource(
    path=f"{PATH}event/", access=READER, title="Event", can=("list", "detail"),
    shape=shape(
        Event, "pk", "time", "kind", "model", Column(name="object", source="object_key"), "action",
        Column(name="user", source="user_key"), "username", "origin", "about", "changes",
    ),
    list_about="What changed, newest first: who, when, by what, before and after.", detail_about="An event.",
    filters=(
        Exact("kind"), Exact("model"), Exact("object", path="object_key", kind="number"), Exact("action"),
        Exact("user", path="user_key", kind="number"), Exact("username"), Compare("after", "pk", ">"),
        Compare("before", "pk", "<"),
    ),
    search=("username", "origin", "model"), ordering={"pk": "pk", "time": "time"}, default_order=("-pk",),
    hooks=Hooks(scope=_scope),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}events/", access=READER, gives_files=True, title="Events",
        description="What changes, as server-sent events (Accept: text/event-stream), resumable by Last-Event-ID or "
        "?after=; as JSON for those who ask. Filters: ?kind=stock,order&model=stockitem.",
        methods={"GET": Route(_events)},
    ),
    Endpoint(
        path=f"{PATH}streams/", access=Superuser(staff=True), title="Streams",
        description="Open streams of events of the process that answers, and whose they are.",
        methods={"GET": Route(_streams)},
    ),
    LOG,
)  # fmt: skip
