"""The terminal, character by character, without drawing: for asking it questions and seeing what it sends."""

from __future__ import annotations

import os
import re
import select
import signal
import termios
import time
from types import FrameType, TracebackType
from typing import Final, Self

__all__ = ["Console", "Ended"]

#: A sequence that is cut by a slow line is whole after this long (seconds).
_REST: Final = 0.1
_LONGEST: Final = 4096


class Ended(Exception):
    """The examination is over: input ended, the terminal is gone, or a signal came. `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"ended with {status}")
        self.status = status


class Console:
    """Takes the terminal over while it is entered and gives it back as it was, whatever happens.

    No key is echoed or obeyed by the system meanwhile (not Ctrl+C, Ctrl+S or Ctrl+Z either). SIGTERM, SIGHUP and SIGINT
    raise Ended. Main thread only.
    """

    def __init__(self, source: int = 0, target: int = 1) -> None:
        self._source = source
        self._target = target
        self._kept = b""
        self._before: list[int | list[bytes | int]] = []
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._source)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, _on_signal)
        try:
            raw = termios.tcgetattr(self._source)
            raw[0] &= ~(termios.BRKINT | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXON)
            raw[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
            raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._source, termios.TCSANOW, raw)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        """Give the terminal back. What was typed and not read is dropped: a late answer is no command for a shell."""
        try:
            termios.tcsetattr(self._source, termios.TCSANOW, self._before)
            termios.tcflush(self._source, termios.TCIFLUSH)
        except termios.error as error:
            if error.args[0] not in _GONE:
                raise
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]
            self._handlers.clear()

    def write(self, text: str) -> None:
        """Write; raises Ended when the terminal is gone."""
        data = text.encode("utf-8", "replace")
        try:
            while data:
                data = data[os.write(self._target, data) :]
        except OSError as error:
            raise Ended(129) from error

    def read(self, timeout: float | None) -> bytes:
        """What was typed; b"" when nothing came in `timeout` seconds (None: wait). Raises Ended at the end of input."""
        if self._kept:
            kept, self._kept = self._kept, b""
            return kept
        if not select.select([self._source], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self._source, _LONGEST)
        except OSError as error:
            raise Ended(129) from error
        if not data:
            raise Ended(0)
        return data

    def ask(self, question: str, answer: re.Pattern[bytes], timeout: float) -> tuple[re.Match[bytes], float] | None:
        """Ask the terminal; its answer and the seconds it took, None when none came. What else came is read later."""
        begun = time.monotonic()
        self.write(question)
        heard = b""
        while (left := begun + timeout - time.monotonic()) > 0:
            heard += self.read(left)
            match = answer.search(heard)
            if match is not None:
                self._kept = heard[: match.start()] + heard[match.end() :]
                return match, time.monotonic() - begun
        self._kept = heard
        return None


_GONE: Final = (5, 25)  # EIO, ENOTTY: there is nothing to give back any more


def _on_signal(number: int, _frame: FrameType | None) -> None:
    raise Ended(128 + number)
