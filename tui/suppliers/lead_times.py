"""How long a supplier really takes, from what was received. All pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

__all__ = ["NO_RECEIPTS", "LeadTimes", "Receipt", "lead_times", "percentile"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came: when they were ordered, promised and received."""

    issued: date | None
    promised: date | None
    received: date


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """`median` and `p90` in days from order to receipt, None without a dated receipt; `on_time` a share from 0 to 1 of
    the receipts that had a promised date, None when none had; `receipts` is how many were looked at."""

    receipts: int
    median: float | None
    p90: float | None
    on_time: float | None


NO_RECEIPTS = LeadTimes(0, None, None, None)


def percentile(values: Sequence[float], share: float) -> float:
    """The percentile by linear interpolation between the closest ranks (Hyndman and Fan's type 7, as in spreadsheets).

    Raises ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def lead_times(receipts: Iterable[Receipt]) -> LeadTimes:
    """The figures of some receipts. One that is dated before its order counts as a lead time of 0 days."""
    known = list(receipts)
    days = [max(0, (each.received - each.issued).days) for each in known if each.issued is not None]
    kept = [each.received <= each.promised for each in known if each.promised is not None]
    return LeadTimes(
        receipts=len(known),
        median=float(median(days)) if days else None,
        p90=percentile(days, 0.9) if days else None,
        on_time=sum(kept) / len(kept) if kept else None,
    )
