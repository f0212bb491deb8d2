"""The lines of a request: what each wants of one item, and how what is wrong with some of them is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import Ledger
from server.db.models.stock import StockLocation
from server.domain.errors import Conflict, InvalidInput, StructuralLocation
from server.domain.stock import NO_ADJUSTMENT, NOT_STRUCTURAL, Adjustment, Item, check_expected

__all__ = ["Line", "each", "may_hold_stock"]

LOCATIONS: Table = StockLocation.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the item, a quantity, and what else is to change. `expected` is the quantity that the client saw;
    `merge` asks to put what arrives to stock of the same kind."""

    pk: int
    quantity: Decimal
    adjustment: Adjustment = NO_ADJUSTMENT
    expected: Decimal | None = None
    merge: bool = False


def each(ledger: Ledger, lines: Sequence[Line], do: Callable[[Line, Item], None]) -> None:
    """Do it for each line in order, with the item as the lines before have left it.

    Raises Conflict with the true figure of each line whose item changed since the client saw it; then InvalidInput
    (`items`, by index) for all lines that are refused. Nothing is written in either case.
    """
    _as_expected(ledger, lines)
    errors: dict[str, Any] = {}
    for index, line in enumerate(lines):
        try:
            do(line, ledger.items[line.pk])
        except InvalidInput as error:
            if "non_field_errors" in error.errors:
                raise
            errors[str(index)] = error.errors
    if errors:
        raise InvalidInput({"items": errors})


def _as_expected(ledger: Ledger, lines: Sequence[Line]) -> None:
    changed: dict[str, Any] = {}
    for index, line in enumerate(lines):
        try:
            check_expected(ledger.before[line.pk], line.expected)
        except Conflict as conflict:
            changed[str(index)] = conflict.errors
    if changed:
        raise Conflict({"detail": "The stock has changed since it was read; nothing was done.", "items": changed})


def may_hold_stock(session: Session, *locations: int | None, field: str = "location") -> None:
    """Raises StructuralLocation where one of the locations holds no stock itself."""
    keys = sorted({location for location in locations if location is not None})
    if not keys:
        return
    structural = select(LOCATIONS.c.pk).where(LOCATIONS.c.pk.in_(keys), LOCATIONS.c.structural.is_(True)).limit(1)
    if session.execute(structural).first() is not None:
        raise StructuralLocation(NOT_STRUCTURAL, field=field)
