"""What stands above and below the lines of an order, as parts of lines. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from textual.content import Content

from tui.orders.lines import LINE_KINDS, OrderLine, totals_of
from tui.orders.order_data import OrderData
from tui.safe_text import safe
from tui.views.formats import money, quantity, with_unit
from tui.views.orders import Order
from tui.widgets.line import Part
from tui.widgets.progress_bar import progress_bar
from tui.widgets.text_lines import TextLine

__all__ = ["heads_of", "line_in_words", "tabs_of", "wrapped"]

Head = tuple[list[Part], list[Part]]

_PARTNER_REFERENCE = {"purchase": "their number", "sales": "their order", "return": "their number"}


def heads_of(data: OrderData, today: date, *, narrow: bool) -> dict[str, Head]:
    """What each line above the table says: its left and its right parts, by the line's name."""
    order = data.order
    late = _late(order, today)
    return {
        "where": (
            [(order.reference, "bold"), (f"  {order.partner}" if order.partner else "", "")],
            _state(order, late),
        ),
        "about": ([(order.description, "")], []),
        "dates": (
            [(f"{late}  " if late else "", "bold $bad"), (_dates(order, today, narrow=narrow), "")],
            [(_total(data), "bold")] if narrow else [],
        ),
        "people": ([(_people(data), "$muted")], []),
        "locked": ([(f"! {data.locked}", "bold $warn")] if data.locked else [], []),
    }


def _state(order: Order, late: str) -> list[Part]:
    return [("!! OVERDUE  " if late else "", "bold"), (order.state_label.upper(), "bold")]


def _late(order: Order, today: date) -> str:
    if not order.overdue or not order.is_open:
        return ""
    days = order.days_late(today)
    return f"!! {days} d late" if days else "!! late"


def _dates(order: Order, today: date, *, narrow: bool) -> str:
    facts: list[tuple[str, object]] = [("due", _due(order, today))]
    if not narrow:
        facts += [("start", order.started), ("issued", order.issued), ("done", order.finished), ("made", order.created)]
    return "   ".join(f"{label} {value}" for label, value in facts if value) or "no date set"


def _due(order: Order, today: date) -> str:
    if order.target is None:
        return ""
    near = order.due(today) if order.is_open and not order.overdue else ""
    return f"{order.target} ({near})" if near and near != str(order.target) else str(order.target)


def _people(data: OrderData) -> str:
    order = data.order
    contact = order.row.get("contact_detail")
    facts = (
        (_PARTNER_REFERENCE.get(order.kind.name, ""), order.partner_reference),
        ("responsible", order.responsible),
        ("contact", _contact(contact) if isinstance(contact, Mapping) else ""),
        ("project", order.project_code),
        ("link", str(order.row.get("link") or "")),
    )
    counts = (("attachments", data.attachments), ("parameters", data.parameters))
    said = [f"{label} {value}" for label, value in facts if value]
    return "   ".join([*said, *(f"{label} {count}" for label, count in counts if count)])


def _contact(contact: Mapping[str, Any]) -> str:
    return " ".join(str(contact[name]) for name in ("name", "phone", "email") if contact.get(name))


def tabs_of(data: OrderData, pane: str, *, narrow: bool) -> Head:
    """The panes, the one that is shown in brackets, and at the right how far the order is and what it costs."""
    notes = " *" if data.notes else ""
    tabs = {"lines": f"Lines {len(data.lines)}", "history": "History", "notes": f"Notes{notes}"}
    left: list[Part] = []
    for number, (name, title) in enumerate(tabs.items(), 1):
        text = title if narrow else f"{number} {title}"
        left.append((f"[{text}]" if name == pane else f" {text} ", "bold" if name == pane else ""))
    return left, [] if narrow else [(_far(data), ""), (_total(data), "bold")]


def _far(data: OrderData) -> str:
    order = data.order
    own = [line for line in data.lines if not line.extra]
    if not own:
        return ""
    done = sum(1 for line in own if line.is_done)
    return f"{LINE_KINDS[order.kind.name].done_word} {progress_bar(done, len(own), 0)}   "


def _total(data: OrderData) -> str:
    """What the lines come to in their one currency; in several, what the server makes of it, else each by itself."""
    order = data.order
    sums = totals_of(data.lines)
    if order.total and len(sums) != 1:
        return f"Total {order.price}"
    return "Total " + " + ".join(money(amount, unit) for unit, amount in sorted(sums.items())) if sums else ""


def line_in_words(line: OrderLine) -> str:
    """What a line says besides its figures: left to come, reference, destination, notes."""
    left = line.quantity - line.done
    destination = line.row.get("destination_detail")
    place = destination.get("pathstring") or destination.get("name") if isinstance(destination, Mapping) else ""
    facts = (
        line.name,
        f"{with_unit(left, line.unit)} to come" if not line.extra and left > 0 and line.done else "",
        f"{quantity(line.promised)} allocated" if line.promised else "",
        f"{with_unit(line.row['available_stock'], line.unit)} available" if _wants_stock(line) else "",
        f"due {line.target}" if line.target else "",
        f"to {place}" if place else "",
        line.reference,
        line.notes.replace("\n", " "),
    )
    return " · ".join(dict.fromkeys(fact for fact in facts if fact))


def _wants_stock(line: OrderLine) -> bool:
    """Whether it matters what of the part is free."""
    return not line.extra and not line.is_done and line.row.get("available_stock") is not None


def wrapped(text: str, width: int) -> Sequence[TextLine]:
    """A text of several lines, broken where it is wider than `width` cells."""
    lines: list[TextLine] = []
    for line in text.split("\n"):
        pieces = Content(safe(line)).wrap(max(10, width)) if line.strip() else [Content("")]
        lines += [TextLine(((piece.plain, ""),)) for piece in pieces]
    return lines
