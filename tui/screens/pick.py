"""Pick and ship: one pick after another in walking order, each confirmed and posted; then check and ship."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.keymap import display_key
from tui.orders.pick_data import PickData, load_pick_data
from tui.orders.pick_round import PickRound, PickRow
from tui.screens.pick_commands import PickCommands
from tui.screens.pick_prompting import PickPrompting, Stage
from tui.screens.pick_rows import pick_columns
from tui.screens.pick_task import PickTask
from tui.views.orders import kind_of_model
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.prompt_line import PromptLine
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows
from tui.widgets.sentence import Sentence
from tui.widgets.status_line import NOTICE_STYLES, StatusLine

__all__ = ["PickScreen"]

#: Below this width there is one prompt at a time, and the list only when asked for.
NARROW = 60


class PickScreen(PickPrompting):
    """Shows `place`, whose model is "salesorder" or "transferorder"."""

    SCOPES: ClassVar[tuple[str, ...]] = ("pick", "global")
    TITLE_TEXT: ClassVar[str] = "Pick and ship"
    CSS_PATH: ClassVar[str] = "../styles/pick.tcss"

    class Loaded(Message):
        """The order is known, as it was after so many postings of ours."""

        def __init__(self, data: PickData, postings: int) -> None:
            super().__init__()
            self.data = data
            self.postings = postings

    class Failed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, place: Place) -> None:
        super().__init__(kind_of_model(place.model), place.pk or 0)
        self._place = place
        self._rows = ListRows((), key=lambda row: row.pk)
        self._posting = False
        self._postings = 0

    def compose(self) -> ComposeResult:
        yield Line(id="where")
        yield Sentence(id="last")
        yield ResourceTable(
            pick_columns(self.size.width),
            self._rows,
            id="picks",
            empty_text="Nothing to pick.",
            loading_text="Loading ...",
        )
        with Vertical(id="task_box"):
            yield PickTask()
            yield PromptLine()
        yield KeyFooter()
        yield StatusLine(self.bincard.status)

    def on_mount(self) -> None:
        self.query_one("#where", Line).show([(self._place.title or "Pick", "bold")])
        self.set_class(self.size.width < NARROW, "-narrow")
        self.prompt.busy("Loading ...")
        self.set_focus(self.prompt.field)
        self.load()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")
        self.table.columns = pick_columns(self.size.width)

    @property
    def table(self) -> ResourceTable:
        """The pick list."""
        return self.query_one("#picks", ResourceTable)

    @property
    def is_busy(self) -> bool:
        return self._posting

    def begin(self, label: str) -> None:
        self._posting = True
        self.prompt.busy(label)
        self.refresh_footer()

    def finish(self) -> None:
        self._posting = False
        self._postings += 1

    @property
    def in_list(self) -> bool:
        return self.focused is self.table

    @property
    def row(self) -> PickRow | None:
        row: PickRow | None = self.table.current_row
        return row

    def place(self) -> Place:
        title = self.order.reference if self.order is not None else self._place.title
        return replace(self._place, title=title)

    def say(self, text: str, severity: str = "information") -> None:
        sign, style = NOTICE_STYLES[severity]
        # On a narrow screen the last result is the top line; else it stands by the prompt, where the eye is.
        narrow = self.has_class("-narrow")
        self.query_one("#last", Sentence).say(text if narrow else "", style, sign)
        self.prompt.say("" if narrow else text, style, sign)
        if severity in ("warning", "error"):
            self.bincard.bell()

    # Loading

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        postings = self._postings
        try:
            data = await load_pick_data(self.bincard.session.client, self._place.model, self.order_pk)
        except ApiError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Loaded(data, postings))

    async def on_pick_screen_loaded(self, message: Loaded) -> None:
        if message.postings != self._postings:
            # Something was posted while this was read: it may be older than what is known.
            self._load()
            return
        first = self.round is None
        if self.round is None:
            self.round = PickRound(message.data, date.today())
        else:
            self.round.renew(message.data)
        if self._posting:
            return
        self.ask_next()
        if first and len(message.data.open_shipments) > 1 and self.may_pick:
            await self.do_pick_shipment()

    def on_pick_screen_failed(self, message: Failed) -> None:
        self.table.loading_text = self.table.empty_text = "Not loaded; r tries again."
        self.table.refresh()
        self.say(f"Not loaded: {message.error}", "error")
        self._to_list()

    async def do_app_refresh(self) -> None:
        """Load the order again."""
        self.load()

    def on_pick_commands_changed(self, message: PickCommands.Changed) -> None:
        self.finish()
        if message.problem:
            self.say(message.problem, "error")
        else:
            self.say(message.said, "good")
        self.load()

    # What is asked next

    def ask_next(self) -> None:
        """Show the list as it is now, and ask for what the next pick needs first."""
        if self.round is None:
            return
        row = self.row
        self._rows.replace(self.round.rows())
        self.table.refresh_rows()
        self._show_where(self.round)
        pick = self.round.current if self.may_pick else None
        self.query_one(PickTask).show(pick, self._summary(self.round) if pick is None else "")
        if pick is None:
            self.stage = Stage.NOTHING
            ahead = self.drop_ahead().strip()
            if ahead:
                self.bincard.announce(ahead, "warning")
            self.prompt.busy("")
            self._to_list()
        else:
            if row is None or not self.in_list:
                self.table.move_to_key(("pick", *pick.key))
            self.ask(self.first_stage(pick))
        self.set_class(pick is None, "-done")
        self.refresh_footer()

    def _show_where(self, round_: PickRound) -> None:
        order = round_.data.order
        shipment = self.shipment
        right = f"{round_.lines_done} of {len(round_.data.lines)} lines"
        if shipment is not None and self.size.width >= NARROW:
            right = f"shipment {shipment.reference}{' checked' if shipment.checked_by else ''} · {right}"
        partner = f"  {order.partner}" if order.partner else ""
        self.query_one("#where", Line).show([(f"Pick {order.reference}", "bold"), (partner, "")], [(right, "")])

    def _summary(self, round_: PickRound) -> str:
        """What is said when there is nothing to pick."""
        order = round_.data.order
        if not round_.data.lines:
            return f"{order.reference} has no lines with stock to pick."
        if not self.may_pick and order.state != "COMPLETE" and order.is_open:
            return f"{order.reference} is {order.state_label}; your role, or its state, does not let you pick."
        if not order.is_open:
            return f"{order.reference} is {order.state_label}: nothing to pick."
        short = f" No stock was found for {round_.shortage}." if round_.list.missing else ""
        if round_.in_shipment and self.kind.name == "sales":
            return f"{'All there is' if short else 'All'} is picked.{short} Check and ship."
        if self.kind.name == "transfer" and round_.picked:
            what = "uses it up" if order.row.get("consume") else "moves it"
            issue = "" if order.state == "ISSUED" else " first issue the order,"
            return f"{'All there is' if short else 'All'} is picked.{short} Then{issue} Complete {what}."
        return f"All is picked and shipped.{short}" if not short else f"Nothing can be picked.{short}"

    def _to_list(self) -> None:
        self.set_focus(self.table)
        self.add_class("-list")
        self.refresh_footer()

    def to_prompt(self) -> None:
        self.set_focus(self.prompt.field)
        self.remove_class("-list")
        self.refresh_footer()

    # Commands

    def footer_keys(self) -> list[tuple[str, str]]:
        """While the prompt has the keys, letters are text: then only what has another key is shown."""
        if self.in_list:
            return super().footer_keys()
        keymap = self.bincard.keymap
        shown = sorted((action for action in self.available() if action.footer), key=lambda action: action.footer)
        shown.sort(key=lambda action: action.id == "app.help")
        keys = [(next((key for key in keymap.keys(action) if len(key) > 1), ""), action) for action in shown]
        return [(display_key(key), self.label_of(action)) for key, action in keys if key]

    def label_of(self, action: Action) -> str:
        if action.id == "pick.accept":
            if self.in_list:
                return "Pick this"
            return {"Location": "Confirm", "Item": "Confirm", "Quantity": "Take"}.get(self.stage.value, "Confirm")
        if action.id == "pick.list":
            return "Prompt" if self.in_list else "List"
        if action.id == "pick.scans":
            return "Scan off" if self.scans else "Scan on"
        if action.id == "pick.check" and self.shipment is not None and self.shipment.checked_by:
            return "Uncheck"
        return super().label_of(action)

    def offers(self, action: Action) -> bool:
        match action.id:
            case "pick.accept":
                return not self.in_list or (self.row is not None and self.row.pick is not None)
            case "pick.list":
                return not self.in_list or self.stage is not Stage.NOTHING
            case "pick.close":
                return self.in_list
            case _:
                return super().offers(action)

    async def do_pick_accept(self) -> None:
        """Confirm what is in the prompt; in the list, make this the next pick."""
        if not self.in_list:
            self.prompt.press()
        elif self.round is not None and self.row is not None and self.row.pick is not None:
            self.round.choose(self.row.pick)
            self.to_prompt()
            self.ask_next()

    async def do_pick_list(self) -> None:
        """From the prompt to the list, or back."""
        if self.in_list:
            self.to_prompt()
        else:
            self._to_list()

    async def do_pick_scans(self) -> None:
        """Confirm by scanning, or by Enter alone."""
        self.bincard.state.set("pick", "scans", not self.scans)
        self.say("Each pick is confirmed by scanning." if self.scans else "Enter alone confirms a pick.")
        if self.round is not None and not self._posting and self.stage is not Stage.NOTHING:
            self.drop_ahead()
            self.ask_next()

    async def do_app_cancel(self) -> None:
        """Clear what is typed; then go to the list; from there, with nothing left to pick, back."""
        if self._posting:
            self.say("Already sent; waiting for the answer ...", "warning")
        elif not self.in_list and self.prompt.text and self.stage is not Stage.QUANTITY:
            self.prompt.drop()
        elif not self.in_list:
            self._to_list()
        elif self.stage is not Stage.NOTHING:
            self.to_prompt()
        elif any(not worker.is_finished for worker in self.workers if worker.node is self):
            self.workers.cancel_node(self)
        else:
            await self.do_pick_close()

    async def do_pick_close(self) -> None:
        """Go back to where this was opened."""
        if self.bincard.history.can_go_back:
            await self.bincard.do_app_back()
        else:
            await self.bincard.go(Place("stock", "stocklocation", None))

    def on_virtual_list_cursor_moved(self) -> None:
        self.refresh_footer()
