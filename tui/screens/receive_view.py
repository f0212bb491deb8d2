"""What the receive screen shows, and what its keys do to it: the last result, the order, its lines, the prompt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import ClassVar

from textual.app import ComposeResult

from tui.api_models import Location
from tui.history import Place
from tui.keymap import display_key
from tui.orders.receipts import Extras
from tui.orders.receiving import ReceivingLine
from tui.screens.receive_fields import FIELDS, RETURN_FIELDS, ExtraField
from tui.screens.receive_lines import NARROW, columns_for, head, in_order
from tui.screens.receive_work import ReceiveWork
from tui.views.orders import kind_of_model
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.prompt_line import PromptLine
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine

__all__ = ["Draft", "ReceiveView"]

#: Screens lower than this have no rules between their parts.
_LOW = 20


@dataclass
class Draft:
    """The receipt being put together."""

    line: ReceivingLine
    typed: str = ""
    amount: Decimal | None = None
    asked: bool = False
    extras: Extras = field(default_factory=Extras)


class ReceiveView(ReceiveWork):
    """The widgets of the receive screen, and the keys that need to know no more than these."""

    SCOPES: ClassVar[tuple[str, ...]] = ("receive", "global")
    TITLE_TEXT: ClassVar[str] = "Receive"
    CSS_PATH: ClassVar[str] = "../styles/receive.tcss"

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._kind = kind_of_model(place.model)
        self._stage = "loading"
        self._draft_now: Draft | None = None
        self._pointed = False
        self._rows = ListRows((), key=attrgetter("pk"))

    def compose(self) -> ComposeResult:
        yield Line(id="result")
        yield Line(id="where")
        yield ResourceTable(
            columns_for(self.app.size.width), self._rows, id="lines", empty_text="",
        )  # fmt: skip
        yield ChoiceList(rows=6, reserve=12, id="choices")
        yield PromptLine()
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_resize(self) -> None:
        self._fit()
        self._show_lines()

    def _fit(self) -> None:
        self.set_class(self.app.size.height < _LOW, "-small")
        self._table.columns = columns_for(self.app.size.width, self._lines)

    @property
    def _draft(self) -> Draft:
        """The receipt being put together. Raises LookupError when there is none."""
        if self._draft_now is None:
            raise LookupError("no item has been chosen")
        return self._draft_now

    @property
    def _lines(self) -> Sequence[ReceivingLine]:
        return self.desk.lines if self.desk is not None else ()

    @property
    def _prompt(self) -> PromptLine:
        return self.query_one(PromptLine)

    @property
    def _table(self) -> ResourceTable:
        return self.query_one("#lines", ResourceTable)

    @property
    def _choices(self) -> ChoiceList:
        return self.query_one("#choices", ChoiceList)

    @property
    def _fields(self) -> Sequence[ExtraField]:
        return RETURN_FIELDS if self._kind.name == "return" else FIELDS

    async def take_scan(self, text: str) -> None:
        """Take what a scanner read, wherever the focus is."""
        self._prompt.put(text)

    # Showing

    def _show_result(self, text: str, style: str = "", sign: str = "", figures: str = "") -> None:
        """Say on the top line what came of the last entry; the figures are never cut off."""
        self.query_one("#result", Line).show([(f"{sign}{text}".rstrip(), style)], [(figures, style)] if figures else ())

    def _called(self, place: Location) -> str:
        """A location by its path, or just its name where there is little room."""
        return place.name if self.app.size.width < NARROW else place.path

    def _show_lines(self) -> None:
        desk = self.desk
        if desk is None or desk.order is None:
            return
        self._table.columns = columns_for(self.app.size.width, desk.lines)
        self._table.empty_text = "The order has no lines."
        self._rows.replace(in_order(desk.lines))
        self._table.refresh_rows()
        self.query_one("#where", Line).show(*head(desk.order, desk.lines, self.app.size.width))

    def _show_choices(self, choices: Sequence[Choice]) -> None:
        self._choices.set_choices(choices)
        self.set_class(bool(choices), "-choosing")

    def _hide_choices(self) -> None:
        self._choices.set_choices(())
        self.remove_class("-choosing")

    # Keys

    def footer_keys(self) -> list[tuple[str, str]]:
        """As everywhere, but by keys that type nothing: here all others are text."""
        keymap = self.bincard.keymap
        pairs = []
        for action in sorted(self.available(), key=lambda action: (action.id == "app.help", action.footer)):
            key = next((key for key in keymap.keys(action) if len(key) > 1), None)
            if action.footer and key is not None:
                pairs.append((display_key(key), self.label_of(action)))
        return pairs

    def do_receive_accept(self) -> None:
        """Take what is typed."""
        self._prompt.press()

    def do_receive_next(self) -> None:
        """The next optional field."""
        self._prompt.press("next")

    def do_receive_before(self) -> None:
        """The optional field before."""
        self._prompt.press("before")

    def do_receive_location(self) -> None:
        """Ask where things go from now on."""
        self._prompt.press("location")

    def do_receive_batch(self) -> None:
        """Ask for the batch."""
        self._prompt.press("batch")

    def do_receive_serials(self) -> None:
        """Ask for serial numbers."""
        self._prompt.press("serials")

    def do_receive_expiry(self) -> None:
        """Ask for the day it expires."""
        self._prompt.press("expiry")

    def do_receive_status(self) -> None:
        """Ask for the status."""
        self._prompt.press("status")

    def do_receive_packaging(self) -> None:
        """Ask for the packaging."""
        self._prompt.press("packaging")

    def do_receive_barcode(self) -> None:
        """Ask for a barcode to link."""
        self._prompt.press("barcode")

    def do_receive_note(self) -> None:
        """Ask for a note."""
        self._prompt.press("note")

    def do_receive_down(self) -> None:
        """Down in the choices, else in the lines."""
        self._move(1)

    def do_receive_up(self) -> None:
        """Up in the choices, else in the lines."""
        self._move(-1)

    def do_receive_page_down(self) -> None:
        """A page down."""
        self._move(self._table.page_height)

    def do_receive_page_up(self) -> None:
        """A page up."""
        self._move(-self._table.page_height)

    def _move(self, distance: int) -> None:
        if self.has_class("-choosing"):
            self._choices.move(distance)
        else:
            self._table.move_to(self._table.cursor + distance)
            self._pointed = self._stage == "item"
