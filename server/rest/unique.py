"""Refusing what is there already, in InvenTree's words, before the database would."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select

from server.domain.errors import InvalidInput
from server.rest.context import Context

__all__ = ["refuse_same", "refuse_taken"]


def refuse_same(context: Context, row: Any, names: Sequence[str]) -> None:
    """Refuse the row when another one has the same values in all of the fields `names`; what is null equals nothing."""
    if _others(context, row, names):
        raise InvalidInput(f"The fields {', '.join(names)} must make a unique set.")


def refuse_taken(context: Context, row: Any, name: str, title: str) -> None:
    """Refuse the row when another one has its value in the field `name`; `title` is what people call the model."""
    if _others(context, row, (name,)):
        label = _attribute(type(row), name)[1].info.get("label", name)
        raise InvalidInput(f"{title} with this {label} already exists.", field=name)


def _others(context: Context, row: Any, names: Sequence[str]) -> bool:
    model = type(row)
    wanted = []
    for name in names:
        attribute, column = _attribute(model, name)
        value = getattr(row, attribute)
        if value is None:
            return False
        wanted.append(column == value)
    statement = select(model.pk).where(*wanted).limit(1)
    if row.pk is not None:
        statement = statement.where(model.pk != row.pk)
    with context.session.no_autoflush:
        return context.session.execute(statement).first() is not None


def _attribute(model: Any, name: str) -> tuple[str, Any]:
    columns = inspect(model).columns
    attribute = name if name in columns else f"{name}_id"
    return attribute, columns[attribute]
