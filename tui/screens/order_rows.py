"""The orders of the board: loaded group by group as the cursor comes near, and again after an action."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from textual import work
from textual.message import Message
from textual.worker import Worker

from tui.api_errors import ApiError, BadAnswer, NotAuthenticated
from tui.history import Place
from tui.screens.order_commands import OrderCommands
from tui.views.order_groups import Filters, Group, GroupedRows, Section, groups_by_date, groups_by_state, late_first
from tui.views.orders import Order, State, orders_of, states_of
from tui.widgets.orders_table import OrdersTable
from tui.widgets.resource_table import ResourceTable
from workflow.orders import KINDS, OrderKind

__all__ = ["DETAILS", "OrderRows"]

#: What is asked for besides the order itself; each kind of order takes what it knows.
DETAILS = {"supplier_detail": True, "customer_detail": True, "responsible_detail": True, "project_code_detail": True}

#: Sections with the offset and the number of orders to ask for.
Wanted = list[tuple[Section, int, int]]
#: A section, the offset of what was loaded, the orders, and how many there are in all.
Loads = list[tuple[Section, int, list[Order], int]]


class OrderRows(OrderCommands):
    """A screen with the orders of `kind` that `filters` ask for, divided by state or by target date.

    Every change of the question has a new generation; answers to an older one are dropped, and what is shown stays
    until the first new answer is there.
    """

    class Loaded(Message):
        """Orders for the question numbered `generation`. `anew` when they replace all that was loaded."""

        def __init__(self, generation: int, groups: Sequence[Group], loads: Loads, *, anew: bool) -> None:
            super().__init__()
            self.generation = generation
            self.groups = groups
            self.loads = loads
            self.anew = anew

    class Counted(Message):
        """How many orders of each kind are open and overdue: kind's name -> (open, overdue)."""

        def __init__(self, counts: dict[str, tuple[int, int]]) -> None:
            super().__init__()
            self.counts = counts

    class Failed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, kind: OrderKind) -> None:
        super().__init__()
        self.kind = kind
        self.filters = Filters()
        self.by_date = False
        self.groups: Sequence[Group] = ()
        self.counts: dict[str, tuple[int, int]] = {}
        self.return_to: Place | None = None
        self._states: dict[str, list[State]] = {}
        self._generation = 0
        self._windows: dict[OrdersTable, Worker[None]] = {}

    @property
    def today(self) -> date:
        """The day that "late" counts from."""
        return date.today()

    @property
    def tables(self) -> list[OrdersTable]:
        """The tables that show orders now, from left to right."""
        return [table for table in self.query(OrdersTable) if table.display]

    def deal_out(self) -> None:
        """Give the groups to the tables."""
        raise NotImplementedError

    def show_heads(self) -> None:
        """Bring what is said above the orders in line with them."""
        raise NotImplementedError

    # Asking

    def begin(self) -> None:
        """Ask the question anew; what is shown stays until the answer comes."""
        self._generation += 1
        self._begin(self._generation)
        self.count_kinds()
        self.show_heads()

    @work(exclusive=True, group="rows")
    async def _begin(self, generation: int) -> None:
        try:
            groups = await self._divided()
            wanted = [self._first_of(section) for group in groups for section in group.sections]
            loads = await self._load(wanted)
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(generation, groups, loads, anew=True))

    def _first_of(self, section: Section) -> tuple[Section, int, int]:
        """As much of a section as the screen can show; the rest is asked for when the cursor comes near."""
        return section, 0, min(section.rows.page_size, max(self.size.height, 10))

    async def _divided(self) -> list[Group]:
        kind, size = self.kind, self.bincard.launch.options.page_size
        if self.by_date:
            return groups_by_date(self.filters, self.today, size)
        if kind.name not in self._states:
            answer = await self.bincard.session.client.get(f"{kind.path}status/")
            self._states[kind.name] = states_of(kind, answer)
        return groups_by_state(kind, self._states[kind.name], self.filters, self.today, size)

    async def _load(self, wanted: Wanted) -> Loads:
        """Ask for windows of sections, all at once. Raises ApiError."""
        client, kind = self.bincard.session.client, self.kind
        pages = await asyncio.gather(
            *(client.page(kind.path, offset, limit, {**DETAILS, **section.params}) for section, offset, limit in wanted)
        )
        try:
            return [
                (section, page.offset, orders_of(kind, page.results), page.count)
                for (section, _, _), page in zip(wanted, pages, strict=True)
            ]
        except (KeyError, ValueError, TypeError) as error:
            raise BadAnswer(f"The server lists something that is no order: {error}") from error

    def on_resource_table_rows_needed(self, message: ResourceTable.RowsNeeded) -> None:
        if not isinstance(message.table, OrdersTable) or message.table.grouped is None:
            return
        wanted = list(message.table.grouped.windows(message.first, message.count))
        if wanted:
            before = self._windows.get(message.table)
            if before is not None:
                before.cancel()  # the cursor has gone on
            self._windows[message.table] = self._load_window(self._generation, wanted)

    def refresh_rows(self) -> None:
        """Ask for what is on the screen again; the cursor stays on its order."""
        wanted = [
            window
            for table in self.tables
            if table.grouped is not None
            for window in table.grouped.windows(table.top, table.page_height)
        ]
        seen = {id(section) for section, _, _ in wanted}
        # An order may have gone to a section that is out of sight: how many there are is asked everywhere.
        others = (section for group in self.groups for section in group.sections if id(section) not in seen)
        wanted += [self._first_of(section) for section in others]
        if wanted:
            self._load_again(self._generation, wanted)
            self.count_kinds()
        else:
            self.begin()

    @work(group="rows near")
    async def _load_window(self, generation: int, wanted: Wanted) -> None:
        await self._more(generation, wanted, anew=False)

    @work(exclusive=True, group="rows")
    async def _load_again(self, generation: int, wanted: Wanted) -> None:
        await self._more(generation, wanted, anew=True)

    async def _more(self, generation: int, wanted: Wanted, *, anew: bool) -> None:
        try:
            loads = await self._load(wanted)
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(generation, self.groups, loads, anew=anew))

    def on_order_rows_loaded(self, message: Loaded) -> None:
        if message.generation != self._generation:
            return
        if message.anew:
            for section, _, _, _ in message.loads:
                section.rows.clear()
        for section, offset, orders, count in message.loads:
            section.rows.store(offset, orders, count)
        if message.groups is not self.groups:
            self.groups = message.groups
            self.deal_out()
        for table in self.tables:
            if table.grouped is not None:
                table.grouped.arrange()
            table.refresh_rows()
        self.rows_loaded(anew=message.anew)

    def rows_loaded(self, *, anew: bool) -> None:
        """Orders arrived and are in the tables; `anew` when they replace what was there."""

    def on_order_rows_failed(self, message: Failed) -> None:
        if isinstance(message.error, NotAuthenticated) and self.bincard.session.user is None:
            return  # signing in is going on, and says more
        for table in self.tables:
            table.loading_text = "Not loaded; r tries again."
            table.refresh()
        self.bincard.announce(str(message.error), "error")

    # How much there is of each kind

    @property
    def kinds(self) -> list[OrderKind]:
        """The kinds that the user may see."""
        return [kind for kind in KINDS if self.bincard.session.can(kind.role, "view")]

    @work(exclusive=True, group="counts")
    async def count_kinds(self) -> None:
        """Ask how many orders of each kind are open and overdue."""
        client, kinds = self.bincard.session.client, self.kinds
        base: dict[str, Any] = {"outstanding": True, "assigned_to_me": True if self.filters.mine else None}
        try:
            figures = await asyncio.gather(
                *(client.count(kind.path, {**base, "overdue": late}) for kind in kinds for late in (None, True))
            )
        except ApiError as error:
            self.log.warning(f"the orders of each kind cannot be counted: {error}")
            return
        pairs = zip(figures[::2], figures[1::2], strict=True)
        self.post_message(self.Counted({kind.name: pair for kind, pair in zip(kinds, pairs, strict=True)}))

    def on_order_rows_counted(self, message: Counted) -> None:
        self.counts = message.counts
        self.show_heads()

    def stop_loading(self) -> bool:
        """Give up what is being loaded; whether there was anything."""
        loading = any(worker.group.startswith("rows") and not worker.is_finished for worker in self.workers)
        if loading:
            self.workers.cancel_node(self)
        return loading

    def grouped(self, column: int | None = None) -> GroupedRows:
        """The groups of a column as rows of a table; without a column all of them, under headings."""
        if column is None:
            return GroupedRows(late_first(self.groups))
        return GroupedRows([group for group in self.groups if group.column == column], always_headed=False)
