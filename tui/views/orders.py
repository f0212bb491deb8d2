"""Orders of all four kinds, as one thing: read from the answers of the server, and written on the screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tui.views.formats import decimal_of, money, short_date
from tui.widgets.progress_bar import progress_bar
from workflow.orders import KINDS, OrderKind

__all__ = [
    "MODELS",
    "Order",
    "State",
    "due_in_words",
    "kind_of_model",
    "lines_in_words",
    "model_of",
    "orders_of",
    "read_date",
    "states_of",
    "week_of",
]

Row = Mapping[str, Any]

#: InvenTree's model name of each kind.
MODELS: Mapping[str, str] = {
    "purchase": "purchaseorder",
    "sales": "salesorder",
    "return": "returnorder",
    "transfer": "transferorder",
}
#: So many days ahead are said as "in 5 d"; later ones as a date.
SOON = 14


def model_of(kind: OrderKind) -> str:
    """InvenTree's model name ("purchaseorder"), as places have it."""
    return MODELS[kind.name]


def kind_of_model(model: str) -> OrderKind:
    """The kind with InvenTree's model name. Raises KeyError."""
    return {MODELS[kind.name]: kind for kind in KINDS}[model]


def read_date(value: Any) -> date | None:
    """The day of a date or date-time text as the server writes it; None for none or nonsense."""
    try:
        return date.fromisoformat(short_date(value))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class State:
    """A state that an order can be in: a built-in one, or one that users made and that counts as a built-in one."""

    key: int
    label: str
    name: str
    """The name of the built-in state that it is or counts as ("PLACED"), "" when that is not known."""
    custom: bool = False


def states_of(kind: OrderKind, answer: Row | None = None) -> list[State]:
    """All states of a kind in the order of a life, each custom one after the built-in one that it counts as.

    `answer` is what `<kind.path>status/` says; without it there are the built-in ones.
    """
    values = (answer or {}).get("values")
    entries = [each for each in values.values() if isinstance(each, Mapping)] if isinstance(values, Mapping) else []
    labels = {each["key"]: str(each.get("label") or "") for each in entries if isinstance(each.get("key"), int)}
    states = []
    for code, name, label in kind.states:
        states.append(State(code, labels.get(code) or label, name))
        for each in entries:
            key, logical = each.get("key"), each.get("logical_key")
            # InvenTree gives the logical key out as a text.
            if isinstance(key, int) and kind.state(key) is None and str(logical) == str(code):
                states.append(State(key, labels[key], name, custom=True))
    return states


@dataclass(frozen=True, slots=True)
class Order:
    """An order as a row of a board and as the head of its own screen.

    `state` is the name of the built-in state that it is in or counts as ("PLACED"), "" when the server uses one that we
    do not know; `state_label` what people call it, also a state that users made. `partner` is the supplier, the
    customer, or the route of a transfer. Texts are "" and dates None where there is none. `row` is the answer.
    """

    kind: OrderKind
    pk: int
    reference: str
    state: str
    state_label: str
    status: int
    partner: str = ""
    partner_pk: int | None = None
    partner_reference: str = ""
    description: str = ""
    created: date | None = None
    issued: date | None = None
    started: date | None = None
    target: date | None = None
    finished: date | None = None
    overdue: bool = False
    lines: int = 0
    lines_done: int = 0
    lines_allocated: int | None = None
    shipments: int = 0
    shipments_done: int = 0
    total: Decimal | None = None
    currency: str = ""
    responsible: str = ""
    project_code: str = ""
    row: Row = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, kind: OrderKind, row: Row) -> "Order":
        """From a row of `kind.path` or the order itself. Raises KeyError or ValueError for what is no order."""
        status = int(row.get("status") or 0)
        state = kind.state(status) or ""
        partner, partner_pk = _partner(kind, row)
        return cls(
            kind=kind,
            pk=int(row["pk"]),
            reference=_text(row.get("reference")) or f"{kind.prefix} {row['pk']}",
            state=state,
            state_label=_text(row.get("status_text")) or (kind.label(state) if state else f"state {status}"),
            # A custom state is told apart by its own key; the plain one is what it counts as.
            status=int(row.get("status_custom_key") or status),
            partner=partner,
            partner_pk=partner_pk,
            partner_reference=_text(row.get("supplier_reference") or row.get("customer_reference")),
            description=_text(row.get("description")),
            created=read_date(row.get("creation_date")),
            issued=read_date(row.get("issue_date")),
            started=read_date(row.get("start_date")),
            target=read_date(row.get("target_date")),
            finished=read_date(row.get("complete_date") or row.get("shipment_date")),
            overdue=bool(row.get("overdue")),
            lines=int(row.get("line_items") or 0),
            lines_done=int(row.get("completed_lines") or 0),
            lines_allocated=_whole(row.get("allocated_lines")),
            shipments=int(row.get("shipments_count") or 0),
            shipments_done=int(row.get("completed_shipments_count") or 0),
            total=decimal_of(row.get("total_price")),
            currency=_currency(row),
            responsible=_text(_detail(row, "responsible_detail").get("name")),
            project_code=_text(row.get("project_code_label") or _detail(row, "project_code_detail").get("code")),
            row=row,
        )

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in self.kind.open

    @property
    def is_custom(self) -> bool:
        """Whether users made the state that it is in."""
        return bool(self.row.get("status_custom_key"))

    @property
    def model(self) -> str:
        """InvenTree's model name, as places have it."""
        return model_of(self.kind)

    @property
    def path(self) -> str:
        """The order's own address."""
        return f"{self.kind.path}{self.pk}/"

    @property
    def lines_left(self) -> int:
        """How many lines are not done."""
        return max(0, self.lines - self.lines_done)

    @property
    def price(self) -> str:
        """The total with its currency, "" where the server gives none."""
        return money(self.total, self.currency)

    def days_late(self, today: date) -> int:
        """How many days it is past its target date, 0 when it is not overdue."""
        return max(0, (today - self.target).days) if self.overdue and self.target is not None else 0

    def due(self, today: date) -> str:
        """When it is due ("3 d late", "today", "in 5 d" or the date), or the day it was done; "" for none."""
        if not self.is_open:
            return self.finished.isoformat() if self.finished else ""
        return due_in_words(self.target, today, overdue=self.overdue)


def due_in_words(target: date | None, today: date, *, overdue: bool) -> str:
    """ "3 d late", "today", "in 5 d", or the date as 2026-12-24; "" without a date."""
    if target is None:
        return "late" if overdue else ""
    days = (target - today).days
    if overdue:
        # The server counts in its own time zone: what it calls overdue is late, if only by today.
        return f"{-days} d late" if days < 0 else "late"
    if days == 0:
        return "today"
    return f"in {days} d" if 0 < days <= SOON else target.isoformat()


def lines_in_words(order: Order, width: int = 6, *, ascii_only: bool = False) -> str:
    """Lines done of all lines, with a bar of `width` cells; "no lines" for an empty order."""
    if not order.lines:
        return "no lines"
    return progress_bar(order.lines_done, order.lines, width, ascii_only=ascii_only)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _partner(kind: OrderKind, row: Row) -> tuple[str, int | None]:
    if kind.name == "transfer":
        ends = [_end(row, member) for member in ("take_from", "destination")]
        if row.get("consume"):
            ends[1] = "used up"
        return " → ".join(ends) if any(ends) else "", row.get("destination")
    member = "supplier" if kind.name == "purchase" else "customer"
    name = row.get(f"{member}_name") or _detail(row, f"{member}_detail").get("name")
    pk = row.get(member)
    return _text(name) or (f"{member} {pk}" if pk is not None else ""), pk


def _end(row: Row, member: str) -> str:
    detail, pk = _detail(row, f"{member}_detail"), row.get(member)
    return _text(detail.get("name")) or (f"location {pk}" if pk is not None else "anywhere")


def _currency(row: Row) -> str:
    partner = _detail(row, "supplier_detail") or _detail(row, "customer_detail")
    return _text(row.get("order_currency") or partner.get("currency"))


def _detail(row: Row, member: str) -> Row:
    detail = row.get(member)
    return detail if isinstance(detail, Mapping) else {}


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def orders_of(kind: OrderKind, rows: Iterable[Row]) -> list[Order]:
    """The orders of rows of a list."""
    return [Order.of(kind, row) for row in rows]
