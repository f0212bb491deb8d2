"""The changes of the audit as a list, and one of them in lines of text."""

from collections.abc import Sequence
from textwrap import wrap

from tui.audit.changes import Change
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.text_lines import TextLine

__all__ = ["CHANGES", "change_lines", "columns_for"]

#: Cells before the figures of a change.
LABEL = 12
NARROW = 60


def _hint(change: Change) -> str:
    return "bad" if change.action == "deleted" else ""


_COLUMNS = (
    Column("when", "When", lambda change: change.when[:16], width=16, priority=2),
    Column("who", "Who", lambda change: change.who, width=10, min_width=9, priority=3),
    Column("what", "What", lambda change: change.what, width=28, min_width=18, flex=2, priority=1, hint=_hint),
    Column("changed", "Before → after", lambda change: change.changed, width=30, min_width=14, flex=3, priority=0,
           hint=_hint),
    Column("origin", "By what", lambda change: change.origin, width=26, min_width=26, flex=1, priority=6, hint="muted"),
)  # fmt: skip

CHANGES = ResourceView("audit", "", _COLUMNS, tuple(column.key for column in _COLUMNS), orderings={}, ordering="")

_SLIM = (
    Column("when", "When", lambda change: change.when[5:16], width=11, priority=2),
    Column("what", "What", lambda change: change.name or change.title, width=12, min_width=8, flex=1, priority=1,
           hint=_hint),
    Column("changed", "Before → after", lambda change: change.changed, width=14, min_width=8, flex=2, priority=0,
           hint=_hint),
)  # fmt: skip


def columns_for(width: int, chosen: Sequence[str]) -> Sequence[Column]:
    """The columns for a screen of this width."""
    return _SLIM if width < NARROW else CHANGES.chosen(chosen)


def change_lines(change: Change | None, width: int) -> list[TextLine]:
    """All that is known of a change: who did it by what, then a line for each figure, long ones in several."""
    if change is None:
        return []
    who = f"{change.who}, {change.when}"
    lines = [TextLine(((f"{change.what} ", "strong"), (f"{change.action} by {who}", "")), copy=change.what)]
    for figure in change.figures:
        text = f"{figure.before or '-'} → {figure.after or '-'}" if figure.told else "changed; the values are not kept"
        lines += _wrapped(figure.label, text, width)
    lines += _wrapped("Notes", change.notes, width) if change.notes else []
    if change.origin:
        lines += _wrapped("By", change.origin, width, "muted")
    return lines


def _wrapped(label: str, text: str, width: int, style: str = "") -> list[TextLine]:
    room = max(10, width - LABEL - 2)
    pieces = wrap(text, room, replace_whitespace=True, break_on_hyphens=False) or [""]
    labels = [f"{label[: LABEL - 1]:<{LABEL}}"] + [" " * LABEL] * (len(pieces) - 1)
    return [
        TextLine(((each, "muted"), (piece, style)), copy=text) for each, piece in zip(labels, pieces, strict=True)
    ]  # fmt: skip
