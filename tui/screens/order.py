"""One order of any kind: what it is about, its lines with how far they are, its history, its notes."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError, NotFound
from tui.history import Place
from tui.orders.history import History, load_history
from tui.orders.lines import OrderLine
from tui.orders.order_data import OrderData, load_order
from tui.orders.part_search import PartSource, source_for
from tui.screens.list_commands import ListCommands
from tui.screens.order_commands import OrderCommands
from tui.screens.order_editing import OrderEditing
from tui.screens.order_head import heads_of, line_in_words, tabs_of, wrapped
from tui.views.order_lines import EVENTS, NARROW_EVENTS, lines_view, narrow_lines
from tui.views.orders import Order, kind_of_model
from tui.widgets.columns import Column
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows, PagedRows
from tui.widgets.status_line import StatusLine
from tui.widgets.text_lines import TextLines
from tui.widgets.virtual_list import VirtualList

__all__ = ["OrderScreen"]

#: Below this width the lines show what and how far only.
NARROW = 60
PANES = ("lines", "history", "notes")


class OrderScreen(OrderEditing, OrderCommands, ListCommands):
    """Shows `place`, whose model is that of an order ("purchaseorder", ...)."""

    SCOPES: ClassVar[tuple[str, ...]] = ("order", "list", "global")
    TRANSITION_SCOPE = "order"
    TITLE_TEXT: ClassVar[str] = "Order"
    CSS_PATH: ClassVar[str] = "../styles/order.tcss"
    VIEW = EVENTS

    class Loaded(Message):
        """The order is known."""

        def __init__(self, data: OrderData) -> None:
            super().__init__()
            self.data = data

    class Told(Message):
        """Its history is known."""

        def __init__(self, history: History) -> None:
            super().__init__()
            self.history = history

    class Failed(Message):
        """Loading did not work out; `pane` is what was to be loaded."""

        def __init__(self, error: ApiError, pane: str) -> None:
            super().__init__()
            self.error = error
            self.pane = pane

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._kind = kind_of_model(place.model)
        self._view = lines_view(self._kind.name)
        self._data: OrderData | None = None
        self._pane = "lines"
        self._history_known = False
        self._go_to_key = None if place.cursor_pk is None else (False, place.cursor_pk)

    def compose(self) -> ComposeResult:
        for name in ("where", "about", "dates", "people", "locked", "tabs"):
            yield Line(id=name)
        yield ResourceTable(
            self._view.columns,
            PagedRows(attrgetter("key")),
            id="lines",
            empty_text="No lines yet.",
            loading_text="Loading ...",
        )
        yield ResourceTable(
            EVENTS.columns,
            PagedRows(attrgetter("pk")),
            id="history",
            empty_text="Nothing happened yet.",
            loading_text="Loading ...",
        )
        yield TextLines(id="notes")
        yield Line(id="detail")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#where", Line).show([(self._place.title or self._kind.title, "bold")])
        self._show_pane("lines")
        self._load()

    # What is there

    @property
    def order(self) -> Order | None:
        return self._data.order if self._data is not None else None

    @property
    def data(self) -> OrderData | None:
        """All that is known of the order, None while it is loaded."""
        return self._data

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#history" if self._pane == "history" else "#lines", ResourceTable)

    @property
    def _lines_table(self) -> ResourceTable:
        return self.query_one("#lines", ResourceTable)

    @property
    def current_line(self) -> OrderLine | None:
        """The line that commands are for: the one under the cursor, while lines are shown."""
        row = self._lines_table.current_row if self._pane == "lines" else None
        return row if isinstance(row, OrderLine) else None

    def source(self) -> PartSource:
        """Where the lines find what they are for."""
        order, session = self.order, self.bincard.session
        partner = order.partner_pk if order is not None else None
        bincard = session.server is not None and session.server.is_bincard
        return source_for(self._kind.name, session.client, partner, bincard=bincard)

    def place(self) -> Place:
        order, line = self.order, self.current_line
        title = order.reference if order is not None else self._place.title
        cursor = line.pk if line is not None and not line.extra else None
        return Place("order", self._place.model, self._place.pk, title=title, cursor_pk=cursor)

    # Loading

    def reload(self) -> None:
        """Ask for the order again."""
        self._load()

    def line_saved(self, line: OrderLine) -> None:
        self._go_to_key = line.key
        if self._pane != "lines":
            self._show_pane("lines", focus=False)
        self._load()

    @work(exclusive=True, group="order")
    async def _load(self) -> None:
        if self._place.pk is None:
            return
        try:
            data = await load_order(self.bincard.session.client, self._kind, self._place.pk)
        except ApiError as error:
            self.post_message(self.Failed(error, "lines"))
        else:
            self.post_message(self.Loaded(data))

    def on_order_screen_loaded(self, message: Loaded) -> None:
        self._data = data = message.data
        table = self._lines_table
        if isinstance(table.source, ListRows):
            table.source.replace(data.lines)
            table.refresh_rows()
        else:
            table.source = ListRows(data.lines, attrgetter("key"))
        if self._go_to_key is not None and table.move_to_key(self._go_to_key):
            self._go_to_key = None
        table.columns = self._columns()
        self._show_heads()
        self._show_notes()
        self._history_known = False
        if self._pane == "history":
            self._load_history(data)
        self._show_detail()
        self.refresh_footer()

    @work(exclusive=True, group="history")
    async def _load_history(self, data: OrderData) -> None:
        try:
            history = await load_history(self.bincard.session.client, data.order, data.lines)
        except ApiError as error:
            self.post_message(self.Failed(error, "history"))
        else:
            self.post_message(self.Told(history))

    def on_order_screen_told(self, message: Told) -> None:
        self._history_known = True
        table = self.query_one("#history", ResourceTable)
        table.source = ListRows(message.history.events, attrgetter("pk"))
        if message.history.left_out:
            self.bincard.announce(message.history.left_out)
        self._show_detail()

    def on_order_screen_failed(self, message: Failed) -> None:
        table = self.query_one(f"#{message.pane}", ResourceTable)
        gone = isinstance(message.error, NotFound)
        table.loading_text = "It is not there any more." if gone else "Not loaded; r tries again."
        table.refresh()
        self.bincard.announce(str(message.error), "error")

    async def do_app_refresh(self) -> None:
        """Ask for the order again."""
        self._load()

    def order_changed(self, order: Order) -> None:
        self._load()

    # What is shown

    def _columns(self) -> Sequence[Column]:
        if self.size.width < NARROW:
            return narrow_lines(self._view)
        hidden = set()
        lines = self._data.lines if self._data is not None else ()
        # A column in which nothing stands takes room from those in which something does.
        for column in self._view.columns:
            if column.key in ("line", "code", "reference", "notes", "due") and not any(map(column.text, lines)):
                hidden.add(column.key)
        return [column for column in self._view.columns if column.key not in hidden]

    def on_resize(self) -> None:
        narrow = self.size.width < NARROW
        self.set_class(narrow, "-narrow")
        self.query_one("#history", ResourceTable).columns = NARROW_EVENTS if narrow else EVENTS.columns
        if self._data is not None:
            self._lines_table.columns = self._columns()
            self._show_heads()
            self._show_notes()

    def _show_heads(self) -> None:
        if self._data is None:
            return
        narrow = self.size.width < NARROW
        for name, (left, right) in heads_of(self._data, date.today(), narrow=narrow).items():
            line = self.query_one(f"#{name}", Line)
            line.show(left, right)
            line.display = bool(left or right) and not (narrow and name in ("about", "people"))
        self._show_tabs()

    def _show_tabs(self) -> None:
        if self._data is not None:
            left, right = tabs_of(self._data, self._pane, narrow=self.size.width < NARROW)
            self.query_one("#tabs", Line).show(left, right)

    def _show_notes(self) -> None:
        notes = self._data.notes if self._data is not None else ""
        hint = "No notes yet." if not self.can_edit else "No notes yet; N writes them."
        self.query_one(TextLines).show(wrapped(notes or hint, self.size.width - 3), from_top=False)

    def _show_detail(self) -> None:
        """What of the row under the cursor finds no room in the table."""
        detail = ""
        if self._pane == "lines" and self.current_line is not None:
            detail = line_in_words(self.current_line)
        elif self._pane == "history" and (event := self.table.current_row) is not None:
            detail = event.detail
        self.query_one("#detail", Line).show([(detail, "$muted")])

    def on_virtual_list_cursor_moved(self) -> None:
        self._show_detail()
        self.refresh_footer()

    # Panes

    def _show_pane(self, pane: str, *, focus: bool = True) -> None:
        self._pane = pane
        for each in PANES:
            self.set_class(each == pane, f"-{each}")
        shown = self.query_one(f"#{pane}", VirtualList)
        shown.display = True
        for each in PANES:
            if each != pane:
                self.query_one(f"#{each}", VirtualList).display = False
        if focus:
            self.set_focus(shown)
        if pane == "history" and not self._history_known and self._data is not None:
            self._load_history(self._data)
        self._show_tabs()
        self._show_detail()
        self.refresh_footer()

    def do_list_pane(self) -> None:
        """The next of lines, history and notes."""
        self._show_pane(PANES[(PANES.index(self._pane) + 1) % len(PANES)])

    def do_order_show_lines(self) -> None:
        """Show the lines."""
        self._show_pane("lines")

    def do_order_show_history(self) -> None:
        """Show what happened."""
        self._show_pane("history")

    def do_order_show_notes(self) -> None:
        """Show the notes."""
        self._show_pane("notes")

    # Commands

    _NOT_HERE: ClassVar[tuple[str, ...]] = (
        *("list.filter", "list.mark", "list.range", "list.unmark", "list.columns", "list.yank_row", "list.yank_cell"),
        *("list.sort", "list.reverse", "list.open"),
    )

    def offers(self, action: Action) -> bool:
        match action.id:
            case "order.card":
                return self._part_here() is not None
            case "order.yank" | "order.close" | "order.show_lines" | "order.show_history" | "order.show_notes":
                return True
            case "list.pane":
                return True
            case each if each in self._NOT_HERE:
                return False
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        if action.id == "list.pane":
            return {"lines": "History", "history": "Notes", "notes": "Lines"}[self._pane]
        return super().label_of(action)

    def _part_here(self) -> tuple[str, int] | None:
        """Model and key of what has a bin card under the cursor."""
        line = self.current_line
        if line is not None and line.part is not None:
            return "part", line.part
        event = self.table.current_row if self._pane == "history" else None
        return ("stockitem", event.item) if event is not None and event.item is not None else None

    async def do_order_card(self) -> None:
        """The bin card of the part of the line, or of the item of the event."""
        found = self._part_here()
        if found is not None:
            await self.bincard.go(Place("card", *found))

    def do_order_yank(self) -> None:
        """Copy the reference."""
        if self.order is not None:
            self.bincard.copy(self.order.reference, self.order.reference)

    async def do_order_close(self) -> None:
        """Go back to where one came from."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        """A second click on a line edits it."""
        if self.current_line is not None:
            await self.bincard.run_by_id("order.edit")
