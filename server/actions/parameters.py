"""The rules of parameters: what a template may be, and what a value of it may be."""

import math
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.actions.units import convert, custom_units, is_unit
from server.db.models.common import Parameter, ParameterTemplate, SelectionListEntry
from server.db.models.part import Part
from server.domain.errors import InvalidInput

__all__ = ["GLOBALLY", "WITHIN_MODEL", "check_template", "choices_of", "rebuild", "refuse_locked", "set_value"]

WITHIN_MODEL, GLOBALLY = 1, 2
"""How far the values of a template must differ: `ParameterTemplate.unique`."""

_YES = frozenset({"1", "y", "yes", "t", "true", "ok", "on"})


# ------------------------------------------------------------------------------------------------- templates


def check_template(session: Session, row: ParameterTemplate) -> None:
    """Refuse a template whose name is taken or whose units, choices and checkbox do not go together."""
    taken = select(ParameterTemplate.name).where(func.lower(ParameterTemplate.name) == row.name.lower())
    if row.pk is not None:
        taken = taken.where(ParameterTemplate.pk != row.pk)
    names = session.scalars(taken).all()
    if row.name in names:
        raise InvalidInput("Parameter Template with this Name already exists.", field="name")
    if names:
        raise InvalidInput("Parameter template name must be unique", field="name")
    if row.units and not is_unit(row.units, custom_units(session)):
        raise InvalidInput("Invalid physical unit", field="units")
    if row.checkbox and row.units:
        raise InvalidInput("Checkbox parameters cannot have units", field="units")
    if row.checkbox and row.choices:
        raise InvalidInput("Checkbox parameters cannot have choices", field="choices")
    choices = _split(row.choices)
    if len(set(choices)) != len(choices):
        raise InvalidInput("Choices must be unique", field="choices")


def _split(choices: str | None) -> list[str]:
    return [choice.strip() for choice in (choices or "").split(",") if choice.strip()]


def choices_of(session: Session, template: ParameterTemplate) -> Sequence[str]:
    """What values of the template must be among; none: anything goes."""
    if template.selectionlist_id is not None:
        entry = SelectionListEntry
        return session.scalars(
            select(entry.value).where(entry.list_id == template.selectionlist_id, entry.active.is_(True))
        ).all()
    return _split(template.choices)


def rebuild(session: Session, template: ParameterTemplate) -> None:
    """Work out the numbers of all values again, after the template's units have changed."""
    definitions = custom_units(session)
    for row in session.scalars(select(Parameter).where(Parameter.template_id == template.pk)):
        row.data_numeric = _number(template, row.data, definitions)


# ------------------------------------------------------------------------------------------------- values


def set_value(session: Session, row: Parameter, *, enforce_units: bool) -> None:
    """Check the value of a parameter, bring it into its form and work out its number. Raises InvalidInput."""
    template = session.get(ParameterTemplate, row.template_id)
    if template is None:
        raise InvalidInput(f'Invalid pk "{row.template_id}" - object does not exist.', field="template")
    if template.checkbox:
        row.data = str(row.data.strip().lower() in _YES)
    choices = choices_of(session, template)
    if choices and row.data not in choices:
        raise InvalidInput("Invalid choice for parameter value", field="data")
    definitions = custom_units(session)
    if template.units and enforce_units:
        try:
            convert(row.data, template.units, definitions)
        except InvalidInput as error:
            raise InvalidInput({"data": error.errors}) from None
    row.data_numeric = _number(template, row.data, definitions)
    _check_unique(session, row, template)


def _number(template: ParameterTemplate, data: str, definitions: tuple[str, ...]) -> float | None:
    """The number that a value is sorted and compared by: in the template's units, 1 or 0 for a checkbox."""
    if template.checkbox:
        return float(data == "True")
    try:
        number = convert(data, template.units, definitions) if template.units else float(data)
    except (InvalidInput, ValueError):
        return None
    return number if math.isfinite(number) else None


def _check_unique(session: Session, row: Parameter, template: ParameterTemplate) -> None:
    if template.unique not in (WITHIN_MODEL, GLOBALLY):
        return
    same = select(Parameter.pk).where(Parameter.template_id == row.template_id, Parameter.data == row.data)
    if template.unique == WITHIN_MODEL:
        same = same.where(Parameter.model_type == row.model_type)
    if row.pk is not None:
        same = same.where(Parameter.pk != row.pk)
    if session.scalar(same.limit(1)) is not None:
        raise InvalidInput("Parameter value must be unique for this template", field="data")


def refuse_locked(session: Session, label: str, pk: int) -> None:
    """Refuse to touch the parameters of a locked part."""
    if label == "part.part" and session.scalar(select(Part.locked).where(Part.pk == pk)):
        raise InvalidInput("Parameters of a locked part cannot be changed; unlock the part first.")
