"""The lines of a bin card as a list."""

from collections.abc import Sequence

from tui.views.bin_card import CardLine
from tui.views.formats import quantity, short_date, signed
from tui.views.view import ResourceView
from tui.widgets.columns import Column

__all__ = ["CARD_LINES", "narrow_card_lines"]


def _in(line: CardLine) -> str:
    return quantity(line.change) if line.change > 0 else ""


def _out(line: CardLine) -> str:
    return quantity(-line.change) if line.change < 0 else ""


def _what(line: CardLine) -> str:
    return f"{line.what} ({quantity(line.counted)})" if line.counted is not None else line.what


def _hint(line: CardLine) -> str:
    return "bad" if line.gap else ""


_COLUMNS = (
    Column("when", "When", lambda line: line.when, width=16, priority=2),
    Column("who", "Who", lambda line: line.who, width=10, min_width=6, priority=6),
    Column("what", "What", _what, width=24, min_width=12, flex=2, priority=1, hint=_hint),
    Column("in", "In", _in, width=9, min_width=7, align="right", priority=3, hint="number"),
    Column("out", "Out", _out, width=9, min_width=7, align="right", priority=3, hint="number"),
    Column(
        "balance",
        "Balance",
        lambda line: quantity(line.balance),
        width=10,
        min_width=8,
        align="right",
        priority=0,
        hint="number",
    ),
    Column("document", "Document", lambda line: line.document, width=10, priority=5),
    Column("note", "Note", lambda line: line.note, width=24, min_width=8, flex=3, priority=4, hint="muted"),
)

CARD_LINES = ResourceView(
    name="bin card",
    path="stock/track/",
    columns=_COLUMNS,
    shown=tuple(column.key for column in _COLUMNS),
    orderings={},
    ordering="",
)


def narrow_card_lines(lines: Sequence[CardLine]) -> tuple[Column, ...]:
    """The columns for terminals with less than 60 columns: what came and what went in one, each as wide as its figures
    are."""
    change = max((len(signed(line.change)) for line in lines), default=0)
    balance = max((len(quantity(line.balance)) for line in lines), default=0)
    return (
        Column("when", "When", lambda line: short_date(line.when), width=10, priority=2),
        Column("change", "Change", lambda line: signed(line.change), width=max(8, change), min_width=max(6, change),
               align="right", priority=1, hint="number"),
        Column("balance", "Balance", lambda line: quantity(line.balance), width=max(8, balance), align="right",
               priority=0, hint="number"),
        Column("what", "What", _what, width=24, min_width=8, flex=1, priority=3, hint=_hint),
    )  # fmt: skip
