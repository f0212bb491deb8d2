"""Text from elsewhere, made fit for a terminal.

Names, notes and error messages come from people, scanners, imports and other servers. A terminal obeys what it is
sent: escape sequences move the cursor, write the clipboard or answer in the user's name; bidirectional and
zero-width characters make one name look like another. So text is cleaned once where it comes in (`load_json`), and
the painter lets nothing unprintable out (`safe`), whoever made it.

What is replaced is seen: a whole escape sequence, or a stray control character, becomes one U+FFFD. What only hides
(zero-width characters, variation selectors, byte order marks) is dropped.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["REPLACEMENT", "is_safe", "load_json", "safe", "safe_deep", "safe_lines"]

REPLACEMENT = "\ufffd"

# An escape sequence as ECMA-48 builds it, in its 7-bit and 8-bit forms: a string (OSC, DCS, SOS, PM, APC) with what
# is in it up to its end on the same line, a control sequence (CSI), or another escape.
_SEQUENCE = (
    "(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)"
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|\x1b[ -/]*[0-~]?"
)
# Printable to Python, yet nothing is seen: fillers, joiners and variation selectors. They also make the width of
# the character before them a matter of taste among terminals.
_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_HIDDEN = f"[{_INVISIBLE}\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff\U000e0001\U000e0020-\U000e007f]"

_sequences = re.compile(_SEQUENCE)
_hidden = re.compile(_HIDDEN)
_invisible = re.compile(f"[{_INVISIBLE}]")
_line_ends = re.compile("\r\n|[\r\x85\u2028\u2029]")
# In the source of a JSON document: an escape of anything but quotes, slashes and newlines.
_risky_json = re.compile(r"\\[ubfrt]")


def is_safe(text: str) -> bool:
    """Whether `safe(text)` would change nothing."""
    return text.isprintable() and (text.isascii() or _invisible.search(text) is None)


def safe(text: str) -> str:
    """One line of printable characters: breaks, tabs and odd spaces are spaces, controls are U+FFFD. Idempotent."""
    if is_safe(text):
        return text
    text = _hidden.sub("", _sequences.sub(REPLACEMENT, text))
    return text if text.isprintable() else "".join(map(_printable, text))


def safe_lines(text: str) -> str:
    """The same for text of several lines (notes): line ends become `\\n`, tabs four spaces. Idempotent."""
    if is_safe(text):
        return text
    return "\n".join(safe(line) for line in _line_ends.sub("\n", text).replace("\t", "    ").split("\n"))


def safe_deep(value: Any) -> Any:
    """A decoded JSON value with every string in it, keys too, cleaned by `safe_lines`."""
    if isinstance(value, str):
        return safe_lines(value)
    if isinstance(value, list):
        return [safe_deep(item) for item in value]
    if isinstance(value, dict):
        return {safe_lines(key): safe_deep(item) for key, item in value.items()}
    return value


def load_json(body: bytes) -> Any:
    """Decode the JSON of an answer with every string in it cleaned.

    Raises ValueError when the body is not JSON in UTF-8. Costs next to nothing for a clean answer: the source is
    looked at once, and only one that holds something unusual is walked through.
    """
    source = body.decode()
    value = json.loads(source)
    if _risky_json.search(source) is None and is_safe(source.replace("\n", "").replace("\r", "").replace("\t", "")):
        return value
    return safe_deep(value)


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else REPLACEMENT
