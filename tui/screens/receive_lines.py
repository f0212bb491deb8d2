"""How the lines of an order look while it is received: columns, order, and the head above them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tui.orders.receiving import ReceivingLine
from tui.views.formats import quantity
from tui.views.orders import Order, due_in_words
from tui.widgets.choice_list import Choice
from tui.widgets.columns import Column
from tui.widgets.line import Part
from tui.widgets.progress_bar import bar, progress_bar

__all__ = ["NARROW", "choice_of", "columns_for", "head", "in_order"]

#: Below this width there is room for the name and the figures only.
NARROW = 60
_BAR = 6


def _sign(line: ReceivingLine) -> str:
    if line.received > line.ordered:
        return "+"
    return "✓" if line.is_done else ""


def _hint(line: ReceivingLine) -> str:
    return "muted" if line.is_done else ""


def _figures(line: ReceivingLine) -> str:
    return progress_bar(line.received, line.ordered, 0)


def _wanted_at(line: ReceivingLine) -> str:
    return line.destination.path if line.destination is not None else ""


def _pack(line: ReceivingLine) -> str:
    return "" if line.pack.is_single else f"{quantity(line.pack.size)} {line.pack.word}"


def _due(line: ReceivingLine) -> str:
    today = date.today()
    late = line.target is not None and line.target < today and not line.is_done
    return due_in_words(line.target, today, overdue=late)


_SIGN = Column("sign", "", _sign, width=1, priority=3, hint="good")
_NAME = Column("name", "Part", lambda line: line.label, width=24, min_width=18, flex=2, priority=0, hint=_hint)
_FIGURES = Column("figures", "Received", _figures, width=13, min_width=9, align="right", priority=1, hint=_hint)
_WIDE = (
    _SIGN,
    _NAME,
    Column("code", "SKU", lambda line: line.codes, width=18, min_width=12, flex=1, priority=4, hint=_hint),
    Column(
        "rest", "To come", lambda line: quantity(line.outstanding) if not line.is_done else "", width=9, min_width=7,
        align="right", priority=2, hint="strong",
    ),
    _FIGURES,
    Column("bar", "", lambda line: bar(line.received, line.ordered, _BAR), width=_BAR, priority=7, hint=_hint),
    Column("pack", "Pack of", _pack, width=9, min_width=6, align="right", priority=6, hint=_hint),
    Column("due", "Due", _due, width=10, min_width=8, priority=8, hint=_hint),
    Column("to", "To", _wanted_at, width=20, min_width=10, flex=1, priority=5, hint="muted"),
)  # fmt: skip
_OPTIONAL = frozenset(("pack", "due", "to"))
_NARROW_COLUMNS = (_SIGN, replace(_NAME, min_width=12), _FIGURES)


def columns_for(width: int, lines: Sequence[ReceivingLine] = ()) -> Sequence[Column]:
    """The columns of the table on a screen of this width; those with nothing in them for these lines are left out."""
    wanted = _NARROW_COLUMNS if width < NARROW else _WIDE
    return [column for column in wanted if column.key not in _OPTIONAL or any(map(column.text, lines))]


def in_order(lines: Iterable[ReceivingLine]) -> list[ReceivingLine]:
    """Open lines in the order of the document, then those that are done."""
    return sorted(lines, key=lambda line: (line.is_done, line.position))


def head(order: Order, lines: Sequence[ReceivingLine], width: int) -> tuple[list[Part], list[Part]]:
    """What stands above the lines: the order at the left, how far it has come at the right."""
    done = sum(line.is_done for line in lines)
    partner = f"  {order.partner}" if order.partner else ""
    reference = f" ({order.partner_reference})" if order.partner_reference and width >= NARROW else ""
    left: list[Part] = [(order.reference, "bold"), (f"{partner}{reference}", "")]
    due = order.due(date.today()) if width >= NARROW else ""
    size = 10 if width >= NARROW else 0
    right = [(f"{due}   " if due else "", "bold $warn" if order.overdue else "")]
    return left, [*right, (f"{progress_bar(done, len(lines), size)} lines", "")]


def choice_of(line: ReceivingLine) -> Choice:
    """A line to choose among several."""
    rest = "all received" if line.is_done else f"{line.pack.text(line.outstanding)} to come"
    detail = " · ".join(text for text in (line.codes, rest, _due(line)) if text)
    return Choice(line, line.label, detail)
