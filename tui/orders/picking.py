"""The pick list of an order: which stock item to take how much from for which line, in walking order.

Pure: lines, allocations and stock in, picks out. The same for sales and transfer orders; they differ only in what
counts as picked, which `Allocation.of` knows. What a picker decides on the way (skip, short, swap) comes in as
`Wishes`, so that after every step, and after a restart, the whole list is simply worked out anew.

`remaining` of a line = required - shipped - picked. It is proposed, in this order: what is already promised to the
line, what the picker swapped to, then free stock: the earliest expiry date first, and what came first of all else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tui.views.formats import decimal_of, quantity, short_date
from tui.walking import walking_key

__all__ = [
    "Allocation",
    "Lot",
    "Pick",
    "PickKey",
    "PickLine",
    "PickList",
    "Wishes",
    "plan",
    "remaining",
    "swaps",
    "with_allocations",
]

Row = Mapping[str, Any]
#: What tells picks apart: line, stock item, and the allocation that the pick fulfils (0 for none).
PickKey = tuple[int, int, int]

ZERO: Final = Decimal(0)
#: InvenTree's states of stock that may go out without a second thought (OK, Attention needed); others only by choice.
_PROPOSED_STATUS: Final = (10, 50)
#: States in which nothing may go out: destroyed, rejected, lost, quarantined.
_BLOCKED_STATUS: Final = (60, 65, 70, 75)
_NEVER: Final = "9999-12-31"


@dataclass(frozen=True, slots=True)
class PickLine:
    """A line of the order that wants stock. `shipped` is what left already, on a transfer order what was moved."""

    pk: int
    part: int
    part_name: str
    required: Decimal
    shipped: Decimal = ZERO
    ipn: str = ""
    units: str = ""

    @classmethod
    def of(cls, row: Row) -> "PickLine | None":
        """From a row of `order/so-line/` or `order/transfer-order-line/` with `part_detail`; None where no stock moves.

        Raises KeyError, TypeError or ValueError for what is no line.
        """
        part = row.get("part_detail") or {}
        if row.get("part") is None or part.get("virtual"):
            return None
        return cls(
            pk=int(row["pk"]),
            part=int(row["part"]),
            part_name=_text(part.get("full_name") or part.get("name")) or f"part {row['part']}",
            required=decimal_of(row["quantity"]) or ZERO,
            shipped=decimal_of(row.get("shipped", row.get("transferred"))) or ZERO,
            ipn=_text(part.get("IPN")),
            units=_text(part.get("units")),
        )

    def amount(self, value: Decimal) -> str:
        """A quantity of the part with its unit."""
        return f"{quantity(value)} {self.units}" if self.units else quantity(value)


@dataclass(frozen=True, slots=True)
class Lot:
    """A stock item as a picker sees it. `available` is what is on hand and promised to nobody."""

    pk: int
    part: int
    part_name: str
    on_hand: Decimal
    available: Decimal
    path: str = ""
    location: int | None = None
    batch: str = ""
    serial: str = ""
    ipn: str = ""
    expiry: str = ""
    received: str = ""
    status: int = 10
    status_text: str = ""
    expired: bool = False

    @classmethod
    def of(cls, row: Row) -> "Lot":
        """From a row of `stock/` with details. Raises KeyError, TypeError or ValueError for what is no stock item."""
        part, place = row.get("part_detail") or {}, row.get("location_detail") or {}
        on_hand = decimal_of(row["quantity"]) or ZERO
        return cls(
            pk=int(row["pk"]),
            part=int(row["part"]),
            part_name=_text(part.get("full_name") or part.get("name")) or f"part {row['part']}",
            on_hand=on_hand,
            available=max(on_hand - (decimal_of(row.get("allocated")) or ZERO), ZERO),
            path=_text(place.get("pathstring") or place.get("name")),
            location=row.get("location"),
            batch=_text(row.get("batch")),
            serial=_text(row.get("serial")),
            ipn=_text(part.get("IPN")),
            expiry=short_date(row.get("expiry_date")),
            received=_text(row.get("creation_date")),
            status=int(row.get("status") or 10),
            status_text=_text(row.get("status_text")),
            expired=bool(row.get("expired")),
        )

    @property
    def mark(self) -> str:
        """What tells it from its like: `#12` for a serial number, else the batch, else ""."""
        return f"#{self.serial}" if self.serial else f"batch {self.batch}" if self.batch else ""

    @property
    def label(self) -> str:
        """What people call it: "M3 bolt (batch B7)"."""
        return f"{self.part_name} ({self.mark})" if self.mark else self.part_name

    @property
    def where(self) -> str:
        """Its location for people."""
        return self.path or "no location"

    def is_expired(self, today: date) -> bool:
        """Whether its expiry date is past."""
        return self.expired or bool(self.expiry and self.expiry < today.isoformat())

    def is_proposed(self, today: date) -> bool:
        """Whether it goes out without being asked for by name."""
        return self.available > 0 and self.status in _PROPOSED_STATUS and not self.is_expired(today)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Stock promised to a line. `picked` says that somebody has it in hand; else it still lies on the shelf."""

    pk: int
    line: int
    item: int
    quantity: Decimal
    picked: bool
    shipped: bool = False
    shipment: int | None = None

    @classmethod
    def of(cls, row: Row) -> "Allocation":
        """From a row of `order/so-allocation/` or `order/transfer-order-allocation/`.

        On a sales order what is in a shipment is picked. Transfer orders have no shipments: what is allocated counts
        as picked. Raises KeyError, TypeError or ValueError for what is no allocation.
        """
        shipment = row.get("shipment")
        return cls(
            pk=int(row["pk"]),
            line=int(row["line"]),
            item=int(row["item"]),
            quantity=decimal_of(row["quantity"]) or ZERO,
            picked="shipment" not in row or shipment is not None,
            shipped=bool((row.get("shipment_detail") or {}).get("shipment_date")),
            shipment=shipment,
        )


@dataclass(frozen=True, slots=True)
class Pick:
    """Go there, take so much of this item for that line. `promised` is the allocation that it fulfils, if any."""

    line: PickLine
    lot: Lot
    quantity: Decimal
    promised: Allocation | None = None

    @property
    def key(self) -> PickKey:
        """What tells it from other picks."""
        return self.line.pk, self.lot.pk, self.promised.pk if self.promised else 0

    @property
    def sentence(self) -> str:
        """What is to be done: "Go to Factory/Shelf A2, take 12 of 40 x M3 bolt (batch B7)"."""
        return f"Go to {self.lot.where}, take {quantity(self.quantity)} of {self.stock}"

    @property
    def stock(self) -> str:
        """What lies there: "40 x M3 bolt (batch B7)"."""
        there = self.line.amount(self.lot.on_hand)
        return f"{there} x {self.lot.label}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the picker has decided so far.

    `later` are picks that were skipped, in that order; they come last. `short` are stock items that turned out to hold
    less than they should: nothing more is proposed of them. `declined` are (line, item) pairs swapped away, `chosen`
    the items swapped to, by line.
    """

    later: tuple[PickKey, ...] = ()
    short: frozenset[int] = frozenset()
    declined: frozenset[tuple[int, int]] = frozenset()
    chosen: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def refuse(self, line: int, item: int) -> bool:
        """Whether nothing of the item is to be proposed for the line."""
        return item in self.short or (line, item) in self.declined


@dataclass(frozen=True, slots=True)
class PickList:
    """The picks still to be made, in walking order, and what no stock was found for, by line."""

    picks: tuple[Pick, ...]
    missing: Mapping[int, Decimal]


def plan(
    lines: Sequence[PickLine],
    allocations: Sequence[Allocation],
    stock: Mapping[int, Sequence[Lot]],
    today: date,
    wishes: Wishes | None = None,
    *,
    avoid: int | None = None,
) -> PickList:
    """The pick list. `stock` has the stock items by part of a line; from the location `avoid` nothing is taken."""
    wishes = wishes or Wishes()
    lots = {lot.pk: lot for group in stock.values() for lot in group}
    open_ = {line.pk: remaining(line, allocations) for line in lines}
    left = {pk: lot.available for pk, lot in lots.items()}
    picks: list[Pick] = []
    for line in lines:
        picks += _fulfil(line, [each for each in allocations if each.line == line.pk], lots, open_, wishes)
    for line in lines:
        candidates = [lot for lot in stock.get(line.part, ()) if avoid is None or lot.location != avoid]
        picks += _propose(line, candidates, open_, left, wishes, today)
    order = {key: place for place, key in enumerate(wishes.later)}
    picks.sort(key=lambda pick: (order.get(pick.key, -1), walking_key(pick.lot.path), pick.line.part_name, pick.key))
    return PickList(tuple(picks), {pk: missing for pk, missing in open_.items() if missing > 0})


def remaining(line: PickLine, allocations: Iterable[Allocation]) -> Decimal:
    """What is still to be picked for a line, at least 0."""
    in_hand = sum((each.quantity for each in allocations if each.line == line.pk and _in_hand(each)), ZERO)
    return max(line.required - line.shipped - in_hand, ZERO)


def _in_hand(allocation: Allocation) -> bool:
    # What was shipped is counted by the line itself.
    return allocation.picked and not allocation.shipped


def _fulfil(
    line: PickLine,
    allocations: Iterable[Allocation],
    lots: Mapping[int, Lot],
    open_: dict[int, Decimal],
    wishes: Wishes,
) -> list[Pick]:
    """Picks of what is already promised to the line."""
    picks = []
    for each in allocations:
        lot = lots.get(each.item)
        amount = min(each.quantity, open_[line.pk])
        if not each.picked and lot is not None and amount > 0 and not wishes.refuse(line.pk, each.item):
            picks.append(Pick(line, lot, amount, each))
            open_[line.pk] -= amount
    return picks


def _propose(
    line: PickLine,
    candidates: Iterable[Lot],
    open_: dict[int, Decimal],
    left: dict[int, Decimal],
    wishes: Wishes,
    today: date,
) -> list[Pick]:
    """Picks of free stock; what is taken is no longer in `open_` and `left`."""
    chosen = wishes.chosen.get(line.pk, ())
    usable = [
        lot for lot in candidates if (lot.pk in chosen or lot.is_proposed(today)) and not wishes.refuse(line.pk, lot.pk)
    ]
    picks = []
    for lot in sorted(usable, key=lambda lot: (lot.pk not in chosen, *_age(lot))):
        amount = min(left[lot.pk], open_[line.pk])
        if amount > 0:
            picks.append(Pick(line, lot, amount))
            open_[line.pk] -= amount
            left[lot.pk] -= amount
    return picks


def _age(lot: Lot) -> tuple[str, str, int]:
    """What goes out first: the earliest expiry, then what came first; an item without dates is old."""
    return lot.expiry or _NEVER, lot.received, lot.pk


def swaps(pick: Pick, stock: Mapping[int, Sequence[Lot]], today: date) -> list[Lot]:
    """Other items that could be taken instead: those one would propose first, then what wants a second look.

    Destroyed, rejected, lost and quarantined stock is never among them.
    """
    others = [
        lot
        for lot in stock.get(pick.line.part, ())
        if lot.pk != pick.lot.pk and lot.available > 0 and lot.status not in _BLOCKED_STATUS
    ]
    return sorted(others, key=lambda lot: (not lot.is_proposed(today), *_age(lot)))


def with_allocations(
    stock: Mapping[int, Sequence[Lot]], before: Iterable[Allocation], after: Iterable[Allocation]
) -> dict[int, tuple[Lot, ...]]:
    """The stock with what is available brought up to date, now that the order's allocations are `after`."""
    change: dict[int, Decimal] = {}
    for sign, allocations in ((1, before), (-1, after)):
        for each in allocations:
            if not each.shipped:
                change[each.item] = change.get(each.item, ZERO) + sign * each.quantity
    return {
        part: tuple(replace(lot, available=_freed(lot, change.get(lot.pk, ZERO))) for lot in group)
        for part, group in stock.items()
    }


def _freed(lot: Lot, amount: Decimal) -> Decimal:
    return min(max(lot.available + amount, ZERO), lot.on_hand)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
