"""A month as a grid: a line of days for each week, with how many orders are due on each."""

import calendar
from collections.abc import Mapping
from datetime import date

from textual.content import Content
from textual.widget import Widget

__all__ = ["MonthGrid"]

#: Cells of a day.
_DAY = 7
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class MonthGrid(Widget, can_focus=False):
    """`show` says which month, how many orders are due on which day, and which day is pointed at.

    A day is written ` 24 3`, with `!` after the number when they are late and `>` before it when it is the one pointed
    at; today is underlined and has a dot.
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
        lines.append(Content("".join(f" {day}".ljust(_DAY) for day in _DAYS)).stylize("$muted"))
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
            lines += [Content("").join([self._day(day, today, pointed) for day in week]), Content("")]
        if self._capped:
            lines.append(Content("Too many orders: not all are counted.").stylize("$warn"))
        return Content("\n").join(lines)

    def _day(self, day: date, today: date, pointed: date | None) -> Content:
        if day.month != self._shown[0].month:
            return Content(" " * _DAY)
        count = self._counts.get(day, 0)
        number = "99+" if count > 99 else str(count or "")
        late = "!" if count and day < today else ""
        dot = "." if day == today else ""
        text = f"{'>' if day == pointed else ' '}{day.day}{dot} {number}{late}".rstrip()
        style = (
            "bold reverse" if day == pointed else "bold underline" if day == today else "bold" if count else "$muted"
        )
        return Content(text[:_DAY]).stylize(style).pad_right(max(0, _DAY - len(text)))
