"""What is expected to be wanted of each part: its forecast, else its demand so far, else what its history tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from server.actions.sales.forecasts import StoredForecast, forecasts
from server.actions.sales.history import demand_history
from server.alerts.figures import DEPARTURES, TRACKING, used_quantity
from server.domain.demand import Bucket
from server.domain.replenishment import Demand, Period, from_forecast, usage

__all__ = ["WEEKS", "demands"]

WEEKS = 26
"""How far back usage is looked at."""
_WEEK = timedelta(days=7)
_BUCKET_DAYS = {"week": 7.0, "month": 365.25 / 12}


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
    for part, forecast in forecasts(connection, parts).items():
        foreseen = _foreseen(forecast, today)
        if foreseen is not None:
            found[part] = foreseen
    return {part: demand for part, demand in found.items() if demand.steps}


def _foreseen(forecast: StoredForecast, today: date) -> Demand | None:
    """The demand of a forecast from today on; None where it had too little history or all of it is past."""
    days = _BUCKET_DAYS.get(forecast.bucket)
    if not forecast.enough or days is None:
        return None
    past = max(0, int((today - forecast.start).days // days))
    if past >= len(forecast.mean):
        return None
    found = from_forecast(forecast.mean[past:], forecast.low[past:], forecast.high[past:], days)
    return replace(found, periods=forecast.history_buckets)


def _periods(buckets: Iterable[Bucket]) -> list[Period]:
    return [Period(float(one.sold + one.consumed + one.lost), 7, one.out_of_stock_days) for one in buckets]


def _tracked(connection: Connection, parts: Sequence[int] | None, since: date) -> Mapping[int, Demand]:
    """The usage that the history of stock items tells: summed by day by the database, by week here."""
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    day = func.date(TRACKING.c.date)
    wanted = select(TRACKING.c.part_id, day, func.sum(used_quantity())).where(
        TRACKING.c.date >= start, TRACKING.c.date < start + WEEKS * _WEEK,
        TRACKING.c.tracking_type.in_([int(code) for code in DEPARTURES]), TRACKING.c.part_id.is_not(None),
    )  # fmt: skip
    if parts is not None:
        wanted = wanted.where(TRACKING.c.part_id.in_(parts))
    number = _week_numbers(since)
    weeks: dict[int, list[float]] = {}
    for part, moment, quantity in connection.execute(wanted.group_by(TRACKING.c.part_id, day)):
        place = number.get(str(moment)[:10])
        if place is not None and quantity:
            weeks.setdefault(part, [0.0] * WEEKS)[place] += float(quantity)
    return {part: usage([Period(one, 7) for one in sums], "tracking") for part, sums in weeks.items()}


def _week_numbers(since: date) -> dict[str, int]:
    """Day to the number of its week, for each day that counts."""
    return {(since + timedelta(days=number)).isoformat(): number // 7 for number in range(7 * WEEKS)}
