"""Lists that can be narrowed and sorted by the parameters of their rows: `?parameter_4_gt=10 mm`,
`?ordering=parameter_4`."""

import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, or_, select

from server.actions.units import convert
from server.db.models.common import Parameter, ParameterTemplate
from server.domain.errors import InvalidInput
from server.resources.units import unit_definitions
from server.rest.context import Context
from server.rest.filters import Family, contains, read_boolean
from server.rest.query import Order, Source, Test

__all__ = ["parameter_family", "parameter_order"]

_FILTER = re.compile(r"parameter_([0-9]{1,18})(?:_(gt|gte|lt|lte|ne|icontains))?")
_ORDER = re.compile(r"parameter_([0-9]{1,18})")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "": operator.eq, "ne": operator.ne, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------- filters


def parameter_family(label: str) -> Family:
    """The filters by parameters of a kind of object ("part.part"). A value with a unit is compared in the template's
    unit, one that is no number as text; templates that are not there mean no filter."""

    def make(match: re.Match[str], text: str, context: Context) -> Test | None:
        template, op = int(match[1]), match[2] or ""
        about = ParameterTemplate.__table__.c
        rows = context.ask(
            "parameter template",
            lambda: select(about.units, about.checkbox).where(about.pk == bindparam("template")),
            template=template,
        )
        if not rows or text == "":
            return None
        units, checkbox = rows[0]
        number = _number(text, units, checkbox, context)
        return _test(label, template, op, text, number, context)

    return Family(_FILTER, make)


def _number(text: str, units: str, checkbox: bool, context: Context) -> float | None:
    if checkbox:
        wanted = read_boolean(text)
        return None if wanted is None else float(wanted)
    try:
        return convert(text, units, unit_definitions(context)) if units else float(text)
    except (InvalidInput, ValueError):
        return None


def _test(label: str, template: int, op: str, text: str, number: float | None, context: Context) -> Test:
    names = {"template": f"p_{template}{op}_t", "text": f"p_{template}{op}_x", "number": f"p_{template}{op}_n"}
    dialect = context.planner.dialect

    def where(row: Source) -> ColumnElement[Any]:
        given, statement = _given(row, label, bindparam(names["template"]))
        folded = func.lower(given.c.data)
        if op == "icontains":
            return statement.where(contains(given.c.data, names["text"], dialect)).exists()
        compare = _COMPARE[op]
        as_text = compare(folded, func.lower(bindparam(names["text"])))
        if number is None:
            return statement.where(as_text).exists()
        as_number = compare(given.c.data_numeric, bindparam(names["number"]))
        both = and_(as_number, as_text) if op == "ne" else or_(as_number, as_text) if op == "" else as_number
        return statement.where(both).exists()

    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
    values = {
        names["template"]: template, names["text"]: pattern if op == "icontains" else text, names["number"]: number,
    }  # fmt: skip
    return Test(("parameter", label, template, op, number is None), where, values)


def _given(row: Source, label: str, template: ColumnElement[Any]) -> tuple[Any, Select[Any]]:
    table = Parameter.__table__.alias("given")
    mine = (table.c.model_type == label, table.c.model_id == row.c.pk, table.c.template_id == template)
    return table, select(table.c.pk).where(*mine).correlate(row.table)


# ------------------------------------------------------------------------------------------------- order


def parameter_order(label: str) -> Callable[[str, bool], Sequence[Order]]:
    """The order by a parameter, by number and then by text; rows that have it come first, either way."""

    def terms(name: str, descending: bool) -> Sequence[Order]:
        match = _ORDER.fullmatch(name)
        if match is None:
            return ()
        exists, number, text = _expressions(label, int(match[1]))
        return (
            Order(f"{name}.exists", True, exists), Order(f"{name}.number", descending, number),
            Order(f"{name}.text", descending, text),
        )  # fmt: skip

    return terms


Expression = Callable[[Source], ColumnElement[Any]]


@lru_cache(maxsize=256)
def _expressions(label: str, template: int) -> tuple[Expression, Expression, Expression]:
    """Whether a row has the parameter, its number and its text. The template's number is part of the statement."""
    key: ColumnElement[Any] = literal_column(str(template))

    def one(column: str, default: ColumnElement[Any]) -> Expression:
        def sql(row: Source) -> ColumnElement[Any]:
            table, statement = _given(row, label, key)
            return func.coalesce(statement.with_only_columns(table.c[column]).limit(1).scalar_subquery(), default)

        return sql

    def exists(row: Source) -> ColumnElement[Any]:
        return _given(row, label, key)[1].exists()

    return exists, one("data_numeric", literal_column("0")), one("data", literal_column("''"))
