"""What to order, how much of it and where: the formulas of the reorder desk.

Stock is looked at every `review_days`, and what is ordered comes after the lead time: until the next order can come,
lead time + review period must be covered (Silver, Pyke and Thomas, Inventory and Production Management in Supply
Chains, 4th ed. 2017, section 6.10, the (R, S) policy).

    P       = lead time + review period, in days
    needed  = forecast over P + safety stock, and no less than the minimum
    safety  = z sqrt(P sd^2 + d^2 sL^2)                     (ibid., section 6.11, eqs. for D_R+L and s_R+L)
    short   = needed - on hand - on order + allocated

d and sd are mean and standard deviation of a day's demand, sL that of the lead time in days, z the quantile of the
standard normal distribution at the service level (the share of cycles without a stock-out). The section's rule of
independent sums gives the example of the tests: d = 50, sd = 10, P = 9, sL = 1.5 and 95 % give z = 1.645 and 133 units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import sqrt
from statistics import NormalDist, fmean
from typing import Literal

from server.domain.supplier_offers import Offer, PriceStep, Terms, offer_of

__all__ = [
    "NO_DEMAND",
    "NO_LEVELS",
    "Candidate",
    "Choice",
    "Demand",
    "LeadTime",
    "Level",
    "Levels",
    "Need",
    "Period",
    "Policy",
    "Position",
    "best",
    "choice_of",
    "cover_days",
    "from_forecast",
    "lead_time",
    "levels_of",
    "need_of",
    "safety_stock",
    "usage",
]

_STEP = Decimal("0.00001")
LEAST_PERIODS = 4
"""A part that was first used last week was not used at that rate for good: so many periods are looked at in any case.
"""
CARRYING = 0.25
"""What it costs to have stock for a year, as a share of its value (the usual figure of the trade): it makes long lead
times dearer, for what is under way is stock too."""
LATENESS = 0.10
"""A supplier that never keeps a date counts as this much dearer."""
_INTERVAL = NormalDist().inv_cdf(0.9)
"""The bounds of an interval that holds 80 % lie so many standard deviations from the middle."""


def _spread(values: Sequence[float]) -> float:
    """The sample standard deviation; 0 of fewer than two values."""
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


Source = Literal["forecast", "history", "tracking", "none"]


def _quantity(value: float) -> Decimal:
    return Decimal(str(value)).quantize(_STEP, ROUND_HALF_UP)


# ------------------------------------------------------------------------------------------------- demand


@dataclass(frozen=True, slots=True)
class Period:
    """What was used in a period of `days`, on `out_days` of which there was nothing to use."""

    quantity: float
    days: int
    out_days: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """`steps`: units expected in each period of `step_days` from now on; after the last one, their mean. `deviation`:
    of the demand of one day. `periods`: how many periods of history it was made of."""

    source: Source
    steps: tuple[float, ...] = ()
    step_days: float = 7.0
    deviation: float = 0.0
    periods: int = 0

    @property
    def per_day(self) -> float:
        return fmean(self.steps) / self.step_days if self.steps else 0.0

    def expected(self, days: float) -> float:
        """The units wanted in the next `days`."""
        total, left = 0.0, days
        for step in self.steps:
            if left <= 0:
                return total
            total += step * min(1.0, left / self.step_days)
            left -= self.step_days
        return total + max(0.0, left) * self.per_day


NO_DEMAND = Demand("none")


def usage(periods: Sequence[Period], source: Source) -> Demand:
    """The demand that the past shows, oldest period first. Days without stock count neither way; what lies before the
    first use does not count, but the last LEAST_PERIODS always do."""
    first = next((place for place, one in enumerate(periods) if one.quantity > 0), None)
    if first is None:
        return NO_DEMAND
    seen = [one for one in periods[min(first, max(0, len(periods) - LEAST_PERIODS)) :] if one.days > one.out_days]
    if not seen:
        return NO_DEMAND
    length = fmean(one.days for one in seen)
    open_days = sum(one.days - one.out_days for one in seen)
    per_day = max(0.0, sum(one.quantity for one in seen)) / open_days
    scaled = [one.quantity / (one.days - one.out_days) * length for one in seen if 2 * one.out_days <= one.days]
    spread = _spread(scaled) / sqrt(length)
    return Demand(source, (per_day * length,), length, spread, len(seen))


def from_forecast(mean: Sequence[float], low: Sequence[float], high: Sequence[float], step_days: float) -> Demand:
    """The demand of a forecast whose intervals (`low` to `high`, one for each step) hold 80 %."""
    widths = [max(0.0, up - down) / (2 * _INTERVAL) for down, up in zip(low, high, strict=True)]
    spread = sqrt(fmean(width * width for width in widths) / step_days) if widths else 0.0
    return Demand("forecast", tuple(max(0.0, value) for value in mean), step_days, spread)


# ------------------------------------------------------------------------------------------------- lead time


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from order to receipt; `of` says what is known: receipts of the supplier part, of all that the supplier
    delivers, or none (the setting)."""

    days: float
    deviation: float = 0.0
    receipts: int = 0
    of: Literal["supplier_part", "supplier", "setting"] = "setting"


def lead_time(own: Sequence[int], others: Sequence[int], usual: float) -> LeadTime:
    """From the lead times of receipts of the supplier part, else of all of the supplier's, else `usual`."""
    for days, of in ((own, "supplier_part"), (others, "supplier")):
        if days:
            return LeadTime(
                fmean(days), _spread(days), len(days), "supplier_part" if of == "supplier_part" else "supplier"
            )
    return LeadTime(usual)


# ------------------------------------------------------------------------------------------------- levels


@dataclass(frozen=True, slots=True)
class Level:
    """How much is to lie in a location and below it. `path` begins with the path of the location above it."""

    path: str
    minimum: Decimal
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a part's locations together: below `minimum`, it is filled up to `target`."""

    minimum: Decimal = Decimal(0)
    target: Decimal = Decimal(0)


NO_LEVELS = Levels()


def levels_of(levels: Iterable[Level]) -> Levels:
    """The levels together. One inside another counts once: what lies in the shelf lies in the room."""
    roots: list[tuple[Level, list[Level]]] = []
    for level in sorted(levels, key=lambda one: one.path):
        if roots and level.path.startswith(roots[-1][0].path):
            roots[-1][1].append(level)
        else:
            roots.append((level, []))
    minimum = target = Decimal(0)
    for root, inside in roots:
        below = levels_of(inside)
        least = max(root.minimum, below.minimum)
        minimum += least
        target += max(least, root.maximum or Decimal(0), below.target)
    return Levels(minimum, target)


# ------------------------------------------------------------------------------------------------- need


@lru_cache(maxsize=16)
def _quantile(level: float) -> float:
    return max(0.0, NormalDist().inv_cdf(level))


@dataclass(frozen=True, slots=True)
class Policy:
    """`service_level`: the share of cycles that no stock-out is wanted in, above 0 and below 1."""

    service_level: float
    review_days: float

    @property
    def z(self) -> float:
        return _quantile(self.service_level)


@dataclass(frozen=True, slots=True)
class Position:
    """What there is of a part: in stock, still to come, promised."""

    on_hand: Decimal
    on_order: Decimal = Decimal(0)
    allocated: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.on_hand + self.on_order - self.allocated


@dataclass(frozen=True, slots=True)
class Need:
    """Each number of a suggestion: needed = max(forecast + safety, minimum); short = needed - what there is."""

    position: Position
    demand: Demand
    lead: LeadTime
    days: float
    z: float
    forecast: Decimal
    safety: Decimal
    minimum: Decimal
    needed: Decimal
    short: Decimal


def safety_stock(z: float, days: float, per_day: float, deviation: float, lead_deviation: float) -> float:
    """z sqrt(P sd^2 + d^2 sL^2) in units, see above; `days` is P."""
    return z * sqrt(days * deviation**2 + per_day**2 * lead_deviation**2)


def need_of(
    position: Position, demand: Demand, lead: LeadTime, policy: Policy, minimum: Decimal = Decimal(0),
    levels: Levels = NO_LEVELS,
) -> Need:  # fmt: skip
    """How much is needed of a part. `minimum` is its own minimum stock; where there is less than the levels of its
    locations ask for, they are filled up."""
    days = lead.days + policy.review_days
    forecast = _quantity(demand.expected(days))
    safety = _quantity(safety_stock(policy.z, days, demand.per_day, demand.deviation, lead.deviation))
    filled = levels.target if position.net < levels.minimum else levels.minimum
    least = max(minimum, filled, Decimal(0))
    needed = max(forecast + safety, least)
    return Need(
        position, demand, lead, days, policy.z, forecast, safety, least, needed, max(Decimal(0), needed - position.net)
    )


def cover_days(position: Position, demand: Demand) -> float | None:
    """For how many days what is free lasts; None where nothing is used."""
    free = float(position.on_hand - position.allocated)
    return max(0.0, free) / demand.per_day if demand.per_day > 0 else None


# ------------------------------------------------------------------------------------------------- where to buy


@dataclass(frozen=True, slots=True)
class Candidate:
    """A supplier part that might be ordered. `on_time`: the share of promised receipts that came in time, None where
    nothing was promised yet."""

    pk: int
    terms: Terms
    steps: tuple[PriceStep, ...]
    lead: LeadTime
    on_time: float | None = None
    primary: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is ordered of a candidate. `before`: what it would have been without taking the next price break, which
    costs less in all; None where none was taken."""

    offer: Offer
    before: Offer | None = None


def choice_of(candidate: Candidate, short: Decimal, common: str, rates: Mapping[str, float]) -> Choice:
    """`short` units in whole packs, multiples and no less than the smallest price break; more of it where that costs
    less in all. Raises ValueError unless `short` is above 0."""
    first, cheaper = offer_of(candidate.terms, candidate.steps, short, common, rates)
    return Choice(first) if cheaper is None else Choice(replace(cheaper, minimum=first.minimum), first)


def best(candidates: Sequence[Candidate], wanted: Decimal, common: str, rates: Mapping[str, float]) -> Candidate | None:
    """Where to buy so much: the least cost for one wanted unit, carried for the lead time and raised by lateness (see
    CARRYING and LATENESS); what has no price comes last. Between equals the primary one, then the name decides."""

    def key(candidate: Candidate) -> tuple[int, float, bool, str, int]:
        offer = choice_of(candidate, wanted, common, rates).offer
        kind = 0 if offer.common_total is not None else 1 if offer.total is not None else 2
        cost = float(offer.common_total or offer.total or 0) / float(wanted)
        late = 0.0 if candidate.on_time is None else 1.0 - candidate.on_time
        judged = cost * (1 + CARRYING * candidate.lead.days / 365) * (1 + LATENESS * late)
        return kind, judged, not candidate.primary, candidate.name, candidate.pk

    return min(candidates, key=key, default=None)
