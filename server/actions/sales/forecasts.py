"""Forecasts as they are kept: written by the job, read by everybody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.orm import Session

from server.actions.sales.tables import groups
from server.db.models.forecasts import Forecast, ForecastRun
from server.db.models.part import Part

__all__ = ["FORECASTS", "RUNS", "StoredForecast", "forecasts", "store"]

FORECASTS: Table = Forecast.__table__  # type: ignore[assignment]
RUNS: Table = ForecastRun.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class StoredForecast:
    """The forecast of a part. `mean`, `low` and `high`: units per bucket ("week" or "month"), the one that begins at
    `start` first; eight of ten are expected between low and high. `error` and `naive_error`: RMSSE of the backtest and
    of the naive model on the same origins, None where nothing could be measured. Not `enough`: there is too little
    history, `why` says so, and low and high mean nothing."""

    part: int
    made_at: datetime
    start: date
    bucket: str
    kind: str
    model: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    error: float | None
    naive_error: float | None
    history_buckets: int
    enough: bool
    why: str


def forecasts(session: Session | Connection, parts: Sequence[int] | None) -> dict[int, StoredForecast]:
    """The last forecasts of these parts (None: of all), by part; parts that have none are missing."""
    asked: Iterable[Sequence[int] | None] = [None] if parts is None else groups(sorted(set(parts)))
    found: dict[int, StoredForecast] = {}
    for group in asked:
        statement = select(FORECASTS) if group is None else select(FORECASTS).where(FORECASTS.c.part_id.in_(group))
        for row in session.execute(statement).mappings():
            found[row["part_id"]] = _read(row)
    return found


def _read(row: Any) -> StoredForecast:
    return StoredForecast(
        part=row["part_id"], made_at=row["made_at"], start=row["start"], bucket=row["bucket"], kind=row["kind"],
        model=row["model"], mean=tuple(row["mean"] or ()), low=tuple(row["low"] or ()), high=tuple(row["high"] or ()),
        error=row["error"], naive_error=row["naive_error"], history_buckets=row["history_buckets"],
        enough=row["enough"], why=row["why"],
    )  # fmt: skip


def store(session: Session, made: Sequence[StoredForecast]) -> int:
    """Keep these instead of what was kept of the same parts; how many. Parts that are gone meanwhile are left out."""
    parts = [one.part for one in made]
    there = set(session.scalars(select(Part.pk).where(Part.pk.in_(parts))))
    session.execute(delete(FORECASTS).where(FORECASTS.c.part_id.in_(parts)))
    rows = [
        {
            "part_id": one.part, "made_at": one.made_at, "start": one.start, "bucket": one.bucket,
            "horizon": len(one.mean), "kind": one.kind, "model": one.model[:200], "mean": list(one.mean),
            "low": list(one.low), "high": list(one.high), "error": one.error, "naive_error": one.naive_error,
            "history_buckets": one.history_buckets, "enough": one.enough, "why": one.why,
        }
        for one in made if one.part in there
    ]  # fmt: skip
    if rows:
        session.execute(insert(FORECASTS), rows)
    return len(rows)
