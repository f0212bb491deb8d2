"""What people type into a line of an order, checked and made into what is sent; copies of lines and whole orders.

Pure. Texts stay texts until they are sent, so nothing typed is lost when something is wrong with it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from tui.orders.lines import LINE_KINDS, OrderLine
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import decimal_of, money, quantity
from workflow.orders import OrderKind

__all__ = [
    "Checked",
    "DateError",
    "FormField",
    "Price",
    "changes_only",
    "check",
    "copy_of_order",
    "errors_by_field",
    "fields_of",
    "parse_date",
    "parse_price",
    "saved_among",
    "summary_of",
    "texts_of",
]

Json = dict[str, Any]
Row = Mapping[str, Any]

HUNDRED: Final = Decimal(100)
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
_DISCOUNT: Final = re.compile(r"\s*[-−–]?\s*(\d+(?:[.,]\d+)?)\s*%\s*$")
_CURRENCY: Final = re.compile(r"\s*([A-Za-z]{3}|[€$£])\s*$")
_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?$")
_AHEAD: Final = re.compile(r"\+\s*(\d{1,4})\s*([dw]?)$")

#: Which field of the form shows what the server says of a member.
_MEMBERS: Final[Mapping[str, str]] = {
    "part": "subject",
    "item": "subject",
    "description": "what",
    "quantity": "quantity",
    "purchase_price": "price",
    "purchase_price_currency": "price",
    "sale_price": "price",
    "sale_price_currency": "price",
    "price": "price",
    "price_currency": "price",
    "discount": "price",
    "target_date": "target",
    "reference": "reference",
    "notes": "notes",
}


class DateError(ValueError):
    """What was typed is no date; the message says which forms are."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form: its key, what it is called, and what may be typed."""

    key: str
    label: str
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A price as typed: `amount` is None where only a discount or nothing was typed."""

    amount: Decimal | None = None
    currency: str = ""
    discount: Decimal = Decimal(0)
    none: bool = False
    """A dash was typed: no price, although one is known."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What would be sent, or a sentence for each field that is wrong."""

    body: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def fields_of(kind: OrderKind, *, extra: bool) -> tuple[FormField, ...]:
    """The text fields of a line after its part, in the order of the form."""
    words = LINE_KINDS[kind.name]
    found = [FormField("what", "What", "freight, a service")] if extra else []
    packs = " in packs" if kind.name == "purchase" and not extra else ""
    found.append(FormField("quantity", "Quantity", f"a number or a sum{packs}: 12*24+7"))
    if extra or words.price:
        found.append(FormField("price", "Unit price", "1,25 EUR -5%"))
    found.append(FormField("target", "Due", "2026-12-24, 24.12. or +14 for days ahead"))
    found += [FormField("reference", "Reference"), FormField("notes", "Notes")]
    return tuple(found)


def parse_date(text: str, today: date) -> date | None:
    """The day typed: 2026-12-24, 24.12.2026, 24.12. (the next one), +14 or +2w; None for nothing. Raises DateError."""
    typed = text.strip()
    if not typed:
        return None
    try:
        if ahead := _AHEAD.fullmatch(typed):
            return today + timedelta(days=int(ahead[1]) * (7 if ahead[2] == "w" else 1))
        if day := _DAY.fullmatch(typed):
            wanted = date(int(day[3] or today.year), int(day[2]), int(day[1]))
            return wanted if day[3] or wanted >= today else wanted.replace(year=wanted.year + 1)
        return date.fromisoformat(typed)
    except (ValueError, OverflowError):
        raise DateError("Type a date as 2026-12-24, 24.12. or +14 for days ahead.") from None


def parse_price(text: str) -> Price:
    """A price as people type it: `1,25`, `0.5 EUR`, `€ 3`, `12/100 USD -5%`, `-` for none. Raises QuantityError."""
    typed = text.strip()
    if typed in ("-", "–", "−"):
        return Price(none=True)
    discount = Decimal(0)
    if found := _DISCOUNT.search(typed):
        discount = Decimal(found[1].replace(",", "."))
        if discount > HUNDRED:
            raise QuantityError("a discount is 100 % at most")
        typed = typed[: found.start()].strip()
    currency = ""
    if typed[:1] in _SIGNS:
        currency, typed = _SIGNS[typed[0]], typed[1:].strip()
    elif found := _CURRENCY.search(typed):
        currency = _SIGNS.get(found[1], found[1].upper())
        typed = typed[: found.start()].strip()
    return Price(parse_quantity(typed) if typed else None, currency, discount)


def check(
    kind: OrderKind,
    order: int,
    texts: Mapping[str, str],
    today: date,
    *,
    extra: bool = False,
    subject: int | None = None,
    known_price: tuple[Decimal, str] | None = None,
    currency: str = "",
) -> Checked:
    """What the texts of the form come to for an order with this key.

    `subject` is the key of the part that was picked. `known_price` (amount, currency) is taken where no price is
    typed; `currency` is that of the order, for a price typed without one.
    """
    errors: dict[str, str] = {}
    body: Json = {"order": order}
    if extra:
        body["description"] = texts.get("what", "").strip()
        if not body["description"] and not texts.get("reference", "").strip():
            errors["what"] = "Say what it is."
    elif subject is None:
        errors["subject"] = "Choose from the list: type part of its code or name."
    else:
        body[LINE_KINDS[kind.name].member] = subject
    try:
        body["quantity"] = _amount(parse_quantity(texts.get("quantity", "")))
        if body["quantity"] == "0":
            errors["quantity"] = "Type a quantity above 0."
    except QuantityError as error:
        errors["quantity"] = _sentence(error)
    price_member = "price" if extra else LINE_KINDS[kind.name].price
    if price_member:
        try:
            body |= _price_body(price_member, parse_price(texts.get("price", "")), known_price, currency)
        except QuantityError as error:
            errors["price"] = _sentence(error).replace("a quantity", "a price")
    try:
        target = parse_date(texts.get("target", ""), today)
        body["target_date"] = target.isoformat() if target else None
    except DateError as error:
        errors["target"] = str(error)
    body["reference"] = texts.get("reference", "").strip()
    body["notes"] = texts.get("notes", "").strip()
    return Checked(body if not errors else {}, errors)


def _price_body(member: str, price: Price, known: tuple[Decimal, str] | None, currency: str) -> Json:
    body: Json = {member: None}
    amount, unit = price.amount, price.currency
    if amount is None and known is not None and not price.none:
        amount, unit = known
    if amount is not None:
        body[member] = _amount(amount)
        unit = unit or (known[1] if known is not None else "") or currency
        if unit:
            body[f"{member}_currency"] = unit
    body["discount"] = _amount(price.discount)
    return body


def texts_of(line: OrderLine) -> dict[str, str]:
    """The texts that the form shows for a line as it is."""
    price = money(line.price, line.currency)
    discount = f" -{quantity(line.discount)}%" if line.discount else ""
    return {
        "what": str(line.row.get("description") or "") if line.extra else "",
        "quantity": quantity(line.quantity),
        "price": (price or ("-" if not discount else "")) + discount,
        "target": line.target,
        "reference": line.reference,
        "notes": line.notes,
    }


def changes_only(body: Row, line: OrderLine, kind: OrderKind) -> Json:
    """What of a body differs from the line, so that what others changed meanwhile stays; empty when nothing does.

    Lines of purchase orders always name their part: InvenTree insists on it.
    """
    changed = {name: value for name, value in body.items() if not _same(value, line.row.get(name))}
    changed.pop("order", None)
    price = "price" if line.extra else LINE_KINDS[kind.name].price
    if f"{price}_currency" in changed and body.get(price) is None:
        del changed[f"{price}_currency"]
    if changed and kind.name == "purchase" and not line.extra:
        changed["part"] = body["part"]
    return changed


def _same(new: Any, old: Any) -> bool:
    if new in (None, "") and old in (None, ""):
        return True
    if (isinstance(old, int | float) and not isinstance(old, bool)) or isinstance(old, Decimal):
        return decimal_of(new) == decimal_of(old)
    return str(new) == str(old)


def errors_by_field(field_errors: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """What the server refused, by field of the form; "" for what belongs to none."""
    found: dict[str, str] = {}
    for member, messages in field_errors.items():
        place = _MEMBERS.get(member, "")
        said = " ".join(messages)
        if not place and member:
            said = f"{member.replace('_', ' ')}: {said}"
        found[place] = f"{found[place]} {said}" if place in found else said
    return found


def saved_among(rows: Iterable[Row], known: Iterable[int], body: Row) -> Row | None:
    """The row that a body sent over a cut line has become: one that was not there before and says the same."""
    before = set(known)
    for row in rows:
        wanted = {name: body[name] for name in ("part", "item", "description", "quantity", "reference") if name in body}
        if row.get("pk") not in before and all(_same(value, row.get(name)) for name, value in wanted.items()):
            return row
    return None


def summary_of(line: OrderLine) -> str:
    """One line about what was just entered: "C_100nF_0603: 100 × 0.05 USD = 5.00 USD"."""
    amount = f"{quantity(line.quantity)} {line.unit}".strip()
    if line.price is None:
        return f"{line.name}: {amount}"
    discount = f" -{quantity(line.discount)}%" if line.discount else ""
    total = money(line.total, line.currency)
    return f"{line.name}: {amount} × {money(line.price, line.currency)}{discount} = {total}"


#: What a copy of an order takes over; dates and references are its own.
_COPIED: Final = (
    "supplier", "customer", "description", "link", "project_code", "responsible", "contact", "address",
    "order_currency", "destination", "take_from", "consume",
)  # fmt: skip


def copy_of_order(kind: OrderKind, row: Row) -> Json:
    """What is sent to make another order like this one, its lines included (a return's lines are its own items)."""
    body: Json = {name: row[name] for name in _COPIED if row.get(name) not in (None, "")}
    options: Json = {"original": row["pk"], "copy_parameters": True}
    if kind.name != "return":
        options["copy_lines"] = True
    if LINE_KINDS[kind.name].extra_path:
        options["copy_extra_lines"] = True
    return body | {"duplicate": options}


def _amount(value: Decimal) -> str:
    """A number as it is sent: exact, without needless zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
