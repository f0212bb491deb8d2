"""Postings on their way, written down before they are sent: so that a client that dies in between can say afterwards
what became of them.

One private file for each, in `postings/` of the state directory, removed as soon as the outcome is known. What is found
there at the next sign-in was cut off; the history of the item tells whether it arrived. Nothing is ever sent again
from here: the person decides.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tui.api_models import Location, StatusChoice, StockItem
from tui.paths import postings_dir, write_private
from tui.stock_actions.preview import Kind, Line, Preview

__all__ = ["Attempt", "PostingLog"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A posting on its way: under which key, and how the item that tells its outcome was just before."""

    preview: Preview
    key: str
    seen: StockItem
    begun: datetime
    others: int = 0
    """How many items it is about besides those in the preview (one read from a note knows only one of them)."""

    @property
    def telling_line(self) -> Line:
        """The line whose item is looked at: an action is carried out wholly or not at all."""
        lines = self.preview.sent_lines
        return next((line for line in lines if not line.item.is_serialised), lines[0])

    def __str__(self) -> str:
        line, more = self.telling_line, self.others + len(self.preview.sent_lines) - 1
        what = f"{self.preview.kind} of {line.item.label}"
        return f"{what}{f' and {more} more' if more else ''} at {self.begun.astimezone():%H:%M}"


class PostingLog:
    """The postings under way of one user at one server."""

    def __init__(self, url: str, user: str, directory: Path | None = None) -> None:
        self._owner = {"url": url, "user": user}
        self._directory = directory or postings_dir()

    def write(self, attempt: Attempt) -> None:
        """Note it before it is sent. Raises OSError."""
        write_private(self._file(attempt), json.dumps(self._owner | _plain(attempt), ensure_ascii=False, default=str))

    def remove(self, attempt: Attempt) -> None:
        """Its outcome is known. Raises OSError."""
        self._file(attempt).unlink(missing_ok=True)

    def left_behind(self) -> Iterator[Attempt]:
        """What is noted, oldest first; files that cannot be read as postings are removed."""
        found = []
        for file in self._directory.glob("*.json") if self._directory.is_dir() else ():
            try:
                noted = json.loads(file.read_text(encoding="utf-8"))
                if {name: noted[name] for name in self._owner} == self._owner:
                    found.append(_attempt(noted))
            except (ValueError, KeyError, TypeError, ArithmeticError):
                file.unlink(missing_ok=True)
        yield from sorted(found, key=lambda attempt: attempt.begun)

    def _file(self, attempt: Attempt) -> Path:
        return self._directory / f"{attempt.key}.json"


def _plain(attempt: Attempt) -> dict[str, Any]:
    line, preview = attempt.telling_line, attempt.preview
    return {
        "key": attempt.key,
        "begun": attempt.begun.isoformat(),
        "kind": preview.kind.value,
        "others": len(preview.sent_lines) - 1,
        "amount": line.amount,
        "after": line.after,
        "splits": line.splits,
        "item": asdict(line.item),
        "tracking_items": attempt.seen.tracking_items,
        "destination": asdict(preview.destination) if preview.destination else None,
        "status": asdict(preview.status) if preview.status else None,
    }


def _attempt(noted: dict[str, Any]) -> Attempt:
    decimals = {field.name for field in fields(StockItem) if field.type in (Decimal, "Decimal")}
    values: dict[str, Any] = {
        name: Decimal(value) if name in decimals else value for name, value in noted["item"].items()
    }
    item = StockItem(**values)
    line = Line(item, Decimal(noted["amount"]), Decimal(noted["after"]), splits=bool(noted["splits"]))
    preview = Preview(
        Kind(noted["kind"]),
        (line,),
        destination=Location(**noted["destination"]) if noted["destination"] else None,
        status=StatusChoice(**noted["status"]) if noted["status"] else None,
    )
    seen = StockItem(**values | {"tracking_items": noted["tracking_items"]})
    return Attempt(preview, str(noted["key"]), seen, datetime.fromisoformat(noted["begun"]), int(noted["others"]))
