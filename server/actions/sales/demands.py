"""Keeping demand and days without stock: a part's are made anew from its history whenever its stock has changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.orm import Session

from server.actions.sales.tables import AT_ONCE, DEMAND, LINES, OUTS, groups, units_of
from server.actions.sales.writing import writing
from server.db.bulk import insert_many
from server.db.models.stock import StockItem, StockItemTracking
from server.db.session import Database
from server.domain.demand_flows import Entry, Interval, Standing, Wanted, demand_by_day, flows, stock_outs
from server.domain.sales import IMPORT
from server.domain.stock import AVAILABLE

__all__ = ["parts_with_demand", "refresh_all", "refresh_demand"]

PARTS_AT_ONCE = 20

ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
TRACKING: Table = StockItemTracking.__table__  # type: ignore[assignment]
PARTS_AT_ONCE = 100
Row = tuple[Any, ...]


def parts_with_demand(connection: Connection) -> list[int]:
    """The parts that have a history of stock or of imported sales, or demand already."""
    found: set[int] = set()
    for column in (TRACKING.c.part_id, LINES.c.part_key, DEMAND.c.part_key, OUTS.c.part_key):
        found.update(int(key) for key in connection.scalars(select(column).distinct()) if key)
    return sorted(found)


def refresh_all(database: Database, parts: Iterable[int], progress: Callable[[int], None] = lambda done: None) -> int:
    """Make the demand of these parts what their history says, few parts in each transaction; of how many parts it was
    something else."""
    wanted, mended = sorted(set(parts)), 0
    for start in range(0, len(wanted), PARTS_AT_ONCE):
        some = wanted[start : start + PARTS_AT_ONCE]
        mended += database.run_write(partial(refresh_demand, parts=some))
        progress(start + len(some))
    return mended


def refresh_demand(session: Session, parts: Iterable[int]) -> int:
    """The same in one transaction; nobody else writes sales meanwhile."""
    writing(session)
    mended: set[int] = set()
    for group in groups(sorted(set(parts))):
        wanted = _wanted(session, group)
        there = _there(session, group)
        for table, names in ((DEMAND, _DEMAND), (OUTS, _OUTS)):
            new, old = wanted[table.name], there[table.name]
            gone = [pk for row, pk in old.items() if row not in new]
            come = [dict(zip(names, row, strict=True)) for row in sorted(new - old.keys(), key=str)]
            mended |= {row[0] for row in old if row not in new} | {row["part_key"] for row in come}
            for keys in groups(gone):
                session.execute(delete(table).where(table.c.pk.in_(keys)))
            for start in range(0, len(come), AT_ONCE):
                insert_many(session.connection(), table, come[start : start + AT_ONCE])
    return len(mended)


_DEMAND = ("part_key", "location_key", "day", "sold", "consumed", "lost")
_OUTS = ("part_key", "location_key", "since", "until")


def _there(session: Session, parts: Sequence[int]) -> dict[str, dict[Row, int]]:
    found: dict[str, dict[Row, int]] = {}
    for table, names in ((DEMAND, _DEMAND), (OUTS, _OUTS)):
        columns = [table.c[name] for name in names]
        rows = session.execute(select(table.c.pk, *columns).where(table.c.part_key.in_(parts)))
        found[table.name] = {tuple(row[1:]): row[0] for row in rows}
    return found


def _wanted(session: Session, parts: Sequence[int]) -> dict[str, set[Row]]:
    entries = _entries(session, parts)
    standing = _standing(session, parts)
    demand: set[Row] = set()
    outs: set[Row] = set()
    imported = _imported(session, parts)
    for part in parts:
        found = flows(entries.get(part, ()), standing.get(part, {}))
        days = demand_by_day(found)
        for day, quantity in imported.get(part, ()):
            days.setdefault((0, day), Wanted()).sold += quantity
        demand |= {(part, *place, *astuple(wanted)) for place, wanted in days.items() if any(astuple(wanted))}
        outs |= {_out(part, interval) for interval in stock_outs(found)}
    return {DEMAND.name: demand, OUTS.name: outs}


def _out(part: int, interval: Interval) -> Row:
    return (part, interval.location, interval.since, interval.until)


def _entries(session: Session, parts: Sequence[int]) -> dict[int, list[Entry]]:
    told = TRACKING.c
    wanted = select(told.part_id, told.item_id, told.date, told.tracking_type, told.deltas)
    found: dict[int, list[Entry]] = {}
    for part, item, at, code, deltas in session.execute(
        wanted.where(told.part_id.in_(parts)).order_by(told.date, told.pk)
    ):
        found.setdefault(part, []).append(Entry(item, at, code, deltas if isinstance(deltas, dict) else {}))
    return found


def _standing(session: Session, parts: Sequence[int]) -> dict[int, dict[int, Standing]]:
    item = ITEMS.c
    wanted = select(
        item.pk, item.part_id, item.quantity, item.location_id, item.status, item.is_building, item.sales_order_id,
        item.customer_id, item.belongs_to_id, item.consumed_by_id,
    )  # fmt: skip
    found: dict[int, dict[int, Standing]] = {}
    for pk, part, quantity, location, status, building, *taken in session.execute(
        wanted.where(item.part_id.in_(parts))
    ):
        here = quantity > 0 and status in AVAILABLE and not building and not any(taken)
        found.setdefault(part, {})[pk] = Standing(quantity, location or 0, here)
    return found


def _imported(session: Session, parts: Sequence[int]) -> dict[int, list[Any]]:
    wanted = select(LINES.c.part_key, LINES.c.sales_date, units_of(LINES.c.quantity_sold)).where(
        LINES.c.part_key.in_(parts), LINES.c.source == IMPORT
    )
    found: dict[int, list[Any]] = {}
    for part, day, quantity in session.execute(wanted.group_by(LINES.c.part_key, LINES.c.sales_date)):
        found.setdefault(part, []).append((day, quantity))
    return found
