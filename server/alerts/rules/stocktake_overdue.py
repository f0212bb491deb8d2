"""Items in a location were not counted within the interval of their class. One alert for each location: what is to be
done is a count there."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from server.actions.counting.classes import classes_of_parts
from server.actions.counting.sheet import on_shelf
from server.alerts.declare import Asked, Rule
from server.alerts.figures import ITEMS, LOCATIONS
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "is_overdue"]

DEFAULTS = {"A": 30, "B": 90, "C": 180}


def is_overdue(overdue: int, items: int, percent: float) -> bool:
    """Whether so many of the items of a location are overdue that it is told."""
    return overdue > 0 and overdue * 100 >= items * percent


def _intervals(kept: Mapping[str, str]) -> dict[str, int]:
    told = {name: kept.get(f"COUNT_INTERVAL_{name}", "").strip() for name in DEFAULTS}
    return {name: int(text) if text.isdigit() else DEFAULTS[name] for name, text in told.items()}


def _by_location(asked: Asked) -> Select[Any]:
    """For each location: its items, those that are overdue, and when the first of them was counted."""
    classes = classes_of_parts(asked.connection, asked.now)
    today, grace = asked.now.date(), asked.limits["grace_days"]
    limits = {name: today - timedelta(days=days + grace) for name, days in _intervals(asked.kept).items()}
    often = {name: [part for part, found in classes.items() if found == name] for name in ("A", "B")}
    until = case(
        *((ITEMS.c.part_id.in_(parts), limits[name]) for name, parts in often.items() if parts), else_=limits["C"]
    ) if any(often.values()) else limits["C"]  # fmt: skip
    counted = func.coalesce(ITEMS.c.stocktake_date, func.date(ITEMS.c.creation_date))
    oldest = func.min(ITEMS.c.stocktake_date)
    late = case((or_(counted.is_(None), counted < until), 1), else_=0)
    return (
        select(ITEMS.c.location_id, LOCATIONS.c.pathstring, func.count(), func.sum(late), oldest)
        .select_from(ITEMS.join(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id))
        .where(*on_shelf(), ITEMS.c.quantity > 0, *asked.among(ITEMS.c.location_id))
        .group_by(ITEMS.c.location_id, LOCATIONS.c.pathstring)
    )  # fmt: skip


def _find(asked: Asked) -> Iterator[Found]:
    for location, path, items, overdue, oldest in asked.connection.execute(_by_location(asked)):
        if is_overdue(int(overdue), items, asked.limits["percent"]):
            yield Found(
                f"location:{location}", Severity.WARNING,
                f"{path}: {int(overdue)} of {items} items are overdue to be counted",
                {"have": int(overdue), "items": items, "oldest": oldest.isoformat() if oldest else None},
                {"location": location},
            )  # fmt: skip


RULE = Rule(BY_KEY["stocktake_overdue"], _find, "location")
