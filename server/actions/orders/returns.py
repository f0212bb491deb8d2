"""Taking back what customers return: the items of a return order come back into stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import may_hold_stock
from server.db.models.order import ReturnOrder, ReturnOrderLineItem
from server.domain.errors import InvalidInput, NotFound, WrongState
from server.domain.status import StockHistoryCode
from server.domain.stock import By, Change, Entry, Item, State, change_status, enough, split
from workflow.orders import RETURN

__all__ = ["Returned", "take_back"]

ORDERS: Table = ReturnOrder.__table__  # type: ignore[assignment]
LINES: Table = ReturnOrderLineItem.__table__  # type: ignore[assignment]
GROUP = 1000


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back against one line; it is in `state` now."""

    line: int
    state: State


@dataclass(frozen=True, slots=True)
class _Line:
    pk: int
    order: int
    item: int
    quantity: Decimal
    done: bool


def take_back(
    session: Session, by: By, order: int, returned: Sequence[Returned], location: int, note: str = ""
) -> list[int]:
    """The items of the lines come into stock at `location`; their keys. A line that came before is passed over, as in
    InvenTree. Of an item of which less is to come back than the customer has, a piece does; the line names it then.

    Raises NotFound, WrongState, or InvalidInput (`items`, by index) with the figures.
    """
    if not returned:
        raise InvalidInput("Line items must be provided")
    _lock_order(session, order)
    lines = _locked_lines(session, [each.line for each in returned])
    _check_lines(order, returned, lines)
    may_hold_stock(session, location)
    ledger = Ledger(session, by)
    ledger.load(line.item for line in lines.values() if not line.done)
    back: dict[int, int] = {}
    errors: dict[str, Any] = {}
    for index, each in enumerate(returned):
        line = lines[each.line]
        if line.done or line.pk in back:
            continue
        try:
            back[line.pk] = _come_back(ledger, line, order, each.state, location, note)
        except InvalidInput as error:
            errors[str(index)] = error.errors
    if errors:
        raise InvalidInput({"items": errors})
    ledger.write()
    _note_received(session, by, order, {line: ledger.key_of(item) for line, item in back.items()})
    return [int(ledger.key_of(item)) for item in back.values()]


# ------------------------------------------------------------------------------------------------- reading, locked


def _lock_order(session: Session, pk: int) -> None:
    status = session.execute(select(ORDERS.c.status).where(ORDERS.c.pk == pk).with_for_update()).scalar_one_or_none()
    if status is None:
        raise NotFound("No ReturnOrder matches the given query.")
    if not RETURN.transition("receive").works_from(RETURN.state(status) or ""):
        raise WrongState("Items can only be received against orders which are in progress")


def _locked_lines(session: Session, keys: Sequence[int]) -> dict[int, _Line]:
    wanted = sorted(set(keys))
    found: dict[int, _Line] = {}
    columns = (LINES.c.pk, LINES.c.order_id, LINES.c.item_id, LINES.c.quantity, LINES.c.received_date)
    for start in range(0, len(wanted), GROUP):
        group = LINES.c.pk.in_(wanted[start : start + GROUP])
        for row in session.execute(select(*columns).where(group).order_by(LINES.c.pk).with_for_update()):
            found[row.pk] = _Line(*row[:4], done=row.received_date is not None)
    return found


def _check_lines(order: int, returned: Sequence[Returned], lines: Mapping[int, _Line]) -> None:
    errors = {
        str(index): {"item": ["Line item does not match return order"]}
        for index, each in enumerate(returned)
        if each.line not in lines or lines[each.line].order != order
    }
    if errors:
        raise InvalidInput({"items": errors})


# ------------------------------------------------------------------------------------------------- coming back


def _come_back(ledger: Ledger, line: _Line, order: int, state: State, location: int, note: str) -> int:
    """The key of what came back. Raises WrongState for what is no customer's, InsufficientStock."""
    item = ledger.items[line.item]
    if item.on_shelf:
        raise WrongState({"item": ["Stock item is already in stock: no customer has any of it"]})
    enough(item, line.quantity)
    if line.quantity < item.quantity:
        key = ledger.new_key(item.pk)
        rest, piece = split(item, line.quantity, key, ledger.by)
        item = ledger.take(piece, note)
        ledger.take(rest, note)
    return ledger.take(_back(item, order, state, location, ledger.by), note).pk


def _back(item: Item, order: int, state: State, location: int, by: By) -> Change:
    deltas: dict[str, Any] = {
        "returnorder": order, "location": location, "quantity": float(item.quantity), "status": state.key,
    }  # fmt: skip
    if item.customer is not None:
        deltas["customer"] = item.customer
    changed = change_status(item, state, by)
    for entry in changed.entries:
        deltas |= entry.deltas
    after = replace(
        changed.item, location=location, customer=None, sales_order=None, belongs_to=None, consumed_by=None,
        updated=by.now, delete_on_deplete=item.delete_on_deplete and not item.serial,
    )  # fmt: skip
    return Change(after, (Entry(item.pk, item.part, StockHistoryCode.RETURNED_AGAINST_RETURN_ORDER, deltas),))


def _note_received(session: Session, by: By, order: int, items: Mapping[int, int]) -> None:
    if not items:
        return
    statement = (
        update(LINES)
        .where(LINES.c.pk == bindparam("b_pk"))
        .values(item_id=bindparam("b_item"), received_date=bindparam("b_date"))
    )
    rows = [{"b_pk": line, "b_item": item, "b_date": by.now.date()} for line, item in sorted(items.items())]
    session.connection().execute(statement, rows)
    session.execute(update(ORDERS).where(ORDERS.c.pk == order).values(updated_at=by.now))
