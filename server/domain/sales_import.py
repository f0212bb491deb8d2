"""Reading sales from the rows of a file: which column is what, what each line says, and which lines are no sales."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from server.domain.sales import IMPORT, Figures, Sale

__all__ = ["FIELDS", "BadColumns", "Line", "Read", "as_sales", "columns_of", "not_products", "read_lines"]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "part": ("stockcode", "part", "ipn", "sku", "code", "item", "article", "product"),
    "quantity": ("quantity", "qty", "units", "quantitysold"),
    "date": ("invoicedate", "date", "salesdate", "day", "orderdate"),
    "price": ("unitprice", "price", "saleprice"),
    "revenue": ("revenue", "totalrevenue", "total", "amount", "linetotal"),
    "invoice": ("invoiceno", "invoice", "order", "orderno", "reference", "document"),
    "customer": ("customerid", "customer", "customername", "client"),
    "description": ("description", "name", "partname", "productname"),
    "currency": ("currency",),
}
"""What a line may say, and what columns that say it are usually called (without blanks, dashes, case)."""
STEPS = {"quantity": Decimal("0.00001"), "price": Decimal("0.000001"), "revenue": Decimal("0.000001")}
LARGEST = Decimal(10) ** 12
DAYS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


class BadColumns(ValueError):
    """The columns do not say what is needed; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: so many units of a code on a day. `number` is its row."""

    number: int
    code: str
    description: str
    day: date
    time: str
    quantity: Decimal
    revenue: Decimal
    invoice: str
    customer: str
    currency: str


@dataclass(frozen=True)
class Read:
    """What a file says: `lines` are the sales, `others` counts the codes that are no products, `written_off` how many
    lines gave back something for nothing (corrections of stock, no sales), `errors` what cannot be read."""

    lines: tuple[Line, ...]
    others: Mapping[str, int]
    written_off: int
    errors: tuple[str, ...]


def columns_of(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Which column says what: as `given`, else by its name. Raises BadColumns."""
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        raise BadColumns(f"There is no field {unknown[0]!r}; there are {', '.join(FIELDS)}.")
    for field, column in given.items():
        if column not in columns:
            raise BadColumns(f"There is no column {column!r} for {field}; the file has {', '.join(columns)}.")
    plain = {"".join(filter(str.isalnum, name.lower())): name for name in reversed(columns)}
    found = dict(given)
    for field, names in FIELDS.items():
        known = next((plain[name] for name in names if name in plain), None)
        if field not in found and known is not None and known not in found.values():
            found[field] = known
    missing = [field for field in ("part", "quantity", "date") if field not in found]
    if "price" not in found and "revenue" not in found:
        missing.append("price")
    if missing:
        raise BadColumns(
            f"No column says the {', the '.join(missing)}; the file has {', '.join(columns)}. Say which is which, as "
            f"{missing[0]}=COLUMN."
        )
    return found


def not_products(setting: str) -> tuple[str, ...]:
    """The patterns of the setting, in capitals."""
    return tuple(part.strip().upper() for part in setting.split(",") if part.strip())


def read_lines(
    rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], *, others: Sequence[str], currency: str,
    dates: str = "", first: int = 2,
) -> Read:  # fmt: skip
    """The lines of the rows. `dates`: how dates are written (as `strptime` has it), else ISO 8601."""
    lines: list[Line] = []
    left: Counter[str] = Counter()
    written_off, errors = 0, []
    for number, row in enumerate(rows, start=first):
        told = {field: row.get(column) for field, column in columns.items()}
        try:
            line = _line(number, told, currency, (dates,) if dates else DAYS)
        except ValueError as error:
            errors.append(f"Row {number}: {error}")
            continue
        if any(fnmatchcase(line.code.upper(), pattern) for pattern in others):
            left[line.code] += 1
        elif line.quantity < 0 and not line.revenue:
            written_off += 1
        else:
            lines.append(line)
    return Read(tuple(lines), left, written_off, tuple(errors))


def _line(number: int, told: Mapping[str, Any], currency: str, formats: Sequence[str]) -> Line:
    code = _text(told.get("part"))
    if not code:
        raise ValueError("the part is blank")
    quantity = _number(told.get("quantity"), "quantity")
    if told.get("revenue") not in (None, ""):
        revenue = _number(told["revenue"], "revenue")
    else:
        revenue = (quantity * _number(told.get("price"), "price")).quantize(STEPS["revenue"])
    day, time = _day(_text(told.get("date")), formats)
    given = _text(told.get("currency")).upper() or currency
    if len(given) != 3 or not given.isalpha():
        raise ValueError(f"the currency {given[:20]!r} is none")
    return Line(
        number, code[:100], _text(told.get("description"))[:100], day, time, quantity, revenue,
        _text(told.get("invoice"))[:100], _text(told.get("customer")).removesuffix(".0")[:100], given,
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _number(value: Any, name: str) -> Decimal:
    text = _text(value).replace(" ", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the {name} {text[:20]!r} is no number") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(f"the {name} {text[:20]} is too large")
    return number.quantize(STEPS[name])


def _day(text: str, formats: Sequence[str]) -> tuple[date, str]:
    for form in formats:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        if found.year >= 1900:
            return found.date(), found.time().isoformat()
    raise ValueError(f"the date {text[:20]!r} cannot be read (ISO 8601 is expected, or say how dates are written)")


# ------------------------------------------------------------------------------------------------- as sales


def as_sales(lines: Iterable[Line], parts: Mapping[str, int], customers: Mapping[str, int]) -> list[Sale]:
    """The sales that the lines are. `parts` and `customers`: keys by code and name, where there are any. A line's
    identity is what it says, and the how-manieth it is that says so: the same file gives the same sales."""
    seen: Counter[str] = Counter()
    made: list[Sale] = []
    for line in lines:
        told = "\x1f".join((
            line.invoice, line.code, line.day.isoformat(), line.time, str(line.quantity), str(line.revenue),
            line.customer, line.currency,
        ))  # fmt: skip
        seen[told] += 1
        identity = "I:" + sha256(f"{told}\x1f{seen[told]}".encode()).hexdigest()[:48]
        made.append(Sale(
            identity, IMPORT, line.day, Figures(line.quantity, line.revenue), line.currency,
            part=parts.get(line.code, 0), code=line.code, customer_key=customers.get(line.customer, 0),
            customer=line.customer, reference=line.invoice,
        ))  # fmt: skip
    return made
