"""The reorder desk: what is short, how much of it to order where, and why. Knows no screen and no network.

Quantities are in units of the part; what a supplier sells comes in whole packs. What a user changed (another quantity,
another supplier, a line left out) is kept apart from what the server suggests, so that asking again loses nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from tui.suppliers.offers import PriceBreak, price_at
from tui.views.formats import decimal_of, money, quantity

__all__ = ["Basket", "Desk", "DeskLine", "Edit", "Supply", "amounts", "number", "packs_of", "totals_of"]

ONE, ZERO = Decimal(1), Decimal(0)


def number(value: Any) -> Decimal:
    """A number of an answer, 0 for none."""
    return decimal_of(value) or ZERO


@dataclass(frozen=True, slots=True)
class Supply:
    """How a supplier sells a part. `expected` is the day when it would be here, None where nobody knows."""

    supplier: int
    supplier_name: str
    supplier_part: int
    sku: str
    pack: Decimal = ONE
    multiple: int = 1
    base_cost: Decimal = ZERO
    breaks: tuple[PriceBreak, ...] = ()
    expected: date | None = None
    on_time: Decimal | None = None

    @property
    def step(self) -> Decimal:
        """The least that can be added: a pack, or so many as the order multiple says."""
        return self.pack * self.multiple

    def rounded(self, wanted: Decimal) -> Decimal:
        """What can be ordered that is no less."""
        return (wanted / self.step).to_integral_value(ROUND_CEILING) * self.step

    def packs(self, units: Decimal) -> Decimal:
        """How many packs so many units are."""
        return units / self.pack

    def price_at(self, units: Decimal) -> PriceBreak | None:
        """The price of a pack where so many units are ordered."""
        return price_at(self.breaks, self.packs(units))

    def total(self, units: Decimal) -> Decimal | None:
        """What so many units cost; None without a price."""
        step = self.price_at(units)
        return None if step is None else self.packs(units) * step.price + self.base_cost

    def currency(self, units: Decimal) -> str:
        """The currency of that."""
        step = self.price_at(units)
        return step.currency if step is not None else ""

    def suggestion(self, short: Decimal) -> Decimal:
        """What to order where so much is short: whole packs, no less than the smallest price break, and as much as the
        next one asks for where that costs less in all."""
        steps = sorted(self.breaks, key=lambda step: step.quantity)
        first = self.rounded(max(short, steps[0].quantity * self.pack if steps else ZERO))
        sizes = [first, *(self.rounded(step.quantity * self.pack) for step in steps)]
        priced = [(total, units) for units in sizes if units >= first and (total := self.total(units)) is not None]
        same = {self.currency(units) for _, units in priced}
        return min(priced)[1] if len(same) == 1 else first


@dataclass(frozen=True, slots=True)
class Edit:
    """What a user changed of a line; None: left as it was suggested."""

    quantity: Decimal | None = None
    supply: Supply | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A part that is short. `figures`: what the server says of each number. `supply`: None where nobody sells it."""

    part: int
    name: str
    code: str
    units: str
    on_hand: Decimal
    on_order: Decimal
    allocated: Decimal
    needed: Decimal
    short: Decimal
    suggested: Decimal
    supply: Supply | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    edit: Edit = Edit()

    @property
    def source(self) -> Supply | None:
        """Who is ordered from."""
        return self.edit.supply or self.supply

    @property
    def quantity(self) -> Decimal:
        """What is ordered: what the user said, else what is suggested, of another supplier in his packs."""
        if self.edit.quantity is not None:
            return self.edit.quantity
        if self.edit.supply is not None:
            return self.edit.supply.suggestion(self.short)
        return self.suggested

    @property
    def is_ordered(self) -> bool:
        return not self.edit.skipped and self.source is not None and self.quantity > 0

    @property
    def total(self) -> Decimal | None:
        return self.source.total(self.quantity) if self.source is not None else None

    @property
    def currency(self) -> str:
        return self.source.currency(self.quantity) if self.source is not None else ""

    @property
    def title(self) -> str:
        """What the part is called."""
        return f"{self.code} {self.name}" if self.code else self.name

    def why(self) -> str:
        """For the order: what this was ordered for."""
        return (
            f"needed {quantity(self.needed)}, had {quantity(self.on_hand)}, on order {quantity(self.on_order)}, "
            f"allocated {quantity(self.allocated)}"
        )


@dataclass(frozen=True, slots=True)
class Basket:
    """What is ordered of one supplier."""

    supplier: int
    name: str
    lines: tuple[DeskLine, ...]

    @property
    def totals(self) -> dict[str, Decimal]:
        """What it costs, by currency; what has no price is left out."""
        return totals_of([self])

    @property
    def unpriced(self) -> int:
        """How many lines have no price."""
        return sum(line.total is None for line in self.lines)

    @property
    def expected(self) -> date | None:
        """When the last of it would be here."""
        days = [line.source.expected for line in self.lines if line.source is not None and line.source.expected]
        return max(days, default=None)


class Desk:
    """The lines, and what the user changed of them."""

    def __init__(self) -> None:
        self.lines: tuple[DeskLine, ...] = ()
        self._edits: dict[int, Edit] = {}

    def show(self, lines: Iterable[DeskLine]) -> None:
        """Take what the server says now; what was changed stays changed."""
        self.lines = tuple(replace(line, edit=self._edits.get(line.part, Edit())) for line in lines)

    @property
    def edits(self) -> Mapping[int, Edit]:
        """What was changed, by part."""
        return self._edits

    def line(self, part: int) -> DeskLine | None:
        """The line of a part."""
        return next((line for line in self.lines if line.part == part), None)

    def order(self, part: int, units: Decimal) -> Decimal:
        """Order so much of a part (0: nothing); what it became in whole packs."""
        line = self.line(part)
        if line is None or line.source is None:
            return ZERO
        rounded = line.source.rounded(units)
        same = rounded == line.suggested and line.edit.supply is None
        self._change(part, quantity=None if same else rounded, skipped=rounded == 0)
        return rounded

    def take(self, part: int, supply: Supply) -> None:
        """Order a part from another supplier, as much as its packs make of what is short."""
        line = self.line(part)
        own = line is not None and line.supply is not None and line.supply.supplier_part == supply.supplier_part
        self._change(part, supply=None if own else supply, quantity=None)

    def skip(self, part: int) -> bool:
        """Leave a line out, or take it in again; whether it is out now."""
        skipped = not self._edits.get(part, Edit()).skipped
        self._change(part, skipped=skipped)
        if not skipped and self._edits[part].quantity == 0:
            self._change(part, quantity=None)
        return skipped

    def restore(self, edits: Mapping[int, Edit]) -> None:
        """Take changes that were kept from before."""
        self._edits.update(edits)
        self.show(self.lines)

    def forget(self, parts: Iterable[int]) -> None:
        """The changes of these are done with: they are ordered."""
        for part in parts:
            self._edits.pop(part, None)
        self.show(self.lines)

    def _change(self, part: int, **values: Any) -> None:
        self._edits[part] = replace(self._edits.get(part, Edit()), **values)
        self.show(self.lines)

    def baskets(self, marked: Sequence[int] = ()) -> tuple[Basket, ...]:
        """What would be ordered, by supplier: the marked lines, all where none is marked; never what is left out."""
        found: dict[int, list[DeskLine]] = {}
        for line in self.lines:
            if line.is_ordered and line.source is not None and (not marked or line.part in marked):
                found.setdefault(line.source.supplier, []).append(line)
        baskets = [
            Basket(key, lines[0].source.supplier_name if lines[0].source else "", tuple(lines))
            for key, lines in found.items()
        ]
        return tuple(sorted(baskets, key=lambda basket: (basket.name.casefold(), basket.supplier)))


def totals_of(baskets: Iterable[Basket]) -> dict[str, Decimal]:
    """What baskets cost together, by currency."""
    found: dict[str, Decimal] = {}
    for line in (line for basket in baskets for line in basket.lines):
        if line.total is not None:
            found[line.currency] = found.get(line.currency, ZERO) + line.total
    return found


def packs_of(source: Supply, units: Decimal) -> str:
    """So many units in packs: "2 packs of 12"."""
    packs = source.packs(units)
    return f"{quantity(packs)} pack{'s' if packs != 1 else ''} of {quantity(source.pack)}"


def amounts(totals: Mapping[str, Decimal]) -> str:
    """Sums in words: "120.00 USD + 4.50 EUR"."""
    return " + ".join(money(total, currency) for currency, total in sorted(totals.items())) or "no price"
