"""Whatever text is in whichever widget, only our own sequences reach the terminal."""

import re
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal, control_characters
from tui.safe_text import is_safe

ROOT = Path(__file__).parents[3]
OWN = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[[0-9;]*H|\x1b\[[0-9]*[BCDXK]|\x1b\[2J"  # styles, moves, erasing
    r"|\x1b\[[0-9]*[LM]|\x1b\[(?:\d+;\d+)?r"  # lines that move
    r"|\x1b\[\?(?:1049|25|7|2004|2026)[hl]|\x1b\[6n|\x1b\[\?2026\$p|[\r\n]"  # modes, keeping up, line ends
)


@pytest.mark.parametrize("painting", [[], ["--textual"]])
def test_only_our_own_sequences_leave(painting: list[str]) -> None:
    command = [sys.executable, "-m", "tests.tui.terminal.hostile_app", *painting]
    with Terminal(command, cwd=ROOT, columns=100, rows=40) as terminal:
        terminal.wait_for("begin")
        while terminal.row_of("the end") < 0:
            top = terminal.text()
            terminal.press("pagedown")
            terminal.wait_until(lambda before=top: terminal.text() != before, "another page")  # type: ignore[misc]
        terminal.settle()
        sent = terminal.output.decode()
        assert control_characters(bytes(terminal.output)) == set()
        assert is_safe(OWN.sub("", sent))
        assert (terminal.bells, terminal.clipboards, terminal.screen.title) == (0, [], "")
        sequences = set(re.findall(r"\x1b[^\x1b]{0,2}", OWN.sub("", sent)))
        assert sequences == set()
