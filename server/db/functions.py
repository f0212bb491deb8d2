"""SQL functions that each database writes in its own way."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["days_after"]


class days_after(FunctionElement[Any]):
    """The date `days` (a whole number, or text that is one) after `day`."""

    type = Date()
    inherit_cache = True

    def __init__(self, day: ColumnElement[Any], days: ColumnElement[Any]) -> None:
        super().__init__(day, days)


@compiles(days_after, "sqlite")
def _sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, {days} || ' days')"


@compiles(days_after, "postgresql")
def _postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"({compiler.process(cast(day, Date), **options)} + {compiler.process(cast(days, Integer), **options)})"


@compiles(days_after, "mysql", "mariadb")
def _mysql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"DATE_ADD({day}, INTERVAL {days} DAY)"
