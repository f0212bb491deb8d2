"""Forecasting the demand of all parts. The numerics are of the extra `analytics`, imported when the job runs."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from server.actions.sales.forecasts import RUNS, StoredForecast, store
from server.actions.sales.history import demand_history
from server.actions.sales.tables import SUMS, groups
from server.domain.demand import Bucket, next_start, start_of
from server.jobs.declaring import Work, job

__all__ = ["JOBS", "forecast_demand"]

YEARS = 3
HORIZON: dict[str, int] = {"week": 13, "month": 6}
MISSING = 'Forecasts need the extra "analytics" (statsforecast, scikit-learn), which is not installed.'
SECONDS_BETWEEN = 1.0
Histories = dict[int, list[Bucket]]
Span = Literal["week", "month"]


@job("forecast_demand", "Forecast the demand of all parts.", every=timedelta(days=1), tries=2)
def forecast_demand(work: Work) -> dict[str, Any]:
    """Arguments: `bucket` ("week", the usual one, or "month"), `horizon` (how many buckets). Tells how many parts were
    forecast and how many have too little history; without the extra it says so and does nothing."""
    bucket: Span = "month" if work.arguments.get("bucket") == "month" else "week"
    horizon = int(work.arguments.get("horizon") or HORIZON[bucket])
    run = _begin(work)
    try:
        numerics, series = import_module("server.analytics.forecasting"), import_module("server.analytics.series")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("server"):
            raise
        _note(work, run, state="unavailable", finished=datetime.now(UTC), message=MISSING)
        return {"skipped": MISSING}
    try:
        return _forecast(work, run, bucket, horizon, numerics, series)
    except Exception:
        _note(work, run, state="failed", finished=datetime.now(UTC), message="It went wrong; the job says how.")
        raise


def _forecast(work: Work, run: int, bucket: Span, horizon: int, numerics: Any, series: Any) -> dict[str, Any]:
    today = work.now.date()
    until = start_of(today, bucket)
    since = start_of(until.replace(year=until.year - YEARS, day=1), bucket)
    with work.database.read() as connection:
        histories = demand_history(connection, None, since=since, until=until, bucket=bucket)
        prices = _prices(connection, since, bucket)
    start, histories = _from_first(histories)
    if not histories:
        _note(work, run, state="done", finished=datetime.now(UTC), message="There has been no demand.")
        return {"parts": 0, "enough": 0}
    _note(work, run, parts=len(histories))
    made = numerics.forecast_all(
        [_series(series, part, buckets, prices.get(part, {}), bucket) for part, buckets in histories.items()],
        start=start, bucket=bucket, horizon=horizon, progress=_teller(work, run),
    )  # fmt: skip
    kept = [_kept(one, work.now, until, bucket) for one in made]
    stored = sum(_store(work, group) for group in groups(kept))
    enough = sum(one.enough for one in kept)
    _note(
        work, run, state="done", finished=datetime.now(UTC), done=stored,
        message=f"{enough} parts forecast, {len(kept) - enough} with too little history.",
    )  # fmt: skip
    return {"parts": stored, "enough": enough}


def _kept(one: Any, made_at: datetime, start: date, bucket: Span) -> StoredForecast:
    mean, low, high = (tuple(round(value, 4) for value in values) for values in (one.mean, one.low, one.high))
    return StoredForecast(
        part=one.part, made_at=made_at, start=start, bucket=bucket, kind=str(one.kind), model=one.model, mean=mean,
        low=low, high=high, error=one.error, naive_error=one.naive_error, history_buckets=one.history_buckets,
        enough=one.enough, why=one.why,
    )  # fmt: skip


def _store(work: Work, made: Sequence[StoredForecast]) -> int:
    return work.database.run_write(lambda session: store(session, made))


def _from_first(histories: Histories) -> tuple[date, Histories]:
    """The histories from the first bucket on in which anything was wanted; without parts that nobody wanted."""
    wanted = {part: buckets for part, buckets in histories.items() if any(map(_units, buckets))}
    if not wanted:
        return date.min, {}
    first = min(next(n for n, one in enumerate(buckets) if _units(one)) for buckets in wanted.values())
    cut = {part: buckets[first:] for part, buckets in wanted.items()}
    return next(iter(cut.values()))[0].start, cut


def _units(bucket: Bucket) -> float:
    return float(bucket.sold + bucket.consumed + bucket.lost)


def _series(numerics: Any, part: int, buckets: Sequence[Bucket], prices: dict[date, float], bucket: Span) -> Any:
    days = [(next_start(one.start, bucket) - one.start).days for one in buckets]
    demand = numerics.corrected([_units(one) for one in buckets], [one.out_of_stock_days for one in buckets], days)
    return numerics.series_of(part, demand, [prices.get(one.start) for one in buckets])


def _prices(connection: Connection, since: date, bucket: Span) -> dict[int, dict[date, float]]:
    """What a unit was sold for, by part and bucket; of parts that are sold in several currencies, in the last read."""
    rows = connection.execute(
        select(SUMS.c.object_key, SUMS.c.start, SUMS.c.quantity_sold, SUMS.c.total_revenue).where(
            SUMS.c.about == "P", SUMS.c.span == ("W" if bucket == "week" else "M"), SUMS.c.start >= since,
            SUMS.c.object_key > 0, SUMS.c.quantity_sold > 0, SUMS.c.total_revenue > 0,
        ).order_by(SUMS.c.currency)
    )  # fmt: skip
    found: dict[int, dict[date, float]] = {}
    for part, start, quantity, revenue in rows:
        found.setdefault(part, {})[start] = float(revenue / quantity)
    return found


def _teller(work: Work, run: int) -> Callable[[int, int], None]:
    """Notes how far it is, about every second."""
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN or done == total:
            last = now
            work.progress(done, total)
            _note(work, run, done=done)

    return tell


def _begin(work: Work) -> int:
    """Note that a run has begun; what a killed worker left running has failed."""

    def begin(session: Any) -> int:
        ended = {"state": "failed", "finished": work.now, "message": "Its worker ended before it did."}
        session.execute(update(RUNS).where(RUNS.c.state == "running").values(ended))
        row = {"started": work.now, "parts": 0, "done": 0, "state": "running", "message": ""}
        return int(session.execute(insert(RUNS).values(row)).inserted_primary_key[0])

    return work.database.run_write(begin)


def _note(work: Work, run: int, **values: Any) -> None:
    work.database.run_write(lambda session: session.execute(update(RUNS).where(RUNS.c.pk == run).values(values)))


JOBS = (forecast_demand,)
