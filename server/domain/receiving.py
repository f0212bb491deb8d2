"""The rules of receiving against a purchase order: what a receipt makes of its line and what lies on the shelf after.

A line counts in packs of the supplier part; stock counts in the units of the part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from server.domain.errors import InvalidInput
from server.domain.pricing import converted
from server.domain.status import StockHistoryCode
from server.domain.stock import Change, Entry, Item, State, figure

__all__ = ["OrderedLine", "Receipt", "base_quantity", "may_come", "put_away", "receive", "unit_price"]

_QUANTITY = Decimal("0.00001")
_PRICE = Decimal("0.000001")
_MOST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """A line of a purchase order, and what it says of its goods.

    `quantity` and `received` are packs, `pack` the units of the part in one; `price` is for a pack, before `discount`
    (percent). `packaging` is the supplier part's. `default_location` is the part's.
    """

    pk: int
    order: int
    quantity: Decimal
    received: Decimal
    part: int
    part_name: str
    part_path: str
    supplier_part: int
    pack: Decimal
    packaging: str | None = None
    price: Decimal | None = None
    currency: str = ""
    discount: Decimal = Decimal(0)
    destination: int | None = None
    default_location: int | None = None
    trackable: bool = False
    virtual: bool = False
    build: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came against one line: `quantity` packs. `location` is where this receipt says that it goes; `serials` is
    the text in which serial numbers were given."""

    line: int
    quantity: Decimal
    location: int | None = None
    state: State
    batch: str = ""
    expiry_date: date | None = None
    serials: str = ""
    packaging: str = ""
    note: str = ""
    barcode: str = ""


def may_come(line: OrderedLine, quantity: Decimal) -> None:
    """Raises InvalidInput with the figures where that is more than is still to come."""
    surplus = line.received + quantity - line.quantity
    if surplus > 0:
        text = (
            f"{figure(line.quantity)} ordered, {figure(line.received)} received: "
            f"{figure(quantity)} would be {figure(surplus)} too many."
        )
        raise InvalidInput(text, field="quantity")


def base_quantity(line: OrderedLine, quantity: Decimal) -> Decimal:
    """So many packs, in the units of the part. Raises InvalidInput where that is no quantity that stock can have."""
    found = (quantity * line.pack).quantize(_QUANTITY, ROUND_HALF_UP)
    if line.received + quantity >= _MOST or found >= _MOST:
        raise InvalidInput("Ensure that there are no more than 10 digits before the decimal point.", field="quantity")
    if line.trackable and found != found.to_integral_value():
        raise InvalidInput("Quantity must be integer value for trackable parts", field="quantity")
    return found


def unit_price(line: OrderedLine, target: str | None, rates: Mapping[str, float]) -> tuple[Decimal | None, str]:
    """What was paid for one unit of the part, discount taken off, and the currency. It is converted to the currency
    `target` where one is given and a rate is known; else it stays in the line's."""
    if line.price is None:
        return None, line.currency
    paid = line.price * (1 - line.discount / 100) / line.pack
    paid = paid.quantize(_PRICE, ROUND_HALF_UP)
    other = None if target is None else converted(paid, line.currency, target, rates)
    return (paid, line.currency) if target is None or other is None else (other, target)


def put_away(receipt: Receipt, line: OrderedLine, everything: int | None, order: int | None) -> int | None:
    """Where it goes: as the receipt says, else where all of this delivery goes, else where the line, the order or the
    part wants it; None where nobody says."""
    for wanted in (receipt.location, everything, line.destination, order, line.default_location):
        if wanted is not None:
            return wanted
    return None


def receive(item: Item, line: OrderedLine) -> Change:
    """It has come. The entry names the line, so that what came of it when can be told later."""
    deltas: dict[str, Any] = {
        "location": item.location, "purchaseorder": line.order, "quantity": float(item.quantity), "line": line.pk,
        "status": item.state.key,
    }  # fmt: skip
    return Change(item, (Entry(item.pk, item.part, StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER, deltas),))
