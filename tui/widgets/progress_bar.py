"""How far something has come, as text of one line: `████░░ 12/20`."""

from decimal import Decimal
from typing import Any

from tui.views.formats import decimal_of, quantity

__all__ = ["bar", "progress_bar"]

_FULL, _EMPTY = "█", "░"
_FULL_ASCII, _EMPTY_ASCII = "#", "."


def bar(done: Any, total: Any, width: int = 6, *, ascii_only: bool = False) -> str:
    """`████░░`: `width` signs, as many of them full as `done` is of `total`.

    Only what is complete is all full and only what has not begun is all empty, whatever rounding would make of it; more
    than all is shown as all. With `ascii_only` it is `####..`. "" where there is nothing to do (no total).
    """
    whole = decimal_of(total)
    if whole is None or whole <= 0 or width <= 0:
        return ""
    part = decimal_of(done) or Decimal(0)
    filled = int(part * width / whole)
    if part > 0:
        filled = max(filled, 1)
    if part < whole:
        filled = min(filled, width - 1)
    filled = max(0, min(filled, width))
    full, empty = (_FULL_ASCII, _EMPTY_ASCII) if ascii_only else (_FULL, _EMPTY)
    return full * filled + empty * (width - filled)


def progress_bar(done: Any, total: Any, width: int = 6, *, ascii_only: bool = False) -> str:
    """`████░░ 12/20`: the bar and its figures, which say it without the bar; just `12/20` for a `width` of 0."""
    figures = f"{quantity(done) or '0'}/{quantity(total) or '0'}"
    drawn = bar(done, total, width, ascii_only=ascii_only)
    return f"{drawn} {figures}" if drawn else figures
