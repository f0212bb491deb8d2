"""The supplier lookup: one box over supplier, SKU, MPN and part; below it what was found and all about it."""

from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.screens.list_commands import ListCommands
from tui.suppliers.lookup import Card, Hit, load_company, load_part, look_up
from tui.views.supplier_cards import HITS, card_lines
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.text_lines import TextLine, TextLines
from tui.widgets.virtual_list import VirtualList

__all__ = ["SuppliersScreen"]

#: Seconds without a key before the server is asked, and that the cursor rests before a card is asked for.
PAUSE = 0.2
#: So many hits need few lines; the card gets the rest.
FEW = 3


class SuppliersScreen(ListCommands):
    """Shows `place`: its text is what is looked up; with a pk that supplier part or company is opened at once."""

    SCOPES: ClassVar[tuple[str, ...]] = ("suppliers", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Suppliers"
    CSS_PATH: ClassVar[str] = "../styles/suppliers.tcss"
    VIEW = HITS
    LABELS: ClassVar[dict[str, str]] = {"filter.accept": "To the list", "filter.clear": "Empty", "list.open": "Details"}
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-narrow"),
        (60, "-normal"),
        (120, "-wide"),
    ]

    class Found(Message):
        """What the server found for a text, or why it did not."""

        def __init__(self, text: str, hits: list[Hit], problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.hits = hits
            self.problem = problem

    class Loaded(Message):
        """The card of a hit, or why there is none."""

        def __init__(self, key: tuple[str, int], card: Card | None, problem: str = "") -> None:
            super().__init__()
            self.key = key
            self.card = card
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._hits = ListRows([], attrgetter("model", "pk"))
        self._answered: str | None = None
        self._wanted: tuple[str, int] | None = (place.model, place.pk) if place.pk is not None else None
        self._card: Card | None = None
        self._typing: Timer | None = None
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="box"):
            yield Line(id="label")
            yield Field(self._place.text, placeholder="supplier, SKU, MPN, part or IPN", id="text")
        with Container(id="panes"):
            yield ResourceTable(
                HITS.chosen(self.shown_columns()),
                self._hits,
                id="hits",
                empty_text="Nothing matches.",
                loading_text="Loading ...",
            )
            yield TextLines(id="card")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#label", Line).show([("Suppliers", "bold")])
        self._look_up(self._place.text)
        if self._wanted is not None:
            self._load(*self._wanted)
            self._focus_card()
        else:
            self.set_focus(self.query_one(Field))

    # What is on the screen

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#hits", ResourceTable)

    @property
    def card(self) -> TextLines:
        """The lines of the card."""
        return self.query_one("#card", TextLines)

    @property
    def _typed(self) -> str:
        return " ".join(self.query_one(Field).value.split())

    @property
    def _current(self) -> Hit | None:
        """What the card is about, else what the cursor is on."""
        hit: Hit | None = self.table.current_row
        if self.focused is self.card and self._card is not None:
            return self._card.hit
        return hit

    def place(self) -> Place:
        hit = self._current if self.focused is self.card else None
        if hit is None:
            return Place("suppliers", "", None, text=self._typed)
        return Place("suppliers", hit.model, hit.pk, title=hit.code or hit.supplier, text=self._typed)

    def current_scopes(self) -> tuple[str, ...]:
        return ("filter",) if isinstance(self.focused, Input) else self.SCOPES

    def offers(self, action: Action) -> bool:
        hit = self._current
        match action.id:
            case "suppliers.compare" | "suppliers.part" | "suppliers.company":
                return hit is not None and hit.part is not None
            case "list.filter" | "list.mark" | "list.range" | "list.pane" | "list.unmark":
                return False
            case "list.open":
                return hit is not None
            case _:
                return super().offers(action)

    def _focus_card(self) -> None:
        self.add_class("-card")
        self.set_focus(self.card)

    def _focus_hits(self) -> None:
        self.remove_class("-card")
        self.set_focus(self.table)

    # Finding

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        if self._typed != self._answered:
            self._look_up(self._typed)

    @work(exclusive=True, group="suppliers")
    async def _look_up(self, text: str) -> None:
        try:
            hits = await look_up(self.bincard.session.client, text)
        except ApiError as error:
            self.post_message(self.Found(text, [], str(error)))
        else:
            self.post_message(self.Found(text, hits))

    def on_suppliers_screen_found(self, message: Found) -> None:
        if message.problem:
            self.table.empty_text = "Not loaded; r tries again."
            self.bincard.announce(message.problem, "error")
        else:
            self._answered = message.text
            self.table.empty_text = f"Nothing is called {message.text}."
        self._hits.replace(message.hits)
        self.set_class(len(message.hits) <= FEW, "-few")
        self.table.refresh_rows()
        if self.focused is not self.card:
            self.table.move_to(0)
            self._follow()
        self.refresh_footer()

    # The card

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is self.table:
            if self._rest is not None:
                self._rest.stop()
            self._rest = self.set_timer(PAUSE, self._follow)

    def _follow(self) -> None:
        """Show the card of what the cursor rests on."""
        self._rest = None
        hit: Hit | None = self.table.current_row
        if hit is None:
            self._wanted, self._card = None, None
            self.card.show(())
        elif self._wanted != (hit.model, hit.pk) or self._card is None:
            self._wanted = (hit.model, hit.pk)
            self._load(hit.model, hit.pk)
        self.refresh_footer()

    @work(exclusive=True, group="card")
    async def _load(self, model: str, pk: int) -> None:
        load = load_company if model == "company" else load_part
        try:
            card = await load(self.bincard.session.client, pk)
        except ApiError as error:
            self.post_message(self.Loaded((model, pk), None, str(error)))
        else:
            self.post_message(self.Loaded((model, pk), card))

    def on_suppliers_screen_loaded(self, message: Loaded) -> None:
        if message.key != self._wanted:
            return
        self._card = message.card
        if message.card is None:
            self.card.show([TextLine((("Not loaded; r tries again.", "muted"),))])
            self.bincard.announce(message.problem, "error")
        else:
            self._show_card(from_top=True)
        self.refresh_footer()

    def _show_card(self, *, from_top: bool) -> None:
        if self._card is not None:
            plain = not self.bincard.console.encoding.startswith("utf")
            self.card.show(card_lines(self._card, self.card.size.width - 2, plain=plain), from_top=from_top)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_card, from_top=False)

    # Commands

    def do_filter_accept(self) -> None:
        """Go to what was found."""
        self._ask()
        self._focus_hits()

    def do_filter_clear(self) -> None:
        """Empty the box; when it is empty, go to the list."""
        field = self.query_one(Field)
        if field.value:
            field.value = ""
        else:
            self._focus_hits()

    def do_suppliers_box(self) -> None:
        """Type what to look up."""
        self.remove_class("-card")
        self.set_focus(self.query_one(Field))

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Go to the card; from a line of it to what the line stands for."""
        if self.focused is not self.card:
            self._follow()
            self._focus_card()
            return
        line = self.card.current
        if line is not None and isinstance(line.value, Place):
            await self.bincard.go(line.value)

    async def do_suppliers_close(self) -> None:
        """From the card to the list, from the list to where one came from."""
        if self.focused is self.card:
            self._focus_hits()
        else:
            await self.bincard.do_app_back()

    def do_app_cancel(self) -> None:
        """From the card to the list."""
        if self.focused is self.card:
            self._focus_hits()

    async def do_suppliers_compare(self) -> None:
        """Compare the suppliers of the part."""
        hit = self._current
        if hit is not None and hit.part is not None:
            await self.bincard.go(Place("offers", "part", hit.part.part, title=hit.part.part_name))

    async def do_suppliers_part(self) -> None:
        """Show the bin card of the part."""
        hit = self._current
        if hit is not None and hit.part is not None:
            await self.bincard.go(Place("card", "part", hit.part.part, title=hit.part.part_name))

    async def do_suppliers_company(self) -> None:
        """Show the supplier of the part."""
        hit = self._current
        if hit is not None and hit.part is not None:
            await self.bincard.go(
                Place("suppliers", "company", hit.part.supplier, title=hit.supplier, text=hit.supplier)
            )

    def do_list_yank_row(self) -> None:
        """Copy the row, or what the line of the card is about."""
        line = self.card.current
        if self.focused is self.card and line is not None:
            self.bincard.copy(line.copy or line.text.strip(), line.copy or "the line")
        else:
            super().do_list_yank_row()

    async def do_app_refresh(self) -> None:
        """Ask for the list and the card again."""
        self._look_up(self._typed)
        if self._wanted is not None:
            self._load(*self._wanted)
