"""The rows of the files for BI (server/domain/bi_tables.py), in batches, so that a table of any length takes the same
memory; and by day what there is of a table, to know which days changed."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, case, func, select

from server.db.models import (
    Company,
    Part,
    PartCategory,
    PurchaseOrder,
    PurchaseOrderLineItem,
    StockItem,
    StockItemTracking,
    StockLocation,
    SupplierPart,
    User,
)
from server.db.models.forecasts import Forecast
from server.db.models.sales import SalesReport
from server.domain.demand import next_start
from server.domain.status import StockHistoryCode, StockStatus
from server.domain.supplier_performance import Receipt, merged, performance

__all__ = ["DAILY", "WHOLE", "Days", "fingerprints", "rows_of_day"]

BATCH = 5_000
Rows = list[tuple[Any, ...]]


def _of(model: Any) -> Table:
    table: Table = model.__table__
    return table


ITEMS, PARTS, PLACES, CATEGORIES = _of(StockItem), _of(Part), _of(StockLocation), _of(PartCategory)
ENTRIES, USERS, REPORTS, COMPANIES = _of(StockItemTracking), _of(User), _of(SalesReport), _of(Company)
SUPPLIED, ORDERS, LINES, FORECASTS = _of(SupplierPart), _of(PurchaseOrder), _of(PurchaseOrderLineItem), _of(Forecast)


def _batches(
    connection: Connection, statement: Select[Any], make: Callable[[Row[Any]], tuple[Any, ...]]
) -> Iterator[Rows]:
    """The rows of a statement as they come from the database."""
    streaming = connection.execution_options(stream_results=True, max_row_buffer=BATCH)
    for some in streaming.execute(statement).partitions(BATCH):
        yield [make(row) for row in some]


# ------------------------------------------------------------------------------------------------- what there is now


def _stock(connection: Connection) -> Iterator[Rows]:
    joined = (
        ITEMS.join(PARTS, PARTS.c.pk == ITEMS.c.part_id)
        .outerjoin(PLACES, PLACES.c.pk == ITEMS.c.location_id)
        .outerjoin(CATEGORIES, CATEGORIES.c.pk == PARTS.c.category_id)
        .outerjoin(SUPPLIED, SUPPLIED.c.pk == ITEMS.c.supplier_part_id)
    )
    there = case(
        (
            and_(
                ITEMS.c.quantity > 0, ITEMS.c.sales_order_id.is_(None), ITEMS.c.belongs_to_id.is_(None),
                ITEMS.c.customer_id.is_(None), ITEMS.c.consumed_by_id.is_(None), ITEMS.c.is_building.is_(False),
            ), True,
        ), else_=False,
    )  # fmt: skip
    wanted = select(
        ITEMS.c.pk, ITEMS.c.part_id, PARTS.c.name, PARTS.c.IPN, CATEGORIES.c.pathstring, ITEMS.c.location_id,
        PLACES.c.pathstring, ITEMS.c.quantity, ITEMS.c.status, there.label("there"), ITEMS.c.batch, ITEMS.c.serial,
        ITEMS.c.expiry_date, ITEMS.c.supplier_part_id, SUPPLIED.c.SKU, ITEMS.c.customer_id, ITEMS.c.purchase_price,
        ITEMS.c.purchase_price_currency, ITEMS.c.updated,
    ).select_from(joined).order_by(ITEMS.c.pk)  # fmt: skip
    return _batches(
        connection, wanted, lambda row: (*row[:9], StockStatus.text(row.status), bool(row.there), *row[10:])
    )  # fmt: skip


def _suppliers(connection: Connection) -> Iterator[Rows]:
    """One row for each supplier; the receipts of one at a time are in memory."""
    deltas = ENTRIES.c.deltas
    joined = (
        ENTRIES.join(ORDERS, ORDERS.c.pk == deltas["purchaseorder"].as_integer())
        .join(COMPANIES, COMPANIES.c.pk == ORDERS.c.supplier_id)
        .outerjoin(LINES, LINES.c.pk == deltas["line"].as_integer())
    )
    wanted = select(
        ORDERS.c.supplier_id, COMPANIES.c.name, ORDERS.c.pk.label("order"), LINES.c.pk.label("line"),
        ENTRIES.c.part_id, ENTRIES.c.date, ORDERS.c.issue_date,
        func.coalesce(LINES.c.target_date, ORDERS.c.target_date).label("promised"),
    ).select_from(joined).where(
        ENTRIES.c.tracking_type == int(StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER)
    ).order_by(ORDERS.c.supplier_id, ENTRIES.c.pk)  # fmt: skip
    rows = connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(wanted)
    for (supplier, name), entries in groupby(rows, attrgetter("supplier_id", "name")):
        receipts = merged([_receipt(row) for row in entries])
        told = performance(receipts)
        yield [(
            supplier, name, told.receipts, told.timed, told.median, told.p90, told.promised, told.on_time,
            told.on_time_rate, max((one.received for one in receipts), default=None),
        )]  # fmt: skip


def _receipt(row: Any) -> Receipt:
    # InvenTree's own entries name no line: then the order and part stand for it.
    line, part = (row.line, 0) if row.line is not None else (-row.order, row.part_id or 0)
    return Receipt(line, part, row.date.date(), Decimal(1), row.issue_date, row.promised)


def _forecasts(connection: Connection) -> Iterator[Rows]:
    wanted = (
        select(*(FORECASTS.c[name] for name in (
            "part_id", "made_at", "start", "bucket", "mean", "low", "high", "model", "error", "naive_error",
        )), PARTS.c.name)
        .select_from(FORECASTS.join(PARTS, PARTS.c.pk == FORECASTS.c.part_id)).order_by(FORECASTS.c.part_id)
    )  # fmt: skip
    for some in connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(wanted).partitions(500):
        yield [line for row in some for line in _periods(row)]


def _periods(row: Any) -> Iterator[tuple[Any, ...]]:
    start: date = row.start
    figures = zip(row.mean or (), row.low or (), row.high or (), strict=True)
    for step, (mean, low, high) in enumerate(figures, 1):
        yield (
            row.part_id, row.name, row.made_at, row.bucket, start, step, float(mean), float(low), float(high),
            row.model, row.error, row.naive_error,
        )  # fmt: skip
        start = next_start(start, row.bucket)


WHOLE: Mapping[str, Callable[[Connection], Iterator[Rows]]] = {
    "stock": _stock, "supplier_performance": _suppliers, "forecasts": _forecasts,
}  # fmt: skip
"""By table: all its rows."""


# ------------------------------------------------------------------------------------------------- by day


@dataclass(frozen=True)
class Days:
    """How a table is taken day by day: the column of the day (a `moment` or a day), what tells that a day changed, the
    rows, and how one is made."""

    at: Any
    moment: bool
    prints: tuple[Any, ...]
    statement: Select[Any]
    make: Callable[[Row[Any]], tuple[Any, ...]]


def _movement(row: Row[Any]) -> tuple[Any, ...]:
    raw = row.deltas
    deltas: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    place = deltas.get("location")
    return (
        row.pk, row.date, row.part_id, row.name, row.item_id, row.tracking_type,
        StockHistoryCode.text(row.tracking_type), row.username, _amount(deltas.get("quantity")),
        _amount(deltas.get("added")), _amount(deltas.get("removed")),
        place if isinstance(place, int) and not isinstance(place, bool) else None, row.notes,
        None if raw is None else json.dumps(raw, ensure_ascii=False, sort_keys=True),
    )  # fmt: skip


def _amount(value: Any) -> Decimal | None:
    """A quantity of an entry, to five places; None where it is none: entries come from imports too."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.00001")) if amount.is_finite() and abs(amount) < 10**15 else None


def _sale(row: Row[Any]) -> tuple[Any, ...]:
    return (
        row.sales_date,
        row.part_key or None,
        row.name,
        row.IPN,
        row.code or None,
        row.customer_key or None,
        *row[6:],
    )


_MOVEMENTS = (
    select(
        ENTRIES.c.pk, ENTRIES.c.date, ENTRIES.c.part_id, PARTS.c.name, ENTRIES.c.item_id, ENTRIES.c.tracking_type,
        USERS.c.username, ENTRIES.c.notes, ENTRIES.c.deltas,
    )
    .select_from(
        ENTRIES.outerjoin(PARTS, PARTS.c.pk == ENTRIES.c.part_id).outerjoin(USERS, USERS.c.pk == ENTRIES.c.user_id)
    )
    .order_by(ENTRIES.c.date, ENTRIES.c.pk)
)  # fmt: skip
_SALES = (
    select(
        REPORTS.c.sales_date, REPORTS.c.part_key, PARTS.c.name, PARTS.c.IPN, REPORTS.c.code, REPORTS.c.customer_key,
        COMPANIES.c.name.label("customer_name"), REPORTS.c.quantity_sold, REPORTS.c.total_revenue, REPORTS.c.currency,
        REPORTS.c.source,
    )
    .select_from(
        REPORTS.outerjoin(PARTS, PARTS.c.pk == REPORTS.c.part_key)
        .outerjoin(COMPANIES, COMPANIES.c.pk == REPORTS.c.customer_key)
    )
    .order_by(REPORTS.c.pk)
)  # fmt: skip

DAILY: Mapping[str, Days] = {
    "movements": Days(
        ENTRIES.c.date, True, (func.sum(ENTRIES.c.pk), func.count(ENTRIES.c.item_id)), _MOVEMENTS, _movement
    ),
    "sales": Days(
        REPORTS.c.sales_date, False, (func.sum(REPORTS.c.quantity_sold), func.sum(REPORTS.c.total_revenue)), _SALES,
        _sale,
    ),
}  # fmt: skip


def fingerprints(connection: Connection, days: Days) -> dict[date, str]:
    """By day, oldest first: a text that is another one when the day's rows are others."""
    day = func.date(days.at) if days.moment else days.at
    found = connection.execute(select(day, func.count(), *days.prints).group_by(day).order_by(day))
    return {_day(row[0]): ":".join(str(value) for value in row[1:]) for row in found if row[0] is not None}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def rows_of_day(connection: Connection, days: Days, day: date) -> Iterator[Rows]:
    """The rows of a day."""
    if days.moment:
        begin = datetime.combine(day, time(), UTC)
        wanted = days.statement.where(days.at >= begin, days.at < begin + timedelta(days=1))
    else:
        wanted = days.statement.where(days.at == day)
    return _batches(connection, wanted, days.make)
