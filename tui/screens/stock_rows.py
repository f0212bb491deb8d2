"""The items of the stock screen: fetched as the cursor comes near, filtered, sorted, added up, copied."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work
from textual.message import Message

from tui.api_client import Page, Rows
from tui.api_errors import ApiError, NotAuthenticated
from tui.history import Place
from tui.screens.item_commands import ItemCommands, bring_up_to_date
from tui.screens.list_commands import ListCommands
from tui.views.formats import quantity
from tui.views.stock_item import STOCK_ITEMS
from tui.views.stock_query import Query
from tui.views.totals import ADDED_MEMBERS, Totals, add_up
from tui.widgets.filter_bar import FilterBar
from tui.widgets.items_table import ItemsTable
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import PagedRows

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["StockRows"]

#: So many items are fetched to be added up; more take a plain InvenTree too long to be worth it.
ADDED_UP_AT_MOST = 500
#: The same for a Bincard server.
ADDED_UP_BY_BINCARD = 2000
#: So many rows are copied at most.
COPIED_AT_MOST = 5000
#: Seconds until the items of a list are added up that is not here as a whole.
AFTER_ROWS = 0.15


class StockRows(ItemCommands, ListCommands):
    """A screen with the items that `query_shown` asks for.

    Every change of the query has a new generation; answers for an older one are dropped. Another location begins
    with an empty table, so that nothing of the old one is taken for the new; another filter or order keeps the rows
    that are there until the first new ones arrive.
    """

    VIEW = STOCK_ITEMS

    class Loaded(Message):
        """Rows arrived for the query numbered `generation`; `refresh` when they replace all others."""

        def __init__(self, generation: int, page: Page, *, refresh: bool) -> None:
            super().__init__()
            self.generation = generation
            self.page = page
            self.refresh = refresh

    class AddedUp(Message):
        """The totals of a query are known."""

        def __init__(self, generation: int, totals: Totals) -> None:
            super().__init__()
            self.generation = generation
            self.totals = totals

    class Everything(Message):
        """All rows of the list, to be copied."""

        def __init__(self, rows: Rows) -> None:
            super().__init__()
            self.rows = rows

    class Failed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self) -> None:
        super().__init__()
        self.query_shown = Query()
        self.totals: Totals | None = None
        self._rows = PagedRows()
        self._generation = 0
        self._shown_generation = 0
        self._token: str | None = None
        self._return_to: Place | None = None

    @property
    def table(self) -> ItemsTable:
        return self.query_one(ItemsTable)

    def show_heads(self) -> None:
        """Bring what is said above the list in line with it."""
        raise NotImplementedError

    @property
    def total(self) -> int | None:
        """How many items there are, None while nobody knows."""
        return self._rows.total

    # Another query

    def begin(self, return_to: Place | None = None) -> None:
        """Show the query from its first row, or from where `return_to` was left."""
        self._generation += 1
        self.totals = None
        self._return_to = return_to
        self._show(PagedRows(page_size=self.bincard.launch.options.page_size))
        self.table.loading_text = "Loading ..."
        self.table.show_sorted(self.query_shown.sort, descending=self.query_shown.descending)
        if not self.table.size.height:
            # Behind the tree the table asks for nothing; the totals are wanted all the same.
            self._fetch(self._generation, 0, self._rows.page_size, refresh=False)
        self.show_heads()

    def _show(self, rows: PagedRows) -> None:
        self._rows = rows
        self._shown_generation = self._generation
        self.table.source = rows

    def _begin_later(self) -> None:
        """Ask for another filter or order; what is shown stays until the answer comes."""
        self._generation += 1
        self.totals = None
        self._return_to = None
        self._fetch(self._generation, 0, self._rows.page_size, refresh=False)
        self.show_heads()

    # Loading

    @property
    def rows_asked(self) -> bool:
        """Whether the rows have been asked for with the token that is in use."""
        return self._token is not None and self._token == self.bincard.session.client.token

    def on_resource_table_rows_needed(self, message: ResourceTable.RowsNeeded) -> None:
        offset, limit = self._rows.window(message.first, message.count)
        self._fetch(self._generation, offset, limit, refresh=False)

    @work(exclusive=True, group="rows")
    async def _fetch(self, generation: int, offset: int, limit: int, *, refresh: bool) -> None:
        client = self.bincard.session.client
        if client.token is None:
            return
        self._token = client.token
        try:
            page = await client.page("stock/", offset, limit, self.query_shown.params())
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(generation, page, refresh=refresh))

    def on_stock_rows_loaded(self, message: Loaded) -> None:
        if message.generation != self._generation:
            return
        page = message.page
        if self._shown_generation != self._generation:
            fresh = PagedRows(page_size=self._rows.page_size)
            fresh.store(page.offset, page.results, page.count)
            self._show(fresh)
        elif message.refresh:
            self._rows.replace(page.offset, page.results, page.count)
        else:
            self._rows.store(page.offset, page.results, page.count)
        self.table.refresh_rows()
        self._return()
        self.add_up()
        self.show_heads()
        self.rows_shown()
        self.refresh_footer()

    def rows_shown(self) -> None:
        """Other rows are on the screen."""

    def _return(self) -> None:
        """Put the cursor where it was when this place was left."""
        place = self._return_to
        if place is None:
            return
        if place.cursor_pk is None or self.table.move_to_key(place.cursor_pk):
            self._return_to = None
        elif self.table.cursor != place.cursor_row and place.cursor_row < self.table.row_count:
            self.table.move_to(place.cursor_row)
        else:
            self._return_to = None

    def on_stock_rows_failed(self, message: Failed) -> None:
        if isinstance(message.error, NotAuthenticated) and self.bincard.session.user is None:
            # Signing in is going on, and says more.
            return
        self.table.loading_text = "Not loaded; r tries again."
        self.table.refresh()
        self.bincard.announce(str(message.error), "error")

    def refresh_rows(self) -> None:
        """Ask for the rows on the screen again; the cursor stays on its row."""
        self.totals = None
        offset, limit = self._rows.window(self.table.top, self.table.page_height)
        self._fetch(self._generation, offset, limit, refresh=True)

    def posted(self, posting: "Posting") -> None:
        for posted in posting.lines:
            place = self._rows.index_of(posted.line.item.pk)
            row = self._rows.get(place) if place is not None else None
            if row is not None:
                bring_up_to_date(row, posting)
        self.unmark()
        self.refresh_rows()

    def unmark(self) -> None:
        """Take away all marks."""
        if self.table.marked_keys:
            self.table.action_unmark_all()

    # Adding up

    @property
    def added_up_at_most(self) -> int:
        """How many items are added up at most."""
        return ADDED_UP_BY_BINCARD if self.bincard.session.is_bincard else ADDED_UP_AT_MOST

    def add_up(self) -> None:
        """Add up what is listed: at once if all rows are here, else after fetching them."""
        total = self._rows.total
        if self.totals is not None or total is None or self.bincard.session.user is None:
            return
        if total > self.added_up_at_most:
            return
        rows = [row for index in range(total) if (row := self._rows.get(index)) is not None]
        if len(rows) == total:
            self.totals = add_up(rows)
        else:
            # The rows are to be on the screen first.
            self.set_timer(AFTER_ROWS, partial(self._fetch_totals, self._generation))

    @work(exclusive=True, group="totals")
    async def _fetch_totals(self, generation: int) -> None:
        if generation != self._generation or self.totals is not None:
            return
        params = {**self.query_shown.params(), "location_detail": False}
        rows = self.bincard.session.client.rows("stock/", params)
        try:
            totals = add_up([{name: row.get(name) for name in ADDED_MEMBERS} async for row in rows])
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.AddedUp(generation, totals))

    def on_stock_rows_added_up(self, message: AddedUp) -> None:
        if message.generation == self._generation:
            self.totals = message.totals
            self.show_heads()

    # Filter and order

    async def do_list_filter(self) -> None:
        """Narrow the list while typing."""
        await self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.filter_by(message.text)

    def filter_by(self, text: str) -> None:
        """Show only what matches the text."""
        if text != self.query_shown.text:
            self.query_shown = replace(self.query_shown, text=text)
            self._begin_later()

    def sort(self, key: str, *, descending: bool) -> None:
        self.query_shown = replace(self.query_shown, sort=key, descending=descending)
        self.bincard.state.set("stock", "sort", key)
        self.bincard.state.set("stock", "descending", descending)
        self.table.show_sorted(key, descending=descending)
        self._begin_later()

    # Copying

    def do_list_yank_table(self) -> None:
        """Copy all rows, those that are not here too."""
        total = self._rows.total or 0
        rows: list[Any] = [row for index in range(total) if (row := self._rows.get(index)) is not None]
        if len(rows) == total:
            self.copy_rows(rows)
        elif total > COPIED_AT_MOST:
            self.bincard.announce(f"More than {quantity(COPIED_AT_MOST)} rows are not copied; filter first.", "warning")
        else:
            self.bincard.announce(f"Fetching {quantity(total)} rows ...")
            self._fetch_everything()

    @work(exclusive=True, group="everything")
    async def _fetch_everything(self) -> None:
        try:
            rows = await self.bincard.session.client.list("stock/", self.query_shown.params())
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Everything(rows))

    def on_stock_rows_everything(self, message: Everything) -> None:
        self.copy_rows(message.rows)

    def stop_loading(self) -> bool:
        """Give up what is being loaded; whether there was anything."""
        loading = any(worker.group in _LOADING and not worker.is_finished for worker in self.workers)
        if loading:
            self.workers.cancel_node(self)
        return loading


_LOADING = ("rows", "totals", "everything", "tree")
