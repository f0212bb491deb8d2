"""Weeks, months and years: where they begin and what they are called."""

from datetime import date, timedelta
from typing import Literal

__all__ = ["MONTHS", "Span", "label_of", "next_start", "start_of", "starts_until", "title_of", "year_before"]

Span = Literal["week", "month", "year"]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def start_of(day: date, span: Span) -> date:
    """The first day of the period that `day` is in; weeks begin on Monday."""
    if span == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if span == "month" else day.replace(month=1, day=1)


def next_start(start: date, span: Span) -> date:
    """The first day of the period after the one that begins at `start`."""
    if span == "week":
        return start + timedelta(days=7)
    return start_of(start + timedelta(days=32 if span == "month" else 366), span)


def starts_until(last: date, span: Span, count: int) -> list[date]:
    """The starts of `count` periods, oldest first; the last is the one that `last` is in."""
    starts = [start_of(last, span)]
    while len(starts) < count:
        starts.append(start_of(starts[-1] - timedelta(days=1), span))
    return starts[::-1]


def year_before(start: date, span: Span) -> date:
    """The start of the period that this one is compared with: 52 weeks before for a week, so that it has the same
    days of the week."""
    if span == "week":
        return start - timedelta(weeks=52)
    return start.replace(year=start.year - 1)


def label_of(start: date, span: Span) -> str:
    """A period as an axis calls it: "W47", "Nov", "2026"."""
    if span == "week":
        return f"W{start.isocalendar().week:02}"
    return MONTHS[start.month - 1] if span == "month" else str(start.year)


def title_of(start: date, span: Span) -> str:
    """A period as a list calls it: "2026 W47", "2026 Nov", "2026"."""
    if span == "week":
        year, week, _ = start.isocalendar()
        return f"{year} W{week:02}"
    return f"{start.year} {MONTHS[start.month - 1]}" if span == "month" else str(start.year)
