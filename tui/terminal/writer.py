"""Writes to the terminal from a thread of its own, so that a slow line never holds up the keyboard."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

__all__ = ["Writer"]

STOP_PATIENCE = 0.5  # seconds to wait at the end for a terminal that takes nothing


class Writer(threading.Thread):
    """Takes text at once and writes it in order. `on_broken` is called from the thread when the terminal is gone."""

    def __init__(self, descriptor: int, on_broken: Callable[[], None]) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self._descriptor = descriptor
        self._on_broken = on_broken
        self._change = threading.Condition()
        self._waiting: list[str] = []
        self._busy = self._stopping = self._broken = False
        self._when_idle: Callable[[], None] | None = None

    def write(self, text: str) -> None:
        """Queue text; it is dropped once the terminal is gone."""
        with self._change:
            if text and not self._broken:
                self._waiting.append(text)
                self._change.notify()

    def call_when_idle(self, callback: Callable[[], None]) -> bool:
        """Have the callback called once, from the thread, when all is written; False when all is written already."""
        with self._change:
            if not self._busy and not self._waiting:
                return False
            self._when_idle = callback
            return True

    def stop(self) -> None:
        """Write what is queued and end; gives up on a terminal that takes nothing."""
        with self._change:
            self._stopping = True
            self._change.notify()
        self.join(STOP_PATIENCE)

    def run(self) -> None:
        """Write until stopped."""
        while (text := self._next()) is not None:
            self._send(text.encode("utf-8", "replace"))
            with self._change:
                self._busy = bool(self._waiting)
                callback = None if self._busy else self._when_idle
                if callback is not None:
                    self._when_idle = None
            if callback is not None:
                callback()

    def _next(self) -> str | None:
        with self._change:
            while not self._waiting and not self._stopping:
                self._change.wait()
            text = "".join(self._waiting)
            self._waiting.clear()
            self._busy = bool(text)
            return text or None

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view and not self._broken:
                view = view[os.write(self._descriptor, view) :]
        except OSError:  # EIO, EPIPE, EBADF: nobody reads any more
            with self._change:
                self._broken = True
                self._waiting.clear()
            self._on_broken()
