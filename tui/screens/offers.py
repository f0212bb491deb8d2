"""The suppliers of one part side by side at a quantity: price, packs, total, when it comes."""

from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.screens.list_commands import ListCommands
from tui.stock_actions.quantities import parse_quantity
from tui.suppliers.lookup import compare
from tui.suppliers.offers import Offer, are_comparable, marks_of
from tui.views.formats import quantity
from tui.views.supplier_cards import OFFERS, OfferRow
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["OffersScreen"]

PAUSE = 0.3


class OffersScreen(ListCommands):
    """Shows `place`: the part is its pk, the quantity its text (1 when it has none)."""

    SCOPES: ClassVar[tuple[str, ...]] = ("offers", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Compare suppliers"
    CSS_PATH: ClassVar[str] = "../styles/offers.tcss"
    VIEW = OFFERS
    LABELS: ClassVar[dict[str, str]] = {
        "filter.accept": "To the offers",
        "filter.clear": "Leave",
        "list.open": "Details",
    }

    class Compared(Message):
        """The offers at a quantity, or why there are none."""

        def __init__(self, wanted: Decimal, offers: list[Offer], problem: str = "") -> None:
            super().__init__()
            self.wanted = wanted
            self.offers = offers
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._rows = ListRows([], attrgetter("pk"))
        self._wanted: Decimal | None = None
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        with Horizontal(id="box"):
            yield Line(id="label")
            yield Field(self._place.text or "1", placeholder="how many, also 4*250", id="quantity")
        yield Line(id="said")
        yield ResourceTable(
            OFFERS.chosen(self.shown_columns()),
            self._rows,
            id="offers",
            empty_text="Nobody supplies this part.",
            loading_text="Loading ...",
        )
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#where", Line).show([(f"Suppliers of {self._place.title or 'the part'}", "bold")])
        self.query_one("#label", Line).show([("Quantity", "bold")])
        field = self.query_one(Field)
        self.set_focus(field)
        field.select_all()
        self._ask()

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#offers", ResourceTable)

    def place(self) -> Place:
        return Place("offers", "part", self._place.pk, title=self._place.title, text=self.query_one(Field).value)

    def current_scopes(self) -> tuple[str, ...]:
        return ("filter",) if isinstance(self.focused, Input) else self.SCOPES

    def offers(self, action: Action) -> bool:
        if action.id in ("list.filter", "list.mark", "list.range", "list.pane", "list.unmark"):
            return False
        return super().offers(action)

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#said", Line).show([(text, style)])

    # Comparing

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        try:
            wanted = _quantity(self.query_one(Field).value)
        except ValueError as error:
            self._say(str(error), "bold $warn")
            return
        if wanted != self._wanted:
            self._wanted = wanted
            self._compare(wanted)

    @work(exclusive=True, group="offers")
    async def _compare(self, wanted: Decimal) -> None:
        try:
            offers = await compare(self.bincard.session.client, self._place.pk or 0, wanted, date.today())
        except ApiError as error:
            self.post_message(self.Compared(wanted, [], str(error)))
        else:
            self.post_message(self.Compared(wanted, offers))

    def on_offers_screen_compared(self, message: Compared) -> None:
        if message.problem:
            self._wanted = None
            self.table.loading_text = "Not loaded; r tries again."
            self.bincard.announce(message.problem, "error")
            return
        marks = marks_of(message.offers)
        self._rows.replace([OfferRow(offer, marks) for offer in message.offers])
        self.table.refresh_rows()
        self._say(_summary(message.wanted, message.offers), "")
        self.refresh_footer()

    # Commands

    def do_filter_accept(self) -> None:
        """Compare at this quantity and go to the offers."""
        self._ask()
        self.set_focus(self.table)

    def do_filter_clear(self) -> None:
        """Go to the offers."""
        self.set_focus(self.table)

    def do_suppliers_quantity(self) -> None:
        """Type another quantity."""
        field = self.query_one(Field)
        self.set_focus(field)
        field.select_all()

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Show the supplier part."""
        row: OfferRow | None = self.table.current_row
        if row is not None:
            part = row.offer.part
            await self.bincard.go(Place("suppliers", "supplierpart", part.pk, title=part.sku, text=part.sku))

    async def do_suppliers_leave(self) -> None:
        """Go back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask for the offers again."""
        self._wanted = None
        self._ask()


def _quantity(text: str) -> Decimal:
    """The quantity of a text or an expression. Raises ValueError with what to type."""
    wanted = parse_quantity(text)
    if wanted <= 0:
        raise ValueError("How many are wanted? A number above 0.")
    return wanted


def _summary(wanted: Decimal, offers: list[Offer]) -> str:
    """What the table shows, in words."""
    priced = [offer for offer in offers if offer.total is not None]
    currencies = {offer.currency for offer in priced}
    text = f"{quantity(wanted)} from {len(offers)} supplier part{'s' if len(offers) != 1 else ''}"
    if len(currencies) > 1:
        how = "at the server's rates" if are_comparable(offers) else "no rates: not compared"
        text += f"; {', '.join(sorted(currencies))} {how}"
    if len(priced) < len(offers):
        text += f"; {len(offers) - len(priced)} without a price"
    return text
