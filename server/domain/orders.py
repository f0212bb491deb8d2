"""The rules that all kinds of orders share: totals, dates, locks, and which settings they go by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from server.domain.errors import InvalidInput
from server.domain.status import STATUS_CLASSES
from workflow.orders import OrderKind

__all__ = [
    "LARGEST_AMOUNT",
    "LINES_LOCKED",
    "ORDER_LOCKED",
    "OrderSettings",
    "check_amount",
    "check_dates",
    "is_locked",
    "line_number",
    "line_total",
    "settings_of",
    "state_name",
    "total_of",
]

ORDER_LOCKED = "This order is locked and cannot be modified"
LINES_LOCKED = "The order is locked and cannot be modified"
LARGEST_AMOUNT = Decimal(9_000_000_000_000)
_STEP = Decimal("0.000001")
_LARGEST_LINE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """The settings of a kind of order: reference pattern, whether finished orders may be changed, whether somebody must
    be responsible."""

    pattern: str
    edit_completed: str
    require_responsible: str


def settings_of(kind: OrderKind) -> OrderSettings:
    """The names of the settings that a kind of order goes by."""
    stem = f"{kind.name.upper()}ORDER"
    return OrderSettings(f"{stem}_REFERENCE_PATTERN", f"{stem}_EDIT_COMPLETED_ORDERS", f"{stem}_REQUIRE_RESPONSIBLE")


def state_name(kind: OrderKind, status: int) -> str | None:
    """The built-in state that a code stands for."""
    return next((state.name for state in STATUS_CLASSES[kind.status_class] if state == status), None)


def is_locked(kind: OrderKind, status: int, *, edit_completed: bool) -> bool:
    """Whether an order and its lines are closed to changes: it is done, and the setting does not allow it."""
    return not edit_completed and state_name(kind, status) in ("COMPLETE", "SHIPPED")


def check_dates(start: date | None, target: date | None) -> None:
    """Raises InvalidInput where the order would end before it starts."""
    if start is not None and target is not None and start > target:
        raise InvalidInput(
            {
                "target_date": ["Target date must be after start date"],
                "start_date": ["Start date must be before target date"],
            }
        )


def line_total(price: Decimal | None, quantity: Decimal, discount: Decimal | None) -> Decimal | None:
    """What a line costs: price times quantity less the discount (percent), six places; None without a price."""
    if price is None:
        return None
    share = (Decimal(100) - (discount or Decimal(0))) / 100
    with localcontext(prec=60):  # the largest price times the largest quantity has more digits than usual
        return (price * quantity * share).quantize(_STEP, ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of amounts of one currency; None as soon as one of them could not be brought into it. Raises InvalidInput
    where it is more than can be kept."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += check_amount(amount)
    return check_amount(total).quantize(_STEP, ROUND_HALF_UP)


def check_amount(amount: Decimal) -> Decimal:
    """The amount. Raises InvalidInput where it is more than can be kept."""
    if abs(amount) > LARGEST_AMOUNT:
        raise InvalidInput(f"The order would cost more than {LARGEST_AMOUNT:,}; check quantity and price")
    return amount


def line_number(text: str | None) -> int:
    """The number that a line is sorted by: what its line number begins with, 0 where that is no digit."""
    digits = ""
    for character in (text or "").strip():
        if character not in "0123456789":
            break
        digits += character
    return min(int(digits), _LARGEST_LINE) if digits else 0
