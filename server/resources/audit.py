"""`/plugin/bincard/audit/`: who changed what, when, before and after; the log of events for people (docs/audit.md).

Pages go by the key of the last event that was seen (`?before=`), not by offset, and nothing is counted: a page costs
the same wherever it lies in a log of any length.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Table, Text, and_, bindparam, cast, func, or_, select

from server.db.models import Part, User
from server.db.models.events import Event
from server.domain.errors import InvalidInput
from server.events.catalog import KINDS, READERS, WATCHED
from server.resources.audit_words import TITLES, put_in_words
from server.resources.events import LOG, PATH, READER, models_of
from server.rest import exporting
from server.rest import fields as f
from server.rest.context import Answer, Context
from server.rest.filters import Custom, Exact, contains
from server.rest.pages import positive
from server.rest.query import Column, Derived, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape

__all__ = ["RESOURCES"]

EVENTS: Table = Event.__table__  # type: ignore[assignment]
PAGE, LARGEST_PAGE = 100, 1000
MOST_WORDS = 8
SLACK = timedelta(minutes=2)
"""Events are numbered when they are committed, a little after the time that they bear: by no more than a writer waits
for others at the most."""
_LINES: Mapping[str, str] = {"countsession": "session_id", "stockitem": "stock_item_id"}


def _scope(context: Context) -> Test | None:
    """What the caller may read. `coalesce` keeps databases from collecting and sorting all of it by an index of
    models: what is newest is mostly what may be read."""
    models = sorted(models_of(context.user))
    if len(models) == len(READERS):
        return None
    names = [f"_model_{number}" for number in range(len(models))]
    return Test(
        ("readable", len(models)),
        lambda row: func.coalesce(row.c.model, "").in_([bindparam(name, type_=row.c.model.type) for name in names]),
        dict(zip(names, models, strict=True)),
    )


def _among(name: str, known: Sequence[str]) -> Custom:
    """One or more of the known words, with commas between them."""

    def make(text: str, context: Context) -> Test | None:
        wanted = sorted({part.strip() for part in text.split(",") if part.strip()})
        unknown = [word for word in wanted if word not in known]
        if unknown:
            raise InvalidInput({name: [f"Unknown: {', '.join(unknown)[:100]}. Choose from {', '.join(known)}."]})
        if not wanted:
            return None
        names = [f"f_{name}_{number}" for number in range(len(wanted))]

        def where(row: Source) -> Any:
            column = row.c[name]
            given = [bindparam(one, type_=column.type) for one in names]
            return column == given[0] if len(given) == 1 else column.in_(given)

        return Test((name, len(wanted)), where, dict(zip(names, wanted, strict=True)))

    return Custom(name, make)


def _of(text: str, context: Context) -> Test | None:
    """`purchaseorder:12`: an object with its lines."""
    model, _, key = text.partition(":")
    if not text:
        return None
    if model not in READERS or not key.isdigit() or int(key) >= 2**63:
        raise InvalidInput({"of": ["Give a model and a key, as in purchaseorder:12."]})
    column = _LINES.get(model, "order_id")
    lines = sorted(
        watched.model for watched in WATCHED.values()
        if watched.parent == column and (model in _LINES or watched.model.startswith(model))
    )  # fmt: skip
    names = [f"_line_{number}" for number in range(len(lines))]

    def where(row: Source) -> Any:
        key = bindparam("_of_key", type_=row.c.object_key.type)
        itself = and_(row.c.model == bindparam("_of_model", type_=row.c.model.type), row.c.object_key == key)
        if not names:
            return itself
        among = row.c.model.in_([bindparam(name, type_=row.c.model.type) for name in names])
        return or_(itself, and_(row.c.parent_key == key, among))

    given = {"_of_model": model, "_of_key": int(key), **dict(zip(names, lines, strict=True))}
    return Test(("of", len(lines)), where, given)


def _username(text: str, context: Context) -> Test | None:
    """Who it was, by the name of today; of people who are gone by the name that they had."""
    if not text:
        return None
    users: Table = User.__table__  # type: ignore[assignment]
    known = context.ask(
        "audit user", lambda: select(users.c.pk).where(users.c.username == bindparam("username")), username=text
    )
    if known:
        return Test(
            ("username", True), lambda row: row.c.user_key == bindparam("f_username", type_=row.c.user_key.type),
            {"f_username": known[0][0]},
        )  # fmt: skip
    return Test(("username", False), lambda row: row.c.username == bindparam("f_username"), {"f_username": text})


def _day(name: str, text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise InvalidInput({name: ["Enter a valid date."]}) from None


def _bound(name: str, *, later: bool) -> Custom:
    """The first day (`later`) or the last one, both with. The day is turned into an event's number, which the order
    goes by; the exact time decides then."""

    def make(text: str, context: Context) -> Test | None:
        if not text:
            return None
        try:
            exact = _day(name, text) + timedelta(days=0 if later else 1)
            near = exact - SLACK if later else exact + SLACK
        except OverflowError:
            raise InvalidInput({name: ["Enter a valid date."]}) from None

        def where(row: Source) -> Any:
            at = bindparam(f"f_{name}", type_=row.c.time.type)
            around = bindparam(f"f_{name}_near", type_=row.c.time.type)
            first = select(EVENTS.c.pk).where(EVENTS.c.time >= around).order_by(EVENTS.c.time).limit(1)
            edge = func.coalesce(first.scalar_subquery(), 2**62)
            return and_(row.c.pk >= edge, row.c.time >= at) if later else and_(row.c.pk <= edge, row.c.time < at)

        return Test((name,), where, {f"f_{name}": exact, f"f_{name}_near": near})

    return Custom(name, make)


def _search(text: str, context: Context) -> Test | None:
    """Each word must be in who, by what, what it is about, or in the name or IPN of the part."""
    words = text.replace(",", " ").split()[:MOST_WORDS]
    if not words:
        return None
    dialect = context.planner.dialect
    parts: Table = Part.__table__  # type: ignore[assignment]

    def where(row: Source) -> Any:
        def found(name: str) -> Any:
            named = or_(contains(parts.c.name, name, dialect), contains(parts.c.IPN, name, dialect))
            texts = (row.c.username, row.c.origin, row.c.model, cast(row.c.about, Text))
            return or_(
                *(contains(column, name, dialect) for column in texts),
                row.c.part_key.in_(select(parts.c.pk).where(named)),
            )

        return and_(*(found(f"_word_{number}") for number in range(len(words))))

    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    return Test(("search", len(words)), where, {f"_word_{n}": f"%{word}%" for n, word in enumerate(escaped)})


class Audit(Resource):
    """The log, newest first, in words, by keys."""

    def listing(self, context: Context) -> Answer:
        """A page: `results`, and `before`, from where to go on (null at the end); or all of it as a file."""
        if exporting.is_export(context):
            return exporting.export(self, context)
        limit = min(positive(context.query.get("limit")) or PAGE, LARGEST_PAGE)
        tests, order, shown = self.tests(context), self.order(context), self.shown(context)
        parameters = dict(context.parameters)
        for test in tests:
            parameters |= test.parameters
        plan = context.planner.page(self.shape, shown, tests, order, kind="list", paged=True)
        rows = plan.objects(context.reader, {**parameters, "_limit": limit + 1, "_offset": 0})
        results = self.filled(context, rows[:limit], shown, parameters, "list")
        return Answer({"results": results, "before": results[-1]["pk"] if len(rows) > limit else None})

    def filled(
        self, context: Context, rows: Sequence[dict[str, Any]], shown: frozenset[str], parameters: Mapping[str, Any],
        kind: str,
    ) -> Sequence[dict[str, Any]]:  # fmt: skip
        """The rows with their words."""
        rows = super().filled(context, rows, shown, parameters, kind)
        put_in_words(context, rows)
        return rows


def _second(value: Any) -> str:
    """The time to the second; drivers give it as UTC, SQLite as a text."""
    text = value.isoformat() if isinstance(value, datetime) else str(value).replace(" ", "T")
    return f"{text[:19]}Z"


def _in_words(name: str, label: str) -> Derived:
    """A member that `put_in_words` fills."""
    return Derived(name=name, make=lambda _row: None, field=f.Any_(read_only=True, label=label))


AUDIT = Audit(
    path=f"{PATH}audit/", access=READER, title="Audit", can=("list", "detail"), main=False,
    shape=shape(
        Event, *LOG.shape.but(time=Column(name="time", encode=_second)).members, "part_key", "parent_key",
        _in_words("title", "What"), _in_words("object_name", "Called"), _in_words("changed", "Before and after"),
        _in_words("figures", "Figures"),
    ),
    list_about="Who changed what, when, before and after, newest first. Pages by ?before= (the number that the answer "
    "gives) and ?limit=; ?export=csv or xlsx gives all of it.",
    detail_about="One change.",
    filters=(
        *(one for one in LOG.filters if getattr(one, "name", "") not in ("kind", "model", "action", "username")),
        _among("kind", KINDS), _among("model", sorted(TITLES)), _among("action", ("created", "changed", "deleted")),
        Custom("username", _username), Exact("part", path="part_key", kind="number"), Custom("of", _of),
        _bound("since", later=True), _bound("until", later=False), Custom("search", _search),
    ),
    default_order=("-pk",), hooks=Hooks(scope=_scope),
)  # fmt: skip


def _choices(context: Context) -> dict[str, Any]:
    """What may be asked for by this caller."""
    models = models_of(context.user)
    kinds = {watched.kind for watched in WATCHED.values() if watched.model in models}
    return {
        "kinds": [kind for kind in KINDS if kind in kinds],
        "models": {model: TITLES.get(model, model) for model in sorted(models)},
        "actions": ["created", "changed", "deleted"],
    }


RESOURCES: tuple[Resource | Endpoint, ...] = (
    AUDIT,
    Endpoint(
        path=f"{PATH}audit/choices/", access=READER, title="Audit choices", methods={"GET": Route(_choices)},
        description="The kinds, models and actions by which the caller may narrow the audit.",
    ),
)  # fmt: skip
