"""Looks suppliers and what they offer up on the server. Works with any InvenTree server.

Every function raises ApiError. What a role may not see (orders, contacts) is left out of a card, not refused.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tui.api_client import ApiClient, Forbidden, Json, Rows
from tui.suppliers.lead_times import NO_RECEIPTS, LeadTimes, Receipt, lead_times
from tui.suppliers.offers import Offer, PriceBreak, SupplierPart, offer_of, ranked
from tui.views.formats import decimal_of
from workflow.orders import PURCHASE

__all__ = ["Card", "Contact", "Hit", "OpenOrder", "Paid", "compare", "load_company", "load_part", "look_up"]

FOUND_AT_MOST: Final = 50
LOOKED_AT: Final = 250
"""How many order lines and received items the figures are made of, newest first."""
DETAILS: Final = {"part_detail": True, "supplier_detail": True, "manufacturer_detail": True}
OPEN_STATES: Final = tuple(PURCHASE.code(state) for state in PURCHASE.open)
PLACED_STATES: Final = tuple(PURCHASE.code(state) for state in ("PLACED", "COMPLETE"))


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: a supplier part, or a supplier (`part` is None then)."""

    pk: int
    model: str
    """"supplierpart" or "company"."""
    supplier: str
    code: str
    about: str
    part: SupplierPart | None = None
    row: Json | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str
    role: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What is still to come from an open purchase order, in packs."""

    pk: int
    reference: str
    state: str
    outstanding: Decimal
    due: date | None


@dataclass(frozen=True, slots=True)
class Paid:
    """The last price that was agreed on an order: per pack."""

    price: Decimal
    currency: str
    reference: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Card:
    """All there is to know of a supplier part, or of a supplier."""

    hit: Hit
    breaks: tuple[PriceBreak, ...] = ()
    paid: Paid | None = None
    orders: tuple[OpenOrder, ...] = ()
    contacts: tuple[Contact, ...] = ()
    lead: LeadTimes = NO_RECEIPTS
    company: Json | None = None
    parts_supplied: int | None = None


# -- finding


async def look_up(client: ApiClient, text: str) -> list[Hit]:
    """Supplier parts and suppliers that match `text` (supplier, SKU, MPN, part name, IPN), the best first.

    Without a text: all suppliers by name.
    """
    text = " ".join(text.split())
    suppliers = client.page("company/", 0, FOUND_AT_MOST, {"is_supplier": True, **({"search": text} if text else {})})
    if not text:
        return [_company_hit(row) for row in (await suppliers).results]
    parts, companies = await asyncio.gather(
        client.page("company/part/", 0, FOUND_AT_MOST, {**DETAILS, "search": text}), suppliers
    )
    hits = [_part_hit(row) for row in parts.results] + [_company_hit(row) for row in companies.results]
    return sorted(hits, key=lambda hit: _rank(hit, text.casefold()))


def _part_hit(row: Json) -> Hit:
    part = SupplierPart.of(row)
    return Hit(part.pk, "supplierpart", part.supplier_name, part.sku, part.part_name, part, row)


def _company_hit(row: Json) -> Hit:
    name = str(row.get("name") or "")
    return Hit(int(row["pk"]), "company", name, "", str(row.get("description") or ""), None, row)


def _rank(hit: Hit, wanted: str) -> tuple[int, bool, bool, str, str]:
    """Exactly the code or the name, then its beginning, then anything; suppliers before their parts."""
    detail = (hit.row or {}).get("part_detail") or {}
    names = [hit.supplier] if hit.part is None else [hit.code, hit.part.mpn, str(detail.get("IPN") or ""), hit.about]
    folded = [name.casefold() for name in names if name]
    score = 0 if wanted in folded else 1 if any(name.startswith(wanted) for name in folded) else 2
    inactive = (hit.row or {}).get("active") is False
    return score, inactive, hit.part is not None, hit.supplier.casefold(), hit.code


# -- cards


async def load_part(client: ApiClient, pk: int) -> Card:
    """The card of a supplier part."""
    row, breaks, lines, received = await asyncio.gather(
        client.get(f"company/part/{pk}/", DETAILS),
        client.page("company/price-break/", 0, LOOKED_AT, {"part": pk, "ordering": "quantity"}),
        _seen(client.page("order/po-line/", 0, LOOKED_AT, {"part": pk, "order_detail": True, "ordering": "-order"})),
        _seen(client.page("stock/", 0, LOOKED_AT, {"supplier_part": pk, "ordering": "-creation_date"})),
    )
    hit = _part_hit(row)
    contacts = await _contacts(client, hit.part.supplier if hit.part else 0)
    return Card(
        hit=hit,
        breaks=tuple(step for step in map(PriceBreak.of, breaks.results) if step is not None),
        paid=_last_paid(lines),
        orders=_open_orders(lines),
        contacts=contacts,
        lead=lead_times(_receipts(lines, received)),
    )


async def load_company(client: ApiClient, pk: int) -> Card:
    """The card of a supplier."""
    row, contacts, orders, received = await asyncio.gather(
        client.get(f"company/{pk}/"),
        _contacts(client, pk),
        _seen(client.page("order/po/", 0, LOOKED_AT, {"supplier": pk, "ordering": "-reference"})),
        _seen(client.page("stock/", 0, LOOKED_AT, {"supplier": pk, "ordering": "-creation_date"})),
    )
    by_key = {order.get("pk"): order for order in orders}
    receipts = [_receipt(item, by_key.get(item.get("purchase_order")) or {}) for item in received]
    return Card(
        hit=_company_hit(row),
        orders=tuple(_order_of(order, ZERO) for order in orders if order.get("status") in OPEN_STATES),
        contacts=contacts,
        lead=lead_times(each for each in receipts if each is not None),
        company=row,
        parts_supplied=row.get("parts_supplied"),
    )


async def _seen(page: Awaitable[Any]) -> Rows:
    """The rows of a page; none where the role may not see them."""
    try:
        rows: Rows = (await page).results
    except Forbidden:
        return []
    return rows


async def _contacts(client: ApiClient, company: int) -> tuple[Contact, ...]:
    if not company:
        return ()
    rows = await _seen(client.page("company/contact/", 0, 20, {"company": company}))
    return tuple(Contact(*(str(row.get(name) or "") for name in ("name", "role", "phone", "email"))) for row in rows)


# -- comparing


async def compare(client: ApiClient, part: int, wanted: Decimal, today: date) -> list[Offer]:
    """What every active supplier part of `part` costs at `wanted` (in the part's units), cheapest first.

    Raises ValueError unless `wanted` is above zero.
    """
    rows, rates, lines, received = await asyncio.gather(
        client.list("company/part/", {**DETAILS, "part": part, "active": True}),
        _rates(client),
        _seen(client.page("order/po-line/", 0, LOOKED_AT, {"base_part": part, "order_detail": True})),
        _seen(client.page("stock/", 0, LOOKED_AT, {"part": part, "ordering": "-creation_date"})),
    )
    supplied = [SupplierPart.of(row) for row in rows]
    steps = await asyncio.gather(
        *(client.page("company/price-break/", 0, LOOKED_AT, {"part": each.pk}) for each in supplied)
    )
    offers = []
    for each, page in zip(supplied, steps, strict=True):
        breaks = [step for step in map(PriceBreak.of, page.results) if step is not None]
        own_lines = [line for line in lines if line.get("part") == each.pk]
        own_items = [item for item in received if item.get("supplier_part") == each.pk]
        lead = lead_times(_receipts(own_lines, own_items))
        offers.append(offer_of(each, breaks, wanted, today, lead, rates))
    return ranked(offers)


async def _rates(client: ApiClient) -> dict[str, Decimal]:
    """What one unit of the server's currency buys of each that it has a rate for, itself among them."""
    answer = await client.get("currency/exchange/")
    given = answer.get("exchange_rates")
    rates = {name: decimal_of(rate) for name, rate in given.items()} if isinstance(given, Mapping) else {}
    base = {str(answer["base_currency"]): Decimal(1)} if answer.get("base_currency") else {}
    return {**{name: rate for name, rate in rates.items() if rate}, **base}


# -- reading rows

ZERO = Decimal(0)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _order(line: Mapping[str, Any]) -> Mapping[str, Any]:
    return line.get("order_detail") or {}


def _open_orders(lines: Iterable[Mapping[str, Any]]) -> tuple[OpenOrder, ...]:
    """Lines of open orders that are not received in full, soonest first."""
    found = []
    for line in lines:
        left = (decimal_of(line.get("quantity")) or ZERO) - (decimal_of(line.get("received")) or ZERO)
        order = _order(line)
        if left > 0 and order.get("status") in OPEN_STATES:
            due = _day(line.get("target_date")) or _day(order.get("target_date"))
            found.append(_order_of(order, left, due))
    return tuple(sorted(found, key=lambda each: (each.due or date.max, each.reference)))


def _order_of(order: Mapping[str, Any], outstanding: Decimal, due: date | None = None) -> OpenOrder:
    return OpenOrder(
        pk=int(order.get("pk") or 0),
        reference=str(order.get("reference") or ""),
        state=str(order.get("status_text") or ""),
        outstanding=outstanding,
        due=due or _day(order.get("target_date")),
    )


def _last_paid(lines: Iterable[Mapping[str, Any]]) -> Paid | None:
    """The price of the newest order line that has one, of orders that were placed: what is only planned is not paid."""

    def age(line: Mapping[str, Any]) -> tuple[date, int]:
        order = _order(line)
        day = _day(order.get("issue_date")) or _day(order.get("creation_date"))
        return day or date.min, int(line.get("order") or 0)

    for line in sorted(lines, key=age, reverse=True):
        price, order = decimal_of(line.get("purchase_price")), _order(line)
        if price is not None and order.get("status") in PLACED_STATES:
            day = _day(order.get("issue_date")) or _day(order.get("creation_date"))
            currency = str(line.get("purchase_price_currency") or "")
            return Paid(price, currency, str(order.get("reference") or ""), day)
    return None


def _receipts(lines: Sequence[Mapping[str, Any]], items: Iterable[Mapping[str, Any]]) -> list[Receipt]:
    """What came, from the stock items that name their purchase order."""
    orders = {line.get("order"): {**_order(line), "line_target": line.get("target_date")} for line in lines}
    found = [_receipt(item, orders.get(item.get("purchase_order")) or {}) for item in items]
    return [each for each in found if each is not None]


def _receipt(item: Mapping[str, Any], order: Mapping[str, Any]) -> Receipt | None:
    """None where it is not known when it came. An item without a date came at the latest with the end of its order."""
    received = _day(item.get("creation_date")) or _day(order.get("complete_date"))
    if item.get("purchase_order") is None or received is None:
        return None
    promised = _day(order.get("line_target")) or _day(order.get("target_date"))
    return Receipt(issued=_day(order.get("issue_date")), promised=promised, received=received)
