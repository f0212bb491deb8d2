"""Frames are held back until they are whole where the terminal said it can do that, and nowhere else."""

import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui.terminal.driver import ASK_FRAMES, may_frame

ROOT = Path(__file__).parents[3]
APP = [sys.executable, "-m", "tests.tui.terminal.typing_app"]
BEGIN, END = b"\x1b[?2026h", b"\x1b[?2026l"


@pytest.mark.parametrize("painting", [[], ["--textual"]])
def test_a_terminal_that_can_hold_frames_back_gets_them_marked(painting: list[str]) -> None:
    with Terminal([*APP, *painting], cwd=ROOT) as terminal:
        terminal.wait_for(r"end of$")
        assert terminal.output.count(ASK_FRAMES.encode()) == 1
        terminal.type("a")
        terminal.wait_for(r"end of a$")
        assert BEGIN not in terminal.output
        terminal.send(b"\x1b[?2026;2$y")
        terminal.mark()
        terminal.type("b")
        terminal.wait_for(r"end of ab$")
        terminal.settle()
        sent = terminal.sent_since_mark
        assert sent.count(BEGIN) == sent.count(END) > 0
        assert b"bolt" in sent.partition(BEGIN)[2].rpartition(END)[0]


def test_a_terminal_that_cannot_gets_none() -> None:
    with Terminal(APP, cwd=ROOT) as terminal:
        terminal.wait_for(r"end of$")
        terminal.send(b"\x1b[?2026;0$y")
        terminal.type("a")
        terminal.wait_for(r"end of a$")
        assert BEGIN not in terminal.output


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "putty"}, True),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "screen"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "vt220"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({}, False),
    ],
)
def test_terminals_that_print_the_question_are_not_asked(environ: dict[str, str], asked: bool) -> None:
    assert may_frame(environ) is asked
