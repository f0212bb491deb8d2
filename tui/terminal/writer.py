"""Writes to the terminal from a thread of its own, and knows when the line has fallen behind.

What is written to a pseudo terminal vanishes into buffers: those of ssh alone hold minutes of a slow line. A held
arrow key would fill them, and the screen would go on moving long after the key was let go. So after every `WINDOW`
bytes the terminal is asked where its cursor is; until it answers, at most as much again is sent, and frames gather
in the painter meanwhile. A terminal that does not answer is asked once and then never again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

__all__ = ["QUESTION", "WINDOW", "Writer"]

QUESTION = "\x1b[6n"  # cursor position report, which every terminal since the VT100 answers
WINDOW = 500  # bytes that may be under way before the answer to the last question
PATIENCE = 4.0  # seconds to wait for an answer before sending on
SLOW = 0.5  # seconds to an answer from which a line is slow: 500 bytes at 9,600 baud take as long
HANDING_OVER = 0.002  # seconds that a caller waits for the thread to write; a line that is stuck takes longer
STOP_PATIENCE = 0.5  # seconds to wait at the end for a terminal that takes nothing, or owes an answer


class Writer(threading.Thread):
    """Takes text at once and writes it in order. `on_broken` is called from the thread when the terminal is gone."""

    def __init__(self, descriptor: int, on_broken: Callable[[], None]) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self._descriptor = descriptor
        self._on_broken = on_broken
        self._change = threading.Condition()
        self._waiting: list[str] = []
        self._busy = self._stopping = self._broken = False
        self._when_free: Callable[[], None] | None = None
        self._asked_at: float | None = None
        self._under_way = 0  # bytes since the last question
        self._answers = True
        self.is_slow = False  # whether the last answer took longer than a frame should be held back

    def write(self, text: str) -> None:
        """Queue text; it is dropped once the terminal is gone."""
        with self._change:
            if text and not self._broken:
                self._waiting.append(text)
                self._change.notify_all()

    def hand_over(self) -> None:
        """Let the thread write what is queued before the caller goes on computing, which would hold it up for 5 ms."""
        with self._change:
            self._change.wait_for(lambda: self._broken or not (self._busy or self._waiting), HANDING_OVER)

    def call_when_free(self, callback: Callable[[], None]) -> bool:
        """Have the callback called once, from the thread, when the line can take more; False when it can now."""
        with self._change:
            if self._is_free():
                return False
            self._when_free = callback
            self._change.notify_all()
            return True

    def answered(self) -> None:
        """Take note that the terminal answered the question."""
        with self._change:
            if self._asked_at is not None:
                self.is_slow = time.monotonic() - self._asked_at > SLOW
            self._asked_at = None
            self._answers = True
            self._change.notify_all()

    def settle(self) -> None:
        """Wait a little until all is written and answered, so that no answer arrives after the client has gone."""
        with self._change:
            self._change.wait_for(
                lambda: self._broken or not (self._busy or self._waiting or self._asked_at), STOP_PATIENCE
            )

    def stop(self) -> None:
        """Write what is queued and end; gives up on a terminal that takes nothing."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        self.join(STOP_PATIENCE)

    def run(self) -> None:
        """Write until stopped."""
        while (text := self._next()) is not None:
            self._send(text.encode("utf-8", "replace"))
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _is_free(self) -> bool:
        if self._busy or self._waiting:
            return False
        if self._asked_at is not None and time.monotonic() - self._asked_at > PATIENCE:
            self._asked_at = None
            self._answers = False
        return self._asked_at is None or self._under_way < WINDOW

    def _next(self) -> str | None:
        """The text to write next, None at the end; tells who waits for a free line meanwhile."""
        while True:
            with self._change:
                if self._waiting:
                    return self._taken()
                if self._stopping:
                    return None
                callback = self._when_free if self._is_free() else None
                if callback is None:
                    self._change.wait(PATIENCE if self._when_free is not None else None)
                    continue
                self._when_free = None
            callback()

    def _taken(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._busy = True
        self._under_way += len(text)
        if self._answers and self._asked_at is None and self._under_way >= WINDOW and not self._stopping:
            self._asked_at = time.monotonic()
            self._under_way = 0
            text += QUESTION
        return text

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view and not self._broken:
                view = view[os.write(self._descriptor, view) :]
        except OSError:  # EIO, EPIPE, EBADF: nobody reads any more
            with self._change:
                self._broken = True
                self._waiting.clear()
                self._change.notify_all()
            self._on_broken()
