"""Reading rows: from a declared shape to SQL, and from the raw row to JSON.

A `Shape` says which members an object has. A `Plan` is the SQL for one way of asking (which details, filters, order),
compiled once and kept; running it costs the database's work, a `zip` per row and the few conversions that JSON needs.
Details come from the same statement by joins, so a request costs the same number of queries whatever the page size.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Dialect, FromClause, Select, bindparam, func, select
from sqlalchemy.sql.compiler import SQLCompiler

from server.db.columns import Base
from server.db.types import Fixed
from server.rest.fields import Field

__all__ = [
    "Column",
    "Computed",
    "Const",
    "Derived",
    "Detail",
    "Joined",
    "Many",
    "Member",
    "Order",
    "Plan",
    "Planner",
    "Shape",
    "Source",
    "Test",
    "WriteOnly",
    "encoder_of",
    "model_of",
]

Encoder = Callable[[Any], Any]


class Reader(Protocol):
    """Runs one statement and gives its raw rows; counts what it ran."""

    queries: int

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]: ...


# ---------------------------------------------------------------------------------------------------------- members


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member of an answer. `field` is what may be written to it and what OPTIONS tells."""

    name: str
    field: Field | None = None
    flag: str | None = None
    """The query parameter that switches the member on or off; None: always there."""
    default: bool = True
    """Whether the member is there when its flag is not given."""
    in_writes: bool = True
    """Whether it is there in answers to POST, PUT and PATCH, where flags do not count."""
    hidden_in: frozenset[str] = frozenset()
    """Kinds of answers (list, detail, create, update, nested) in which it is never there."""


@dataclass(frozen=True, kw_only=True)
class Column(Member):
    """A column of the model itself. `source` is the attribute where it is not the name (or `<name>_id`)."""

    source: str | None = None
    encode: Encoder | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    """How the field differs from what the model's column says."""


@dataclass(frozen=True, kw_only=True)
class Joined(Member):
    """A column of a related row, by path: "supplier_part.SKU"."""

    path: str
    encode: Encoder | None = None
    omit_null: bool = False
    """Whether the member is left out where it would be null."""


@dataclass(frozen=True, kw_only=True)
class Computed(Member):
    """An SQL expression over the row. `null_in`: kinds of answers in which InvenTree leaves it null."""

    sql: Callable[["Source"], ColumnElement[Any]]
    encode: Encoder | None = None
    null_in: frozenset[str] = frozenset()
    settable: bool = False
    """Whether bodies may hold it all the same (a hook takes it)."""


@dataclass(frozen=True, kw_only=True)
class Derived(Member):
    """Made in Python from other members or attributes of the row (`needs`, fetched where they are not shown).
    Raw needs keep the database's form."""

    needs: tuple[str, ...] = ()
    make: Callable[[Mapping[str, Any]], Any]
    sql: Callable[["Source"], ColumnElement[Any]] | None = None
    """The same in SQL, for lists that are ordered by it."""
    null_in: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Const(Member):
    """The same value in every answer (calculated figures that InvenTree leaves null inside details)."""

    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Detail(Member):
    """The related row (by path: "sub_part.category") as an object of its own, null where there is none. `field` may
    give it a label of its own."""

    via: str
    shape: "Shape"


@dataclass(frozen=True, kw_only=True)
class Many(Member):
    """Something fetched for all rows at once: `load(planner, reader, keys, parameters) -> {key: value}`; `empty` where
    a row has none. `key` is the member or attribute whose value stands for the row. `shape` is what each entry of the
    list is, for OPTIONS; `entry_label` is the label that OPTIONS gives it. `single`: it is one object, not a list."""

    load: Callable[["Planner", Reader, Sequence[Any], Mapping[str, Any]], Mapping[Any, Any]]
    empty: Callable[[], Any] = list
    key: str = "pk"
    shape: "Shape | None" = None
    entry_label: str | None = None
    single: bool = False


@dataclass(frozen=True, kw_only=True)
class WriteOnly(Member):
    """Taken on creation or change, never given out."""


@dataclass(frozen=True)
class Shape:
    """The members of an object of `model`, in the order in which they go out."""

    model: type[Base]
    members: tuple[Member, ...]

    def member(self, name: str) -> Member:
        return next(member for member in self.members if member.name == name)

    def but(self, *left_out: str, **replaced: Member) -> "Shape":
        """The same shape without some members, or with others in their place."""
        return Shape(
            self.model,
            tuple(replaced.get(member.name, member) for member in self.members if member.name not in left_out),
        )

    def plus(self, *members: Member) -> "Shape":
        return Shape(self.model, (*self.members, *members))


# ---------------------------------------------------------------------------------------------------------- sources


def model_of(table: str) -> type[Base]:
    """The model of a table's name."""
    for mapper in Base.registry.mappers:
        if mapper.local_table is not None and getattr(mapper.local_table, "name", None) == table:
            return mapper.class_
    raise LookupError(f"no model has the table {table}")


class Source:
    """A table of the statement, reached from the root by foreign keys."""

    def __init__(self, model: type[Base], table: FromClause, joins: "Joins", path: tuple[str, ...] = ()) -> None:
        self.model = model
        self.table = table
        self.c = table.c
        self.joins = joins
        self.path = path

    def via(self, name: str) -> "Source":
        """The related row under the foreign key `name`, or under a path of such (left joins, each made once)."""
        first, _, rest = name.partition(".")
        found = self.joins.source((*self.path, first), self, first)
        return found.via(rest) if rest else found

    def at(self, path: str) -> tuple["Source", str]:
        """Where "supplier_part.part.name" lies: its table and its attribute."""
        *steps, last = path.split(".")
        here = self
        for step in steps:
            here = here.via(step)
        return here, last

    def column(self, path: str) -> ColumnElement[Any]:
        """The column under a path; a foreign key goes by the member's name or the attribute's."""
        here, name = self.at(path)
        columns = here.table.c
        return columns[name] if name in columns else columns[f"{name}_id"]


class Joins:
    """The joins of one statement."""

    def __init__(self, model: type[Base], alias: str | None = None) -> None:
        table = model.__table__
        root = table.alias(alias) if alias else table
        self.root = Source(model, root, self)
        self.frm: FromClause = root
        self.sources: dict[tuple[str, ...], Source] = {}

    def source(self, path: tuple[str, ...], parent: Source, name: str) -> Source:
        if path not in self.sources:
            column = parent.c[f"{name}_id"]
            (key,) = column.foreign_keys
            target = key.column.table
            alias = target.alias("_".join(("j", *path)))
            self.frm = self.frm.outerjoin(alias, alias.c[key.column.name] == column)
            self.sources[path] = Source(model_of(target.name), alias, self, path)
        return self.sources[path]


# ---------------------------------------------------------------------------------------------------------- encoders


def _boolean(value: Any) -> bool | None:
    return None if value is None else bool(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _minute(value: Any) -> str | None:
    if value is None:
        return None
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)[:16].replace("T", " ")


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def scaled(places: int) -> Encoder:
    """From the whole number that a Fixed column keeps to the JSON number."""
    scale = 10**places

    def encode(value: Any) -> float | None:
        return None if value is None else int(value) / scale

    return encode


def encoder_of(column: ColumnElement[Any]) -> Encoder | None:
    """How a raw value of a column becomes JSON; None: it is JSON already."""
    kind = column.type
    if isinstance(kind, Fixed):
        return scaled(kind.places)
    name = type(kind).__name__
    return {"Boolean": _boolean, "Date": _text, "UtcDateTime": _minute, "DateTime": _minute, "JSON": _json}.get(name)


# ---------------------------------------------------------------------------------------------------------- plans


@dataclass(frozen=True)
class Test:
    """One condition: `key` stands for its form, `where` makes its SQL with bound parameters, `parameters` holds their
    values (as Python values; the plan turns them into the database's)."""

    key: Hashable
    where: Callable[[Source], ColumnElement[Any] | None]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    __test__ = False  # not a test case, whatever pytest thinks of its name


@dataclass(frozen=True)
class Order:
    """One term of the order: `path` is a column's path or the name of a computed member; with `sql` it is just the name
    of that expression (which must be the same object each time: plans are kept by it)."""

    path: str
    descending: bool = False
    sql: Callable[[Source], ColumnElement[Any]] | None = None


@dataclass
class _Piece:
    """How a run of the raw row becomes one object."""

    keys: tuple[str, ...] = ()
    start: int = 0
    stop: int = 0
    encoders: list[tuple[str, Encoder]] = field(default_factory=list)
    derived: list[tuple[str, Callable[[Mapping[str, Any]], Any]]] = field(default_factory=list)
    constants: list[tuple[str, Any]] = field(default_factory=list)
    children: list[tuple[str, "_Piece", int]] = field(default_factory=list)
    hidden: tuple[str, ...] = ()
    omitted: list[str] = field(default_factory=list)

    def build(self, row: Sequence[Any]) -> dict[str, Any]:
        made = dict(zip(self.keys, row[self.start : self.stop], strict=False))
        for key, encode in self.encoders:
            made[key] = encode(made[key])
        for key, make in self.derived:
            made[key] = make(made)
        for key, value in self.constants:
            made[key] = value
        for key, piece, pk_index in self.children:
            made[key] = None if row[pk_index] is None else piece.build(row)
        for key in self.hidden:
            del made[key]
        for key in self.omitted:
            if made[key] is None:
                del made[key]
        return made


class Plan:
    """A compiled statement and the way from its rows to objects."""

    def __init__(self, statement: Select[Any], dialect: Dialect, piece: _Piece | None) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{type(compiled).__name__} is no SQL")
        self.sql = str(compiled)
        self.piece = piece
        self.constants: dict[str, Any] = {}
        self.processors: dict[str, Callable[[Any], Any]] = {}
        for name, bind in ((compiled.bind_names[bind], bind) for bind in compiled.bind_names):
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                self.processors[name] = process
            if not bind.required:
                value = bind.effective_value
                self.constants[name] = process(value) if process is not None else value
        self.names: list[str] | None = list(compiled.positiontup or ()) if compiled.positional else None
        self.wanted = self.names if self.names is not None else list(compiled.params)

    def run(self, reader: Reader, parameters: Mapping[str, Any]) -> list[Any]:
        """The raw rows."""
        given = dict(self.constants)
        for name in self.wanted:
            if name in given:
                continue
            value = parameters[name]
            process = self.processors.get(name)
            given[name] = value if process is None else process(value)
        return reader.rows(self.sql, tuple(given[name] for name in self.names) if self.names is not None else given)

    def objects(self, reader: Reader, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows as objects."""
        if self.piece is None:
            raise TypeError("this plan gives raw rows only")
        build = self.piece.build
        return [build(row) for row in self.run(reader, parameters)]


class Planner:
    """Makes and keeps the plans of one database."""

    KEPT = 2000

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.plans: dict[Hashable, Plan] = {}

    def keep(self, key: Hashable, make: Callable[[], Plan]) -> Plan:
        plan = self.plans.get(key)
        if plan is None:
            if len(self.plans) >= self.KEPT:
                self.plans.clear()
            plan = self.plans[key] = make()
        return plan

    # -- statements

    def page(
        self, shape: Shape, shown: frozenset[str], tests: Sequence[Test], order: Sequence[Order], *, kind: str,
        paged: bool, reverse: bool = False,
    ) -> Plan:  # fmt: skip
        """Objects of a shape: the rows that pass the tests, in order. With `paged` the parameters `_limit` and
        `_offset` cut out a page (before any detail is looked up); `reverse` reads from the end."""
        key = (shape.model, id(shape), shown, tuple(test.key for test in tests), tuple(order), kind, paged, reverse)

        def make() -> Plan:
            joins = Joins(shape.model, "t")
            if paged:
                inner = Joins(shape.model, "k")
                keys = select(inner.root.c.pk)
                keys = self._narrow(keys, inner, shape, tests, order, reverse)
                page = keys.limit(bindparam("_limit")).offset(bindparam("_offset")).subquery("page")
                joins.frm = page.join(joins.root.table, joins.root.c.pk == page.c.pk)
            columns: list[ColumnElement[Any]] = []
            piece = self._collect(shape, joins.root, columns, shown, kind)
            statement = select(*columns)
            return Plan(
                self._narrow(statement, joins, shape, () if paged else tests, order, reverse), self.dialect, piece
            )

        return self.keep(key, make)

    def count(self, shape: Shape, tests: Sequence[Test]) -> Plan:
        """How many rows pass the tests."""
        key = (shape.model, "count", tuple(test.key for test in tests))

        def make() -> Plan:
            joins = Joins(shape.model, "t")
            return Plan(self._narrow(select(func.count()), joins, shape, tests, (), False), self.dialect, None)

        return self.keep(key, make)

    def keys(self, shape: Shape, tests: Sequence[Test], order: Sequence[Order] = ()) -> Plan:
        """The primary keys of the rows that pass the tests."""
        key = (shape.model, "keys", tuple(test.key for test in tests), tuple(order))

        def make() -> Plan:
            joins = Joins(shape.model, "t")
            statement = select(joins.root.c.pk)
            return Plan(self._narrow(statement, joins, shape, tests, order, False), self.dialect, None)

        return self.keep(key, make)

    def _narrow(
        self, statement: Select[Any], joins: Joins, shape: Shape, tests: Sequence[Test], order: Sequence[Order],
        reverse: bool,
    ) -> Select[Any]:  # fmt: skip
        for test in tests:
            clause = test.where(joins.root)
            if clause is not None:
                statement = statement.where(clause)
        for term in order:
            expression = term.sql(joins.root) if term.sql else self._order_expression(shape, joins.root, term.path)
            descending = term.descending != reverse
            ordered = expression.desc() if descending else expression.asc()
            if self.dialect.name == "postgresql":
                ordered = ordered.nulls_last() if descending else ordered.nulls_first()
            statement = statement.order_by(ordered)
        return statement.select_from(joins.frm)

    def _order_expression(self, shape: Shape, root: Source, path: str) -> ColumnElement[Any]:
        for member in shape.members:
            if member.name == path and isinstance(member, (Computed, Derived)) and member.sql is not None:
                return member.sql(root)
            if member.name == path and isinstance(member, Joined):
                return root.column(member.path)
        return root.column(path)

    def _collect(
        self, shape: Shape, source: Source, columns: list[ColumnElement[Any]], shown: frozenset[str], kind: str
    ) -> _Piece:
        piece = _Piece(start=len(columns))
        keys: list[str] = []
        present = {member.name for member in shape.members}

        def take(name: str, expression: ColumnElement[Any], encode: Encoder | None) -> None:
            keys.append(name)
            columns.append(expression.label(f"c{len(columns)}"))
            if encode is not None:
                piece.encoders.append((name, encode))

        details: list[Detail] = []
        hidden: list[str] = []
        for member in shape.members:
            if (member.flag is not None and member.name not in shown) or kind in member.hidden_in:
                continue
            match member:
                case Column():
                    expression = source.column(member.source or member.name)
                    take(member.name, expression, member.encode or encoder_of(expression))
                case Joined():
                    expression = source.column(member.path)
                    take(member.name, expression, member.encode or encoder_of(expression))
                    if member.omit_null:
                        piece.omitted.append(member.name)
                case Computed() | Derived() if kind in member.null_in:
                    piece.constants.append((member.name, None))
                case Computed():
                    expression = member.sql(source)
                    take(member.name, expression, member.encode or encoder_of(expression))
                case Derived():
                    piece.derived.append((member.name, member.make))
                    for need in member.needs:
                        if need not in keys and (need not in present or not self._plain(shape, need)):
                            take(need, source.column(need.removeprefix("_raw.")), None)
                            hidden.append(need)
                case Const():
                    piece.constants.append((member.name, member.value))
                case Detail():
                    details.append(member)
                case Many():
                    if member.key not in present and member.key not in keys:
                        take(member.key, source.column(member.key), None)
                case _:
                    pass
        if "pk" not in keys:
            take("pk", source.c.pk, None)
            hidden.append("pk")
        piece.keys = tuple(keys)
        piece.stop = len(columns)
        piece.hidden = tuple(hidden)
        for detail in details:
            child_source = source
            for step in detail.via.split("."):
                child_source = child_source.via(step)
            child = self._collect(detail.shape, child_source, columns, frozenset(), "nested")
            child_pk = child.start + child.keys.index("pk")
            piece.children.append((detail.name, child, child_pk))
        return piece

    @staticmethod
    def _plain(shape: Shape, name: str) -> bool:
        return isinstance(shape.member(name), (Column, Joined, Computed))


def flags_shown(members: Iterable[Member], given: Callable[[str], bool | None], *, writing: bool) -> frozenset[str]:
    """The names of the switched members that are shown."""
    shown = set()
    for member in members:
        if member.flag is None:
            continue
        wanted = given(member.flag)
        if member.in_writes if writing else (member.default if wanted is None else wanted):
            shown.add(member.name)
    return frozenset(shown)
