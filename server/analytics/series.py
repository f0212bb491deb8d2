"""What a forecast is made from: aligned series of demand, and what is known of each at an origin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

__all__ = ["Array", "BucketKind", "History", "Panel", "Series", "corrected", "scale_of", "season_of", "series_of"]

Array = np.ndarray[Any, np.dtype[np.float64]]
BucketKind = Literal["week", "month"]

REMEMBERED = 8
MOSTLY_IN_STOCK = 0.5


@dataclass(frozen=True)
class Series:
    """Demand of a part. `demand`: units per bucket, oldest first, NaN where it is not known (out of stock). `price`:
    average price per unit in each bucket, NaN where nothing was sold; None when prices are not known at all."""

    part: int
    demand: Array
    price: Array | None = None


def series_of(part: int, demand: Array, prices: Sequence[float | None]) -> Series:
    """A series with a price for each bucket, None where there is none."""
    return Series(part, demand, np.array([np.nan if price is None else price for price in prices]))


def season_of(bucket: BucketKind) -> int:
    """How many buckets make a year."""
    return 52 if bucket == "week" else 12


def corrected(demand: Sequence[float], out_of_stock_days: Sequence[int], days: Sequence[int]) -> Array:
    """Demand with what could not be sold for want of stock: a bucket that was in stock at least half of its `days`
    is scaled up to all of them, another one is not known (NaN). Returns in excess of sales count as no demand."""
    sold = np.maximum(np.asarray(demand, dtype=float), 0.0)
    length = np.asarray(days, dtype=float)
    there = np.clip(1.0 - np.asarray(out_of_stock_days, dtype=float) / length, 0.0, 1.0)
    return np.where(there >= MOSTLY_IN_STOCK, sold / np.maximum(there, MOSTLY_IN_STOCK), np.nan)


@dataclass(frozen=True)
class History:
    """One part up to an origin, from its first demand on. `known`: without the buckets that are not known, for models
    of a level; `filled`: with them, filled by what went before, for models of seasons."""

    known: Array
    filled: Array
    season: int


@dataclass(frozen=True)
class Panel:
    """All parts side by side. `demand` and `filled`: parts x buckets; `first`: each part's first bucket with demand
    (the number of buckets where there is none); `price`: parts x buckets, or None."""

    start: date
    bucket: BucketKind
    demand: Array
    filled: Array
    first: np.ndarray[Any, np.dtype[np.int64]]
    price: Array | None

    @property
    def season(self) -> int:
        return season_of(self.bucket)

    @property
    def buckets(self) -> int:
        return int(self.demand.shape[1])

    def history(self, row: int, origin: int) -> History:
        """What is known of a part before the bucket `origin`."""
        demand = self.demand[row, self.first[row] : origin]
        return History(demand[~np.isnan(demand)], self.filled[row, self.first[row] : origin], self.season)

    def year_share(self, index: int) -> float:
        """Where in the year the middle of a bucket lies, from 0 to 1."""
        if self.bucket == "month":
            return ((self.start.month - 1 + index) % 12 + 0.5) / 12
        middle = self.start + timedelta(days=7 * index + 3)
        return (middle.timetuple().tm_yday - 1) / 365.25

    @classmethod
    def of(cls, series: Sequence[Series], start: date, bucket: BucketKind) -> "Panel":
        """The panel of series that all begin with `start` and are equally long."""
        demand = np.vstack([one.demand for one in series]).astype(float)
        some = np.nan_to_num(demand) > 0
        first = np.where(some.any(axis=1), some.argmax(axis=1), demand.shape[1])
        return cls(start, bucket, demand, _filled(demand, first, season_of(bucket)), first, _prices(series))


def _filled(demand: Array, first: np.ndarray[Any, np.dtype[np.int64]], season: int) -> Array:
    """Unknown buckets get what the same season of the year before had, else the mean of the last known ones. Only what
    went before is looked at, so that no backtest learns from what came later."""
    filled = demand.copy()
    for row, column in zip(*np.nonzero(np.isnan(demand)), strict=True):
        if column - season >= first[row]:
            filled[row, column] = filled[row, column - season]
        else:
            before = filled[row, max(0, column - REMEMBERED) : column]
            filled[row, column] = before.mean() if before.size else 0.0
    return filled


def _prices(series: Sequence[Series]) -> Array | None:
    if any(one.price is None for one in series):
        return None
    return np.vstack([one.price for one in series if one.price is not None])


def scale_of(known: Array) -> float:
    """The mean squared difference of neighbours, by which errors are divided (Hyndman and Koehler 2006, in the squared
    form of the M5 competition); 0 where nothing ever changed or there are fewer than two buckets."""
    return float(np.mean(np.diff(known) ** 2)) if known.size > 1 else 0.0
