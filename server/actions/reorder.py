"""What there is of each part that can be bought, and what is short of it at which supplier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from server.actions.counting.sheet import at_or_below
from server.alerts import figures
from server.alerts.declare import Asked
from server.db.models.alerts import LocationLevel
from server.db.models.part import PartCategory
from server.domain.replenishment import (
    NO_DEMAND,
    NO_LEVELS,
    Candidate,
    Choice,
    Demand,
    LeadTime,
    Level,
    Levels,
    Need,
    Policy,
    Position,
    best,
    choice_of,
    cover_days,
    levels_of,
    need_of,
)

__all__ = ["Line", "Narrowed", "Prices", "Stocked", "line_of", "most_urgent", "stocked_parts"]

_LEVELS: Table = LocationLevel.__table__  # type: ignore[assignment]
_CATEGORIES: Table = PartCategory.__table__  # type: ignore[assignment]
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which parts are looked at: one, those of a category or below, those of a location or below (where they usually
    lie, are stocked, or have a level)."""

    part: int | None = None
    category: int | None = None
    location: int | None = None


@dataclass(frozen=True, slots=True)
class Stocked:
    """A part that can be bought, and what there is of it."""

    pk: int
    name: str
    number: str
    units: str
    minimum: Decimal
    position: Position
    levels: Levels


@dataclass(frozen=True, slots=True)
class Prices:
    """What amounts are compared in: the common currency, and what one unit of the base currency buys of each."""

    common: str
    rates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the desk. `candidate` and `choice` are None where nobody supplies the part, `choice` where nothing is
    short. `cover`: for how many days what is free lasts."""

    part: Stocked
    need: Need
    candidate: Candidate | None
    choice: Choice | None
    offers: int
    cover: float | None


def stocked_parts(connection: Connection, only: Narrowed, now: datetime) -> list[Stocked]:
    """The active parts that can be bought, templates and virtual ones left out (their variants are there). Three
    statements at the most, whatever there is."""
    parts, asked = figures.PARTS, _asked(connection, only, now)
    sources = [figures.stock(asked), figures.on_order(asked), figures.promised(asked)]
    joined = parts
    for source in sources:
        joined = joined.outerjoin(source, source.c.part_id == parts.c.pk)  # type: ignore[assignment]
    columns = (parts.c.pk, parts.c.name, parts.c.IPN, parts.c.units, parts.c.minimum_stock)
    rows = connection.execute(
        select(*columns, *(source.c.quantity for source in sources)).select_from(joined).where(
            parts.c.active.is_(True), parts.c.purchaseable.is_(True), parts.c.virtual.is_(False),
            parts.c.is_template.is_(False), *_narrowing(connection, only),
        )
    )  # fmt: skip
    levels = _levels(connection, only)
    return [
        Stocked(
            pk, name, number or "", units or "", minimum or _NOTHING,
            Position(here or _NOTHING, coming or _NOTHING, away or _NOTHING), levels.get(pk, NO_LEVELS),
        )
        for pk, name, number, units, minimum, here, coming, away in rows
    ]  # fmt: skip


def _asked(connection: Connection, only: Narrowed, now: datetime) -> Asked:
    keys = None if only.part is None else (only.part,)
    return Asked(connection, now.astimezone(UTC), {}, {}, only=keys, family=keys)


def _narrowing(connection: Connection, only: Narrowed) -> list[ColumnElement[bool]]:
    parts, found = figures.PARTS, []
    if only.part is not None:
        found.append(parts.c.pk == only.part)
    if only.category is not None:
        found.append(at_or_below(connection, _CATEGORIES, parts.c.category_id, only.category, below=True))
    if only.location is not None:
        found.append(_is_at(connection, only.location))
    return found


def _is_at(connection: Connection, location: int) -> ColumnElement[bool]:
    def there(column: ColumnElement[int | None]) -> ColumnElement[bool]:
        return at_or_below(connection, figures.LOCATIONS, column, location, below=True)

    stocked = select(figures.ITEMS.c.part_id).where(there(figures.ITEMS.c.location_id))
    wanted = select(_LEVELS.c.part_id).where(there(_LEVELS.c.location_id))
    parts = figures.PARTS.c
    return or_(there(parts.default_location_id), parts.pk.in_(stocked), parts.pk.in_(wanted))


def _levels(connection: Connection, only: Narrowed) -> dict[int, Levels]:
    places = figures.LOCATIONS
    wanted = select(_LEVELS.c.part_id, places.c.tree_path, _LEVELS.c.minimum, _LEVELS.c.maximum).join(
        places, places.c.pk == _LEVELS.c.location_id
    )
    if only.part is not None:
        wanted = wanted.where(_LEVELS.c.part_id == only.part)
    found: dict[int, list[Level]] = {}
    for part, path, minimum, maximum in connection.execute(wanted):
        found.setdefault(part, []).append(Level(path, minimum or _NOTHING, maximum))
    return {part: levels_of(levels) for part, levels in found.items()}


def line_of(
    part: Stocked, demand: Demand | None, candidates: Sequence[Candidate], policy: Policy, usual: LeadTime,
    prices: Prices,
) -> Line:  # fmt: skip
    """The line of a part: its best supplier for what would be short at the slowest of them, and what is short there.
    `usual` is the lead time of parts that nobody supplies."""

    def need(lead: LeadTime) -> Need:
        return need_of(part.position, demand or NO_DEMAND, lead, policy, part.minimum, part.levels)

    cover = cover_days(part.position, demand or NO_DEMAND)
    needs = {one.pk: need(one.lead) for one in candidates}
    wanted = max((one.short for one in needs.values()), default=_NOTHING)
    if wanted <= 0:
        usual_one = next((one for one in candidates if one.primary), candidates[0] if candidates else None)
        found = needs[usual_one.pk] if usual_one is not None else need(usual)
        return Line(part, found, usual_one, None, len(candidates), cover)
    chosen = best(candidates, wanted, prices.common, prices.rates)
    if chosen is None or needs[chosen.pk].short <= 0:
        return Line(part, needs[chosen.pk] if chosen else need(usual), chosen, None, len(candidates), cover)
    found = needs[chosen.pk]
    choice = choice_of(chosen, found.short, prices.common, prices.rates)
    return Line(part, found, chosen, choice, len(candidates), cover)


def most_urgent(lines: Iterable[Line]) -> list[Line]:
    """What runs out first comes first; what nobody uses, by how much of the minimum is missing."""

    def key(line: Line) -> tuple[bool, float, float, str, int]:
        share = float(line.need.position.net / line.need.needed) if line.need.needed else 1.0
        return line.cover is None, line.cover or 0.0, share, line.part.name, line.part.pk

    return sorted(lines, key=key)
