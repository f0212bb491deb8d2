"""What the journal of counts holds: sheets, their lines, what was counted of each, and barcodes that nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

__all__ = [
    "CONFIRMED",
    "DRAFT",
    "QUEUED",
    "REFUSED",
    "SENT",
    "Entry",
    "JournalError",
    "Parked",
    "Sheet",
    "SheetInUse",
    "SheetLine",
]

QUEUED: Final = "queued"
"""Not posted yet, as far as is known."""
SENT: Final = "sent"
"""Posted, and the answer not seen: it may have arrived."""
CONFIRMED: Final = "confirmed"
REFUSED: Final = "refused"
DRAFT: Final = "draft"
"""Of a barcode put aside: its note is still being typed."""


class JournalError(Exception):
    """The journal cannot be used; the message names the file and what to do."""


class SheetInUse(JournalError):
    """Another client on this machine is counting this sheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being counted, and where the counter is (`cursor`: the number of a line). `session` is the server's, None
    where the client made the sheet."""

    key: str
    server: str
    user: str
    title: str
    made: float
    session: int | None = None
    blind: bool = True
    cursor: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line, by its number on the sheet; `shown` is what the screen needs of it."""

    number: int
    shown: Mapping[str, Any]
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was counted. `mode`: "set" says how much there is, "add" how much more (or less).

    `key` is the idempotency key, `about` what the poster needs to find out whether it has arrived.
    """

    key: str
    sheet: str
    line: int
    mode: str
    quantity: Decimal
    counted_at: float
    note: str = ""
    state: str = QUEUED
    reason: str = ""
    attempts: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parked:
    """A barcode that nobody knows, for later."""

    key: str
    sheet: str
    barcode: str
    note: str
    scanned_at: float
    state: str = QUEUED
