"""A real terminal for tests: run a command in a pseudo terminal, type, and read the screen.

    with Terminal([sys.executable, "-m", "tui", "--server", url], columns=80, rows=24) as terminal:
        terminal.wait_for("Stock")
        terminal.press("down", "enter")
        terminal.type("M8 bolt\\r")
        assert "M8 bolt" in terminal.line(3)

Waiting is always for something to appear, with a deadline and never by the clock alone. Every failed wait raises
`ScreenTimeout` with the screen in it. Leaving the `with` block ends the program and all it started.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte
from pyte.screens import Char

__all__ = [
    "KEYS",
    "ScreenTimeout",
    "Terminal",
    "clean_environment",
    "control_characters",
    "cpu_seconds",
    "key_bytes",
    "session_processes",
]

DEADLINE = 10.0  # seconds a wait may take unless told otherwise: generous, two busy cores are usual

_FINALS = {"up": b"A", "down": b"B", "right": b"C", "left": b"D", "home": b"H", "end": b"F"}
_NUMBERS = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6, "f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20}
_NUMBERS |= {"f10": 21, "f11": 23, "f12": 24}

KEYS: dict[str, bytes] = {
    **{name: b"\x1b[" + final for name, final in _FINALS.items()},
    **{f"shift+{name}": b"\x1b[1;2" + final for name, final in _FINALS.items()},
    **{f"ctrl+{name}": b"\x1b[1;5" + final for name, final in _FINALS.items()},
    **{f"f{number}": b"\x1bO" + bytes([ord("P") + number - 1]) for number in range(1, 5)},
    **{name: b"\x1b[%d~" % number for name, number in _NUMBERS.items()},
    "enter": b"\r",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "escape": b"\x1b",
    "space": b" ",
    "backspace": b"\x7f",
}

# What pyte would draw as text: sequences with the markers < > =, and the strings DCS, APC, PM, SOS.
_FOREIGN = re.compile(rb"\x1b\[[<>=][0-9;:]*[ -/]*[@-~]|\x1b[P_^X].*?\x1b\\", re.DOTALL)
_OSC = re.compile(rb"\x1b\](.*?)(?:\x07|\x1b\\)", re.DOTALL)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<>=?]*[ -/]*|[\]P_^X](?:(?!\x07|\x1b\\).)*|)\Z", re.DOTALL)
_SCRUBBED = ("COLORTERM", "TERM_PROGRAM", "LINES", "COLUMNS", "NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY")


class ScreenTimeout(AssertionError):
    """What was waited for did not come; the message holds the screen as it was."""


def key_bytes(name: str) -> bytes:
    """The bytes an xterm sends for a key: a name of `KEYS`, `ctrl+x`, `alt+x` or one character."""
    if name in KEYS:
        return KEYS[name]
    if name.startswith("ctrl+") and len(name) == 6:
        return bytes([ord(name[5].upper()) & 0x1F])
    if name.startswith("alt+"):
        return b"\x1b" + key_bytes(name[4:])
    if len(name) == 1:
        return name.encode()
    raise ValueError(f"unknown key: {name!r}")


#: Tests type faster than people do; that is not to be taken for a scanner unless a test says so.
_TYPIST = {"BINCARD_SCANNER": "off"}


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment as a plain 256-colour login would have it, with `extra` on top."""
    kept = {name: value for name, value in os.environ.items() if name not in _SCRUBBED}
    return {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **_TYPIST, **(extra or {})}


def session_processes(leader: int) -> list[int]:
    """Live processes of the session that `leader` started (zombies left out)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _stat_fields(int(entry.name))
        if fields and fields[0] != "Z" and leader in (int(fields[3]), int(entry.name)):
            found.append(int(entry.name))
    return found


def cpu_seconds(pid: int) -> float:
    """CPU seconds used so far by one process; 0 when it is gone."""
    fields = _stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _stat_fields(pid: int) -> list[str] | None:
    """State, parent, group, session, ... of a process (proc(5), from the third field on); None when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None


class Terminal:
    """One program in one pseudo terminal, emulated by pyte.

    `output` holds every byte the program sent, `bells` and `clipboards` what it rang and copied (OSC 52 payloads,
    still base64), `cpu_used` its CPU seconds once it has ended. `ignore_hangup` starts it with SIGHUP ignored, as
    `nohup` does. It answers where the cursor is (always the same place) unless `answers` is False; no other question.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        ignore_hangup: bool = False,
        answers: bool = True,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._pending = b""
        self.output = bytearray()
        self.clipboards: list[bytes] = []
        self.bells = 0
        self.status: int | None = None
        self.cpu_used = 0.0
        self.answers = answers
        self._at_mark = 0
        self.started_at = time.monotonic()
        self._spawn(list(argv), clean_environment(env), cwd, ignore_hangup)

    def _spawn(
        self, argv: list[str], env: dict[str, str], cwd: str | os.PathLike[str] | None, ignore_hangup: bool
    ) -> None:
        master, slave = os.openpty()
        self._set_size(slave)
        self.termios_before = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for descriptor in (0, 1, 2):
                    os.dup2(slave, descriptor)
                os.closerange(3, 256)
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                signal.signal(signal.SIGHUP, signal.SIG_IGN if ignore_hangup else signal.SIG_DFL)
                if cwd is not None:
                    os.chdir(cwd)
                os.execvpe(argv[0], argv, env)
            except OSError as error:
                os.write(2, f"cannot start {argv[0]}: {error}\r\n".encode())
            finally:
                os._exit(127)
        self.master: int | None = master
        os.close(slave)
        os.set_blocking(master, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    # -- typing ------------------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send raw bytes, as a scanner or a paste does."""
        view = memoryview(data)
        deadline = time.monotonic() + DEADLINE
        while view and self.master is not None:
            try:
                view = view[os.write(self.master, view) :]
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ScreenTimeout("the program does not read its input") from None
                self.pump(0.01)

    def press(self, *names: str) -> None:
        """Press keys one after another (`down`, `f1`, `ctrl+p`, `alt+x`, `q`, ...)."""
        for name in names:
            self.send(key_bytes(name))

    def type(self, text: str) -> None:
        """Type the text character by character in one burst; `\\r` is Enter."""
        self.send(text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH."""
        self.screen.resize(rows, columns)
        assert self.master is not None, "the terminal is closed"
        self._set_size(self.master)

    def _set_size(self, descriptor: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0))

    # -- reading -----------------------------------------------------------------------------------------------------

    def pump(self, seconds: float = 0.0) -> bool:
        """Take in what the program sent, waiting at most `seconds` for it; whether there was anything."""
        if self.master is None or not select.select([self.master], [], [], seconds)[0]:
            return False
        data = self.read()
        self.draw(data)
        return bool(data)

    def read(self) -> bytes:
        """Take what the program sent without drawing it (for measuring); empty when its side is closed."""
        if self.master is None:
            return b""
        try:
            data = os.read(self.master, 65536)
        except BlockingIOError:
            return b""
        except OSError:  # EIO: the program closed its side
            data = b""
        if not data:
            self.hang_up()
        for _ in range(data.count(b"\x1b[6n") if self.answers else 0):
            self.send(b"\x1b[1;1R")
        return data

    def draw(self, data: bytes) -> None:
        """Show what was read."""
        self.output += data
        data = self._pending + data
        cut = _UNFINISHED.search(data)
        self._pending = data[cut.start() :] if cut else b""
        data = data[: cut.start()] if cut else data
        for payload in _OSC.findall(data):
            if payload.startswith(b"52;"):
                self.clipboards.append(payload.split(b";", 2)[-1])
        data = _FOREIGN.sub(b"", _OSC.sub(b"", data))
        self.bells += data.count(b"\x07")
        self._stream.feed(data)

    def lines(self) -> list[str]:
        """The screen, a string for each row, blanks at the end removed; a wide character counts once."""
        return [
            "".join(self.screen.buffer[row][column].data for column in range(self.screen.columns)).rstrip()
            for row in range(self.screen.lines)
        ]

    def line(self, row: int) -> str:
        """One row of the screen, 0 is the top."""
        return self.lines()[row]

    def text(self) -> str:
        """The whole screen, rows joined by newlines."""
        return "\n".join(self.lines())

    def cell(self, row: int, column: int) -> Char:
        """Character and style (fg, bg, bold, reverse, ...) of one cell."""
        return self.screen.buffer[row][column]

    def row_of(self, pattern: str) -> int:
        """The first row in which the regular expression is found, -1 when nowhere."""
        return next((number for number, line in enumerate(self.lines()) if re.search(pattern, line)), -1)

    def mark(self) -> None:
        """Count bytes from here on (`bytes_since_mark`)."""
        self._at_mark = len(self.output)

    @property
    def sent_since_mark(self) -> bytes:
        """What the program sent since the last `mark` (or the start)."""
        return bytes(self.output[self._at_mark :])

    @property
    def bytes_since_mark(self) -> int:
        """How many bytes that is."""
        return len(self.output) - self._at_mark

    # -- waiting -----------------------------------------------------------------------------------------------------

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float = DEADLINE) -> None:
        """Read output until `condition` holds. Raises ScreenTimeout, saying `what` was waited for."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise ScreenTimeout(f"{what} did not come in {timeout:g} s; the screen was:\n{self.text()}")
            if self.ended and self.master is None:
                raise ScreenTimeout(f"the program ended before {what} came; the screen was:\n{self.text()}")
            self.pump(0.05)

    def wait_for(self, *patterns: str, timeout: float = DEADLINE) -> None:
        """Wait until every regular expression is on the screen (matched line by line)."""
        for pattern in patterns:
            self.wait_until(lambda p=pattern: self.row_of(p) >= 0, repr(pattern), timeout)  # type: ignore[misc]

    def wait_gone(self, pattern: str, timeout: float = DEADLINE) -> None:
        """Wait until the regular expression is nowhere on the screen."""
        self.wait_until(lambda: self.row_of(pattern) < 0, f"the end of {pattern!r}", timeout)

    def settle(self, quiet: float = 0.15, timeout: float = DEADLINE) -> None:
        """Wait until the program has sent nothing for `quiet` seconds (for measuring, not for synchronising)."""
        deadline = time.monotonic() + timeout
        while self.pump(quiet):
            if time.monotonic() > deadline:
                raise ScreenTimeout(f"the program sends without pause; the screen was:\n{self.text()}")

    def wait_exit(self, timeout: float = DEADLINE) -> int:
        """Wait for the program's end. Returns its exit code, or minus the signal that killed it."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            if time.monotonic() > deadline:
                raise ScreenTimeout(f"still running after {timeout:g} s; the screen was:\n{self.text()}")
            if not self.pump(0.02) and self.master is None:
                time.sleep(0.005)  # nothing to select on any more: poll the process
        while self.pump(0.0):
            pass
        assert self.status is not None
        return os.waitstatus_to_exitcode(self.status)

    # -- ending ------------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        if self.status is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.status, self.cpu_used = status, usage.ru_utime + usage.ru_stime
        return self.status is not None

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal's side, as a dropped connection does."""
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def kill(self) -> None:
        """End the program and everything left in its session."""
        left = session_processes(self.pid)
        _kill_all(left)
        self.hang_up()
        while not self.ended:
            time.sleep(0.005)


def _kill_all(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def control_characters(output: bytes) -> set[str]:
    """Control and format characters in program output besides ESC, CR and LF (for hostile text tests)."""
    text = output.decode("utf-8", "replace")
    return {
        char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\x1b\r\n"
    }
