"""The audit: who changed what, when, before and after; of everything or of one object."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError, Forbidden, NotFound
from tui.audit.asked import Asked, BadFilter, Subject, as_typed, asked_for
from tui.audit.changes import Change, PageOfChanges, load_changes, place_of
from tui.audit.saving import FORMS, audit_file, default_path
from tui.audit.subject import audit_place
from tui.history import Place
from tui.screens.list_commands import ListCommands
from tui.views.changes import CHANGES, change_lines, columns_for
from tui.widgets.choice_list import Choice
from tui.widgets.filter_bar import FilterBar
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.status_line import StatusLine
from tui.widgets.text_lines import TextLines
from tui.widgets.virtual_list import VirtualList

__all__ = ["AuditScreen"]

#: So many rows before the last one that is loaded, the next page is asked for.
AHEAD = 20
#: From so many lines on, the details have more of them.
ROOMY = 30
PLACEHOLDER = "words, who:name, kind:stock, did:deleted, since:7d, until:2026-03-31"


def _key(change: Change) -> int:
    return change.pk


class AuditScreen(ListCommands):
    """Shows `place`: the history of its object, of everything without one; its text is the filter."""

    SCOPES: ClassVar[tuple[str, ...]] = ("audit", "list", "global")
    TITLE_TEXT: ClassVar[str] = "Audit"
    CSS_PATH: ClassVar[str] = "../styles/audit.tcss"
    VIEW = CHANGES

    class Loaded(Message):
        """A page, or why there is none; `generation` tells a late answer from the one that is wanted."""

        def __init__(self, generation: int, page: PageOfChanges | None, problem: str = "") -> None:
            super().__init__()
            self.generation = generation
            self.page = page
            self.problem = problem

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._subject = Subject(place.model, place.pk, place.title) if place.pk is not None else None
        self._text = place.text
        self._return_to = place.cursor_pk
        self._changes: list[Change] = []
        self._rows = ListRows(self._changes, _key)
        self._after: int | None = None
        self._count: int | None = None
        self._generation = 0
        self._loading = False
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Line(id="said")
        yield ResourceTable(
            columns_for(self.app.size.width, self.shown_columns()), self._rows, id="changes", empty_text="Loading ..."
        )
        yield TextLines(id="detail")
        yield FilterBar(placeholder=PLACEHOLDER)
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one(FilterBar).set_text(self._text)
        self.set_focus(self.table)
        self._begin()

    # What is shown

    @property
    def table(self) -> ResourceTable:
        return self.query_one("#changes", ResourceTable)

    @property
    def detail(self) -> TextLines:
        """The lines of one change."""
        return self.query_one("#detail", TextLines)

    @property
    def _change(self) -> Change | None:
        row: Change | None = self.table.current_row
        return row

    @property
    def _tracked(self) -> bool:
        """Whether all there is are the tracking entries of stock."""
        return not self.bincard.session.is_bincard

    def place(self) -> Place:
        change = self._change
        where = audit_place(self._subject, self._text)
        return Place(
            where.screen, where.model, where.pk, title=where.title, text=where.text,
            cursor_pk=change.pk if change is not None else None, cursor_row=self.table.cursor,
        )  # fmt: skip

    def on_resize(self) -> None:
        self.set_class(self.size.height >= ROOMY, "-roomy")
        self.table.columns = columns_for(self.size.width, self.shown_columns())
        self._show_change()

    def current_scopes(self) -> tuple[str, ...]:
        typing = self.focused is not None and self.focused.parent is self.query_one(FilterBar)
        return ("filter",) if typing else self.SCOPES

    # Loading: a page, and the next when the cursor comes near its end

    def _asked(self) -> Asked:
        return asked_for(self._text, date.today())

    def _begin(self) -> None:
        """Ask anew; what is shown stays until the answer comes."""
        self._generation += 1
        try:
            asked = self._asked()
        except BadFilter as error:
            self._problem = str(error)
            self._show_head()
            return
        self._problem = ""
        self._show_head()
        self._load(self._generation, asked, None)

    @work(exclusive=True, group="audit")
    async def _load(self, generation: int, asked: Asked, after: int | None) -> None:
        self._loading = True
        client = self.bincard.session.client
        try:
            page = await load_changes(client, asked, self._subject, after, tracked=self._tracked)
        except (Forbidden, NotFound) as error:
            self.post_message(self.Loaded(generation, None, f"You may not read this: {error}"))
        except (ApiError, BadFilter) as error:
            self.post_message(self.Loaded(generation, None, str(error)))
        else:
            self.post_message(self.Loaded(generation, page))

    def on_audit_screen_loaded(self, message: Loaded) -> None:
        self._loading = False
        if message.generation != self._generation and message.generation != -self._generation:
            return
        first = message.generation > 0
        if message.page is None:
            self._problem = message.problem
            self.table.empty_text = "Not loaded; r tries again."
            self._after = None
            if first:
                self._take([])
                self._show_change()
            self._show_head()
            self.bincard.announce(message.problem, "error")
            return
        known = set() if first else {change.pk for change in self._changes}
        fresh = [change for change in message.page.changes if change.pk not in known]
        self._after, self._count = message.page.after, message.page.count
        self.table.empty_text = "Nothing of the kind was changed."
        self._take(fresh if first else [*self._changes, *fresh])
        if first:
            self._go_to_start()
        self._show_head()
        self._show_change()
        self.refresh_footer()

    def _take(self, changes: list[Change]) -> None:
        self._changes = changes
        self._rows.replace(changes)
        self.table.refresh_rows()

    def _go_to_start(self) -> None:
        """To the newest change, or to where this place was left."""
        if self._return_to is None or not self.table.move_to_key(self._return_to):
            self.table.move_to(0)
        self._return_to = None

    def on_virtual_list_cursor_moved(self, message: VirtualList.CursorMoved) -> None:
        if message.list is not self.table:
            return
        self._show_change()
        self.refresh_footer()
        near = self.table.cursor >= len(self._changes) - AHEAD
        if near and self._after is not None and not self._loading and not self._problem:
            self._load(-self._generation, self._asked(), self._after)

    # The lines around the list

    def _show_head(self) -> None:
        left: list[Part] = [("Audit", "bold")]
        if self._subject is not None:
            title = self._subject.title or f"{self._subject.model} {self._subject.pk}"
            left.append((f" of {title}", "bold"))
        if self._text:
            left += [("  only ", ""), (self._text, "bold")]
        number = str(self._count) if self._count is not None else f"{len(self._changes)}{'+' if self._after else ''}"
        self.query_one("#where", Line).show(left, [(f"{number} changes", "")])
        said = self.query_one("#said", Line)
        if self._problem:
            said.show([(f"!! {self._problem}", "bold $bad")])
        else:
            said.show([("This server keeps the history of stock alone: no orders, users or settings.", "$warn")])
        said.display = bool(self._problem) or self._tracked

    def _show_change(self) -> None:
        self.detail.show(change_lines(self._change, self.size.width))

    # Commands

    def offers(self, action: Action) -> bool:
        change = self._change
        match action.id:
            case "list.sort" | "list.reverse" | "list.pane" | "list.mark" | "list.range" | "list.unmark":
                return False
            case "list.open":
                return change is not None and place_of(change) is not None
            case "audit.card":
                return change is not None and change.part is not None
            case "audit.mine" | "audit.day" | "audit.save" | "audit.detail":
                return change is not None
            case "audit.all":
                return self._subject is not None or bool(self._text)
            case "app.audit":
                return change is not None and bool(change.object)
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        return "Of this" if action.id == "app.audit" else super().label_of(action)

    async def do_app_audit(self, text: str = "") -> None:
        """The history of the object of this change alone; with words, all that they find."""
        change = self._change
        if text:
            await self.bincard.go(audit_place(None, text))
        elif change is not None:
            await self.bincard.go(audit_place(Subject(change.model, change.object, change.what)))

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Go to the object."""
        change = self._change
        place = place_of(change) if change is not None else None
        if place is not None:
            await self.bincard.go(place)

    async def do_audit_card(self) -> None:
        """The bin card of the part."""
        change = self._change
        if change is not None and change.part is not None:
            await self.bincard.go(Place("card", "part", change.part))

    def _filter(self, text: str) -> None:
        self._text = text
        self.query_one(FilterBar).set_text(text)
        self._begin()

    def do_audit_mine(self) -> None:
        """Only what this person did."""
        change = self._change
        if change is not None:
            self._filter(as_typed("who", change.who, self._text))

    def do_audit_day(self) -> None:
        """Only what happened on this day."""
        change = self._change
        if change is not None:
            day = change.when[:10]
            self._filter(as_typed("since", day, as_typed("until", day, self._text)))

    async def do_audit_all(self) -> None:
        """Everything again."""
        if self._subject is not None:
            await self.bincard.go(audit_place(None))
        else:
            self._filter("")

    def do_audit_detail(self) -> None:
        """To the details, or back to the list."""
        self.set_focus(self.table if self.focused is self.detail else self.detail)

    def do_list_yank_row(self) -> None:
        """Copy the row, or the line of the details."""
        line = self.detail.current
        if self.focused is self.detail and line is not None:
            self.bincard.copy(line.copy or line.text.strip(), "the line")
        else:
            super().do_list_yank_row()

    async def do_audit_save(self) -> None:
        """Choose a form, then a file."""
        from tui.screens.picker import Picker

        forms = {"csv": FORMS["csv"]} if self._tracked else FORMS
        await self.bincard.push_screen(
            Picker("Save as what?", [Choice(form, label) for form, label in forms.items()]), self._ask_file
        )

    async def _ask_file(self, form: str | None) -> None:
        from tui.screens.save_file import SaveFile

        if form is None:
            return
        fetch = partial(
            audit_file, self.bincard.session.client, self._asked(), self._subject, form, tracked=self._tracked
        )
        path = default_path(self._subject, form, date.today())
        await self.bincard.push_screen(SaveFile("Save the audit", path, fetch), self._saved)

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self.bincard.announce(f"Saved as {path}", "good")

    async def do_audit_close(self) -> None:
        """Back to where one came from."""
        await self.bincard.do_app_back()

    async def do_app_refresh(self) -> None:
        """Ask the server again; the cursor stays on its change."""
        change = self._change
        self._return_to = change.pk if change is not None else None
        self._begin()

    # Filtering

    async def do_list_filter(self) -> None:
        """Type what to look for."""
        await self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._text = message.text
        self._begin()

    def do_filter_accept(self) -> None:
        """Back to the list."""
        bar = self.query_one(FilterBar)
        bar.say()
        bar.close()
        self.set_focus(self.table)

    def do_filter_clear(self) -> None:
        """Show all again."""
        self.query_one(FilterBar).close()
        self.set_focus(self.table)
        self._filter("")

    def do_app_cancel(self) -> None:
        """Take the filter away."""
        if self.focused is self.detail:
            self.set_focus(self.table)
        elif self._text:
            self._filter("")
