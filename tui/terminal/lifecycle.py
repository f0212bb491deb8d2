"""How the client starts in a terminal and how it leaves one that goes away.

A dropped SSH connection shows as SIGHUP, as the end of input, as a refused write, or (under nohup and sudo) only as a
parent that is gone. Whatever it is, `Lifecycle.end` is told once: work is put safe by the registered callbacks, the
client leaves in the normal way, and if that takes longer than `GRACE` it is ended where it stands. SIGTERM and SIGINT
end it the same way.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, MutableMapping
from types import FrameType

__all__ = ["GRACE", "LOST_TERMINAL", "Lifecycle", "prepare_environment"]

GRACE = 1.2  # seconds to leave in the normal way; the whole end is to take less than two
LOST_TERMINAL = 128 + signal.SIGHUP  # exit code, as a shell reports a process that SIGHUP ended

log = logging.getLogger(__name__)


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what Textual reads from the environment when it is imported; call it before. What the user set wins.

    Nothing glides: an animation costs bytes and shows nothing. Over SSH an escape sequence may arrive in two pieces,
    so a lone Escape is believed later, and fewer frames a second are composed.
    """
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    # A dropped line would leave the user's own terminal in the kitty protocol, where every key types garbage.
    environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        environ.setdefault("ESCDELAY", "250")
        environ.setdefault("TEXTUAL_FPS", "30")


class Lifecycle:
    """One end for the client, whatever causes it. `reason` says what did, once it began."""

    def __init__(self) -> None:
        self._callbacks: deque[Callable[[], object]] = deque()
        self._leave: Callable[[int], None] | None = None
        self._previous: dict[int, signal.Handlers | Callable[[int, FrameType | None], object] | int | None] = {}
        self.reason = ""

    def before_end(self, callback: Callable[[], object]) -> None:
        """Have `callback` called once when the client ends, however it ends.

        Callbacks run in the order they came, each at most once; they must be quick and must not need the event
        loop, for a client that hangs is ended from another thread. One that raises is logged and the others run.
        """
        self._callbacks.append(callback)

    def watch(self, leave: Callable[[int], None]) -> None:
        """Take SIGTERM, SIGINT and (unless it is ignored, as under nohup) SIGHUP as a wish to end.

        `leave` is given the exit code, from any thread or from a signal handler. Main thread only.
        """
        self._leave = leave
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN and number not in self._previous:
                self._previous[number] = signal.signal(number, self._on_signal)

    def unwatch(self) -> None:
        """Give the signals back to whom they belonged."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous.clear()
        self._leave = None

    def end(self, reason: str, exit_code: int = LOST_TERMINAL) -> None:
        """Begin the end; from any thread, any number of times."""
        if self.reason:
            return
        self.reason = reason
        threading.Thread(target=self._enforce, args=(exit_code,), name="end-enforcer", daemon=True).start()
        if self._leave is not None:
            self._leave(exit_code)

    def flush(self) -> None:
        """Run the callbacks that have not run yet."""
        while self._callbacks:
            callback = self._callbacks.popleft()
            try:
                callback()
            except Exception:
                log.exception("%r failed at the end", callback)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.end(signal.Signals(number).name, 128 + number)

    def _enforce(self, exit_code: int) -> None:
        time.sleep(GRACE)
        self.flush()
        os._exit(exit_code)
