"""Imports of spreadsheets: finding the rows that a cell names, and how far a session has come."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, case, func, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from server.db.columns import Base
from server.db.models import (
    BomItem,
    DataImportRow,
    DataImportSession,
    ManufacturerPart,
    Part,
    ProjectCode,
    PurchaseOrder,
    PurchaseOrderLineItem,
    SupplierPart,
)
from server.domain.errors import InvalidInput
from server.domain.status import DataImportStatusCode

__all__ = ["check_complete", "find_related", "lookups_of", "scope_of"]

_LOOKUPS: Mapping[type[Base], tuple[str, ...]] = {
    Part: ("IPN", "name"),
    SupplierPart: ("SKU", "manufacturer_part.MPN", "part.IPN", "part.name"),
    ManufacturerPart: ("MPN",),
    ProjectCode: ("code",),
}
_NAMES = ("reference", "pathstring", "name", "username", "code", "serial", "title", "key")
"""By what the rows of any other table are called, in this order."""
_SHOWN = 4


def lookups_of(model: type[Base]) -> tuple[str, ...]:
    """By which columns a cell may name a row of the model; a column of a related row by its path."""
    if model in _LOOKUPS:
        return _LOOKUPS[model]
    columns = inspect(model).columns
    return tuple(name for name in _NAMES if name in columns)


def scope_of(session: Session, model: type[Base], field: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What limits the rows that a field may name, by what else the row says: the lines of a purchase order name the
    parts of its supplier."""
    if model is PurchaseOrderLineItem and field == "part":
        order = values.get("order")
        supplier = session.get(PurchaseOrder, order) if isinstance(order, int) else None
        return {} if supplier is None else {"supplier": supplier.supplier_id}
    return {"component": True} if model is BomItem and field == "sub_part" else {}


def find_related(
    session: Session, model: type[Base], value: Any, *, lookup: str | None = None, limits: Mapping[str, Any]
) -> int:
    """The key of the row that a cell names: by its key, or by one of the columns of `lookups_of` (`lookup`: by that
    alone). `limits` are values that columns of the row must have. Raises InvalidInput where none or several match."""
    text = str(value).strip()
    paths = (lookup,) if lookup and lookup not in ("pk", "id") else () if lookup else lookups_of(model)
    keys: set[int] = set()
    if (not lookup or not paths) and text.isdigit() and int(text) < 2**63:
        keys |= set(session.scalars(_limited(model, inspect(model).columns["pk"] == int(text), limits)))
    for path in paths:
        exact, alike = (_by_path(model, path, text, limits, exactly=exactly) for exactly in (True, False))
        keys |= set(session.scalars(exact.limit(_SHOWN + 1)).all() or session.scalars(alike.limit(_SHOWN + 1)).all())
        if keys and lookup is None and not text.isdigit():
            break  # what comes first counts more; a number may be a key or a name
    if len(keys) == 1:
        return keys.pop()
    raise InvalidInput([_not_one(model, text, sorted(keys))])


def _not_one(model: type[Base], text: str, keys: list[int]) -> str:
    kind = model.__name__
    if not keys:
        return f'No {kind} matches "{text}"'
    listed = ", ".join(str(key) for key in keys[:_SHOWN]) + (", ..." if len(keys) > _SHOWN else "")
    return f'"{text}" matches several of {kind} ({listed}): give its ID'


def _by_path(model: type[Base], path: str, text: str, limits: Mapping[str, Any], *, exactly: bool) -> Select[Any]:
    """The rows whose column under the path is `text`, or is written alike but for case."""

    def match(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column == text if exactly else func.lower(column) == text.lower()

    step, _, rest = path.partition(".")
    columns = inspect(model).columns
    if not rest:
        if step not in columns:
            raise InvalidInput([f'"{path}" is no field of {model.__name__} to look it up by'])
        return _limited(model, match(columns[step]), limits)
    (key,) = columns[f"{step}_id"].foreign_keys
    table = key.column.table
    above = select(table.c.pk).where(match(table.c[rest]))
    return _limited(model, columns[f"{step}_id"].in_(above), limits)


def _limited(model: type[Base], match: ColumnElement[bool], limits: Mapping[str, Any]) -> Select[Any]:
    columns = inspect(model).columns
    statement = select(columns["pk"]).where(match)
    for name, wanted in limits.items():
        column = columns[name] if name in columns else columns.get(f"{name}_id")
        if column is not None:
            statement = statement.where(column == wanted)
    return statement


def check_complete(session: Session, row: DataImportSession) -> None:
    """Note how many rows of an import there are and how many are done; it is complete when all are."""
    counts = select(func.count(), func.sum(case((DataImportRow.complete.is_(True), 1), else_=0)))
    total, done = session.execute(counts.where(DataImportRow.session_id == row.pk)).one()
    row.row_count_history, row.completed_row_count_history = total, int(done or 0)
    if total and total == row.completed_row_count_history:
        row.status = DataImportStatusCode.COMPLETE
    session.flush()
