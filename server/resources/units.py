"""Units of measure: the users' own, and all that can be used."""

from typing import Any

from sqlalchemy import select

from server.actions.units import Definitions, convert, registry_of
from server.db.models.common import CustomUnit
from server.domain.errors import InvalidInput
from server.rest.access import Authenticated, StaffWrites
from server.rest.context import Context
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape

__all__ = ["RESOURCES", "unit_definitions"]


def unit_definitions(context: Context) -> Definitions:
    """The users' own units, as conversions want them."""
    unit = CustomUnit.__table__.c
    rows = context.ask("units", lambda: select(unit.name, unit.definition, unit.symbol).order_by(unit.pk))
    return tuple(" = ".join(text for text in row if text) for row in rows)


def _check_unit(context: Context, values: dict[str, Any], row: CustomUnit | None) -> None:
    name = values.get("name")
    if name is not None and not name.isidentifier():
        raise InvalidInput("Unit name must be a valid identifier", field="name")
    for field in ("name", "symbol"):
        if values.get(field):
            _check_free(context, field, values[field], row)
    if "definition" in values:
        try:
            convert(values["definition"], definitions=unit_definitions(context))
        except InvalidInput:
            raise InvalidInput(f"{values['definition']} is no quantity of known units", field="definition") from None


def _check_free(context: Context, field: str, text: str, row: CustomUnit | None) -> None:
    other = context.session.scalar(select(CustomUnit.pk).where(getattr(CustomUnit, field) == text))
    if other is not None and (row is None or row.pk != other):
        raise InvalidInput(f"Custom Unit with this {field.capitalize()} already exists.", field=field)


UNITS = Resource(
    path="units/", access=StaffWrites(), shape=shape(CustomUnit, "pk", "name", "symbol", "definition"),
    title="Custom Unit", list_about="List view for custom units.", detail_about="List view for custom units.",
    ordering={name: name for name in ("pk", "name", "symbol", "definition")}, hooks=Hooks(prepare=_check_unit),
)  # fmt: skip


def _all_units(context: Context) -> dict[str, Any]:
    """Every unit with those that it can be turned into."""
    registry = registry_of(unit_definitions(context))
    units = {name: getattr(registry, name) for name in registry if hasattr(registry, name)}
    return {
        "default_system": registry.default_system,
        "available_systems": dir(registry.sys),
        "available_units": {
            name: {
                "name": name,
                "is_alias": registry.get_name(name) == name,
                "compatible_units": sorted(str(other) for other in unit.compatible_units()),
                "isdimensionless": unit.dimensionless,
            }
            for name, unit in units.items()
        },
    }


ALL_UNITS = Endpoint(
    path="units/all/", access=Authenticated(), title="All Unit List",
    description="List of all defined units.", methods={"GET": Route(_all_units)},
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (ALL_UNITS, UNITS)
