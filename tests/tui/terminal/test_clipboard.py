"""Copies reach the terminal's clipboard, through tmux too, and a file that only the user can read."""

import shutil
import stat
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui.terminal.clipboard import LIMIT, copy_sequence, save_copy

ROOT = Path(__file__).parents[3]
TEXT = "M8 болт\t12\n" * 200
XTERM = {"TERM": "xterm-256color"}
COPY = (
    "import os, sys, time; from tui.terminal.clipboard import copy_sequence\n"
    "sys.stdout.write(copy_sequence(sys.argv[1] * 200, os.environ) + 'done\\n'); sys.stdout.flush(); time.sleep(60)"
)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """A tmux server of its own that passes the clipboard on in both of its ways."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    config = tmp_path / "tmux.conf"
    config.write_text(
        "set -g set-clipboard on\nset -g allow-passthrough on\nset -as terminal-features ',*:clipboard'\n"
    )
    command = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(config)]
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_the_text_travels_as_base64() -> None:
    sequence = copy_sequence(TEXT, XTERM)
    assert sequence.startswith("\x1b]52;c;")
    assert b64decode(sequence[7:-2]).decode() == TEXT


def test_screen_gets_it_in_pieces_it_can_pass_on() -> None:
    sequence = copy_sequence(TEXT, {"TERM": "screen", "STY": "1.pts"})
    pieces = sequence.split("\x1b\\")
    assert all(len(piece) <= 768 for piece in pieces)
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == copy_sequence(TEXT, XTERM)[:-2] + "\x07"


@pytest.mark.parametrize("environ", [{"TERM": "linux"}, {"TERM": "vt220"}])
def test_a_terminal_without_a_clipboard_is_sent_nothing(environ: dict[str, str]) -> None:
    assert copy_sequence(TEXT, environ) == ""


def test_what_is_too_long_is_only_saved() -> None:
    assert copy_sequence("x" * LIMIT, XTERM)
    assert copy_sequence("x" * (LIMIT + 1), XTERM) == ""


def test_the_file_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path / "state"))
    copied = save_copy(TEXT, sent=True)
    assert copied.path is not None
    assert copied.path.read_text() == TEXT
    assert stat.S_IMODE(copied.path.stat().st_mode) == 0o600
    assert copied.sentence("the row") == f"Copied the row; also saved in {copied.path}."


def test_a_directory_that_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path / "file" / "state"))
    told = save_copy(TEXT, sent=False).sentence("the row")
    assert told == "The terminal's clipboard cannot take the row; not saved: Not a directory."


def test_tmux_passes_it_on(tmux: list[str]) -> None:
    command = [*tmux, "new-session", sys.executable, "-c", COPY, "M8 bolt\n"]
    with Terminal(command, cwd=ROOT) as terminal:
        terminal.wait_for("done")
        terminal.wait_until(lambda: len(terminal.clipboards) == 2, "both forms")
        assert {bytes(copied) for copied in terminal.clipboards} == {b64encode(b"M8 bolt\n" * 200)}
