"""A month as a grid: a line of days for each week, with how many orders are due on each."""

import calendar
from collections.abc import Mapping
from datetime import date

from textual.content import Content
from textual.widget import Widget

__all__ = ["MonthGrid"]

_DAY = 6
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class MonthGrid(Widget, can_focus=False):
    """`show` says which month, how many orders are due on which day, and which day is pointed at.

    A day is written `24 3`, with `!` after the number when they are late, in brackets when it is the one pointed at;
    today is underlined and has a dot.
    """

    DEFAULT_CSS = "MonthGrid { height: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[date, date, date | None] = (date.min, date.min, None)
        self._counts: Mapping[date, int] = {}
        self._capped = False

    @property
    def month(self) -> date:
        """The first day of the month shown."""
        return self._shown[0]

    def show(
        self, month: date, today: date, pointed: date | None, counts: Mapping[date, int], *, capped: bool = False
    ) -> None:
        """Show a month; `capped` when there are more orders than were counted."""
        wanted = (month.replace(day=1), today, pointed)
        if (wanted, counts, capped) != (self._shown, self._counts, self._capped):
            self._shown, self._counts, self._capped = wanted, dict(counts), capped
            self.refresh()

    def render(self) -> Content:
        month, today, pointed = self._shown
        if month == date.min:
            return Content()
        lines = [Content(f"{calendar.month_name[month.month]} {month.year}").stylize("bold")]
        lines.append(Content("".join(day.ljust(_DAY) for day in _DAYS)).stylize("$muted"))
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
            lines += [Content("").join([self._day(day, today, pointed) for day in week]), Content("")]
        if self._capped:
            lines.append(Content("Too many orders: not all are counted.").stylize("$warn"))
        return Content("\n").join(lines)

    def _day(self, day: date, today: date, pointed: date | None) -> Content:
        if day.month != self._shown[0].month:
            return Content(" " * _DAY)
        count = self._counts.get(day, 0)
        mark = f"{count}{'!' if day < today else ''}" if count else ""
        text = f"{day.day}{'.' if day == today else ''}"
        text = f"{text} {mark}" if mark else text
        text = f"[{text}]" if day == pointed else f" {text}"
        style = (
            "bold reverse" if day == pointed else "bold underline" if day == today else "bold" if count else "$muted"
        )
        return Content(text[:_DAY]).stylize(style).pad_right(_DAY - len(text[:_DAY]))
