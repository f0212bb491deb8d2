"""Quantities as people type them: `12*24+7`, `3 x 0,5`, `(10+2)/4`, `1 000`.

Reckoned exactly, to five decimal places, as the server keeps them.
"""

import re
from collections.abc import Iterator
from decimal import Context, Decimal, DivisionByZero, InvalidOperation
from typing import Final

__all__ = ["LARGEST", "QuantityError", "parse_quantity"]

#: The server keeps 15 digits, five of them after the point.
LARGEST: Final = Decimal("9999999999.99999")

_PLACES: Final = Decimal("0.00001")
_LONGEST: Final = 60
_REACH: Final = Context(prec=50)
# Thousands may be set apart by a blank, as the client itself shows them.
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d*)?|[.,]\d+"
_TOKEN: Final = re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<sign>[-+*/()xX×хХ÷:−–]))")
_SPELLINGS: Final = {**dict.fromkeys("xX×хХ", "*"), **dict.fromkeys("÷:", "/"), **dict.fromkeys("−–", "-")}


class QuantityError(ValueError):
    """What was typed is no quantity; the message says why."""


def parse_quantity(text: str) -> Decimal:
    """The value of a number or a sum with + - * / and brackets; x, × mean *, a comma is a decimal point.

    Raises QuantityError for anything else, and for results below zero, above LARGEST or with more than five places.
    """
    if not text.strip():
        raise QuantityError("type a quantity")
    if len(text) > _LONGEST:
        raise QuantityError(f"too long; {_LONGEST} characters at most")
    try:
        value = _Sum(text).value()
    except (DivisionByZero, InvalidOperation):
        raise QuantityError("division by zero") from None
    if value < 0:
        raise QuantityError(f"{_shown(value)} is below zero")
    if value > LARGEST:
        raise QuantityError(f"{_shown(value)} is larger than the server can keep")
    if value != value.quantize(_PLACES, context=_REACH):
        raise QuantityError(f"{_shown(value)} has more than five decimal places")
    return abs(value.quantize(_PLACES, context=_REACH))


def _shown(value: Decimal) -> str:
    text = f"{value:f}"
    return f"{text[:19]}…" if len(text) > 20 else text


class _Sum:
    """Reads the text once from left to right; each method takes what its rule covers.

    sum = product {("+" | "-") product};  product = factor {("*" | "/") factor};
    factor = number | "(" sum ")" | ("+" | "-") factor
    """

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ""]
        self._at = 0

    def value(self) -> Decimal:
        result = self._sum()
        if self._next():
            raise QuantityError(f"{self._next()!r} is out of place")
        return result

    def _sum(self) -> Decimal:
        result = self._product()
        while self._next() in ("+", "-"):
            sign, right = self._take(), self._product()
            result = _REACH.add(result, right if sign == "+" else -right)
        return result

    def _product(self) -> Decimal:
        result = self._factor()
        while self._next() in ("*", "/"):
            sign, right = self._take(), self._factor()
            result = _REACH.multiply(result, right) if sign == "*" else _REACH.divide(result, right)
        return result

    def _factor(self) -> Decimal:
        word = self._take()
        if word in ("+", "-"):
            return self._factor() if word == "+" else -self._factor()
        if word == "(":
            inner = self._sum()
            if self._take() != ")":
                raise QuantityError("a closing bracket is missing")
            return inner
        if not word:
            raise QuantityError("the sum is not complete")
        if word in "*/)":
            raise QuantityError(f"{word!r} is out of place")
        return Decimal(word)

    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _tokens(text: str) -> Iterator[str]:
    """Numbers in Python's spelling, and the signs + - * / ( )."""
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise QuantityError(f"{text[position:].strip()[:1]!r} is not part of a quantity")
        position = match.end()
        if match["sign"]:
            yield _SPELLINGS.get(match["sign"], match["sign"])
            continue
        if position < end and text[position] in ".,":
            raise QuantityError("two decimal signs in one number; leave thousands without a sign")
        yield re.sub(r"[ \u00a0\u202f]", "", match["number"]).replace(",", ".")
