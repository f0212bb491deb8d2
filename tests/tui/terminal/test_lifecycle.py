"""When the terminal goes away the client goes too: soon, with its work safe, leaving nothing behind."""

import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import Terminal, cpu_seconds, session_processes
from tui.terminal.lifecycle import LOST_TERMINAL, prepare_environment

ROOT = Path(__file__).parents[3]
APP = [sys.executable, "-m", "tests.tui.terminal.small_app"]
LIMIT = 2.0  # seconds the client may take to end


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Where the app writes why it ended."""
    return tmp_path / "saved"


def started(saved: Path, *, ignore_hangup: bool = False) -> Terminal:
    terminal = Terminal([*APP, str(saved)], cwd=ROOT, ignore_hangup=ignore_hangup)
    terminal.wait_for("size 80x24")
    return terminal


WAYS: dict[str, tuple[Callable[[Terminal], None], bool, int]] = {
    "term": (lambda terminal: terminal.signal(signal.SIGTERM), False, 128 + signal.SIGTERM),
    "int": (lambda terminal: terminal.signal(signal.SIGINT), False, 128 + signal.SIGINT),
    "hup": (lambda terminal: terminal.signal(signal.SIGHUP), False, LOST_TERMINAL),
    "close": (lambda terminal: terminal.hang_up(), False, LOST_TERMINAL),
    "close under nohup": (lambda terminal: terminal.hang_up(), True, LOST_TERMINAL),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_client_ends_with_its_terminal(way: str, saved: Path) -> None:
    end, ignore_hangup, code = WAYS[way]
    with started(saved, ignore_hangup=ignore_hangup) as terminal:
        cpu = cpu_seconds(terminal.pid)
        begin = time.monotonic()
        end(terminal)
        assert terminal.wait_exit(LIMIT) == code
        assert time.monotonic() - begin < LIMIT
        assert session_processes(terminal.pid) == []
        assert terminal.cpu_used - cpu < 0.5
        assert saved.read_text()


@pytest.mark.parametrize("way", ["term", "close under nohup"])
def test_a_client_that_hangs_is_ended_with_its_work_safe(way: str, saved: Path) -> None:
    end, ignore_hangup, code = WAYS[way]
    with started(saved, ignore_hangup=ignore_hangup) as terminal:
        terminal.press("s")  # the event loop sleeps for a minute from here on
        terminal.settle()
        end(terminal)
        assert terminal.wait_exit(LIMIT) == code
        assert saved.read_text()


def test_a_terminal_that_takes_nothing_does_not_hold_the_client(saved: Path) -> None:
    with started(saved) as terminal:
        for _ in range(3000):
            terminal.resize(terminal.screen.columns ^ 1, 24)
        os.kill(terminal.pid, signal.SIGTERM)
        while not terminal.ended:
            time.sleep(0.005)
        assert saved.read_text() == "SIGTERM"


def test_an_orphan_ends(saved: Path) -> None:
    command = f"sh -c 'echo $$; {' '.join(APP)} {saved}; true'; sleep 60"
    with Terminal(["sh", "-c", command], cwd=ROOT, ignore_hangup=True) as terminal:
        terminal.wait_for("size 80x24")
        parent = int(bytes(terminal.output).split()[0])
        os.kill(parent, signal.SIGKILL)
        terminal.wait_until(saved.exists, "the end of the orphan", LIMIT)
        assert saved.read_text() == "the parent process is gone"


def test_input_that_ends_is_the_end(saved: Path) -> None:
    with Terminal(["sh", "-c", f"exec {' '.join(APP)} {saved} </dev/null"], cwd=ROOT) as terminal:
        assert terminal.wait_exit() == LOST_TERMINAL
        assert saved.read_text() == "the input ended"


def test_the_terminal_is_given_back_as_it_was(saved: Path) -> None:
    with Terminal(["sh", "-c", f"{' '.join(APP)} {saved}; echo code $?; sleep 60"], cwd=ROOT) as terminal:
        terminal.wait_for("size 80x24")
        assert terminal.master is not None
        assert termios.tcgetattr(terminal.master) != terminal.termios_before
        terminal.mark()
        terminal.press("q")
        terminal.wait_for("code 0")
        assert termios.tcgetattr(terminal.master) == terminal.termios_before
        assert terminal.sent_since_mark.startswith(b"\x1b[m\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h")
        assert saved.read_text() == "quit"


def test_little_is_asked_and_nothing_is_sent_while_idle(saved: Path) -> None:
    with started(saved) as terminal:
        terminal.settle()
        assert terminal.output.count(b"$p") == 1  # whether it can hold frames back
        assert not any(query in bytes(terminal.output) for query in (b"[c", b"?1003", b"[>", b"\x1b]"))
        terminal.mark()
        cpu = cpu_seconds(terminal.pid)
        terminal.pump(1.5)
        assert terminal.bytes_since_mark == 0
        assert cpu_seconds(terminal.pid) - cpu < 0.05


def test_a_stopped_client_comes_back_with_its_screen(saved: Path) -> None:
    with started(saved) as terminal:
        terminal.press("x")
        terminal.wait_for("key x")
        terminal.press("ctrl+z")
        terminal.wait_until(lambda: b"\x1b[?1049l" in terminal.output, "leaving the screen")
        terminal.wait_until(lambda: _state(terminal.pid) == "T", "the stop")
        terminal.screen.reset()
        terminal.signal(signal.SIGCONT)
        terminal.wait_for("key x|size 80x24")
        terminal.press("y")
        terminal.wait_for("key y")


def test_a_garbled_screen_is_repainted(saved: Path) -> None:
    with started(saved) as terminal:
        terminal.press("x")
        terminal.wait_for("key x")
        terminal.screen.reset()
        terminal.press("ctrl+l")
        terminal.wait_for("key ctrl\\+l")
        assert terminal.bytes_since_mark > 0


def test_resizing_is_seen(saved: Path) -> None:
    with started(saved) as terminal:
        terminal.resize(100, 30)
        terminal.wait_for("size 100x30")


def test_ssh_gets_patience_and_what_the_user_set_wins() -> None:
    over_ssh = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "TEXTUAL_FPS": "12"}
    prepare_environment(over_ssh)
    assert (over_ssh["ESCDELAY"], over_ssh["TEXTUAL_FPS"]) == ("250", "12")
    local: dict[str, str] = {}
    prepare_environment(local)
    assert "ESCDELAY" not in local
    assert local["TEXTUAL_ANIMATIONS"] == "none"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
