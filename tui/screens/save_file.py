"""A dialog that asks for a file name, fetches what is to be saved and writes it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.api_errors import ApiError
from tui.counting.papers import save, target
from tui.screens.base import Dialog
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["SaveFile"]


class SaveFile(Dialog[Path]):
    """Ends with the path. What is there already is not overwritten unless Enter is pressed again.

    `fetch` gives the content; it may raise ApiError, and ValueError with words for the user.
    """

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

    def __init__(self, title: str, path: Path, fetch: Callable[[], Awaitable[bytes]]) -> None:
        super().__init__()
        self._title = title
        self._path = path
        self._fetch = fetch
        self._taken = ""
        self._busy = False

    @property
    def holds_keys(self) -> bool:
        return self._busy

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield from self.compose_row("File", Field(str(self._path), id="path"))
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(self._title, "bold")])
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
            content = await self._fetch()
            await asyncio.to_thread(save, path, content, overwrite=overwrite)
        except FileExistsError:
            self.post_message(self.NotSaved("There is such a file. Enter again writes over it.", taken=text))
        except ApiError as error:
            self.post_message(self.NotSaved(f"Not saved: {error}"))
        except (OSError, RuntimeError, ValueError) as error:  # no such folder, no right, no home, a name that is none
            self.post_message(self.NotSaved(f"Not saved: {getattr(error, 'strerror', None) or error}."))
        else:
            self.post_message(self.Saved(path))

    def on_save_file_saved(self, message: Saved) -> None:
        self._busy = False
        self.dismiss(message.path)
        self.bincard.replay_keys()

    def on_save_file_not_saved(self, message: NotSaved) -> None:
        self._busy = False
        self._taken = message.taken
        self.bincard.drop_keys()
        self._complain(message.why)
