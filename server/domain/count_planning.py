"""When stock is due to be counted, and how right the record was: by class and place, plus and minus never netted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

__all__ = ["Accuracy", "Checked", "Stocked", "accuracy", "due_reasons", "workload"]

NEARLY_EMPTY = Decimal(2)
"""So few are counted in passing."""


@dataclass(frozen=True, slots=True)
class Stocked:
    """A stock item, as far as it matters for when it is counted. `moved` is the day of its last movement."""

    quantity: Decimal
    counted: date | None
    moved: date | None
    name: str
    """The class of its part: A, B or C."""


def due_reasons(item: Stocked, intervals: Mapping[str, int], today: date) -> tuple[str, ...]:
    """Why an item is to be counted, the most urgent reason first; nothing where it is not due."""
    reasons = []
    if item.quantity < 0:
        reasons.append("negative")
    if item.counted is None:
        reasons.append("never counted")
    elif today - item.counted >= timedelta(days=intervals.get(item.name, 180)):
        reasons.append("interval passed")
    since = item.counted is None or (item.moved is not None and item.moved > item.counted)
    if since and item.quantity <= NEARLY_EMPTY:
        reasons.append("nearly empty")
    if item.counted is not None and since:
        reasons.append("moved since")
    return tuple(reasons)


def workload(items: Mapping[str, int], intervals: Mapping[str, int]) -> int:
    """How many items are to be counted each day, so that each class keeps its interval."""
    return ceil(sum(Decimal(count) / max(1, intervals.get(name, 180)) for name, count in items.items()))


@dataclass(frozen=True, slots=True)
class Checked:
    """A line that was counted for the first time: by how much it was off, and whether that was within tolerance."""

    group: str
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


def accuracy(lines: Iterable[Checked]) -> dict[str, Accuracy]:
    """The accuracy of each group."""
    groups: dict[str, list[Checked]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    return {name: _accuracy(found) for name, found in sorted(groups.items())}


def _accuracy(lines: list[Checked]) -> Accuracy:
    expected = sum((line.expected for line in lines), Decimal(0))
    off = sum((abs(line.variance) for line in lines), Decimal(0))
    return Accuracy(len(lines), sum(line.right for line in lines), off / expected if expected else None)
