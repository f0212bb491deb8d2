"""The terminal harness itself: what it reads, types, counts and ends."""

import sys
import time
from pathlib import Path

import pytest

from tests.terminal import ScreenTimeout, Terminal, control_characters, key_bytes, session_processes

ECHO = (
    "import sys, tty; tty.setraw(0); sys.stdout.write('ready\\r\\n'); sys.stdout.flush()\n"
    "while (key := sys.stdin.buffer.raw.read(16)) != b'q':\n"
    "    sys.stdout.write(repr(key) + '\\r\\n'); sys.stdout.flush()\n"
)


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_keys_arrive_and_the_screen_is_read() -> None:
    with Terminal(program(ECHO), columns=60, rows=10) as terminal:
        terminal.wait_for("ready")
        terminal.press("down")
        terminal.wait_for(r"b'\\x1b\[B'")
        terminal.mark()
        terminal.type("x")
        terminal.wait_for("b'x'")
        assert terminal.bytes_since_mark == len("b'x'\r\n")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_wait_that_fails_shows_the_screen() -> None:
    with Terminal(program(ECHO)) as terminal:
        terminal.wait_for("ready")
        with pytest.raises(ScreenTimeout, match=r"(?s)never.*ready"):
            terminal.wait_for("never", timeout=0.1)


def test_a_program_that_ended_fails_the_wait_at_once() -> None:
    with Terminal(program("print('bye')")) as terminal, pytest.raises(ScreenTimeout, match="ended before"):
        terminal.wait_for("never")


def test_foreign_sequences_are_not_drawn_and_copies_are_kept(tmp_path: Path) -> None:
    script = "\x1b[>1u\x1b[?2026$p\x1bPtmux;x\x1b\\\x1b]52;c;QUJD\x07\x1b[<ufine\x07\x1b[2;3Hthere\u6f22\u0301\n"
    path = tmp_path / "script"
    path.write_text(script)
    with Terminal(["cat", str(path)], columns=20, rows=4) as terminal:
        terminal.wait_exit()
        assert terminal.lines()[:2] == ["fine", "  there\u6f22\u0301"]
        assert (terminal.clipboards, terminal.bells) == ([b"QUJD"], 1)


def test_kill_leaves_nothing_of_the_session() -> None:
    with Terminal(["sh", "-c", "sleep 60 & echo up; wait"]) as terminal:
        terminal.wait_for("up")
        leader = terminal.pid
        assert len(session_processes(leader)) == 2
    deadline = time.monotonic() + 5  # the kernel takes a moment to bury what was killed
    while session_processes(leader) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session_processes(leader) == []


def test_key_names_and_control_characters() -> None:
    assert [key_bytes(name) for name in ("ctrl+p", "alt+x", "f5", "shift+down")] == [
        b"\x10",
        b"\x1bx",
        b"\x1b[15~",
        b"\x1b[1;2B",
    ]
    with pytest.raises(ValueError, match="unknown key"):
        key_bytes("hyper+x")
    assert control_characters("a\x1b[m\u202eb\x9bc\x07".encode()) == {"\u202e", "\x9b", "\x07"}
