"""Change status, merge, undo: what is done to whole items, shown first and posted by Enter."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.api_models import Location, StatusChoice, StockItem
from tui.screens.adjust import change_of
from tui.screens.picker import match_choices
from tui.screens.posting import PostingDialog
from tui.stock_actions import Posting, Preview, UndoPlan, preview_merge, preview_status
from tui.widgets.choice_list import Choice
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.pick_field import PickField
from tui.widgets.preview_list import PreviewList
from tui.widgets.sentence import Sentence

__all__ = ["MergeDialog", "StatusDialog", "UndoDialog"]


class _WholeItemsDialog(PostingDialog):
    """A preview, something to choose where there is something, and a note."""

    HEADING: ClassVar[str]

    def __init__(self, items: Sequence[StockItem]) -> None:
        super().__init__()
        self.items = tuple(items)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield PreviewList()
            yield from self.compose_rows()
            yield from self.compose_row("Note", Field(placeholder="why (optional)", max_length=250, id="note"))
            yield Sentence()
            yield KeyFooter()

    def compose_rows(self) -> ComposeResult:
        """What is to be chosen."""
        yield from ()

    def on_mount(self) -> None:
        count = len(self.items)
        what = f"{count} items" if count > 1 else self.items[0].label
        self.query_one("#title", Line).show([(self.HEADING, "bold"), (f"  {what}", "")])

    @property
    def note(self) -> str:
        return self.query_one("#note", Field).value.strip()

    def renew(self, preview: Preview) -> None:
        self.items = tuple(line.item for line in preview.lines)
        if self.items:
            self.show_preview()
        else:
            self.dismiss(None)

    def show_preview(self) -> None:
        """Show what would change."""
        preview = self.whole_preview()
        if preview is not None:
            self.query_one(PreviewList).show([change_of(line) for line in preview.lines])

    def whole_preview(self) -> Preview | None:
        """What would be posted, None while something is still to be chosen."""
        raise NotImplementedError

    async def do_dialog_accept(self) -> None:
        """Post."""
        preview = self.whole_preview()
        if preview is not None:
            await self.submit(preview)


class StatusDialog(_WholeItemsDialog):
    """Give the items another status."""

    TITLE_TEXT = HEADING = "Change status"

    class Known(Message):
        """The statuses there are."""

        def __init__(self, statuses: Sequence[StatusChoice], problem: str = "") -> None:
            super().__init__()
            self.statuses = statuses
            self.problem = problem

    def __init__(self, items: Sequence[StockItem], text: str = "") -> None:
        super().__init__(items)
        self._text = text
        self._choices: tuple[Choice, ...] = ()
        self._taken: StatusChoice | None = None

    def compose_rows(self) -> ComposeResult:
        yield PickField("New status", placeholder="type or choose", rows=8)

    def on_mount(self) -> None:
        self._pick.set_choices((), empty="Asking the server ...")
        self._pick.open()
        self._load()

    @property
    def _pick(self) -> PickField:
        return self.query_one(PickField)

    @work(group="statuses")
    async def _load(self) -> None:
        try:
            self.post_message(self.Known(await self.bincard.session.statuses()))
        except ApiError as error:
            self.post_message(self.Known((), str(error)))

    def on_status_dialog_known(self, message: Known) -> None:
        if message.problem:
            self.complain(message.problem)
            return
        now = {item.status for item in self.items}
        self._choices = tuple(
            Choice(status, status.label, "now" if status.key in now else "") for status in message.statuses
        )
        self._narrow(self._pick.text or self._text)

    def label_of(self, action: Action) -> str:
        return "Take it" if action.id == "dialog.accept" and self._pick.picking else super().label_of(action)

    def on_pick_field_typed(self, message: PickField.Typed) -> None:
        self._taken = None
        self._narrow(message.text)

    def _narrow(self, text: str) -> None:
        self._pick.set_choices(match_choices(self._choices, text), empty="No such status.")

    def on_pick_field_moved(self) -> None:
        self.show_preview()

    def whole_preview(self) -> Preview | None:
        choice = self._pick.current
        status = self._taken or (choice.value if choice is not None else None)
        return preview_status(self.items, status, notes=self.note) if status is not None else None

    async def do_dialog_accept(self) -> None:
        """Take the status, then post."""
        if self._taken is None:
            self._pick.hush()
            self._narrow(self._pick.text)
            choice = self._pick.current
            if choice is not None:
                self._taken = choice.value
                self._pick.take(choice.label)
                self.set_focus(self.query_one("#note", Field))
                self.show_preview()
            return
        await super().do_dialog_accept()

    async def do_dialog_down(self) -> None:
        self._pick.move(1)

    async def do_dialog_up(self) -> None:
        self._pick.move(-1)


class MergeDialog(_WholeItemsDialog):
    """Put all items into the first, where that lies."""

    TITLE_TEXT = HEADING = "Merge"

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#note", Field))
        self.show_preview()

    def whole_preview(self) -> Preview:
        first = self.items[0]
        place = Location(first.location or 0, first.location_path, first.location_path)
        return preview_merge(self.items, place, notes=self.note)


class UndoDialog(PostingDialog):
    """Shows what takes a posting back; Enter does it. Ends with the last of the opposite postings."""

    TITLE_TEXT = "Undo"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Undo it"}

    def __init__(self, plan: UndoPlan) -> None:
        super().__init__()
        self._plan = plan

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield PreviewList()
            yield Sentence()
            yield KeyFooter()

    def on_mount(self) -> None:
        posting = self._plan.posting
        self.query_one("#title", Line).show(
            [("Undo", "bold"), (f"  the {posting.kind} of {posting.at.astimezone():%H:%M}, by an opposite entry", "")]
        )
        changes = [change_of(line) for step in self._plan.steps for line in step.lines]
        self.query_one(PreviewList).show(changes)

    async def do_dialog_accept(self) -> None:
        """Post the opposite entries."""
        if not self.busy:
            self.say("Posting ...")
            self._busy = True
            self._undo()

    @work(group="post")
    async def _undo(self) -> None:
        from tui.stock_actions import ActionError

        try:
            done: list[Posting] = await self.bincard.stock_actions.undo(self._plan)
        except (ActionError, ApiError) as error:
            self.post_message(self.NotDone(error))
        else:
            self.post_message(self.Done(done[-1]))

    def renew(self, preview: Preview) -> None:
        self.query_one(PreviewList).show([change_of(line) for line in preview.lines])
