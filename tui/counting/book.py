"""Who makes count sheets and takes what was counted: a Bincard server, or the client itself for a plain InvenTree.

    sheet, lines = await book.begin(Scope(location=5), blind=True)
    outcomes = await book.post(sheet, [Outgoing(entry, line, total)])

Nothing here keeps anything: that is the journal's, and the poster sees to it that each entry is posted once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from tui.api_errors import ApiError
from tui.counting.journal import Entry, Parked, Sheet
from tui.counting.lines import CountLine
from tui.counting.others import Company

__all__ = ["MODES", "CountBook", "NothingToCount", "Outcome", "Outgoing", "Scope"]

MODES: Mapping[str, str] = {
    "single": "one counter to a line",
    "sum": "what several find adds up",
    "double": "two must agree on each line",
}
"""How several counters go together, and what that means."""


class NothingToCount(ApiError):
    """A session cannot be joined: it is closed, or all of it is for others."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be counted: one of these, or nothing at all to just start scanning."""

    title: str = ""
    location: int | None = None
    category: int | None = None
    parts: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
    due: int = 0
    """So many of the items that are due (a Bincard server knows them)."""
    session: int | None = None
    """A session that the server has already."""

    @property
    def asked(self) -> dict[str, Any]:
        """The scope as Bincard takes it."""
        if self.location is not None:
            return {"location": self.location, "below": True}
        if self.category is not None:
            return {"category": self.category}
        if self.parts:
            return {"parts": list(self.parts)}
        if self.items:
            return {"items": list(self.items)}
        return {"due": True, "limit": self.due} if self.due else {}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An entry on its way, with its line and what has been counted of it in all, this entry included."""

    entry: Entry
    line: CountLine
    total: Decimal
    doubtful: bool = False
    """Whether it was sent before and may have arrived."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: taken, or refused for this reason."""

    key: str
    taken: bool
    reason: str = field(default="", compare=False)


class CountBook(Protocol):
    """All methods raise ApiError when the server cannot be asked or says no to the whole."""

    batch: int
    """How many entries `post` takes at most."""
    keeps_parked: bool
    """Whether the server takes barcodes that nobody knows."""

    @property
    def company(self) -> Company | None:
        """The others who count the sheet; None where everybody counts alone."""
        ...

    async def begin(self, scope: Scope, *, blind: bool, mode: str = "single") -> tuple[Sheet, list[CountLine]]:
        """Make a sheet, or join one, its lines in walking order. `mode` is one of MODES."""
        ...

    async def post(self, sheet: Sheet, outgoing: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post entries, in order; one that is refused does not keep the others back."""
        ...

    async def park(self, sheet: Sheet, parked: Parked) -> None:
        """Hand over a barcode that nobody knows."""
        ...

    async def meet(self, sheet: Sheet) -> None:
        """Tell the others where the counter is, and hear what they do; only where there is company."""
        ...
