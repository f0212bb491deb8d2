"""A resource is declared once: from it follow its routes, input checks, `OPTIONS`, permissions and paging."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, inspect, select

from server.db.columns import Base
from server.domain import status
from server.domain.errors import InvalidInput, NotFound
from server.rest import exporting
from server.rest import fields as f
from server.rest.access import Access
from server.rest.context import Answer, Context
from server.rest.filters import Family, Filter, Searched, read_boolean, search_tests
from server.rest.many import LARGEST_GROUP, among
from server.rest.pages import page_url, positive
from server.rest.query import Column, Computed, Detail, Joined, Many, Member, Order, Shape, Test, flags_shown, model_of

__all__ = [
    "Endpoint",
    "Hooks",
    "Resource",
    "Route",
    "api_url_of",
    "col",
    "delete_rows",
    "field_of",
    "name_address",
    "shape",
]

_api_urls: dict[type[Base], str] = {}


def api_url_of(model: type[Any]) -> str:
    """Where the rows of a model are found: "/api/stock/location/"; empty when no resource declares it."""
    return _api_urls.get(model, "")


def name_address(model: type[Base], path: str) -> None:
    """Say where the rows of a model are found ("order/po/") although no resource here serves them: forms are told all
    the same."""
    _api_urls.setdefault(model, f"/api/{path}")


# ------------------------------------------------------------------------------------------- fields from columns


def field_of(model: type[Base], name: str, **changes: Any) -> f.Field:
    """The input field of a column, as the model describes it; `changes` are the exceptions."""
    columns = inspect(model).columns
    column = columns[name] if name in columns else columns[f"{name}_id"]
    info = column.info
    common: dict[str, Any] = {
        "name": name, "label": info.get("label"), "help_text": info.get("help_text", ""),
        "read_only": info.get("read_only", False), "allow_null": info.get("null", False),
    }  # fmt: skip
    default = info.get("default")
    meta: dict[str, Any] = {} if default is None else {"default": default}
    blank = info.get("blank", False)
    has_default = default is not None or blank or info.get("null", False) or info["kind"] == "boolean"
    common |= {"required": False if has_default else None, "meta": meta}
    limit = info.get("max_length")
    text = {"allow_blank": blank, "max_length": limit}
    made: f.Field
    match info["kind"]:
        case "integer":
            made = f.Integer(**common, min_value=info.get("min_value"), max_value=info.get("max_value"))
        case "choice":
            made = f.Choice(**common, choices=status_pairs(info["choices"]), strict=False)
        case "float":
            made = f.Float(**common)
        case "quantity":
            digits = 15 if info["places"] < 6 else 19
            bounds: dict[str, Any] = {"min_value": info.get("min_value"), "floor": info.get("floor")}
            made = f.Float(**common, **bounds, places=info["places"], digits=digits)
        case "money":
            made = f.Money(**common)
        case "boolean":
            made = f.Boolean(**common)
        case "date":
            made = f.Date(**common)
        case "datetime":
            made = f.DateTime(**common)
        case "json":
            made = f.Json(**common)
        case "related":
            made = f.Related(**common, model=model_of(info["target"]), filters=info.get("filters") or {})
        case "image" | "file":
            made = f.Upload(**common, image=info["kind"] == "image")
        case "url":
            made = f.Url(**common, **text)
        case "email":
            made = f.Email(**common, **text)
        case "currency":
            made = f.Choice(**common, choices=currency_pairs, max_length=3)
        case _:
            made = f.String(**common, **text, markup=name == "notes")
    return replace(made, **changes)


def status_pairs(name: str) -> Callable[[Context | None], Sequence[tuple[Any, str]]]:
    """The values and labels of a status class."""
    return lambda context: [(int(code), code.label) for code in status.STATUS_CLASSES[name]]


def currency_pairs(context: Context | None) -> Sequence[tuple[Any, str]]:
    """The currencies that money may be in: those of the settings; without a request, those of a new server."""
    from server.domain.money import CURRENCIES, currency_choices

    return list(CURRENCIES.items()) if context is None else currency_choices(context.setting("CURRENCY_CODES"))


def col(name: str, source: str | None = None, encode: Any = None, **changes: Any) -> Column:
    """A column of the model; `changes` to its field (label, read_only, ...), and `flag`, `default`, `in_writes` of the
    member."""
    switches: dict[str, Any] = {key: changes.pop(key) for key in ("flag", "in_writes", "hidden_in") if key in changes}
    if "flag" in switches and "shown" in changes:
        switches["default"] = changes.pop("shown")
    return Column(name=name, source=source, encode=encode, changes=changes, **switches)


def shape(model: type[Base], *members: Member | str) -> Shape:
    """The shape of a model's objects; a plain text names a column."""
    made: list[Member] = []
    for entry in members:
        member = col(entry) if isinstance(entry, str) else entry
        if isinstance(member, Column) and member.field is None:
            own = field_of(model, member.source or member.name, **member.changes)
            member = replace(member, field=own.named(member.name))
        elif member.field is not None and not member.field.name:
            member = replace(member, field=member.field.named(member.name))
        made.append(member)
    return Shape(model, tuple(made))


# ------------------------------------------------------------------------------------------------- declarations

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Route:
    """One method under one address. `run(context, **path_arguments)` gives an Answer or a payload for a 200."""

    run: Handler
    writes: bool = False


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An address that is no plain resource: an action, a question, a document.

    `path` is below /api/ ("stock/count/", "stock/{pk}/serialize/") or absolute ("/plugin/bincard/..."); `{pk}` is a
    number, `{rest}` any text to the end, any other name a text without a slash. `body` is what a POST takes, by field.
    """

    path: str
    access: Access
    methods: Mapping[str, Route]
    title: str = ""
    description: str = ""
    body: Mapping[str, f.Field] = field(default_factory=dict)
    model: type[Base] | None = None
    shown: Mapping[str, f.Field] | None = None
    """The fields of the answer to GET, for OPTIONS."""
    gives_files: bool = False
    """Whether the answers are files, whatever the client says that it accepts."""

    def routes(self) -> Mapping[str, "Endpoint"]:
        return {self.path: self}

    def options(self, context: Context) -> dict[str, Any]:
        actions = {}
        for method in self.methods:
            if method in ("POST", "PUT") and self.body and allowed(self.access, context, method):
                actions[method] = {name: part.named(name).metadata() for name, part in self.body.items()}
            if method == "GET" and self.shown is not None:
                actions["GET"] = {name: part.named(name).metadata() for name, part in self.shown.items()}
        about: dict[str, Any] = {"name": self.title, "description": self.description}
        if actions:
            about["actions"] = actions
        if self.model is not None:
            about["model"] = self.model.__name__.lower()
        return about


def allowed(access: Access, context: Context, method: str) -> bool:
    """Whether the caller may use a method, as a question."""
    from server.domain.errors import BincardError

    try:
        access.check(context, method)
    except BincardError:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Where a resource may step in. The list is closed: what needs more is an action.

    `scope`: the rows that this user may see (None: all). `before_save(context, row, values, created)` runs with the
    values set and before they are written, may change the row, and refuses by raising. `after_save` runs when the row
    has its key. `create` replaces the making of rows (stock: several from one body) and gives their keys. `delete`
    replaces the deletion.
    """

    scope: Callable[[Context], Test | None] | None = None
    prepare: Callable[[Context, dict[str, Any], Any], None] | None = None
    """Sees and may change the validated values before they are set on the row (None on creation)."""
    before_save: Callable[[Context, Any, Mapping[str, Any], bool], None] | None = None
    after_save: Callable[[Context, Any, Mapping[str, Any], bool], None] | None = None
    create: Callable[[Context, Mapping[str, Any]], list[int]] | None = None
    delete: Callable[[Context, Any, Mapping[str, Any]], None] | None = None
    defaults: Callable[[Context], Mapping[str, Any]] | None = None
    """Defaults that OPTIONS tells and only the database knows, by the path of the field ("order_detail.reference")."""


ALL = ("list", "detail", "create", "update", "delete")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A table under an address.

    `can` lists what may be done: list, detail, create, update, delete, bulk_update, bulk_delete. `ordering` maps the
    names that `?ordering=` takes to column paths or computed members. `delete_body` is what DELETE must be told.
    """

    path: str
    access: Access
    shape: Shape
    title: str = ""
    list_about: str = ""
    detail_about: str = ""
    can: Sequence[str] = ALL
    filters: Sequence[Filter | Family] = ()
    search: Sequence[Searched] = ()
    ordering: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    order_by: Callable[[str, bool], Sequence[Order]] | None = None
    """The terms for a name (and whether it is to descend) that `ordering` does not list."""
    default_order: Sequence[str] = ("pk",)
    detail_defaults: Mapping[str, bool] = field(default_factory=dict)
    """Flags whose default differs on a single object."""
    hooks: Hooks = field(default_factory=Hooks)
    delete_body: Mapping[str, f.Field] = field(default_factory=dict)
    create_answers_list: bool = False
    lookup: str = "pk"
    lookup_column: str = "pk"
    main: bool = True
    """Whether this is the address that `OPTIONS` names for the model (`api_url`)."""
    instance_filters: Mapping[str, str] = field(default_factory=dict)
    """For fields of which an object itself is no choice: the filter that leaves it out ({"parent": "exclude_tree"})."""

    def __post_init__(self) -> None:
        if self.main:
            _api_urls.setdefault(self.shape.model, f"/api/{self.path}")

    # -- routes

    @property
    def model(self) -> type[Base]:
        return self.shape.model

    def routes(self) -> Mapping[str, Endpoint]:
        listing = {
            "GET": ("list", Route(self.listing)),
            "POST": ("create", Route(self.create, writes=True)),
            "PUT": ("bulk_update", Route(self.bulk_update, writes=True)),
            "PATCH": ("bulk_update", Route(self.bulk_update, writes=True)),
            "DELETE": ("bulk_delete", Route(self.bulk_delete, writes=True)),
        }
        single = {
            "GET": ("detail", Route(self.detail)),
            "PUT": ("update", Route(self.put, writes=True)),
            "PATCH": ("update", Route(self.patch, writes=True)),
            "DELETE": ("delete", Route(self.delete, writes=True)),
        }
        made: dict[str, Endpoint] = {}
        for path, table in ((self.path, listing), (f"{self.path}{{{self.lookup}}}/", single)):
            methods = {method: route for method, (what, route) in table.items() if what in self.can}
            if methods:
                made[path] = _ResourceEndpoint(
                    path=path, access=self.access, methods=methods, model=self.model, resource=self,
                    title=self._title(path), description=self.list_about if path == self.path else self.detail_about,
                )  # fmt: skip
        return made

    def _title(self, path: str) -> str:
        return f"{self.title} {'List' if path == self.path else 'Detail'}"

    def writable(self, *, creating: bool) -> dict[str, f.Field]:
        """The fields that a body may hold."""
        return {
            member.name: member.field for member in self.shape.members
            if member.field is not None and not member.field.read_only
            and (creating or not member.field.create_only)
        }  # fmt: skip

    # -- reading

    def shown(self, context: Context, *, writing: bool = False, single: bool = False) -> frozenset[str]:
        defaults = self.detail_defaults if single else {}

        def given(flag: str) -> bool | None:
            wanted = read_boolean(context.query.get(flag))
            return defaults.get(flag) if wanted is None else wanted

        return flags_shown(self.shape.members, given, writing=writing)

    def tests(self, context: Context) -> list[Test]:
        """The conditions of the request: what the user may see, the filters, the search."""
        found: list[Test] = []
        if self.hooks.scope and (scope := self.hooks.scope(context)):
            found.append(scope)
        errors: dict[str, Any] = {}
        for one in self.filters:
            if isinstance(one, Family):
                found += one.tests(context)
                continue
            text = context.query.get(one.name)
            if text is None:
                continue
            try:
                test = one.read(text.strip(), context)
            except InvalidInput as error:
                errors |= error.errors
                continue
            if test is not None:
                found.append(test)
        if errors:
            raise InvalidInput(errors)
        searched = self.search
        if searched and read_boolean(context.query.get("search_notes")) and "notes" in self.model.__table__.c:
            searched = (*searched, "notes")
        return found + search_tests(searched, context)

    def order(self, context: Context) -> tuple[Order, ...]:
        """The order that was asked for, else the default one; the key always comes last."""
        terms: list[Order] = []
        for wanted in context.query.get("ordering", "").replace("+", "").split(","):
            name = wanted.strip()
            descending = name.startswith("-")
            paths = self.ordering.get(name.lstrip("-"), ())
            if not paths and self.order_by is not None:
                terms += self.order_by(name.lstrip("-"), descending)
            terms += [Order(path, descending) for path in ((paths,) if isinstance(paths, str) else paths)]
        if not terms:
            terms = [Order(path.lstrip("-"), path.startswith("-")) for path in self.default_order]
        if all(term.path != "pk" for term in terms):
            terms.append(Order("pk", terms[-1].descending))
        return tuple(terms)

    def listing(self, context: Context) -> Answer:
        if exporting.is_export(context):
            return exporting.export(self, context)
        tests, order, shown = self.tests(context), self.order(context), self.shown(context)
        parameters = dict(context.parameters)
        for test in tests:
            parameters |= test.parameters
        limit = positive(context.query.get("limit"))
        if limit is None:
            plan = context.planner.page(self.shape, shown, tests, order, kind="list", paged=False)
            return Answer(self.filled(context, plan.objects(context.reader, parameters), shown, parameters, "list"))
        offset = positive(context.query.get("offset")) or 0
        count = int(context.planner.count(self.shape, tests).run(context.reader, parameters)[0][0])
        rows = self._page(context, tests, order, shown, parameters, limit, offset, count)
        return Answer(
            {
                "count": count,
                "next": page_url(context, limit, offset + limit) if offset + limit < count else None,
                "previous": page_url(context, limit, offset - limit) if offset > 0 else None,
                "results": self.filled(context, rows, shown, parameters, "list"),
            }
        )

    def _page(
        self, context: Context, tests: Sequence[Test], order: tuple[Order, ...], shown: frozenset[str],
        parameters: dict[str, Any], limit: int, offset: int, count: int,
    ) -> Sequence[dict[str, Any]]:  # fmt: skip
        """One page. What lies in the second half is read from the end, so that the last page costs what the first
        does."""
        wanted = min(limit, count - offset)
        if wanted <= 0:
            return []
        behind = count - offset - wanted
        reverse = behind < offset
        plan = context.planner.page(self.shape, shown, tests, order, kind="list", paged=True, reverse=reverse)
        rows = plan.objects(context.reader, {**parameters, "_limit": wanted, "_offset": behind if reverse else offset})
        return rows[::-1] if reverse else rows

    def filled(
        self, context: Context, rows: Sequence[dict[str, Any]], shown: frozenset[str], parameters: Mapping[str, Any],
        kind: str,
    ) -> Sequence[dict[str, Any]]:  # fmt: skip
        """The rows with what is fetched for all of them at once."""
        return fill(context, self.shape, rows, shown, parameters, kind)

    def detail(self, context: Context, **arguments: Any) -> Answer:
        return Answer(self.one(context, arguments[self.lookup], kind="detail"))

    def one(self, context: Context, key: Any, *, kind: str) -> dict[str, Any]:
        """The object with that key as `kind` (detail, create, update) of answer. Raises NotFound."""
        shown = self.shown(context, writing=kind in ("create", "update"), single=True)
        tests = [self.key_test(key)]
        if self.hooks.scope and (scope := self.hooks.scope(context)):
            tests.append(scope)
        parameters = dict(context.parameters)
        for test in tests:
            parameters |= test.parameters
        plan = context.planner.page(self.shape, shown, tests, (), kind=kind, paged=False)
        rows = plan.objects(context.reader, parameters) if _is_key(key) else []
        if not rows:
            raise self.missing()
        return self.filled(context, rows, shown, parameters, kind)[0]

    def several(self, context: Context, keys: Sequence[int], *, kind: str) -> list[dict[str, Any]]:
        """The objects with those primary keys, in their order, as `kind` of answer; by one statement for each 1,024.
        Those that are not there are left out."""
        if len(keys) == 1 or all(member.name != "pk" for member in self.shape.members):
            return [self.one(context, key, kind=kind) for key in keys]
        shown = self.shown(context, writing=kind in ("create", "update"), single=True)
        made: list[dict[str, Any]] = []
        for start in range(0, len(keys), LARGEST_GROUP):
            group = keys[start : start + LARGEST_GROUP]
            test = among("pk", group)
            parameters = {**context.parameters, **test.parameters}
            plan = context.planner.page(self.shape, shown, [test], (), kind=kind, paged=False)
            found = {row["pk"]: row for row in plan.objects(context.reader, parameters)}
            rows = [found[key] for key in group if key in found]
            made += self.filled(context, rows, shown, parameters, kind)
        return made

    def key_test(self, key: Any) -> Test:
        column = self.lookup_column
        return Test(("key", column), lambda row: row.c[column] == bindparam("_key"), {"_key": key})

    def missing(self) -> NotFound:
        return NotFound(f"No {self.model.__name__} matches the given query.")

    # -- writing

    def row(self, context: Context, key: Any) -> Any:
        """The row to be changed, locked. Raises NotFound, also where the user may not see it."""
        parameters = dict(context.parameters)
        tests = [self.key_test(key)]
        if self.hooks.scope and (scope := self.hooks.scope(context)):
            tests.append(scope)
        for test in tests:
            parameters |= test.parameters
        keys = context.planner.keys(self.shape, tests).run(context.reader, parameters) if _is_key(key) else []
        if not keys:
            raise self.missing()
        return context.session.get(self.model, keys[0][0], with_for_update=True)

    def create(self, context: Context) -> Answer:
        body = context.any_body()
        if isinstance(body, list):
            return self._create_many(context, body)
        keys = self.make(context, context.body())
        made = self.several(context, keys, kind="create")
        return Answer(made if self.create_answers_list else made[0], 201)

    def _create_many(self, context: Context, bodies: Sequence[Any]) -> Answer:
        """Several at once, all or none; the errors are a list, one entry for each body."""
        if not bodies:
            raise InvalidInput("This list may not be empty.")
        keys: list[int] = []
        errors: list[Any] = []
        for body in bodies:
            try:
                keys += self.make(context, as_object(body))
                errors.append({})
            except InvalidInput as error:
                errors.append(error.errors)
        if any(errors):
            raise InvalidInput(errors)
        return Answer(self.several(context, keys, kind="create"), 201)

    def make(self, context: Context, body: Mapping[str, Any]) -> Sequence[int]:
        """Rows from one body; their keys."""
        values = f.read_body(self.writable(creating=True), body, context)
        if self.hooks.create:
            return self.hooks.create(context, values)
        row = self.model()
        self.save(context, row, values, created=True)
        return [row.pk]  # type: ignore[attr-defined]

    def put(self, context: Context, **arguments: Any) -> Answer:
        return self._change(context, arguments[self.lookup], partial=False)

    def patch(self, context: Context, **arguments: Any) -> Answer:
        return self._change(context, arguments[self.lookup], partial=True)

    def _change(self, context: Context, key: Any, *, partial: bool) -> Answer:
        row = self.row(context, key)
        values = f.read_body(self.writable(creating=False), context.body(), context, partial=partial)
        self.save(context, row, values, created=False)
        return Answer(self.one(context, getattr(row, self.lookup_column), kind="update"))

    def save(self, context: Context, row: Any, values: Mapping[str, Any], *, created: bool) -> None:
        """Set the values on the row, through the hooks, and write it."""
        hooks = self.hooks
        values = dict(values)
        if hooks.prepare:
            hooks.prepare(context, values, None if created else row)
        for member in self.shape.members:
            if isinstance(member, Column) and member.name in values:
                setattr(row, self._attribute(member), values[member.name])
        if hooks.before_save:
            with context.session.no_autoflush:
                hooks.before_save(context, row, values, created)
        if created:
            context.session.add(row)
        context.session.flush()
        if hooks.after_save:
            hooks.after_save(context, row, values, created)
            context.session.flush()

    def _attribute(self, member: Column) -> str:
        name = member.source or member.name
        return name if name in inspect(self.model).columns else f"{name}_id"

    def delete(self, context: Context, **arguments: Any) -> Answer:
        row = self.row(context, arguments[self.lookup])
        told = f.read_body(self.delete_body, context.body(), context) if self.delete_body else {}
        delete_rows(context, self, [row], told)
        return Answer(None, 204)

    # -- several at once

    def _chosen(self, context: Context, body: Mapping[str, Any]) -> list[Any]:
        """The rows that a bulk request names, in key order; unknown keys are passed over."""
        items = body.get("items")
        if not isinstance(items, Sequence) or isinstance(items, str) or not items:
            raise InvalidInput({"non_field_errors": "List of items must be provided for bulk operation"})
        keys: set[int] = set()
        for item in items:
            if isinstance(item, bool) or not str(item).isdigit():
                raise InvalidInput({"non_field_errors": "Invalid items list provided"})
            keys.add(int(item))
        rows = self._rows(context, sorted(key for key in keys if _is_key(key)))
        if not rows:
            raise InvalidInput({"non_field_errors": "No items match the provided criteria"})
        return rows

    def _rows(self, context: Context, keys: Sequence[int]) -> list[Any]:
        """The rows to be changed, in key order, locked; those that the user may not see are passed over."""
        scope = self.hooks.scope(context) if self.hooks.scope else None
        column = inspect(self.model).columns["pk"]
        rows: list[Any] = []
        for start in range(0, len(keys), LARGEST_GROUP):
            group: Sequence[int] = keys[start : start + LARGEST_GROUP]
            if scope is not None:
                tests = [among("pk", group), scope]
                parameters = {**context.parameters, **tests[0].parameters, **scope.parameters}
                found = context.planner.keys(self.shape, tests).run(context.reader, parameters)
                group = [key for (key,) in found]
            wanted = select(self.model).where(column.in_(group)).order_by(column).with_for_update()
            rows += context.session.scalars(wanted)
        return rows

    def bulk_update(self, context: Context) -> Answer:
        body = context.body()
        rows = self._chosen(context, body)
        given = {key: value for key, value in body.items() if key != "items"}
        values = f.read_body(self.writable(creating=False), given, context, partial=True)
        for row in rows:
            self.save(context, row, values, created=False)
        made = self.several(context, [row.pk for row in rows], kind="update")
        return Answer({"success": "Updated multiple items", "items": made})

    def bulk_delete(self, context: Context) -> Answer:
        rows = self._chosen(context, context.body())
        delete_rows(context, self, rows, {})
        return Answer({"success": f"Deleted {len(rows)} items"})

    # -- OPTIONS

    def options_of(self, *, creating: bool, reading: bool = False) -> dict[str, Any]:
        """The metadata of the fields, in the order of the shape."""
        made: dict[str, Any] = {}
        for member in self.shape.members:
            about = member_metadata(member, asked_for=not reading and member.in_writes)
            if member.field is not None and member.field.write_only and reading:
                continue
            if not creating and member.field is not None and member.field.create_only:
                continue
            if reading and creating and "list" in member.hidden_in:
                continue
            made[member.name] = about
        return made


def as_object(body: Any) -> Mapping[str, Any]:
    """A body of a list of bodies. Raises InvalidInput where it is no object."""
    if not isinstance(body, Mapping):
        raise InvalidInput(f"Invalid data. Expected a dictionary, but got {type(body).__name__}.")
    return body


def member_metadata(member: Member, *, asked_for: bool = False) -> dict[str, Any]:
    """What OPTIONS tells of a member. InvenTree names only what it gives out: a member that is left out unless asked
    for has no label but its own."""
    about = _member_metadata(member)
    unnamed = member.field is None or member.field.label is None
    if unnamed and member.flag is not None and not member.default and not asked_for:
        about.pop("label", None)
    return about


def _member_metadata(member: Member) -> dict[str, Any]:
    single = member.shape if isinstance(member, Detail) or (isinstance(member, Many) and member.single) else None
    if single is not None:
        own = member.field or f.Nested(read_only=True, allow_null=True, fields={})
        return {**own.named(member.name).metadata(), "children": _children(single)}
    if isinstance(member, Many) and member.shape is not None:
        own = member.field or f.Any_(read_only=True, allow_null=True)
        entry = f.Nested(read_only=True, allow_null=True, label=member.entry_label, fields={}).metadata()
        if member.entry_label is None:
            del entry["label"]
        return {**own.named(member.name).metadata(), "child": {**entry, "children": _children(member.shape)}}
    if member.field is None:
        return f.Any_(name=member.name, read_only=True).metadata()
    about = member.field.named(member.name).metadata()
    settable = isinstance(member, Computed) and member.settable
    if isinstance(member, (Computed, Joined)) and not member.field.read_only and not settable:
        about["read_only"], about["required"] = True, False
    return about


def _children(of: Shape) -> dict[str, Any]:
    return {member.name: member_metadata(member) for member in of.members}


def fill(
    context: Context, of: Shape, rows: Sequence[dict[str, Any]], shown: frozenset[str], parameters: Mapping[str, Any],
    kind: str,
) -> Sequence[dict[str, Any]]:  # fmt: skip
    """Add to the rows what is fetched for all of them at once, also inside their details."""
    if not rows:
        return rows
    names = {member.name for member in of.members}
    only_keys: set[str] = set()
    for member in of.members:
        if (member.flag is not None and member.name not in shown) or kind in member.hidden_in:
            continue
        if isinstance(member, Many):
            keys = [row[member.key] for row in rows if row[member.key] is not None]
            found = member.load(context.planner, context.reader, keys, parameters)
            for row in rows:
                row[member.name] = found[row[member.key]] if row[member.key] in found else member.empty()
            if member.key not in names:
                only_keys.add(member.key)
        elif isinstance(member, Detail):
            inner = [row[member.name] for row in rows if row[member.name] is not None]
            fill(context, member.shape, inner, frozenset(), parameters, "nested")
    for key in only_keys:
        for row in rows:
            del row[key]
    return rows


def delete_rows(context: Context, resource: Resource, rows: Sequence[Any], told: Mapping[str, Any]) -> None:
    """Delete rows through the resource's hook."""
    for row in rows:
        if resource.hooks.delete:
            resource.hooks.delete(context, row, told)
        else:
            context.session.delete(row)
        context.session.flush()


@dataclass(frozen=True, kw_only=True)
class _ResourceEndpoint(Endpoint):
    resource: Resource

    def options(self, context: Context) -> dict[str, Any]:
        about = super().options(context)
        single = "{" in self.path
        actions: dict[str, Any] = {}
        for method in self.methods:
            if method == "PATCH" or not allowed(self.access, context, method):
                continue
            if method in ("POST", "PUT"):
                actions[method] = self.resource.options_of(creating=not single)
            elif method == "GET" and not single and exporting.is_export(context):
                actions[method] = exporting.export_fields()
            elif method == "GET":
                actions[method] = self.resource.options_of(creating=not single, reading=True)
            elif method == "DELETE":
                actions[method] = {}
        if single:
            self._leave_out_itself(actions, context)
        self._tell_defaults(actions, context)
        if actions:
            about["actions"] = actions
        about["model"] = self.resource.model.__name__.lower()
        return about

    def _tell_defaults(self, actions: Mapping[str, Any], context: Context) -> None:
        known = self.resource.hooks.defaults(context) if self.resource.hooks.defaults else {}
        for about in actions.values():
            for path, value in known.items():
                *way, name = path.split(".")
                fields = about
                for step in way:
                    fields = fields.get(step, {}).get("children", {})
                if name in fields:
                    fields[name]["default"] = value

    def _leave_out_itself(self, actions: Mapping[str, Any], context: Context) -> None:
        pk = re.search(r"/(\d+)/$", context.incoming.path)
        for about in actions.values():
            for name, wanted in self.resource.instance_filters.items():
                if pk is not None and name in about:
                    about[name]["instance_filters"] = {wanted: int(pk[1])}


def _is_key(key: Any) -> bool:
    return not isinstance(key, int) or -(2**63) <= key < 2**63
