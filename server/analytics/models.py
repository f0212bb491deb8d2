"""The models that forecast one part from its own history; statsforecast's, and a wave of the year over them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from statsforecast.models import (
    ADIDA,
    IMAPA,
    TSB,
    AutoETS,
    CrostonSBA,
    DynamicOptimizedTheta,
    HistoricAverage,
    SimpleExponentialSmoothingOptimized,
    WindowAverage,
)

from server.analytics.classes import Kind, harmonics
from server.analytics.series import Array, History

__all__ = ["CANDIDATES", "Model", "ets", "naive", "of_statsforecast", "season_index", "seasonal_naive"]

Model = Callable[[History, int], Array]
LEAST_INDEX = 0.05
WAVE_PENALTY = 2.0


def of_statsforecast(model: Any, known: Array, horizon: int) -> Array:
    """Its means, none below zero; a series of one value, or one that it cannot take, is forecast by its mean."""
    if known.size < 3 or np.ptp(known) == 0:
        return np.full(horizon, known.mean() if known.size else 0.0)
    made = np.asarray(model.forecast(y=known, h=horizon)["mean"], dtype=float)
    return np.maximum(np.where(np.isfinite(made), made, known.mean()), 0.0)


def _level(make: Callable[[], Any], history: History, horizon: int) -> Array:
    return of_statsforecast(make(), history.known, horizon)


def _window(size: int, history: History, horizon: int) -> Array:
    known = history.known
    return of_statsforecast(WindowAverage(min(size, known.size)), known, horizon)


def naive(history: History, horizon: int) -> Array:
    """What there was last."""
    return np.full(horizon, history.known[-1] if history.known.size else 0.0)


def seasonal_naive(history: History, horizon: int) -> Array:
    """What there was a year before; the last value where that is not known."""
    filled, season = history.filled, history.season
    if filled.size < season:
        return naive(history, horizon)
    repeated: Array = filled[filled.size - season + np.arange(horizon) % season]
    return repeated


def season_index(history: History, horizon: int) -> tuple[Array, Array]:
    """How high each bucket stands over the year's mean, of the past and of the horizon: a wave of three harmonics over
    a line, by least squares with a penalty on the waves. All 1 for less than a year and a half."""
    filled, season = history.filled, history.season
    if filled.size < 1.5 * season or filled.mean() <= 0:
        return np.ones(filled.size), np.ones(horizon)
    line = np.column_stack([np.ones(filled.size), np.linspace(-1, 1, filled.size)])
    columns = np.hstack([line, harmonics(0, filled.size, season)])
    penalty = np.diag([0.0, 0.0, *[WAVE_PENALTY] * (columns.shape[1] - 2)])
    answer = np.linalg.solve(columns.T @ columns + penalty, columns.T @ filled)
    wave = harmonics(0, filled.size + horizon, season) @ answer[2:]
    trend = np.maximum(line @ answer[:2], 0.25 * filled.mean())
    level = np.concatenate([trend, np.full(horizon, trend[-1])])
    index = np.maximum(1.0 + wave / level, LEAST_INDEX)
    return index[: filled.size], index[filled.size :]


def _waved(make: Callable[[], Any], history: History, horizon: int) -> Array:
    """A level model over what is left when the wave of the year is taken out, and the wave put back."""
    past, ahead = season_index(history, horizon)
    return of_statsforecast(make(), history.filled / past, horizon) * ahead


def _year_mean(history: History, horizon: int) -> Array:
    """The mean of the same season of all years, three buckets wide, moved to the level of the last year."""
    filled, season = history.filled, history.season
    if filled.size < 2 * season:
        return np.full(horizon, filled[-season:].mean())
    last = filled[-season:].mean()
    found = np.zeros(horizon)
    years = filled.size // season
    for step in range(horizon):
        shares = []
        for year in range(1, years + 1):
            middle = filled.size + step % season - year * season
            whole = filled[max(0, filled.size - year * season) : filled.size - (year - 1) * season].mean()
            shares.append(filled[max(0, middle - 1) : middle + 2].mean() / whole if whole > 0 else 1.0)
        found[step] = last * float(np.mean(shares))
    return found


ets: Model = partial(_level, partial(AutoETS, season_length=1))

_FLAT: dict[str, Model] = {
    "SES": partial(_level, SimpleExponentialSmoothingOptimized),
    "mean": partial(_level, HistoricAverage),
    "mean of 8": partial(_window, 8),
    "TSB 0.1": partial(_level, partial(TSB, 0.1, 0.1)),
    "TSB 0.2": partial(_level, partial(TSB, 0.2, 0.2)),
    "IMAPA": partial(_level, IMAPA),
}

CANDIDATES: Mapping[Kind, Mapping[str, Model]] = {
    Kind.SMOOTH: {
        "SES": _FLAT["SES"], "ETS": ets, "theta": partial(_level, DynamicOptimizedTheta), "mean": _FLAT["mean"],
        "mean of 8": _FLAT["mean of 8"], "mean of 26": partial(_window, 26),
        "wave SES": partial(_waved, SimpleExponentialSmoothingOptimized),
    },
    Kind.SEASONAL: {
        "wave SES": partial(_waved, SimpleExponentialSmoothingOptimized),
        "wave ETS": partial(_waved, partial(AutoETS, season_length=1)),
        "wave mean": partial(_waved, HistoricAverage), "seasonal naive": seasonal_naive, "year mean": _year_mean,
        "ETS": ets,
    },
    Kind.INTERMITTENT: {
        **_FLAT, "ADIDA": partial(_level, ADIDA), "SBA": partial(_level, CrostonSBA),
    },
    Kind.LUMPY: {
        **_FLAT, "ADIDA": partial(_level, ADIDA), "SBA": partial(_level, CrostonSBA),
    },
}  # fmt: skip
"""What is tried for each kind of demand."""
