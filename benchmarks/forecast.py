"""Forecasts beside the best single model: a backtest on origins that the choice of models never saw.

    python -m benchmarks forecast [--sample FILE] [--parts 120] [--seed 5]

Two sets: real sales (a CSV of lines with InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice: `--sample`, or
online-retail-sample.csv in `data` or `shared/data` beside the project; left out where there is none), by week and by
four weeks, and a seeded made-up set of 2 1/2 years of weeks: smooth, trended, seasonal, intermittent and lumpy parts,
some of them out of stock at times. At each test origin our forecasts are made from what was before it alone, and each
single model is asked for all parts with the same history (without the buckets that are not known). Parts count that
have enough history at the first test origin.

Error: RMSSE by part over all test origins and steps, scaled by the part's own past before each origin; the mean over
parts is compared. Beside it: the bias (sum of forecasts over sum of demand), the coverage of the 80% intervals, and the
bound: the error of one who knew each part's true mean over the test buckets and repeated it (that is hindsight, which
no forecast has), and for the made-up set of one who knew what each week's demand was drawn about, which nobody beats.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from statsforecast.models import TSB, AutoETS, CrostonSBA

from server.analytics.backtest import rmsse
from server.analytics.forecasting import forecast_all
from server.analytics.models import of_statsforecast, seasonal_naive
from server.analytics.series import Array, BucketKind, History, Panel, Series, scale_of

__all__ = ["made_up", "main", "sample_series"]

WANTED, COVERED = 0.95, (0.75, 0.85)
SAMPLE = "online-retail-sample.csv"
PLACES = ("data", "../data", "../shared/data", "shared/data")
PRODUCT = re.compile(r"^\d{5}")
WEEKS = 130

SINGLES: Mapping[str, Callable[[History, int], Array]] = {
    "SeasonalNaive": seasonal_naive,
    "AutoETS": lambda past, steps: of_statsforecast(AutoETS(season_length=1), past.known, steps),
    "AutoETS seasonal": lambda past, steps: of_statsforecast(
        AutoETS(season_length=past.season if past.filled.size >= 2 * past.season else 1), past.filled, steps
    ),
    "CrostonSBA": lambda past, steps: of_statsforecast(CrostonSBA(), past.known, steps),
    "TSB": lambda past, steps: of_statsforecast(TSB(0.2, 0.2), past.known, steps),
}
"""The models that one is to be better than, applied to all parts; TSB with the smoothing of 0.2 that is usual."""


@dataclass(frozen=True)
class Set:
    """A set of series, the bucket they are in, and the test: so many origins of so many steps at the end."""

    name: str
    series: list[Series]
    truth: Array
    start: date
    bucket: BucketKind
    steps: int
    origins: int = 3
    expected: Array | None = None


# ------------------------------------------------------------------------------------------------- real sales


def sample_series(path: Path, days: int) -> tuple[list[Series], date]:
    """Units (returns taken off) and mean price by product code and bucket of so many days, the last one ending with the
    last day; codes that are no products (postage, discounts) left out. With the first day of the first bucket."""
    lines: list[tuple[str, date, int, float]] = []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            code = row["StockCode"].strip().upper()
            if PRODUCT.match(code):
                day = date.fromisoformat(row["InvoiceDate"][:10])
                lines.append((code, day, int(row["Quantity"]), float(row["UnitPrice"])))
    last, first = max(line[1] for line in lines), min(line[1] for line in lines)
    buckets = ((last - first).days + 1) // days
    start = last - timedelta(days=buckets * days - 1)
    codes = {code: place for place, code in enumerate(sorted({line[0] for line in lines}))}
    units, sold, paid = (np.zeros((len(codes), buckets)) for _ in range(3))
    for code, day, quantity, price in lines:
        if day >= start:
            place = codes[code], (day - start).days // days
            units[place] += quantity
            if quantity > 0 and price > 0:
                sold[place] += quantity
                paid[place] += quantity * price
    prices = np.where(sold > 0, paid / np.where(sold > 0, sold, 1), np.nan)
    demand = np.maximum(units, 0.0)
    return [Series(place, demand[place], prices[place]) for place in codes.values()], start


# ------------------------------------------------------------------------------------------------- made up


def made_up(parts: int, seed: int) -> tuple[list[Series], Array, Array]:
    """A warehouse that never was: a fifth each smooth, trended, seasonal, intermittent, lumpy; every third part is out
    of stock now and then (NaN). With the true demand, also of the weeks out of stock, and what it was drawn about:
    parts x weeks each."""
    rng = np.random.default_rng(seed)
    drawn = [_demand(rng, place % 5) for place in range(parts)]
    truth, expected = (np.vstack([pair[which] for pair in drawn]) for which in (0, 1))
    seen = truth.copy()
    for place in range(0, parts, 3):
        for _ in range(rng.integers(1, 5)):
            begin = int(rng.integers(20, WEEKS - 5))
            seen[place, begin : begin + int(rng.integers(1, 6))] = np.nan
    return [Series(place, seen[place]) for place in range(parts)], truth, expected


def _demand(rng: np.random.Generator, kind: int) -> tuple[Array, Array]:
    """The demand of a part, and its mean in each week."""
    week = np.arange(WEEKS)
    level = float(np.exp(rng.normal(2.5, 0.8)))
    noise = rng.gamma(8, 1 / 8, WEEKS)
    if kind < 3:
        mean = level * _course(rng, kind, week)
        return rng.poisson(mean * noise).astype(float), mean
    share = rng.uniform(0.15, 0.6)
    chance = np.clip(share * (np.ones(WEEKS) if rng.random() < 0.7 else np.linspace(1.2, 0.5, WEEKS)), 0, 1)
    often = rng.random(WEEKS) < chance
    if kind == 3:
        return np.where(often, 1 + rng.poisson(level / 4, WEEKS), 0).astype(float), chance * (1 + level / 4)
    sizes = np.ceil(rng.lognormal(np.log(level), 1.0, WEEKS))
    return np.where(often, sizes, 0), chance * (level * np.exp(0.5) + 0.5)


def _course(rng: np.random.Generator, kind: int, week: np.ndarray[Any, np.dtype[np.int64]]) -> Array:
    """How the level moves: a slow walk, a trend, or a wave of the year with a trend."""
    if kind == 0:
        walk: Array = np.exp(np.cumsum(rng.normal(0, 0.03, WEEKS)))
        return walk
    if kind == 1:
        return np.asarray(1 + rng.uniform(-0.7, 2.0) * week / WEEKS)
    phase, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 0.9)
    wave = 1 + height * np.sin(2 * np.pi * week / 52.18 + phase)
    return np.asarray(wave * (1 + rng.uniform(-0.3, 0.5) * week / WEEKS))


# ------------------------------------------------------------------------------------------------- measuring


@dataclass
class Test:
    """What was said and what came: parts x origins x steps, scale: parts x origins."""

    said: dict[str, Array]
    low: Array
    high: Array
    came: Array
    scale: Array
    seconds: float = 0.0
    expected: Array | None = None


def run_set(tested: Set) -> Test:
    """Forecast at each test origin from what was before it, by us and by each single model."""
    buckets = tested.truth.shape[1]
    origins = [buckets - tested.steps * number for number in range(tested.origins, 0, -1)]
    ours = {}
    begin = time.perf_counter()
    for origin in origins:
        before = [Series(one.part, one.demand[:origin], None if one.price is None else one.price[:origin])
                  for one in tested.series]  # fmt: skip
        ours[origin] = forecast_all(before, start=tested.start, bucket=tested.bucket, horizon=tested.steps)
    seconds = time.perf_counter() - begin
    panel = Panel.of(tested.series, tested.start, tested.bucket)
    rows = [
        row for row, made in enumerate(ours[origins[0]])
        if made.enough and all(scale_of(panel.history(row, origin).known) > 0 for origin in origins)
    ]  # fmt: skip
    shape = (len(rows), len(origins), tested.steps)
    test = Test({name: np.zeros(shape) for name in ("ours", *SINGLES)}, np.zeros(shape), np.zeros(shape),
                np.zeros(shape), np.zeros(shape[:2]), seconds)  # fmt: skip
    if tested.expected is not None:
        test.expected = np.stack([tested.expected[rows, at : at + tested.steps] for at in origins], axis=1)
    for place, row in enumerate(rows):
        for number, origin in enumerate(origins):
            past, made = panel.history(row, origin), ours[origin][row]
            test.scale[place, number] = scale_of(past.known)
            test.came[place, number] = tested.truth[row, origin : origin + tested.steps]
            test.said["ours"][place, number] = made.mean
            test.low[place, number], test.high[place, number] = made.low, made.high
            for name, model in SINGLES.items():
                test.said[name][place, number] = model(past, tested.steps)
    return test


def report(tested: Set, test: Test) -> int:
    """Print the table; 1 when what is wanted is missed."""
    errors = {name: float(rmsse(said, test.came, test.scale).mean()) for name, said in test.said.items()}
    best = min(SINGLES, key=errors.__getitem__)
    mean = np.broadcast_to(test.came.mean(axis=(1, 2), keepdims=True), test.came.shape)
    bound = float(rmsse(mean, test.came, test.scale).mean())
    inside = float(((test.came >= test.low - 1e-9) & (test.came <= test.high + 1e-9)).mean())
    print(f"\n{tested.name}: {test.came.shape[0]} parts, {test.came.shape[1]} origins x {test.came.shape[2]}, "
          f"forecast {test.came.shape[1]} times in {test.seconds:.1f} s")  # fmt: skip
    print(f"  {'model':18} {'RMSSE':>7} {'to best single':>15} {'bias':>6}")
    for name, error in errors.items():
        bias = test.said[name].sum() / test.came.sum()
        print(f"  {name:18} {error:7.4f} {error / errors[best]:15.3f} {bias:6.2f}")
    print(f"  {'bound (true means)':18} {bound:7.4f} {bound / errors[best]:15.3f} {1:6.2f}")
    if test.expected is not None:
        least = float(rmsse(test.expected, test.came, test.scale).mean())
        print(f"  {'bound (what it was drawn about)':31} {least / errors[best]:9.3f}")
    ratio = errors["ours"] / errors[best]
    good, covered = ratio <= WANTED, COVERED[0] <= inside <= COVERED[1]
    print(f"  {'' if good else 'MISSED: '}{(1 - ratio) * 100:+.1f}% better than {best} (wanted: 5%)")
    print(f"  {'' if covered else 'MISSED: '}80% intervals hold {inside * 100:.1f}% (wanted: 75 to 85%)")
    return 0 if good and covered else 1


def found_sample(given: str | None) -> Path | None:
    """The file of real sales: the given one, or one beside the project."""
    project = Path(__file__).resolve().parent.parent
    places = [Path(given)] if given else [project / place / SAMPLE for place in PLACES]
    return next((place for place in places if place.is_file()), None)


def sets(sample: Path | None, parts: int, seed: int) -> list[Set]:
    """What is measured."""
    series, truth, expected = made_up(parts, seed)
    found = [Set("made up, by week", series, truth, date(2023, 1, 2), "week", 4, expected=expected)]
    if sample is None:
        print(f"real sales: left out, there is no {SAMPLE} beside the project and none was given (--sample)")
        return found
    for name, days, bucket, steps in (("week", 7, "week", 4), ("four weeks", 28, "month", 1)):
        real, start = sample_series(sample, days)
        kind: BucketKind = "week" if bucket == "week" else "month"
        found.append(Set(f"real sales, by {name}", real, np.vstack([one.demand for one in real]), start, kind, steps))
    return found


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 1 when what is wanted is missed."""
    options = argparse.ArgumentParser(prog="benchmarks forecast", description=__doc__.partition("\n")[0])
    options.add_argument("--sample")
    options.add_argument("--parts", type=int, default=120)
    options.add_argument("--seed", type=int, default=5)
    chosen = options.parse_args(arguments)
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    return max(report(one, run_set(one)) for one in sets(found_sample(chosen.sample), chosen.parts, chosen.seed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
