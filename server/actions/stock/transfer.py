"""Moving stock: whole items, parts of them, into stock of the same kind, and back from where it was."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Table, or_, select

from server.actions.stock.ledger import ITEMS, Ledger
from server.actions.stock.lines import Line, each, may_hold_stock
from server.actions.stock.merge import hand_over_allocations
from server.db.models.company import Company
from server.domain import stock, stock_sets
from server.domain.errors import InvalidInput, WrongState
from server.domain.stock import Item

__all__ = ["give_back", "transfer"]

COMPANIES: Table = Company.__table__  # type: ignore[assignment]


def transfer(ledger: Ledger, lines: Sequence[Line], location: int, notes: str = "", *, anything: bool = False) -> None:
    """Each quantity goes to `location`. What is less than its item becomes an item of its own there; with `merge` it
    goes into stock of the same kind where some lies there. `anything`: also what is not in stock."""
    may_hold_stock(ledger.session, location)
    there = _candidates(ledger, lines, location)
    emptied: set[int] = set()

    def do(line: Line, item: Item) -> None:
        _some(line)
        if not anything and not item.on_shelf:
            raise WrongState(stock.NOT_IN_STOCK)
        stock.enough(item, line.quantity)
        target = _target(ledger, item, line, there)
        if target is not None:
            _absorb(ledger, item, target, line, notes, emptied)
        elif line.quantity < item.quantity:
            _split(ledger, item, line, location, notes)
        else:
            ledger.take(stock.move(item, location, ledger.by, line.adjustment, anything=anything), notes)

    each(ledger, lines, do)
    ledger.write(emptied)


def _some(line: Line) -> None:
    if line.quantity <= 0:
        raise InvalidInput({"quantity": ["Quantity must be greater than zero"]})


def _split(ledger: Ledger, item: Item, line: Line, location: int | None, notes: str) -> Item:
    key = ledger.new_key(item.pk)
    rest, piece = stock.split(item, line.quantity, key, ledger.by, location=location, adjustment=line.adjustment)
    made = ledger.take(piece, notes)
    ledger.take(rest, notes)
    return made


# ------------------------------------------------------------------------------------------------- merging


def _candidates(ledger: Ledger, lines: Iterable[Line], location: int) -> list[int]:
    """The keys of what lies at `location` and might take in what the lines bring there."""
    # What is changed on the way is no longer like what lies there.
    bringing = [ledger.items[line.pk] for line in lines if line.merge and not line.adjustment]
    parts = sorted({item.part for item in bringing if not item.serial})
    if not parts:
        return []
    found = ledger.connection.execute(
        select(ITEMS.c.pk)
        .where(
            ITEMS.c.location_id == location, ITEMS.c.part_id.in_(parts), ITEMS.c.quantity > 0,
            or_(ITEMS.c.serial.is_(None), ITEMS.c.serial == ""),
        )
        .order_by(ITEMS.c.pk)
    ).scalars().all()  # fmt: skip
    ledger.load(found)
    return list(found)


def _target(ledger: Ledger, item: Item, line: Line, there: Sequence[int]) -> Item | None:
    if not line.merge or line.adjustment:
        return None
    return next((ledger.items[pk] for pk in there if stock_sets.alike(item, ledger.items[pk])), None)


def _absorb(ledger: Ledger, item: Item, target: Item, line: Line, notes: str, emptied: set[int]) -> None:
    whole, rest = stock_sets.absorb(target, item, line.quantity, ledger.by)
    ledger.take(whole, notes)
    left = ledger.take(rest, notes)
    if left.quantity == 0:
        hand_over_allocations(ledger.session, target.pk, [item.pk])
        emptied.add(item.pk)


# ------------------------------------------------------------------------------------------------- coming back


def give_back(ledger: Ledger, lines: Sequence[Line], location: int, notes: str = "", *, merge: bool = False) -> None:
    """What was sold, installed or used up comes back into stock at `location`, whole or in part; with `merge` into the
    item that it was split from, where that lies there and is of the same kind."""
    may_hold_stock(ledger.session, location)
    ledger.load(parent for line in lines if (parent := ledger.items[line.pk].parent) is not None)
    names = _customers(ledger, lines)
    emptied: set[int] = set()

    def do(line: Line, item: Item) -> None:
        if item.in_stock:
            raise WrongState({"pk": ["Stock item is already in stock"]})
        _some(line)
        stock.enough(item, line.quantity)
        if line.quantity < item.quantity:
            item = _split(ledger, item, replace(line, adjustment=stock.NO_ADJUSTMENT), None, notes)
        name = names.get(item.customer) if item.customer is not None else None
        back = ledger.take(stock_sets.give_back(item, location, name, ledger.by, line.adjustment), notes)
        target = ledger.items.get(back.parent) if back.parent is not None else None
        wanted = merge or line.merge
        if wanted and target is not None and target.location == location and stock_sets.alike(back, target):
            _absorb(ledger, back, target, replace(line, quantity=back.quantity), notes, emptied)

    each(ledger, lines, do)
    ledger.write(pk for pk in emptied if pk > 0)


def _customers(ledger: Ledger, lines: Sequence[Line]) -> dict[int, str]:
    keys = sorted({pk for line in lines if (pk := ledger.items[line.pk].customer) is not None})
    found = select(COMPANIES.c.pk, COMPANIES.c.name).where(COMPANIES.c.pk.in_(keys))
    return dict(ledger.connection.execute(found).all()) if keys else {}
