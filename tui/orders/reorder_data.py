"""What the reorder desk asks of a server and sends to it.

A Bincard server works everything out and makes all orders in one transaction; a repeat with the same key makes nothing
again. At a plain InvenTree the desk knows low stock, prices and packs, and makes orders line by line: each attempt has
a word of its own in the order's description, by which a repeat finds what is there already.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from tui.api_client import ApiClient
from tui.api_errors import BadAnswer
from tui.orders.reorder import ONE, Basket, DeskLine, Edit, Supply, number
from tui.session import Session
from tui.suppliers.offers import PriceBreak

__all__ = [
    "Attempt",
    "Listed",
    "MadeOrder",
    "Outcome",
    "kept_edits",
    "load_desk",
    "load_supplies",
    "send",
    "told_edits",
]

PATH = "/plugin/bincard/reorder/"
AT_MOST = 500
PLAIN_AT_MOST = 200
AT_ONCE = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed:
    """What is short: the lines, how many there are in all, and how many parts were looked at (None: not known).
    `forecasts`: whether the server foresees demand."""

    lines: tuple[DeskLine, ...]
    total: int
    parts: int | None
    forecasts: bool


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """A draft purchase order with what was just put into it."""

    pk: int
    reference: str
    supplier_name: str
    lines: int
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending: the orders, the parts that are in them, and why others are not."""

    orders: tuple[MadeOrder, ...]
    parts: tuple[int, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to make orders: the same `key` again finds out what became of it."""

    key: str
    baskets: tuple[Basket, ...]
    add_to_drafts: bool = False


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


# -- asking


async def load_desk(session: Session, part: int | None = None) -> Listed:
    """What is short, or the line of one part. Raises ApiError."""
    if not session.is_bincard:
        return await _load_plain(session.client, part)
    params = {"limit": AT_MOST} if part is None else {"part": part}
    answer = await session.client.get(PATH, params)
    rows = answer.get("results")
    if not isinstance(rows, list):
        raise BadAnswer("A list of what is short was expected.", call=f"GET {PATH}")
    try:
        lines = tuple(_line(row, answer) for row in rows)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"A line of what is short cannot be read: {error}", call=f"GET {PATH}") from error
    return Listed(lines, int(number(answer.get("count"))), int(number(answer.get("parts"))), True)


def _line(row: Mapping[str, Any], answer: Mapping[str, Any]) -> DeskLine:
    order = row.get("order")
    figures = {
        **row, "service_level": answer.get("service_level"), "before": (order or {}).get("before"),
        "least": (order or {}).get("least"),
    }  # fmt: skip
    return DeskLine(
        part=int(row["part"]), name=str(row.get("part_name") or ""), code=str(row.get("IPN") or ""),
        units=str(row.get("units") or ""), on_hand=number(row.get("on_hand")), on_order=number(row.get("on_order")),
        allocated=number(row.get("allocated")), needed=number(row.get("needed")), short=number(row.get("short")),
        suggested=number(order["quantity"]) if order else Decimal(0), supply=_supply(order) if order else None,
        figures=figures,
    )  # fmt: skip


def _supply(order: Mapping[str, Any]) -> Supply:
    steps = [step for step in map(_break, order.get("breaks") or ()) if step is not None]
    return Supply(
        supplier=int(order["supplier"]), supplier_name=str(order.get("supplier_name") or ""),
        supplier_part=int(order["supplier_part"]), sku=str(order.get("SKU") or ""),
        pack=number(order.get("pack")) or ONE, multiple=max(1, int(order.get("multiple") or 1)),
        base_cost=number(order.get("base_cost")), breaks=tuple(steps), expected=_day(order.get("expected")),
        on_time=None if order.get("on_time") is None else number(order["on_time"]),
    )  # fmt: skip


def _break(row: Mapping[str, Any]) -> PriceBreak | None:
    return PriceBreak.of({**row, "price_currency": row.get("currency") or row.get("price_currency")})


async def load_supplies(session: Session, part: int, wanted: Decimal) -> list[Supply]:
    """Everybody who sells a part, the cheapest at this quantity first. Raises ApiError."""
    client = session.client
    rows = await client.list("company/part/", {"part": part, "active": True, "supplier_detail": True})
    pages = await asyncio.gather(*(client.page("company/price-break/", 0, 100, {"part": row["pk"]}) for row in rows))
    known = await _known_offers(client, part, wanted) if session.is_bincard else {}
    found = [_sold(row, page.results, known.get(int(row["pk"]), {})) for row, page in zip(rows, pages, strict=True)]
    return sorted(found, key=lambda supply: _rank(supply, wanted))


async def _known_offers(client: ApiClient, part: int, wanted: Decimal) -> dict[int, Mapping[str, Any]]:
    asked = {"part": part, "quantity": str(max(wanted, Decimal("0.00001")))}
    answer = await client.get("/plugin/bincard/supplier-offers/", asked)
    offers = answer.get("offers")
    return {int(offer["supplier_part"]): offer for offer in offers} if isinstance(offers, list) else {}


def _sold(row: Mapping[str, Any], steps: Iterable[Mapping[str, Any]], offer: Mapping[str, Any]) -> Supply:
    supplier = row.get("supplier_detail") or {}
    return _supply(
        {
            "supplier": row["supplier"], "supplier_name": supplier.get("name"), "supplier_part": row["pk"],
            "SKU": row.get("SKU"), "pack": row.get("pack_quantity_native"),
            "multiple": offer.get("multiple") or row.get("multiple"), "base_cost": row.get("base_cost"),
            "breaks": list(steps), "expected": offer.get("expected_arrival"),
        }
    )  # fmt: skip


def _rank(supply: Supply, wanted: Decimal) -> tuple[bool, Decimal, str]:
    total = supply.total(supply.suggestion(wanted)) if wanted > 0 else None
    return total is None, total or Decimal(0), supply.supplier_name.casefold()


# -- a plain InvenTree


async def _load_plain(client: ApiClient, part: int | None) -> Listed:
    if part is None:
        only = {"low_stock": True, "purchaseable": True, "active": True, "virtual": False, "is_template": False}
        page = await client.page("part/", 0, PLAIN_AT_MOST, only)
        rows, total = page.results, page.count
    else:
        rows, total = [await client.get(f"part/{part}/")], 1
    gate = asyncio.Semaphore(AT_ONCE)
    lines = await asyncio.gather(*(_gated(gate, _plain_line(client, row)) for row in rows))
    short = [line for line in lines if line.short > 0 or part is not None]
    short.sort(key=lambda line: (line.on_hand - line.allocated) / line.needed if line.needed else ONE)
    return Listed(tuple(short), total - len(rows) + len(short), None, False)


async def _gated(gate: asyncio.Semaphore, wanted: Awaitable[T]) -> T:
    async with gate:
        return await wanted


async def _plain_line(client: ApiClient, row: Mapping[str, Any]) -> DeskLine:
    have, coming, needed = number(row.get("in_stock")), number(row.get("ordering")), number(row.get("minimum_stock"))
    away = number(row.get("allocated_to_sales_orders")) + number(row.get("allocated_to_build_orders"))
    short = max(Decimal(0), needed - have - coming + away)
    supplies = await _plain_supplies(client, int(row["pk"]), short) if short > 0 else []
    supply = supplies[0] if supplies else None
    return DeskLine(
        part=int(row["pk"]), name=str(row.get("name") or ""), code=str(row.get("IPN") or ""),
        units=str(row.get("units") or ""), on_hand=have, on_order=coming, allocated=away, needed=needed, short=short,
        suggested=supply.suggestion(short) if supply is not None else Decimal(0), supply=supply,
        figures={"offers": len(supplies)},
    )  # fmt: skip


async def _plain_supplies(client: ApiClient, part: int, wanted: Decimal) -> list[Supply]:
    rows = await client.list("company/part/", {"part": part, "active": True, "supplier_detail": True})
    found = []
    for row in rows:
        page = await client.page("company/price-break/", 0, 100, {"part": row["pk"]})
        found.append(_sold(row, page.results, {}))
    return sorted(found, key=lambda supply: _rank(supply, wanted))


# -- sending


async def send(session: Session, attempt: Attempt) -> Outcome:
    """Make the draft orders. Raises ApiError; the same attempt may be sent again then."""
    if session.is_bincard:
        return await _send_own(session.client, attempt)
    orders = [await _send_plain(session.client, attempt, basket) for basket in attempt.baskets]
    return Outcome(tuple(orders), tuple(line.part for basket in attempt.baskets for line in basket.lines))


async def _send_own(client: ApiClient, attempt: Attempt) -> Outcome:
    lines = [line for basket in attempt.baskets for line in basket.lines]
    body = {"lines": [_body(line) for line in lines], "add_to_drafts": attempt.add_to_drafts}
    answer = await client.post(f"{PATH}order/", body, key=attempt.key)
    try:
        orders = tuple(
            MadeOrder(
                int(order["pk"]), str(order["reference"]), str(order.get("supplier_name") or ""),
                int(order.get("lines") or 0), bool(order.get("added_to_draft")),
            )
            for order in answer["orders"]
        )  # fmt: skip
        refused = {int(place): why for one in answer["refused"] for place, why in one["lines"].items()}
        suppliers = {one["supplier"] for one in answer["refused"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"Orders were expected: {error}", call="POST reorder", uncertain=True) from error
    made = [
        line.part for place, line in enumerate(lines)
        if place not in refused and line.source is not None and line.source.supplier not in suppliers
    ]  # fmt: skip
    said = [f"{lines[place].title}: {_said(why)}" for place, why in refused.items() if place < len(lines)]
    return Outcome(orders, tuple(made), tuple(said))


def _said(why: Any) -> str:
    """The texts of an error, one after another."""
    if isinstance(why, Mapping):
        return " ".join(_said(value) for value in why.values())
    if isinstance(why, list):
        return " ".join(_said(value) for value in why)
    return str(why)


def _body(line: DeskLine) -> dict[str, Any]:
    source = line.source
    return {
        "part": line.part, "supplier_part": source.supplier_part if source is not None else None,
        "quantity": str(line.quantity), "reference": "Reorder", "notes": f"Reorder: {line.why()}"[:500],
    }  # fmt: skip


async def _send_plain(client: ApiClient, attempt: Attempt, basket: Basket) -> MadeOrder:
    """One order, with what of it is not there yet. The description holds the key of the attempt."""
    told = f"Reorder {attempt.key[:8]}"
    found = await client.list("order/po/", {"supplier": basket.supplier, "search": told})
    order = next((row for row in found if str(row.get("description") or "").startswith(told)), None)
    if order is None:
        body: dict[str, Any] = {"supplier": basket.supplier, "description": f"{told} of {date.today().isoformat()}"}
        if basket.expected is not None:
            body["target_date"] = basket.expected.isoformat()
        order = await client.post("order/po/", body)
    pk = int(order["pk"])
    there = {row.get("part") for row in await client.list("order/po-line/", {"order": pk})}
    for line in basket.lines:
        if line.source is not None and line.source.supplier_part not in there:
            await client.post("order/po-line/", _plain_body(pk, line, line.source))
    return MadeOrder(pk, str(order.get("reference") or pk), basket.name, len(basket.lines))


def _plain_body(order: int, line: DeskLine, source: Supply) -> dict[str, Any]:
    step = source.price_at(line.quantity)
    priced = {"purchase_price": str(step.price), "purchase_price_currency": step.currency} if step is not None else {}
    return {
        "order": order, "part": source.supplier_part, "quantity": str(source.packs(line.quantity)),
        "reference": "Reorder", "notes": f"Reorder: {line.why()}"[:500], **priced,
    }  # fmt: skip


# -- what was changed, kept from one run to the next


def told_edits(edits: Mapping[int, Edit]) -> dict[str, Any]:
    """The changes as JSON."""
    return {
        str(part): {
            "quantity": None if edit.quantity is None else str(edit.quantity), "skipped": edit.skipped,
            "supplier_part": None if edit.supply is None else edit.supply.supplier_part,
        }
        for part, edit in edits.items()
        if edit != Edit()
    }  # fmt: skip


async def kept_edits(session: Session, told: Mapping[str, Any], lines: Sequence[DeskLine]) -> dict[int, Edit]:
    """The changes that were kept, of lines that are there; other suppliers are looked up again. Raises ApiError."""
    found: dict[int, Edit] = {}
    for line in lines:
        kept = told.get(str(line.part))
        if not isinstance(kept, Mapping):
            continue
        supply = await _kept_supply(session, line, kept.get("supplier_part"))
        units = kept.get("quantity")
        found[line.part] = Edit(None if units is None else number(units), supply, bool(kept.get("skipped")))
    return found


async def _kept_supply(session: Session, line: DeskLine, supplier_part: Any) -> Supply | None:
    if not isinstance(supplier_part, int):
        return None
    supplies = await load_supplies(session, line.part, max(line.short, ONE))
    return next((supply for supply in supplies if supply.supplier_part == supplier_part), None)
