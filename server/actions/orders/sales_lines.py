"""What allocating to sales orders reads and locks: the order, its lines, the shipment, the stock items.

Rows are locked in one order everywhere: the order, its lines by key, its shipment, the stock items by key. What is
promised of an item is asked only then, so that no two requests promise the same piece.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from server.actions.orders.promises import LINES, PROMISES, SHIPMENTS, groups, promised, untested
from server.actions.orders.transitions import locked_order
from server.actions.stock.ledger import PARTS, Ledger
from server.db.prepared import places, prepared, rows_among
from server.domain.allocation import Holding
from server.domain.errors import InvalidInput
from server.domain.order_states import closed_for
from server.domain.stock import Item
from workflow.orders import SALES

__all__ = [
    "PartFacts", "Policy", "SalesLine", "check_shipment", "family_of", "held_item", "holdings_of", "missing_of",
    "open_order", "order_lines", "part_facts",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings say: only stock that passed its tests; until which day stock is not expired (None: it never
    is)."""

    only_tested: bool = False
    good_until: date | None = None


@dataclass(frozen=True, slots=True)
class SalesLine:
    pk: int
    part: int | None
    part_path: str
    quantity: Decimal
    shipped: Decimal


def open_order(session: Session, pk: int, action: str) -> Any:
    order = locked_order(session, SALES, pk)
    refusal = closed_for(SALES, action, order.status, order.reference)
    if refusal is not None:
        raise refusal
    return order


def order_lines(session: Session, order: int, keys: Iterable[int] | None) -> dict[int, SalesLine]:
    """The lines of the order (`keys`: only these), locked."""
    session.flush()
    connection = session.connection()
    if keys is None:
        rows = prepared(_locking, connection.dialect, None).rows(connection, {"of_order": order})
    else:
        rows = list(rows_among(connection, _locking, keys, of_order=order))
    return {row[0]: SalesLine(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows}


def _locking(size: int | None) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    # No join: MariaDB would lock the part as well.
    path = select(PARTS.c.tree_path).where(PARTS.c.pk == LINES.c.part_id).scalar_subquery()
    columns = [LINES.c.pk, LINES.c.part_id, path, LINES.c.quantity, LINES.c.shipped]
    statement = select(*columns).where(LINES.c.order_id == bindparam("of_order"))
    if size is not None:
        statement = statement.where(LINES.c.pk.in_(places(size)))
    return statement.order_by(LINES.c.pk).with_for_update(of=LINES), columns


def check_shipment(session: Session, order: int, shipment: int | None) -> dict[str, list[str]]:
    """What is wrong with putting something into the shipment, by field; it is locked."""
    if shipment is None:
        return {}
    columns = (SHIPMENTS.c.order_id, SHIPMENTS.c.shipment_date)
    row = session.execute(select(*columns).where(SHIPMENTS.c.pk == shipment).with_for_update()).one_or_none()
    if row is not None and row.shipment_date is not None:
        return {"shipment": ["Shipment has already been shipped"]}
    if row is None or row.order_id != order:
        return {"shipment": ["Shipment is not associated with this order"]}
    return {}


def holdings_of(ledger: Ledger, keys: Iterable[int], policy: Policy, *, but: Sequence[int] = ()) -> dict[int, Holding]:
    """The items, locked, with what is promised of them."""
    wanted = set(keys)
    ledger.load(wanted)
    known = sorted(wanted & ledger.items.keys())
    taken = promised(ledger.session, known, but=but)
    bad = untested(ledger.session, known) if policy.only_tested else frozenset()
    return {
        pk: Holding(
            ledger.items[pk], taken.get(pk, Decimal(0)), tested=pk not in bad,
            expired=_expired(ledger.items[pk], policy.good_until),
        )
        for pk in known
    }  # fmt: skip


def held_item(holdings: Mapping[int, Holding], pk: int, field: str) -> Holding:
    """Raises InvalidInput for an item that went while we waited for the order."""
    if pk not in holdings:
        raise InvalidInput(f'Invalid pk "{pk}" - object does not exist.', field=field)
    return holdings[pk]


def _expired(item: Item, today: date | None) -> bool:
    return today is not None and item.expiry_date is not None and item.expiry_date < today


@dataclass(frozen=True, slots=True)
class PartFacts:
    path: str
    sold: bool


def part_facts(session: Session, keys: Iterable[int]) -> dict[int, PartFacts]:
    columns = (PARTS.c.pk, PARTS.c.tree_path, PARTS.c.salable, PARTS.c.virtual)
    return {
        pk: PartFacts(path, bool(salable and not virtual))
        for group in groups(keys)
        for pk, path, salable, virtual in session.execute(select(*columns).where(PARTS.c.pk.in_(group)))
    }


def family_of(session: Session, lines: Sequence[SalesLine]) -> dict[int, set[int]]:
    """The parts that will do for the part of each line: itself and its variants, all the way down."""
    paths = {line.part: line.part_path for line in lines if line.part is not None}
    family = {part: {part} for part in paths}
    templates = [part for (part,) in rows_among(session.connection(), _templates, paths)]
    for start in range(0, len(templates), 100):
        some = {part: paths[part] for part in templates[start : start + 100]}
        below = or_(*(and_(PARTS.c.tree_path > path, PARTS.c.tree_path < path[:-1] + "0") for path in some.values()))
        for pk, path in session.execute(select(PARTS.c.pk, PARTS.c.tree_path).where(below)):
            for part, start_path in some.items():
                if path.startswith(start_path):
                    family[part].add(pk)
    return family


def _templates(size: int) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    return select(PARTS.c.variant_of_id).where(PARTS.c.variant_of_id.in_(places(size))).distinct(), ()


def missing_of(session: Session, lines: Sequence[SalesLine]) -> dict[int, Decimal]:
    """What each line neither got nor was promised."""
    session.flush()
    keys = [line.pk for line in lines]
    waiting = {row[0]: row[1] for row in rows_among(session.connection(), _waiting, keys)}
    return {line.pk: line.quantity - line.shipped - waiting.get(line.pk, Decimal(0)) for line in lines}


def _waiting(size: int) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    """What is promised to each line and not sent yet."""
    columns = [PROMISES.c.line_id, func.sum(PROMISES.c.quantity)]
    statement = (
        select(*columns)
        .outerjoin(SHIPMENTS, SHIPMENTS.c.pk == PROMISES.c.shipment_id)
        .where(PROMISES.c.line_id.in_(places(size)), SHIPMENTS.c.shipment_date.is_(None))
        .group_by(PROMISES.c.line_id)
    )
    return statement, columns
