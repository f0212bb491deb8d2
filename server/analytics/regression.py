"""One regression over all parts: lags, calendar, price and the growth of the whole, by ridge on scaled values.

It learns by how much the combination of the other models is off, in units of each part's scale; a part with little past
of its own is helped by what was so for the others. It weighs each row by one over the part's root error, so that the
many parts count and not the few wild ones."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from server.analytics.series import Array, Panel, scale_of

__all__ = ["Rows", "add_regression", "features"]

WINDOWS = (1, 2, 4, 8, 13, 26)
FEWEST_ROWS = 60
PENALTY = 20.0
LARGEST_TARGET, LARGEST_STEP = 6.0, 2.0
FLOOR = 0.5

Rows = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def features(panel: Panel, rows: Sequence[int], origin: int, base: Array) -> tuple[Array, Array]:
    """What is known at an origin of each part and step: parts x steps x features, in units of the root of the part's
    scale, and that root (NaN where there is none). `base`: parts x steps, what the combination says."""
    steps = base.shape[1]
    root = np.array([np.sqrt(scale_of(panel.history(row, origin).known)) for row in rows])
    root = np.where(root > 0, root, np.nan)
    scaled = base / root[:, None]
    columns = [scaled]
    for own in _of_part(panel, rows, origin, root):
        columns.append(np.repeat(own[:, None], steps, axis=1))
    ago = np.stack([_year_ago(panel, rows, origin + step) for step in range(steps)], axis=1) / root[:, None]
    columns += [np.where(np.isnan(ago), scaled, ago), np.isnan(ago).astype(float)]
    share = np.array([panel.year_share(origin + step) for step in range(steps)])
    for wave in (np.sin(2 * np.pi * share), np.cos(2 * np.pi * share), np.arange(1.0, steps + 1)):
        columns.append(scaled * wave)
    columns.append(scaled * _growth(panel, origin))
    columns.append(scaled * _dearer(panel, rows, origin)[:, None])
    return np.stack(columns, axis=2), root


def _of_part(panel: Panel, rows: Sequence[int], origin: int, root: Array) -> list[Array]:
    """Means over the last buckets, the last three, how often and how long ago there was demand, how old the part is."""
    first = panel.first[list(rows)]
    past = np.where(np.arange(origin) >= first[:, None], panel.filled[list(rows), :origin], np.nan)
    age = np.maximum(origin - first, 1)
    total, seen = np.cumsum(np.nan_to_num(past)[:, ::-1], axis=1), np.cumsum(np.isfinite(past)[:, ::-1], axis=1)
    means = [total[:, min(size, origin) - 1] / np.maximum(seen[:, min(size, origin) - 1], 1) / root for size in WINDOWS]
    lags = [np.nan_to_num(past[:, -lag]) / root for lag in (2, 3) if lag <= origin]
    some = np.nan_to_num(past) > 0
    ago = np.argmax(some[:, ::-1], axis=1)
    return [*means, *lags, some.sum(axis=1) / age, np.log1p(ago), np.log(age), np.nan_to_num(past).max(axis=1) / root]


def _year_ago(panel: Panel, rows: Sequence[int], index: int) -> Array:
    """The mean of the three buckets about the same season a year before; NaN where the part is younger."""
    middle = index - panel.season
    if middle < 1:
        return np.full(len(rows), np.nan)
    found = panel.filled[list(rows), middle - 1 : middle + 2].mean(axis=1)
    return np.where(panel.first[list(rows)] < middle, found, np.nan)


def _growth(panel: Panel, origin: int) -> float:
    """How much all parts together sold of late beside before, as a logarithm."""
    recent, before = max(2, panel.season // 8), max(4, panel.season // 2)
    total = panel.filled[:, :origin].sum(axis=0)
    late, early = total[-recent:].mean(), total[-before:].mean()
    return float(np.log(late / early)) if late > 0 and early > 0 else 0.0


def _dearer(panel: Panel, rows: Sequence[int], origin: int) -> Array:
    """The last known price beside the mean of those before, as a logarithm; 0 where prices are not known."""
    found = np.zeros(len(rows))
    if panel.price is None:
        return found
    for place, row in enumerate(rows):
        prices = panel.price[row, :origin]
        prices = prices[np.isfinite(prices) & (prices > 0)]
        if prices.size > 1:
            found[place] = np.clip(np.log(prices[-1] / prices.mean()), -1, 1)
    return found


def add_regression(
    panel: Panel, rows: Sequence[int], origins: Sequence[int], steps: int, base: Array, future: Array, truth: Array
) -> tuple[Array, Array]:
    """What the regression says: at each origin, having learnt from earlier origins alone (NaN at those that have too
    little before them), and for the future. Shapes as in `Backtest`; `base` and `future` are the combination's."""
    said = np.full_like(base, np.nan)
    asked = [features(panel, rows, origin, base[:, number]) for number, origin in enumerate(origins)]
    for number in range(len(origins)):
        said[:, number] = _ask(asked[number + 1 :], base[:, number + 1 :], truth[:, number + 1 :], asked[number],
                               base[:, number])  # fmt: skip
    ahead = features(panel, rows, panel.buckets, future)
    return said, _ask(asked, base, truth, ahead, future)


def _ask(
    learnt: Sequence[tuple[Array, Array]], base: Array, truth: Array, asked: tuple[Array, Array], about: Array
) -> Array:
    if not learnt:
        return np.full_like(about, np.nan)
    facts = np.stack([columns for columns, _ in learnt], axis=1)
    root = np.stack([scale for _, scale in learnt], axis=1)[:, :, None]
    target = np.minimum(truth / root, LARGEST_TARGET) - base / root
    usable = np.isfinite(target) & np.isfinite(facts).all(axis=3)
    if usable.sum() < FEWEST_ROWS:
        return np.full_like(about, np.nan)
    errors = np.where(usable, target**2, 0).sum(axis=2) / np.maximum(usable.sum(axis=2), 1)
    weight = np.repeat(1 / np.sqrt(errors + FLOOR)[:, :, None], base.shape[2], axis=2)
    scaler = StandardScaler().fit(facts[usable])
    model = Ridge(alpha=PENALTY).fit(
        scaler.transform(facts[usable]), np.clip(target[usable], -LARGEST_TARGET, LARGEST_TARGET),
        sample_weight=weight[usable],
    )  # fmt: skip
    return _said(model, scaler, asked, about)


def _said(model: Ridge, scaler: StandardScaler, asked: tuple[Array, Array], about: Array) -> Array:
    columns, scale = asked
    known = np.isfinite(columns).all(axis=2) & np.isfinite(about)
    found = about.copy()
    step = np.clip(model.predict(scaler.transform(columns[known])), -LARGEST_STEP, LARGEST_STEP)
    found[known] = np.maximum(about[known] + step * np.repeat(scale[:, None], about.shape[1], axis=1)[known], 0.0)
    return found
