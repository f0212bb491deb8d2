"""A line of a count sheet as the counter sees it, and how it is made of a stock item."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from tui.counting.journal import SheetLine
from tui.views.formats import quantity
from tui.walking import walking_key

__all__ = ["CountLine", "walking_order"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CountLine:
    """What is to be counted. `line` is the server's key of the line, `item` of the stock item; None where there is
    none. `expected` stays "" in a blind count: it is in no answer that is kept, and so nowhere on this machine.
    """

    number: int
    part: int | None = None
    name: str = ""
    ipn: str = ""
    units: str = ""
    item: int | None = None
    line: int | None = None
    location: int | None = None
    path: str = ""
    batch: str = ""
    serial: str = ""
    packaging: str = ""
    found: bool = False
    expected: str = ""
    counted: str = ""
    """What this counter has counted before, on another machine."""
    taken_by: str = ""
    """Who else was at it when the sheet was made."""
    closed: bool = False
    """Whether others had counted it by then, so that nobody else need."""
    round: int = 1
    """1 for the first count, 2 for a recount."""

    @classmethod
    def of_item(cls, row: Row, *, blind: bool, number: int = 0, found: bool = False) -> "CountLine":
        """From a row of `stock/` with the details of part and location. Raises KeyError, TypeError."""
        part, place = row.get("part_detail") or {}, row.get("location_detail") or {}
        return cls(
            number=number,
            part=int(row["part"]),
            name=_text(part.get("full_name") or part.get("name")) or f"part {row['part']}",
            ipn=_text(part.get("IPN")),
            units=_text(part.get("units")),
            item=int(row["pk"]),
            location=row.get("location"),
            path=_text(place.get("pathstring") or place.get("name")),
            batch=_text(row.get("batch")),
            serial=_text(row.get("serial")),
            packaging=_text(row.get("packaging")),
            found=found,
            expected="" if blind else quantity(row.get("quantity")),
        )

    @classmethod
    def of_answer(cls, row: Row, *, blind: bool, number: int = 0) -> "CountLine":
        """From a row of Bincard's `count/line/`; `pk` is None for an item that is on no line. Raises KeyError,
        TypeError."""
        return cls(
            number=number,
            part=row.get("part"),
            name=_text(row.get("part_name")) or f"part {row.get('part')}",
            ipn=_text(row.get("IPN")),
            units=_text(row.get("units")),
            item=row.get("stock_item"),
            line=None if row["pk"] is None else int(row["pk"]),
            location=row.get("location"),
            path=_text(row.get("location_path")),
            batch=_text(row.get("batch")),
            serial=_text(row.get("serial")),
            packaging=_text(row.get("packaging")),
            found=bool(row.get("found")),
            expected="" if blind else quantity(row.get("expected")),
            counted="" if row.get("counted") is None else str(row["counted"]),
            round=int(row.get("round") or 1),
        )

    @classmethod
    def of_kept(cls, kept: SheetLine) -> "CountLine":
        """From the journal."""
        return cls(kept.number, **kept.shown)

    @property
    def kept(self) -> SheetLine:
        """For the journal."""
        shown = asdict(self)
        del shown["number"]
        return SheetLine(self.number, {name: value for name, value in shown.items() if value not in ("", None, False)})

    @property
    def mark(self) -> str:
        """Serial number or batch, "" for neither."""
        if self.serial:
            return f"#{self.serial}"
        return f"batch {self.batch}" if self.batch else ""

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.name} {self.mark}" if self.mark else self.name

    @property
    def where(self) -> str:
        """The location for people."""
        return self.path or "no location"

    def at(self, number: int) -> "CountLine":
        """The same line under another number."""
        return replace(self, number=number)


def walking_order(line: CountLine) -> tuple[Any, ...]:
    """What lines are sorted by: as somebody walks past them, then by part and batch or serial number."""
    return (
        walking_key(line.path),
        walking_key(line.name),
        walking_key(line.serial or line.batch),
        line.item or 0,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
