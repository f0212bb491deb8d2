"""From the columns of a file to the fields of an object: which column is meant, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ID_FIELD", "ImportField", "choice_of", "guess_columns", "missing_fields", "row_values"]

ID_FIELD = "id"
"""The column that says which object a row changes, where objects are changed rather than made."""


@dataclass(frozen=True)
class ImportField:
    """What may be imported: `lookups` are further names of the thing itself, for fields that name another object
    ("SKU", "IPN")."""

    name: str
    label: str
    help_text: str = ""
    required: bool = False
    lookups: tuple[str, ...] = ()


def guess_columns(
    fields: Sequence[ImportField], columns: Sequence[str], overrides: Mapping[str, Any]
) -> dict[str, tuple[str, str | None]]:
    """For each field the column that is most likely meant ("" where none is) and, where the column goes by another name
    of the related object, that name. A column is taken once; fields that have a fixed value take none."""
    free = {column.strip().casefold(): column for column in reversed(columns)}
    wanted = [field for field in fields if field.name not in overrides]
    found: dict[str, tuple[str, str | None]] = {field.name: ("", None) for field in wanted}
    for field in wanted:
        for name in (field.name, field.label, field.help_text):
            column = free.pop(name.casefold(), None) if name else None
            if column is not None:
                found[field.name] = (column, None)
                break
    for field in wanted:
        for lookup in field.lookups if not found[field.name][0] else ():
            short = lookup.rsplit(".", 1)[-1]
            for name in (lookup, f"{field.label}.{short}", f"{field.name}.{short}", short):
                column = free.pop(name.casefold(), None)
                if column is not None:
                    found[field.name] = (column, lookup)
                    break
            if found[field.name][0]:
                break
    return found


def missing_fields(
    fields: Sequence[ImportField], mapped: Mapping[str, str], defaults: Mapping[str, Any], overrides: Mapping[str, Any]
) -> list[str]:
    """The required fields that neither a column nor a value is given for."""
    return [
        field.name for field in fields
        if field.required and field.name not in overrides and defaults.get(field.name) in (None, "")
        and not mapped.get(field.name)
    ]  # fmt: skip


def row_values(
    cells: Mapping[str, Any], mapped: Mapping[str, str], defaults: Mapping[str, Any], overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """What a row says of each field: the fixed value, else the cell, else the default. An empty cell says nothing."""
    values = {name: value for name, value in defaults.items() if value is not None}
    for name, column in mapped.items():
        cell = cells.get(column) if column else None
        if cell is not None and cell != "":
            values[name] = cell
    return {**values, **overrides}


def choice_of(value: Any, pairs: Sequence[tuple[Any, str]]) -> Any:
    """The value of a choice that a cell names by its label ("Pending"); the cell itself where none is."""
    text = str(value).strip().casefold()
    for known, label in pairs:
        if label.casefold() == text:
            return known
    return value
