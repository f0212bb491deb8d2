"""What happened to an order: made, issued, received, shipped, completed. From whatever the API tells of it.

InvenTree keeps no history of an order itself. Its dates, its shipments and the histories of the parts on its lines
say when what was done, by whom, and how much of it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tui.api_client import ApiClient, Rows
from tui.api_errors import Forbidden
from tui.orders.lines import OrderLine
from tui.views.formats import quantity, short_date
from tui.views.orders import Order

__all__ = ["Event", "History", "events_of", "load_history"]

Row = Mapping[str, Any]

#: Parts whose histories are looked through, one request each.
PARTS_AT_MOST: Final = 24
ENTRIES_AT_MOST: Final = 250
_DONE: Final = {"purchase": "Received", "sales": "Shipped", "return": "Returned", "transfer": "Moved"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `when` is a date, or date and time, as the server writes it; `who` "" for unknown."""

    when: str
    what: str
    detail: str = ""
    who: str = ""
    pk: int = 0
    """Its place in the list, the newest 0."""
    item: int | None = None
    """The stock item that it is about, if it is about one."""


@dataclass(frozen=True, slots=True)
class History:
    """The events, newest first, and what was left out of them ("" for nothing)."""

    events: tuple[Event, ...]
    left_out: str = ""


async def load_history(client: ApiClient, order: Order, lines: Sequence[OrderLine]) -> History:
    """Ask for everything that tells of the order. Raises ApiError; what the role may not see is left out."""
    parts = sorted({line.part for line in lines if line.part is not None and not line.extra})
    asked = parts[:PARTS_AT_MOST]
    shipments, items, *entries = await asyncio.gather(
        _shipments(client, order), _items(client, order), *(_entries(client, order, part) for part in asked)
    )
    told = [entry for found in entries for entry in found]
    left_out = ""
    if len(parts) > len(asked):
        left_out = f"Movements of {len(asked)} of {len(parts)} parts; the others by their stock items only."
    return History(tuple(events_of(order, lines, shipments, told, items)), left_out)


async def _shipments(client: ApiClient, order: Order) -> Rows:
    if order.kind.name != "sales":
        return []
    return (await client.page("order/so/shipment/", 0, 100, {"order": order.pk})).results


async def _items(client: ApiClient, order: Order) -> Rows:
    """The stock items that name the order themselves."""
    member = {"purchase": "purchase_order", "sales": "sales_order"}.get(order.kind.name)
    if member is None:
        return []
    return await _allowed(
        client, "stock/", {member: order.pk, "part_detail": True, "location_detail": True, "ordering": "-updated"}
    )


async def _entries(client: ApiClient, order: Order, part: int) -> Rows:
    """The tracking entries of a part that name the order."""
    params: dict[str, Any] = {"part": part, "user_detail": True, "part_detail": True, "ordering": "-date"}
    if order.issued is not None:
        params["min_date"] = order.issued.isoformat()
    return [entry for entry in await _allowed(client, "stock/track/", params) if _names(entry, order)]


async def _allowed(client: ApiClient, path: str, params: Row) -> Rows:
    try:
        return (await client.page(path, 0, ENTRIES_AT_MOST, params)).results
    except Forbidden:
        return []


def _names(entry: Row, order: Order) -> bool:
    deltas = entry.get("deltas")
    return isinstance(deltas, Mapping) and str(deltas.get(order.model)) == str(order.pk)


def events_of(
    order: Order, lines: Iterable[OrderLine], shipments: Iterable[Row], entries: Iterable[Row], items: Iterable[Row]
) -> list[Event]:
    """The events of an order, newest first. Items that a tracking entry tells of already are passed over."""
    events = [*_of_order(order), *_of_shipments(shipments)]
    told: set[Any] = set()
    for entry in entries:
        told.add(entry.get("item"))
        events.append(_of_entry(order, entry))
    events += [_of_item(order, row) for row in items if row.get("pk") not in told]
    if order.kind.name == "return":
        events += [_of_return(line) for line in lines if line.row.get("received_date") and line.subject not in told]
    events.sort(key=_moment)
    return [replace(event, pk=place) for place, event in enumerate(reversed(events))]


def _moment(event: Event) -> tuple[str, str]:
    """When it was, for sorting. With a date alone a day begins with what was planned and ends with what was done."""
    begins = event.what in ("Created", "Issued")
    return event.when[:10], event.when[10:].strip() or ("00:00" if begins else "24:00")


def _of_order(order: Order) -> list[Event]:
    row = order.row
    by = _user(row.get("created_by"))
    events = []
    if created := short_date(row.get("creation_date")):
        events.append(Event(created, "Created", order.description, by))
    if issued := short_date(row.get("issue_date")):
        events.append(Event(issued, "Issued", f"to {order.partner}" if order.partner else ""))
    if shipped := short_date(row.get("shipment_date")):
        events.append(Event(shipped, "All shipped"))
    if complete := short_date(row.get("complete_date")):
        word = order.state_label if order.state not in order.kind.open else "Done"
        events.append(Event(complete, word))
    return events


def _of_shipments(shipments: Iterable[Row]) -> list[Event]:
    events = []
    for row in shipments:
        name = f"shipment {row.get('reference') or row.get('pk')}"
        if shipped := short_date(row.get("shipment_date")):
            facts = (("tracking", row.get("tracking_number")), ("invoice", row.get("invoice_number")))
            detail = ", ".join(f"{label} {value}" for label, value in facts if value)
            events.append(Event(shipped, f"Shipped {name}", detail, _user(row.get("checked_by_detail"))))
        if delivered := short_date(row.get("delivery_date")):
            events.append(Event(delivered, f"Delivered {name}"))
    return events


def _of_entry(order: Order, entry: Row) -> Event:
    deltas = entry.get("deltas") or {}
    amount = next((deltas[name] for name in ("quantity", "added", "removed") if deltas.get(name) is not None), None)
    part = _detail(entry, "part_detail")
    name = str(part.get("full_name") or part.get("name") or f"item {entry.get('item')}")
    place = _detail(deltas, "location_detail")
    notes = str(entry.get("notes") or "")
    facts = (f"{quantity(amount)} × {name}" if amount is not None else name, place.get("pathstring"), notes)
    return Event(
        when=str(entry.get("date") or "")[:16].replace("T", " "),
        what=str(entry.get("label") or _DONE[order.kind.name]),
        detail=" · ".join(str(fact) for fact in facts if fact),
        who=_user(entry.get("user_detail")),
        item=entry.get("item"),
    )


def _of_item(order: Order, row: Row) -> Event:
    part, place = _detail(row, "part_detail"), _detail(row, "location_detail")
    name = str(part.get("full_name") or part.get("name") or f"part {row.get('part')}")
    serial = f"#{row['serial']}" if row.get("serial") else str(row.get("batch") or "")
    facts = (f"{quantity(row.get('quantity'))} × {name}", serial, place.get("pathstring") or place.get("name"))
    when = row.get("creation_date") if order.kind.name == "purchase" else row.get("updated")
    return Event(
        when=str(when or row.get("updated") or "")[:16].replace("T", " "),
        what=_DONE[order.kind.name],
        detail=" · ".join(str(fact) for fact in facts if fact),
        item=row.get("pk"),
    )


def _of_return(line: OrderLine) -> Event:
    detail = f"{quantity(line.quantity)} × {line.name} {line.code}".rstrip()
    return Event(str(line.row.get("received_date") or "")[:10], _DONE["return"], detail, item=line.subject)


def _user(detail: Any) -> str:
    return str(detail.get("username") or "") if isinstance(detail, Mapping) else ""


def _detail(row: Row, member: str) -> Row:
    detail = row.get(member)
    return detail if isinstance(detail, Mapping) else {}
