"""What a scanned stock item would be promised to in a sales order."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from server.actions.orders.promises import SHIPMENTS
from server.actions.orders.sales_lines import Policy, holdings_of, missing_of, open_order, order_lines, part_facts
from server.actions.stock.ledger import Ledger
from server.domain.allocation import Holding

__all__ = ["Scanned", "fit_scanned"]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanned item would be promised to, as far as that is known, and what is wrong with it ("" if nothing)."""

    part: int | None = None
    line: int | None = None
    shipment: int | None = None
    quantity: Decimal | None = None
    error: str = ""


def fit_scanned(
    ledger: Ledger, order: int, item: int, policy: Policy, *, line: int | None, shipment: int | None,
    quantity: Decimal | None,
) -> Scanned:  # fmt: skip
    """The line, the shipment and the quantity for a scanned item: those that were given, else the only line that fits
    and misses something, the only shipment that is not sent, and as much as is missing and free. Raises NotFound,
    WrongState."""
    session = ledger.session
    open_order(session, order, "allocate")
    lines = order_lines(session, order, None)
    if line is not None and line not in lines:
        return Scanned(error="Line item does not match sales order")
    held = holdings_of(ledger, [item], policy).get(item)
    if held is None:
        return Scanned(error="Barcode does not match an existing stock item")
    path = part_facts(session, [held.item.part])[held.item.part].path
    missing = missing_of(session, list(lines.values()))
    fitting = [each for each in lines.values() if each.part_path and path.startswith(each.part_path)]
    wanting = [each for each in fitting if missing[each.pk] > 0] or fitting
    if line is None and len(wanting) != 1:
        return Scanned(
            held.item.part, error=f"{'Multiple matching line items' if wanting else 'No matching line item'} found"
        )
    chosen = line if line is not None else wanting[0].pk
    open_shipments = session.execute(
        select(SHIPMENTS.c.pk).where(SHIPMENTS.c.order_id == order, SHIPMENTS.c.shipment_date.is_(None)).limit(2)
    ).scalars().all()  # fmt: skip
    sent_with = shipment if shipment is not None else open_shipments[0] if len(open_shipments) == 1 else None
    if held.item.serialized:
        quantity = Decimal(1)
    elif quantity is None:
        quantity = min(missing[chosen], held.free)
    return Scanned(held.item.part, chosen, sent_with, quantity, _obstacle(held, quantity, sent_with, missing[chosen]))


def _obstacle(held: Holding, quantity: Decimal, shipment: int | None, missing: Decimal) -> str:
    if missing <= 0 and quantity <= 0:
        return "Line item is fully allocated already"
    if quantity > held.free or held.free <= 0:
        return "Insufficient stock available"
    return "Not enough information" if shipment is None or quantity <= 0 else ""
