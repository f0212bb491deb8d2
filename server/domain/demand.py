"""Demand by period: what was wanted of a part, by cause, and for how many days there was none to give."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

__all__ = ["Bucket", "Span", "bucket_starts", "next_start", "start_of"]

Span = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One period that begins at `start`. Quantities are in units of the part and never negative: `sold` (net of what
    came back in the same period), `consumed` (by builds, assemblies, removals), `lost` (missing at counts, lost,
    destroyed). `out_of_stock_days`: the days of the period on which nothing was available all day long; no sales on
    them does not mean no demand."""

    start: date
    sold: Decimal
    consumed: Decimal
    lost: Decimal
    out_of_stock_days: int


def start_of(day: date, span: Span) -> date:
    """The first day of the period that `day` is in; weeks begin on Monday."""
    match span:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def next_start(start: date, span: Span) -> date:
    """The first day of the period after the one that begins at `start`."""
    match span:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            return (start + timedelta(days=31)).replace(day=1)


def bucket_starts(since: date, until: date, span: Span) -> Iterator[date]:
    """The starts of the periods that lie wholly between `since` and `until` (the first day that is not in)."""
    start = start_of(since, span)
    if start < since:
        start = next_start(start, span)
    while (end := next_start(start, span)) <= until:
        yield start
        start = end
