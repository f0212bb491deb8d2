"""Forecasts of all parts: classify, ask the models, backtest, choose, and put an interval about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from server.analytics.backtest import NAIVE, Backtest, enough, rmsse, run
from server.analytics.choice import COMBINATION, choose, mixed, pooled_scores
from server.analytics.classes import Kind, classify
from server.analytics.intervals import calibrate, interval, spreads
from server.analytics.models import CANDIDATES
from server.analytics.regression import add_regression
from server.analytics.series import Array, BucketKind, Panel, Series, scale_of

__all__ = ["Forecast", "forecast_all"]

LONGEST_BACKTEST = {"week": 4, "month": 2}
HISTORY_PER_STEP = 8
REGRESSION, BLEND = "regression", "blend"


@dataclass(frozen=True)
class Forecast:
    """Demand of a part, units per bucket, the next bucket first. `error`: the RMSSE that was measured in the backtest,
    `naive_error` that of repeating the last value (the last year where demand is seasonal); None where nothing could
    be measured. Not `enough`: `why` says so, and the mean is what is known of it, without an interval."""

    part: int
    kind: str
    model: str
    mean: list[float]
    low: list[float]
    high: list[float]
    error: float | None
    naive_error: float | None
    history_buckets: int
    enough: bool
    why: str


def forecast_all(
    series: Sequence[Series], *, start: date, bucket: BucketKind, horizon: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Forecast]:  # fmt: skip
    """Forecast `horizon` buckets of each part. The series begin with the bucket of `start` and are equally long."""
    if not series:
        return []
    panel = Panel.of(series, start, bucket)
    reasons = [enough(panel, row) for row in range(len(series))]
    kinds = [Kind.SHORT if reasons[row] else classify(panel.history(row, panel.buckets)) for row in range(len(series))]
    made: dict[int, Forecast] = {
        row: _too_short(panel, series[row].part, row, horizon, why) for row, why in enumerate(reasons) if why
    }
    done = len(made)

    def told() -> None:
        nonlocal done
        done += 1
        progress(done, len(series))

    steps = max(1, min(horizon, LONGEST_BACKTEST[bucket], panel.buckets // HISTORY_PER_STEP))
    tests = {
        kind: run(panel, rows, kind, models, steps, horizon, told)
        for kind, models in CANDIDATES.items()
        if (rows := [row for row in range(len(series)) if kinds[row] is kind])
    }
    _regress(panel, tests, steps)
    for kind, test in tests.items():
        made |= _settle(panel, series, kind, test)
    return [made[row] for row in range(len(series))]


def _too_short(panel: Panel, part: int, row: int, horizon: int, why: str) -> Forecast:
    known = panel.history(row, panel.buckets).known
    level = [float(known.mean()) if known.size else 0.0] * horizon
    return Forecast(part, Kind.SHORT, "", level, [0.0] * horizon, level, None, None, known.size, enough=False, why=why)


def _regress(panel: Panel, tests: dict[Kind, Backtest], steps: int) -> None:
    """Add to each kind the combination of its models, the regression trained over all kinds, and their mean."""
    for test in tests.values():
        for told in (test.said, test.future):
            told[COMBINATION] = np.mean([told[name] for name in told if name != NAIVE], axis=0)
    whole = list(tests.values())
    if not whole:
        return
    rows = np.concatenate([test.rows for test in whole])
    said, future = add_regression(
        panel, rows.tolist(), whole[0].origins, steps,
        np.concatenate([test.said[COMBINATION] for test in whole]),
        np.concatenate([test.future[COMBINATION] for test in whole]),
        np.concatenate([test.truth for test in whole]),
    )  # fmt: skip
    begin = 0
    for test in whole:
        end = begin + len(test.rows)
        for into, values in ((test.said, said), (test.future, future)):
            into[REGRESSION] = values[begin:end]
            into[BLEND] = (values[begin:end] + into[COMBINATION]) / 2
        begin = end


def _settle(panel: Panel, series: Sequence[Series], kind: Kind, test: Backtest) -> dict[int, Forecast]:
    """Choose for each part of a kind, measure, and put the interval about it."""
    names = [name for name in test.said if name != NAIVE and np.isfinite(test.future[name]).all()]
    said, future = ({name: of[name] for name in names} for of in (test.said, test.future))
    weights = choose(pooled_scores(said, test.truth, test.scale))
    past, mean = mixed(said, weights), mixed(future, weights)
    ends = [panel.history(row, panel.buckets).known for row in test.rows.tolist()]
    last_scale = np.array([scale_of(known) or max(float(known.mean()), 1.0) for known in ends])
    own, others = spreads(past, test.truth, test.scale)
    by_origin = others * np.sqrt(test.scale)
    reach = calibrate(past, test.truth, np.broadcast_to(by_origin[:, :, None], past.shape))
    spread = own * np.sqrt(last_scale)
    low, high = interval(mean, spread[:, None], reach)
    errors = rmsse(past, test.truth, test.scale)
    naive_errors = rmsse(test.said[NAIVE], test.truth, test.scale)
    return {
        row: Forecast(
            series[row].part, kind, _named(names, weights[place]), mean[place].tolist(), low[place].tolist(),
            high[place].tolist(), _or_none(errors[place]), _or_none(naive_errors[place]), ends[place].size,
            enough=True, why="",
        )
        for place, row in enumerate(test.rows.tolist())
    }  # fmt: skip


def _named(names: Sequence[str], weights: Array) -> str:
    taken = sorted((-share, name) for name, share in zip(names, weights, strict=True) if share > 0)
    return " + ".join(name for _, name in taken)


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
