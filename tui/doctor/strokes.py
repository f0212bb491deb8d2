"""Keys from the bytes that a terminal sends, under the names that the key map has for them."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

__all__ = ["UNKNOWN", "Stroke", "Strokes"]

UNKNOWN: Final = "unknown"
"""The name of what is no key of Bincard."""

_FINALS: Final = {
    "A": "up", "B": "down", "C": "right", "D": "left", "F": "end", "H": "home", "P": "f1", "Q": "f2", "R": "f3",
    "S": "f4",
}  # fmt: skip
_NUMBERS: Final = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end", 11: "f1", 12: "f2",
    13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12",
}  # fmt: skip
_CONTROLS: Final = {
    "\r": "enter", "\t": "tab", "\x1b": "escape", " ": "space", "\x7f": "backspace", "\x08": "backspace",
    "\x00": "ctrl+@", "\x1c": "ctrl+backslash", "\x1d": "ctrl+right_square_bracket", "\x1e": "ctrl+circumflex_accent",
    "\x1f": "ctrl+underscore",
}  # fmt: skip
#: The number pad in application mode: ESC O and a letter.
_PAD: Final = {**{chr(ord("p") + digit): str(digit) for digit in range(10)},
               "M": "\r", "j": "*", "k": "+", "l": ",", "m": "-", "n": ".", "o": "/"}  # fmt: skip

_SEQUENCE: Final = re.compile(
    "\x1b(?:\\[\\[[A-E]|\\[(?!\\[)[0-?]*[ -/]*[@-~]|O[ -~]|[^\x1b\\[O])", re.DOTALL
)  # the Linux console's F1 to F5; a control sequence; SS3; Alt with a character
_CONTROL_SEQUENCE: Final = re.compile("\x1b\\[(\\d*)(?:;(\\d+))?([A-Za-z~^])")


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key: its name, the character it types (None for none), the bytes it came as, and when (seconds)."""

    name: str
    character: str | None
    data: bytes
    at: float


class Strokes:
    """Takes bytes as they come and gives the keys in them. What may be the beginning of a sequence is kept."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""

    @property
    def waits(self) -> bool:
        """Whether an Escape may be one or the beginning of more: call `flush` when nothing follows for a moment."""
        return bool(self._text)

    def feed(self, data: bytes, at: float) -> list[Stroke]:
        """The keys that are complete."""
        self._text += self._decoder.decode(data)
        found = []
        while self._text:
            piece = self._piece()
            if not piece:
                break
            self._text = self._text[len(piece) :]
            found.append(_stroke(piece, at))
        return found

    def flush(self, at: float) -> list[Stroke]:
        """Take what is kept for what it is: Escape, and what came after it."""
        kept, self._text = self._text, ""
        return [_stroke(char, at) for char in kept]

    def _piece(self) -> str:
        if self._text[0] != "\x1b":
            return self._text[0]
        if self._text.startswith("\x1b\x1b"):
            return "\x1b"
        match = _SEQUENCE.match(self._text)
        return match.group() if match is not None else ""


def _stroke(piece: str, at: float) -> Stroke:
    data = piece.encode("utf-8", "surrogateescape")
    if len(piece) == 1:
        return Stroke(_name_of(piece), piece, data, at)
    if piece.startswith("\x1b[["):
        return Stroke(f"f{ord(piece[3]) - ord('A') + 1}", None, data, at)
    if piece.startswith("\x1bO"):
        typed = _PAD.get(piece[2])
        name = _name_of(typed) if typed else _FINALS.get(piece[2], UNKNOWN)
        return Stroke(name, typed, data, at)
    if piece.startswith("\x1b["):
        return Stroke(_of_sequence(piece), None, data, at)
    inner = _name_of(piece[1])
    return Stroke(f"alt+shift+{inner.lower()}" if inner.isupper() else f"alt+{inner}", None, data, at)


def _name_of(char: str) -> str:
    if char in _CONTROLS:
        return _CONTROLS[char]
    if ord(char) < 0x20:
        return f"ctrl+{chr(ord(char) + 0x60)}"
    return char


def _of_sequence(piece: str) -> str:
    match = _CONTROL_SEQUENCE.fullmatch(piece)
    if match is None:
        return UNKNOWN
    number, modifier, final = match.groups()
    if final == "Z":
        return "shift+tab"
    base = _NUMBERS.get(int(number or 0)) if final in "~^" else _FINALS.get(final)
    if base is None:
        return UNKNOWN
    bits = 4 if final == "^" else int(modifier or 1) - 1  # rxvt writes Ctrl as ^
    held = [name for bit, name in ((4, "ctrl"), (2, "alt"), (1, "shift")) if bits & bit]
    return "+".join([*held, base])
