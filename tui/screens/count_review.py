"""The variance review of a count session: what differs comes first, and what can be done about it."""

from collections.abc import Sequence
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import BY_ID, Action
from tui.api_errors import ApiError
from tui.counting.review import FILTERS, LineState, Result, Review, ReviewLine, Rights, SessionState, load_review
from tui.history import Place
from tui.screens.count_review_commands import ReviewCommands
from tui.screens.count_review_rows import figures_of, line_columns, story_of, who_of
from tui.views.view import ResourceView
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.sentence import Sentence
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_list import VirtualList

__all__ = ["ReviewScreen"]

_NAMES = list(FILTERS)


class ReviewScreen(ReviewCommands):
    """Shows `place`: its pk is the session, its text the filter and what is searched for."""

    SCOPES: ClassVar[tuple[str, ...]] = ("review", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Variance review"
    CSS_PATH: ClassVar[str] = "../styles/count_review.tcss"
    LABELS: ClassVar[dict[str, str]] = {"list.open": "Bin card"}
    VIEW = ResourceView("review", "", line_columns(Rights(sees=True)), (), {}, "")

    class Loaded(Message):
        """The session and its lines, or why they are not there."""

        def __init__(self, review: Review | None, problem: str = "") -> None:
            super().__init__()
            self.review = review
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        name, _, text = place.text.partition(" ")
        self._filter, self._text = (name, text) if name in FILTERS else ("all", "")
        self._return_to = place.cursor_pk
        self._lines: ListRows = ListRows([], attrgetter("pk"))
        self._go_to_top = False
        self._refusals: dict[int, str] = {}
        self.review = None

    def compose(self) -> ComposeResult:
        self.rights = Rights.of(self.bincard.session)
        yield Line(id="where")
        yield Line(id="filters")
        yield ResourceTable(line_columns(self.rights), self._lines, id="lines", empty_text="Loading ...")
        yield Line(id="about")
        yield Line(id="who")
        yield Sentence(id="said")
        yield FilterBar(placeholder="part, IPN, location, batch, serial")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one(FilterBar).set_text(self._text)
        self.query_one("#where", Line).show([(self._place.title or "Count session", "bold")])
        self.set_focus(self.table)
        self.load()

    # What is shown

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#lines", ResourceTable)

    def place(self) -> Place:
        row: ReviewLine | None = self.table.current_row
        return Place(
            "review", "countsession", self._place.pk, title=self._place.title, text=f"{self._filter} {self._text}",
            cursor_pk=row.pk if row is not None else None, cursor_row=self.table.cursor,
        )  # fmt: skip

    def on_resize(self) -> None:
        self.table.columns = line_columns(self.rights, self.size.width)

    def load(self) -> None:
        """Ask for the session and its lines."""
        self._load()

    def from_the_top(self) -> None:
        self._go_to_top = True
        self._load()

    @work(exclusive=True, group="review")
    async def _load(self) -> None:
        try:
            review = await load_review(self.bincard.session.client, self._place.pk or 0, self.rights)
        except ApiError as error:
            self.post_message(self.Loaded(None, str(error)))
        else:
            self.post_message(self.Loaded(review))

    def on_review_screen_loaded(self, message: Loaded) -> None:
        if message.review is None:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh_rows()
            self.bincard.announce(message.problem, "error")
            return
        self.review = message.review
        self._show()
        if self._go_to_top:
            self.table.move_to(0)
        elif self._return_to is not None:
            self.table.move_to_key(self._return_to)
        self._go_to_top, self._return_to = False, None

    def _show(self) -> None:
        """Show the lines that the filter lets through."""
        review = self.review
        if review is None:
            return
        shown = review.in_state(self._filter, self._text)
        self.table.empty_text = "No line is like that; 1 shows all." if review.lines else "No lines yet."
        self._lines.replace(shown)
        self.table.refresh_rows()
        self._show_head(review)
        self._show_line()
        self.refresh_footer()

    def _show_head(self, review: Review) -> None:
        session = review.session
        right: list[Part] = [(session.progress, "")]
        if session.state != SessionState.COUNTING and session.recount:
            right = [(f"{session.recount} to recount · ", "bold"), *right]
        if session.parked:
            right.append((f" · {session.parked} parked", ""))
        left: list[Part] = [(session.reference, "bold"), (f"  {session.state_text.lower()}", "bold")]
        if session.description:
            left.append((f"  {session.description}", ""))
        self.query_one("#where", Line).show(left, right)
        self.query_one("#filters", Line).show(self._filter_parts(review))

    def _filter_parts(self, review: Review) -> list[Part]:
        if not self.rights.sees:
            who = ", ".join(review.session.counters)
            return [(f"counted by {who}" if who else "nobody has counted yet", "")]
        parts: list[Part] = []
        for number, (name, (title, states)) in enumerate(FILTERS.items(), 1):
            count = review.number(*states) if states else len(review.lines)
            text = f"{number} {title} {count}"
            parts += [(f"[{text}]", "bold")] if name == self._filter else [(f" {text} ", "" if count else "$muted")]
        return [*parts, (f"  like {self._text}", "bold $warn")] if self._text else parts

    def _show_line(self) -> None:
        """Say how the figure under the cursor comes about, who made it, and what to do about it."""
        line: ReviewLine | None = self.table.current_row
        about, who = self.query_one("#about", Line), self.query_one("#who", Line)
        said = self.query_one("#said", Sentence)
        if line is None:
            about.show([])
            who.show([])
            said.say("")
            return
        differs = bool(line.variance)
        about.show([(figures_of(line) or f"{line.name} · {line.where}", "bold" if differs else "")])
        who.show([(" · ".join(filter(None, (who_of(line), story_of(line)))), "")])
        said.say(self._complaint(line), "bold $bad", "!! ")

    def _complaint(self, line: ReviewLine) -> str:
        """Why the line was refused, and what to do."""
        if line.pk in self._refusals and line.state != LineState.POSTED:
            return self._refusals[line.pk]
        if line.state == LineState.REFUSED:
            again, approve = (self.bincard.keymap.display(BY_ID[f"review.{name}"]) for name in ("recount", "approve"))
            return f"Not posted: {line.refused} {again} has it counted again, {approve} approves it as it is."
        return ""

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is self.table:
            self._show_line()
            self.refresh_footer()

    # What commands are for

    def chosen_lines(self) -> list[ReviewLine]:
        if self.review is None:
            return []
        row: ReviewLine | None = self.table.current_row
        keys = self.table.marked_keys or ({row.pk} if row is not None else set())
        return [line for line in self.review.lines if line.pk in keys]

    def lines_done(self, results: Sequence[Result]) -> None:
        """Say what became of the lines. Marks stay while something was refused, so that it can be tried otherwise."""
        refused = {result.line: result.reason for result in results if result.refused}
        self._refusals = {**self._refusals, **refused}
        for result in results:
            if not result.refused:
                self._refusals.pop(result.line, None)
        good = len(results) - len(refused)
        done = f"{good} of {len(results)} lines done." if refused else f"{good} lines done." if good != 1 else "Done."
        if refused:
            reasons = list(dict.fromkeys(refused.values()))
            more = f" (and {len(reasons) - 1} other reasons; see the lines)" if len(reasons) > 1 else ""
            self.bincard.announce(f"{done} Refused: {reasons[0]}{more}", "error")
        else:
            self.bincard.announce(done, "good")
            if self.table.marked_keys:
                self.table.action_unmark_all()
        self.load()

    def offers(self, action: Action) -> bool:
        scope, _, name = action.id.partition(".")
        if scope == "review" and (name in _FILTER_KEYS or name == "next"):
            return self.rights.sees and self.review is not None
        match action.id:
            case "list.sort" | "list.reverse" | "list.columns" | "list.pane":
                return False
            case "list.open" | "review.card":
                row: ReviewLine | None = self.table.current_row
                return row is not None and (row.item is not None or row.part is not None)
            case _:
                return super().offers(action)

    def marks_changed(self) -> None:
        self._show_line()

    # Filtering

    def current_scopes(self) -> tuple[str, ...]:
        typing = self.focused is not None and self.focused.parent is self.query_one(FilterBar)
        return ("filter",) if typing else self.SCOPES

    def show_filter(self, name: str) -> None:
        """Show the lines in one state."""
        self._filter = name
        self._show()

    def do_review_next(self) -> None:
        """The next state that has lines."""
        review = self.review
        if review is None:
            return
        here = _NAMES.index(self._filter)
        turn = [*_NAMES[here + 1 :], *_NAMES[:here]]
        self.show_filter(next((name for name in turn if name == "all" or review.in_state(name)), "all"))

    def do_review_all(self) -> None:
        self.show_filter("all")

    def do_review_to_approve(self) -> None:
        self.show_filter("approve")

    def do_review_in_recount(self) -> None:
        self.show_filter("recount")

    def do_review_accepted(self) -> None:
        self.show_filter("accepted")

    def do_review_posted(self) -> None:
        self.show_filter("posted")

    def do_review_refused(self) -> None:
        self.show_filter("refused")

    async def do_list_filter(self) -> None:
        """Type what to look for."""
        await self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._text = message.text
        self._show()

    def do_filter_accept(self) -> None:
        """Back to the lines."""
        bar = self.query_one(FilterBar)
        bar.say()
        bar.close()
        self.set_focus(self.table)

    def do_filter_clear(self) -> None:
        """Show all lines again."""
        bar = self.query_one(FilterBar)
        bar.set_text("")
        bar.close()
        self._text = ""
        self.set_focus(self.table)
        self._show()

    def do_app_cancel(self) -> None:
        """Take away the marks, else the filter."""
        if self.table.marked_keys or self.table.range_active:
            self.table.action_unmark_all()
        elif self._text or self._filter != "all":
            self._filter = "all"
            self.do_filter_clear()

    # Going elsewhere

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_review_card()

    async def do_list_open(self) -> None:
        """The bin card of the line."""
        await self.do_review_card()

    async def do_review_close(self) -> None:
        """Back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self.load()


_FILTER_KEYS = frozenset({"all", "to_approve", "in_recount", "accepted", "posted", "refused"})
