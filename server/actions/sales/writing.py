"""Writing lines of sales, and with each of them the reports and sums that it counts in, in one transaction.

Reports and sums are changed by differences: whatever the order in which lines come and go, they stay the sums of the
lines. Whoever writes holds the lock of `writing()`, so what was read before stays true until the commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.actions.sales.tables import LINES, MARKS, REPORTS, SUMS, groups
from server.db.bulk import insert_many
from server.db.session import Overtaken
from server.domain.sales import Figures, ReportKey, Sale, SumKey, reports_of, sums_of

__all__ = ["MARK", "add_reports", "add_sums", "first_mark", "lines_where", "replace_lines", "writing"]

MARK = "follower:sales"
REPORT_KEYS = ("part_key", "sales_date", "customer_key", "currency", "source", "code")
SUM_KEYS = ("about", "span", "object_key", "start", "currency", "code")
FIGURES = ("quantity_sold", "total_revenue")
_COLUMNS = (
    "identity", "source", "sales_date", "quantity_sold", "total_revenue", "currency", "part_key", "code",
    "customer_key", "customer", "order_model", "order_key", "reference",
)  # fmt: skip


def writing(session: Session) -> int | None:
    """Wait until nobody else writes sales; the last event that they know of (None: they have never been made)."""
    wanted = select(MARKS.c.position).where(MARKS.c.name == MARK).with_for_update()
    position = session.execute(wanted).scalar_one_or_none()
    return None if position is None else int(position)


def first_mark(session: Session, newest: int) -> None:
    """Note that everything up to this event is known. Raises Overtaken where somebody else did it."""
    try:
        session.execute(MARKS.insert().values(name=MARK, position=newest))
    except IntegrityError:
        raise Overtaken from None


def lines_where(session: Session | Connection, *conditions: Any) -> dict[str, tuple[int, Sale]]:
    """The lines that are written, by their identities, each with its key."""
    rows = session.execute(select(LINES.c.pk, *(LINES.c[name] for name in _COLUMNS)).where(*conditions))
    return {row.identity: (row.pk, _sale(row)) for row in rows}


def _sale(row: Any) -> Sale:
    return Sale(
        row.identity, row.source, row.sales_date, Figures(row.quantity_sold, row.total_revenue), row.currency,
        row.part_key, row.code, row.customer_key, row.customer, row.order_model, row.order_key, row.reference,
    )  # fmt: skip


def replace_lines(session: Session, old: Mapping[str, tuple[int, Sale]], new: Iterable[Sale]) -> tuple[int, set[int]]:
    """Make the lines `old` into `new`: how many lines were written or removed, and the parts of imported ones among
    them. Nothing is written where nothing differs."""
    wanted = {sale.identity: sale for sale in new}
    gone = {pk: sale for name, (pk, sale) in old.items() if name not in wanted or wanted[name].told != sale.told}
    come = [sale for name, sale in wanted.items() if name not in old or old[name][1].told != sale.told]
    for keys in groups(sorted(gone)):
        session.execute(delete(LINES).where(LINES.c.pk.in_(keys)))
    connection = session.connection()
    for some in groups(come):
        insert_many(connection, LINES, [_row(sale) for sale in some])
    changed = reports_of(gone.values(), come)
    add_reports(connection, changed)
    add_sums(connection, sums_of(changed))
    parts = {sale.part for sale in (*gone.values(), *come) if sale.source == "import"}
    return len({*(sale.identity for sale in gone.values()), *(sale.identity for sale in come)}), parts


def _row(sale: Sale) -> dict[str, Any]:
    values = (
        sale.identity, sale.source, sale.day, sale.figures.units, sale.figures.revenue, sale.currency, sale.part,
        sale.code, sale.customer_key, sale.customer, sale.order_model, sale.order_key, sale.reference,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def add_reports(connection: Connection, changes: Mapping[ReportKey, Figures]) -> None:
    """Change the reports by these figures; what comes to nothing goes."""
    _add(connection, REPORTS, REPORT_KEYS, changes)


def add_sums(connection: Connection, changes: Mapping[SumKey, Figures]) -> None:
    """Change the sums by these figures; what comes to nothing goes."""
    _add(connection, SUMS, SUM_KEYS, changes)


def _add(
    connection: Connection, table: Table, keys: Sequence[str], changes: Mapping[Any, Figures]
) -> None:  # fmt: skip
    rows = [
        {**{f"b_{name}": value for name, value in zip(keys, key, strict=True)},
         "b_quantity_sold": figures.units, "b_total_revenue": figures.revenue}
        for key, figures in changes.items()
    ]  # fmt: skip
    if not rows:
        return
    connection.execute(_upsert(connection.dialect.name, table, keys), rows)
    same = and_(*(table.c[name] == bindparam(f"b_{name}") for name in keys))
    less = [
        {name: value for name, value in row.items() if name not in ("b_quantity_sold", "b_total_revenue")}
        for row in rows
        if row["b_quantity_sold"] <= 0 or row["b_total_revenue"] <= 0
    ]
    if less:
        nothing = (table.c.quantity_sold == 0, table.c.total_revenue == 0)
        connection.execute(delete(table).where(same, *nothing), less)


def _upsert(dialect: str, table: Table, keys: Sequence[str]) -> Any:
    """Insert a row, or add its figures to the one that is there."""
    values = {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in (*keys, *FIGURES)}
    match dialect:
        case "sqlite":
            from sqlalchemy.dialects import sqlite

            lite = sqlite.insert(table).values(values)
            return lite.on_conflict_do_update(
                index_elements=keys, set_={name: table.c[name] + lite.excluded[name] for name in FIGURES}
            )
        case "postgresql":
            from sqlalchemy.dialects import postgresql

            post = postgresql.insert(table).values(values)
            return post.on_conflict_do_update(
                index_elements=keys, set_={name: table.c[name] + post.excluded[name] for name in FIGURES}
            )
        case _:
            from sqlalchemy.dialects import mysql

            other = mysql.insert(table).values(values)
            return other.on_duplicate_key_update({name: table.c[name] + other.inserted[name] for name in FIGURES})
