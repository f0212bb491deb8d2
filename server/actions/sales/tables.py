"""The tables of sales and the sums over them, as statements use them."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, func, type_coerce

from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.events import Mark
from server.db.models.sales import Demand, SalesLine, SalesReport, SalesSum, StockOut
from server.db.types import Fixed

__all__ = ["AT_ONCE", "DEMAND", "LINES", "MARKS", "OUTS", "REPORTS", "SUMS", "groups", "revenue_of", "units_of"]

LINES: Table = SalesLine.__table__  # type: ignore[assignment]
REPORTS: Table = SalesReport.__table__  # type: ignore[assignment]
SUMS: Table = SalesSum.__table__  # type: ignore[assignment]
DEMAND: Table = Demand.__table__  # type: ignore[assignment]
OUTS: Table = StockOut.__table__  # type: ignore[assignment]
MARKS: Table = Mark.__table__  # type: ignore[assignment]
AT_ONCE = 500
"""How many keys one statement is asked about."""
Key = TypeVar("Key")


def groups(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in groups that fit one statement."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def units_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of quantities, exact on every database."""
    return type_coerce(func.sum(column), Fixed(QUANTITY_PLACES))


def revenue_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of amounts of money of one currency, exact on every database."""
    return type_coerce(func.sum(column), Fixed(MONEY_PLACES))
