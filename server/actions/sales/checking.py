"""The nightly check: are the lines what the orders say, the reports the sums of the lines, the sums those of the
reports, and the demand what the history of stock says? What is not is mended, and said with figures."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from server.actions.sales.demands import parts_with_demand, refresh_all
from server.actions.sales.following import refresh_orders
from server.actions.sales.source import ORDERS, RETURNS
from server.actions.sales.tables import AT_ONCE, LINES, REPORTS, SUMS, revenue_of, units_of
from server.actions.sales.writing import REPORT_KEYS, add_reports, add_sums, writing
from server.db.session import Database
from server.domain.demand import Span, next_start, start_of
from server.domain.sales import Figures

__all__ = ["check_sales"]

log = logging.getLogger("bincard.sales")
Progress = Callable[[int, int], None]
_SOURCES: Mapping[str, Table] = {"salesorder": ORDERS, "returnorder": RETURNS}
_SPANS: Mapping[str, Span] = {"W": "week", "M": "month"}
_ABOUT: Mapping[str, str] = {"P": "part_key", "C": "customer_key"}


def check_sales(database: Database, progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Check everything and mend what is wrong: of how many orders, reports, sums and parts it was, of how many."""
    found = {"orders": 0, "lines_mended": 0, "reports_mended": 0, "sums_mended": 0, "parts": 0, "parts_mended": 0}
    _check_orders(database, found)
    progress(1, 4)
    for start, end in _months(database):
        found["reports_mended"] += database.run_write(partial(_mend_reports, start=start, end=end))
    progress(2, 4)
    for span in _SPANS:
        for start, end in _periods(database, span):
            found["sums_mended"] += database.run_write(partial(_mend_sums, span=span, start=start, end=end))
    progress(3, 4)
    _check_demand(database, found)
    progress(4, 4)
    if any(count for name, count in found.items() if name.endswith("_mended")):
        log.warning("sales were not what they are made of and have been mended: %s", found)
    return found


def _check_orders(database: Database, found: dict[str, int]) -> None:
    for model, table in _SOURCES.items():
        with database.read() as connection:
            told = select(LINES.c.order_key).where(LINES.c.order_model == model).distinct()
            orders = sorted({*connection.scalars(select(table.c.pk)), *connection.scalars(told)})
        found["orders"] += len(orders)
        for start in range(0, len(orders), AT_ONCE):
            some = orders[start : start + AT_ONCE]
            found["lines_mended"] += database.run_write(partial(_mend_orders, model=model, orders=some))


def _mend_orders(session: Session, model: str, orders: Sequence[int]) -> int:
    writing(session)
    return refresh_orders(session, model, orders)


def _check_demand(database: Database, found: dict[str, int]) -> None:
    with database.read() as connection:
        parts = parts_with_demand(connection)
    found["parts"] = len(parts)
    found["parts_mended"] += refresh_all(database, parts)


# ------------------------------------------------------------------------------------------------- differences


def _differences(connection: Session, right: Any, wrong: Any, keys: Sequence[str]) -> dict[Any, Figures]:
    """By how much each key of `wrong` must change to be what `right` says. Both give the keys, units and revenue."""
    both = union_all(right, wrong).subquery("both")
    columns = [both.c[name] for name in keys]
    units, revenue = units_of(both.c.units), revenue_of(both.c.revenue)
    differs = (func.sum(both.c.units) != 0) | (func.sum(both.c.revenue) != 0)
    rows = connection.execute(select(*columns, units, revenue).group_by(*columns).having(differs))
    return {tuple(row[:-2]): Figures(row[-2], row[-1]) for row in rows}


def _figures(table: Table, sign: int) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    units, revenue = table.c.quantity_sold, table.c.total_revenue
    return (units if sign > 0 else -units).label("units"), (revenue if sign > 0 else -revenue).label("revenue")


def _mend_reports(session: Session, start: date, end: date) -> int:
    writing(session)
    asked: list[Any] = []
    for table, sign in ((LINES, 1), (REPORTS, -1)):
        keys = [table.c[name] for name in REPORT_KEYS if name != "code"]
        code = case((table.c.part_key > 0, ""), else_=table.c.code).label("code") if table is LINES else table.c.code
        asked.append(
            select(*keys, code, *_figures(table, sign)).where(table.c.sales_date >= start, table.c.sales_date < end)
        )
    changes = _differences(session, asked[0], asked[1], REPORT_KEYS)
    add_reports(session.connection(), changes)
    return len(changes)


def _mend_sums(session: Session, span: str, start: date, end: date) -> int:
    writing(session)
    mended = 0
    for about, key in _ABOUT.items():
        day = REPORTS.c.sales_date
        code = REPORTS.c.code if about == "P" else literal("").label("code")
        right = select(
            REPORTS.c[key].label("object_key"), REPORTS.c.currency, code, *_figures(REPORTS, 1)
        ).where(day >= start, day < end)  # fmt: skip
        wrong = select(SUMS.c.object_key, SUMS.c.currency, SUMS.c.code, *_figures(SUMS, -1)).where(
            SUMS.c.about == about, SUMS.c.span == span, SUMS.c.start == start
        )
        found = _differences(session, right, wrong, ("object_key", "currency", "code"))
        changes = {(about, span, which, start, currency, name): each for (which, currency, name), each in found.items()}
        add_sums(session.connection(), changes)
        mended += len(changes)
    return mended


# ------------------------------------------------------------------------------------------------- periods


def _months(database: Database) -> Iterator[tuple[date, date]]:
    with database.read() as connection:
        first, last = _ends(connection, LINES.c.sales_date, REPORTS.c.sales_date)
    yield from _walk(first, last, "month")


def _periods(database: Database, span: str) -> Iterator[tuple[date, date]]:
    with database.read() as connection:
        first, last = _ends(connection, REPORTS.c.sales_date, SUMS.c.start)
    yield from _walk(first, last, _SPANS[span])


def _ends(connection: Connection, *columns: ColumnElement[Any]) -> tuple[date | None, date | None]:
    found = [connection.execute(select(func.min(column), func.max(column))).one() for column in columns]
    firsts, lasts = ([row[index] for row in found if row[index] is not None] for index in (0, 1))
    return (min(firsts), max(lasts)) if firsts else (None, None)


def _walk(first: date | None, last: date | None, span: Span) -> Iterator[tuple[date, date]]:
    if first is None or last is None:
        return
    start = start_of(first, span)
    while start <= last:
        end = next_start(start, span)
        yield start, end
        start = end
