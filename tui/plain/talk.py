"""Lines in, lines out. Complaints go to standard error."""

import asyncio
import os
import sys
import termios
import textwrap
import threading
from typing import Final

from tui.safe_text import safe

__all__ = ["Talk"]

_NARROWEST: Final = 8
_LONGEST: Final = 65536
_YES: Final = ("y", "yes", "д", "да")


def _fitted(text: str, target: int) -> str:
    """The text broken at words to the width of the terminal, where `target` is one."""
    try:
        return textwrap.fill(text, max(_NARROWEST, os.get_terminal_size(target).columns))
    except OSError:
        return text


class Talk:
    """A conversation on standard input and output. `failed` counts what could not be done.

    Where no person is typing (a pipe, a file) nothing is prompted for and nothing asked back. The event loop goes on
    while an answer is awaited: postings can be under way behind the questions.
    """

    def __init__(self, *, assume_yes: bool = False) -> None:
        self.person = os.isatty(0)
        self.failed = 0
        self._assume_yes = assume_yes
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._reader: threading.Thread | None = None

    async def ask(self, prompt: str) -> str | None:
        """A line that was typed or scanned, without its end; None at the end of input."""
        if self._reader is None:
            loop = asyncio.get_running_loop()
            # A thread of its own, and not sys.stdin: its lock, held while waiting, would break the end of the program.
            self._reader = threading.Thread(target=self._read, args=(loop,), name="plain-input", daemon=True)
            self._reader.start()
        if self.person:
            sys.stdout.write(_fitted(f"{safe(prompt)}:", 1) + " ")
            sys.stdout.flush()
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)
            if self.person:
                sys.stdout.write("\n")
        return line

    def drop_ahead(self) -> list[str]:
        """Forget what a person typed or scanned ahead, and say what it was; a program's lines stay."""
        dropped = []
        while self.person and not self._lines.empty():
            line = self._lines.get_nowait()
            if line is None:
                self._lines.put_nowait(None)
                break
            dropped.append(line)
        return dropped

    async def secret(self, prompt: str) -> str | None:
        """A line that is not shown while it is typed; None at the end of input."""
        if not self.person:
            return await self.ask(prompt)
        before = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSADRAIN, quiet)
        try:
            return await self.ask(prompt)
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
            self._write("")

    async def agree(self, question: str) -> bool:
        """Whether the person says yes; without one, only when that was said beforehand."""
        if self._assume_yes:
            return True
        if not self.person:
            return False
        answer = await self.ask(f"{question} y or n")
        return (answer or "").strip().lower() in _YES

    def say(self, text: str) -> None:
        """A line for the reader, broken at words to the width of the terminal, if it is one."""
        self._write(_fitted(safe(text), 1))

    def row(self, *fields: object) -> None:
        """A row of a table: sentences for people, fields with tabs between them for programs."""
        texts = [safe(str(field)) for field in fields]
        if self.read_by_person:
            self.say(", ".join(text for text in texts if text))
        else:
            self._write("\t".join(texts))

    @property
    def read_by_person(self) -> bool:
        """Whether what is said is read by a person rather than by a program."""
        return os.isatty(1)

    def complain(self, text: str) -> None:
        """Something could not be done; the exit status will say so too."""
        self.failed += 1
        print(_fitted(f"bincard: {safe(text)}", 2), file=sys.stderr, flush=True)

    @staticmethod
    def _write(text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stdout.flush()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand on lines until input ends or nobody wants them any more."""
        kept = b""
        while True:
            try:
                data = os.read(0, _LONGEST)
            except OSError:
                data = b""  # the terminal is gone
            *lines, kept = (kept + data).replace(b"\r", b"\n").split(b"\n")
            if not data and kept:
                lines.append(kept)
            wanted: list[str | None] = [line.decode("utf-8", "replace") for line in lines]
            try:
                for line in wanted if data else [*wanted, None]:
                    loop.call_soon_threadsafe(self._lines.put_nowait, line)
            except RuntimeError:
                return  # the loop is closed: the conversation is over
            if not data:
                return
