"""A receipt: what came against a line of an order, how it is sent, and what is noted of it while it is on its way.

The note is one private file in the state directory, written before sending and removed when the outcome is known. A
client that died in between finds it when receiving is opened again, and says what became of it; nothing is ever sent
from a note.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tui.api_client import Json
from tui.api_models import Location, StatusChoice
from tui.orders.receiving import ReceivingLine
from tui.paths import postings_dir, write_private
from tui.views.formats import quantity
from tui.views.orders import Order

__all__ = ["Extras", "Receipt", "ReceiptAttempt", "ReceiptLog", "attempt_of", "request_of"]


@dataclass(frozen=True, slots=True)
class Extras:
    """What may be said of a receipt besides its quantity and place. `serials` as people write them: "700-702, 710"."""

    batch: str = ""
    serials: str = ""
    expiry: date | None = None
    status: StatusChoice | None = None
    packaging: str = ""
    barcode: str = ""
    note: str = ""

    @property
    def in_words(self) -> str:
        """All that is given, on one line; "" for nothing."""
        given = (
            ("batch", self.batch),
            ("serials", self.serials),
            ("expires", self.expiry.isoformat() if self.expiry else ""),
            ("status", self.status.label if self.status else ""),
            ("packaging", self.packaging),
            ("barcode", self.barcode),
            ("note", self.note),
        )
        return " · ".join(f"{name} {value}" for name, value in given if value)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`quantity` packs of a line, put into `location`."""

    order: Order
    line: ReceivingLine
    quantity: Decimal
    location: Location
    extras: Extras = Extras()

    @property
    def amount(self) -> str:
        """How much, with the packs."""
        return self.line.pack.text(self.quantity)


def request_of(receipt: Receipt) -> tuple[str, Json]:
    """Path and body of the order's receive endpoint."""
    extras, line = receipt.extras, receipt.line
    path = f"{receipt.order.path}receive/"
    status = {"status": extras.status.key} if extras.status else {}
    if line.is_return:
        # A return has one note for all that is sent at once; here that is one item.
        return path, {
            "items": [{"item": line.pk, **status}],
            "location": receipt.location.pk,
            "note": extras.note,
        }
    item: Json = {"line_item": line.pk, "quantity": receipt.quantity, "location": receipt.location.pk, **status}
    item |= {
        member: value
        for member, value in (
            ("batch_code", extras.batch),
            ("serial_numbers", extras.serials),
            ("expiry_date", extras.expiry),
            ("packaging", extras.packaging),
            ("barcode", extras.barcode),
            ("note", extras.note),
        )
        if value
    }
    return path, {"items": [item], "location": receipt.location.pk}


@dataclass(frozen=True, slots=True)
class ReceiptAttempt:
    """A receipt on its way: under which key, and what tells later whether it arrived.

    `pieces` go on the shelf. `before` had been received of the line, and `seen` were the stock items that the order
    had brought until then.
    """

    key: str
    begun: datetime
    kind: str
    order: int
    reference: str
    line: int
    label: str
    part: int | None
    supplier_part: int | None
    packs: Decimal
    pieces: Decimal
    before: Decimal
    seen: frozenset[int] = frozenset()

    def __str__(self) -> str:
        what = f"{quantity(self.packs)} × {self.label} on {self.reference}"
        return f"receipt of {what} at {self.begun.astimezone():%H:%M}"


def attempt_of(receipt: Receipt, seen: frozenset[int]) -> ReceiptAttempt:
    """A new attempt at a receipt."""
    line = receipt.line
    return ReceiptAttempt(
        key=os.urandom(16).hex(),
        begun=datetime.now(UTC),
        kind=receipt.order.kind.name,
        order=receipt.order.pk,
        reference=receipt.order.reference,
        line=line.pk,
        label=line.label,
        part=line.part,
        supplier_part=line.supplier_part,
        packs=receipt.quantity,
        pieces=line.pack.pieces(receipt.quantity),
        before=line.received,
        seen=seen,
    )


class ReceiptLog:
    """The receipts under way of one user at one server."""

    def __init__(self, url: str, user: str, directory: Path | None = None) -> None:
        self._owner = {"url": url, "user": user}
        self._directory = directory or postings_dir() / "receipts"

    def write(self, attempt: ReceiptAttempt) -> None:
        """Note it before it is sent. Raises OSError."""
        noted = self._owner | asdict(attempt) | {"seen": sorted(attempt.seen), "begun": attempt.begun.isoformat()}
        write_private(self._file(attempt), json.dumps(noted, ensure_ascii=False, default=str))

    def remove(self, attempt: ReceiptAttempt) -> None:
        """Its outcome is known. Raises OSError."""
        self._file(attempt).unlink(missing_ok=True)

    def left_behind(self) -> Iterator[ReceiptAttempt]:
        """What is noted, oldest first; files that cannot be read as receipts are removed. Raises OSError."""
        found = []
        for file in self._directory.glob("*.json") if self._directory.is_dir() else ():
            try:
                noted = json.loads(file.read_text(encoding="utf-8"))
                if {name: noted.pop(name) for name in self._owner} == self._owner:
                    found.append(_attempt(noted))
            except (ValueError, KeyError, TypeError, ArithmeticError):
                file.unlink(missing_ok=True)
        yield from sorted(found, key=lambda attempt: attempt.begun)

    def _file(self, attempt: ReceiptAttempt) -> Path:
        return self._directory / f"{attempt.key}.json"


def _attempt(noted: Mapping[str, Any]) -> ReceiptAttempt:
    decimals = {name: Decimal(noted[name]) for name in ("packs", "pieces", "before")}
    attempt = ReceiptAttempt(**{**noted, **decimals})
    return replace(attempt, begun=datetime.fromisoformat(noted["begun"]), seen=frozenset(noted["seen"]))
