"""Sending stock to a customer by hand, without an order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select

from server.actions.stock.deletion import ALLOCATIONS
from server.actions.stock.ledger import Ledger
from server.db.models.build import BuildItem
from server.db.models.company import Company
from server.domain import stock_sets
from server.domain.errors import InvalidInput, NotFound, WrongState

__all__ = ["assign"]

COMPANIES: Table = Company.__table__  # type: ignore[assignment]


def assign(ledger: Ledger, keys: Sequence[int], customer: int, notes: str = "") -> None:
    """The items are sent to a customer. Raises InvalidInput for items that are not in stock, not sold, or promised to
    somebody else."""
    company = ledger.connection.execute(
        select(COMPANIES.c.name, COMPANIES.c.is_customer).where(COMPANIES.c.pk == customer)
    ).one_or_none()
    if company is None:
        raise NotFound("No Company matches the given query.")
    promised = _promised(ledger, keys)
    errors: dict[str, Any] = {}
    for index, key in enumerate(keys):
        try:
            change = stock_sets.assign(ledger.items[key], customer, company.name, ledger.by)
            if key in promised:
                raise WrongState({"item": [promised[key]]})
        except InvalidInput as error:
            errors[str(index)] = error.errors
        else:
            ledger.take(change, notes)
    wrong: dict[str, Any] = {"items": errors} if errors else {}
    if not company.is_customer:
        wrong["customer"] = ["Selected company is not a customer"]
    if wrong:
        raise InvalidInput(wrong)
    ledger.write()


def _promised(ledger: Ledger, keys: Sequence[int]) -> dict[int, str]:
    """Why items are not free, by key."""
    found: dict[int, str] = {}
    for table, column in ALLOCATIONS:
        text = "build order" if table is BuildItem.__table__ else "sales order"
        text = "transfer order" if table.name == "order_transferorderallocation" else text
        for (key,) in ledger.connection.execute(select(table.c[column]).where(table.c[column].in_(list(keys)))):
            found.setdefault(key, f"Item is allocated to a {text}")
    return found
