"""Rows of another table for many keys at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam

from server.rest.query import Order, Planner, Reader, Shape, Source, Test

__all__ = ["LARGEST_GROUP", "among", "rows_by_key"]

# Keys go into the statement by groups whose sizes are powers of two (the last one repeated as often as needed), so that
# a handful of compiled statements serves every number of rows.
LARGEST_GROUP = 1024


def rows_by_key(
    planner: Planner, reader: Reader, shape: Shape, column: str, keys: Sequence[Any],
    equal: Mapping[str, Any] | None = None, order: Sequence[str] = ("pk",), shown: frozenset[str] = frozenset(),
) -> dict[Any, list[dict[str, Any]]]:  # fmt: skip
    """The objects of `shape` whose `column` is one of `keys` and whose other columns are as `equal` says, in `order`,
    by that key (`column` is a member of the shape); keys without rows are left out. One statement per 1,024 keys."""
    found: dict[Any, list[dict[str, Any]]] = {}
    distinct = list(dict.fromkeys(keys))
    terms = tuple(Order(path.lstrip("-"), path.startswith("-")) for path in order)
    for start in range(0, len(distinct), LARGEST_GROUP):
        group = distinct[start : start + LARGEST_GROUP]
        tests = [among(column, group), *(_is(name, value) for name, value in (equal or {}).items())]
        parameters = {name: value for test in tests for name, value in test.parameters.items()}
        plan = planner.page(shape, shown, tests, terms, kind="nested", paged=False)
        for row in plan.objects(reader, parameters):
            found.setdefault(row[column], []).append(row)
    return found


def among(column: str, keys: Sequence[Any]) -> Test:
    size = 1
    while size < len(keys):
        size *= 2
    names = [f"_key_{index}" for index in range(size)]
    padded = [*keys, *[keys[-1]] * (size - len(keys))]

    def where(row: Source) -> ColumnElement[Any]:
        kept = row.column(column)
        return kept.in_([bindparam(name, type_=kept.type) for name in names])

    return Test(("among", column, size), where, dict(zip(names, padded, strict=True)))


def _is(column: str, value: Any) -> Test:
    def where(row: Source) -> ColumnElement[Any]:
        kept = row.column(column)
        return kept == bindparam(f"_is_{column}", type_=kept.type)

    return Test(("is", column), where, {f"_is_{column}": value})
