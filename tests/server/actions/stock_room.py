"""A small stock room for the tests of actions: parts, locations and items, made with valid defaults."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import Line
from server.actions.trees import plant
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockItemTracking, StockLocation
from server.db.models.users import User
from server.db.session import Database
from server.domain.stock import NO_ADJUSTMENT, By

__all__ = ["NOW", "StockRoom", "line"]

NOW = datetime(2026, 11, 22, 13, 52, tzinfo=UTC)


def line(pk: int, quantity: Decimal | float | str, **more: Any) -> Line:
    """A line of a request."""
    return Line(pk, Decimal(str(quantity)), **{"adjustment": NO_ADJUSTMENT, **more})


@dataclass
class StockRoom:
    """A database with a user and what the tests put there."""

    database: Database

    def __post_init__(self) -> None:
        with self.database.write() as session:
            user = User(
                username="clerk", password="", is_active=True, first_name="", last_name="", email="", date_joined=NOW
            )
            session.add(user)
            session.flush()
            self.user = int(user.pk)

    @property
    def by(self) -> By:
        return By(self.user, NOW)

    @contextmanager
    def ledger(self, *keys: int) -> Iterator[Ledger]:
        """A transaction with these items loaded."""
        with self.database.write() as session:
            ledger = Ledger(session, self.by)
            ledger.load(keys)
            yield ledger

    def _add(self, row: Any, *, node: bool = False) -> int:
        with self.database.write() as session:
            session.add(row)
            session.flush()
            if node:
                plant(session, row, "parent" if isinstance(row, StockLocation) else "variant_of")
            return int(row.pk)

    def part(self, name: str = "Screw", **more: Any) -> int:
        return self._add(Part(**{"name": name, "description": f"A {name}", **more}), node=True)

    def location(self, name: str = "Shelf", **more: Any) -> int:
        return self._add(StockLocation(**{"name": name, **more}), node=True)

    def item(self, part: int, quantity: float | str = 10, location: int | None = None, **more: Any) -> int:
        values = {"part_id": part, "quantity": Decimal(str(quantity)), "location_id": location, "batch": "", **more}
        return self._add(StockItem(**values))

    def add(self, row: Any) -> int:
        return self._add(row)

    def read(self, pk: int) -> StockItem | None:
        """The item as the database has it."""
        with Session(self.database.engine, expire_on_commit=False) as session:
            return session.get(StockItem, pk)

    def must_read(self, pk: int) -> StockItem:
        item = self.read(pk)
        assert item is not None
        return item

    def items(self, **equal: Any) -> list[StockItem]:
        with Session(self.database.engine, expire_on_commit=False) as session:
            return list(session.scalars(select(StockItem).filter_by(**equal).order_by(StockItem.pk)))

    def history(self, **equal: Any) -> list[tuple[int, dict[str, Any], str | None]]:
        """(code, deltas, notes) of the entries, oldest first."""
        with Session(self.database.engine) as session:
            rows = session.scalars(select(StockItemTracking).filter_by(**equal).order_by(StockItemTracking.pk)).all()
            return [(row.tracking_type, row.deltas or {}, row.notes) for row in rows]
