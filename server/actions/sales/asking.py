"""What the questions about sales have in common: by what they group, and how sums are read.

Figures come as the databases' whole numbers and become floats here: thousands of rows for a screen, none of which is
written back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, func, literal, or_, select, type_coerce

from server.actions.sales.tables import AT_ONCE, LINES, SUMS
from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.common import Rate
from server.db.models.company import Company, SupplierPart
from server.db.models.part import Part, PartCategory
from server.domain.sales_figures import Money

__all__ = [
    "BY",
    "MONEY",
    "UNITS",
    "Group",
    "Key",
    "Named",
    "among",
    "grouped",
    "lines_between",
    "money_in",
    "named",
    "searched",
    "whole",
]

BY = ("part", "category", "customer", "supplier")
UNITS, MONEY = 10**QUANTITY_PLACES, 10**MONEY_PLACES
PARTS: Table = Part.__table__  # type: ignore[assignment]
CATEGORIES: Table = PartCategory.__table__  # type: ignore[assignment]
COMPANIES: Table = Company.__table__  # type: ignore[assignment]
SUPPLIED: Table = SupplierPart.__table__  # type: ignore[assignment]
Key = tuple[int, str]
"""The key of a part, category, customer or supplier (0: none), and for a part that is none of ours its code."""


@dataclass(frozen=True)
class Group:
    """A way to group sums (or lines): where they come from, by what key, and which of them count."""

    source: FromClause
    key: ColumnElement[Any]
    code: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Named:
    """What a group is called."""

    name: str
    IPN: str | None = None


def whole(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as the whole number that the database keeps."""
    return type_coerce(column, SUMS.c.object_key.type)


def grouped(by: str, table: Table = SUMS) -> Group:
    """How the sums, or the lines, are grouped by part, category, customer or supplier. A part counts for its first
    supplier alone (the primary one, else the one that is longest known), so that suppliers add up to all."""
    sums = table is SUMS
    part = SUMS.c.object_key if sums else table.c.part_key
    where = (SUMS.c.about == ("C" if by == "customer" else "P"),) if sums else ()
    blank = literal("")
    match by:
        case "customer":
            return Group(table, SUMS.c.object_key if sums else table.c.customer_key, blank, where)
        case "category":
            joined = table.outerjoin(PARTS, PARTS.c.pk == part)
            return Group(joined, func.coalesce(PARTS.c.category_id, 0), blank, where)
        case "supplier":
            other = SUPPLIED.alias("other")
            ordered = select(other.c.pk).where(other.c.part_id == SUPPLIED.c.part_id)
            ordered = ordered.order_by(other.c.primary.desc(), other.c.pk).limit(1)
            first = ordered.correlate(SUPPLIED).scalar_subquery()
            firsts = select(SUPPLIED.c.part_id, SUPPLIED.c.supplier_id).where(SUPPLIED.c.pk == first).subquery("firsts")
            joined = table.outerjoin(firsts, firsts.c.part_id == part)
            return Group(joined, func.coalesce(firsts.c.supplier_id, 0), blank, where)
    return Group(table, part, table.c.code, where)


def among(group: Group, keys: Sequence[Key], by: str) -> ColumnElement[bool]:
    """Whether a row is of one of these groups."""
    if by != "part":
        return group.key.in_([key for key, _ in keys])
    ours = group.key.in_([key for key, _ in keys if key] or [-1])
    codes = [code for key, code in keys if not key]
    return ours if not codes else ours | and_(group.key == 0, group.code.in_(codes))


def named(connection: Connection, by: str, keys: Sequence[Key]) -> dict[Key, Named]:
    """What groups are called: at most one statement."""
    found: dict[Key, Named] = {(0, ""): Named({"customer": "Unknown"}.get(by, "None"))}
    found |= {(0, code): Named(code) for key, code in keys if not key and code}
    wanted = sorted({key for key, _ in keys if key})
    table = {"part": PARTS, "category": CATEGORIES}.get(by, COMPANIES)
    columns = [table.c.pk, table.c.name, *([PARTS.c.IPN] if table is PARTS else [])]
    some = (table.c.pk.in_(wanted or [0]),) if len(wanted) <= AT_ONCE else ()
    for row in connection.execute(select(*columns).where(*some)):
        found[(row[0], "")] = Named(row[1], row[2] if table is PARTS else None)
    return found


def searched(connection: Connection, by: str, text: str) -> set[int]:
    """The keys of what is called so."""
    table = {"part": PARTS, "category": CATEGORIES}.get(by, COMPANIES)
    like = f"%{text.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    columns = [table.c.name, *([PARTS.c.IPN, PARTS.c.description] if table is PARTS else [])]
    conditions = [func.lower(column).like(like, escape="!") for column in columns]
    return set(connection.scalars(select(table.c.pk).where(or_(*conditions))))


def money_in(connection: Connection, target: str) -> Money:
    """The exchange rates of this server, into one currency."""
    rate = Rate.__table__.c
    return Money(target, {code: float(value) for code, value in connection.execute(select(rate.currency, rate.value))})


def lines_between(since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """The lines of these days; `until` is the first that is not in."""
    found = [LINES.c.sales_date >= since] if since else []
    return [*found, LINES.c.sales_date < until] if until else found
