"""The stock screen: the location tree on the left, the items of the location on the right."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer

from tui.actions import Action
from tui.api_client import Page, Rows
from tui.api_errors import ApiError
from tui.history import Place
from tui.screens.item_commands import ItemCommands, bring_up_to_date
from tui.screens.list_commands import ListCommands
from tui.views.formats import quantity
from tui.views.locations import ALL_STOCK, tree_nodes
from tui.views.stock_item import STOCK_ITEMS, in_short
from tui.views.totals import ADDED_MEMBERS, Totals, add_up, describe
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyFooter
from tui.widgets.item_preview import ItemPreview
from tui.widgets.items_table import ItemsTable
from tui.widgets.line import Line, Part
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import PagedRows
from tui.widgets.status_line import StatusLine
from tui.widgets.tree_list import TreeList
from tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["StockScreen"]

#: So many items are fetched to be added up; more take a plain InvenTree too long to be worth it.
ADDED_UP_AT_MOST = 500
#: The same for a Bincard server.
ADDED_UP_BY_BINCARD = 2000
#: So many rows are copied at most.
COPIED_AT_MOST = 5000
#: A tree larger than this is asked for branch by branch.
LARGEST_TREE = 2000
#: Seconds until the items of a list are added up that is not here as a whole.
AFTER_ROWS = 0.15
#: Seconds the cursor rests on a location before its items are asked for.
REST = 0.12


@dataclass(frozen=True, slots=True)
class Query:
    """What the list shows: a location (None for all), with its sub-locations or not, filtered and sorted.

    `part` narrows it to the items of one part, wherever they lie.
    """

    location: int | None = None
    part: int | None = None
    wide: bool = True
    text: str = ""
    sort: str = STOCK_ITEMS.ordering
    descending: bool = False

    def params(self) -> dict[str, Any]:
        """The query as the server reads it."""
        ordering = STOCK_ITEMS.orderings[self.sort]
        return {
            # Without cascade, "null" means lying nowhere; left out, anywhere.
            "location": "null" if self.location is None and not self.wide else self.location,
            "cascade": self.wide,
            "part": self.part,
            "include_variants": None if self.part is None else False,
            "in_stock": True,
            "part_detail": True,
            "location_detail": True,
            "search": self.text or None,
            "ordering": f"-{ordering}" if self.descending else ordering,
        }


class StockScreen(ItemCommands, ListCommands):
    """Stock by location."""

    SCOPES: ClassVar[tuple[str, ...]] = ("stock", "item", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Stock"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (60, "-normal"), (120, "-wide")]  # type: ignore[misc]
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

    class Branch(Message):
        """Locations arrived: all of them (`whole`), or those below `parent`."""

        def __init__(self, parent: int, rows: Rows, *, whole: bool) -> None:
            super().__init__()
            self.parent_pk = parent
            self.rows = rows
            self.whole = whole

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
        self._title = ""
        self._rows = PagedRows()
        self._generation = 0
        self._totals: Totals | None = None
        self._return_to: Place | None = None
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Line(id="totals")
        with Horizontal(id="panes"):
            yield TreeList(id="tree", empty_text="Loading ...")
            yield ItemsTable(id="items", empty_text="No items here.", loading_text="Loading ...")
            yield ItemPreview(id="preview")
        yield FilterBar()
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        state = self.bincard.state
        sort = state.get("stock", "sort", STOCK_ITEMS.ordering)
        self.query_shown = Query(
            wide=state.get("stock", "wide", True),
            sort=sort if sort in STOCK_ITEMS.orderings else STOCK_ITEMS.ordering,
            descending=state.get("stock", "descending", False),
        )
        self.table.detail = in_short
        self.table.on_cursor = self._show_item
        self.table.columns = STOCK_ITEMS.chosen(self.shown_columns())
        self._begin()
        self.focus_tree()
        if self.bincard.session.user is not None:
            self._load_tree()

    @property
    def table(self) -> ItemsTable:
        return self.query_one(ItemsTable)

    @property
    def tree_list(self) -> TreeList:
        return self.query_one("#tree", TreeList)

    # Panes: side by side where there is room, else the one with the focus

    def focus_tree(self) -> None:
        """Go to the tree."""
        self.add_class("-tree")
        self.set_focus(self.tree_list)

    def focus_items(self) -> None:
        """Go to the items."""
        self.remove_class("-tree")
        self.set_focus(self.table)

    @property
    def in_items(self) -> bool:
        """Whether commands are for the items."""
        return self.focused is self.table

    def do_list_pane(self) -> None:
        """Go to the other pane."""
        if self.in_items:
            self.focus_tree()
        else:
            self.focus_items()

    # What is offered

    def current_scopes(self) -> tuple[str, ...]:
        typing = self.focused is not None and self.focused.parent is self.query_one(FilterBar)
        return ("filter",) if typing else self.SCOPES

    def offers(self, action: Action) -> bool:
        match action.id:
            case "stock.up":
                return self.query_shown.location is not None
            case "list.mark" | "list.range" | "list.yank_row" | "list.yank_cell":
                return self.in_items and super().offers(action)
            case _:
                return super().offers(action)

    def item_rows(self) -> list[dict[str, Any]]:
        return self.table.chosen_rows if self.in_items or self.table.marked_keys else []

    # Where we are

    def place(self) -> Place:
        row = self.table.current_row
        shown = self.query_shown
        return Place(
            "stock",
            "stocklocation" if shown.part is None else "part",
            shown.location if shown.part is None else shown.part,
            title=self._title,
            text=shown.text,
            cursor_pk=row["pk"] if row else None,
            cursor_row=self.table.cursor,
            wide=shown.wide,
        )

    async def show(self, place: Place) -> None:
        """Go to a place: its location, filter and row."""
        self._return_to = place
        self._title = place.title
        self.query_one(FilterBar).set_text(place.text)
        location, part = (None, place.pk) if place.model == "part" else (place.pk, None)
        wide = True if part is not None else place.wide
        self.query_shown = replace(self.query_shown, location=location, part=part, wide=wide, text=place.text)
        self._begin()
        self.tree_list.reveal(ALL_STOCK if location is None else location)
        self.focus_items()

    def _begin(self) -> None:
        """Show another query from its first row; nothing of the old one is left to be taken for the new."""
        self._generation += 1
        self._totals = None
        self._rows = PagedRows(page_size=self.bincard.launch.options.page_size)
        self.table.loading_text = "Loading ..."
        self.table.source = self._rows
        self.table.show_sorted(self.query_shown.sort, descending=self.query_shown.descending)
        if not self.table.size.height:
            # Behind the tree the table asks for nothing; the totals are wanted all the same.
            self._fetch(self._generation, 0, self._rows.page_size, refresh=False)
        self._show_heads()

    def _go_to_location(self, pk: int | None, title: str = "") -> None:
        if pk != self.query_shown.location or self.query_shown.part is not None:
            self._title = title
            self.query_shown = replace(self.query_shown, location=pk, part=None)
            self._begin()

    # Loading

    def session_opened(self) -> None:
        """Somebody is signed in: load everything."""
        if not self.is_mounted:
            return
        self._unmark()
        self.tree_list.empty_text = "Loading ..."
        self._load_tree()
        self._begin()
        self.refresh_footer()

    def session_missing(self) -> None:
        """Nobody is signed in: show nothing, and say so."""
        if not self.is_mounted:
            return
        self._begin()
        self.table.loading_text = "Not signed in."
        self.tree_list.empty_text = "Not signed in."
        self.tree_list.set_nodes(())

    def on_resource_table_rows_needed(self, message: ResourceTable.RowsNeeded) -> None:
        offset, limit = self._rows.window(message.first, message.count)
        self._fetch(self._generation, offset, limit, refresh=False)

    @work(exclusive=True, group="rows")
    async def _fetch(self, generation: int, offset: int, limit: int, *, refresh: bool) -> None:
        if self.bincard.session.user is None:
            return
        try:
            page = await self.bincard.session.client.page("stock/", offset, limit, self.query_shown.params())
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(generation, page, refresh=refresh))

    def on_stock_screen_loaded(self, message: Loaded) -> None:
        if message.generation != self._generation:
            return
        page = message.page
        if message.refresh:
            self._rows.replace(page.offset, page.results, page.count)
        else:
            self._rows.store(page.offset, page.results, page.count)
        self.table.refresh_rows()
        self._return()
        self._add_up()
        self._show_heads()
        self._show_item()
        self.refresh_footer()

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

    def on_stock_screen_failed(self, message: Failed) -> None:
        self.table.loading_text = "Not loaded; r tries again."
        self.table.refresh()
        self.bincard.announce(str(message.error), "error")

    def _load_tree(self) -> None:
        self._fetch_branch(ALL_STOCK)

    @work(group="tree")
    async def _fetch_branch(self, parent: int) -> None:
        client = self.bincard.session.client
        try:
            if parent == ALL_STOCK:
                page = await client.page("stock/location/tree/", 0, LARGEST_TREE)
                if page.count <= LARGEST_TREE:
                    self.post_message(self.Branch(parent, page.results, whole=True))
                    return
            params = {"top_level": True} if parent == ALL_STOCK else {"parent": parent}
            self.post_message(self.Branch(parent, await client.list("stock/location/", params), whole=False))
        except ApiError as error:
            self.post_message(self.Failed(error))

    def on_stock_screen_branch(self, message: Branch) -> None:
        tree = self.tree_list
        nodes = tree_nodes(message.rows)
        if message.whole or message.parent_pk == ALL_STOCK:
            tree.set_nodes(nodes)
            tree.open_node(ALL_STOCK)
            tree.reveal(self.query_shown.location or ALL_STOCK)
        else:
            tree.set_children(message.parent_pk, nodes[1:])
        self._show_heads()

    def on_tree_list_children_needed(self, message: TreeList.ChildrenNeeded) -> None:
        if isinstance(message.key, int):
            self._fetch_branch(message.key)

    async def do_app_refresh(self) -> None:
        """Ask for the tree and the rows on the screen again."""
        self._load_tree()
        self._refresh_rows()

    def _refresh_rows(self) -> None:
        self._totals = None
        offset, limit = self._rows.window(self.table.top, self.table.page_height)
        self._fetch(self._generation, offset, limit, refresh=True)

    def posted(self, posting: "Posting") -> None:
        for posted in posting.lines:
            place = self._rows.index_of(posted.line.item.pk)
            row = self._rows.get(place) if place is not None else None
            if row is not None:
                bring_up_to_date(row, posting)
        self._unmark()
        self._refresh_rows()

    def _unmark(self) -> None:
        if self.table.marked_keys:
            self.table.action_unmark_all()

    # Totals

    def _add_up(self) -> None:
        total = self._rows.total or 0
        if self._totals is not None or total > self._most:
            return
        rows = [self._rows.get(index) for index in range(total)]
        known = [row for row in rows if row is not None]
        if len(known) == total:
            self._totals = add_up(known)
        else:
            # The rows are to be on the screen first.
            self.set_timer(AFTER_ROWS, partial(self._fetch_totals, self._generation))

    @property
    def _most(self) -> int:
        """How many items are added up at most."""
        return ADDED_UP_BY_BINCARD if self.bincard.session.is_bincard else ADDED_UP_AT_MOST

    @work(exclusive=True, group="totals")
    async def _fetch_totals(self, generation: int) -> None:
        if generation != self._generation or self._totals is not None:
            return
        params = {**self.query_shown.params(), "location_detail": False}
        rows = self.bincard.session.client.rows("stock/", params)
        try:
            totals = add_up([{name: row.get(name) for name in ADDED_MEMBERS} async for row in rows])
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.AddedUp(generation, totals))

    def on_stock_screen_added_up(self, message: AddedUp) -> None:
        if message.generation == self._generation:
            self._totals = message.totals
            self._show_heads()

    # The two lines at the top

    def _show_heads(self) -> None:
        marked = len(self.table.marked_keys)
        self.query_one("#where", Line).show(
            [(self._path(), "bold")], [(f"{marked} marked", "bold $warn")] if marked else ()
        )
        self.query_one("#totals", Line).show(self._total_parts(), [self._scope_part()])

    def _path(self) -> str:
        location = self.query_shown.location
        if self.query_shown.part is not None:
            return f"All stock of {self._title}"
        if location is None:
            return "All stock" if self.query_shown.wide else "Stock without a location"
        names = [node.text for node in self.tree_list.path_to(location)[1:]]
        return " / ".join(names) or self._title or f"Location {location}"

    def _scope_part(self) -> Part:
        narrow = self.size.width < 60
        if self.query_shown.wide:
            return ("+ sub" if narrow else "with sub-locations", "")
        return ("no sub" if narrow else "without sub-locations", "bold $warn")

    def _total_parts(self) -> list[Part]:
        total = self._rows.total
        if total is None:
            return [("...", "")]
        parts: list[Part] = [(quantity(total), "bold"), (" item" if total == 1 else " items", "")]
        if self._totals is not None and total:
            units = 2 if self.size.width >= 100 else 1
            parts += [("   on hand ", ""), (describe(self._totals.on_hand, units), "bold")]
            if self.size.width >= 60:
                parts += [("   available ", ""), (describe(self._totals.available, units), "bold")]
        elif total > self._most:
            parts.append(("   too many to add up", "$muted"))
        if self.query_shown.text:
            parts += [("   filter ", "$warn"), (self.query_shown.text, "bold $warn")]
        return parts

    def marks_changed(self) -> None:
        self._show_heads()

    def on_resize(self) -> None:
        self._show_heads()
        self._show_item()

    # Moving about

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is self.table:
            return
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if not self.in_items:
            self._rest = self.set_timer(REST, self._follow_tree)

    def _show_item(self) -> None:
        """Show the details of the item under the cursor, where there is room for them."""
        if self.has_class("-wide"):
            self.query_one(ItemPreview).show(self.table.current_row)

    def _follow_tree(self) -> None:
        """Show the items of the location that the cursor of the tree rests on."""
        self._rest = None
        node = self.tree_list.current_node
        if node is not None and isinstance(node.key, int):
            self._go_to_location(node.key or None, node.text)
            self.refresh_footer()

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """From the tree to its items; from an item to its bin card."""
        if not self.in_items:
            self._follow_tree()
            self.focus_items()
            return
        row = self.table.current_row
        if row is not None:
            await self.bincard.go(Place("card", "stockitem", row["pk"]))

    async def do_item_card(self) -> None:
        """The bin card of the whole part."""
        row = self.table.current_row
        if row is not None:
            await self.bincard.go(Place("card", "part", row["part"]))

    def do_stock_up(self) -> None:
        """Go to the location above."""
        location = self.query_shown.location
        path = self.tree_list.path_to(location) if location is not None else []
        self.tree_list.reveal(path[-2].key if len(path) > 1 else ALL_STOCK)
        self._follow_tree()

    def do_stock_sublocations(self) -> None:
        """Include the items of the locations below, or not."""
        self.query_shown = replace(self.query_shown, wide=not self.query_shown.wide)
        self.bincard.state.set("stock", "wide", self.query_shown.wide)
        self._begin()

    async def do_stock_goto(self, name: str = "") -> None:
        """Go to a location by name."""
        from tui.screens.location_picker import LocationPicker

        await self.bincard.push_screen(LocationPicker("Go to location", name), self._goto)

    async def _goto(self, location: Any) -> None:
        if location is not None:
            await self.bincard.go(Place("stock", "stocklocation", location.pk, title=location.path))

    # Filter and order

    async def do_list_filter(self) -> None:
        """Narrow the list while typing."""
        await self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._filter_by(message.text)

    def _filter_by(self, text: str) -> None:
        if text != self.query_shown.text:
            self.query_shown = replace(self.query_shown, text=text)
            self._requery()

    def _requery(self) -> None:
        """Ask anew for the same location; the rows of before stay until the first new ones arrive."""
        self._generation += 1
        self._totals = None
        self._fetch(self._generation, 0, self._rows.page_size, refresh=True)
        self.table.move_to(0)
        self._show_heads()

    def do_filter_accept(self) -> None:
        """Keep the filter and go to the rows."""
        bar = self.query_one(FilterBar)
        bar.say()
        if not bar.text:
            bar.close()
        self.focus_items()

    def do_filter_clear(self) -> None:
        """Show all rows again."""
        bar = self.query_one(FilterBar)
        bar.set_text("")
        bar.close()
        self._filter_by("")
        self.focus_items()

    def do_app_cancel(self) -> None:
        """Give up a range, the marks, the filter, or what is being loaded; one at a time."""
        if self.table.range_active or self.table.marked_keys:
            self.table.action_unmark_all()
        elif self.query_shown.text:
            self.do_filter_clear()
        elif any(
            worker.group in ("rows", "totals", "everything") and not worker.is_finished for worker in self.workers
        ):
            self.workers.cancel_node(self)
            self.bincard.announce("Stopped.")

    def do_list_yank_table(self) -> None:
        """Copy all rows, those that are not here too."""
        total = self._rows.total or 0
        rows = [row for index in range(total) if (row := self._rows.get(index)) is not None]
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

    def on_stock_screen_everything(self, message: Everything) -> None:
        self.copy_rows(message.rows)

    def sort(self, key: str, *, descending: bool) -> None:
        self.query_shown = replace(self.query_shown, sort=key, descending=descending)
        self.bincard.state.set("stock", "sort", key)
        self.bincard.state.set("stock", "descending", descending)
        self.table.show_sorted(key, descending=descending)
        self._requery()
