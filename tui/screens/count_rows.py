"""The lines of a count sheet as rows of a table."""

from tui.counting.count import Count
from tui.counting.lines import CountLine
from tui.views.formats import quantity
from tui.widgets.columns import Column

__all__ = ["count_columns", "end_of", "steady_rate"]

_WIDE = 100


def end_of(path: str, room: int) -> str:
    """The last levels of a path that fit, the last one in any case: it is what stands on the shelf."""
    shown = path
    while len(shown) > room and "/" in shown.removeprefix("…/"):
        shown = "…/" + shown.removeprefix("…/").partition("/")[2]
    return shown


def steady_rate(per_hour: int) -> int:
    """Lines per hour in two figures: more change with every line, and nobody plans by them."""
    return round(per_hour, min(0, 2 - len(str(per_hour))))


def count_columns(count: Count, width: int) -> tuple[Column, ...]:
    """The columns for a screen of this width. What is expected is a column only where the count is open."""
    room = 40 if width >= _WIDE else 12
    refused = {entry.line for entry in count.refused.values()}

    def state(line: CountLine) -> str:
        if line.number in refused:
            return "! refused"
        if line.number in count.totals:
            return ""
        if line.number in count.skipped:
            return "~ later"
        if line.number in count.done:
            return "= others"
        return f"= {count.taken[line.number]}" if line.number in count.taken else ""

    def counted(line: CountLine) -> str:
        total = count.totals.get(line.number)
        return f"{quantity(total)} {line.units}".rstrip() if total is not None else ""

    def hint(line: CountLine) -> str:
        return "bad" if line.number in refused else "muted"

    columns = [
        Column("state", "", state, width=9, min_width=9, priority=2, hint=hint),
        Column("counted", "Counted", counted, width=12, min_width=7, align="right", priority=0, hint="number"),
        Column(
            "location", "Location", lambda line: end_of(line.where, room), width=24, min_width=12, flex=2, priority=1
        ),
        Column("part", "Part", lambda line: line.name, width=20, min_width=12, flex=3, priority=3),
        Column(
            "mark", "Batch/serial", lambda line: line.mark.removeprefix("batch "), width=14, min_width=8, priority=4
        ),
    ]
    if any(line.ipn for line in count.lines):
        columns.append(Column("ipn", "IPN", lambda line: line.ipn, width=16, min_width=10, priority=5))
    if any(line.packaging for line in count.lines):
        columns.append(Column("packaging", "Packaging", lambda line: line.packaging, width=14, priority=6))
    if not count.sheet.blind:
        columns.insert(
            2, Column("expected", "Expected", lambda line: line.expected, width=10, align="right", priority=2)
        )
    return tuple(columns)
