"""The dashboard: what needs somebody now, as numbers that open the list behind them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.live.alerts import local_time
from tui.live.dashboard import Answer, Number, ask, load_listed, load_sales, offered
from tui.live.live import Live
from tui.safe_text import safe
from tui.screens.count_planner_rows import sparkline
from tui.screens.list_commands import ListCommands
from tui.views.formats import money, quantity
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["DashboardScreen"]

#: Seconds after a change in which further ones are waited for: orders are posted line by line.
_BREATH = 1.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A number and what it is, as far as is known."""

    number: Number
    answer: Answer | None = None

    @property
    def name(self) -> str:
        return self.number.name

    @property
    def is_urgent(self) -> bool:
        return bool(self.number.sign and self.answer is not None and self.answer.value)


def _value(row: Shown) -> str:
    if row.answer is None:
        return "…"
    return "?" if row.answer.trouble else quantity(row.answer.value)


def _hint(row: Shown) -> str:
    if not row.is_urgent:
        return "muted" if row.answer is not None and not row.answer.value else "number"
    return "bad" if row.number.sign == "!!" else "warn"


def _label(row: Shown) -> str:
    return f"{row.number.label}: {row.answer.trouble}" if row.answer and row.answer.trouble else row.number.label


_COLUMNS = (
    Column("key", "", lambda row: row.number.key, width=1, priority=0, hint="strong"),
    Column("value", "Now", _value, width=9, min_width=6, align="right", priority=0, hint=_hint),
    Column("sign", "", lambda row: row.number.sign if row.is_urgent else "", width=2, priority=1, hint=_hint),
    Column("label", "What", _label, width=30, min_width=12, flex=1, priority=0),
)


#: What opens for a number that has no screen: its title, and what is said where there is nothing.
_LISTED: Final = {
    "failed": ("Jobs that failed", "No job has failed."),
    "waiting": ("Jobs that wait", "No job waits."),
    "streams": ("Who follows this server", "Nobody follows this server."),
}


def _told(name: str, row: Mapping[str, Any], now: datetime) -> str:
    """A line of such a list."""
    if name == "streams":
        return f"{row.get('username') or row.get('user')}: {row.get('streams')}"
    if name == "waiting":
        return f"{row.get('name')}"
    at = local_time(str(row.get("finished_at") or row.get("queued_at") or ""), now)
    return f"{at}  {row.get('name')}: {row.get('error') or 'no reason is known'}"


class DashboardScreen(ListCommands):
    """One number in each line; each comes when it is known, and again when something changed that it counts."""

    SCOPES: ClassVar[tuple[str, ...]] = ("dashboard", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Dashboard"
    CSS_PATH: ClassVar[str] = "../styles/dashboard.tcss"
    VIEW = ResourceView("dashboard", "", _COLUMNS, (), {}, "")

    class Counted(Message):
        """A number is known; None: there is none for this user."""

        def __init__(self, number: Number, answer: Answer | None) -> None:
            super().__init__()
            self.number = number
            self.answer = answer

    class Listed(Message):
        """The lines behind a number that has no screen, or why they are not known."""

        def __init__(self, name: str, lines: Sequence[str], problem: str = "") -> None:
            super().__init__()
            self.name = name
            self.lines = lines
            self.problem = problem

    class SalesRead(Message):
        """The revenue of twelve months, oldest first; empty where there is none to be seen."""

        def __init__(self, months: Sequence[float], currency: str) -> None:
            super().__init__()
            self.months = months
            self.currency = currency

    class Told(Message):
        """How the server is followed has changed, or how many alerts there are. Only the last of a burst arrives."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, DashboardScreen.Told)

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._return_to = place.text
        self._rows: ListRows = ListRows([], attrgetter("name"))
        self._leave: list[Callable[[], None]] = []
        self._stale: set[str] = set()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        self._rows.replace([Shown(number) for number in offered(self.bincard.session)])
        yield Line(id="where")
        yield ResourceTable(_COLUMNS, self._rows, id="numbers", empty_text="Nothing that your role lets you see.")
        yield Line(id="sales")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        if self._return_to:
            self.table.move_to_key(self._return_to)
        self._live: Live = self.bincard.live
        self._was_live = self._live.is_live
        self.bincard.start_live()
        models = frozenset[str]().union(*(row.number.models for row in self._all))
        self._leave = [self._live.subscribe(self._hear), self._live.watch(models, self._changed)]
        self._show_head()
        self._count([row.number for row in self._all])
        self._ask_sales()

    def on_unmount(self) -> None:
        for leave in self._leave:
            leave()

    # What is shown

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#numbers", ResourceTable)

    @property
    def _all(self) -> list[Shown]:
        return [row for index in range(self._rows.total) if (row := self._rows.get(index)) is not None]

    def place(self) -> Place:
        row: Shown | None = self.table.current_row
        return Place("dashboard", "", None, title="Dashboard", text=row.name if row is not None else "")

    def _hear(self) -> None:
        self.post_message(self.Told())

    def on_dashboard_screen_told(self) -> None:
        if self._live.is_live != self._was_live:  # one stream more or less: our own
            self._was_live = self._live.is_live
            self._count([row.number for row in self._all if row.name == "streams"])
        self._show_head()

    def _show_head(self) -> None:
        live, link = self._live, self.bincard.session.client.connection.state
        state: Part = ("live", "$good") if live.is_live else ("r asks again", "")
        if live.problem:
            state = (f"! not live: {live.problem}", "bold $warn")
        self.query_one("#where", Line).show([("Dashboard", "bold"), (f"  server {link.link.value}", "")], [state])

    # Counting

    def _count(self, numbers: Iterable[Number]) -> None:
        for number in numbers:
            self._ask(number)

    @work(group="numbers")
    async def _ask(self, number: Number) -> None:
        self.post_message(self.Counted(number, await ask(self.bincard.session, number)))

    def on_dashboard_screen_counted(self, message: Counted) -> None:
        rows = [
            Shown(row.number, message.answer) if row.name == message.number.name else row
            for row in self._all
            if row.name != message.number.name or message.answer is not None
        ]
        if rows != self._all:
            self._rows.replace(rows)
            self.table.refresh_rows()
            self.refresh_footer()
        self._show_head()

    @work(exclusive=True, group="sales")
    async def _ask_sales(self) -> None:
        self.post_message(self.SalesRead(*await load_sales(self.bincard.session, date.today())))

    def on_dashboard_screen_sales_read(self, message: SalesRead) -> None:
        parts: list[Part] = []
        if message.months:
            plain = not self.bincard.console.encoding.startswith("utf")
            total = money(sum(message.months), message.currency)
            parts = [("Sales, 12 months ", ""), (sparkline(message.months, plain=plain), "bold"), (f" {total}", "")]
        self.query_one("#sales", Line).show(parts)

    def _changed(self, model: str) -> None:
        """Something that is counted has changed: count again, once it is over."""
        self._stale |= {row.name for row in self._all if model in row.number.models}
        if self._timer is None:
            self._timer = self.set_timer(_BREATH, self._count_stale)

    def _count_stale(self) -> None:
        stale, self._stale, self._timer = self._stale, set(), None
        self._count([row.number for row in self._all if row.name in stale])

    # Commands

    def offers(self, action: Action) -> bool:
        if action.id in ("list.sort", "list.reverse", "list.columns", "list.pane", "list.filter"):
            return False
        if action.id in ("list.mark", "list.range", "list.unmark"):
            return False
        if action.id == "list.open":
            return self.table.current_row is not None
        if action.id.startswith("dashboard.open_"):
            return any(row.number.key == action.keys[0] for row in self._all)
        return super().offers(action)

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Open the list behind the number."""
        row: Shown | None = self.table.current_row
        if row is not None:
            await self._open(row.number)

    async def _open_key(self, key: str) -> None:
        for row in self._all:
            if row.number.key == key:
                self.table.move_to_key(row.name)
                await self._open(row.number)
                return

    async def _open(self, number: Number) -> None:
        for screen, name, value in number.state:
            self.bincard.state.set(screen, name, value)
        place = number.place
        if place.screen == "dashboard":
            self._read_listed(place.model)
        elif place.screen == "orders" and not place.model:
            await self.bincard.do_app_orders()
        else:
            await self.bincard.go(place)

    @work(exclusive=True, group="listed")
    async def _read_listed(self, name: str) -> None:
        now = datetime.now().astimezone()
        try:
            found = await load_listed(self.bincard.session, name)
        except ApiError as error:
            self.post_message(self.Listed(name, (), str(error)))
            return
        self.post_message(self.Listed(name, [_told(name, row, now) for row in found]))

    async def on_dashboard_screen_listed(self, message: Listed) -> None:
        if message.problem:
            self.bincard.announce(message.problem, "error")
            return
        from tui.screens.help import HelpScreen

        title, nothing = _LISTED[message.name]

        def lines(width: int) -> list[Content]:
            told = message.lines or (nothing,)
            return [piece for line in told for piece in Content(safe(line)).wrap(width)]

        await self.bincard.push_screen(HelpScreen(title, lines))

    async def do_dashboard_open_1(self) -> None:
        await self._open_key("1")

    async def do_dashboard_open_2(self) -> None:
        await self._open_key("2")

    async def do_dashboard_open_3(self) -> None:
        await self._open_key("3")

    async def do_dashboard_open_4(self) -> None:
        await self._open_key("4")

    async def do_dashboard_open_5(self) -> None:
        await self._open_key("5")

    async def do_dashboard_open_6(self) -> None:
        await self._open_key("6")

    async def do_dashboard_open_7(self) -> None:
        await self._open_key("7")

    async def do_dashboard_open_8(self) -> None:
        await self._open_key("8")

    async def do_dashboard_open_9(self) -> None:
        await self._open_key("9")

    async def do_dashboard_open_0(self) -> None:
        await self._open_key("0")

    async def do_dashboard_close(self) -> None:
        """Back to where one came from."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    async def do_app_refresh(self) -> None:
        """Count again."""
        self._count([row.number for row in self._all])
        self._ask_sales()
