"""Rows of sales on a screen: what is asked, loaded page by page, searched and sorted."""

from operator import attrgetter
from typing import Any, ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.sales.book import BY, By, Query, Target, View, ViewPage
from tui.sales.places import by_of, chart_place, season_place
from tui.screens.list_commands import ListCommands
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import PagedRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["NAMES", "SalesRows"]

#: Seconds without a key before the server is asked.
PAUSE = 0.2
PAGE = 50
NAMES: dict[By, str] = {
    "part": "Parts", "category": "Categories", "customer": "Customers", "supplier": "Suppliers",
}  # fmt: skip
EMPTY = "Nothing sold yet: ship orders, or run: bincard-server sales import FILE"
PLAIN_EMPTY = "Nothing sold yet: no sales order has been shipped."


class SalesRows(ListCommands):
    """A list of one view of sales per part, category, customer or supplier. Shows `place`: its model is the kind, its
    text what is searched. A subclass says which view, and makes a line of each row."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sales", "list", "global")
    CSS_PATH: ClassVar[str] = "../styles/sales.tcss"
    SHOWS: ClassVar[View] = "table"
    SCREEN: ClassVar[str] = "sales"
    LABELS: ClassVar[dict[str, str]] = {
        "list.open": "Chart", "list.filter": "Search", "filter.accept": "To the list", "filter.clear": "Empty",
    }  # fmt: skip

    class Loaded(Message):
        """Rows of a query from an offset on, or why there are none."""

        def __init__(self, query: Query, offset: int, page: ViewPage | None, problem: str = "") -> None:
            super().__init__()
            self.query_asked = query
            self.offset = offset
            self.page = page
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._rows = self._no_rows()
        self._asked = Query()
        self._typing: Timer | None = None

    @staticmethod
    def _no_rows() -> PagedRows:
        return PagedRows(attrgetter("pk"), page_size=PAGE)

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        with Horizontal(id="box"):
            yield Line(id="label")
            yield Field(self._place.text, placeholder="part, code or name", id="text")
        yield Line(id="said")
        yield ResourceTable(self.VIEW.chosen(self.shown_columns()), self._rows, id="sales", loading_text="Loading ...")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#label", Line).show([("Search", "bold")])
        span: Literal["week", "month"] = "month" if self.bincard.state.get("sales", "span", "") == "month" else "week"
        by = by_of(self._place.model)
        self.table.show_sorted(self.VIEW.ordering, descending=True)
        self._ask(Query(by, self.SHOWS, span, self._typed, self.VIEW.ordering))
        self.set_focus(self.table)

    # What is on the screen

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#sales", ResourceTable)

    @property
    def plain(self) -> bool:
        """Whether the terminal has letters and figures only."""
        return not self.bincard.console.encoding.startswith("utf")

    @property
    def asked(self) -> Query:
        """What the rows are an answer to."""
        return self._asked

    @property
    def _typed(self) -> str:
        return " ".join(self.query_one(Field).value.split())

    @property
    def _current(self) -> Target | None:
        row = self.table.current_row
        return None if row is None else row.pk

    def place(self) -> Place:
        return Place(
            self.SCREEN, self._asked.by, None, title="Sales", text=self._typed, cursor_row=self.table.cursor
        )  # fmt: skip

    def line_of(self, row: Any) -> Any:
        """What the table shows of a row; its `pk` is the target."""
        return row

    def heading(self) -> str:
        """What the rows are, for the top line."""
        raise NotImplementedError

    def current_scopes(self) -> tuple[str, ...]:
        return ("filter",) if isinstance(self.focused, Input) else self.SCOPES

    def offers(self, action: Action) -> bool:
        target = self._current
        match action.id:
            case "list.open":
                return target is not None
            case "sales.card":
                return target is not None and target.by == "part" and target.pk is not None
            case "sales.trends" | "sales.slow":
                return action.id != {"table": "sales.trends"}.get(self.SHOWS, f"sales.{self.SHOWS}")
            case "list.pane":
                return False
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        if action.id == "sales.span":
            return "Months" if self._asked.span == "week" else "Weeks"
        return super().label_of(action)

    # Asking

    def _ask(self, query: Query) -> None:
        """Show the answer to another query, from its first row."""
        self._asked = query
        self._rows = self._no_rows()
        self.table.loading_text = "Loading ..."
        self.table.action_unmark_all() if self.table.marked_keys else None
        self.table.source = self._rows
        self.query_one("#where", Line).show([(self.heading(), "bold")])
        self.refresh_footer()

    def on_resource_table_rows_needed(self, message: ResourceTable.RowsNeeded) -> None:
        offset, limit = self._rows.window(message.first, message.count)
        self._load(self._asked, offset, limit)

    @work(exclusive=True, group="sales")
    async def _load(self, query: Query, offset: int, limit: int) -> None:
        try:
            page = await self.bincard.sales_book.page(query, offset, limit)
        except ApiError as error:
            self.post_message(self.Loaded(query, offset, None, str(error)))
        else:
            self.post_message(self.Loaded(query, offset, page))

    def on_sales_rows_loaded(self, message: Loaded) -> None:
        if message.query_asked != self._asked:
            return
        if message.page is None:
            self.table.loading_text = "Not loaded; r tries again."
            self.table.refresh()
            self.bincard.announce(message.problem, "error")
            return
        first = self._rows.total is None
        self._rows.store(message.offset, [self.line_of(row) for row in message.page.rows], message.page.count)
        self.table.empty_text = self.empty_text()
        self.table.refresh_rows()
        if first and self._place.cursor_row:
            self.table.move_to(self._place.cursor_row)
        count = message.page.count
        self.query_one("#where", Line).show([(self.heading(), "bold")], [(f"{count} {self._word(count)}", "")])
        self.query_one("#said", Line).show([(message.page.note, "")])
        self.set_class(not message.page.note, "-silent")
        self.refresh_footer()

    def empty_text(self) -> str:
        """Why there are no rows, and what to do about it."""
        if self._asked.search:
            return f"Nothing here is called {self._asked.search}."
        return EMPTY if self.bincard.session.is_bincard else PLAIN_EMPTY

    def _word(self, count: int) -> str:
        return "row" if count == 1 else "rows"

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(PAUSE, self._search)

    def _search(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        if self._typed != self._asked.search:
            self._change(search=self._typed)

    def _change(self, **changes: Any) -> None:
        from dataclasses import replace

        self._place = Place(self.SCREEN, self._asked.by, None)
        self._ask(replace(self._asked, **changes))

    # Commands

    def do_list_filter(self) -> None:
        """Type what to search."""
        self.set_focus(self.query_one(Field))

    def do_filter_accept(self) -> None:
        """Go to what was found."""
        self._search()
        self.set_focus(self.table)

    def do_filter_clear(self) -> None:
        """Empty the box and go to the list."""
        self.query_one(Field).value = ""
        self._search()
        self.set_focus(self.table)

    def do_app_cancel(self) -> None:
        """Show all rows again."""
        if self._asked.search:
            self.do_filter_clear()

    def _sort_by(self, key: str) -> None:
        """A column of figures begins with the greatest."""
        if key == self._asked.sort:
            super()._sort_by(key)
        else:
            self.sort(key, descending=key != "name")

    def sort(self, key: str, *, descending: bool) -> None:
        self.table.show_sorted(key, descending=descending)
        self._change(sort=key, descending=descending)

    def do_sales_next(self) -> None:
        """The next kind."""
        self._show_by(BY[(BY.index(self._asked.by) + 1) % len(BY)])

    def do_sales_part(self) -> None:
        """Per part."""
        self._show_by("part")

    def do_sales_category(self) -> None:
        """Per category."""
        self._show_by("category")

    def do_sales_customer(self) -> None:
        """Per customer."""
        self._show_by("customer")

    def do_sales_supplier(self) -> None:
        """Per supplier."""
        self._show_by("supplier")

    def _show_by(self, by: By) -> None:
        if by != self._asked.by:
            self._change(by=by)

    async def _turn_to(self, screen: str) -> None:
        await self.bincard.go(Place(screen, self._asked.by, None, title="Sales", text=self._typed))

    async def do_sales_trends(self) -> None:
        """Revenue, units, growth and trend."""
        await self._turn_to("sales")

    async def do_sales_slow(self) -> None:
        """What is not sold."""
        await self._turn_to("sales-slow")

    async def do_sales_season(self) -> None:
        """What each month of the year sells: the marked rows, else everything."""
        await self.bincard.go(season_place(self._asked.by, [row.pk for row in self.table.marked_rows]))

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Draw the marked rows, or the one under the cursor."""
        targets = [row.pk for row in self.table.chosen_rows]
        if targets:
            await self.bincard.go(chart_place(targets))

    async def do_sales_card(self) -> None:
        """Show the bin card of the part."""
        target = self._current
        if target is not None and target.pk is not None:
            await self.bincard.go(Place("card", "part", target.pk, title=target.title))

    async def do_sales_close(self) -> None:
        """Go back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self.bincard.sales_book.forget()
        self._place = self.place()
        self._ask(self._asked)
