"""The count planner: what to count next and why, the work of the next days, and how right the record was."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.counting.book import Scope
from tui.counting.planning import MOST, DueLine, Plan, first_of, load_plan, starts
from tui.history import Place
from tui.screens.count_planner_rows import Only, due_view, figure_lines
from tui.screens.list_commands import ListCommands
from tui.screens.picker import Picker, match_choices
from tui.widgets.choice_list import Choice
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.text_lines import TextLines
from tui.widgets.virtual_list import VirtualList

__all__ = ["CountPlannerScreen"]

TALL = 36


class CountPlannerScreen(ListCommands):
    """Shows what is due; of a location alone where the place has a pk, of a class alone where it has a text."""

    SCOPES: ClassVar[tuple[str, ...]] = ("planner", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Count planner"
    CSS_PATH: ClassVar[str] = "../styles/planner.tcss"
    VIEW = due_view(date.today, classes=True)
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (60, "-normal")]  # type: ignore[misc]

    class Loaded(Message):
        """The plan for what was asked, or why there is none."""

        def __init__(self, only: Only, plan: Plan | None, problem: str = "") -> None:
            super().__init__()
            self.only = only
            self.plan = plan
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._cursor_pk = place.cursor_pk
        self._only = Only(place.text, place.pk, place.title)
        self._rows: ListRows = ListRows([], attrgetter("item"))
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        with Container(id="panes"):
            yield TextLines(id="figures")
            yield ResourceTable(self.VIEW.chosen(self.shown_columns()), self._rows, id="due", empty_text="Loading ...")
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self._fit()
        self._show_where()
        self.set_focus(self.table)
        self._load(self._only)

    def on_resize(self) -> None:
        self._fit()
        self._show_figures()

    def _fit(self) -> None:
        self.set_class(self.size.height >= TALL, "-tall")

    # What is on the screen

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#due", ResourceTable)

    @property
    def figures(self) -> TextLines:
        """The lines of figures."""
        return self.query_one("#figures", TextLines)

    def place(self) -> Place:
        line = self._current
        return Place(
            "planner", "stocklocation", self._only.location, title=self._only.path, text=self._only.abc,
            cursor_pk=line.item if line is not None else None,
        )  # fmt: skip

    @property
    def _current(self) -> DueLine | None:
        line: DueLine | None = self.table.current_row
        return line

    def _show_where(self) -> None:
        only, plan = self._only, self._plan
        what = [f"class {only.abc}"] if only.abc else []
        what += [f"at {only.path or 'this location'}"] if only.location is not None else []
        left = f"Count planner: {' '.join(what)}" if what else "Count planner"
        if plan is None:
            self.query_one("#where", Line).show([(left, "")])
            return
        listed = f"{len(plan.due)} listed of " if len(plan.due) != plan.total else ""
        self.query_one("#where", Line).show([(left, "")], [(f"{listed}{plan.total} due", "bold")])

    def offers(self, action: Action) -> bool:
        line = self._current
        match action.id:
            case "planner.begin":
                return bool(self._rows.total) and self._may_begin
            case "planner.card":
                return line is not None
            case "planner.location":
                return line is not None and line.location is not None
            case "planner.here":
                return self._only.location is not None or (line is not None and line.location is not None)
            case "planner.class":
                return self._plan is not None and len(self._plan.groups) > 1
            case "list.filter":
                return False
            case "list.open":
                return line is not None or self.focused is self.figures
            case _:
                return super().offers(action)

    @property
    def _may_begin(self) -> bool:
        """A Bincard server has sheets made by who may change stock."""
        session = self.bincard.session
        return not session.is_bincard or session.can("stock", "change")

    def label_of(self, action: Action) -> str:
        match action.id:
            case "planner.here" if self._only.location is not None:
                return "Everywhere"
            case "list.open" if self.focused is self.figures:
                return "Only these"
            case "list.pane":
                return "Due list" if self.focused is self.figures else "Figures"
            case _:
                return super().label_of(action)

    # Loading

    @work(exclusive=True, group="planner")
    async def _load(self, only: Only) -> None:
        bincard = self.bincard
        interval = bincard.launch.options.count_interval
        try:
            plan = await load_plan(
                bincard.session, date.today(), interval=interval, abc=only.abc, location=only.location
            )
        except ApiError as error:
            self.post_message(self.Loaded(only, None, str(error)))
        else:
            self.post_message(self.Loaded(only, plan))

    def on_count_planner_screen_loaded(self, message: Loaded) -> None:
        if message.only != self._only:
            return
        if message.plan is None:
            self.table.empty_text = "Not loaded; r tries again."
            self.table.refresh_rows()
            self.bincard.announce(message.problem, "error")
            return
        plan = self._plan = message.plan
        self._show_figures()
        self.table.empty_text = "Nothing is due."
        self._rows.replace(plan.due)
        self._show_columns_of(plan)
        self.table.refresh_rows()
        if self._cursor_pk is not None:
            self.table.move_to_key(self._cursor_pk)
            self._cursor_pk = None
        self._show_where()
        self.refresh_footer()

    def _show_columns_of(self, plan: Plan) -> None:
        """Leave out columns that nothing is in."""
        empty = {
            name
            for name, known in (("abc", any(group.abc for group in plan.groups)), ("sheet", _on_sheet(plan)))
            if not known
        }
        self.table.columns = [column for column in self.VIEW.chosen(self.shown_columns()) if column.key not in empty]

    def _show_figures(self) -> None:
        if self._plan is not None:
            plain = not self.bincard.console.encoding.startswith("utf")
            self.figures.show(figure_lines(self._plan, self.size.width - 2, plain=plain), from_top=False)
            self.figures.set_styles(max_height=len(self.figures.lines))

    def _narrow(self, only: Only) -> None:
        self._only = only
        self._show_where()
        self._load(only)
        self.refresh_footer()

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        self.refresh_footer()

    # Commands

    def do_list_pane(self) -> None:
        """From the due list to the figures, or back."""
        there = self.focused is not self.figures
        self.set_class(there, "-figures")
        self.set_focus(self.figures if there else self.table)

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Show the bin card of the item; from a figure, list what it is about."""
        if self.focused is self.figures:
            told = self.figures.current
            if told is not None and isinstance(told.value, Only):
                self._narrow(told.value)
                self.do_list_pane()
            return
        line = self._current
        if line is not None:
            await self.bincard.go(Place("card", "stockitem", line.item, title=line.name))

    async def do_planner_card(self) -> None:
        """Show the bin card of the part."""
        line = self._current
        if line is not None:
            await self.bincard.go(Place("card", "part", line.part, title=line.name))

    async def do_planner_location(self) -> None:
        """Go to the location of the item."""
        line = self._current
        if line is not None and line.location is not None:
            await self.bincard.go(Place("stock", "stocklocation", line.location, title=line.path))

    def do_planner_here(self) -> None:
        """List what is due at the location of the line, or everywhere."""
        line = self._current
        if self._only.location is not None:
            self._narrow(Only(abc=self._only.abc))
        elif line is not None and line.location is not None:
            self._narrow(Only(self._only.abc, line.location, line.path))

    def do_planner_class(self) -> None:
        """List what is due of the next class, after the last one of all."""
        names = ["", *(group.abc for group in self._plan.groups)] if self._plan is not None else [""]
        at = names.index(self._only.abc) if self._only.abc in names else 0
        self._narrow(Only(names[(at + 1) % len(names)], self._only.location, self._only.path))

    async def do_planner_begin(self) -> None:
        """Choose what of the due list is counted, and make its sheet."""
        found = starts(self._plan.due if self._plan else (), self.table.marked_rows, self._current)
        if not found:
            self.bincard.announce("All that is due is on a sheet already.", "warning")
            return
        choices = [Choice(start.scope, start.label) for start in found]
        picker = Picker("Count what of this list?", choices, placeholder="how many, or what", match=self._matching)
        await self.bincard.push_screen(picker, self._chosen)

    def _matching(self, choices: Sequence[Choice], text: str) -> Sequence[Choice]:
        """A number stands for so many of the list."""
        number = text.strip()
        if self._plan is None or not number.isdecimal() or not 0 < int(number[:6]) <= MOST:
            return match_choices(choices, text)
        start = first_of(self._plan.due, int(number[:6]))
        return [Choice(start.scope, start.label)]

    def _chosen(self, scope: Scope | None) -> None:
        if scope is not None:
            self.bincard.begin_count(scope, True)

    def do_app_cancel(self) -> None:
        """List everything that is due again."""
        if self.table.marked_keys or self.table.range_active:
            self.table.action_unmark_all()
        elif self._only != Only():
            self._narrow(Only())

    async def do_planner_close(self) -> None:
        """Go back to where one came from."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    async def do_app_refresh(self) -> None:
        """Ask the server again."""
        self._load(self._only)


def _on_sheet(plan: Plan) -> bool:
    return any(line.sheet for line in plan.due)
