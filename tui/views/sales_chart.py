"""Series of sales drawn: bars for one, letters for several, and what the signs stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui.sales.book import Bar, Series
from tui.sales.periods import label_of
from tui.widgets.chart import AVERAGE, BEFORE, LETTERS, bar_chart, letter_chart

__all__ = ["Drawn", "draw", "legend_of"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn: units or revenue, the year before and the moving average or not; `plain` with ASCII alone."""

    of_units: bool = False
    before: bool = True
    average: bool = True
    plain: bool = False


def draw(series: Sequence[Series], how: Drawn, width: int, height: int) -> list[str]:
    """The chart: as many of the newest bars as there is room for. Empty where there is no room at all."""
    room = max(1, (width - 10) // 2)
    labels = [label_of(bar.start, each.span) for each in series[:1] for bar in each.bars[-room:]]
    if len(series) == 1:
        bars = series[0].bars[-room:]
        return bar_chart(
            [float(_value(bar, how)) for bar in bars], labels, width, height,
            before=[_number((bar.units_before if how.of_units else bar.revenue_before) or None) for bar in bars]
            if how.before else (),
            average=[_number((bar.units_average if how.of_units else bar.average) or None) for bar in bars]
            if how.average else (),
            plain=how.plain,
        )  # fmt: skip
    if len({each.target.currency for each in series}) > 1 and not how.of_units:
        return ["Amounts of several currencies are not drawn beside each other; m draws units."]
    starts = sorted({bar.start for each in series for bar in each.bars})[-room:]
    span = series[0].span if series else "week"
    lines = []
    for each in series:
        known = {bar.start: float(_value(bar, how)) for bar in each.bars}
        lines.append([known.get(start, 0.0) for start in starts])
    return letter_chart(lines, [label_of(start, span) for start in starts], width, height, plain=how.plain)


def legend_of(series: Sequence[Series], how: Drawn) -> str:
    """What the signs of the chart stand for, and what the chart lacks."""
    note = "" if how.of_units or not series[0].note else f"   {series[0].note}"
    if len(series) > 1:
        what = "Units" if how.of_units else f"Revenue {series[0].target.currency}".rstrip()
        return (
            f"{what}:  "
            + "  ".join(f"{letter} {each.target.title}" for letter, each in zip(LETTERS, series, strict=False))
            + note
        )
    target = series[0].target
    text = f"{'#' if how.plain else '█'} {'units' if how.of_units else f'revenue {target.currency}'.rstrip()}"
    if how.before and any(bar.revenue_before is not None for bar in series[0].bars):
        text += f"   {BEFORE} year before"
    if how.average:
        text += f"   {AVERAGE} moving average"
    return text + note


def _value(bar: Bar, how: Drawn) -> Decimal:
    return bar.units if how.of_units else bar.revenue


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
