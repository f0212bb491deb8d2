"""Calendar feeds (RFC 5545): days on which something is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from server.domain.spreadsheets import cleaned

if TYPE_CHECKING:
    from icalendar import Event

__all__ = ["DueDay", "write_calendar"]


@dataclass(frozen=True)
class DueDay:
    """Something that is due on a day. `uid` is unique in the world and stays the same, so that a calendar moves the
    entry instead of adding another one; `changed` is when it last changed (UTC)."""

    uid: str
    title: str
    text: str
    day: date
    link: str
    created: date | None = None
    changed: datetime | None = None
    cancelled: bool = False


def write_calendar(title: str, product: str, days: Sequence[DueDay], now: datetime) -> bytes:
    """The feed as an .ics file. `now` (UTC) stands for entries that do not say when they changed."""
    from icalendar import Calendar  # takes longer to load than a server to start

    calendar = Calendar()
    calendar.add("prodid", cleaned(product))
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", cleaned(title))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for due in days:
        calendar.add_component(_event(due, now))
    content: bytes = calendar.to_ical()
    return content


def _event(due: DueDay, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", cleaned(due.uid))
    event.add("dtstamp", due.changed or now)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))  # the day after: the end is not part of it
    event.add("summary", cleaned(due.title))
    event.add("description", cleaned(due.text))
    event.add("url", due.link)
    event.add("class", "PUBLIC")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if due.cancelled else "CONFIRMED")
    if due.created is not None:
        event.add("created", datetime.combine(due.created, time(), UTC))
    if due.changed is not None:
        event.add("last-modified", due.changed)
    return event
