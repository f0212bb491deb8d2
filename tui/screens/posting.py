"""What all dialogs that change stock have: posting a preview, and saying what came of it."""

from typing import ClassVar

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.screens.base import Dialog
from tui.stock_actions import ActionError, Attempt, Posting, Preview, StockChanged, Unresolved, renewed
from tui.widgets.sentence import Sentence

__all__ = ["PostingDialog"]


class PostingDialog(Dialog[Posting]):
    """Ends with the posting, or None when nothing was posted.

    What the preview warns of must be seen: the first Enter shows it, the second goes on. While a posting is under way
    keys wait; it is never sent twice.
    """

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Post"}

    class Done(Message):
        """It was posted; None when it turned out that it was not."""

        def __init__(self, posting: Posting | None) -> None:
            super().__init__()
            self.posting = posting

    class NotDone(Message):
        """It was not posted, or it is not known."""

        def __init__(self, error: ActionError | ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self) -> None:
        super().__init__()
        self._confirmed: Preview | None = None
        self._unresolved: Attempt | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a posting is under way."""
        return self._busy

    @property
    def holds_keys(self) -> bool:
        """What is typed while a posting is under way is for what comes after it."""
        return self._busy

    def say(self, text: str, style: str = "", sign: str = "") -> None:
        """Show what is going on."""
        self.query_one(Sentence).say(text, style, sign)

    def complain(self, text: str) -> None:
        """Show what is wrong."""
        self.say(text, "bold $bad", "!! ")
        self.bincard.bell()

    async def submit(self, preview: Preview) -> None:
        """Post it, unless it is refused or warned of."""
        if self.busy:
            return
        if self._unresolved is not None:
            self.say("Asking what became of it ...")
            self._busy = True
            self._settle(self._unresolved)
        elif preview.is_refused:
            self.complain(f"{preview.all_refusals[0]}.")
        elif preview.all_warnings and self._confirmed != preview:
            self._confirmed = preview
            text = "Enter again goes on."
            self.say(text if self.is_low else f"There is a warning above. {text}", "bold $warn", "! ")
        else:
            self.say("Posting ...")
            self._busy = True
            self._post(preview)

    @work(group="post")
    async def _post(self, preview: Preview) -> None:
        try:
            self.post_message(self.Done(await self.bincard.stock_actions.post(preview)))
        except (ActionError, ApiError) as error:
            self.post_message(self.NotDone(error))

    @work(group="post")
    async def _settle(self, attempt: Attempt) -> None:
        try:
            self.post_message(self.Done(await self.bincard.stock_actions.settle(attempt)))
        except (ActionError, ApiError) as error:
            self.post_message(self.NotDone(error))

    def on_posting_dialog_done(self, message: Done) -> None:
        self._busy = False
        self._unresolved = None
        if message.posting is None:
            self.complain("It was not posted. Enter posts it now.")
            self.bincard.drop_keys()
        else:
            self.dismiss(message.posting)
            self.bincard.replay_keys()

    def on_posting_dialog_not_done(self, message: NotDone) -> None:
        self._busy = False
        # What was typed ahead was meant for another state of things.
        self.bincard.drop_keys()
        error = message.error
        if isinstance(error, StockChanged):
            self.renew(renewed(error.preview, error.now))
            self.complain(f"Not posted, the stock has changed: {error}. Look again.")
        elif isinstance(error, Unresolved):
            self._unresolved = error.attempt
            self.complain(f"{error} Enter finds out, Esc leaves it open.")
        else:
            self.complain(f"Not posted: {error}")

    def renew(self, preview: Preview) -> None:
        """Show the items as they are now."""
        raise NotImplementedError

    async def do_dialog_cancel(self) -> None:
        """Close; not while a posting is under way."""
        if self.busy:
            self.say("Already sent; waiting for the answer ...", "bold $warn", "! ")
            return
        if self._unresolved is not None:
            self.bincard.announce("It is not known whether that was posted; look at the bin card.", "warning")
        self.dismiss(None)
