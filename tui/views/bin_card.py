"""A bin card: the tracking entries of an item or a part with what came in, what went out and the running balance.

The server keeps no running balance. Most entries say the quantity after them; the rest say, by their type, what came
or went. Where the two do not agree the card says so: something changed the quantity without leaving an entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.views.formats import decimal_of

__all__ = ["BinCard", "CardLine", "make_card"]

ZERO = Decimal(0)
COUNTED = 10
#: The quantity named is what came into stock: created, split from another, received, returned.
_CAME = frozenset((1, 40, 47, 50, 70))
_WENT = frozenset((60, 100))
#: The item left the shelf although its quantity stands: sent to a customer, built into something.
_LEFT_WHOLE = frozenset((30, 60, 100))
_CAME_BACK = frozenset((15, 31, 80, 105))
_DOCUMENTS = {
    "purchaseorder": "PO",
    "salesorder": "SO",
    "returnorder": "RO",
    "transferorder": "TO",
    "buildorder": "BO",
}


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of the card. `change` is None where the history does not say; `balance` is what lay there after it.

    `gap` marks a line that is no entry: a difference that the history does not explain. `counted` is the figure
    found by a count.
    """

    pk: int
    item: int | None
    when: str
    who: str
    what: str
    change: Decimal
    balance: Decimal
    note: str = ""
    document: str = ""
    counted: Decimal | None = None
    gap: bool = False


@dataclass(frozen=True, slots=True)
class BinCard:
    """The card, newest line first. `opening` is the balance before the oldest entry (0 for a whole history).

    `unexplained` counts the differences that no entry explains.
    """

    lines: tuple[CardLine, ...]
    opening: Decimal
    on_hand: Decimal
    unexplained: int

    @property
    def complete(self) -> bool:
        """Whether the entries alone explain what is on hand."""
        return self.opening == ZERO and self.unexplained == 0


def make_card(entries: Iterable[Mapping[str, Any]], on_hand: Mapping[int | None, Decimal]) -> BinCard:
    """Work out the card from the tracking entries of one item, or of all items of a part.

    `on_hand` is what lies there now by item; an item that is gone counts as 0. Lines end in the sum of these figures.
    """
    by_item: dict[int | None, list[Mapping[str, Any]]] = {}
    for entry in sorted(entries, key=lambda entry: int(entry["pk"])):
        by_item.setdefault(entry.get("item"), []).append(entry)
    steps: list[_Step] = []
    opening, unexplained = ZERO, 0
    for item in {**dict.fromkeys(by_item), **dict.fromkeys(on_hand)}:
        of_item = by_item.get(item, ())
        if item is None:
            gone = _gone_steps(of_item)
            steps += gone
            opening -= sum((step.change for step in gone), ZERO)
        elif of_item:
            ledger = _Ledger(of_item, on_hand.get(item, ZERO))
            opening += ledger.opening
            unexplained += ledger.unexplained
            steps += ledger.steps
        else:
            opening += on_hand[item]
    steps.sort(key=lambda step: step.order)
    return BinCard(_run(steps, opening), opening, sum(on_hand.values(), ZERO), unexplained)


@dataclass(frozen=True, slots=True)
class _Step:
    """A change of one item's balance, by an entry or without one; `order` sorts by entry."""

    order: tuple[int, int]
    entry: Mapping[str, Any]
    change: Decimal
    gap: bool = False


def _run(steps: Sequence[_Step], opening: Decimal) -> tuple[CardLine, ...]:
    lines = []
    balance = opening
    for step in steps:
        balance += step.change
        lines.append(_gap_line(step, balance) if step.gap else _line(step, balance))
    return tuple(reversed(lines))


class _Ledger:
    """Walks the entries of one item, oldest first, and finds change, opening balance and gaps."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], on_hand: Decimal) -> None:
        self.steps: list[_Step] = []
        self.unexplained = 0
        self.opening = _opening(entries, on_hand)
        self._away = ZERO
        balance = self.opening
        for entry in entries:
            balance = self._take(entry, balance)
        if balance != on_hand:
            self._gap((int(entries[-1]["pk"]), 1), entries[-1], on_hand - balance)

    def _take(self, entry: Mapping[str, Any], balance: Decimal) -> Decimal:
        """Add the entry's step; the balance after it."""
        after, change = _stated(entry)
        if after is not None and change is not None and balance + change != after:
            self._gap((int(entry["pk"]), -1), entry, after - change - balance)
        elif change is None:
            change = after - balance if after is not None else self._implied(entry, balance)
        self.steps.append(_Step((int(entry["pk"]), 0), entry, change))
        return after if after is not None else balance + change

    def _implied(self, entry: Mapping[str, Any], balance: Decimal) -> Decimal:
        """The change of an entry that names no quantity: all of it left, came back, or stayed."""
        kind = entry.get("tracking_type")
        if kind in _LEFT_WHOLE:
            self._away = balance
            return -balance
        if kind in _CAME_BACK:
            back, self._away = self._away, ZERO
            return back
        return ZERO

    def _gap(self, order: tuple[int, int], entry: Mapping[str, Any], change: Decimal) -> None:
        self.unexplained += 1
        self.steps.append(_Step(order, entry, change, gap=True))


def _opening(entries: Sequence[Mapping[str, Any]], on_hand: Decimal) -> Decimal:
    """What lay there before the oldest entry; 0 when that entry made the item."""
    if entries and entries[0].get("tracking_type") in _CAME and _stated(entries[0])[1] is not None:
        return ZERO
    moved = ZERO
    for entry in entries:
        after, change = _stated(entry)
        if after is not None:
            # Before a count nothing is known: it is taken to have found what was there.
            return after - (change or ZERO) - moved
        moved += change or ZERO
    return on_hand - moved


def _gone_steps(entries: Sequence[Mapping[str, Any]]) -> list[_Step]:
    """Steps of deleted items: which entry was whose is lost, so only what each says itself counts."""
    return [_Step((int(entry["pk"]), 0), entry, _stated(entry)[1] or ZERO) for entry in entries]


def _stated(entry: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """What the entry itself says: (quantity after it, change by it), each None when it does not."""
    deltas = entry.get("deltas") or {}
    stated = decimal_of(deltas.get("quantity"))
    added, removed = decimal_of(deltas.get("added")), decimal_of(deltas.get("removed"))
    if added is not None or removed is not None:
        return stated, (added or ZERO) - (removed or ZERO)
    kind = entry.get("tracking_type")
    if stated is None:
        return None, None
    if kind in _CAME:
        return None, stated
    if kind in _WENT:
        return None, -stated
    return stated, None


def _line(step: _Step, balance: Decimal) -> CardLine:
    entry = step.entry
    deltas = entry.get("deltas") or {}
    counted = decimal_of(deltas.get("quantity")) if entry.get("tracking_type") == COUNTED else None
    return CardLine(
        pk=int(entry["pk"]),
        item=entry.get("item"),
        when=str(entry.get("date") or ""),
        who=_who(entry),
        what=str(entry.get("label") or ""),
        change=step.change,
        balance=balance,
        note=" ".join(str(entry.get("notes") or "").split()),
        document=_document(deltas),
        counted=counted,
    )


def _gap_line(step: _Step, balance: Decimal) -> CardLine:
    return CardLine(
        pk=-int(step.entry["pk"]),
        item=step.entry.get("item"),
        when="",
        who="",
        what="(no entry for this)",
        change=step.change,
        balance=balance,
        gap=True,
    )


def _who(entry: Mapping[str, Any]) -> str:
    detail = entry.get("user_detail") or {}
    return str(detail.get("username") or "")


def _document(deltas: Mapping[str, Any]) -> str:
    """The order or build behind an entry: its reference where the server gives it, else kind and number."""
    for name, prefix in _DOCUMENTS.items():
        if deltas.get(name) is not None:
            detail = deltas.get(f"{name}_detail") or {}
            return str(detail.get("reference") or f"{prefix} #{deltas[name]}")
    return ""
