"""What is expected to be wanted of each part: its forecast, else its demand so far, else what its history tells."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from server.actions.sales.history import demand_history
from server.alerts.figures import DEPARTURES, TRACKING, used_quantity
from server.domain.demand import Bucket
from server.domain.replenishment import Demand, Period, usage

__all__ = ["WEEKS", "demands"]

WEEKS = 26
"""How far back usage is looked at."""
_WEEK = timedelta(days=7)


def demands(connection: Connection, parts: Sequence[int] | None, today: date) -> dict[int, Demand]:
    """The demand of these parts (None: of all), by part; parts that nothing is known of are missing. Four statements,
    whatever there is."""
    until = today - timedelta(days=today.weekday())  # the last whole week ends on Sunday
    since = until - WEEKS * _WEEK
    history = demand_history(connection, parts, since=since, until=until, bucket="week")
    found = {part: usage(_periods(buckets), "history") for part, buckets in history.items()}
    for part, demand in _tracked(connection, parts, since).items():
        if part not in found or not found[part].steps:
            found[part] = demand
    return {part: demand for part, demand in found.items() if demand.steps}


def _periods(buckets: Iterable[Bucket]) -> list[Period]:
    return [Period(float(one.sold + one.consumed + one.lost), 7, one.out_of_stock_days) for one in buckets]


def _tracked(connection: Connection, parts: Sequence[int] | None, since: date) -> Mapping[int, Demand]:
    """The usage that the history of stock items tells, week by week, summed by the database."""
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    used = (
        select(TRACKING.c.part_id, TRACKING.c.date.label("moment"), used_quantity().label("quantity"))
        .where(
            TRACKING.c.date >= start, TRACKING.c.date < start + WEEKS * _WEEK,
            TRACKING.c.tracking_type.in_([int(code) for code in DEPARTURES]), TRACKING.c.part_id.is_not(None),
        )
    )  # fmt: skip
    if parts is not None:
        used = used.where(TRACKING.c.part_id.in_(parts))
    taken = used.subquery("used")
    weeks: list[Any] = [
        func.sum(
            case(
                ((taken.c.moment >= start + week * _WEEK) & (taken.c.moment < start + (week + 1) * _WEEK),
                 taken.c.quantity),
                else_=0.0,
            )
        )
        for week in range(WEEKS)
    ]  # fmt: skip
    rows = connection.execute(select(taken.c.part_id, *weeks).group_by(taken.c.part_id))
    return {part: usage([Period(float(one or 0), 7) for one in sums], "tracking") for part, *sums in rows}
