"""The planner's figures as lines of text, and what is due as rows of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap

from tui.counting.planning import DueLine, Plan, Score, reason_words
from tui.screens.count_rows import end_of
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.text_lines import TextLine

__all__ = ["Only", "due_view", "figure_lines", "percent", "sparkline"]

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-=+*%#"
LOCATIONS = 40
#: Cells before the figures.
LABEL = 9


@dataclass(frozen=True, slots=True)
class Only:
    """What a line of figures narrows the due list to."""

    abc: str = ""
    location: int | None = None
    path: str = ""


def sparkline(values: Sequence[float | None], *, top: float = 0.0, plain: bool = False) -> str:
    """A bar of one cell for each value, from nothing to the largest (`top` at the least); a blank for None. Anything
    above nothing is more than the lowest bar."""
    signs = PLAIN if plain else BLOCKS
    most = max([top, *(value for value in values if value is not None)])
    last = len(signs) - 1

    def sign(value: float | None) -> str:
        if value is None:
            return " "
        return signs[0] if value <= 0 or most <= 0 else signs[max(1, round(value / most * last))]

    return "".join(map(sign, values))


def percent(right: int, lines: int) -> str:
    """How many of the lines were right; 100% only where all were."""
    return f"{right * 1000 // lines / 10:.1f}%" if lines else "-"


def due_view(today: Callable[[], date], *, classes: bool) -> ResourceView:
    """The columns of the due list."""
    columns = [
        Column("reason", "Why", lambda line: reason_words(line, today()), width=34, min_width=24, flex=3, priority=1,
               hint=_hint),
        Column("part", "Part", lambda line: line.name, width=22, min_width=14, flex=2, priority=0),
        Column("location", "Location", lambda line: end_of(line.path or "no location", 24), width=22, min_width=18,
               flex=2, priority=2),
        Column("mark", "Batch/serial", lambda line: line.mark, width=12, priority=5, hint="muted"),
        Column("sheet", "On sheet", lambda line: line.sheet, width=9, min_width=7, priority=3, hint="muted"),
    ]  # fmt: skip
    if classes:
        columns.insert(0, Column("abc", "Cl", lambda line: line.abc, width=2, priority=3))
    keys = tuple(column.key for column in columns)
    return ResourceView("planner", "count/due/", tuple(columns), keys, orderings={}, ordering="")


def _hint(line: DueLine) -> str:
    return "bad" if line.reasons[0] == "negative" else "warn" if line.reasons[0] in ("alert", "never counted") else ""


def figure_lines(plan: Plan, width: int = 200, *, plain: bool = False) -> list[TextLine]:
    """All the figures, in lines of at most `width` cells: what is due, the work of the next days, how right the record
    was."""
    return [piece for line in _figures(plan, plain=plain) for piece in _wrapped(line, width)]


def _wrapped(line: TextLine, width: int) -> list[TextLine]:
    """The line in as many as it takes, cut at blanks; each stands for the same."""
    (label, muted), (text, style) = line.pieces
    room = max(12, width - LABEL)
    pieces = wrap(text, room, replace_whitespace=False, break_on_hyphens=False) if len(text) > room else [text]
    labels = [label] + [" " * LABEL] * (len(pieces) - 1)
    return [
        TextLine(((each, muted), (piece, style)), line.copy, line.value)
        for each, piece in zip(labels, pieces, strict=True)
    ]


def _figures(plan: Plan, *, plain: bool) -> list[TextLine]:
    lines = [*_due_lines(plan), _day_line(plan, plain=plain)]
    if not plan.knows_accuracy:
        return [*lines, _line("Record", "accuracy is not available: this server keeps no counts", "muted")]
    if not plan.by_class:
        return [*lines, _line("Record", f"nothing was counted and closed in {plan.weeks} weeks", "muted")]
    return [*lines, *_trend_lines(plan, plain=plain), *_class_lines(plan), *_location_lines(plan)]


def _line(label: str, text: str, style: str = "", value: object = None) -> TextLine:
    return TextLine(((f"{label:<{LABEL}}", "muted"), (text, style)), text, value)


def _due_lines(plan: Plan) -> list[TextLine]:
    found = []
    for group in plan.groups:
        label = f"Class {group.abc}" if group.abc else "Due"
        words = ", ".join(f"{lines} {reason}" for reason, lines in group.reasons.items())
        text = f"{group.due} of {group.items} due, every {group.every} days"
        found.append(_line(label, text + (f": {words}" if words else ""), value=Only(abc=group.abc)))
    if plan.being_counted:
        found.append(_line("", f"{plan.being_counted} are counted and wait to be posted", "muted"))
    return found


def _day_line(plan: Plan, *, plain: bool) -> TextLine:
    # Beside what is due already, the days to come would all be as low as can be.
    later = plan.days[1:]
    bars = sparkline([day.lines for day in later], plain=plain)
    most = max(later, key=lambda day: day.lines, default=None)
    peak = f", most {most.lines} on {most.day:%a %d %b}" if most is not None and most.lines else ""
    text = f"{plan.days[0].lines if plan.days else 0} today, then {bars} {sum(day.lines for day in later)} in "
    text += f"{len(later)} days{peak}; {plan.per_day} a day keep up"
    return _line("Work", text)


def _trend_lines(plan: Plan, *, plain: bool) -> list[TextLine]:
    """The share of right lines by week; a week without counts is a gap."""
    known = {score.name: score for score in plan.by_week}
    first, last = date.fromisoformat(plan.by_week[0].name), date.fromisoformat(plan.by_week[-1].name)
    weeks = [(first + timedelta(weeks=number)).isoformat() for number in range((last - first).days // 7 + 1)]
    shares = [known[week].right / known[week].lines if week in known else None for week in weeks]
    right, lines = sum(score.right for score in plan.by_week), sum(score.lines for score in plan.by_week)
    newest = plan.by_week[-1]
    text = f"{sparkline(shares, top=1, plain=plain)} {percent(right, lines)} of {lines} lines in {plan.weeks} weeks"
    figures = "  ".join(
        f"{date.fromisoformat(score.name):%d %b} {percent(score.right, score.lines)} of {score.lines}"
        for score in reversed(plan.by_week)
    )
    return [
        _line("Record", f"{text}, last {percent(newest.right, newest.lines)}", "strong"),
        _line("By week", figures),
    ]


def _class_lines(plan: Plan) -> list[TextLine]:
    worth = "" if plan.tolerance_value is None else f" and {plan.tolerance_value:g} in money"
    return [
        _line(f"Record {score.name}", f"{_scored(score)}, tolerance {score.tolerance:g}%{worth}",
              value=Only(abc=score.name))
        for score in plan.by_class
    ]  # fmt: skip


def _location_lines(plan: Plan) -> list[TextLine]:
    shown = plan.by_location[:LOCATIONS]
    lines = [_line("Places", f"{plan.locations} counted, those with most wrong lines first:")]
    lines += [
        _line("", f"{_scored(score)}  {score.name or 'no location'}", value=Only(location=score.key, path=score.name))
        for score in shown
    ]
    if plan.locations > len(shown):
        lines.append(_line("", f"and {plan.locations - len(shown)} more", "muted"))
    return lines


def _scored(score: Score) -> str:
    off = "" if score.off is None else f", off by {score.off:.1%}"
    return f"{percent(score.right, score.lines)} of {score.lines}{off}"
