"""What can be relied on with a supplier: how long it takes, how often it is on time, what is still to come.

receipt         what came of one order line on one day, in however many stock items
lead time       days from the order's issue to the receipt; a receipt dated before its order took 0 days
on time         the receipt's day is not after the line's target date, or the order's where the line has none
median, p90     percentiles of the lead times of receipts, each counted once whatever its quantity, by linear
                interpolation between closest ranks (Hyndman and Fan's type 7, PERCENTILE.INC of spreadsheets)
last price      of the receipt that came last: for one unit of the part, discount taken off
open quantity   ordered and not received, in units of the part, of orders that are placed or on hold
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

__all__ = ["NOTHING", "Performance", "Receipt", "merged", "percentile", "performance"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of an order line on a day. `quantity` is in units of the part, `price` for one of them; `issued` and
    `promised` are None where nobody said."""

    line: int
    supplier_part: int
    received: date
    quantity: Decimal
    issued: date | None = None
    promised: date | None = None
    price: Decimal | None = None
    currency: str = ""

    @property
    def days(self) -> int | None:
        """The lead time in days."""
        return None if self.issued is None else max(0, (self.received - self.issued).days)

    @property
    def on_time(self) -> bool | None:
        return None if self.promised is None else self.received <= self.promised


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of some receipts. `median` and `p90` are days, over `timed` receipts; `on_time` of `promised`
    receipts came on time. `last` is the receipt that came last with a price."""

    receipts: int = 0
    received: Decimal = Decimal(0)
    timed: int = 0
    median: float | None = None
    p90: float | None = None
    promised: int = 0
    on_time: int = 0
    last: Receipt | None = None

    @property
    def on_time_rate(self) -> float | None:
        """A share from 0 to 1; None where nothing was promised."""
        return self.on_time / self.promised if self.promised else None


NOTHING = Performance()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie: linear interpolation between the closest ranks of the
    sorted values, rank = share x (n - 1). Raises ValueError without values or for another share."""
    if not values or not 0 <= share <= 1:
        raise ValueError(f"no percentile {share} of {len(values)} values")
    ordered = sorted(values)
    rank = (len(ordered) - 1) * share
    below = math.floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


def merged(receipts: Iterable[Receipt]) -> list[Receipt]:
    """One receipt for each order line and day: twenty serial numbers that came together are one."""
    found: dict[tuple[int, int, date], Receipt] = {}
    for one in receipts:
        key = (one.line, one.supplier_part, one.received)
        same = found.get(key)
        found[key] = one if same is None else _joined(same, one)
    return sorted(found.values(), key=lambda one: (one.received, one.line, one.supplier_part))


def _joined(first: Receipt, second: Receipt) -> Receipt:
    priced = first if first.price is not None else second
    return Receipt(
        first.line, first.supplier_part, first.received, first.quantity + second.quantity, first.issued,
        first.promised, priced.price, priced.currency,
    )  # fmt: skip


def performance(receipts: Iterable[Receipt]) -> Performance:
    """The figures of receipts (already merged)."""
    known = list(receipts)
    days = [one.days for one in known if one.days is not None]
    kept = [one.on_time for one in known if one.on_time is not None]
    priced = [one for one in known if one.price is not None]
    return Performance(
        receipts=len(known), received=sum((one.quantity for one in known), Decimal(0)), timed=len(days),
        median=percentile(days, 0.5) if days else None, p90=percentile(days, 0.9) if days else None,
        promised=len(kept), on_time=sum(kept), last=max(priced, key=lambda one: (one.received, one.line), default=None),
    )  # fmt: skip
