"""Which order is being received: by its reference, its supplier or customer, or anything that is in it."""

import asyncio
from dataclasses import dataclass
from datetime import date

from tui.api_client import ApiClient, BadAnswer, Json
from tui.orders.codes import Known, looks_like_code, own_code
from tui.orders.receiving import lines_of, match
from tui.orders.receiving_desk import known_at
from tui.views.orders import Order, model_of
from workflow.orders import OrderKind

__all__ = ["Candidate", "find_orders", "open_orders"]

_LISTED = 50
_DETAILS = {"supplier_detail": True, "customer_detail": True}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that may be meant.

    `line` names its line that holds what was scanned, "" when the order itself was named; `due` is when that line is
    expected, or the order.
    """

    order: Order
    due: date | None
    line: str = ""

    @property
    def is_receivable(self) -> bool:
        """Whether the order takes receipts now."""
        return self.order.kind.transition("receive").works_from(self.order.state)


async def open_orders(client: ApiClient, kind: OrderKind) -> list[Candidate]:
    """The orders that take receipts, the one due first before the others; the first 50. Raises ApiError."""
    (state,) = kind.transition("receive").sources
    params = {"status": kind.code(state), "ordering": "target_date", **_DETAILS}
    page = await client.page(kind.path, 0, _LISTED, params)
    return _due_first([_candidate(kind, row) for row in page.results])


async def find_orders(client: ApiClient, kind: OrderKind, text: str) -> list[Candidate]:
    """The open orders that `text` can mean, the one due first before the others. Raises ApiError.

    The order with just this reference, or this barcode, is the only one; else those with a line that the text names
    exactly; else those whose reference, partner or description contain it, and those with a line that does.
    """
    known = own_code(text) or (await known_at(client, text) if looks_like_code(text) else None)
    if known is not None and known.model == model_of(kind):
        return [_candidate(kind, await client.get(f"{kind.path}{known.pk}/"))]
    named, (exact, others) = await asyncio.gather(_named(client, kind, text), _holding(client, kind, text, known))
    same = [each for each in named if each.order.reference.casefold() == text.casefold()]
    if same:
        return same
    return _due_first(exact) or _due_first([*named, *others])


async def _named(client: ApiClient, kind: OrderKind, text: str) -> list[Candidate]:
    params = {"search": text, "outstanding": True, **_DETAILS}
    page = await client.page(kind.path, 0, _LISTED, params)
    return [_candidate(kind, row) for row in page.results]


async def _holding(
    client: ApiClient, kind: OrderKind, text: str, known: Known | None
) -> tuple[list[Candidate], list[Candidate]]:
    """The orders with an open line that is just this, and those with one that contains the text."""
    page = await client.page(kind.line_path, 0, _LISTED, {**_open_lines(kind), **_filter(kind, text, known)})
    rows = {row.get("pk"): row for row in page.results}
    try:
        hits = match(text, lines_of(page.results, returned=kind.name == "return"), known)
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"A line of an order was expected: {error}.", call=f"GET {kind.line_path}") from error
    exact: list[Candidate] = []
    others: list[Candidate] = []
    for hit in hits:
        detail = rows[hit.line.pk].get("order_detail")
        if isinstance(detail, dict) and not hit.line.is_done:
            order = Order.of(kind, detail)
            (exact if hit.is_exact else others).append(
                Candidate(order, hit.line.target or order.target, hit.line.label)
            )
    return [each for each in exact if each.is_receivable], [each for each in others if each.is_receivable]


def _open_lines(kind: OrderKind) -> Json:
    details = {"order_detail": True, "part_detail": True}
    if kind.name == "return":
        return {**details, "item_detail": True, "received": False}
    return {**details, "supplier_part_detail": True, "pending": True}


def _filter(kind: OrderKind, text: str, known: Known | None) -> Json:
    if known is not None and kind.name == "return" and known.model == "stockitem":
        return {"item": known.pk}
    if known is not None and kind.name == "purchase" and known.supplier_part is not None:
        return {"part": known.supplier_part}
    if known is not None and kind.name == "purchase" and known.part is not None:
        return {"base_part": known.part}
    return {"search": text}


def _candidate(kind: OrderKind, row: Json) -> Candidate:
    try:
        order = Order.of(kind, row)
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"An order was expected: {error}.", call=f"GET {kind.path}") from error
    return Candidate(order, order.target)


def _due_first(candidates: list[Candidate]) -> list[Candidate]:
    """Each order once, those that take receipts first, then by the day they are due."""
    once: dict[int, Candidate] = {}
    for each in sorted(
        candidates, key=lambda each: (not each.is_receivable, each.due or date.max, each.order.reference)
    ):
        once.setdefault(each.order.pk, each)
    return list(once.values())
