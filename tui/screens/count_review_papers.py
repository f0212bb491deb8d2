"""Save the sheet or the variance report of a count session as a file."""

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.api_errors import ApiError
from tui.counting.papers import Paper, default_path, fetch, save, target
from tui.counting.review import CountSession
from tui.screens.base import Dialog
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["SavePaper"]


class SavePaper(Dialog[Path]):
    """Asks for a file name and writes the paper there; ends with the path. What is there already is not overwritten
    unless Enter is pressed again."""

    TITLE_TEXT = "Save as file"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Save"}

    class Saved(Message):
        """It is written."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class NotSaved(Message):
        """It is not; `taken`: because there is a file."""

        def __init__(self, why: str, taken: str = "") -> None:
            super().__init__()
            self.why = why
            self.taken = taken

    def __init__(self, session: CountSession, paper: Paper) -> None:
        super().__init__()
        self._session = session
        self._paper = paper
        self._taken = ""
        self._busy = False

    @property
    def holds_keys(self) -> bool:
        return self._busy

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield from self.compose_row("File", Field(str(default_path(self._session, self._paper)), id="path"))
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(f"{self._paper.title} of {self._session.reference}", "bold")])
        self.set_focus(self.query_one(Field))

    def _complain(self, text: str) -> None:
        self.query_one("#said", Sentence).say(text, "bold $bad", "!! ")
        self.bincard.bell()

    async def do_dialog_accept(self) -> None:
        """Fetch it and write it."""
        text = self.query_one(Field).value.strip()
        if self._busy:
            return
        if not text:
            self._complain("Type a file name.")
            return
        self._busy = True
        self.query_one("#said", Sentence).say("Fetching ...")
        self._save(text, overwrite=text == self._taken)

    async def do_dialog_save(self) -> None:
        """The same."""
        await self.do_dialog_accept()

    @work(group="save", exclusive=True)
    async def _save(self, text: str, *, overwrite: bool) -> None:
        try:
            path = await asyncio.to_thread(target, text, overwrite=overwrite)
            content = await fetch(self.bincard.session.client, self._session, self._paper)
            await asyncio.to_thread(save, path, content, overwrite=overwrite)
        except FileExistsError:
            self.post_message(self.NotSaved("There is such a file. Enter again writes over it.", taken=text))
        except ApiError as error:
            self.post_message(self.NotSaved(f"Not saved: {error}"))
        except (OSError, RuntimeError, ValueError) as error:  # no such folder, no right, no home, a name that is none
            self.post_message(self.NotSaved(f"Not saved: {getattr(error, 'strerror', None) or error}."))
        else:
            self.post_message(self.Saved(path))

    def on_save_paper_saved(self, message: Saved) -> None:
        self._busy = False
        self.dismiss(message.path)
        self.bincard.replay_keys()

    def on_save_paper_not_saved(self, message: NotSaved) -> None:
        self._busy = False
        self._taken = message.taken
        self.bincard.drop_keys()
        self._complain(message.why)
