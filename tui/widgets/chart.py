"""Charts as lines of text; the only module that knows plotext, which is imported when the first chart is drawn."""

from collections.abc import Sequence

__all__ = ["step_chart"]


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


_ASCII = str.maketrans("┌┐└┘┤├┬┴┼─│", "+++++++++-|")
