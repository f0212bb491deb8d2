"""Everything that the screen of one order shows at first, asked for at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.api_client import ApiClient, Rows
from tui.api_errors import Forbidden, NotFound
from tui.orders.lines import LINE_KINDS, OrderLine, lines_of
from tui.views.orders import Order, model_of
from workflow.orders import OrderKind

__all__ = ["OrderData", "load_order", "locked_because"]


@dataclass(frozen=True, slots=True)
class OrderData:
    """An order with its lines. `attachments` and `parameters` are how many there are, None where that is not known.

    `locked` says why nothing can be edited, "" when it can.
    """

    order: Order
    lines: tuple[OrderLine, ...]
    attachments: int | None = None
    parameters: int | None = None
    locked: str = ""

    @property
    def notes(self) -> str:
        """The notes of the order, "" for none."""
        return str(self.order.row.get("notes") or "")


async def load_order(client: ApiClient, kind: OrderKind, pk: int) -> OrderData:
    """Ask for an order. Raises ApiError, and BadAnswer for what is no order."""
    words = LINE_KINDS[kind.name]
    which = {"order": pk, **words.params}
    row, rest = await asyncio.gather(
        client.get(f"{kind.path}{pk}/", {"supplier_detail": True, "customer_detail": True}),
        asyncio.gather(
            client.list(words.path, which),
            _none() if not words.extra_path else client.list(words.extra_path, {"order": pk}),
            _count(client, "attachment/", kind, pk),
            _count(client, "parameter/", kind, pk),
        ),
        return_exceptions=True,
    )
    # Of an order that is gone, that it is gone says more than that its lines cannot be asked for.
    if isinstance(row, BaseException):
        raise row
    if isinstance(rest, BaseException):
        raise rest
    lines, extra, attachments, parameters = rest
    order = Order.of(kind, row)
    may_edit = order.state == "COMPLETE" and await _setting(client, words.setting)
    return OrderData(
        order=order,
        lines=tuple(lines_of(kind.name, lines, extra)),
        attachments=attachments,
        parameters=parameters,
        locked="" if may_edit else locked_because(order),
    )


def locked_because(order: Order) -> str:
    """Why an order in this state cannot be edited, "" when it can."""
    name = order.kind.title.lower()
    match order.state:
        case "COMPLETE":
            return "Complete: locked, as the server's settings do not allow to edit it."
        case "CANCELLED":
            return f"Cancelled: the {name} is kept as it was; C makes a new one like it."
        case "LOST" | "RETURNED":
            return f"{order.state_label}: the {name} is closed and kept as it was."
        case _:
            return ""


async def _none() -> Rows:
    return []


async def _count(client: ApiClient, path: str, kind: OrderKind, pk: int) -> int | None:
    try:
        return await client.count(path, {"model_type": model_of(kind), "model_id": pk})
    except (Forbidden, NotFound):
        return None


async def _setting(client: ApiClient, key: str) -> bool:
    """A global setting that is on or off; off where it may not be read."""
    try:
        answer: Mapping[str, Any] = await client.get(f"settings/global/{key}/")
    except (Forbidden, NotFound):
        return False
    return str(answer.get("value")).casefold() == "true"
