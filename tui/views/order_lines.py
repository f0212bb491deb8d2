"""The lines of an order, and what happened to it, as lists."""

from collections.abc import Callable
from dataclasses import replace

from tui.orders.lines import LINE_KINDS, OrderLine
from tui.views.formats import money, quantity, with_unit
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.progress_bar import bar

__all__ = ["EVENTS", "NARROW_EVENTS", "lines_view", "narrow_lines", "progress_of"]

BAR = 6
_PROMISED, _FULL = "▒", "█"


def progress_of(line: OrderLine, width: int = BAR, *, of_all: bool = False) -> str:
    """`██▒▒░░ 4 +4`: what is done, and what is allocated besides; the figures say it without the bar.

    `of_all` says of how much as well: `██▒▒░░ 4/12 +4`.
    """
    if line.extra or not line.quantity:
        return ""
    done = bar(line.done, line.quantity, width)
    both = bar(line.done + line.promised, line.quantity, width)
    shown = "".join(
        _PROMISED if here != _FULL and ahead == _FULL else here for here, ahead in zip(done, both, strict=True)
    )
    figures = f"{quantity(line.done)}/{quantity(line.quantity)}" if of_all else quantity(line.done)
    more = f" +{quantity(line.promised)}" if line.promised else ""
    return f"{shown} {figures}{more}".lstrip()


def _progress_hint(line: OrderLine) -> str:
    if line.is_done:
        return "good"
    return "warn" if line.overdue else ""


def _number(line: OrderLine) -> str:
    return line.number or ("+" if line.extra else "")


def _due(line: OrderLine) -> str:
    return f"{line.target} !" if line.overdue and not line.is_done else line.target


def _due_hint(line: OrderLine) -> str:
    return "bad" if line.overdue and not line.is_done else "muted"


def _price(line: OrderLine) -> str:
    discount = f" -{quantity(line.discount)}%" if line.discount else ""
    return money(line.price) + discount if line.price is not None else ""


def _currency(line: OrderLine) -> str:
    return line.currency if line.price is not None else ""


def _attribute(name: str) -> Callable[[OrderLine], str]:
    return lambda line: str(getattr(line, name))


_CODES = {"purchase": "SKU", "sales": "IPN", "return": "Serial/batch", "transfer": "IPN"}


def lines_view(kind: str) -> ResourceView:
    """The columns of the lines of a kind of order."""
    words = LINE_KINDS[kind]
    columns = [
        Column("line", "Line", _number, width=5, min_width=4, align="right", priority=6, hint="muted"),
        Column("part", "Part", _attribute("name"), width=24, min_width=14, flex=3, priority=0, hint="strong"),
        Column("code", _CODES[kind], _attribute("code"), width=16, min_width=9, flex=1, priority=5),
        Column(
            "quantity", "Quantity", lambda line: with_unit(line.quantity, line.unit[:6]), width=10, min_width=8,
            align="right", priority=1, hint="number",
        ),
        Column(
            "progress", words.done_word.title(), progress_of, width=16, min_width=10, priority=2, hint=_progress_hint
        ),
    ]  # fmt: skip
    if words.price:
        columns += [
            Column("price", "Price", _price, width=10, min_width=8, align="right", priority=7, hint="number"),
            Column(
                "total", "Total", lambda line: money(line.total), width=11, min_width=9, align="right", priority=4,
                hint="number",
            ),
            Column("currency", "", _currency, width=4, min_width=3, priority=8, hint="muted"),
        ]  # fmt: skip
    columns += [
        Column("due", "Due", _due, width=12, priority=7, hint=_due_hint),
        Column("reference", "Reference", _attribute("reference"), width=14, min_width=9, flex=1, priority=9),
        Column("notes", "Notes", _attribute("notes"), width=20, min_width=10, flex=1, priority=10, hint="muted"),
    ]
    return ResourceView(
        name=f"{kind} order lines",
        path=words.path,
        columns=tuple(columns),
        shown=tuple(column.key for column in columns),
        orderings={},
        ordering="",
    )


def narrow_lines(view: ResourceView) -> list[Column]:
    """For terminals with less than 60 columns: what, and how far it is."""
    part, progress = view.chosen(("part", "progress"))
    return [part, replace(progress, text=lambda line: progress_of(line, 4, of_all=True), width=15, min_width=11)]


EVENTS = ResourceView(
    name="order history",
    path="",
    columns=(
        Column("when", "When", lambda event: event.when, width=16, min_width=10, priority=1),
        Column("what", "What", lambda event: event.what, width=26, min_width=14, flex=2, priority=0, hint="strong"),
        Column("detail", "", lambda event: event.detail, width=26, min_width=10, flex=3, priority=2),
        Column("who", "Who", lambda event: event.who, width=12, min_width=6, priority=3, hint="muted"),
    ),
    shown=("when", "what", "detail", "who"),
    orderings={},
    ordering="",
)

#: For terminals with less than 60 columns: the day, what, and how much of it.
NARROW_EVENTS = (
    Column("when", "When", lambda event: event.when[:10], width=10, priority=1),
    Column("what", "What", lambda event: event.what, width=12, min_width=8, flex=1, priority=0, hint="strong"),
    Column("detail", "", lambda event: event.detail, width=12, min_width=8, flex=2, priority=2),
)
