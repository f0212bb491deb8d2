"""Which models a part is forecast by. A score of one short series is mostly noise, so it is drawn towards what the
model scores over all parts of the kind; the best few by that are combined."""

from collections.abc import Mapping

import numpy as np

from server.analytics.backtest import rmsse
from server.analytics.series import Array

__all__ = ["COMBINATION", "Weights", "choose", "mixed", "pooled_scores"]

COMBINATION = "combination"
# A part's own score counts as much as this many origins of the others.
PRIOR_ORIGINS = 24.0
TAKEN = 3
CLEARLY_BETTER = 0.93
SHARPNESS = 8.0
TINY = 1e-6

Weights = Array
"""Parts x models, each row adding up to 1, in the order of the names that were asked for."""


def pooled_scores(said: Mapping[str, Array], truth: Array, scale: Array) -> Array:
    """Each model's error beside the combination's on the same origins, by part, drawn towards the mean of all parts:
    parts x models, smaller is better. A part without a backtest has the mean of all."""
    against = said[COMBINATION]
    found = np.zeros((truth.shape[0], len(said)))
    for column, values in enumerate(said.values()):
        there = np.where(np.isfinite(values), against, np.nan)
        own, beside = rmsse(values, truth, scale), rmsse(there, truth, scale)
        scored = np.isfinite(own) & np.isfinite(beside)
        if not scored.any():
            found[:, column] = np.inf
            continue
        everyone = (own[scored].mean() + TINY) / (beside[scored].mean() + TINY)
        number = np.isfinite((values - truth) / scale[:, :, None]).any(axis=2).sum(axis=1)
        ratio = np.where(scored, (own + TINY) / (beside + TINY), everyone)
        share = number / (number + PRIOR_ORIGINS)
        found[:, column] = np.exp(share * np.log(np.clip(ratio, 0.2, 5)) + (1 - share) * np.log(everyone))
    return found


def choose(scores: Array) -> Weights:
    """The best alone where it leads clearly, else the best three, the better the more."""
    weights = np.zeros_like(scores)
    for row, own in enumerate(scores):
        order = np.argsort(own, kind="stable")[:TAKEN]
        order = order[np.isfinite(own[order])]
        best = own[order[0]]
        if order.size > 1 and best < CLEARLY_BETTER * own[order[1]]:
            order = order[:1]
        part = (best / own[order]) ** SHARPNESS
        weights[row, order] = part / part.sum()
    return weights


def mixed(said: Mapping[str, Array], weights: Weights) -> Array:
    """What the chosen models say together; where one says nothing (NaN) the others stand for it."""
    stacked = np.stack(list(said.values()), axis=-1)
    shape = (weights.shape[0],) + (1,) * (stacked.ndim - 2) + (weights.shape[1],)
    share = np.where(np.isfinite(stacked), weights.reshape(shape), 0.0)
    total = share.sum(axis=-1)
    together = np.where(share > 0, np.nan_to_num(stacked) * share, 0.0).sum(axis=-1)
    return np.where(total > 0, together / np.where(total > 0, total, 1.0), np.nan)
