"""Everything a bin card shows of an item or a part, asked for and worked out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.api_client import ApiClient, Rows
from tui.api_models import StockItem
from tui.views.bin_card import BinCard, make_card
from tui.views.formats import decimal_of, quantity, short_date
from tui.views.stock_item import batch_or_serial, item_name, location_name, part_of, unit_of

__all__ = ["ENTRIES_AT_MOST", "CardData", "load_card"]

ZERO = Decimal(0)
#: The newest entries are shown; older ones go into the opening balance.
ENTRIES_AT_MOST = 2000
ITEMS_AT_MOST = 2000
_PAGE = 250


@dataclass(frozen=True, slots=True)
class CardData:
    """The card of one item (`item` is its row) or of a part (`item` is None). Figures are in `unit`.

    `facts` are (label, text) pairs; `older` entries are not shown; `items` names the items by primary key.
    """

    title: str
    description: str
    part: int
    unit: str
    on_hand: Decimal
    allocated: Decimal
    available: Decimal
    on_order: Decimal | None
    facts: tuple[tuple[str, str], ...]
    card: BinCard
    older: int = 0
    item: dict[str, Any] | None = None
    items: Mapping[int | None, str] | None = None


async def load_card(client: ApiClient, model: str, pk: int) -> CardData:
    """Ask for an item ("stockitem") or a part ("part") with its history. Raises ApiError."""
    return await (_item_card(client, pk) if model == "stockitem" else _part_card(client, pk))


async def _item_card(client: ApiClient, pk: int) -> CardData:
    details = {"part_detail": True, "location_detail": True, "supplier_part_detail": True}
    asked = client.get(f"stock/{pk}/", details), _entries(client, {"item": pk})
    row, history = await asyncio.gather(*asked, return_exceptions=True)
    # Of an item that is gone, that it is gone says more than that its history cannot be asked for.
    if isinstance(row, BaseException):
        raise row
    if isinstance(history, BaseException):
        raise history
    entries, older = history
    part = await client.get(f"part/{row['part']}/")
    item = StockItem.of(row)
    on_hand = _on_shelf(item)
    return CardData(
        title=item_name(row),
        description=str(part_of(row).get("description") or ""),
        part=item.part,
        unit=unit_of(row),
        on_hand=on_hand,
        allocated=item.allocated,
        available=max(on_hand - item.allocated, ZERO),
        on_order=decimal_of(part.get("ordering")),
        facts=_item_facts(row, item),
        card=make_card(entries, {pk: on_hand}),
        older=older,
        item=row,
    )


async def _part_card(client: ApiClient, pk: int) -> CardData:
    part, (entries, older), items = await asyncio.gather(
        client.get(f"part/{pk}/"), _entries(client, {"part": pk}), _items(client, pk)
    )
    there = {item.pk: item for item in map(StockItem.of, items)}
    on_hand: dict[int | None, Decimal] = {key: _on_shelf(item) for key, item in there.items()}
    total = sum(on_hand.values(), ZERO)
    free = decimal_of(part.get("unallocated_stock"))
    allocated = sum((decimal_of(part.get(name)) or ZERO for name in _ALLOCATED), ZERO)
    shelves = {item.location for key, item in there.items() if on_hand[key]}
    return CardData(
        title=str(part.get("full_name") or part.get("name") or f"Part {pk}"),
        description=str(part.get("description") or ""),
        part=pk,
        unit=str(part.get("units") or ""),
        on_hand=total,
        allocated=allocated,
        available=free if free is not None else max(total - allocated, ZERO),
        on_order=decimal_of(part.get("ordering")),
        facts=(
            ("IPN", str(part.get("IPN") or "")),
            ("items", f"{sum(1 for amount in on_hand.values() if amount)} in {len(shelves)} locations"),
            ("minimum", _plain(part.get("minimum_stock"))),
            ("category", str(part.get("category_name") or "")),
        ),
        card=make_card(entries, on_hand),
        older=older,
        items={key: _short_name(item) for key, item in there.items()},
    )


_ALLOCATED = ("allocated_to_build_orders", "allocated_to_sales_orders")


async def _entries(client: ApiClient, which: Mapping[str, Any]) -> tuple[Rows, int]:
    """The newest tracking entries and how many older ones there are."""
    entries: Rows = []
    params = {**which, "user_detail": True, "ordering": "-date"}
    while len(entries) < ENTRIES_AT_MOST:
        page = await client.page("stock/track/", len(entries), _PAGE, params)
        entries += page.results
        if not page.results or len(entries) >= page.count:
            return entries, 0
    return entries, page.count - len(entries)


async def _items(client: ApiClient, part: int) -> Rows:
    params = {"part": part, "include_variants": False, "location_detail": True}
    rows: Rows = []
    async for row in client.rows("stock/", params, limit=_PAGE):
        rows.append(row)
        if len(rows) >= ITEMS_AT_MOST:
            break
    return rows


def _on_shelf(item: StockItem) -> Decimal:
    """What lies there: nothing of an item that is with a customer or built into something."""
    return ZERO if item.where_else and "built" not in item.where_else else item.quantity


def _item_facts(row: Mapping[str, Any], item: StockItem) -> tuple[tuple[str, str], ...]:
    expiry = short_date(row.get("expiry_date"))
    return (
        ("in", location_name(row) or item.where_else or "no location"),
        ("status", item.status_text),
        ("serial" if item.serial else "batch", batch_or_serial(row)),
        ("expiry", f"{expiry} EXPIRED" if row.get("expired") else expiry),
        ("counted", short_date(row.get("stocktake_date")) or "never"),
        ("IPN", str(part_of(row).get("IPN") or "")),
        ("SKU", str(row.get("SKU") or "")),
    )


def _short_name(item: StockItem) -> str:
    if item.serial:
        return f"#{item.serial}"
    return item.batch or str(item.pk)


def _plain(value: Any) -> str:
    number = decimal_of(value)
    return quantity(number) if number else ""
