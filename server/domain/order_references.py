"""The references of orders ("PO-0042"): patterns that the settings hold, what fits them, and the number in them.

A pattern is text with names in braces: `{ref}` or `{ref:04d}` is the number that goes up (required), `{date}` or
`{date:%Y}` the day on which the order is made, `{?}` any one character, `{?:XY}` any text, "XY" where the server makes
the reference. All else stands for itself.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

__all__ = ["LARGEST_NUMBER", "BadPattern", "Pattern", "mismatch", "reading"]

LARGEST_NUMBER = 10**18
"""Numbers beyond this count as this one: they still fit the column that orders are sorted by."""

_NAMED = re.compile(r"\{(?P<name>ref|date|\?)(?::(?P<form>[^{}]*))?\}")


class BadPattern(ValueError):
    """What a setting holds is no pattern."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, ready to be used."""

    text: str
    regex: re.Pattern[str]

    def number(self, reference: str) -> int | None:
        """The number in a reference; None where it does not fit the pattern."""
        found = self.regex.fullmatch(reference)
        return None if found is None else min(int(found["ref"]), LARGEST_NUMBER)

    def make(self, number: int, today: date) -> str:
        """The reference with a number."""

        def filled(match: re.Match[str]) -> str:
            form = match["form"] or ""
            if match["name"] == "ref":
                return format(number, form)
            return format(today, form) if match["name"] == "date" else (form or "?")

        return _NAMED.sub(filled, self.text)


@lru_cache(maxsize=32)
def reading(text: str) -> Pattern:
    """The pattern that a text describes. Raises BadPattern where it has no `{ref}`, several, or other names."""
    made, at, numbers = "", 0, 0
    for match in _NAMED.finditer(text):
        made += _literal(text[at : match.start()])
        at = match.end()
        if match["name"] == "ref":
            numbers += 1
            made += r"(?P<ref>[0-9]+)"
        elif match["name"] == "date":
            made += ".+"
        else:
            made += "." if not match["form"] else ".+"
    made += _literal(text[at:])
    if numbers != 1:
        raise BadPattern(f"{text!r} must hold {{ref}} exactly once")
    pattern = Pattern(text, re.compile(made))
    try:
        pattern.make(1, date(2000, 1, 1))
    except ValueError as error:
        raise BadPattern(f"{text!r}: {error}") from None
    return pattern


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise BadPattern(f"{text!r} has a brace that belongs to no known name")
    return re.escape(text)


def mismatch(text: str) -> str:
    """What is said of a reference that does not fit the pattern."""
    return f"Reference must match required pattern: {text}"
