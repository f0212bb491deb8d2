"""The lines of the reorder desk as rows of a table, and what is said of one."""

from collections.abc import Callable
from decimal import Decimal

from textual import events

from tui.orders.reorder import DeskLine, Supply, packs_of
from tui.views.formats import money, quantity, with_unit
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import RowSource

__all__ = ["DESK", "DeskTable", "about", "becomes", "lines_in_words", "offer_in_words"]


class DeskTable(ResourceTable):
    """Begins to take a quantity with the first digit, before the next key is looked at."""

    def __init__(self, source: RowSource, typed: Callable[[str], None]) -> None:
        super().__init__(DESK.columns, source, id="desk", empty_text="Loading ...")
        self._typed = typed

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in "0123456789":
            event.stop()
            self._typed(event.character)


def _ordered(line: DeskLine) -> str:
    if line.edit.skipped:
        return "left out"
    if line.source is None:
        return "nobody" if line.short > 0 else "-"
    return with_unit(line.quantity, line.units)


def _order_hint(line: DeskLine) -> str:
    if line.edit.skipped:
        return "muted"
    if line.source is None and line.short > 0:
        return "bad"
    return "warn" if line.edit.quantity is not None else "strong"


def _supplier(line: DeskLine) -> str:
    return line.source.supplier_name if line.source is not None else ""


def _price(line: DeskLine) -> str:
    if line.source is None or line.edit.skipped or line.quantity <= 0:
        return ""
    return money(line.total, line.currency) or "no price"


def _expected(line: DeskLine) -> str:
    return line.source.expected.isoformat() if line.source is not None and line.source.expected is not None else ""


def _figure(key: str, title: str, priority: int) -> Column:
    def text(line: DeskLine) -> str:
        return quantity(round(getattr(line, key), 2))

    return Column(key, title, text, width=9, min_width=7, align="right", priority=priority, hint="muted")


DESK = ResourceView(
    "reorder", "/plugin/bincard/reorder/",
    (
        Column("part", "Part", lambda line: line.title, width=26, min_width=14, flex=3, priority=0),
        Column("order", "ORDER", _ordered, width=12, min_width=9, align="right", priority=0, hint=_order_hint),
        Column("supplier", "Supplier", _supplier, width=18, min_width=11, flex=2, priority=2,
               hint=lambda line: "warn" if line.edit.supply is not None else ""),
        Column("price", "Price", _price, width=15, min_width=12, align="right", priority=3),
        Column("expected", "Expected", _expected, width=10, priority=6),
        _figure("on_hand", "Have", 4),
        _figure("on_order", "On order", 7),
        _figure("allocated", "Allocated", 8),
        _figure("needed", "Needed", 5),
    ),
    ("part", "order", "supplier", "price", "expected", "on_hand", "on_order", "allocated", "needed"),
    orderings={}, ordering="",
)  # fmt: skip


def about(line: DeskLine | None) -> str:
    """The line under the cursor in a sentence: what its suggestion is made of."""
    if line is None:
        return ""
    sum_ = f"needed {quantity(round(line.needed, 2))} - have {quantity(line.on_hand)}"
    sum_ += f" - on order {quantity(line.on_order)}" if line.on_order else ""
    sum_ += f" + allocated {quantity(line.allocated)}" if line.allocated else ""
    source = line.source
    if source is None:
        return f"{line.title}: {sum_} = {quantity(round(line.short, 2))} short"
    steps = f", in steps of {quantity(source.step)}" if source.step != 1 else ""
    return f"{line.title}: {sum_} = {quantity(round(line.short, 2))} short{steps}"


def becomes(source: Supply, wanted: Decimal, units: str) -> str:
    """What a quantity becomes in whole packs, and what it costs."""
    rounded = source.rounded(wanted)
    packs = f" = {packs_of(source, rounded)}" if source.pack != 1 else ""
    up = f"{quantity(wanted)} becomes " if rounded != wanted else ""
    price = money(source.total(rounded), source.currency(rounded)) if rounded else "left out"
    return f"{up}{with_unit(rounded, units)}{packs}, {price or 'no price'}"


def offer_in_words(supply: Supply, line: DeskLine) -> str:
    units = supply.suggestion(line.short)
    price = money(supply.total(units), supply.currency(units)) or "no price"
    here = f", here by {supply.expected.isoformat()}" if supply.expected else ""
    return f"{with_unit(units, line.units)} for {price}{here}"


def lines_in_words(lines: int, *, joined: bool) -> str:
    return f"{lines} line{'s' if lines != 1 else ''}{', added to the draft' if joined else ''}"
