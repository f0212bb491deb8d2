"""Rolling origins: what each model would have said in the past, and how far off it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.analytics.classes import Kind, too_short
from server.analytics.models import Model, naive, seasonal_naive
from server.analytics.series import Array, Panel, scale_of

__all__ = ["NAIVE", "Backtest", "origins_of", "rmsse", "run"]

ORIGINS = 8
SHORTEST_TRAINING = 8
LEAST_DEMANDS = 3
NAIVE = "naive"


@dataclass(frozen=True)
class Backtest:
    """What the models said of the parts of one kind, at each origin and for the future.

    `rows`: of the panel. `origins`: the first bucket that is forecast, latest first; the one before the first of them
    is the future. `said`: model -> parts x origins x steps, NaN where the part was too young. `future`: model -> parts
    x horizon. `truth`: parts x origins x steps, NaN where not known; `scale`: parts x origins."""

    rows: Array
    origins: Sequence[int]
    said: dict[str, Array]
    future: dict[str, Array]
    truth: Array
    scale: Array


def origins_of(buckets: int, steps: int) -> list[int]:
    """The origins of a backtest, latest first, whose forecasts of `steps` buckets do not overlap."""
    return [origin for n in range(1, ORIGINS + 1) if (origin := buckets - n * steps) >= SHORTEST_TRAINING]


def run(
    panel: Panel, rows: Sequence[int], kind: Kind, models: Mapping[str, Model], steps: int, horizon: int,
    told: Callable[[], None] = lambda: None,
) -> Backtest:  # fmt: skip
    """Ask all models, at all origins and for the future. `told` is called after each part."""
    origins = origins_of(panel.buckets, steps)
    asked = {**models, NAIVE: seasonal_naive if kind is Kind.SEASONAL else naive}
    said = {name: np.full((len(rows), len(origins), steps), np.nan) for name in asked}
    future = {name: np.zeros((len(rows), horizon)) for name in asked}
    truth = np.full((len(rows), len(origins), steps), np.nan)
    scale = np.full((len(rows), len(origins)), np.nan)
    for place, row in enumerate(rows):
        last = panel.history(row, panel.buckets)
        for name, model in asked.items():
            future[name][place] = model(last, horizon)
        for number, origin in enumerate(origins):
            past = panel.history(row, origin)
            if past.known.size < SHORTEST_TRAINING or np.count_nonzero(past.known > 0) < LEAST_DEMANDS:
                break
            measure = scale_of(past.known)
            if measure <= 0:
                continue
            scale[place, number] = measure
            truth[place, number] = panel.demand[row, origin : origin + steps]
            for name, model in asked.items():
                said[name][place, number] = model(past, steps)
        told()
    return Backtest(np.asarray(rows), origins, said, future, truth, scale)


def rmsse(said: Array, truth: Array, scale: Array) -> Array:
    """The root mean squared scaled error of each part over all origins and steps where something is known; NaN where
    nothing is. Shapes: parts x origins x steps twice, parts x origins."""
    squares = (said - truth) ** 2 / scale[:, :, None]
    known = np.isfinite(squares)
    count = known.sum(axis=(1, 2))
    total = np.where(known, squares, 0.0).sum(axis=(1, 2))
    return np.where(count > 0, np.sqrt(total / np.maximum(count, 1)), np.nan)


def enough(panel: Panel, row: int) -> str:
    """Why a part has too little history, "" when it has enough."""
    return too_short(panel.history(row, panel.buckets).known)
