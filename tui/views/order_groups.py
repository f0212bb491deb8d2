"""How the order board divides orders: by state, or by target date; each division with the queries that fill it.

A group is filled by one or a few lists of the server, each sorted by it and loaded page by page, so that any number of
orders can be shown. What is overdue comes first, what has no date last, whatever the database makes of missing dates.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tui.views.orders import Order, State, week_of
from tui.widgets.row_source import PagedRows
from workflow.orders import OrderKind

__all__ = ["Filters", "Group", "GroupedRows", "Heading", "Section", "groups_by_date", "groups_by_state", "late_first"]

#: So many days closed orders stay on the board.
RECENT = 30
#: So many weeks have a group of their own in the view by target date.
WEEKS = 8
_BY_TARGET, _NEWEST = "target_date", "-creation_date"
#: How the orders of an open state are asked for: what is late, what is due, what has no date.
_LATE_ONLY = ({"overdue": True, "ordering": _BY_TARGET},)
_OPEN_LISTS = (
    *_LATE_ONLY,
    {"overdue": False, "has_target_date": True, "ordering": _BY_TARGET},
    {"has_target_date": False, "ordering": _NEWEST},
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the board: only mine, only overdue ones, all closed ones too, and a text."""

    mine: bool = False
    late: bool = False
    closed: bool = False
    text: str = ""

    def params(self) -> dict[str, Any]:
        """As the server reads them."""
        return {
            "assigned_to_me": True if self.mine else None,
            "overdue": True if self.late else None,
            "search": self.text or None,
        }


@dataclass(eq=False, slots=True)
class Section:
    """Orders that one query gives, in its order."""

    params: dict[str, Any]
    rows: PagedRows

    @property
    def size(self) -> int:
        """How many orders it has, 0 while nobody knows."""
        return self.rows.total or 0


@dataclass(eq=False, slots=True)
class Group:
    """Orders under one heading. `column` is where it stands when the board has columns (0 the leftmost).

    `late` is the one of its sections with what is overdue, if it has one.
    """

    key: str
    title: str
    sections: list[Section]
    column: int = 0
    late: Section | None = None

    @property
    def total(self) -> int | None:
        """How many orders it has, None while nobody knows."""
        if any(section.rows.total is None for section in self.sections):
            return None
        return sum(section.size for section in self.sections)


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above a group."""

    key: str
    title: str
    total: int


@dataclass(eq=False, slots=True)
class GroupedRows:
    """The orders of several groups as rows of one table, with a heading above each; empty groups do not show.

    `always_headed` puts a heading above a single group too.
    """

    groups: Sequence[Group]
    always_headed: bool = True
    _runs: list[tuple[int, Heading | Section, int]] = field(default_factory=list)
    """First row, what is there, number of rows."""
    _total: int | None = None

    def __post_init__(self) -> None:
        self.arrange()

    def arrange(self) -> None:
        """Bring the rows in line with what the sections hold now."""
        self._runs = []
        totals = [group.total for group in self.groups]
        if any(total is None for total in totals):
            self._total = None
            return
        shown = [group for group in self.groups if group.total]
        row = 0
        for group in shown:
            if self.always_headed or len(shown) > 1:
                self._runs.append((row, Heading(group.key, group.title, group.total or 0), 1))
                row += 1
            for section in group.sections:
                if section.size:
                    self._runs.append((row, section, section.size))
                    row += section.size
        self._total = row

    @property
    def total(self) -> int | None:
        """How many rows there are, headings included; None while nobody knows."""
        return self._total

    @property
    def orders(self) -> int | None:
        """How many orders there are."""
        if self._total is None:
            return None
        return sum(group.total or 0 for group in self.groups)

    def get(self, index: int) -> Order | Heading | None:
        """The order or heading at a row, None when it is not loaded."""
        for first, what, count in self._runs:
            if first <= index < first + count:
                if isinstance(what, Heading):
                    return what
                row: Order | None = what.rows.get(index - first)
                return row
        return None

    def key(self, row: Order | Heading) -> Hashable:
        """An order's primary key; a heading's own."""
        return row.key if isinstance(row, Heading) else row.pk

    def index_of(self, key: Hashable) -> int | None:
        """Where the loaded row with this key is now."""
        for first, what, _ in self._runs:
            if isinstance(what, Heading):
                if what.key == key:
                    return first
                continue
            place = what.rows.index_of(key)
            if place is not None:
                return first + place
        return None

    def headings(self) -> list[int]:
        """The rows of the headings."""
        return [first for first, what, _ in self._runs if isinstance(what, Heading)]

    def windows(self, first: int, count: int) -> Iterator[tuple[Section, int, int]]:
        """What to ask for to have `count` rows from `first` on: section, offset and limit.

        While the groups are not known yet, the first page of every section.
        """
        if self._total is None:
            for section in self.sections():
                yield section, 0, section.rows.page_size
            return
        for start, what, size in self._runs:
            low, high = max(first, start), min(first + count, start + size)
            if isinstance(what, Section) and low < high:
                yield what, *what.rows.window(low - start, high - low)

    def sections(self) -> list[Section]:
        """All sections, those without orders too."""
        return [section for group in self.groups for section in group.sections]


def groups_by_state(
    kind: OrderKind, states: Sequence[State], filters: Filters, today: date, page_size: int
) -> list[Group]:
    """A group for each open state, what was done lately, and with `filters.closed` every closed state instead."""
    base = filters.params()
    groups = []
    for column, name in enumerate(kind.open):
        for state in (each for each in states if each.name == name):
            lists = _LATE_ONLY if filters.late else _OPEN_LISTS
            sections = [_section({**base, "status": state.key, **each}, page_size) for each in lists]
            groups.append(Group(f"state {state.key}", state.label, sections, column, late=sections[0]))
    last = len(kind.open)
    if filters.late:
        return groups  # nothing that is closed is overdue
    if filters.closed:
        for state in (each for each in states if each.name not in kind.open):
            section = _section({**base, "status": state.key, "ordering": _NEWEST}, page_size)
            groups.append(Group(f"state {state.key}", state.label, [section], last))
        return groups
    # The day itself is not "after" it.
    since = (today - timedelta(days=RECENT + 1)).isoformat()
    done = "-shipment_date" if kind.name == "sales" else "-complete_date"
    params = {**base, "outstanding": False, "completed_after": since, "ordering": done}
    groups.append(Group("recent", f"Done in {RECENT} days", [_section(params, page_size)], last))
    return groups


def late_first(groups: Sequence[Group]) -> list[Group]:
    """The same orders for one list: what is overdue in any state on top, the furthest state first, then the states."""
    late = [group.late for group in reversed(groups) if group.late is not None]
    if not late:
        return list(groups)
    rest = [replace(group, sections=[each for each in group.sections if each is not group.late]) for group in groups]
    return [Group("late", "Overdue", late), *rest]


def groups_by_date(filters: Filters, today: date, page_size: int) -> list[Group]:
    """What is overdue, then a group for each of the next weeks, then what is later, then what has no date."""
    base = {**filters.params(), "outstanding": True, "ordering": _BY_TARGET}
    groups = [Group("late", "Overdue", [_section({**base, "overdue": True}, page_size)])]
    if filters.late:
        return groups
    base["overdue"] = False
    monday = week_of(today)
    for number in range(WEEKS):
        start, after = monday + timedelta(weeks=number), monday + timedelta(weeks=number + 1)
        # "after" and "before" do not take the day itself in; the first week takes whatever is not overdue.
        since = None if number == 0 else (start - timedelta(days=1)).isoformat()
        params = {**base, "has_target_date": True, "target_date_after": since, "target_date_before": after.isoformat()}
        groups.append(Group(start.isoformat(), _week_title(start, number), [_section(params, page_size)]))
    end = (monday + timedelta(weeks=WEEKS, days=-1)).isoformat()
    groups.append(Group("later", "Later", [_section({**base, "target_date_after": end}, page_size)]))
    undated = {**base, "has_target_date": False, "ordering": _NEWEST}
    groups.append(Group("undated", "No date", [_section(undated, page_size)]))
    return groups


def _week_title(start: date, number: int) -> str:
    end = start + timedelta(days=6)
    days = f"{start:%d %b} - {end:%d %b}"
    name = ("This week", "Next week")[number] if number < 2 else f"Week {start.isocalendar().week}"
    return f"{name}, {days}"


def _section(params: dict[str, Any], page_size: int) -> Section:
    return Section(params, PagedRows(key=lambda order: order.pk, page_size=page_size))
