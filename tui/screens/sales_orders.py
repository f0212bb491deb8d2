"""The orders behind a bar of sales."""

from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.sales.book import Behind
from tui.sales.periods import title_of
from tui.sales.places import read_bar
from tui.screens.list_commands import ListCommands
from tui.views.sales import BEHIND, BehindRow, total_text
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["SalesOrdersScreen"]


class SalesOrdersScreen(ListCommands):
    """Shows `place`: the bar that is written in it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sold", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Orders behind a bar"
    CSS_PATH: ClassVar[str] = "../styles/sales.tcss"
    VIEW = BEHIND

    class Loaded(Message):
        """The orders, or why there are none."""

        def __init__(self, behind: Behind | None, problem: str = "") -> None:
            super().__init__()
            self.behind = behind
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._target, self._span, self._start = read_bar(place)
        self._rows = ListRows([], attrgetter("pk"))

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield ResourceTable(
            self.VIEW.chosen(self.shown_columns()), self._rows, id="behind", empty_text="Loading ...",
        )  # fmt: skip
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self._show_where("")
        self.set_focus(self.table)
        self._load()

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#behind", ResourceTable)

    def place(self) -> Place:
        told = self._place
        return Place("sales-orders", told.model, told.pk, told.title, told.text, cursor_row=self.table.cursor)

    def _show_where(self, total: str) -> None:
        left = f"Orders of {title_of(self._start, self._span)}: {self._target.title}"
        self.query_one("#where", Line).show([(left, "bold")], [(total, "bold")])

    def offers(self, action: Action) -> bool:
        row: BehindRow | None = self.table.current_row
        match action.id:
            case "list.open":
                return row is not None and row.order.pk is not None
            case "sold.close":
                return True
            case "list.filter" | "list.mark" | "list.range" | "list.pane" | "list.unmark":
                return False
            case _:
                return super().offers(action)

    @work(exclusive=True, group="orders")
    async def _load(self) -> None:
        try:
            behind = await self.bincard.sales_book.orders(self._target, self._span, self._start)
        except ApiError as error:
            self.post_message(self.Loaded(None, str(error)))
        else:
            self.post_message(self.Loaded(behind))

    def on_sales_orders_screen_loaded(self, message: Loaded) -> None:
        behind = message.behind
        if behind is None:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh()
            self.bincard.announce(message.problem, "error")
            return
        self.table.empty_text = "Nothing was sold in this time."
        self._rows.replace([BehindRow(number, order) for number, order in enumerate(behind.orders)])
        self.table.refresh_rows()
        if self._place.cursor_row:
            self.table.move_to(self._place.cursor_row)
        more = behind.count - len(behind.orders)
        self._show_where(f"{total_text(behind.totals)}{f'  {more} more' if more else ''}")
        self.refresh_footer()

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        self.refresh_footer()

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Show the order."""
        row: BehindRow | None = self.table.current_row
        if row is None:
            return
        if row.order.pk is None:
            self.bincard.announce(f"{row.order.reference or 'This sale'} was imported: there is no order of it here.")
            return
        await self.bincard.go(Place("order", row.order.model, row.order.pk, title=row.order.reference))

    async def do_sold_close(self) -> None:
        """Go back to the chart."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self.bincard.sales_book.forget()
        self._load()
