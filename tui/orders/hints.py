"""What is said of a line while it is typed: what it comes to, what is free, whether it is there already. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from tui.orders.lines import OrderLine
from tui.orders.part_search import PartHit, breaks_in_words, price_for
from tui.views.formats import money, quantity, with_unit

__all__ = ["about", "already_there", "price_hint", "quantity_hint"]


def already_there(hit: PartHit, lines: Iterable[OrderLine], edited: OrderLine | None = None) -> str:
    """The line of the order that is for the same, "" when there is none but the one that is edited."""
    for line in lines:
        if line.subject == hit.pk and not line.extra and line is not edited:
            return f"already on {line.label}: {with_unit(line.quantity, line.unit)}"
    return ""


def about(hit: PartHit) -> str:
    """Price breaks, lead time and description in one line."""
    lead = f"comes after {hit.lead_days:.0f} d as a rule" if hit.lead_days is not None else ""
    return " · ".join(fact for fact in (breaks_in_words(hit), lead, hit.description) if fact)


def quantity_hint(hit: PartHit, amount: Decimal) -> tuple[str, bool]:
    """What an amount comes to in the part's own unit, or that there is less; and whether that is a warning."""
    if hit.pack != 1:
        return f"= {with_unit(amount * hit.pack, hit.unit)}", False
    if hit.available is not None and amount > hit.available:
        return f"Only {with_unit(hit.available, hit.unit)} free in stock.", True
    if hit.quantity is not None and amount > hit.quantity:
        return f"Only {with_unit(hit.quantity, hit.unit)} there.", True
    return "", False


def price_hint(hit: PartHit, amount: Decimal | None) -> str:
    """The price that counts where none is typed, "" when none is known."""
    step = price_for(hit, amount)
    if step is None:
        return ""
    total = f" = {money(step.price * amount, step.currency)}" if amount else ""
    least = f"; sold from {quantity(step.quantity)} on" if amount and amount < step.quantity else ""
    return f"left empty: {money(step.price, step.currency)}{total}{least}"
