"""Intervals from what the backtest was off by (split conformal prediction, pooled over the parts of a kind)."""

import numpy as np

from server.analytics.series import Array

__all__ = ["COVERAGE", "FEWEST_RESIDUALS", "Spread", "calibrate", "interval", "spreads"]

COVERAGE = 0.8
FEWEST_RESIDUALS = 40
PRIOR_RESIDUALS = 8.0
NORMAL_80 = 1.2816
STEPS_OF_SEARCH = 40
LEAST_SPREAD = 1e-9

Spread = tuple[float, float]
"""How many spreads the interval reaches below and above the mean."""


def spreads(said: Array, truth: Array, scale: Array) -> tuple[Array, Array]:
    """How far each part's forecasts are off, as a share of the root of its scale: a root mean square, its own residuals
    drawn towards what is usual for its kind. By part; and by part and origin without the residuals of that origin, to
    calibrate by (else each would have narrowed its own interval)."""
    squares = (said - truth) ** 2 / scale[:, :, None]
    known = np.isfinite(squares)
    if not known.any():
        return np.ones(said.shape[0]), np.ones(said.shape[:2])
    number, total = known.sum(axis=2), np.where(known, squares, 0.0).sum(axis=2)
    all_number, all_total = number.sum(axis=1), total.sum(axis=1)
    scored = all_number > 0
    # The median over parts: a few wild ones do not widen everybody's interval.
    usual = PRIOR_RESIDUALS * float(np.median(all_total[scored] / all_number[scored]))
    own: Array = np.sqrt((all_total + usual) / (all_number + PRIOR_RESIDUALS))
    others: Array = np.sqrt((all_total[:, None] - total + usual) / (all_number[:, None] - number + PRIOR_RESIDUALS))
    return own, others


def calibrate(said: Array, truth: Array, spread: Array) -> Spread:
    """The reach below and above that would have held 80% of what came, zero being the lowest that an interval goes.
    `spread`: as `said`, in units. With too few residuals the normal distribution's."""
    known = np.isfinite(said) & np.isfinite(truth) & (spread > LEAST_SPREAD)
    if known.sum() < FEWEST_RESIDUALS:
        return NORMAL_80, NORMAL_80
    off, mean, unit, came = (
        ((truth - said) / np.where(known, spread, 1.0))[known],
        said[known],
        spread[known],
        truth[known],
    )
    narrow, wide = 0.0, 0.5
    for _ in range(STEPS_OF_SEARCH):
        tail = (narrow + wide) / 2
        low, high = _reach(off, tail)
        inside = (came >= np.maximum(mean - low * unit, 0.0)) & (came <= mean + high * unit)
        narrow, wide = (tail, wide) if inside.mean() > COVERAGE else (narrow, tail)
    return _reach(off, narrow)


def _reach(off: Array, tail: float) -> Spread:
    below, above = np.quantile(off, [tail, 1 - tail])
    return max(-float(below), 0.0), max(float(above), 0.0)


def interval(mean: Array, spread: Array, reach: Spread) -> tuple[Array, Array]:
    """Low and high about the means (parts x steps), none below zero."""
    return np.maximum(mean - reach[0] * spread, 0.0), mean + reach[1] * spread
