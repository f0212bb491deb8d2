"""Counting: one line of the sheet at a time in walking order; digits and Enter, and on to the next."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.actions import Action
from tui.counting.count import Count
from tui.counting.journal import JournalError
from tui.counting.lines import CountLine
from tui.counting.others import Others, what_happened
from tui.counting.poster import Progress
from tui.history import Place
from tui.keymap import display_key
from tui.screens.count_prompting import CountPrompting, Stage
from tui.screens.count_rows import count_columns, steady_rate
from tui.screens.count_task import CountTask
from tui.views.formats import with_unit
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, Part
from tui.widgets.prompt_line import PromptLine
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.sentence import Sentence
from tui.widgets.status_line import NOTICE_STYLES, StatusLine

__all__ = ["CountSheetScreen"]

#: Below this width there is one prompt at a time; below the other the least that can be worked with.
NARROW, TINY = 60, 30
#: What Enter alone does where it is not a count.
_ENTER = {
    Stage.DOUBT: "No", Stage.MOVE: "No", Stage.NOTE: "Keep", Stage.MEND: "Mend",
}  # fmt: skip
#: Seconds between the beeps for something wrong; rung at once a terminal makes one of them.
_BEEP = 0.15


class CountSheetScreen(CountPrompting):
    """Shows the sheet whose key in the journal is the place's text."""

    SCOPES: ClassVar[tuple[str, ...]] = ("count", "global")
    TITLE_TEXT: ClassVar[str] = "Count"
    CSS_PATH: ClassVar[str] = "../styles/count.tcss"

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._rows = ListRows((), key=lambda line: line.number)
        self._shown_at: int | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Sentence(id="last")
        yield ResourceTable((), self._rows, id="lines", empty_text="Scan what you find.")
        with Vertical(id="task_box"):
            yield CountTask()
            yield PromptLine()
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self._fit()
        self.set_focus(self.prompt.field)
        desk = self.bincard.count_desk
        self._unsubscribe = desk.subscribe(self._posted)
        try:
            self.count = desk.resume(self._place.text)
        except KeyError:
            self._unusable("This count is finished. n begins another.")
        except JournalError as error:
            self._unusable(str(error))
        else:
            self.lines_changed()
            if self.count.sums:
                self.say("What several find is added up: enter what you find yourself.")
            self.ask()

    def _unusable(self, reason: str) -> None:
        self.query_one(CountTask).show(None, instead=reason)
        if self.has_class("-narrow"):
            self.say(reason)
        self.prompt.busy("")
        self.set_focus(self.table)

    def on_unmount(self) -> None:
        self._unsubscribe()
        self.bincard.count_desk.leave(self._place.text)
        if self.count is not None and not self.count.left:
            self.bincard.count_done(self.count)

    def on_resize(self) -> None:
        self._fit()
        if self.count is not None:
            self.table.columns = count_columns(self.count, self.size.width)
            self._show_progress()

    def _fit(self) -> None:
        width, height = self.size
        self.set_class(width < NARROW or height < 20, "-narrow")
        self.set_class(width < TINY or height < 12, "-tiny")

    @property
    def table(self) -> ResourceTable:
        """The lines of the sheet."""
        return self.query_one("#lines", ResourceTable)

    @property
    def in_list(self) -> bool:
        """Whether the list has the keys."""
        return self.focused is self.table

    def place(self) -> Place:
        return self._place

    # What is shown

    def say(self, text: str, severity: str = "information") -> None:
        sign, style = NOTICE_STYLES[severity]
        narrow = self.has_class("-narrow")
        last = self.query_one("#last", Sentence)
        last.set_class(severity in ("warning", "error"), "-long")
        last.say(text if narrow else "", style, sign)
        self.prompt.say("" if narrow else text, style, sign)
        if text and self._sounds:
            self._beep({"good": 1, "warning": 2, "error": 3}.get(severity, 0))

    def _beep(self, times: int) -> None:
        if times:
            self.call_later(self.bincard.bell)  # what is to be seen goes first
            if times > 1:
                self.set_timer(_BEEP, lambda: self._beep(times - 1))

    @property
    def _sounds(self) -> bool:
        return bool(self.bincard.state.get("count", "sounds", True))

    def show_line(self) -> None:
        count = self.count
        if count is None:
            return
        line = count.at
        counted = with_unit(count.total, line.units) if line is not None and count.total is not None else ""
        self.bincard.count_desk.be_at(count.sheet.key, line.line if line is not None else None)
        who = count.who(line) if line is not None else ""
        self.query_one(CountTask).show(line, counted, self._summary() if line is None else "", who)
        before, self._shown_at = self._shown_at, line.number if line is not None else None
        self.table.repaint_rows(*(number for number in (before, self._shown_at) if number is not None))
        if line is not None and not self.in_list:
            self.table.move_to_key(line.number)
        self._show_progress()

    def _summary(self) -> str:
        count = self.count
        if count is None or not count.lines:
            return "Nothing is on this sheet yet. Scan what you find."
        refused = f" {len(count.refused)} were refused: F7 shows why." if count.refused else ""
        return f"All {len(count.lines)} lines are counted.{refused} F8 finishes, / goes back."

    def _show_progress(self) -> None:
        count = self.count
        if count is None:
            return
        progress, width = self.bincard.count_desk.progress(count.sheet.key), self.size.width
        rate = f"{steady_rate(count.per_hour)}/h" if count.per_hour is not None else "-/h"
        # One line on its way is no news, and telling it costs half as much as the line itself; at the end it is.
        waits = progress.waiting > 1 or progress.trouble or not count.left
        if self.has_class("-tiny"):
            done = f"{count.counted}/{len(count.lines)}"
            rest = f"{rate} w{progress.waiting}" if waits else rate
            full = f"{done} left {count.left} {rest}"
            self.query_one("#where", Line).show([(full if len(full) <= width else f"{done} {rest}", "bold")])
            return
        parts = [f"{count.counted} of {len(count.lines)}", f"{count.left} left", rate]
        parts += [f"{progress.waiting} wait"] if waits else []
        if self.has_class("-narrow"):
            self.query_one("#where", Line).show([(" · ".join(parts), "bold")])
            return
        right: list[Part] = [(" · ".join(parts), "bold")]
        if count.closed:
            right.append((" · closed", "bold $bad"))
        if progress.refused:
            right.append((f" · {progress.refused} refused", "bold $bad"))
        self.query_one("#where", Line).show([(f"Count {count.sheet.title}", "")], right)

    def lines_changed(self) -> None:
        if self.count is not None:
            self._rows.replace(self.count.lines)
            self.table.columns = count_columns(self.count, self.size.width)
            self.table.refresh_rows()

    def entry_kept(self, added: int = 1) -> None:
        self.bincard.count_desk.nudge(self._place.text, added)

    def _posted(self, key: str, progress: Progress) -> None:
        """The posting of a sheet stands differently."""
        count = self.count
        if count is None or key != count.sheet.key or not self.is_mounted:
            return
        if progress.refused != len(count.refused):
            more = progress.refused > len(count.refused)
            count.renew_refused()
            self.table.columns = count_columns(count, self.size.width)
            self.refresh_footer()
            if more:
                entry = list(count.refused.values())[-1]
                self.say(f"{count.lines[entry.line].label} refused, F7 mends it: {entry.reason}", "error")
        self._hear(count, progress.others)
        self._show_progress()

    def _hear(self, count: Count, others: Others) -> None:
        """What others do: only what looks different by it is painted."""
        status, changed = count.status, count.hear(others)
        self.table.repaint_rows(*changed)
        if count.at is not None and count.at.number in changed:
            self.show_line()
        if count.status != status:
            self.say(what_happened(count.sheet.title, count.status), "warning" if count.closed else "good")

    # Commands

    def footer_keys(self) -> list[tuple[str, str]]:
        """While the prompt has the keys, letters are text: then only what has another key is shown."""
        if self.in_list:
            return super().footer_keys()
        keymap = self.bincard.keymap
        shown = sorted((action for action in self.available() if action.footer), key=lambda action: action.footer)
        shown.sort(key=lambda action: action.id == "app.help")
        if self.count is not None and self.count.at is None:
            shown.sort(key=lambda action: action.id != "count.finish")  # what comes next
        keys = [(next((key for key in keymap.keys(action) if len(key) > 1), ""), action) for action in shown]
        return [(display_key(key), self.label_of(action)) for key, action in keys if key]

    def label_of(self, action: Action) -> str:
        if action.id == "count.accept" and self.in_list:
            return "Go there"
        if action.id == "count.accept" and self.stage in _ENTER:
            return _ENTER[self.stage]
        if action.id == "count.accept" and self.has_class("-tiny"):
            return "Count"
        if action.id == "count.list":
            return "Prompt" if self.in_list else "List"
        if action.id == "count.sounds":
            return "Quiet" if self._sounds else "Sounds"
        return super().label_of(action)

    def offers(self, action: Action) -> bool:
        count = self.count
        match action.id:
            case "count.close" | "app.counts":
                return action.id != "count.close" or self.in_list
            case _ if action.scope == "count" and count is None:
                return False
            case "count.mend":
                return count is not None and bool(count.refused or count.put_aside)
            case "count.next" | "count.previous":
                return not self.in_list
            case "count.skip":
                return count is not None and count.at is not None
            case _:
                return super().offers(action)

    async def do_count_accept(self) -> None:
        """Take what is typed; in the list, go to the line under the cursor."""
        if not self.in_list:
            entered = self.prompt.pull()
            if entered is not None:
                self.on_prompt_line_entered(entered)
                self.bincard.paint_now()
            return
        line: CountLine | None = self.table.current_row
        self.set_focus(self.prompt.field)
        if line is not None and self.count is not None:
            self._travel(lambda: self.count.go_to(line.number) if self.count is not None else None)

    def _travel(self, step: Callable[[], None]) -> None:
        """Go to another line, whatever was being asked."""
        try:
            step()
        except JournalError as error:
            self.unexpected(str(error))
            return
        self.say("")
        self.ask()

    async def do_count_skip(self) -> None:
        """Leave the line for later."""
        if self.count is not None:
            self._travel(self.count.skip)

    async def do_count_next(self) -> None:
        """Go to the next line."""
        count = self.count
        if count is not None:
            self._travel(lambda: count.step(1))

    async def do_count_previous(self) -> None:
        """Go to the line before."""
        count = self.count
        if count is not None:
            self._travel(lambda: count.step(-1))

    async def do_count_list(self) -> None:
        """From the prompt to the list, or back."""
        self._to_list(not self.in_list)

    def _to_list(self, there: bool) -> None:
        self.set_class(there, "-list")
        self.set_focus(self.table if there else self.prompt.field)
        self.refresh_footer()

    def on_descendant_focus(self) -> None:
        self.set_class(self.in_list, "-list")
        super().on_descendant_focus()

    async def do_count_sounds(self) -> None:
        """Beep, or be quiet."""
        self.bincard.state.set("count", "sounds", not self._sounds)
        self.say("Sounds are on." if self._sounds else "Sounds are off.")

    async def do_count_mend(self) -> None:
        """Show what was refused and put aside."""
        if self.count is not None:
            from tui.screens.count_refused import CountRefused

            await self.bincard.push_screen(CountRefused(self.count), self._chosen)

    def _chosen(self, key: str | None) -> None:
        count = self.count
        if count is None or key is None:
            return
        if key in count.refused:
            self._to_list(False)
            self.begin_mending(count.refused[key])
        else:
            self.refresh_footer()

    async def do_count_finish(self) -> None:
        """Forget the sheet on this machine, once the server has all of it."""
        count = self.count
        if count is None:
            return
        if count.over and (count.refused or count.left):
            await self._ask_finish(
                f"{count.sheet.title} is over. Forget it here, with {len(count.refused)} counts that were not taken?",
                self._abandoned,
            )
        elif count.refused or count.put_aside:
            self.unexpected(
                "Something was refused or put aside: F7 shows it. Mend or drop it first.", severity="warning"
            )
        elif count.left:
            text = f"{count.left} of {len(count.lines)} lines are not counted. Finish all the same?"
            await self._ask_finish(text, self._agreed)
        else:
            self._finish()

    async def _ask_finish(self, text: str, then: Callable[[bool | None], None]) -> None:
        from tui.screens.order_question import Question

        await self.bincard.push_screen(Question(text, "Finish"), then)

    def _abandoned(self, agreed: bool | None) -> None:
        if agreed:
            self._finish(self.bincard.count_desk.abandon)

    def _agreed(self, agreed: bool | None) -> None:
        if agreed:
            self._finish()

    def _finish(self, forget: Callable[[str], None] | None = None) -> None:
        try:
            (forget or self.bincard.count_desk.finish)(self._place.text)
        except JournalError as error:
            self.unexpected(str(error), severity="warning")
            return
        self.count = None
        self._unusable("This count is finished. n begins another.")
        self.refresh_footer()

    def do_app_cancel(self) -> None:
        """Clear what is typed, then go to the list, and from there back."""
        if self.in_list:
            self._to_list(False)
        elif self.prompt.text:
            self.prompt.drop()
        else:
            self._to_list(True)

    async def do_count_close(self) -> None:
        """Leave; what is counted is kept, and posted all the same."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    async def do_app_refresh(self) -> None:
        """Try to post at once what waits."""
        self.bincard.count_desk.hurry()
