"""Taking in sales from elsewhere: the history of a shop before it used Bincard."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select
from sqlalchemy.orm import Session

from server.actions.parts import settle
from server.actions.sales.demands import refresh_demand
from server.actions.sales.tables import LINES, groups
from server.actions.sales.writing import lines_where, replace_lines, writing
from server.db.models.common import InvenTreeSetting
from server.db.models.company import Company, SupplierPart
from server.db.models.part import Part
from server.db.models.plugin import PluginConfig, PluginSetting
from server.domain.errors import InvalidInput
from server.domain.plugin_catalog import PLUGINS
from server.domain.sales import Sale
from server.domain.sales_import import Read, as_sales, columns_of, not_products, read_lines
from server.domain.spreadsheets import Table as Sheet

__all__ = [
    "Choice",
    "Import",
    "add_missing",
    "count_new",
    "default_currency",
    "prepare",
    "sales_setting",
    "write_sales",
]

BATCH = 1000
MOST_ERRORS = 20
MOST_UNKNOWN = 20
PARTS: Table = Part.__table__  # type: ignore[assignment]
SUPPLIED: Table = SupplierPart.__table__  # type: ignore[assignment]
COMPANIES: Table = Company.__table__  # type: ignore[assignment]
Asking = Session | Connection
Transaction = Callable[[Callable[[Session], Any]], Any]


@dataclass(frozen=True)
class Choice:
    """How a file is taken in. `columns`: which column says what, where its name does not; `dates`: how dates are
    written; `skip_bad`: leave out lines that cannot be read, instead of refusing the file."""

    currency: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    create_parts: bool = False
    create_customers: bool = False
    skip_bad: bool = False


@dataclass(frozen=True)
class Import:
    """A file that was read and found to be in order. `figures` says what is in it, as JSON."""

    read: Read
    sales: Sequence[Sale]
    unknown: Mapping[str, str]
    """Codes that are no part of ours, with their descriptions."""
    strangers: Sequence[str]
    """Customers that are no company of ours."""
    figures: dict[str, Any]


def sales_setting(connection: Asking, key: str) -> str:
    """One of Bincard's own settings."""
    setting, plugin = PluginSetting.__table__, PluginConfig.__table__
    joined = setting.join(plugin, plugin.c.pk == setting.c.plugin_id)
    wanted = select(setting.c.value).select_from(joined).where(plugin.c.key == "bincard", setting.c.key == key)
    kept = connection.execute(wanted).scalar_one_or_none()
    own = next(each for each in PLUGINS if each.key == "bincard")
    return str(kept) if kept is not None else next(one.default for one in own.settings if one.key == key)


def default_currency(connection: Asking) -> str:
    """The currency of this server."""
    table = InvenTreeSetting.__table__
    wanted = select(table.c.value).where(table.c.key == "INVENTREE_DEFAULT_CURRENCY")
    return str(connection.execute(wanted).scalar() or "USD")


def prepare(connection: Asking, sheet: Sheet, choice: Choice) -> Import:
    """Read the file and find its parts and customers. Raises BadColumns, and InvalidInput where lines cannot be read
    (unless they are to be left out)."""
    columns = columns_of(sheet.columns, choice.columns)
    others = not_products(sales_setting(connection, "SALES_NOT_PRODUCTS"))
    read = read_lines(
        sheet.rows, columns, others=others, currency=choice.currency or default_currency(connection),
        dates=choice.dates,
    )  # fmt: skip
    if read.errors and not choice.skip_bad:
        shown = list(read.errors[:MOST_ERRORS])
        more = len(read.errors) - len(shown)
        raise InvalidInput({"file": [*shown, *([f"{more} more rows cannot be read."] if more else [])]})
    named = {line.code: line.description for line in reversed(read.lines)}
    parts, how = _parts(connection, sorted(named))
    people = _customers(connection, sorted({line.customer for line in read.lines if line.customer}))
    sales = as_sales(read.lines, parts, people)
    unknown = {code: text for code, text in sorted(named.items()) if code not in parts}
    strangers = sorted({line.customer for line in read.lines if line.customer and line.customer not in people})
    figures = _figures(read, columns, sales, how, unknown, strangers)
    return Import(read, sales, unknown, strangers, figures)


def _figures(
    read: Read, columns: Mapping[str, str], sales: Sequence[Sale], how: Mapping[str, int], unknown: Mapping[str, str],
    strangers: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    revenue: dict[str, Decimal] = {}
    for line in read.lines:
        revenue[line.currency] = revenue.get(line.currency, Decimal(0)) + line.revenue
    days: list[date] = [line.day for line in read.lines]
    back = [line for line in read.lines if line.quantity < 0]
    times = Counter(line.code for line in read.lines if line.code in unknown)
    return {
        "columns": dict(columns), "lines": len(sales), "returns": len(back),
        "units": float(sum((line.quantity for line in read.lines), Decimal(0))),
        "units_returned": float(-sum((line.quantity for line in back), Decimal(0))),
        "revenue": {name: float(value) for name, value in sorted(revenue.items())},
        "since": min(days).isoformat() if days else None, "until": max(days).isoformat() if days else None,
        "not_products": dict(sorted(read.others.items())), "written_off": read.written_off,
        "errors": list(read.errors[:MOST_ERRORS]), "error_count": len(read.errors),
        "parts": dict(how), "unknown_codes": len(unknown),
        "unknown": [
            {"code": code, "description": unknown[code], "lines": count}
            for code, count in sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_UNKNOWN]
        ],
        "unknown_customers": len(strangers),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- whose and what


def _parts(connection: Asking, codes: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """The parts by the codes, whatever their case; and how many were found by what. A code that means several parts
    means none."""
    found: dict[str, int] = {}
    how: dict[str, int] = {}
    for name, column, key in (
        ("IPN", PARTS.c.IPN, PARTS.c.pk), ("SKU", SUPPLIED.c.SKU, SUPPLIED.c.part_id),
        ("name", PARTS.c.name, PARTS.c.pk),
    ):  # fmt: skip
        open_ = [code for code in codes if code not in found]
        known = _by_text(connection, column, key, open_)
        found |= known
        how[name] = len(known)
    return found, how


def _by_text(
    connection: Asking, column: ColumnElement[Any], key: ColumnElement[Any], texts: Sequence[str], *conditions: Any
) -> dict[str, int]:
    keys: dict[str, set[int]] = {}
    for some in groups(texts):
        forms = sorted({form for text in some for form in (text, text.upper(), text.lower())})
        rows = connection.execute(select(func.lower(column), key).where(column.in_(forms), *conditions))
        for text, pk in rows:
            keys.setdefault(text, set()).add(pk)
    return {text: min(one) for text in texts if len(one := keys.get(text.lower(), set())) == 1}


def _customers(connection: Asking, names: Sequence[str]) -> dict[str, int]:
    return _by_text(connection, COMPANIES.c.name, COMPANIES.c.pk, names, COMPANIES.c.is_customer)


def add_missing(session: Session, found: Import, choice: Choice, today: date) -> Import:
    """Make the parts and customers that there are not, where that is wanted; the import with them."""
    parts: dict[str, int] = {}
    people: dict[str, int] = {}
    known_people: dict[str, int] = {}
    known: dict[str, int] = {}  # the same code may be written in capitals and not
    for code, text in found.unknown.items() if choice.create_parts else ():
        if code.lower() in known:
            parts[code] = known[code.lower()]
            continue
        name = text or code
        part = Part(name=name, IPN=code, description=name, creation_date=today, salable=True, purchaseable=True)
        session.add(part)
        session.flush()
        settle(session, part, ())
        parts[code] = known[code.lower()] = part.pk
    for name in found.strangers if choice.create_customers else ():
        if name.lower() in known_people:
            people[name] = known_people[name.lower()]
            continue
        company = Company(name=name, is_customer=True, is_supplier=False, currency=default_currency(session))
        session.add(company)
        session.flush()
        people[name] = known_people[name.lower()] = company.pk
    if not parts and not people:
        return found
    sales = [
        sale if sale.code not in parts and sale.customer not in people else _known(sale, parts, people)
        for sale in found.sales
    ]
    return Import(found.read, sales, found.unknown, found.strangers, found.figures)


def _known(sale: Sale, parts: Mapping[str, int], people: Mapping[str, int]) -> Sale:
    return replace(
        sale, part=parts.get(sale.code, sale.part), customer_key=people.get(sale.customer, sale.customer_key)
    )


# ------------------------------------------------------------------------------------------------- writing


def count_new(connection: Asking, sales: Iterable[Sale]) -> int:
    """How many of the sales are not there yet."""
    identities = [sale.identity for sale in sales]
    there = 0
    for some in groups(identities):
        there += connection.execute(select(func.count()).where(LINES.c.identity.in_(some))).scalar_one()
    return len(identities) - there


def write_sales(transaction: Transaction, sales: Sequence[Sale], progress: Callable[[int, int], None]) -> int:
    """Write the sales, some thousand in each transaction; how many were not there as they are. What was cut off is
    begun again without doing anything twice."""
    written, parts = 0, set()
    for start in range(0, len(sales), BATCH):
        some = sales[start : start + BATCH]
        count, touched = transaction(partial(_write, sales=some))
        written += count
        parts |= touched
        progress(min(start + BATCH, len(sales)), len(sales))
    for keys in groups(sorted(parts - {0})):
        transaction(partial(refresh_demand, parts=keys))
    return written


def _write(session: Session, sales: Sequence[Sale]) -> tuple[int, set[int]]:
    writing(session)
    old: dict[str, tuple[int, Sale]] = {}
    for some in groups([sale.identity for sale in sales]):
        old |= lines_where(session, LINES.c.identity.in_(some))
    return replace_lines(session, old, sales)
