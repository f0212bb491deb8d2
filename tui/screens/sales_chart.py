"""The chart of one or more rows of sales: bars by week, month or year, the figures below, the orders behind them."""

from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.sales.book import Forecast, Series, Target
from tui.sales.periods import Span
from tui.sales.places import chart_place, orders_place, read_targets, season_place
from tui.screens.list_commands import ListCommands
from tui.views.sales import BARS, BarRow, forecast_line
from tui.views.sales_chart import Drawn, draw, legend_of
from tui.widgets.chart import LETTERS
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.text_lines import TextLine, TextLines
from tui.widgets.virtual_list import VirtualList

__all__ = ["SalesChartScreen"]

SPANS: tuple[Span, ...] = ("week", "month", "year")
#: Lines of the screen from which on the chart is high, and below which there is none.
TALL, LOW = 36, 18


class SalesChartScreen(ListCommands):
    """Shows `place`: the targets that are written in it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sold", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Sales chart"
    CSS_PATH: ClassVar[str] = "../styles/sales.tcss"
    VIEW = BARS
    LABELS: ClassVar[dict[str, str]] = {"list.open": "Orders"}

    class Loaded(Message):
        """The series of a span, or why there are none."""

        def __init__(self, span: Span, series: list[Series], problem: str = "") -> None:
            super().__init__()
            self.span = span
            self.series = series
            self.problem = problem

    class Foretold(Message):
        """The forecast of the part, None where there is none; or why that is not known."""

        def __init__(self, forecast: Forecast | None, problem: str = "") -> None:
            super().__init__()
            self.forecast = forecast
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._targets = read_targets(place)[: len(LETTERS)]
        self._left_out = len(read_targets(place)) - len(self._targets)
        self._rows = ListRows([], attrgetter("pk"))
        self._series: list[Series] = []
        self._span: Span = "week"
        self._of_units = False
        self._before = self._average = True

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Line(id="legend")
        chart = TextLines(id="chart")
        chart.can_focus = False
        yield chart
        yield Line(id="forecast")
        yield ResourceTable(
            self.VIEW.chosen(self.shown_columns()), self._rows, id="bars", empty_text="Loading ...",
        )  # fmt: skip
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        span = self.bincard.state.get("sales", "chart", "")
        self._span = span if span in SPANS else "week"
        self.add_class("-silent")
        self.set_focus(self.table)
        self._show_where()
        self._load(self._span)
        if len(self._targets) == 1 and self._targets[0].by == "part":
            self._foretell(self._targets[0])

    def on_resize(self) -> None:
        self.set_class(self.size.height >= TALL, "-tall")
        self.set_class(self.size.height < LOW, "-small")
        self.call_after_refresh(self._draw)

    # What is on the screen

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#bars", ResourceTable)

    @property
    def _plain(self) -> bool:
        return not self.bincard.console.encoding.startswith("utf")

    @property
    def _drawn(self) -> Drawn:
        several = len(self._series) > 1
        return Drawn(self._of_units, self._before and not several, self._average and not several, self._plain)

    def place(self) -> Place:
        kept = chart_place(read_targets(self._place))
        return Place("sales-chart", kept.model, kept.pk, kept.title, kept.text, cursor_row=self.table.cursor)

    def _show_where(self) -> None:
        first, others = self._targets[0].title, len(self._targets) - 1
        left = f"Sales of {first}" + (f" and {others} more" if others else "")
        self.query_one("#where", Line).show([(left, "bold")], [(f"by {self._span}", "")])

    def _draw(self) -> None:
        if not self._series:
            return
        chart = self.query_one("#chart", TextLines)
        lines = draw(self._series, self._drawn, chart.size.width - 2, chart.size.height)
        chart.show([TextLine(((line, ""),)) for line in lines])
        self.query_one("#legend", Line).show([(legend_of(self._series, self._drawn), "")])

    def offers(self, action: Action) -> bool:
        match action.id:
            case "sold.before" | "sold.average":
                return len(self._targets) == 1
            case "sold.card":
                return self._card is not None
            case "list.open":
                return self.table.current_row is not None
            case "list.filter" | "list.mark" | "list.range" | "list.pane" | "list.unmark":
                return False
            case _:
                return super().offers(action)

    @property
    def _card(self) -> Target | None:
        row = self.table.current_row
        target: Target | None = row.target if row is not None else self._targets[0]
        return target if target is not None and target.by == "part" and target.pk is not None else None

    def label_of(self, action: Action) -> str:
        match action.id:
            case "sold.span":
                return {"week": "Months", "month": "Years", "year": "Weeks"}[self._span]
            case "sold.measure":
                return "Revenue" if self._of_units else "Units"
            case _:
                return super().label_of(action)

    # Loading

    @work(exclusive=True, group="chart")
    async def _load(self, span: Span) -> None:
        try:
            series = await self.bincard.sales_book.series(self._targets, span)
        except ApiError as error:
            self.post_message(self.Loaded(span, [], str(error)))
        else:
            self.post_message(self.Loaded(span, series))

    def on_sales_chart_screen_loaded(self, message: Loaded) -> None:
        if message.span != self._span:
            return
        if message.problem:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh()
            self.bincard.announce(message.problem, "error")
            return
        self._series = message.series
        rows = [BarRow(each.target, each.span, bar) for each in message.series for bar in each.bars]
        rows.sort(key=lambda row: row.bar.start, reverse=True)
        self._rows.replace(rows)
        self.table.empty_text = "Nothing was sold."
        hidden = {"name"} if len(self._targets) == 1 else {"before", "growth", "average"}
        self.table.columns = [each for each in self.VIEW.chosen(self.shown_columns()) if each.key not in hidden]
        self.table.refresh_rows()
        if self._place.cursor_row:
            self.table.move_to(self._place.cursor_row)
            self._place = chart_place(read_targets(self._place))
        self._show_where()
        self._draw()
        self.refresh_footer()
        if self._left_out:
            self.bincard.announce(f"The first {len(LETTERS)} of the marked rows are drawn.")

    @work(exclusive=True, group="forecast")
    async def _foretell(self, target: Target) -> None:
        try:
            forecast = await self.bincard.sales_book.forecast(target)
        except ApiError as error:
            self.post_message(self.Foretold(None, str(error)))
        else:
            self.post_message(self.Foretold(forecast))

    def on_sales_chart_screen_foretold(self, message: Foretold) -> None:
        if message.problem:
            self.bincard.announce(message.problem, "warning")
        if message.forecast is not None:
            self.query_one("#forecast", Line).show([(forecast_line(message.forecast), "")])
            self.remove_class("-silent")

    # Commands

    def do_sold_span(self) -> None:
        """Weeks, months, years."""
        self._span = SPANS[(SPANS.index(self._span) + 1) % len(SPANS)]
        self.bincard.state.set("sales", "chart", self._span)
        self.table.move_to(0)
        self._load(self._span)

    def do_sold_measure(self) -> None:
        """Units or revenue."""
        self._of_units = not self._of_units
        self._redraw()

    def do_sold_before(self) -> None:
        """With the year before or without."""
        self._before = not self._before
        self._redraw()

    def do_sold_average(self) -> None:
        """With the moving average or without."""
        self._average = not self._average
        self._redraw()

    def _redraw(self) -> None:
        self._draw()
        self.refresh_footer()

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Show the orders behind the bar under the cursor."""
        row: BarRow | None = self.table.current_row
        if row is not None:
            await self.bincard.go(orders_place(row.target, row.span, row.bar.start))

    async def do_sold_card(self) -> None:
        """Show the bin card of the part."""
        target = self._card
        if target is not None:
            await self.bincard.go(Place("card", "part", target.pk, title=target.title))

    async def do_sold_season(self) -> None:
        """Show what each month of the year sells."""
        await self.bincard.go(season_place(self._targets[0].by, self._targets))

    async def do_sold_close(self) -> None:
        """Go back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self.bincard.sales_book.forget()
        self._load(self._span)
