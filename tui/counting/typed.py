"""What a counter types at the prompt: a number, a sum, `+7`, `-7`, `s`, `/text`, or a code.

Nothing here knows what is expected, so whatever looks odd is judged by the digits alone.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from tui.orders.codes import looks_like_code
from tui.stock_actions.quantities import QuantityError, parse_quantity

__all__ = ["Asks", "Typed", "looks_scanned", "read_typed"]

#: So many digits in a row are an article number or a serial number rather than a quantity.
_CODE_DIGITS: Final = 8
#: A count this many times the largest one so far is doubted, from `_LARGE` on.
_FAR: Final = 100
_LARGE: Final = Decimal(10_000)

#: What only a sum is made of: with a slip in it, it is still no code.
_SUM: Final = re.compile(r"[-+*/().,:xX×÷−–\d\s]+")
#: A number with a zero in front, as in the dates and running numbers of codes.
_PADDED: Final = re.compile(r"(?<![\d.,])0\d")


class Asks(Enum):
    """What the counter wants."""

    NOTHING = auto()
    SET = auto()
    ADD = auto()
    SKIP = auto()
    JUMP = auto()
    FIND = auto()


@dataclass(frozen=True, slots=True)
class Typed:
    """`quantity` for SET and ADD (below zero: take back), `text` for JUMP and FIND."""

    asks: Asks
    quantity: Decimal = Decimal(0)
    text: str = ""


def read_typed(text: str) -> Typed:
    """What the text asks for. Raises QuantityError for what is neither quantity nor code."""
    text = text.strip()
    if not text:
        return Typed(Asks.NOTHING)
    if text.casefold() in ("s", "ы"):  # the key of s on a Russian keyboard
        return Typed(Asks.SKIP)
    if text.startswith("/"):
        return Typed(Asks.JUMP, text=text[1:].strip())
    if text[0] in "+-−–":
        amount = parse_quantity(text[1:])
        return Typed(Asks.ADD, amount if text[0] == "+" else -amount)
    try:
        return Typed(Asks.SET, parse_quantity(text))
    except QuantityError:
        if text.isdecimal() or (looks_like_code(text) and not _SUM.fullmatch(text)):
            return Typed(Asks.FIND, text=text)
        raise


def looks_scanned(text: str, value: Decimal, largest: Decimal | None) -> bool:
    """Whether a quantity may be a code that a scanner typed: many digits, zeros in front, or far from all others.

    `largest` is the largest count so far, None for none.
    """
    digits = text.strip()
    if (digits.isdecimal() and len(digits) >= _CODE_DIGITS) or (len(digits) > 3 and _PADDED.search(digits)):
        return True
    return value >= _LARGE and largest is not None and value > largest * _FAR
