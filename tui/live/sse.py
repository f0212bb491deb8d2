"""Server-sent events: bytes as they come off the line in, whole events out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tui.safe_text import load_json

__all__ = ["Block", "Event", "EventParser", "event_of"]

_LARGEST: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two empty lines. `pk` is the position that it moves its reader to, None for none."""

    pk: int | None = None
    name: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed: the object's model and key, what was done to it, and what it belongs to."""

    pk: int
    model: str
    object: int
    action: str
    about: Mapping[str, Any] = field(default_factory=dict)


class EventParser:
    """Takes pieces of any size; a block is given once its last byte is there, and never before."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    def feed(self, piece: bytes) -> list[Block]:
        """The blocks that this piece completes. Raises ValueError for one that has no end."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        found = []
        for line in lines:
            line = line.removesuffix(b"\r")
            if line:
                self._lines.append(line)
            elif self._lines:
                found.append(_block(self._lines))
                self._lines = []
        if len(self._rest) + sum(map(len, self._lines)) > _LARGEST:
            raise ValueError("an event has no end")
        return found


def _block(lines: list[bytes]) -> Block:
    number, name, data = None, "", []
    for line in lines:
        member, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if member == b"id" and value.isdigit():
            number = int(value)
        elif member == b"event":
            name = value.decode("ascii", "replace")
        elif member == b"data":
            data.append(value)
    return Block(number, name, b"\n".join(data))


def event_of(block: Block) -> Event | None:
    """The event that a block tells of; None for one that only moves the position. Raises ValueError."""
    if block.pk is None or not block.data:
        return None
    told = load_json(block.data)
    try:
        about = told.get("about")
        return Event(
            block.pk, str(told["model"]), int(told["pk"]), str(told["action"]), about if isinstance(about, dict) else {}
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"an event without {error}") from error
