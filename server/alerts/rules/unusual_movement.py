"""A quantity that is far outside what is usual for the part.

The measure is the modified z-score of Iglewicz and Hoaglin ("How to Detect and Handle Outliers", 1993, section 3.3):
0.6745 (x - median) / MAD, where MAD is the median of the absolute deviations from the median. It stays true although
there are outliers in the history itself. Where more than half of the movements are equal the MAD is 0; then the mean
absolute deviation stands for it: (x - median) / (1.253314 MeanAD). What came in and what went out are judged apart.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean, median
from typing import Any

from sqlalchemy import case, func, select

from server.alerts.declare import Asked, Rule, amount, named
from server.alerts.figures import DEPARTURES, PARTS, TRACKING, used_quantity
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity
from server.domain.status import StockHistoryCode

__all__ = ["RULE", "score"]

ARRIVALS = (StockHistoryCode.STOCK_ADD, StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER)
YEAR = 365
LARGEST = 1000.0


def score(value: float, history: Sequence[float]) -> float:
    """The modified z-score of a value against a history (at least one value), at most 1,000: a history of equal values
    says that any other is as unusual as can be."""
    middle = median(history)
    deviations = [abs(one - middle) for one in history]
    spread = median(deviations) / 0.6745 or 1.253314 * fmean(deviations)
    if not spread:
        return 0.0 if value == middle else LARGEST if value > middle else -LARGEST
    return max(-LARGEST, min((value - middle) / spread, LARGEST))


def _entries(asked: Asked) -> Iterator[Any]:
    """The movements of a year of the parts that moved within the last days, oldest first."""
    codes = [int(code) for code in (*DEPARTURES, *ARRIVALS)]
    recent = (
        select(TRACKING.c.part_id)
        .where(TRACKING.c.date > asked.ago(asked.limits["days"]), TRACKING.c.tracking_type.in_(codes))
        .where(*asked.among(TRACKING.c.part_id))
        .distinct()
        .subquery("recent")
    )
    quantity = case(
        (TRACKING.c.tracking_type == int(StockHistoryCode.STOCK_ADD), TRACKING.c.deltas["added"].as_float()),
        else_=used_quantity(),
    )
    wanted = (
        select(
            TRACKING.c.pk, TRACKING.c.part_id, TRACKING.c.item_id, TRACKING.c.user_id, TRACKING.c.date,
            TRACKING.c.tracking_type, func.abs(quantity).label("quantity"), PARTS.c.name, PARTS.c.IPN,
        )
        .select_from(
            TRACKING.join(recent, recent.c.part_id == TRACKING.c.part_id).join(
                PARTS, PARTS.c.pk == TRACKING.c.part_id
            )
        )
        .where(TRACKING.c.date > asked.ago(YEAR), TRACKING.c.tracking_type.in_(codes))
        .order_by(TRACKING.c.part_id, TRACKING.c.pk)
    )  # fmt: skip
    yield from asked.connection.execute(wanted)


def _find(asked: Asked) -> Iterator[Found]:
    since = asked.ago(asked.limits["days"])
    history: dict[tuple[int, bool], list[float]] = {}
    for row in _entries(asked):
        if row.quantity is None:
            continue
        moved, outward = float(row.quantity), row.tracking_type in DEPARTURES
        before = history.setdefault((row.part_id, outward), [])
        if row.date > since and len(before) >= asked.limits["movements"]:
            found = score(moved, before)
            if found >= asked.limits["score"]:
                yield _told(row, moved, median(before), found, outward)
        before.append(moved)


def _told(row: Any, moved: float, usual: float, found: float, outward: bool) -> Found:
    what = "went out" if outward else "came in"
    return Found(
        f"entry:{row.pk}", Severity.WARNING,
        f"{named(row.name, row.IPN)}: {amount(moved)} {what} at once; usual are {amount(usual)}",
        {"have": moved, "want": usual, "score": round(found, 2), "entry": row.pk, "outward": outward},
        {"part": row.part_id, "stock_item": row.item_id, "user": row.user_id},
    )  # fmt: skip


RULE = Rule(BY_KEY["unusual_movement"], _find, "part")
