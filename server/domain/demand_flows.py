"""From the history of a part's stock to what was wanted of it, and to when there was none.

The history is played from its beginning, entry by entry. What is known of an item comes from its entries; where they
are silent (old histories do not tell quantities) the balance is made right by what there is now. Entries whose item
was deleted form one heap: what leaves it without a place leaves the place where the heap has most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from server.domain.status import StockHistoryCode as Code
from server.domain.status import StockStatus
from server.domain.stock import AVAILABLE

__all__ = ["Entry", "Flow", "Interval", "Standing", "Wanted", "demand_by_day", "flows", "stock_outs"]

ZERO = Decimal(0)
STEP = Decimal("0.00001")

ARRIVING = frozenset({
    Code.CREATED, Code.RECEIVED_AGAINST_PURCHASE_ORDER, Code.BUILD_OUTPUT_COMPLETED, Code.RETURNED_TO_STOCK,
    Code.RETURNED_AGAINST_RETURN_ORDER, Code.RETURNED_FROM_CUSTOMER, Code.REMOVED_FROM_ASSEMBLY,
    Code.CREATED_FROM_DISASSEMBLY, Code.SPLIT_FROM_PARENT, Code.CONVERTED_TO_VARIANT,
})  # fmt: skip
COMING_BACK = frozenset({Code.RETURNED_AGAINST_RETURN_ORDER, Code.RETURNED_FROM_CUSTOMER})
SOLD = frozenset({Code.SHIPPED_AGAINST_SALES_ORDER, Code.SENT_TO_CUSTOMER})
USED = frozenset({Code.BUILD_CONSUMED, Code.INSTALLED_INTO_ASSEMBLY})
WRITTEN_OFF = frozenset({int(StockStatus.LOST), int(StockStatus.DESTROYED)})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history. `item` None: it was deleted."""

    item: int | None
    at: datetime
    code: int
    deltas: Mapping[str, Any]

    def amount(self, name: str) -> Decimal | None:
        value = self.deltas.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            return Decimal(str(value)).quantize(STEP)
        except ArithmeticError:
            return None

    def key(self, name: str) -> int | None:
        value = self.deltas.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an item is now: so much at a location (0: none); `here`: available."""

    quantity: Decimal
    location: int
    here: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """So much more (or less) was available at a location from then on. `cause`: sold, consumed or lost (what came back
    from a customer is sold too), blank for what is no demand."""

    at: datetime
    location: int
    change: Decimal
    cause: str = ""


@dataclass(slots=True)
class _Lot:
    """An item as the history tells it so far."""

    quantity: Decimal | None = None
    location: int = 0
    here: bool = False
    first: datetime | None = None
    last: datetime | None = None
    booked: dict[int, Decimal] = field(default_factory=dict)


def flows(entries: Iterable[Entry], standing: Mapping[int, Standing]) -> list[Flow]:
    """What came and went of one part, oldest first. `entries` in the order in which they were written; `standing`: its
    items as they are now."""
    book = _Book()
    for entry in entries:
        if entry.item is None:
            book.heap(entry)
        else:
            book.play(book.lots.setdefault(entry.item, _Lot()), entry)
    book.close(standing)
    return sorted(book.flows, key=lambda flow: flow.at)


class _Book:
    def __init__(self) -> None:
        self.flows: list[Flow] = []
        self.lots: dict[int, _Lot] = {}
        self.pile = _Lot()

    def note(self, lot: _Lot, at: datetime, location: int, change: Decimal, cause: str = "") -> None:
        if change:
            lot.booked[location] = lot.booked.get(location, ZERO) + change
            self.flows.append(Flow(at, location, change, cause))

    # -- items that are still known

    def play(self, lot: _Lot, entry: Entry) -> None:
        lot.first, lot.last = lot.first or entry.at, entry.at
        before = _before(lot, entry)
        after = entry.amount("quantity")
        if entry.code in SOLD or (entry.code in USED and entry.amount("removed") is None):
            quantity = after if after is not None else before
            if quantity is not None and (lot.here or lot.quantity is None):
                self.note(lot, entry.at, lot.location, -quantity, _cause(entry))
            lot.quantity, lot.here = quantity, False
            return
        if entry.code == Code.SPLIT_FROM_PARENT and (parent := self.lots.get(entry.key("stockitem") or 0)):
            lot.location = parent.location
        arriving = entry.code in ARRIVING or (not lot.here and lot.quantity is None)
        here = _is_here(entry, lot.here or arriving)
        location = entry.key("location") if "location" in entry.deltas else lot.location
        there = entry.key("old_location") or lot.location
        self._change(lot, entry, before, there, after if after is not None else before, location or 0, here)

    def _change(
        self, lot: _Lot, entry: Entry, before: Decimal | None, there: int, after: Decimal | None, location: int,
        here: bool,
    ) -> None:  # fmt: skip
        had = before if lot.here and before is not None else ZERO
        has = after if here and after is not None else ZERO
        cause = _cause(entry) if has < had or entry.code in COMING_BACK else ""
        if there == location or not had or not has:
            self.note(lot, entry.at, there if had and not has else location, has - had, cause)
        else:
            self.note(lot, entry.at, there, -had)
            self.note(lot, entry.at, location, had)
            self.note(lot, entry.at, location, has - had, cause)
        lot.quantity, lot.location, lot.here = after, location, here

    # -- items that are gone

    def heap(self, entry: Entry) -> None:
        pile = self.pile
        pile.first, pile.last = pile.first or entry.at, entry.at
        quantity, removed, added = (entry.amount(name) for name in ("quantity", "removed", "added"))
        place = entry.key("location")
        if entry.code in ARRIVING:
            cause = "sold" if entry.code in COMING_BACK else ""
            self.note(pile, entry.at, place or 0, quantity or ZERO, cause)
        elif removed:
            self._leave(entry, place, removed)
        elif added:
            self.note(pile, entry.at, place if place is not None else self._fullest(), added)
        elif entry.code in SOLD | USED:
            self._leave(entry, place, quantity or ZERO)
        elif place is not None and (old := entry.key("old_location")):
            moved = pile.booked.get(old, ZERO)
            self.note(pile, entry.at, old, -moved)
            self.note(pile, entry.at, place, moved)

    def _leave(self, entry: Entry, place: int | None, quantity: Decimal) -> None:
        at = place if place is not None else self._fullest()
        self.note(self.pile, entry.at, at, -quantity, _cause(entry))

    def _fullest(self) -> int:
        booked = self.pile.booked
        return max(booked, key=lambda place: (booked[place], -place)) if booked else 0

    # -- the end

    def close(self, standing: Mapping[int, Standing]) -> None:
        """Make the balance what it is: an item that was never told of in quantity was there from its first entry on,
        any other difference came with its last."""
        for item, lot in ((None, self.pile), *self.lots.items()):
            now = standing.get(item) if item is not None else None
            has = {now.location: now.quantity} if now is not None and now.here else {}
            at = lot.first if not lot.booked else lot.last
            for place in sorted({*has, *lot.booked}):
                if at is not None:
                    self.note(lot, at, place, has.get(place, ZERO) - lot.booked.get(place, ZERO))


def _before(lot: _Lot, entry: Entry) -> Decimal | None:
    """How much there was before an entry."""
    if lot.quantity is not None or entry.code in ARRIVING:
        return lot.quantity
    after, removed, added = (entry.amount(name) for name in ("quantity", "removed", "added"))
    if after is None:
        return None
    return after + (removed or ZERO) - (added or ZERO) if removed or added else None


def _is_here(entry: Entry, here: bool) -> bool:
    status = entry.key("status")
    if entry.code == Code.BUILD_OUTPUT_CREATED:
        return False
    return here if status is None else status in {int(one) for one in AVAILABLE} or (status >= 100 and here)


def _cause(entry: Entry) -> str:
    """Why there is less than before (or why something came back)."""
    if entry.code in SOLD or entry.code in COMING_BACK:
        return "sold"
    if entry.key("status") in WRITTEN_OFF or entry.code == Code.STOCK_COUNT:
        return "lost"
    return "consumed" if entry.code in USED or entry.code == Code.STOCK_REMOVE else ""


# ------------------------------------------------------------------------------------------------- what comes of it


@dataclass(slots=True)
class Wanted:
    """The demand of one day at one place."""

    sold: Decimal = ZERO
    consumed: Decimal = ZERO
    lost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when (None: still) there was nothing at a location (0: anywhere)."""

    location: int
    since: datetime
    until: datetime | None


def demand_by_day(found: Iterable[Flow]) -> dict[tuple[int, date], Wanted]:
    """What was wanted by location and day (UTC)."""
    days: dict[tuple[int, date], Wanted] = {}
    for flow in found:
        if flow.cause:
            wanted = days.setdefault((flow.location, flow.at.date()), Wanted())
            setattr(wanted, flow.cause, getattr(wanted, flow.cause) - flow.change)
    return days


def stock_outs(found: Sequence[Flow]) -> list[Interval]:
    """When there was nothing of the part: anywhere (location 0) and at each place, after there had been some."""
    places = sorted({flow.location for flow in found if flow.location})
    intervals = _gaps(0, found)
    for place in places:
        intervals += _gaps(place, [flow for flow in found if flow.location == place])
    return intervals


def _gaps(location: int, found: Sequence[Flow]) -> list[Interval]:
    gaps: list[Interval] = []
    balance, since, stocked = ZERO, None, False
    for index, flow in enumerate(found):
        balance += flow.change
        if index + 1 < len(found) and found[index + 1].at == flow.at:
            continue  # what happened at one moment is one
        if balance > 0:
            if since is not None and flow.at > since:
                gaps.append(Interval(location, since, flow.at))
            stocked, since = True, None
        elif stocked and since is None:
            since = flow.at
    if since is not None:
        gaps.append(Interval(location, since, None))
    return gaps
