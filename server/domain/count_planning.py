"""When stock is due to be counted, and how right the record was: by class and place, plus and minus never netted."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import TypeVar

__all__ = [
    "CLASSES", "HORIZON", "REASONS", "Accuracy", "Checked", "Stocked", "Urgency", "accuracy", "days_until_due",
    "due_reasons", "per_day", "urgency", "workload",
]  # fmt: skip

CLASSES = ("A", "B", "C")
NEARLY_EMPTY = Decimal(2)
"""So few are counted in passing."""
HORIZON = 14
"""For so many days the work is told day by day."""
REASONS = ("negative", "alert", "never counted", "interval passed", "nearly empty", "moved since")
"""Why an item is due, the most urgent first."""
_RANK = {reason: rank for rank, reason in enumerate(REASONS)}

Group = TypeVar("Group", bound=Hashable)
Urgency = tuple[int, float, str, int]


@dataclass(frozen=True, slots=True)
class Stocked:
    """A stock item, as far as it matters for when it is counted. `moved` is the day of its last movement."""

    quantity: Decimal
    counted: date | None
    moved: date | None
    name: str
    """The class of its part: A, B or C."""
    flagged: bool = False
    """Whether an alert names it."""


def due_reasons(item: Stocked, intervals: Mapping[str, int], today: date) -> tuple[str, ...]:
    """Why an item is to be counted, the most urgent reason first; nothing where it is not due."""
    counted, reasons = item.counted, []
    if item.quantity < 0:
        reasons.append("negative")
    if item.flagged:
        reasons.append("alert")
    if counted is None:
        reasons.append("never counted")
    elif (today - counted).days >= intervals[item.name]:
        reasons.append("interval passed")
    since = counted is None or (item.moved is not None and item.moved > counted)
    if since and item.quantity <= NEARLY_EMPTY:
        reasons.append("nearly empty")
    if counted is not None and since:
        reasons.append("moved since")
    return tuple(reasons)


def urgency(
    reasons: tuple[str, ...], item: Stocked, key: int, intervals: Mapping[str, int], today: date
) -> Urgency:  # fmt: skip
    """What due items sort by: the most urgent reason, then by how many intervals they are late, class and key."""
    late = (today - item.counted).days / max(1, intervals[item.name]) if item.counted is not None else 0.0
    return _RANK[reasons[0]], -late, item.name, key


def days_until_due(item: Stocked, intervals: Mapping[str, int], today: date) -> int:
    """In how many days the interval of an item that is not due yet will have passed; 0 where it has."""
    if item.counted is None:
        return 0
    return max(0, intervals[item.name] - (today - item.counted).days)


def workload(waits: Mapping[int, int], today: date, horizon: int = HORIZON) -> list[tuple[date, int]]:
    """How many lines come due on each of the next days. `waits`: how many items are due in so many days; what is due
    already (0) is today's."""
    return [(today + timedelta(days=day), waits.get(day, 0)) for day in range(horizon)]


def per_day(items: Mapping[str, int], intervals: Mapping[str, int]) -> int:
    """How many items are to be counted each day, so that each class keeps its interval."""
    return ceil(sum(Decimal(count) / max(1, intervals[name]) for name, count in items.items()))


@dataclass(frozen=True, slots=True)
class Checked:
    """A line that was counted: by how much the record was off, and whether that was within tolerance."""

    variance: Decimal
    expected: Decimal
    right: bool


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right the record was. `rate`: lines within tolerance; `off`: what was too much and too little together, as a
    share of what was expected (None where nothing was)."""

    lines: int
    right: int
    off: Decimal | None

    @property
    def rate(self) -> float:
        return round(self.right / self.lines, 4)


def accuracy(lines: Iterable[tuple[Group, Checked]]) -> dict[Group, Accuracy]:
    """The accuracy of each group, in no order. Too much in one line never makes up for too little in another."""
    lines_of: Counter[Group] = Counter()
    right: Counter[Group] = Counter()
    expected: dict[Group, Decimal] = {}
    off: dict[Group, Decimal] = {}
    for group, line in lines:
        lines_of[group] += 1
        right[group] += line.right
        expected[group] = expected.get(group, Decimal(0)) + line.expected
        off[group] = off.get(group, Decimal(0)) + abs(line.variance)
    return {
        group: Accuracy(count, right[group], off[group] / expected[group] if expected[group] else None)
        for group, count in lines_of.items()
    }
