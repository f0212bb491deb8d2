"""Write the notes of an order: several lines, kept until they are saved."""

from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea

from tui.actions import Action
from tui.api_errors import ApiError
from tui.safe_text import safe_lines
from tui.screens.base import Dialog
from tui.views.orders import Order
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["NotesDialog"]

_FOR_THE_TEXT = ("dialog.accept", "dialog.up", "dialog.down", "dialog.page_up", "dialog.page_down", "dialog.tab")


class NotesDialog(Dialog[bool]):
    """Ends with True when the notes were saved. Notes that somebody else has changed meanwhile are not written over
    unless that is wanted."""

    TITLE_TEXT = "Notes"
    DEFAULT_CSS = """
    NotesDialog TextArea {
        height: 12; max-height: 60vh; border: none; padding: 0 1; background: $field-background;
        &:focus { border: none; }
    }
    """

    class Saved(Message):
        """The notes are on the server."""

    class NotSaved(Message):
        """They are not; `changed` when somebody else was quicker."""

        def __init__(self, why: str, *, changed: bool = False) -> None:
            super().__init__()
            self.why = why
            self.changed = changed

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order
        self._before = str(order.row.get("notes") or "")
        self._busy = False
        self._warned = False
        self._overwrite = False

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield TextArea(self._before, show_line_numbers=False, tab_behavior="indent")
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([("Notes", "bold"), (f"  {self._order.reference}", "")])
        area = self.query_one(TextArea)
        area.cursor_blink = False
        area.move_cursor(area.document.end)
        self.set_focus(area)

    @property
    def text(self) -> str:
        return safe_lines(self.query_one(TextArea).text).strip()

    @property
    def holds_keys(self) -> bool:
        return self._busy

    def offers(self, action: Action) -> bool:
        return action.id not in _FOR_THE_TEXT and super().offers(action)

    def on_text_area_changed(self) -> None:
        self._warned = False

    def _complain(self, text: str) -> None:
        self.query_one("#said", Sentence).say(text, "bold $bad", "!! ")
        self.bincard.bell()

    async def do_dialog_cancel(self) -> None:
        """Close; what is typed and not saved only when asked twice."""
        if self._busy:
            return
        if self.text != self._before.strip() and not self._warned:
            self._warned = True
            self._complain("Not saved. Esc again drops what is typed, F2 saves it.")
        else:
            self.dismiss(None)

    async def do_dialog_save(self) -> None:
        """Send the notes."""
        if self._busy:
            return
        if self.text == self._before.strip():
            self.dismiss(None)
            return
        self._busy = True
        self.query_one("#said", Sentence).say("Saving ...")
        self._save(self.text)

    @work(group="post")
    async def _save(self, text: str) -> None:
        client = self.bincard.session.client
        try:
            if not self._overwrite:
                now: dict[str, Any] = await client.get(self._order.path)
                if str(now.get("notes") or "").strip() not in (self._before.strip(), text):
                    self.post_message(self.NotSaved("Somebody else has changed the notes meanwhile.", changed=True))
                    return
            await client.patch(self._order.path, {"notes": text})
        except ApiError as error:
            self.post_message(self.NotSaved(str(error)))
        else:
            self.post_message(self.Saved())

    def on_notes_dialog_saved(self) -> None:
        self._busy = False
        self.dismiss(True)
        self.bincard.replay_keys()

    def on_notes_dialog_not_saved(self, message: NotSaved) -> None:
        self._busy = False
        self.bincard.drop_keys()
        self._overwrite = message.changed
        what = "F2 again writes over them, Esc leaves them." if message.changed else "F2 tries again."
        self._complain(f"Not saved: {message.why} {what}")
