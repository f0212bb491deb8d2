"""How values are written on the screen."""

from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = ["decimal_of", "money", "quantity", "short_date", "signed", "with_unit"]

_PLACES = Decimal("0.00001")


def decimal_of(value: Any) -> Decimal | None:
    """A number of an answer (float, int or text) with the server's five places; None for none or no number."""
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        number = Decimal(str(value))
        return number.quantize(_PLACES) if number.is_finite() else None
    except InvalidOperation:
        return None


def quantity(value: Any) -> str:
    """A quantity without needless zeros, thousands set apart by a blank (a comma is a decimal sign to half the world).

    "" for none.
    """
    number = decimal_of(value)
    if number is None:
        return ""
    text = f"{number:,f}".replace(",", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Any) -> str:
    """A quantity with its sign, "0" for none."""
    number = decimal_of(value)
    if number is None:
        return ""
    return f"+{quantity(number)}" if number > 0 else quantity(number)


def with_unit(value: Any, unit: str | None) -> str:
    """A quantity and its unit, "12.5 m"; without a unit just the number."""
    text = quantity(value)
    return f"{text} {unit}" if unit and text else text


def short_date(value: Any) -> str:
    """The date of a date or date-time text as the server writes it, "" for none."""
    return str(value)[:10] if value else ""


def money(value: Any, currency: str | None = "") -> str:
    """A price with two places at least, thousands set apart by a blank, and its currency: "1 240.00 USD".

    "" for none.
    """
    number = decimal_of(value)
    if number is None:
        return ""
    whole, _, places = f"{number:,f}".replace(",", " ").partition(".")
    text = f"{whole}.{places.rstrip('0').ljust(2, '0')}"
    return f"{text} {currency}" if currency else text
