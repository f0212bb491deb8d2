"""What is asked before a count session or its lines are changed: a question with figures, or a reason and a note.

Each dialog sends what it asks about itself, and stays open with all that is typed when the server refuses.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.counting.review import CountSession, Result, approve, load_session
from tui.screens.base import Dialog
from tui.screens.picker import match_choices
from tui.widgets.choice_list import Choice
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.pick_field import PickField
from tui.widgets.sentence import Sentence

__all__ = ["ApproveDialog", "SessionDeed"]

Outcome = TypeVar("Outcome")


class SendingDialog(Dialog[Outcome], Generic[Outcome]):
    """A dialog that sends something once, and ends with what came of it."""

    class Done(Message):
        """The server did it."""

        def __init__(self, outcome: Any) -> None:
            super().__init__()
            self.outcome = outcome

    class NotDone(Message):
        """It refused, or it is not known."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    _busy = False

    @property
    def holds_keys(self) -> bool:
        """What is typed while it is under way is for what comes after it."""
        return self._busy

    def say(self, text: str, style: str = "", sign: str = "") -> None:
        """Say how it goes."""
        self.query_one("#said", Sentence).say(text, style, sign)

    def complain(self, text: str) -> None:
        """Say what is wrong."""
        self.say(text, "bold $bad", "!! ")
        self.bincard.bell()

    def send(self, do: Callable[[], Awaitable[Outcome]]) -> None:
        """Do it in a worker."""
        self._busy = True
        self.say("Sent; waiting for the answer ...")
        self._send(do)

    @work(group="post")
    async def _send(self, do: Callable[[], Awaitable[Outcome]]) -> None:
        try:
            outcome = await do()
        except ApiError as error:
            self.post_message(self.NotDone(error))
        else:
            self.post_message(self.Done(outcome))

    def on_sending_dialog_done(self, message: Done) -> None:
        self._busy = False
        self.dismiss(message.outcome)
        self.bincard.replay_keys()

    def on_sending_dialog_not_done(self, message: NotDone) -> None:
        self._busy = False
        self.bincard.drop_keys()
        if message.error.uncertain:
            self.complain(f"It is not known whether that was done: {message.error} Close and look.")
        else:
            self.complain(f"Refused: {message.error}")

    async def do_dialog_cancel(self) -> None:
        """Close; not while it is under way."""
        if self._busy:
            self.say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        else:
            self.dismiss(None)


class SessionDeed(SendingDialog[Any]):
    """Asks once and then does it. `figures` tells, of the session as it is now, what to think of first."""

    TITLE_TEXT = "Count session"

    class Read(Message):
        """The session as it is now."""

        def __init__(self, session: CountSession) -> None:
            super().__init__()
            self.session = session

    def __init__(
        self,
        session: CountSession,
        question: str,
        verb: str,
        do: Callable[[CountSession], Awaitable[Any]],
        figures: Callable[[CountSession], Sequence[str]] = lambda session: (),
    ) -> None:
        super().__init__()
        self._session = session
        self._question = question
        self._verb = verb
        self._do = do
        self._figures = figures

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Sentence(id="question")
            yield Sentence(id="warning")
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#question", Sentence).say(self._question, "bold")
        self._warn()
        self._read()

    def _warn(self) -> None:
        self.query_one("#warning", Sentence).say(" ".join(self._figures(self._session)), "bold $warn", "! ")

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        try:
            session = await load_session(self.bincard.session.client, self._session.pk)
        except ApiError as error:
            self.log.warning(f"{self._session.reference} cannot be read again: {error}")
        else:
            self.post_message(self.Read(session))

    def on_session_deed_read(self, message: Read) -> None:
        if not self._busy:
            self._session = message.session
            self._warn()

    def offers(self, action: Action) -> bool:
        return action.id in ("dialog.accept", "dialog.cancel", "dialog.help")

    def label_of(self, action: Action) -> str:
        return {"dialog.accept": self._verb, "dialog.cancel": "Leave it"}.get(action.id) or super().label_of(action)

    async def do_dialog_accept(self) -> None:
        """Agree."""
        if not self._busy:
            self.send(lambda: self._do(self._session))


class ApproveDialog(SendingDialog[list[Result]]):
    """Ends with what became of each line, or None. `reasons` are (code, what it means)."""

    TITLE_TEXT = "Approve"
    LABELS: ClassVar[dict[str, str]] = {"dialog.save": "Approve"}

    def __init__(self, pk: int, lines: Sequence[int], title: str, reasons: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._pk = pk
        self._lines = list(lines)
        self._title = title
        self._choices = [Choice(code, code, label) for code, label in reasons]

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield PickField("Reason", placeholder="type part of a reason", rows=8)
            yield from self.compose_row("Note", Field(placeholder="what was found out", id="note"))
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(self._title, "bold")])
        self._reason.set_choices(self._choices, empty="No reason matches.")
        self._reason.open()
        self.refresh_footer()

    @property
    def _reason(self) -> PickField:
        return self.query_one(PickField)

    @property
    def _note(self) -> Field:
        return self.query_one("#note", Field)

    def offers(self, action: Action) -> bool:
        moves = ("dialog.down", "dialog.up")
        return (action.id not in moves or self._reason.picking) and super().offers(action)

    def label_of(self, action: Action) -> str:
        if action.id == "dialog.accept":
            return "Take it" if self._reason.picking else "Approve"
        return super().label_of(action)

    def on_pick_field_typed(self, message: PickField.Typed) -> None:
        self._narrow()

    def _narrow(self) -> None:
        self._reason.set_choices(match_choices(self._choices, self._reason.text), empty="No reason matches.")

    async def do_dialog_down(self) -> None:
        self._reason.move(1)

    async def do_dialog_up(self) -> None:
        self._reason.move(-1)

    def _take(self) -> str | None:
        """The code of the reason that is typed or under the cursor."""
        self._narrow()
        choice = self._reason.current
        if choice is None:
            self.complain("Choose a reason; none is called that.")
            self._reason.open()
            return None
        self._reason.take(str(choice.value))
        return str(choice.value)

    async def do_dialog_accept(self) -> None:
        """Take the reason, then approve."""
        if self._reason.picking:
            if self._take() is not None:
                self.say("")
                self.set_focus(self._note)
        else:
            await self.do_dialog_save()

    async def do_dialog_save(self) -> None:
        """Approve, wherever the cursor is."""
        code = None if self._busy else self._take()
        if code is not None:
            client, note = self.bincard.session.client, self._note.value.strip()
            self.send(lambda: approve(client, self._pk, self._lines, code, note))
