"""Calendar feeds, byte by byte where RFC 5545 asks for it."""

from datetime import UTC, date, datetime

from icalendar import Calendar

from server.domain.calendars import DueDay, write_calendar

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def feed(**more: object) -> bytes:
    values = {"uid": "po-1@host", "title": "PO-1", "text": "", "day": date(2026, 3, 9), "link": "http://host/1"}
    return write_calendar("Acme Purchase Order", "-//host//Acme//EN", [DueDay(**{**values, **more})], NOW)  # type: ignore[arg-type]


def test_a_day_is_told_as_a_whole_day() -> None:
    lines = feed().decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert "PRODID:-//host//Acme//EN" in lines
    assert "DTSTART;VALUE=DATE:20260309" in lines
    assert "DTEND;VALUE=DATE:20260310" in lines
    assert "DTSTAMP:20260301T123000Z" in lines
    assert "STATUS:CONFIRMED" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_text_is_escaped() -> None:
    lines = feed(text="a, b; c\\d\nEND:VEVENT\r\nBEGIN:VEVENT\x1b[2J").decode().replace("\r\n ", "").split("\r\n")
    assert "DESCRIPTION:a\\, b\\; c\\\\d\\nEND:VEVENT\\nBEGIN:VEVENT\ufffd[2J" in lines
    assert lines.count("BEGIN:VEVENT") == 1


def test_long_lines_are_folded_between_letters() -> None:
    text = "Größe Ω " * 60
    content = feed(text=text)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode()  # no letter is cut in two
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["description"] == text


def test_a_cancelled_order_and_its_dates() -> None:
    (event,) = Calendar.from_ical(
        feed(cancelled=True, created=date(2026, 1, 2), changed=datetime(2026, 2, 3, 4, 5, tzinfo=UTC))
    ).walk("VEVENT")
    assert event["status"] == "CANCELLED"
    assert event.decoded("created") == datetime(2026, 1, 2, tzinfo=UTC)
    assert event.decoded("last-modified") == event.decoded("dtstamp") == datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
