"""Keys from what the terminal sends, where Textual's own reading of it loses some."""

from collections.abc import Iterable
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser

__all__ = ["KeyParser"]

_NAMES: Final = {"A": "up", "B": "down", "C": "right", "D": "left", "F": "end", "H": "home"}
#: Without the kitty protocol, Textual takes Alt with an arrow for Esc and then the arrow, which leaves whatever is open
#: before it moves, and Alt+B and Alt+F for words of Emacs, so that no command can have them.
_WITH_ALT: Final = {
    **{f"\x1b[1;3{final}": f"alt+{name}" for final, name in _NAMES.items()},
    "\x1bb": "alt+b",
    "\x1bf": "alt+f",
}


class KeyParser(XTermParser):
    """Textual's parser, with Alt and an arrow or letter as the one key that was pressed."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        name = _WITH_ALT.get(sequence)
        if name is not None:
            yield events.Key(name, None)
        else:
            yield from super()._sequence_to_key_events(sequence, alt)
