"""Behind the figures: the lines that make up a bar, and the parts that lie and are not sold."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal, or_, select

from server.actions.sales.asking import MONEY, PARTS, UNITS, Key, among, grouped, lines_between, whole
from server.actions.sales.tables import LINES, REPORTS, SUMS
from server.db.models.company import Company
from server.db.models.stock import StockItem
from server.domain.stock import AVAILABLE

__all__ = ["orders_behind", "slow_movers"]

COMPANIES: Table = Company.__table__  # type: ignore[assignment]
ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
YEAR = timedelta(days=365)


def orders_behind(
    connection: Connection, by: str, keys: Sequence[Key] | None, since: date | None, until: date | None, limit: int,
    offset: int,
) -> dict[str, Any]:  # fmt: skip
    """The lines of sales, newest first, and their sums by currency. `until` is the first day that is not in. Two
    statements."""
    group = grouped(by, LINES)
    where = [*lines_between(since, until), *([among(group, keys, by)] if keys is not None else [])]
    sums = (
        select(
            LINES.c.currency, func.count(), func.sum(whole(LINES.c.quantity_sold)),
            func.sum(whole(LINES.c.total_revenue)),
        )
        .select_from(group.source).where(*where).group_by(LINES.c.currency).order_by(LINES.c.currency)
    )  # fmt: skip
    totals = connection.execute(sums).all()
    part, company = PARTS.alias("called"), COMPANIES.alias("buyer")
    source = group.source.outerjoin(part, part.c.pk == LINES.c.part_key)
    source = source.outerjoin(company, company.c.pk == LINES.c.customer_key)
    rows = connection.execute(
        select(LINES, part.c.name.label("part_name"), company.c.name.label("customer_name"))
        .select_from(source).where(*where).order_by(LINES.c.sales_date.desc(), LINES.c.pk.desc())
        .limit(limit).offset(offset)
    )  # fmt: skip
    return {
        "count": sum(row[1] for row in totals),
        "totals": [
            {"currency": name, "lines": count, "units": float(units) / UNITS, "revenue": float(revenue) / MONEY}
            for name, count, units, revenue in totals
        ],
        "results": [_line(row) for row in rows],
    }  # fmt: skip


def _line(row: Any) -> dict[str, Any]:
    return {
        "pk": row.pk, "source": row.source, "order_model": row.order_model or None, "order": row.order_key or None,
        "reference": row.reference, "date": row.sales_date.isoformat(), "part": row.part_key or None,
        "code": row.code, "name": row.part_name or row.code, "customer": row.customer_key or None,
        "customer_name": row.customer_name or row.customer, "quantity": float(row.quantity_sold),
        "revenue": float(row.total_revenue), "currency": row.currency,
    }  # fmt: skip


def slow_movers(
    connection: Connection, today: date, days: int, search: str, limit: int, offset: int
) -> dict[str, Any]:  # fmt: skip
    """The parts in stock that were not sold for `days` days, the longest first, those never sold before them. Two
    statements."""
    stock, sold, year = _in_stock(), _last_sale(), _sold_since(today - YEAR)
    source = PARTS.join(stock, stock.c.part_id == PARTS.c.pk)
    last = sold.label("last_sale")
    where: list[ColumnElement[bool]] = [or_(sold.is_(None), sold < today - timedelta(days=days))]
    if search:
        like = f"%{search.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        where.append(or_(*(func.lower(column).like(like, escape="!") for column in (PARTS.c.name, PARTS.c.IPN))))
    count = connection.execute(select(func.count()).select_from(source).where(and_(*where))).scalar_one()
    never = func.coalesce(sold, literal(date(1, 1, 1), type_=REPORTS.c.sales_date.type))
    rows = connection.execute(
        select(PARTS.c.pk, PARTS.c.name, PARTS.c.IPN, stock.c.quantity, last, year.label("sold"))
        .select_from(source).where(and_(*where)).order_by(never, PARTS.c.name, PARTS.c.pk).limit(limit).offset(offset)
    )  # fmt: skip
    return {
        "count": count, "days": days,
        "results": [
            {
                "part": row.pk, "name": row.name, "IPN": row.IPN, "in_stock": float(row.quantity or 0) / UNITS,
                "last_sale": None if row.last_sale is None else row.last_sale.isoformat(),
                "days": None if row.last_sale is None else (today - row.last_sale).days,
                "units_last_year": float(row.sold or 0) / UNITS,
            }
            for row in rows
        ],
    }  # fmt: skip


def _in_stock() -> Any:
    item = ITEMS.c
    here = (
        item.quantity > 0, item.status.in_([int(one) for one in AVAILABLE]), item.sales_order_id.is_(None),
        item.customer_id.is_(None), item.belongs_to_id.is_(None), item.consumed_by_id.is_(None),
        item.is_building.is_(False),
    )  # fmt: skip
    quantity = func.sum(whole(item.quantity)).label("quantity")
    summed = select(item.part_id, quantity).where(*here).group_by(item.part_id)
    return summed.subquery("stock")


def _last_sale() -> Any:
    wanted = select(func.max(REPORTS.c.sales_date)).where(REPORTS.c.part_key == PARTS.c.pk, REPORTS.c.quantity_sold > 0)
    return wanted.correlate(PARTS).scalar_subquery()


def _sold_since(day: date) -> Any:
    wanted = select(func.sum(whole(SUMS.c.quantity_sold))).where(
        SUMS.c.about == "P", SUMS.c.span == "M", SUMS.c.object_key == PARTS.c.pk,
        SUMS.c.start >= day.replace(day=1),
    )  # fmt: skip
    return wanted.correlate(PARTS).scalar_subquery()
