"""Tells the keys of a scanner that types (a keyboard wedge) from a person's.

With a prefix set, a scan begins with it and nothing else is ever held back. Without one the pace decides: characters
that follow each other faster than fingers do are a scan. So a character may have to wait a moment (`gap`) until it is
known not to be the first of a scan; keys that are no characters never wait. Enter, Tab, a line feed or both, or the
suffix that is set, end a scan; so does a long pause, for scanners that send no end.

Pure: events come with their times, and what is due is asked for (`due`, `pause_over`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

__all__ = ["Pace", "Scan", "Typed", "Wedge"]

T = TypeVar("T")

#: Separators inside a label, by the names that terminals' keys have: kept as part of a scan that has begun.
_INSIDE: Final = {
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+backslash": "\x1c",
    "ctrl+underscore": "\x1f",
    "ctrl+d": "\x04",
}
_ENDS: Final = {"enter": "\r", "ctrl+m": "\r", "tab": "\t", "ctrl+i": "\t", "ctrl+j": "\n"}


@dataclass(frozen=True, slots=True)
class Pace:
    """How a scanner types. Times in seconds."""

    gap: float = 0.1
    """Two characters further apart than this are typed by fingers (until a scan is sure)."""
    patience: float = 0.5
    """How long a scan that is sure may pause: links stall in the middle of it."""
    shortest: int = 4
    """Fewer characters are no scan, unless the prefix says so."""
    prefix: str = ""
    suffix: str = ""
    """One character each, "" for none. Enter, Tab and line feed end a scan whether there is a suffix or not."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A whole scan, without prefix and end."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed(Generic[T]):
    """A key that was typed; `key` is what was handed in."""

    key: T


class Wedge(Generic[T]):
    """Takes keys one by one. What it gives back is in the order of the keys, and nothing is ever lost: every key comes
    out as `Typed` or is in a `Scan`."""

    #: Characters after which a fast run is sure to be a scan.
    SURE: Final = 3

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self._kept: list[tuple[T, str]] = []
        self._last = 0.0
        self._waits_from = 0.0
        self._marked = False  # begun by the prefix
        self._ended_at = float("-inf")
        self._ended_by = ""

    @property
    def holds(self) -> bool:
        """Whether keys are held back."""
        return bool(self._kept) or self._marked

    @property
    def is_sure(self) -> bool:
        """Whether what is held back is a scan."""
        return self._marked or len(self._kept) >= self.SURE

    @property
    def last(self) -> float:
        """When the last key came, at the latest."""
        return self._last

    @property
    def due(self) -> float | None:
        """The time at which `pause_over` is to be called unless a key comes before; None when nothing is held."""
        return max(self._last, self._waits_from) + self._pause if self.holds else None

    @property
    def _pause(self) -> float:
        return self.pace.patience if self.is_sure else self.pace.gap

    def take(
        self, key: T, name: str, character: str | None, at: float, latest: float | None = None
    ) -> list[Scan | Typed[T]]:
        """A key: its `name`, the character it types (None for none), and when it came.

        Where that is not known for sure, `at` is the earliest time, so that no scan breaks in two, and `latest` the
        latest, from which the pause after it runs.
        """
        out: list[Scan | Typed[T]] = []
        if self.holds and at - self._last > self._pause:
            out += self.pause_over()
        self._last = at if latest is None else latest
        end = _ENDS.get(name, "")
        if end and not self.holds and end == "\n" and self._ended_by == "\r" and at - self._ended_at <= self.pace.gap:
            self._ended_by = ""
            return out  # the line feed of CR LF
        if end or (self.holds and character is not None and character == self.pace.suffix):
            return out + self._end(key, end or "suffix", at)
        inside = _INSIDE.get(name) if self.holds else None
        text = inside or (character if character is not None and character.isprintable() else "")
        if text and not self.holds and text == self.pace.prefix:
            self._marked = True
            return out
        if not text or (self.pace.prefix and not self._marked):
            return [*out, *self._release(), Typed(key)]
        self._kept.append((key, text))
        return out

    def wait_on(self, at: float) -> None:
        """Whoever keeps the time says that the pause after the last key begins only now: more may be on its way."""
        self._waits_from = at

    def pause_over(self) -> list[Scan | Typed[T]]:
        """Nothing came for as long as `due` says: a sure scan without an end is whole, anything else was typed."""
        if self._is_scan():
            return [self._scan()]
        return list(self._release())

    def _end(self, key: T, end: str, at: float) -> list[Scan | Typed[T]]:
        if self._is_scan():
            self._ended_at, self._ended_by = at, end
            return [self._scan()]
        return [*self._release(), Typed(key)]

    def _is_scan(self) -> bool:
        return len(self._kept) >= (1 if self._marked else self.pace.shortest)

    def _scan(self) -> Scan:
        text = "".join(piece for _, piece in self._kept)
        self._kept, self._marked = [], False
        return Scan(text)

    def _release(self) -> Iterable[Typed[T]]:
        kept, self._kept, self._marked = self._kept, [], False
        return [Typed(key) for key, _ in kept]
