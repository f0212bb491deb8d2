"""How right the record was in the counts of the last weeks: by class, place and week, within the tolerances."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from server.actions.counting.classes import PRICES, price_of_part
from server.actions.counting.closing import Tolerances
from server.actions.counting.records import ENTRIES, LINES, SESSIONS
from server.actions.stock.lines import LOCATIONS
from server.domain.count_planning import CLASSES, Accuracy, Checked, accuracy
from server.domain.counting import SessionStatus

__all__ = ["WEEKS", "record_accuracy"]

WEEKS = 12
LOCATIONS_TOLD = 100
"""So many locations are told, those with the most lines that were wrong."""


@dataclass(frozen=True, slots=True)
class _Line:
    abc: str
    place: tuple[int | None, str]
    week: str
    checked: Checked


def record_accuracy(
    connection: Connection, now: datetime, tolerances: Tolerances, classes: Mapping[int, str]
) -> dict[str, Any]:
    """How right the record was by class, location and week (its Monday), in one statement. What counts is what the
    last count of a line said: a wrong first count is no fault of the record."""
    lines = _lines(connection, now, tolerances, classes)

    def by(group: Callable[[_Line], Hashable]) -> dict[Any, Accuracy]:
        return accuracy((group(line), line.checked) for line in lines)

    by_class, by_place, by_week = by(lambda line: line.abc), by(lambda line: line.place), by(lambda line: line.week)
    worst = sorted(by_place.items(), key=lambda pair: (pair[1].right - pair[1].lines, pair[1].rate, pair[0][1]))
    return {
        "weeks": WEEKS, "lines": len(lines),
        "tolerance_percent": {name: float(tolerances.percent.get(name, 0)) for name in CLASSES},
        "tolerance_value": None if tolerances.value is None else float(tolerances.value),
        "by_class": [{"abc": name} | _told(by_class[name]) for name in CLASSES if name in by_class],
        "by_location": [
            {"location": key, "location_path": path} | _told(one) for (key, path), one in worst[:LOCATIONS_TOLD]
        ],
        "locations": len(by_place),
        "by_week": [{"week": week} | _told(one) for week, one in sorted(by_week.items())],
    }  # fmt: skip


def _lines(connection: Connection, now: datetime, tolerances: Tolerances, classes: Mapping[int, str]) -> list[_Line]:
    since = now - timedelta(weeks=WEEKS)
    counted = select(func.max(ENTRIES.c.counted_at)).where(ENTRIES.c.line_id == LINES.c.pk).scalar_subquery()
    joined = (
        SESSIONS.join(LINES, LINES.c.session_id == SESSIONS.c.pk)
        .outerjoin(LOCATIONS, LOCATIONS.c.pk == LINES.c.location_id)
        .outerjoin(PRICES, PRICES.c.part_id == LINES.c.part_id)
    )
    columns = (
        LINES.c.part_id, LINES.c.location_id, LOCATIONS.c.pathstring, LINES.c.variance, LINES.c.expected_then,
        price_of_part().label("price"), counted.label("counted_at"),
    )  # fmt: skip
    # A session is judged when it is closed; what was counted within the weeks was not closed before them.
    recent = (SESSIONS.c.closed > since, SESSIONS.c.status != int(SessionStatus.CANCELLED))
    found = []
    for row in connection.execute(select(*columns).select_from(joined).where(*recent, LINES.c.variance.is_not(None))):
        if row.counted_at is None or row.counted_at <= since:
            continue
        monday = (row.counted_at - timedelta(days=row.counted_at.weekday())).date().isoformat()
        abc = classes.get(row.part_id, "C")
        right = tolerances.of(abc).allows(row.variance, row.expected_then, row.price)
        checked = Checked(row.variance, row.expected_then, right)
        found.append(_Line(abc, (row.location_id, row.pathstring or ""), monday, checked))
    return found


def _told(one: Accuracy) -> dict[str, Any]:
    off = None if one.off is None else round(float(one.off), 4)
    return {"lines": one.lines, "right": one.right, "rate": one.rate, "off": off}
