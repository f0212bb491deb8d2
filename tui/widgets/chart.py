"""Charts as lines of text; the only module that knows plotext, which is imported when the first chart is drawn."""

import math
from collections.abc import Sequence

__all__ = ["AVERAGE", "BEFORE", "LETTERS", "bar_chart", "letter_chart", "step_chart"]

#: The signs of a bar chart: what the year before was, the moving average, what is below nothing.
BEFORE, AVERAGE, BELOW = "o", "+", "-"
#: The signs of a letter chart, one for each of its lines.
LETTERS = "abcdefgh"
EIGHTHS = "▁▂▃▄▅▆▇█"


def step_chart(
    points: Sequence[tuple[float, float]], width: int, height: int, *, last: float, plain: bool = False
) -> list[str]:
    """A step function through `points` (x ascending, each y holds from its x to the next, the last up to `last`).

    `height` lines of at most `width` cells; the x axis is logarithmic (x above 0). `plain` draws with ASCII alone.
    Empty without points, or where there is no room (under 20 cells or 5 lines).
    """
    if not points or width < 20 or height < 5:
        return []
    import plotext

    xs: list[float] = []
    ys: list[float] = []
    for number, (x, y) in enumerate(points):
        end = points[number + 1][0] if number + 1 < len(points) else max(last, x)
        xs += [x, end]
        ys += [y, y]
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, height)
    plotext.plot(xs, ys, marker="*" if plain else "braille")
    if xs[-1] > xs[0]:
        plotext.xscale("log")
    ticks = sorted({x for x, _ in points} | {xs[-1]})
    plotext.xticks(ticks, [f"{tick:g}" for tick in ticks])
    prices = sorted({y for _, y in points})
    plotext.yticks(prices, [f"{price:g}" for price in prices])
    text = plotext.uncolorize(plotext.build())
    lines = [line.rstrip() for line in text.splitlines()]
    return [line.translate(_ASCII) for line in lines] if plain else lines


def bar_chart(
    values: Sequence[float],
    labels: Sequence[str],
    width: int,
    height: int,
    *,
    before: Sequence[float | None] = (),
    average: Sequence[float | None] = (),
    plain: bool = False,
) -> list[str]:
    """A bar for each value, scaled from zero, to an eighth of a line exact (`plain`: to a line); below zero minuses.

    `labels` name the bars below the axis, as many as there is room for. `before` is marked `o` and `average` `+`, at
    the bar they belong to. `height` lines of at most `width` cells; empty without values, or where there is no room.
    """
    grid = _Grid(values, [*before, *average], width, height)
    if not grid.fits:
        return []
    for index, value in enumerate(values):
        grid.bar(index, value, plain=plain)
    for sign, marks in ((AVERAGE, average), (BEFORE, before)):
        for index, mark in enumerate(marks):
            if mark is not None:
                grid.sign(index, mark, sign)
    return grid.lines(labels, plain=plain)


def letter_chart(
    lines: Sequence[Sequence[float | None]], labels: Sequence[str], width: int, height: int, *, plain: bool = False
) -> list[str]:
    """The values of several things beside each other: each is a letter (`LETTERS`) at its height. Where two would
    stand in one place there is a `*`. Sizes as of `bar_chart`."""
    values = [value for line in lines for value in line if value is not None]
    longest = max((len(line) for line in lines), default=0)
    grid = _Grid([0.0] * longest, values, width, height)
    if not grid.fits:
        return []
    for letter, line in zip(LETTERS, lines, strict=False):
        for index, value in enumerate(line):
            if value is not None:
                grid.sign(index, value, letter, crowded="*")
    return grid.lines(labels, plain=plain)


def nice(most: float) -> float:
    """The round number at or above `most` that an axis ends with: one or two digits and noughts."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= most * (1 - 1e-9))


def short(value: float) -> str:
    """A number of an axis in at most six cells: 950, 12k, 2.5M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            unit = 1e3 if sign == "k" else size
            return f"{value / unit:.3g}{sign}"
    return f"{value:.4g}"


class _Grid:
    """The cells of a chart: columns of equal width, lines of equal height, so that every bar is as high as it is
    much. plotext draws them, with the axes."""

    AXIS = 6  # cells for the numbers at the left
    FRAME = 2
    WIDEST = 12
    MARGIN = 2  # cells at the right, so that the last label has room

    def __init__(self, values: Sequence[float], others: Sequence[float | None], width: int, height: int) -> None:
        known = [*values, *(each for each in others if each is not None)]
        self.count = len(values)
        self.rows = height - self.FRAME - 1
        room = max(0, width - self.AXIS - self.FRAME - self.MARGIN)
        self.step = min(self.WIDEST, room // self.count) if self.count else 0
        self.fits = self.step >= 1 and self.rows >= 3
        most, least = max([0.0, *known]), min([0.0, *known])
        self.below = 0
        if least < 0 and self.fits:
            self.below = max(1, min(self.rows - 1, round(self.rows * -least / (most - least))))
        self.above = max(1, self.rows - self.below)
        self.most = nice(most)
        self.least = -nice(-least) if least < 0 else 0.0
        self.cells: dict[tuple[int, int], str] = {}

    def bar(self, index: int, value: float, *, plain: bool) -> None:
        """Fill the cells of a bar; what is more than nothing is seen."""
        columns = range(index * self.step, index * self.step + max(1, self.step - 1))
        if value < 0:
            depth = max(1, round(value / self.least * self.below))
            self._fill(columns, range(self.below - depth, self.below), BELOW)
            return
        units = 1 if plain else 8
        high = value / self.most * self.above * units
        filled = max(1, int(high + 0.5)) if value > 0 else 0
        whole, rest = divmod(filled, units)
        self._fill(columns, range(self.below, self.below + whole), "#" if plain else EIGHTHS[-1])
        if rest:
            self._fill(columns, range(self.below + whole, self.below + whole + 1), EIGHTHS[rest - 1])

    def _fill(self, columns: Sequence[int], rows: Sequence[int], sign: str) -> None:
        for column in columns:
            for row in rows:
                self.cells[column, row] = sign

    def sign(self, index: int, value: float, sign: str, *, crowded: str = "") -> None:
        """Put a sign at the height of a value, in the middle of the column; beside a bar that is only one cell wide,
        so that the bar stays as high as it is."""
        column = index * self.step + (1 if self.step == 2 and not crowded else max(0, self.step - 2) // 2)
        place = (column, self.row_of(value))
        self.cells[place] = crowded if crowded and place in self.cells else sign

    def row_of(self, value: float) -> int:
        """The line that a value reaches, 0 the lowest."""
        if value < 0:
            return self.below - max(1, round(value / self.least * self.below))
        filled = math.ceil(value / self.most * self.above - 1e-9)
        return self.below + min(self.above, max(1, filled)) - 1

    def lines(self, labels: Sequence[str], *, plain: bool) -> list[str]:
        """The chart as plotext draws it."""
        import plotext

        columns = self.count * self.step + self.MARGIN
        plotext.clear_figure()
        plotext.limit_size(False, False)  # it asks the terminal otherwise, which is not its own here
        plotext.theme("clear")
        plotext.plot_size(columns + self.AXIS + self.FRAME, self.rows + self.FRAME + 1)
        plotext.xlim(0, max(1, columns - 1))
        plotext.ylim(0, self.rows - 1)
        plotext.scatter([0, max(1, columns - 1)], [0, self.rows - 1], marker=" ")
        for sign in sorted(set(self.cells.values())):
            places = [place for place, each in self.cells.items() if each == sign]
            plotext.scatter([x for x, _ in places], [y for _, y in places], marker=sign)
        plotext.xticks(*self._names(labels))
        plotext.yticks(*self._numbers())
        text = plotext.uncolorize(plotext.build())
        lines = [line.rstrip() for line in text.splitlines()]
        return [line.translate(_ASCII) for line in lines] if plain else lines

    def _names(self, labels: Sequence[str]) -> tuple[list[int], list[str]]:
        """Where labels stand: every second, third ... so that each has room; the last bar always has its own."""
        room = max((len(label) for label in labels), default=0) + 1
        every = max(1, -(-room // self.step))
        shown = range((self.count - 1) % every, self.count, every)
        middle = max(0, self.step - 2) // 2
        return [index * self.step + middle for index in shown], [labels[index] for index in shown]

    def _numbers(self) -> tuple[list[int], list[str]]:
        """Where numbers stand: a number names the line that a bar of just as much fills."""
        values = [self.most, self.most / 2] if self.above >= 4 else [self.most]
        places = {self.row_of(value): short(value) for value in values}
        if self.below:
            places[0] = short(self.least)
        return list(places), [f"{text:>{self.AXIS}}" for text in places.values()]


_ASCII = str.maketrans("┌┐└┘┤├┬┴┼─│", "+++++++++-|")
