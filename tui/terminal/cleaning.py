"""The gate for text where Textual paints: what our own painter would not let through is taken out before.

With our painting switched off Textual sends what widgets rendered as it is. So every piece of an update is looked at
first, as the painter does it cell by cell.
"""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from tui.safe_text import REPLACEMENT, is_safe

__all__ = ["cleaned"]


def cleaned(update: Any) -> Any:
    """The same update with nothing unprintable in it; anything but an update comes back as it is."""
    if isinstance(update, LayoutUpdate):
        return LayoutUpdate([[_clean(strip) for strip in line] for line in update.strips], update.region)
    if isinstance(update, ChopsUpdate):
        lines = {y for y, _, _ in update.spans}
        chops = [
            {x: piece and _clean(piece) for x, piece in line.items()} if y in lines else line
            for y, line in enumerate(update.chops)
        ]
        return ChopsUpdate(chops, update.spans, update.chop_ends)
    return update


def _clean(strip: Strip) -> Strip:
    if all(is_safe(segment.text) for segment in strip if not segment.control):
        return strip
    pieces = [segment for segment in strip if not segment.control]
    return Strip([Segment(_printable(text), style) for text, style, _ in pieces]).adjust_cell_length(strip.cell_length)


def _printable(text: str) -> str:
    """Each unprintable character as one visible one, or as nothing where it had no width."""
    return "".join(
        char if is_safe(char) else " " if char.isspace() else REPLACEMENT * min(1, cell_len(char)) for char in text
    )
