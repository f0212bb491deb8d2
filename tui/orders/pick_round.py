"""A round through the warehouse for one order: what is known, what the picker decided, and which pick comes next.

No input or output: the screen tells what happened, and reads the list, the next pick and the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tui.orders.pick_data import PickData
from tui.orders.picking import ZERO, Allocation, Lot, Pick, PickKey, PickLine, PickList, Wishes, plan, swaps
from tui.orders.picking import with_allocations as stock_with
from tui.views.formats import quantity
from tui.walking import shared_path

__all__ = ["PickRound", "PickRow"]


@dataclass(frozen=True, slots=True)
class PickRow:
    """A line of the pick list on the screen.

    `state` is "next", "open", "later" (skipped), "missing" (no stock found), "picked" or "shipped". `where` is the
    location without what all of them begin with, "" for none.
    """

    pk: tuple[str, int, int, int]
    state: str
    line: PickLine
    amount: Decimal
    lot: Lot | None = None
    pick: Pick | None = None
    allocation: Allocation | None = None
    where: str = ""


class PickRound:
    """The round. `shipment` is the primary key of the shipment that is picked into."""

    def __init__(self, data: PickData, today: date) -> None:
        self.today = today
        self.wishes = Wishes()
        self.shipment: int | None = None
        self._wanted: PickKey | None = None
        self.renew(data)

    def renew(self, data: PickData) -> None:
        """Go on with what the server says now."""
        self.data = data
        shipments = [each.pk for each in data.open_shipments]
        if self.shipment not in shipments:
            self.shipment = shipments[0] if len(shipments) == 1 else None
        self._plan()

    def absorb(self, allocations: Sequence[Allocation]) -> None:
        """Go on with these allocations, as they are after a pick."""
        stock = stock_with(self.data.stock, self.data.allocations, allocations)
        self.data = replace(self.data, allocations=tuple(allocations), stock=stock)
        self._plan()

    def _plan(self) -> None:
        data = self.data
        self.list: PickList = plan(
            data.lines, data.allocations, data.stock, self.today, self.wishes, avoid=data.destination
        )

    # What comes next

    @property
    def current(self) -> Pick | None:
        """The pick to make now, None when nothing can be picked any more."""
        picks = self.list.picks
        return next((pick for pick in picks if pick.key == self._wanted), picks[0] if picks else None)

    def choose(self, pick: Pick) -> None:
        """Make this pick the next one."""
        self._wanted = pick.key

    def beside(self, pick: Pick) -> tuple[Lot, ...]:
        """All known stock of the part of a pick."""
        return tuple(self.data.stock.get(pick.line.part, ()))

    def swaps(self, pick: Pick) -> list[Lot]:
        """What could be taken instead."""
        return swaps(pick, self.data.stock, self.today)

    # What the picker decides

    def skip(self, pick: Pick) -> None:
        """Come back to it at the end."""
        later = (*(key for key in self.wishes.later if key != pick.key), pick.key)
        self._wish(replace(self.wishes, later=later))

    def found_short(self, pick: Pick) -> None:
        """There is less in the item than there should be; nothing more is proposed of it."""
        self._wish(replace(self.wishes, short=self.wishes.short | {pick.lot.pk}))

    def swap(self, pick: Pick, lot: Lot) -> None:
        """Take the other item for the line of the pick."""
        line = pick.line.pk
        before = tuple(pk for pk in self.wishes.chosen.get(line, ()) if pk not in (lot.pk, pick.lot.pk))
        self._wish(
            replace(
                self.wishes,
                declined=(self.wishes.declined | {(line, pick.lot.pk)}) - {(line, lot.pk)},
                chosen={**self.wishes.chosen, line: (lot.pk, *before)},
                short=self.wishes.short - {lot.pk},
            )
        )
        self._wanted = next(
            (each.key for each in self.list.picks if (each.line.pk, each.lot.pk) == (line, lot.pk)), None
        )

    def _wish(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self._wanted = None
        self._plan()

    # Figures

    @property
    def picked(self) -> list[Allocation]:
        """What is in hand and has not left."""
        return [each for each in self.data.allocations if each.picked and not each.shipped]

    @property
    def in_shipment(self) -> list[Allocation]:
        """What is in the shipment that is picked into."""
        return [each for each in self.picked if each.shipment == self.shipment]

    @property
    def lines_done(self) -> int:
        """How many lines have all they want, picked or shipped."""
        open_ = {pick.line.pk for pick in self.list.picks} | set(self.list.missing)
        return sum(1 for line in self.data.lines if line.pk not in open_)

    @property
    def shortage(self) -> str:
        """What no stock was found for, "" for nothing: "3 x M3 bolt, 5 x M3 nut"."""
        lines = {line.pk: line for line in self.data.lines}
        return ", ".join(f"{quantity(missing)} x {lines[pk].part_name}" for pk, missing in self.list.missing.items())

    def rows(self) -> list[PickRow]:
        """The pick list: what is to be picked in walking order, what is missing, then what is picked or shipped."""
        current = self.current
        rows = []
        for pick in self.list.picks:
            state = "next" if pick == current else "later" if pick.key in self.wishes.later else "open"
            rows.append(PickRow(("pick", *pick.key), state, pick.line, pick.quantity, pick.lot, pick))
        lines, lots = {line.pk: line for line in self.data.lines}, self.data.lots
        for pk, missing in self.list.missing.items():
            rows.append(PickRow(("missing", pk, 0, 0), "missing", lines[pk], missing))
        for each in sorted(self.data.allocations, key=lambda each: (each.shipped, each.pk)):
            line = lines.get(each.line)
            if each.picked and line is not None and each.quantity > ZERO:
                state = "shipped" if each.shipped else "picked"
                key = ("done", each.pk, 0, 0)
                rows.append(PickRow(key, state, line, each.quantity, lots.get(each.item), None, each))
        shared = len(shared_path(row.lot.path for row in rows if row.lot is not None))
        return [replace(row, where=row.lot.path[shared:]) if row.lot is not None else row for row in rows]
