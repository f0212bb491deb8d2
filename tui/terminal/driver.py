"""The driver between Textual and the terminal.

Textual's own driver spins when its input ends, knows nothing of hang-ups, asks the terminal questions whose answers
we do not need, and turns on modes that a dropped line would leave behind in the user's terminal. This one asks only
whether the line keeps up (see `writer`) and whether the terminal can show a frame at once (mode 2026), sleeps until
there is something to read, and tells the app's `Lifecycle` when the terminal is gone.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
import tty
from codecs import getincrementaldecoder
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from tui.terminal.parser import KeyParser, stamp_keys
from tui.terminal.writer import Writer

if TYPE_CHECKING:
    from tui.terminal.app import TerminalApp

__all__ = ["ASK_FRAMES", "TerminalDriver", "may_frame"]

# Alternate screen, no cursor, no wrapping at the edge, pastes marked as such.
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h"
LEAVE = "\x1b[m\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
# Clicks and the wheel, in the form that has no size limit; never every motion (?1003), which floods a slow line.
MOUSE_ON = "\x1b[?1000h\x1b[?1006h"
MOUSE_OFF = "\x1b[?1000l\x1b[?1006l"
# Whether the terminal can hold a frame back until it is whole. One that prints a letter of it is cleared right after.
ASK_FRAMES = "\x1b[?2026$p"
NO_FRAMES = ("linux", "vt", "ansi", "dumb", "screen")  # what names of terminals begin with that need not be asked

ORPHAN_CHECK = 1.0  # seconds between looks at whether the parent is still there
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class TerminalDriver(LinuxDriver):
    """Input and output of a `TerminalApp`. `epoch` grows when the screen was left and entered anew."""

    _app: TerminalApp[Any]

    def __init__(
        self, app: TerminalApp[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        streams = (sys.__stdout__, sys.__stderr__)
        self._output = next((stream.fileno() for stream in streams if stream is not None and stream.isatty()), 2)
        self._parent = os.getppid()
        self._writer: Writer | None = None
        self._wake: tuple[int, int] | None = None
        self._reading = False
        self._keys_read_at = 0.0
        self.epoch = 0

    # -- output ------------------------------------------------------------------------------------------------------

    @property
    def writer(self) -> Writer | None:
        """Who writes to the terminal; None while the terminal is lent to another program."""
        return self._writer

    def write(self, data: str) -> None:
        """Queue data for the terminal; nothing while it is lent to another program."""
        if self._writer is not None:
            self._writer.write(data)

    # -- entering and leaving ----------------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal over: modes, size, input and output threads, signals."""
        self._writer = Writer(self._output, lambda: self._lost("the terminal takes no output"))
        self._writer.start()
        signal.signal(signal.SIGWINCH, lambda _number, _frame: self._announce_size())
        self._announce_size()
        self._app.lifecycle.watch(self._leave_app)
        self._enter()
        self._wake = os.pipe()
        self._key_thread = Thread(target=self._run_input_thread, name="terminal-input", daemon=True)
        self._key_thread.start()
        if self._must_signal_resume:
            self._must_signal_resume = False
            self.send_message(self.SignalResume())

    def _enter(self) -> None:
        self.epoch += 1
        try:
            attributes = termios.tcgetattr(self.fileno)
            self.attrs_before = self.attrs_before or [*attributes[:6], list(attributes[6])]
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.OFLAG] &= ~termios.OPOST
            attributes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
        except termios.error:
            self.attrs_before = None  # input is not a terminal: nothing to set, nothing to restore
        self.write(ENTER + (MOUSE_ON if self._mouse else "") + (ASK_FRAMES if may_frame(os.environ) else ""))

    def disable_input(self) -> None:
        """Stop reading, and forget what was typed ahead."""
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        if self._wake is None:
            return
        os.write(self._wake[1], b"x")
        if self._key_thread is not None:
            self._key_thread.join()
            self._key_thread = None
        for descriptor in self._wake:
            os.close(descriptor)
        self._wake = None
        with suppress(termios.error):  # not a terminal, or gone
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was found."""
        self.write((MOUSE_OFF if self._mouse else "") + LEAVE)
        if self._writer is not None:
            self._writer.settle()
        self.disable_input()
        self.close()
        if self.attrs_before is not None:
            with suppress(termios.error):  # the terminal is gone: nothing left to restore
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            self.attrs_before = None

    def close(self) -> None:
        """Write what is still to be written."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()

    def _sigcont_application(self, *_: object) -> None:
        """Come back after a stop: from Ctrl+Z, or from a SIGSTOP that gave no time to leave properly."""
        if not self._auto_restart:
            return
        if self._writer is None:
            self.resume_application_mode()
        else:
            self._enter()
            self._announce_size()
            self._loop.call_soon_threadsafe(self._app.repaint)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and lines as the terminal itself says."""
        try:
            size = os.get_terminal_size(self._output)
        except OSError:
            return self._size or (80, 24)
        return size.columns or 80, size.lines or 24

    def _announce_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self.send_message(events.Resize(size, size))

    # -- input -------------------------------------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read keys until stopped; the end of input is the end of the client."""
        if self._wake is None:
            return
        parser = KeyParser(self._debug)
        # A byte that is not UTF-8 is a key nobody bound, not the end of the program.
        decode = getincrementaldecoder("utf-8")("replace").decode
        poller = select.poll()
        poller.register(self.fileno, select.POLLIN)
        poller.register(self._wake[0], select.POLLIN)
        read_at = time.monotonic()
        while True:
            happened = dict(poller.poll(self._patience(parser) * 1000))
            if self._wake[0] in happened:
                return
            self._reading = True
            state = happened.get(self.fileno, 0)
            data = self._read() if state & select.POLLIN else b""
            if state and not data:
                self._lost("the terminal was closed" if state & _GONE else "the input ended")
                return
            if not state and os.getppid() != self._parent:
                self._lost("the parent process is gone")
                return
            read_before, read_at = read_at, time.monotonic() if data else read_at
            found = [*(parser.feed(decode(data)) if data else ()), *parser.tick()]
            stamp_keys(found, read_at, read_before)
            if any(isinstance(event, events.Key) for event in found):
                self._keys_read_at = read_at
            for event in found:
                self.process_message(event)
            self._reading = False

    def has_keys_after(self, moment: float) -> bool:
        """Whether something has come, or may have, that the app has not been given as a key of `moment` or before.

        The input thread has to wait for its turn on a busy machine, when the clock of the app is on time.
        """
        if self._wake is None:
            return False
        poller = select.poll()
        poller.register(self.fileno, select.POLLIN)
        return self._reading or self._keys_read_at > moment or bool(poller.poll(0))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # EIO: the other side is closed
            return b""

    @staticmethod
    def _patience(parser: XTermParser) -> float:
        """Seconds until the parser must be told that an escape sequence will not go on."""
        due = parser._timeout_time
        return ORPHAN_CHECK if due is None else max(0.001, min(ORPHAN_CHECK, due - time.monotonic()))

    def process_message(self, message: Message) -> None:
        """Pass an event on to the app, except the answer that is for the writer. Runs in the input thread."""
        if isinstance(message, events.CursorPosition):
            if self._writer is not None:
                self._writer.answered()
            return
        super().process_message(message)

    # -- the end -----------------------------------------------------------------------------------------------------

    def _lost(self, reason: str) -> None:
        self._app.lifecycle.end(reason)

    def _leave_app(self, exit_code: int) -> None:
        with suppress(RuntimeError):  # the loop is closed: the client is leaving already
            self._loop.call_soon_threadsafe(self._app.leave, exit_code)


def may_frame(environ: Mapping[str, str]) -> bool:
    """Whether the terminal may know synchronized output, as far as the environment says."""
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return False
    return "TMUX" in environ or not environ.get("TERM", "dumb").startswith(NO_FRAMES)
