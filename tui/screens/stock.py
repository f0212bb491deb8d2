"""The stock screen: the location tree on the left, the items of the location on the right."""

from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from tui.actions import Action
from tui.history import Place
from tui.screens.stock_rows import StockRows
from tui.screens.stock_tree import LocationPane
from tui.views.formats import quantity
from tui.views.locations import ALL_STOCK
from tui.views.stock_item import STOCK_ITEMS, in_short
from tui.views.stock_query import Query
from tui.views.totals import describe
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyFooter
from tui.widgets.item_preview import ItemPreview
from tui.widgets.items_table import ItemsTable
from tui.widgets.line import Line, Part
from tui.widgets.status_line import StatusLine
from tui.widgets.tree_list import TreeList
from tui.widgets.virtual_list import VirtualList

__all__ = ["StockScreen"]

#: Seconds the cursor rests on a location before its items are asked for.
REST = 0.12
#: Below this width there is room for the number of items alone.
NARROWEST = 32


class StockScreen(LocationPane, StockRows):
    """Stock by location."""

    SCOPES: ClassVar[tuple[str, ...]] = ("stock", "item", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Stock"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-narrow"),
        (60, "-normal"),
        (120, "-wide"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
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
        self.table.on_cursor = self.rows_shown
        self.table.columns = STOCK_ITEMS.chosen(self.shown_columns())
        self.begin()
        self.focus_tree()

    # Who is there

    def session_begun(self) -> None:
        """There is a token to try: ask at once, while the server says who we are."""
        if not self.is_mounted:
            return
        if not self.tree_asked:
            self.tree_list.empty_text = "Loading ..."
            self.load_tree()
        if not self.rows_asked:
            self.unmark()
            self.begin()

    def session_opened(self) -> None:
        """Somebody is signed in: load what is not being loaded already."""
        self.session_begun()
        if self.is_mounted:
            self.add_up()
            self.refresh_footer()

    def session_missing(self) -> None:
        """Nobody is signed in: show nothing, and say so."""
        if not self.is_mounted:
            return
        self.begin()
        self.table.loading_text = "Not signed in."
        self.tree_list.empty_text = "Not signed in."
        self.tree_list.set_nodes(())

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
        self._title = place.title
        self.query_one(FilterBar).set_text(place.text)
        location, part = (None, place.pk) if place.model == "part" else (place.pk, None)
        wide = True if part is not None else place.wide
        self.query_shown = replace(self.query_shown, location=location, part=part, wide=wide, text=place.text)
        self.begin(place)
        self.point_at_location()
        self.focus_items()

    def _go_to_location(self, pk: int | None, title: str = "") -> None:
        if pk != self.query_shown.location or self.query_shown.part is not None:
            self._title = title
            self.query_shown = replace(self.query_shown, location=pk, part=None)
            self.begin()

    async def do_app_refresh(self) -> None:
        """Ask for the tree and the rows on the screen again."""
        self.load_tree()
        self.refresh_rows()

    # The two lines at the top

    def show_heads(self) -> None:
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
        return self.path_of(location) or self._title or f"Location {location}"

    def _scope_part(self) -> Part:
        narrow = self.size.width < 60
        if self.query_shown.wide:
            return ("+ sub" if narrow else "with sub-locations", "")
        return ("no sub" if narrow else "without sub-locations", "bold $warn")

    def _total_parts(self) -> list[Part]:
        total, totals = self.total, self.totals
        if total is None:
            return [("...", "")]
        parts: list[Part] = [(quantity(total), "bold"), (" item" if total == 1 else " items", "")]
        if totals is not None and total and self.size.width >= NARROWEST:
            units = 2 if self.size.width >= 100 else 1
            parts += [("   on hand ", ""), (describe(totals.on_hand, units), "bold")]
            if self.size.width >= 60:
                parts += [("   available ", ""), (describe(totals.available, units), "bold")]
        elif total > self.added_up_at_most:
            parts.append(("   too many to add up", "$muted"))
        if self.query_shown.text:
            parts += [("   filter ", "$warn"), (self.query_shown.text, "bold $warn")]
        return parts

    def marks_changed(self) -> None:
        self.show_heads()

    def tree_loaded(self) -> None:
        self.show_heads()

    def rows_shown(self) -> None:
        if self.has_class("-wide"):
            self.query_one(ItemPreview).show(self.table.current_row)

    def on_resize(self) -> None:
        self.show_heads()
        self.rows_shown()

    # Moving about

    def point_at_location(self) -> None:
        self.tree_list.reveal(self.query_shown.location or ALL_STOCK)

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is self.table:
            return
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if not self.in_items:
            self._rest = self.set_timer(REST, self._follow_tree)

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
        self.tree_list.reveal(self.above(self.query_shown.location))
        self._follow_tree()

    def do_stock_sublocations(self) -> None:
        """Include the items of the locations below, or not."""
        self.query_shown = replace(self.query_shown, wide=not self.query_shown.wide)
        self.bincard.state.set("stock", "wide", self.query_shown.wide)
        self.begin()

    async def do_stock_goto(self, name: str = "") -> None:
        """Go to a location by name."""
        from tui.screens.location_picker import LocationPicker

        await self.bincard.push_screen(LocationPicker("Go to location", name), self._goto)

    async def _goto(self, location: Any) -> None:
        if location is not None:
            await self.bincard.go(Place("stock", "stocklocation", location.pk, title=location.path))

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
        self.filter_by("")
        self.focus_items()

    def do_app_cancel(self) -> None:
        """Give up a range, the marks, the filter, or what is being loaded; one at a time."""
        if self.table.range_active or self.table.marked_keys:
            self.table.action_unmark_all()
        elif self.query_shown.text:
            self.do_filter_clear()
        elif self.stop_loading():
            self.bincard.announce("Stopped.")
