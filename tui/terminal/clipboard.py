"""Copies text out of the client: to the clipboard of the terminal's own machine, and into a file.

The clipboard is reached by OSC 52, which travels over SSH. Whether a terminal takes it cannot be known: none says so.
So the text is also left in a file that only the user can read, and the user is told where.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.paths import state_dir, write_private

__all__ = ["LIMIT", "Copied", "copy_sequence", "save_copy"]

LIMIT = 74_994  # bytes of text: terminals drop an OSC 52 whose Base64 is longer than 100,000
SCREEN_PIECE = 700  # GNU screen passes on strings of at most 768 bytes
TERMINATOR = "\x1b\\"


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy: whether it was sent to the terminal, and the file it is in (None if none could be)."""

    sent: bool
    path: Path | None
    problem: str = ""

    def sentence(self, what: str) -> str:
        """What to tell the user about a copy of `what` ("the row")."""
        where = f"saved in {self.path}" if self.path is not None else f"not saved: {self.problem}"
        if self.sent:
            return f"Copied {what}; also {where}." if self.path is not None else f"Copied {what}; {where}."
        return f"The terminal's clipboard cannot take {what}; {where}."


def copy_sequence(text: str, environ: Mapping[str, str]) -> str:
    """What makes the terminal copy the text, through tmux or GNU screen too; "" where that is known to be no use."""
    data = text.encode("utf-8", "replace")
    term = environ.get("TERM", "")
    if len(data) > LIMIT or term in ("linux", "dumb") or term.startswith("vt"):
        return ""
    sequence = f"\x1b]52;c;{b64encode(data).decode()}"
    if "TMUX" in environ or term.startswith("tmux"):
        # tmux takes the plain form if `set-clipboard` is on, passes on the wrapped one if `allow-passthrough` is.
        wrapped = f"\x1bPtmux;{(sequence + TERMINATOR).replace(chr(27), chr(27) * 2)}{TERMINATOR}"
        return sequence + TERMINATOR + wrapped
    if "STY" in environ:
        # In screen the outer OSC ends by BEL: its own strings end at the first ESC backslash.
        whole = sequence + "\x07"
        pieces = (whole[at : at + SCREEN_PIECE] for at in range(0, len(whole), SCREEN_PIECE))
        return "".join(f"\x1bP{piece}{TERMINATOR}" for piece in pieces)
    return sequence + TERMINATOR


def save_copy(text: str, *, sent: bool) -> Copied:
    """Leave the text in the state directory as `copied.txt`, readable by its owner only."""
    path = state_dir() / "copied.txt"
    try:
        write_private(path, text)
    except OSError as error:
        return Copied(sent, None, error.strerror or str(error))
    return Copied(sent, path)
