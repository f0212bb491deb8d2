"""Demand by period, as forecasts and the reorder desk ask for it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import Session

from server.actions.sales.tables import DEMAND, OUTS, groups, units_of
from server.domain.demand import Bucket, Span, bucket_starts, start_of

__all__ = ["demand_history"]

NOTHING = Decimal(0)
ONE_DAY = timedelta(days=1)
Days = dict[tuple[int, date], list[Decimal]]


def demand_history(
    session: Session | Connection, parts: Sequence[int] | None, *, since: date, until: date, bucket: Span
) -> dict[int, list[Bucket]]:
    """The demand of these parts (None: of all that have any) over all locations, by part: the periods that lie wholly
    between `since` and `until` (the first day that is not in), oldest first, with zeroes where there was nothing.
    Parts that are asked for and have no demand are there too. `session` is a session or a connection."""
    starts = list(bucket_starts(since, until, bucket))
    asked: Sequence[Sequence[int] | None] = [None] if parts is None else list(groups(sorted(set(parts))))
    days: Days = {}
    empty: dict[tuple[int, date], int] = {}
    for group in asked if starts else ():
        _read_demand(session, group, since, until, bucket, days)
        _read_stock_outs(session, group, since, until, bucket, empty)
    wanted = sorted({part for part, _ in days}) if parts is None else parts
    return {part: [_bucket(part, start, days, empty) for start in starts] for part in wanted}


def _bucket(part: int, start: date, days: Days, empty: dict[tuple[int, date], int]) -> Bucket:
    sold, consumed, lost = days.get((part, start), (NOTHING, NOTHING, NOTHING))
    return Bucket(start, max(sold, NOTHING), consumed, lost, empty.get((part, start), 0))


def _among(column: ColumnElement[int], parts: Sequence[int] | None) -> ColumnElement[bool]:
    return column.in_(parts) if parts is not None else column > 0


def _read_demand(
    session: Session | Connection, parts: Sequence[int] | None, since: date, until: date, bucket: Span, into: Days
) -> None:
    wanted = DEMAND.c
    statement = (
        select(
            wanted.part_key, wanted.day, units_of(wanted.sold), units_of(wanted.consumed), units_of(wanted.lost)
        )
        .where(_among(wanted.part_key, parts), wanted.day >= since, wanted.day < until)
        .group_by(wanted.part_key, wanted.day)
    )  # fmt: skip
    for part, day, *figures in session.execute(statement):
        sums = into.setdefault((part, start_of(day, bucket)), [NOTHING, NOTHING, NOTHING])
        for index, figure in enumerate(figures):
            sums[index] += figure


def _read_stock_outs(
    session: Session | Connection, parts: Sequence[int] | None, since: date, until: date, bucket: Span,
    into: dict[tuple[int, date], int],
) -> None:  # fmt: skip
    """Count the days on which there was nothing from their first moment to their last."""
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (since, until))
    out = OUTS.c
    statement = select(out.part_key, out.since, out.until).where(
        _among(out.part_key, parts), out.location_key == 0, out.since < end, out.until.is_(None) | (out.until > begin)
    )
    for part, first, last in session.execute(statement):
        first = max(first, begin)
        day = first.date() if first.time() == datetime.min.time() else first.date() + ONE_DAY
        stop = end.date() if last is None else min(last, end).date()
        while day < stop:
            place = (part, start_of(day, bucket))
            into[place] = into.get(place, 0) + 1
            day += ONE_DAY
