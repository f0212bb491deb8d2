"""Counting together: where the counter is, for the others, and what the others do. No quantity is in any of it.

    company = Company()
    company.begin(COUNTING, listener)
    company.be_at(7)            # said to the server with the next entry, or by itself when there is none

Nobody waits for this: a line that two come to at once is both theirs, and the server takes either's count.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["CANCELLED", "COUNTING", "GONE", "POSTED", "REVIEW", "Company", "Others", "what_happened"]

COUNTING: Final = 10
REVIEW: Final = 20
POSTED: Final = 30
CANCELLED: Final = 40
GONE: Final = 0
"""Of a session that the server does not know any more."""

_UNTOLD: Final = -1
_WHAT_HAPPENED: Final = {
    COUNTING: "It is open again; what was refused meanwhile is posted again.",
    REVIEW: "It was closed and is in review; what you count now is kept here, but not taken.",
    POSTED: "It is closed and posted; what you count now is kept here, but not taken.",
    CANCELLED: "It was cancelled; what you count now is kept here, but not taken. F8 forgets it.",
    GONE: "The server has it no more; what you count now is kept here, but not taken. F8 forgets it.",
}


def what_happened(title: str, status: int) -> str:
    """What has become of a session, for its counter."""
    return f"{title}: {_WHAT_HAPPENED.get(status, 'its state is not known here.')}"


@dataclass(frozen=True, slots=True)
class Others:
    """What others do in a session: who is at which line, and which they have counted so that nobody else need. Lines
    are by the server's keys. `seen` is what the server is asked with next time."""

    status: int = COUNTING
    seen: int = 0
    taken: Mapping[int, str] = field(default_factory=dict)
    counted: frozenset[int] = frozenset()

    @classmethod
    def of_answer(cls, row: Mapping[str, Any], before: "Others") -> "Others":
        """What the server says, together with what it said `before`. Raises KeyError, TypeError, ValueError."""
        taken = {int(line): str(name) for name, lines in row["taken"].items() for line in lines}
        counted = before.counted.union(int(line) for line in row["counted"])
        return cls(int(row["status"]), int(row["seen"]), taken, counted)


class Company:
    """Those who count one session: what they are told, and what they tell. `others` is the last of that."""

    def __init__(self) -> None:
        self.others = Others()
        self.listener: Callable[[Others], None] = lambda others: None
        self.present = False
        """Whether the counter is at the sheet, and wants to hear of the others."""
        self._at: int | None = None
        self._told: int | None = _UNTOLD

    def begin(self, status: int, listener: Callable[[Others], None]) -> None:
        """The session is in this state as far as is known; `listener` hears what changes."""
        self.others, self.listener = Others(status), listener

    def be_at(self, line: int | None) -> None:
        """The counter is at this line now; None for one that the server does not know yet."""
        self.present, self._at = True, line

    def leave(self) -> None:
        """The counter is at no line any more."""
        self.present, self._at = False, None

    @property
    def untold(self) -> bool:
        """Whether the server does not know yet where the counter is."""
        return self._told != self._at if self.present else self._told not in (None, _UNTOLD)

    def says(self) -> dict[str, Any]:
        """What the server is told and asked, for the body of a request."""
        return {"at": self._at, "seen": self.others.seen} if self.present or self.untold else {}

    def told(self, said: Mapping[str, Any]) -> None:
        """The server heard what `says` gave, or will not hear it."""
        if "at" in said:
            self._told = said["at"]

    def heard(self, row: Any) -> None:
        """Take in what the server answered, if anything. Raises KeyError, TypeError, ValueError."""
        if row is not None:
            self._hear(Others.of_answer(row, self.others))

    def lost(self) -> None:
        """The server does not know the session any more."""
        self._hear(Others(GONE))

    def _hear(self, others: Others) -> None:
        if others != self.others:
            self.others = others
            self.listener(others)
