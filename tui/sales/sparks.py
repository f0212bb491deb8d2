"""Small pictures of numbers, a cell for each: told by shape, never by colour.

A sparkline is scaled from zero: eight eighths are the greatest number, so half as much is half as high. Nothing is a
dot, less than nothing (more came back than was sold) a minus.
"""

from collections.abc import Sequence
from decimal import Decimal

__all__ = ["NEGATIVE", "NOTHING", "eighths", "shade", "sparkline"]

EIGHTHS = "▁▂▃▄▅▆▇█"
DIGITS = "12345678"
NOTHING, NEGATIVE = ".", "-"
SHADES, PLAIN_SHADES = " ░▒▓█", " .:*#"
HALF = Decimal("0.5")


def eighths(value: Decimal, most: Decimal) -> int:
    """How many eighths of `most` a value is, rounded, but 1 at least for anything above nothing."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, min(8, int(value * 8 / most + HALF)))


def sparkline(values: Sequence[Decimal], *, plain: bool = False) -> str:
    """A sign for each value, oldest first. `plain` writes the eighths as figures."""
    most = max(values, default=Decimal(0))
    signs = DIGITS if plain else EIGHTHS
    return "".join(
        NEGATIVE if value < 0 else NOTHING if not value else signs[eighths(value, most) - 1] for value in values
    )


def shade(share: Decimal, *, plain: bool = False) -> str:
    """How much beside the average (1), as a shade: blank under a quarter, full from one and three quarters on."""
    signs = PLAIN_SHADES if plain else SHADES
    return signs[max(0, min(len(signs) - 1, int(share * 2 + HALF)))]
