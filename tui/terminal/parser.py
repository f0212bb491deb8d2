"""Keys from what the terminal sends, where Textual's own reading of it loses some."""

from collections.abc import Iterable, Sequence
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

__all__ = ["KeyParser", "came_at", "stamp_keys"]

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


def stamp_keys(found: Sequence[Message], read_at: float, read_before: float) -> None:
    """Note on keys when they came, by the monotonic clock: `time` at the latest, `came_at` at the earliest.

    `found` is what one read brought, `read_before` when the read before it was. Fingers and scanners type one character
    after another: several in one read had been there for a while, so the first may have come right after `read_before`.
    """
    keys = [event for event in found if isinstance(event, events.Key)]
    for key in keys:
        key.time = read_at
        vars(key)["came"] = read_at if len(keys) == 1 else read_before


def came_at(key: events.Key) -> float:
    """When a key came at the earliest; it was read at `key.time`."""
    return float(vars(key).get("came", key.time))
