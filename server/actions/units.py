"""Physical units: what a quantity with a unit is in another unit. The one owner of pint.

pint is large, so it is loaded when the first quantity is converted. The registry holds InvenTree's additions and the
users' own units; it is made anew when those have changed.
"""

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.models.common import CustomUnit
from server.domain.errors import InvalidInput

if TYPE_CHECKING:
    from pint import UnitRegistry

__all__ = ["Definitions", "convert", "custom_units", "has_dimension", "is_unit", "registry_of"]

Definitions = tuple[str, ...]
"""The users' own units as pint defines them: "hogshead = 250 litre = hh"."""

_STANDARD = (
    "@alias degC = Celsius", "@alias degF = Fahrenheit", "@alias degK = Kelvin",
    "piece = 1", "each = 1 = ea", "dozen = 12 = dz", "hundred = 100", "thousand = 1000",
)  # fmt: skip
_LONGEST = 200
_POWER = re.compile(r"(?:\*\*|\^)\s*")
_SMALL_POWER = re.compile(r"(?:\*\*|\^)\s*[-+]?\d{1,2}(?![\d.])(?!\s*(?:\*\*|\^))")
_ENGINEERING = re.compile(r"(\d+)([a-zA-Z]+)(\d+)(.*)")


def custom_units(session: Session) -> Definitions:
    """The users' own units."""
    rows = session.execute(
        select(CustomUnit.name, CustomUnit.definition, CustomUnit.symbol).order_by(CustomUnit.pk)
    ).all()
    return tuple(" = ".join(text for text in (name, definition, symbol) if text) for name, definition, symbol in rows)


@lru_cache(maxsize=4)
def registry_of(definitions: Definitions) -> "UnitRegistry[Any]":
    """pint's registry with these units added; what cannot be understood is left out."""
    from pint import UnitRegistry
    from pint.errors import PintError

    registry: UnitRegistry[Any] = UnitRegistry(autoconvert_offset_to_baseunit=True)
    for line in _STANDARD:
        registry.define(line)
    for line in definitions:
        try:
            registry.define(line)
        except (PintError, ValueError, TypeError):
            continue  # it was taken in by an older version of the units; the others must still work
    return registry


def is_unit(text: str, definitions: Definitions = ()) -> bool:
    """Whether pint knows this as a unit ("mm", "ohm")."""
    if not _harmless(text):
        return False
    registry = registry_of(definitions)
    try:
        return text in registry
    except Exception:  # noqa: BLE001 - pint's parser raises nearly anything on odd input
        return False


def convert(text: str, unit: str = "", definitions: Definitions = ()) -> float:
    """The number that a quantity ("12.5 cm", "1/2 dozen", "4k7", "5") is in `unit`; one without a unit of its own is
    taken to be in `unit` already. Without `unit`: in base units. Raises InvalidInput with a text."""
    original = text.strip()
    if unit and not is_unit(unit, definitions):
        raise InvalidInput([f"Invalid unit provided: ({unit})"])
    if not original:
        raise InvalidInput(["No value provided"])
    found = _first(_readings(original, unit), unit, definitions) if _harmless(original) else None
    if found is None:
        raise InvalidInput([f"Could not convert {original} to {unit}" if unit else "Invalid quantity provided"])
    return found


def has_dimension(text: str, definitions: Definitions = ()) -> bool:
    """Whether a quantity is more than a bare number: "5 m" is, "5" and "1/2 dozen" are not."""
    registry = registry_of(definitions)
    for reading in _readings(text.strip(), "") if _harmless(text) else ():
        try:
            value: Any = registry.Quantity(reading)
            return bool(value.to_base_units().units != registry.dimensionless)
        except Exception:  # noqa: BLE001, S112 - as in is_unit
            continue
    return False


def _harmless(text: str) -> bool:
    """pint works out what it is given: 9**9**9 would keep it busy for years."""
    if len(text) > _LONGEST:
        return False
    return len(_POWER.findall(text)) == len(_SMALL_POWER.findall(text))


def _readings(text: str, unit: str) -> list[str]:
    """What the text may stand for, the likeliest first."""
    for mark, name in (("'", " feet"), ('"', " inches")):
        if text.count(mark) == 1 and text.endswith(mark):
            text = text.replace(mark, name)
    found = [text]
    if match := _ENGINEERING.match(text):
        left, prefix, right, rest = match.groups()
        found.append(f"{left}.{right}{prefix}{rest}")
    return found + [f"{reading}{unit}" for reading in found] if unit else found


def _first(readings: list[str], unit: str, definitions: Definitions) -> float | None:
    registry = registry_of(definitions)
    for reading in readings:
        try:
            magnitude = _magnitude(registry, reading, unit)
        except Exception:  # noqa: BLE001, S112 - as above; the next reading may do
            continue
        if math.isfinite(magnitude):
            return magnitude
    return None


def _magnitude(registry: "UnitRegistry[Any]", reading: str, unit: str) -> float:
    value: Any = registry.Quantity(reading)
    if not unit:
        return float(registry.Quantity(value.to_base_units().magnitude).to_base_units().magnitude)
    if value.to_base_units().units == registry.dimensionless:
        value = registry.Quantity(value.to_base_units().magnitude, unit)
    magnitude = registry.Quantity(value.to(registry.Unit(unit))).magnitude
    return float(magnitude)
