"""How the year goes: what each month sells beside the average one, as a heat map of shades and figures."""

from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.sales.book import Season
from tui.sales.places import by_of, chart_place, read_targets, season_place
from tui.screens.list_commands import ListCommands
from tui.views.sales import SEASON, season_lines
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine

__all__ = ["SalesSeasonScreen"]


class SalesSeasonScreen(ListCommands):
    """Shows `place`: the targets that are written in it together, or everything."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sold", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Sales by season"
    CSS_PATH: ClassVar[str] = "../styles/sales.tcss"
    VIEW = SEASON
    LABELS: ClassVar[dict[str, str]] = {"list.open": "Chart"}

    class Loaded(Message):
        """How the year goes, or why that is not known."""

        def __init__(self, season: Season | None, problem: str = "") -> None:
            super().__init__()
            self.season = season
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._by = by_of(place.model)
        self._targets = read_targets(place)
        self._rows = ListRows([], attrgetter("pk"))
        self._season: Season | None = None
        self._of_units = False

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Line(id="said")
        yield ResourceTable(
            self.VIEW.chosen(self.shown_columns()), self._rows, id="years", empty_text="Loading ...",
        )  # fmt: skip
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self._show_where()
        self.set_focus(self.table)
        self._load()

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#years", ResourceTable)

    def place(self) -> Place:
        return season_place(self._by, self._targets)

    def _show_where(self) -> None:
        others = len(self._targets) - 1
        what = "all sales" if not self._targets else self._targets[0].title + (f" and {others} more" if others else "")
        unit = "units" if self._of_units else f"revenue {self._season.currency if self._season else ''}".rstrip()
        self.query_one("#where", Line).show([(f"Season of {what}", "bold")], [(unit, "bold")])

    def offers(self, action: Action) -> bool:
        match action.id:
            case "list.open":
                return bool(self._targets)
            case "list.filter" | "list.mark" | "list.range" | "list.pane" | "list.unmark" | "sold.season":
                return False
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        if action.id == "sold.measure":
            return "Revenue" if self._of_units else "Units"
        return super().label_of(action)

    @work(exclusive=True, group="season")
    async def _load(self) -> None:
        try:
            season = await self.bincard.sales_book.season(self._by, self._targets)
        except ApiError as error:
            self.post_message(self.Loaded(None, str(error)))
        else:
            self.post_message(self.Loaded(season))

    def on_sales_season_screen_loaded(self, message: Loaded) -> None:
        if message.season is None:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh()
            self.bincard.announce(message.problem, "error")
            return
        self._season = message.season
        self.table.empty_text = "There is no whole month of sales yet: a season needs some, a year at best."
        self._fill()

    def _fill(self) -> None:
        season = self._season
        if season is None:
            return
        plain = not self.bincard.console.encoding.startswith("utf")
        self._rows.replace(season_lines(season, of_units=self._of_units, plain=plain))
        self.table.refresh_rows()
        self._show_where()
        note = f"; {season.note}" if season.note else ""
        self.query_one("#said", Line).show([(f"100 is the average month{note}", "")])
        self.refresh_footer()

    def do_sold_measure(self) -> None:
        """Units or revenue."""
        self._of_units = not self._of_units
        self._fill()

    async def do_list_open(self) -> None:
        """Draw what it is the season of."""
        if self._targets:
            await self.bincard.go(chart_place(self._targets))

    async def on_virtual_list_selected(self) -> None:
        await self.do_list_open()

    async def do_sold_close(self) -> None:
        """Go back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self.bincard.sales_book.forget()
        self._load()
