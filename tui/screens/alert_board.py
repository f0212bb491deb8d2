"""The alert board: what is wrong, the worst and newest first, as it happens; seen to and acted on from here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message

from tui.actions import BY_ID, Action
from tui.history import Place
from tui.live.alerts import ACKNOWLEDGED, CRITICAL, OPEN, RESOLVED, SNOOZED, WARNING, Alert
from tui.live.live import Live
from tui.screens.alert_deeds import AlertDeeds
from tui.screens.alert_rows import GROUPS, AlertTable, Group, Row, alert_columns, key_of, rows_of, story_of
from tui.screens.count_planner_rows import sparkline
from tui.views.view import ResourceView
from tui.widgets.columns import Column
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["AlertBoard"]

#: What can be shown: name -> (title, states).
_STATES: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "all": ("To do", (OPEN, ACKNOWLEDGED)), "open": ("Open", (OPEN,)), "acknowledged": ("Seen", (ACKNOWLEDGED,)),
    "snoozed": ("Snoozed", (SNOOZED,)), "resolved": ("Done", (RESOLVED,)),
}  # fmt: skip
#: From this width on the head says what the screen is.
_WIDE = 100
_SEVERITIES = (0, WARNING, CRITICAL)
_SEVERITY_WORDS = {0: "", WARNING: "! and worse", CRITICAL: "!! only"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the board shows; "" and 0 for all. `kind` may be several, by comma."""

    state: str = "all"
    severity: int = 0
    kind: str = ""
    group: str = ""

    @classmethod
    def of(cls, text: str) -> "Shown":
        """From the text of a place: "state:kind:severity:group", any of which may be missing."""
        state, kind, severity, group = (text.split(":") + [""] * 4)[:4]
        return cls(
            state if state in _STATES else "all",
            int(severity) if severity.isdecimal() and int(severity) in _SEVERITIES else 0, kind,
            group if group in GROUPS else "",
        )  # fmt: skip

    @property
    def text(self) -> str:
        return f"{self.state}:{self.kind}:{self.severity}:{self.group}"

    def takes(self, alert: Alert) -> bool:
        return (
            alert.state in _STATES[self.state][1]
            and alert.severity >= self.severity
            and (not self.kind or alert.kind in self.kind.split(","))
        )


class AlertBoard(AlertDeeds):
    """Shows `place`, whose text says what of it. The line under the cursor stays where it is, whatever comes."""

    SCOPES: ClassVar[tuple[str, ...]] = ("alerts", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Alert board"
    CSS_PATH: ClassVar[str] = "../styles/alerts.tcss"
    VIEW = ResourceView("alerts", "", alert_columns(datetime.min, ""), (), {}, "")

    class Told(Message):
        """Something has changed. Only the last of a burst arrives."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, AlertBoard.Told)

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._shown = Shown.of(place.text)
        self._return_to = place.cursor_pk
        self._rows: ListRows = ListRows([], key_of)
        self._known: frozenset[int | str] = frozenset()
        self._new: set[int] = set()
        self._loaded = self._keeps = False
        self._leave: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        self._live: Live = self.bincard.live
        yield Line(id="where")
        yield Line(id="news")
        yield AlertTable(self._columns(), self._rows, id="alerts", empty_text="Loading ...")
        yield Line(id="about")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._leave = self._live.subscribe(self._hear)
        self.bincard.start_live()
        self._live.open_board()
        if self._shown.state == "resolved":
            self._live.refresh(resolved=True)
        self._show()

    def _hear(self) -> None:
        self.post_message(self.Told())

    def on_resize(self) -> None:
        self._show_head()

    def on_unmount(self) -> None:
        if self._leave is not None:
            self._leave()
            self._live.close_board()

    # What is shown

    @property
    def table(self) -> AlertTable:
        return self.query_one("#alerts", AlertTable)

    @property
    def live(self) -> Live:
        return self._live

    @property
    def alert(self) -> Alert | None:
        row: Row | None = self.table.current_row
        return row if isinstance(row, Alert) else None

    def place(self) -> Place:
        alert = self.alert
        return Place(
            "alerts", "alert", None, title="Alerts", text=self._shown.text,
            cursor_pk=alert.pk if alert is not None else None,
        )  # fmt: skip

    def _columns(self) -> tuple[Column, ...]:
        return alert_columns(datetime.now().astimezone(), self._shown.group)

    def on_alert_board_told(self) -> None:
        self._show()

    def _show(self) -> None:
        """Bring the rows up to date; nothing above the cursor or under it goes away."""
        book = self._live.book
        if book.total is None:
            self._show_lines()
            return
        table = self.table
        alerts = {pk: one for pk, one in book.alerts.items() if self._shown.takes(one)}
        for row in self._rows_to_keep() if self._keeps else ():
            alerts.setdefault(row.pk, book.alerts.get(row.pk) or replace(row, state=RESOLVED, recovered=True))
        rows = rows_of(list(alerts.values()), self._shown.group)
        self._rows.replace(rows)
        table.empty_text = self._nothing()
        table.refresh_rows()
        self._note_new(rows)
        if self._return_to is not None and table.move_to_key(self._return_to):
            self._return_to = None
        self._loaded = self._keeps = True
        self._show_lines()
        self.refresh_footer()

    def _rows_to_keep(self) -> list[Alert]:
        """The rows up to the cursor: were one of them to go, the line under the cursor would move."""
        rows = (self._rows.get(index) for index in range(self.table.cursor + 1))
        return [row for row in rows if isinstance(row, Alert)]

    def _note_new(self, rows: Sequence[Row]) -> None:
        known, self._known = self._known, frozenset(map(key_of, rows))
        above = {row.pk for row in rows[: self.table.top] if isinstance(row, Alert)}
        if self._loaded:
            self._new |= {pk for pk in above if pk not in known}
        self._new &= above

    def _nothing(self) -> str:
        if self._shown == Shown(group=self._shown.group):
            return "Nothing is wrong, of what your role lets you see."
        return "No such alert."

    def _settle(self) -> None:
        """Let go of what was kept for the cursor's sake."""
        self._rows.replace([])
        self._known, self._new, self._loaded = frozenset(), set(), False
        self._show()
        table = self.table
        table.move_to(table.cursor, top=0 if table.cursor < table.page_height else table.top)

    # The lines above and below

    def _show_lines(self) -> None:
        self._show_head()
        self._show_news()
        self._show_about()

    def _show_head(self) -> None:
        alerts = self._live.book.alerts.values()
        parts: list[Part] = [("Alerts ", "bold")] if self.size.width >= _WIDE else []
        for number, (name, (title, states)) in enumerate(_STATES.items(), 1):
            count = sum(one.state in states for one in alerts)
            text = f"{number} {title}" if name == "resolved" else f"{number} {title} {count}"
            parts += [(f"[{text}]", "bold")] if name == self._shown.state else [(f" {text} ", "")]
        narrowed = [_SEVERITY_WORDS[self._shown.severity], self._shown.kind.replace("_", " ").replace(",", ", ")]
        narrowed += [f"by {self._shown.group}" if self._shown.group else ""]
        right: list[Part] = [(" · ".join(filter(None, narrowed)) + " ", "")] if any(narrowed) else []
        self.query_one("#where", Line).show(parts, [*right, self._state_of_line()])

    def _state_of_line(self) -> Part:
        live = self._live
        if live.problem:
            return ("! not live", "bold $warn")
        if live.is_live:
            return ("live", "$good")
        return (
            f"every {self.bincard.launch.options.live_poll} s" if self.bincard.launch.options.live else "r asks",
            "",
        )

    def _show_news(self) -> None:
        line = self.query_one("#news", Line)
        book = self._live.book
        new = sorted((book.alerts[pk] for pk in self._new if pk in book.alerts), key=lambda one: one.pk)
        if self._live.problem:
            line.show([(f"! {self._live.problem}", "bold $warn")])
        elif new:
            key = self.bincard.keymap.display(BY_ID["alerts.newest"])
            newest = new[-1]
            line.show([(f"{len(new)} new above ({key}): ", "bold $warn"), (newest.message, "bold")])
        else:
            line.show(self._per_hour())

    def _per_hour(self) -> list[Part]:
        hours = self._live.summary.per_hour
        if not hours:
            return []
        plain = not self.bincard.console.encoding.startswith("utf")
        return [("24 h ", "$muted"), (sparkline(hours, plain=plain), ""), (f" {sum(hours)} came", "$muted")]

    def _show_about(self) -> None:
        alert, row = self.alert, self.table.current_row
        if alert is not None:
            self.query_one("#about", Line).show([(story_of(alert, datetime.now().astimezone()), "")])
        else:
            self.query_one("#about", Line).show([(row.text, "")] if isinstance(row, Group) else [])

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        self._new &= {row.pk for n in range(self.table.top) if isinstance(row := self._rows.get(n), Alert)}
        self._show_news()
        self._show_about()
        self.refresh_footer()

    # What is shown: commands

    def offers(self, action: Action) -> bool:
        match action.id:
            case "list.sort" | "list.reverse" | "list.columns" | "list.pane" | "list.filter":
                return False
            case "alerts.newest":
                return bool(self._new)
            case "alerts.kind":
                return bool(self._live.book.alerts)
            case _:
                return super().offers(action)

    def _narrow(self, shown: Shown) -> None:
        resolved = shown.state == "resolved" and self._shown.state != "resolved"
        regrouped = shown.group != self._shown.group
        self._shown = shown
        if resolved:
            self._live.refresh(resolved=True)
        if regrouped:
            self.table.columns = self._columns()
        self._settle()

    def do_alerts_newest(self) -> None:
        """Go to the alerts that came in above."""
        newest = max(self._new, default=None)
        self._settle()
        if newest is not None:
            self.table.move_to_key(newest)

    def do_alerts_group(self) -> None:
        """Group by kind, by location, or not."""
        at = GROUPS.index(self._shown.group)
        self._narrow(replace(self._shown, group=GROUPS[(at + 1) % len(GROUPS)]))

    def do_alerts_worse(self) -> None:
        """From warnings on, only critical ones, or all."""
        at = _SEVERITIES.index(self._shown.severity)
        self._narrow(replace(self._shown, severity=_SEVERITIES[(at + 1) % len(_SEVERITIES)]))

    async def do_alerts_kind(self, name: str = "") -> None:
        """Show one kind alone, or all."""
        from tui.screens.picker import Picker
        from tui.widgets.choice_list import Choice

        titles = {one.kind: one.title for one in self._live.book.alerts.values()}
        if name in titles:
            self._narrow(replace(self._shown, kind=name))
            return
        listed = sorted(titles.items(), key=lambda each: each[1])
        choices = [Choice("", "All kinds"), *(Choice(kind, title) for kind, title in listed)]

        def chosen(kind: str | None) -> None:
            if kind is not None:
                self._narrow(replace(self._shown, kind=kind))

        await self.bincard.push_screen(Picker("Show which kind?", choices, current=self._shown.kind), chosen)

    def do_alerts_next(self) -> None:
        """The next state."""
        names = list(_STATES)
        self._narrow(replace(self._shown, state=names[(names.index(self._shown.state) + 1) % len(names)]))

    def do_alerts_all(self) -> None:
        self._narrow(replace(self._shown, state="all"))

    def do_alerts_unseen(self) -> None:
        self._narrow(replace(self._shown, state="open"))

    def do_alerts_acknowledged(self) -> None:
        self._narrow(replace(self._shown, state="acknowledged"))

    def do_alerts_snoozed(self) -> None:
        self._narrow(replace(self._shown, state="snoozed"))

    def do_alerts_resolved(self) -> None:
        self._narrow(replace(self._shown, state="resolved"))

    def do_app_cancel(self) -> None:
        """Take away the marks, else show everything."""
        if self.table.marked_keys or self.table.range_active:
            self.table.action_unmark_all()
        elif self._shown.kind or self._shown.severity or self._shown.state != "all":
            self._narrow(Shown(group=self._shown.group))

    async def do_alerts_close(self) -> None:
        """Back to where one came from."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    async def do_app_refresh(self) -> None:
        """Ask the server again, and let go of what is over."""
        self._settle()
        self._keeps = False  # what is over by now goes away when the answer comes
        self._live.refresh(resolved=self._shown.state == "resolved")
