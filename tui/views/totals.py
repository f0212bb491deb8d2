"""What a list of stock items adds up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.views.formats import decimal_of, quantity
from tui.views.stock_item import unit_of

__all__ = ["ADDED_MEMBERS", "Totals", "add_up", "describe"]

#: What adding up needs of a row.
ADDED_MEMBERS = ("quantity", "allocated", "part_detail")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """On hand and available by unit ("" for pieces), the unit with most items first."""

    on_hand: Mapping[str, Decimal]
    available: Mapping[str, Decimal]


def add_up(rows: Iterable[Mapping[str, Any]]) -> Totals:
    """Add up rows of stock items; metres are not added to pieces."""
    on_hand: dict[str, Decimal] = {}
    available: dict[str, Decimal] = {}
    items: dict[str, int] = {}
    for row in rows:
        unit = unit_of(row)
        there = decimal_of(row.get("quantity")) or ZERO
        promised = decimal_of(row.get("allocated")) or ZERO
        on_hand[unit] = on_hand.get(unit, ZERO) + there
        available[unit] = available.get(unit, ZERO) + max(there - promised, ZERO)
        items[unit] = items.get(unit, 0) + 1
    order = sorted(items, key=lambda unit: -items[unit])
    return Totals({unit: on_hand[unit] for unit in order}, {unit: available[unit] for unit in order})


def describe(amounts: Mapping[str, Decimal], units: int = 3) -> str:
    """`12 345 + 40 m`; of more than `units` units only the first ones, and `+ ...`. "0" for nothing."""
    parts = [f"{quantity(amount)} {unit}".rstrip() for unit, amount in amounts.items()]
    if len(parts) > units:
        parts = [*parts[:units], "..."]
    return " + ".join(parts) or "0"
