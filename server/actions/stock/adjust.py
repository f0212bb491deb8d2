"""Counting, adding, removing and changing the state of stock."""

from collections.abc import Iterable, Sequence

from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import Line, each, may_hold_stock
from server.domain import stock
from server.domain.stock import Item, State

__all__ = ["add", "change_status", "count", "remove"]


def count(ledger: Ledger, lines: Sequence[Line], notes: str = "", *, location: int | None = None) -> None:
    """So much was found of each item, at `location` where that is given."""
    may_hold_stock(ledger.session, location)

    def do(line: Line, item: Item) -> None:
        change = stock.count(item, line.quantity, ledger.by, location=location, adjustment=line.adjustment)
        ledger.take(change, notes)

    each(ledger, lines, do)
    ledger.write()


def add(ledger: Ledger, lines: Sequence[Line], notes: str = "") -> None:
    """So much of each item came in."""

    def do(line: Line, item: Item) -> None:
        ledger.take(stock.add(item, line.quantity, ledger.by, line.adjustment), notes)

    each(ledger, lines, do)
    ledger.write()


def remove(ledger: Ledger, lines: Sequence[Line], notes: str = "") -> None:
    """So much of each item was taken out; never more than there is."""

    def do(line: Line, item: Item) -> None:
        ledger.take(stock.remove(item, line.quantity, ledger.by, line.adjustment), notes)

    each(ledger, lines, do)
    ledger.write()


def change_status(ledger: Ledger, keys: Iterable[int], state: State, notes: str = "") -> None:
    """The items are in this state now."""
    for key in keys:
        ledger.take(stock.change_status(ledger.items[key], state, ledger.by), notes)
    ledger.write()
