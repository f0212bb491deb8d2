"""The bin card of an item or a part: the figures, then everything that came, went and was counted."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError, NotFound
from tui.history import Place
from tui.screens.item_commands import ItemCommands, bring_up_to_date
from tui.screens.list_commands import ListCommands
from tui.views.card_data import ENTRIES_AT_MOST, CardData, load_card
from tui.views.card_lines import CARD_LINES, narrow_card_lines
from tui.views.formats import quantity, with_unit
from tui.widgets.columns import Column
from tui.widgets.cutting import cut_middle
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part, width_of
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import PagedRows
from tui.widgets.status_line import Status, StatusLine
from tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["CardScreen"]

#: Below this width the figures take two lines and the table has its narrow columns.
NARROW = 60
#: Below this one, what is on hand has a line of its own, and of the facts only the place is shown.
SLIM = 32


class CardScreen(ItemCommands, ListCommands):
    """Shows `place`, whose model is "stockitem" or "part"."""

    SCOPES: ClassVar[tuple[str, ...]] = ("card", "item", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Bin card"
    CSS_PATH: ClassVar[str] = "../styles/card.tcss"
    VIEW = CARD_LINES

    class Loaded(Message):
        """The card is known."""

        def __init__(self, data: CardData) -> None:
            super().__init__()
            self.data = data

    class Failed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._data: CardData | None = None
        # All lines are in one page: a card is worked out as a whole.
        self._lines = PagedRows(attrgetter("pk"), page_size=ENTRIES_AT_MOST * 2)

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Line(id="figures")
        yield Line(id="more_figures")
        yield Line(id="facts")
        yield Line(id="warning")
        yield ResourceTable(
            CARD_LINES.chosen(self.shown_columns()),
            self._lines,
            id="lines",
            empty_text="No entries in the history.",
            loading_text="Loading ...",
        )
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#where", Line).show([(self._place.title or "Bin card", "bold")])
        self.set_focus(self.table)
        self._load()

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#lines", ResourceTable)

    @property
    def _is_item(self) -> bool:
        return self._place.model == "stockitem"

    def place(self) -> Place:
        line = self.table.current_row
        title = self._data.title if self._data is not None else self._place.title
        return Place(
            "card", self._place.model, self._place.pk, title=title, cursor_pk=line.pk if line is not None else None
        )

    # Loading

    @work(exclusive=True, group="card")
    async def _load(self) -> None:
        if self._place.pk is None:
            return
        try:
            data = await load_card(self.bincard.session.client, self._place.model, self._place.pk)
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(data))

    def on_card_screen_loaded(self, message: Loaded) -> None:
        first = self._data is None
        self._data = data = message.data
        self._lines.replace(0, data.card.lines, len(data.card.lines))
        self.table.columns = self._columns()
        self.table.refresh_rows()
        if first and self._place.cursor_pk is not None:
            self.table.move_to_key(self._place.cursor_pk)
        self._show_heads(data)
        self.refresh_footer()

    def _columns(self) -> Sequence[Column]:
        if self.size.width < NARROW:
            return narrow_card_lines(self._data.card.lines if self._data is not None else ())
        columns = self.VIEW.chosen(self.shown_columns())
        names = self._data.items if self._data is not None else None
        if names is None:
            return columns
        known: Mapping[int | None, str] = names
        item = Column("item", "Item", lambda line: known.get(line.item, "gone"), width=12, min_width=6, priority=5)
        return [columns[0], item, *columns[1:]]

    def on_card_screen_failed(self, message: Failed) -> None:
        if isinstance(message.error, NotFound):
            self.table.loading_text = "It is not there any more: deleted, or used up."
        else:
            self.table.loading_text = "Not loaded; r tries again."
        self.table.refresh()
        self.bincard.announce(str(message.error), "error")

    async def do_app_refresh(self) -> None:
        """Ask for the card again."""
        self._load()

    def posted(self, posting: "Posting") -> None:
        for row in self.item_rows():
            bring_up_to_date(row, posting)
        self._load()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")
        if self._data is not None:
            self.table.columns = self._columns()
            self._show_heads(self._data)

    # The lines at the top

    def show_status(self, status: Status) -> None:
        """Show connection and notice; where it is narrow, the last result is on the top line."""
        super().show_status(status)
        self.set_class(bool(status.notice), "-said")

    def _show_heads(self, data: CardData) -> None:
        kind = "bin card of the item" if self._is_item else "bin card of the part"
        self.query_one("#where", Line).show(
            [(data.title, "bold"), (f"  {data.description}" if data.description else "", "")],
            [(kind, "")] if self.size.width >= NARROW else (),
        )
        figures, more_figures = _figures(data, self.size.width)
        self.query_one("#figures", Line).show(figures)
        more = self.query_one("#more_figures", Line)
        more.show(more_figures)
        more.display = bool(more_figures)
        self.query_one("#facts", Line).show([(_facts(data, self.size.width), "$muted")])
        warning = self.query_one("#warning", Line)
        text = _incomplete(data)
        warning.show([(f"! {text}", "bold $warn")] if text else ())
        warning.display = bool(text)

    # Commands

    def offers(self, action: Action) -> bool:
        match action.id:
            case "card.part":
                return self._is_item
            case "card.location":
                return self._data is not None and self._data.item is not None and bool(self._data.item.get("location"))
            case "item.card" | "list.pane" | "list.filter" | "list.mark" | "list.range" | "list.columns":
                return False
            case "list.open":
                return not self._is_item and self._line_item() is not None
            case _:
                return super().offers(action)

    def item_rows(self) -> list[dict[str, Any]]:
        return [self._data.item] if self._data is not None and self._data.item is not None else []

    def _line_item(self) -> int | None:
        line = self.table.current_row
        return line.item if line is not None else None

    async def do_list_open(self) -> None:
        """The card of the item that the line is about."""
        item = self._line_item()
        if item is not None:
            await self.bincard.go(Place("card", "stockitem", item))

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        if self.offers_open:
            await self.do_list_open()

    @property
    def offers_open(self) -> bool:
        """Whether a line leads on to an item."""
        return not self._is_item and self._line_item() is not None

    def on_virtual_list_cursor_moved(self) -> None:
        if not self._is_item:
            self.refresh_footer()

    async def do_card_items(self) -> None:
        """The stock items of the part."""
        if self._data is not None:
            await self.bincard.go(Place("stock", "part", self._data.part, title=self._data.title))

    async def do_card_part(self) -> None:
        """The card of the whole part."""
        if self._data is not None:
            await self.bincard.go(Place("card", "part", self._data.part))

    async def do_card_location(self) -> None:
        """The location of the item, the cursor on it."""
        if self._data is not None and self._data.item is not None:
            row = self._data.item
            await self.bincard.go(Place("stock", "stocklocation", row["location"], cursor_pk=row["pk"]))

    async def do_card_close(self) -> None:
        """Back to where the card was opened."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    def sort(self, key: str, *, descending: bool) -> None:
        """A bin card is in the order of time."""


def _figures(data: CardData, width: int) -> tuple[list[Part], list[Part]]:
    """The figures on one line or two, what is on hand first; with short labels where they do not fit with long ones."""
    slim = width < SLIM
    first = 1 if slim else 2 if width < NARROW else 4
    lines: tuple[list[Part], list[Part]] = ([], [])
    for short in (slim, True):
        shown = [
            _figure(label, with_unit(value, data.unit))
            for label, value in (
                ("On hand", data.on_hand),
                ("Free" if short else "Available", data.available),
                ("Alloc" if short else "Allocated", data.allocated),
                ("On order", data.on_order if not slim else None),
            )
            if value is not None
        ]
        lines = _joined(shown[:first]), _joined(shown[first:])
        if all(width_of(line) <= width - 2 for line in lines):
            break
    return lines


def _joined(figures: Sequence[Sequence[Part]]) -> list[Part]:
    return [part for figure in figures for part in (("   ", ""), *figure)][1:]


def _facts(data: CardData, width: int) -> str:
    """The facts, or where it lies when there is room for one."""
    if width >= SLIM:
        return "   ".join(f"{label} {text}" for label, text in data.facts if text)
    where = next((f"{label} {text}" for label, text in data.facts if label in ("in", "items")), "")
    return cut_middle(where, width)


def _figure(label: str, value: str) -> tuple[Part, ...]:
    return (f"{label} ", ""), (value, "bold")


def _incomplete(data: CardData) -> str:
    """What the history does not explain, "" when it explains everything."""
    card, parts = data.card, []
    if data.older:
        parts.append(f"{data.older} older entries are not shown")
    if card.opening:
        parts.append(f"{quantity(card.opening)} lay there before the first entry")
    if card.unexplained:
        times = "once" if card.unexplained == 1 else f"{card.unexplained} times"
        parts.append(f"the quantity changed {times} without an entry")
    return "History incomplete: " + "; ".join(parts) + "." if parts else ""
