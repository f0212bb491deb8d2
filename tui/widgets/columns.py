"""Columns of a table as data, and how they share the width that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.safe_text import safe

__all__ = ["GAP", "Column", "fit", "row_segments", "share_width"]

GAP = 1  # blank cells between columns
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, where its text comes from, and how much room it wants.

    `text` makes a row's cell, plain text (no markup; cleaned here). `hint` names its style: "" (none), "number",
    "muted", "strong", "good", "warn" or "bad", or a function from row to such a name. Widths are in cells: a column
    gets `width` where there is room and at least `min_width`; a `flex` above 0 shares what is left over. When it is
    narrow, columns go, those with the highest `priority` number first. A `number` that does not fit is shown as
    ###, never cut to another number.
    """

    key: str
    title: str
    text: Callable[[Any], str]
    width: int = 10
    min_width: int = 0
    flex: int = 0
    align: Literal["left", "right"] = "left"
    priority: int = 5
    hint: str | Callable[[Any], str] = ""

    @property
    def least(self) -> int:
        """The narrowest it may be: `min_width`, or `width` where none is given."""
        return min(self.min_width or self.width, self.width)

    def hint_of(self, row: Any) -> str:
        """The style name for this row's cell."""
        return self.hint(row) if callable(self.hint) else self.hint


def share_width(columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    """The columns that are shown in `room` cells, in order, each with its width; together they fit.

    Two columns stay to the last, the narrower of them at its least width and the other with what is left.
    """
    shown = list(columns)
    while len(shown) > 2 and _needed(shown) > room:
        expendable = max(reversed(shown), key=lambda column: column.priority)
        shown.remove(expendable)
    widths = {column.key: column.least for column in shown}
    spare = room - _needed(shown)
    if spare < 0:
        return _squeeze(shown, room)
    for column in sorted(shown, key=lambda column: column.priority):
        extra = min(spare, column.width - column.least)
        widths[column.key] += extra
        spare -= extra
    shares = sum(column.flex for column in shown)
    for column in shown:
        if shares and column.flex:
            extra = spare * column.flex // shares
            widths[column.key] += extra
            spare -= extra
            shares -= column.flex
    return [(column, widths[column.key]) for column in shown]


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _squeeze(columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    """The last resort: two columns side by side, or the first alone."""
    first, *rest = columns
    if not rest or room < 2 + GAP + rest[0].least:
        return [(first, max(room, 1))]
    if rest[0].flex and not first.flex:
        kept = min(first.least, room - 2 - GAP)
        return [(first, kept), (rest[0], room - GAP - kept)]
    return [(first, room - GAP - rest[0].least), (rest[0], rest[0].least)]


def row_segments(
    row: Any, layout: Sequence[tuple[Column, int]], lead: str, plain: Style, style_of: Callable[[str], Style] | None
) -> list[Segment]:
    """The cells of a row after `lead`, a segment for each run of one style: fewer to paint, fewer bytes to send.

    `style_of` makes a style of a hint; without it all is `plain` (the line under the cursor).
    """
    segments: list[Segment] = []
    pending = lead
    for column, room in layout:
        hint = column.hint_of(row)
        text = safe(column.text(row))
        lacking = cell_len(text) - room if hint == "number" else 0
        if lacking > 0:  # a long figure takes blanks of the cell before rather than be ###
            if pending.endswith(" " * (lacking + GAP)):
                pending = pending[:-lacking]
                room += lacking
            elif segments and pending == " " * GAP and segments[-1].text.endswith(" " * lacking):
                segments[-1] = Segment(segments[-1].text[:-lacking], segments[-1].style)
                room += lacking
        text = fit(text, room, right=column.align == "right", number=hint == "number")
        if style_of is None or hint in ("", "number"):
            pending += text + " " * GAP
            continue
        segments += (Segment(pending, plain), Segment(text, style_of(hint)))
        pending = " " * GAP
    segments.append(Segment(pending, plain))
    return segments


def fit(text: str, width: int, *, right: bool = False, number: bool = False) -> str:
    """The text made exactly `width` cells wide, as a terminal counts them: padded, or cut with an ellipsis."""
    text = safe(text)
    taken = len(text) if text.isascii() else cell_len(text)
    if taken <= width:
        return " " * (width - taken) + text if right else text + " " * (width - taken)
    if number:
        return "#" * width
    return _cut(text, width)


def _cut(text: str, width: int) -> str:
    if text.isascii():
        return text[: width - 1] + ELLIPSIS if width > 0 else ""
    kept, taken = [], 0
    for char in text:
        size = cell_len(char)
        if taken + size > width - 1:
            break
        kept.append(char)
        taken += size
    return "".join(kept) + (ELLIPSIS + " " * (width - 1 - taken) if width > 0 else "")
