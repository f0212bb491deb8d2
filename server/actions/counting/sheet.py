"""Making a count session: which items are on the sheet, in walking order, with what the record says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, select
from sqlalchemy.orm import Session

from server.actions.counting.records import ENTRIES, LINES, Deed
from server.actions.stock.ledger import ITEMS, PARTS, TRACKING
from server.actions.stock.lines import LOCATIONS
from server.db.models.counting import CountSession
from server.db.models.part import PartCategory
from server.domain.counting import LineStatus, sheet_key
from server.domain.errors import InvalidInput
from server.domain.status import StockStatus
from workflow.walking import walking_key

__all__ = ["LARGEST_SHEET", "Scope", "at_or_below", "delete_session", "make_session", "on_shelf"]

CATEGORIES: Any = PartCategory.__table__
LARGEST_SHEET = 50_000
"""How many lines a session may have."""
NOT_THERE = (StockStatus.LOST, StockStatus.DESTROYED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be counted. All that is given must hold; nothing given: an empty sheet, filled by scanning."""

    location: int | None = None
    category: int | None = None
    below: bool = True
    parts: tuple[int, ...] = ()
    items: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        return self.location is None and self.category is None and not self.parts and not self.items


def make_session(
    deed: Deed, scope: Scope, *, told: Mapping[str, Any], description: str, blind: bool, mode: str
) -> CountSession:
    """A new session with its sheet. `told` is the scope as it was asked for. Raises InvalidInput."""
    session = deed.session
    made = CountSession(
        description=description, scope=dict(told), blind=blind, mode=mode, created_by_id=deed.by.user,
        created=deed.by.now, reference="",
    )  # fmt: skip
    session.add(made)
    session.flush()
    made.reference = f"CS-{made.pk:04d}"
    rows = [] if scope.empty else _sorted(session.execute(_wanted(session, scope)).all())
    if len(rows) > LARGEST_SHEET:
        raise InvalidInput(
            f"There are more than {LARGEST_SHEET:,} items to count; choose fewer, shelf by shelf.", field="scope"
        )
    if rows:
        session.execute(insert(LINES), [_line(made.pk, position, row) for position, row in enumerate(rows, start=1)])
    return made


def delete_session(session: Session, row: CountSession) -> None:
    """Delete a session of which nothing was counted. Raises InvalidInput."""
    if session.scalar(select(func.count()).where(ENTRIES.c.session_id == row.pk)):
        raise InvalidInput(f"{row.reference} has counts; cancel it instead.")
    session.delete(row)
    session.flush()


# ------------------------------------------------------------------------------------------------- what is on it


def _wanted(session: Session, scope: Scope) -> Any:
    last = select(func.max(TRACKING.c.pk)).where(TRACKING.c.item_id == ITEMS.c.pk).scalar_subquery()
    columns = (
        ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.part_name, ITEMS.c.location_id, LOCATIONS.c.pathstring, ITEMS.c.batch,
        ITEMS.c.serial, ITEMS.c.quantity, func.coalesce(last, 0).label("seen"),
    )  # fmt: skip
    joined = ITEMS.outerjoin(LOCATIONS, LOCATIONS.c.pk == ITEMS.c.location_id)
    return select(*columns).select_from(joined).where(*_conditions(session, scope)).limit(LARGEST_SHEET + 1)


def on_shelf() -> list[ColumnElement[bool]]:
    """What is physically there: on a shelf, in whatever state, but neither lost nor destroyed."""
    return [
        ITEMS.c.sales_order_id.is_(None), ITEMS.c.belongs_to_id.is_(None), ITEMS.c.customer_id.is_(None),
        ITEMS.c.consumed_by_id.is_(None), ITEMS.c.is_building.is_(False), ITEMS.c.status.not_in(NOT_THERE),
    ]  # fmt: skip


def _conditions(session: Session, scope: Scope) -> list[ColumnElement[bool]]:
    found = on_shelf()
    if scope.items:
        found.append(ITEMS.c.pk.in_(scope.items))
    else:
        found.append(ITEMS.c.quantity > 0)
    if scope.parts:
        found.append(ITEMS.c.part_id.in_(scope.parts))
    if scope.location is not None:
        found.append(at_or_below(session, LOCATIONS, ITEMS.c.location_id, scope.location, below=scope.below))
    if scope.category is not None:
        inside = at_or_below(session, CATEGORIES, PARTS.c.category_id, scope.category, below=scope.below)
        found.append(exists().where(PARTS.c.pk == ITEMS.c.part_id, inside))
    return found


def at_or_below(
    session: Session | Connection, nodes: Any, column: ColumnElement[Any], key: int, *, below: bool
) -> ColumnElement[bool]:
    """Whether `column` is the key of a node of a tree, or of one below it."""
    if not below:
        return column == key
    path = session.scalar(select(nodes.c.tree_path).where(nodes.c.pk == key)) or ""
    inside = and_(nodes.c.tree_path >= path, nodes.c.tree_path < f"{path[:-1]}0")  # "0" follows "/"
    return column.in_(select(nodes.c.pk).where(inside))


def _sorted(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    known = cache(walking_key)

    def key(row: Row[Any]) -> Any:
        return known(row.pathstring or ""), known(row.part_name), *sheet_key("", "", row.batch, row.serial)[2:], row.pk

    return sorted(rows, key=key)


def _line(count: int, position: int, row: Row[Any]) -> dict[str, Any]:
    return {
        "session_id": count, "position": position, "stock_item_id": row.pk, "stock_item_key": row.pk,
        "part_id": row.part_id, "location_id": row.location_id, "batch": row.batch, "serial": row.serial,
        "expected": row.quantity, "tracking_seen": row.seen, "status": int(LineStatus.OPEN), "round": 1,
        "found": False, "note": "", "refused_because": "",
    }  # fmt: skip
