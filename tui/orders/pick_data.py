"""What is known of an order that is being picked: its lines, allocations, shipments and the stock of its parts."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from tui.api_client import ApiClient, BadAnswer, Json, Rows
from tui.orders.picking import ZERO, Allocation, Lot, PickLine, remaining
from tui.views.orders import Order, kind_of_model
from workflow.orders import OrderKind

__all__ = ["PickData", "Shipment", "allocation_path", "load_allocations", "load_pick_data", "load_shipments"]

#: So many requests are under way at once, and so many items of one part are looked at.
_AT_ONCE: Final = 6
_ITEMS_AT_MOST: Final = 1000
_DETAILS: Final = {"part_detail": True, "location_detail": True}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment of a sales order. `checked_by` is who checked it, "" for nobody."""

    pk: int
    reference: str
    shipped: str = ""
    checked_by: str = ""
    tracking_number: str = ""
    invoice_number: str = ""

    @classmethod
    def of(cls, row: Json) -> "Shipment":
        """From a row of `order/so/shipment/`. Raises KeyError for what is none."""
        checker = row.get("checked_by_detail") or {}
        checked = row.get("checked_by")
        return cls(
            pk=int(row["pk"]),
            reference=str(row.get("reference") or row["pk"]),
            shipped=str(row.get("shipment_date") or ""),
            checked_by="" if checked is None else str(checker.get("username") or f"user {checked}"),
            tracking_number=str(row.get("tracking_number") or ""),
            invoice_number=str(row.get("invoice_number") or ""),
        )


@dataclass(frozen=True, slots=True)
class PickData:
    """All of it, as the server had it. `stock` is by part of a line, items that are promised to the order included."""

    order: Order
    lines: tuple[PickLine, ...]
    allocations: tuple[Allocation, ...]
    stock: Mapping[int, tuple[Lot, ...]]
    shipments: tuple[Shipment, ...] = ()

    @property
    def open_shipments(self) -> list[Shipment]:
        """Shipments that have not been sent."""
        return [each for each in self.shipments if not each.shipped]

    @property
    def lots(self) -> dict[int, Lot]:
        """The stock items by primary key."""
        return {lot.pk: lot for group in self.stock.values() for lot in group}

    @property
    def destination(self) -> int | None:
        """Where a transfer goes to, None for what is used up or leaves."""
        row = self.order.row
        destination = row.get("destination")
        return destination if isinstance(destination, int) and not row.get("consume") else None


def allocation_path(kind: OrderKind) -> str:
    """Where the allocations of a kind of order are."""
    return "order/so-allocation/" if kind.name == "sales" else "order/transfer-order-allocation/"


async def load_pick_data(client: ApiClient, model: str, pk: int) -> PickData:
    """Ask for everything: four requests side by side, then one for each part still to be picked. Raises ApiError."""
    kind = kind_of_model(model)
    row, line_rows, allocation_rows, shipments = await asyncio.gather(
        client.get(f"{kind.path}{pk}/", {"customer_detail": True}),
        client.list(kind.line_path, {"order": pk, "part_detail": True}),
        client.list(allocation_path(kind), {"order": pk, "item_detail": True, **_DETAILS}),
        load_shipments(client, pk) if kind.name == "sales" else _none(),
    )
    order = _read([row], lambda each: Order.of(kind, each))[0]
    lines = [line for line in _read(line_rows, PickLine.of) if line is not None]
    allocations = _read(allocation_rows, Allocation.of)
    wanted = {line.part for line in lines if remaining(line, allocations)}
    stock = await _load_stock(client, wanted, order.row.get("take_from"))
    _add_allocated(stock, lines, allocation_rows)
    return PickData(order, tuple(lines), tuple(allocations), stock, tuple(shipments))


async def load_allocations(client: ApiClient, kind: OrderKind, pk: int) -> list[Allocation]:
    """What is allocated to the order, shipped or not. Raises ApiError."""
    return _read(await client.list(allocation_path(kind), {"order": pk}), Allocation.of)


async def load_shipments(client: ApiClient, pk: int) -> list[Shipment]:
    """The shipments of a sales order, oldest first. Raises ApiError."""
    found = _read(await client.list("order/so/shipment/", {"order": pk}), Shipment.of)
    return sorted(found, key=lambda shipment: shipment.pk)


async def _none() -> list[Shipment]:
    return []


async def _load_stock(client: ApiClient, parts: Iterable[int], source: Any) -> dict[int, tuple[Lot, ...]]:
    """The stock of each part, of its variants too; only what lies in or below `source` where there is one."""
    turns = asyncio.Semaphore(_AT_ONCE)
    where = {"location": source, "cascade": True} if isinstance(source, int) else {}

    async def load(part: int) -> tuple[int, tuple[Lot, ...]]:
        rows: Rows = []
        async with turns:
            async for row in client.rows("stock/", {**_DETAILS, **where, "part": part, "in_stock": True}):
                rows.append(row)
                if len(rows) >= _ITEMS_AT_MOST:
                    break
        return part, tuple(_read(rows, Lot.of))

    return dict(await asyncio.gather(*map(load, sorted(parts))))


def _add_allocated(stock: dict[int, tuple[Lot, ...]], lines: Iterable[PickLine], rows: Iterable[Json]) -> None:
    """Put in the items that are allocated but were not loaded: picked whole, shipped, or lying elsewhere.

    What else could be had of them is not known, and nothing is proposed.
    """
    parts = {line.pk: line.part for line in lines}
    for row in rows:
        part = parts.get(row["line"])
        item = row.get("item_detail")
        if part is None or not isinstance(item, Mapping):
            continue
        known = stock.get(part, ())
        if all(lot.pk != row["item"] for lot in known):
            details = {name: row.get(name) for name in _DETAILS}
            (lot,) = _read([{**item, **details}], Lot.of)
            stock[part] = (*known, replace(lot, available=ZERO))


def _read(rows: Iterable[Json], of: Callable[[Json], T]) -> list[T]:
    """The rows as what they are. Raises BadAnswer for rows that are something else."""
    try:
        return [of(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"The server's answer is not as expected: {error}.", call="GET order/") from error
