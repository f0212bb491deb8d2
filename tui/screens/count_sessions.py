"""The board of count sessions: how far each is, who counts, and what is to be done next."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.counting.review import CountSession, Rights, SessionState, legal_for_session, load_sessions
from tui.history import Place
from tui.screens.count_review_commands import join_session
from tui.screens.count_review_rows import session_columns
from tui.screens.list_commands import ListCommands
from tui.views.view import ResourceView
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["SessionBoard"]

#: What can be shown: name -> (title, states); no states for all.
_FILTERS: Mapping[str, tuple[str, frozenset[int]]] = {
    "all": ("All", frozenset()),
    "counting": ("Counting", frozenset({SessionState.COUNTING})),
    "review": ("In review", frozenset({SessionState.REVIEW})),
    "over": ("Over", frozenset({SessionState.POSTED, SessionState.CANCELLED})),
}


class SessionBoard(ListCommands):
    """Sessions by state, those being counted first. The text of `place` is the filter."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sessions", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Count sessions"
    CSS_PATH: ClassVar[str] = "../styles/count_review.tcss"
    VIEW = ResourceView("sessions", "", tuple(session_columns(Rights())), (), {}, "")

    class Loaded(Message):
        """The sessions, or why there are none."""

        def __init__(self, sessions: Sequence[CountSession], problem: str = "") -> None:
            super().__init__()
            self.sessions = sessions
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._filter = place.text if place.text in _FILTERS else "all"
        self._return_to = place.cursor_pk
        self._all: Sequence[CountSession] = ()
        self._rows: ListRows = ListRows([], attrgetter("pk"))

    def compose(self) -> ComposeResult:
        self._rights = Rights.of(self.bincard.session)
        yield Line(id="where")
        yield ResourceTable(session_columns(self._rights), self._rows, id="sessions", empty_text="Loading ...")
        yield Line(id="about")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self._show_head()
        self.set_focus(self.table)
        self._load()

    # What is shown

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#sessions", ResourceTable)

    @property
    def _session(self) -> CountSession | None:
        row: CountSession | None = self.table.current_row
        return row

    def place(self) -> Place:
        session = self._session
        return Place(
            "sessions", "countsession", None, title="Count sessions", text=self._filter,
            cursor_pk=session.pk if session is not None else None, cursor_row=self.table.cursor,
        )  # fmt: skip

    @work(exclusive=True, group="sessions")
    async def _load(self) -> None:
        try:
            sessions = await load_sessions(self.bincard.session.client)
        except ApiError as error:
            self.post_message(self.Loaded((), str(error)))
        else:
            self.post_message(self.Loaded(sessions))

    def on_session_board_loaded(self, message: Loaded) -> None:
        if message.problem:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh_rows()
            self.bincard.announce(message.problem, "error")
            return
        self._all = message.sessions
        self._show()
        if self._return_to is not None:
            self.table.move_to_key(self._return_to)
            self._return_to = None

    def _show(self) -> None:
        states = _FILTERS[self._filter][1]
        self.table.empty_text = "No such session. n begins a count." if self._all else "No sessions yet. n begins one."
        self._rows.replace([one for one in self._all if not states or one.state in states])
        self.table.refresh_rows()
        self._show_head()
        self._show_session()
        self.refresh_footer()

    def _show_head(self) -> None:
        parts: list[Part] = [("Count sessions  ", "bold")]
        for number, (name, (title, states)) in enumerate(_FILTERS.items(), 1):
            count = sum(not states or one.state in states for one in self._all)
            text = f"{number} {title} {count}"
            parts += [(f"[{text}]", "bold")] if name == self._filter else [(f" {text} ", "")]
        self.query_one("#where", Line).show(parts)

    def _show_session(self) -> None:
        session = self._session
        if session is None:
            self.query_one("#about", Line).show([])
            return
        step = session.next_step(self._rights)
        said = [session.title, f"next: {step}" if step else "", session.progress]
        said += [f"{session.skipped} put off" if session.skipped else ""]
        said.append(f"{session.found} found" if session.found else "")
        said.append(f"{session.parked} parked" if session.parked else "")
        said.append(f"by {', '.join(session.counters)}" if session.counters else "")
        self.query_one("#about", Line).show([(" · ".join(filter(None, said)), "")])

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is self.table:
            self._show_session()
            self.refresh_footer()

    # Commands

    def offers(self, action: Action) -> bool:
        session = self._session
        match action.id:
            case "list.sort" | "list.reverse" | "list.columns" | "list.pane" | "list.filter":
                return False
            case "list.mark" | "list.range" | "list.unmark":
                return False
            case "list.open":
                return session is not None
            case "sessions.join":
                return session is not None and "count" in legal_for_session(session, self._rights)
            case _:
                return super().offers(action)

    async def do_sessions_join(self) -> None:
        """Count lines of the session."""
        if self._session is not None:
            await join_session(self, self._session)

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Open the session."""
        session = self._session
        if session is not None:
            await self.bincard.go(Place("review", "countsession", session.pk, title=session.reference))

    def _narrow(self, name: str) -> None:
        self._filter = name
        self._show()

    def do_sessions_next(self) -> None:
        """The next filter."""
        names = list(_FILTERS)
        self._narrow(names[(names.index(self._filter) + 1) % len(names)])

    def do_sessions_all(self) -> None:
        self._narrow("all")

    def do_sessions_counting(self) -> None:
        self._narrow("counting")

    def do_sessions_review(self) -> None:
        self._narrow("review")

    def do_sessions_over(self) -> None:
        self._narrow("over")

    async def do_sessions_close(self) -> None:
        """Back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self._load()
