"""Receiving without a screen or a server: the lines of an order, what is still to come, and which line a code means.

Everything here is pure. Quantities of a purchase order count packs of the supplier part, as in the API; `Pack` turns
them into what goes on the shelf, exactly.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any, Final

from tui.api_models import Location
from tui.orders.codes import Known, own_code
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import decimal_of, quantity, with_unit
from tui.views.orders import read_date

__all__ = [
    "By",
    "Hit",
    "Pack",
    "ReceivingLine",
    "choose",
    "lines_of",
    "match",
    "over_or_short",
    "parse_received",
]

Row = Mapping[str, Any]

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_PLACES: Final = Decimal("0.00001")
#: A quantity followed by the word for pieces, or by the part's own unit.
_IN_PIECES: Final = re.compile(r"(?P<sum>.*[\d)])\s*(?P<unit>[^\W\d_]+\.?)\s*$")
_PIECES: Final = frozenset(("p", "pc", "pcs", "piece", "pieces", "шт", "ш"))


@dataclass(frozen=True, slots=True)
class Pack:
    """How many units of the part are in one of what was ordered; 1 where things come singly."""

    size: Decimal = ONE
    units: str = ""

    @property
    def is_single(self) -> bool:
        """Whether one ordered is one on the shelf."""
        return self.size == ONE

    def pieces(self, packs: Decimal) -> Decimal:
        """What so many packs hold, with the server's five places."""
        return (packs * self.size).quantize(_PLACES)

    def packs(self, pieces: Decimal) -> Decimal:
        """How many packs hold so many pieces. Raises QuantityError when no number of packs does so exactly."""
        count = (pieces / self.size).quantize(_PLACES)
        if count * self.size != pieces:
            raise QuantityError(f"{with_unit(pieces, self.word)} is no number of packs of {quantity(self.size)}")
        return count

    @property
    def word(self) -> str:
        """What is counted on the shelf: the unit of the part, else pieces."""
        return self.units or "pcs"

    def text(self, packs: Decimal) -> str:
        """`3 packs of 25 = 75 pcs`; without packs just the quantity with its unit."""
        if self.is_single:
            return with_unit(packs, self.units)
        noun = "pack" if packs == 1 else "packs"
        return f"{quantity(packs)} {noun} of {quantity(self.size)} = {with_unit(self.pieces(packs), self.word)}"


@dataclass(frozen=True, slots=True)
class ReceivingLine:
    """A line of a purchase order, or of a return order (then `item` is the customer's stock item).

    `ordered` and `received` count packs. `destination` is where the order wants it, with what says so ("line",
    "order", "part"). `barcodes` are the MD5 hashes by which the server knows linked barcodes.
    """

    pk: int
    name: str
    ordered: Decimal
    received: Decimal = ZERO
    position: int = 0
    part: int | None = None
    supplier_part: int | None = None
    item: int | None = None
    sku: str = ""
    mpn: str = ""
    ipn: str = ""
    serial: str = ""
    description: str = ""
    pack: Pack = Pack()
    destination: Location | None = None
    destination_of: str = ""
    target: date | None = None
    trackable: bool = False
    barcodes: frozenset[str] = frozenset()
    row: Row = field(default_factory=dict, repr=False, compare=False)

    @property
    def outstanding(self) -> Decimal:
        """What is still to come; 0 when more came than was ordered."""
        return max(self.ordered - self.received, ZERO)

    @property
    def is_done(self) -> bool:
        """Whether nothing more is expected."""
        return self.outstanding == ZERO

    @property
    def is_return(self) -> bool:
        """Whether it is a customer's item that comes back; that is received whole."""
        return self.item is not None

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.name} #{self.serial}" if self.serial else self.name

    @property
    def codes(self) -> str:
        """The codes beside the name, the supplier's first."""
        return self.sku or self.mpn or self.ipn

    def after(self, received: Decimal) -> "ReceivingLine":
        """The same line with another figure received in all."""
        return replace(self, received=received)


class By(IntEnum):
    """Why a line was found, best first; all before PREFIX are exact."""

    BARCODE = 0
    SKU = 1
    MPN = 2
    IPN = 3
    SERIAL = 4
    NAME = 5
    PREFIX = 6
    TEXT = 7


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that a text may mean, and why."""

    line: ReceivingLine
    by: By

    @property
    def is_exact(self) -> bool:
        """Whether the text is just one of its codes or its name."""
        return self.by < By.PREFIX


# Which line


def match(text: str, lines: Sequence[ReceivingLine], known: Known | None = None) -> tuple[Hit, ...]:
    """The lines that `text` can mean, best first; each line once.

    `known` is what the server knows the text as (or what it says itself). A barcode comes before SKU, MPN, IPN, serial
    number and name, these before what only begins with the text or contains it; among equals come open lines, then
    the one due first, then the order of the lines.
    """
    wanted = " ".join(text.split()).casefold()
    known = known or own_code(text)
    hashed = hashlib.md5(text.strip().encode(errors="replace"), usedforsecurity=False).hexdigest()
    hits = []
    for line in lines:
        by = _by(line, wanted, hashed, known)
        if by is not None:
            hits.append(Hit(line, by))
    return tuple(sorted(hits, key=_rank))


def choose(hits: Sequence[Hit]) -> ReceivingLine | None:
    """The line to take without asking; None when there is none, or when people must choose.

    An exact match beats all others, an open line one that is done. Several lines of the same supplier part are no
    choice: what has come fills the one that is due first.
    """
    pool = [hit for hit in hits if hit.is_exact] or list(hits)
    pool = [hit for hit in pool if not hit.line.is_done] or pool
    if not pool:
        return None
    best = min(hit.by for hit in pool)
    first, *others = (hit.line for hit in pool if hit.by == best)
    return first if all(_same_goods(first, other) for other in others) else None


def _same_goods(one: ReceivingLine, other: ReceivingLine) -> bool:
    return one.item is None and one.supplier_part is not None and one.supplier_part == other.supplier_part


def _by(line: ReceivingLine, wanted: str, hashed: str, known: Known | None) -> By | None:
    if hashed in line.barcodes or (known is not None and _stands_for(known, line)):
        return By.BARCODE
    if not wanted or known is not None:
        return None
    fields = (
        (line.sku, By.SKU), (line.mpn, By.MPN), (line.ipn, By.IPN), (line.serial, By.SERIAL), (line.name, By.NAME),
    )  # fmt: skip
    codes = [(value.casefold(), by) for value, by in fields if value]
    exact = [by for value, by in codes if value == wanted]
    if exact:
        return min(exact)
    if any(value.startswith(wanted) for value, _ in codes):
        return By.PREFIX
    inside = any(wanted in value for value, _ in codes) or wanted in line.description.casefold()
    return By.TEXT if inside and len(wanted) > 1 else None


def _stands_for(known: Known, line: ReceivingLine) -> bool:
    if line.is_return:
        return known.pk == line.item if known.model == "stockitem" else known.model == "part" and known.pk == line.part
    if known.supplier_part is not None:
        return known.supplier_part == line.supplier_part
    if known.model == "manufacturerpart":
        supplied = line.row.get("supplier_part_detail")
        return isinstance(supplied, Mapping) and supplied.get("manufacturer_part") == known.pk
    return known.part is not None and known.part == line.part


def _rank(hit: Hit) -> tuple[int, bool, date, int]:
    return hit.by, hit.line.is_done, hit.line.target or date.max, hit.line.position


# How much


def parse_received(text: str, line: ReceivingLine) -> Decimal:
    """How many packs `text` means: a number or a sum; with `pcs` or the part's unit after it, pieces.

    Raises QuantityError, also for nothing and for part of a customer's item.
    """
    pieces = _IN_PIECES.match(text)
    unit = pieces["unit"].rstrip(".").casefold() if pieces else ""
    if pieces is not None and (unit in _PIECES or unit == line.pack.units.casefold()):
        amount = line.pack.packs(parse_quantity(pieces["sum"]))
    else:
        amount = parse_quantity(text)
    if amount == ZERO:
        raise QuantityError("nothing to receive; Esc leaves the line")
    if line.is_return and amount != line.ordered:
        raise QuantityError(f"a return is received whole: {quantity(line.ordered)}")
    return amount


def over_or_short(line: ReceivingLine, amount: Decimal) -> str:
    """What is to be asked before so much is received: "Ordered 100, received before 40, now 80: 20 more than ordered."

    "" when it is just what is outstanding.
    """
    rest = line.ordered - line.received - amount
    if rest == ZERO:
        return ""
    before = f", received before {quantity(line.received)}" if line.received else ""
    figures = f"Ordered {_count(line, line.ordered)}{before}, now {quantity(amount)}"
    if rest < ZERO:
        return f"{figures}: {quantity(-rest)} more than ordered."
    return f"{figures}: {quantity(rest)} still to come."


def _count(line: ReceivingLine, packs: Decimal) -> str:
    if line.pack.is_single:
        return with_unit(packs, line.pack.units)
    return f"{quantity(packs)} {'pack' if packs == 1 else 'packs'}"


# From the answers of the server


def lines_of(rows: Iterable[Row], *, returned: bool = False, destination: int | None = None) -> list[ReceivingLine]:
    """The lines of `order/po-line/` (or `order/ro-line/`) in their order; `destination` is the order's own.

    Raises KeyError, TypeError or ValueError for what is no line.
    """
    read: Callable[[Row, int | None], ReceivingLine] = _return_line if returned else _purchase_line
    return [replace(read(row, destination), position=position) for position, row in enumerate(rows)]


def _purchase_line(row: Row, destination: int | None) -> ReceivingLine:
    part, supplied = _detail(row, "part_detail"), _detail(row, "supplier_part_detail")
    place, place_of = _destination(row, part, destination)
    return ReceivingLine(
        pk=int(row["pk"]),
        name=_text(part.get("full_name") or part.get("name") or row.get("internal_part_name")) or "deleted part",
        ordered=decimal_of(row["quantity"]) or ZERO,
        received=decimal_of(row.get("received")) or ZERO,
        part=_key(part.get("pk") or row.get("internal_part")),
        supplier_part=_key(supplied.get("pk") or row.get("part")),
        sku=_text(row.get("sku") or supplied.get("SKU")),
        mpn=_text(row.get("mpn") or supplied.get("MPN")),
        ipn=_text(row.get("ipn") or part.get("IPN")),
        description=_text(part.get("description")),
        pack=Pack(_pack_size(supplied.get("pack_quantity_native")), _text(part.get("units"))),
        destination=place,
        destination_of=place_of,
        target=read_date(row.get("target_date")),
        trackable=bool(part.get("trackable")),
        barcodes=_barcodes(part, supplied),
        row=row,
    )


def _return_line(row: Row, destination: int | None) -> ReceivingLine:
    item, part = _detail(row, "item_detail"), _detail(row, "part_detail")
    part = part or _detail(item, "part_detail")
    whole = decimal_of(row.get("quantity")) or ONE
    return ReceivingLine(
        pk=int(row["pk"]),
        name=_text(part.get("full_name") or part.get("name")) or f"item {row['item']}",
        ordered=whole,
        received=whole if row.get("received_date") else ZERO,
        part=_key(part.get("pk") or item.get("part")),
        item=int(row["item"]),
        ipn=_text(part.get("IPN")),
        serial=_text(item.get("serial")),
        description=_text(part.get("description")),
        pack=Pack(ONE, _text(part.get("units"))),
        target=read_date(row.get("target_date")),
        barcodes=_barcodes(item, part),
        row=row,
    )


def _destination(row: Row, part: Row, order: int | None) -> tuple[Location | None, str]:
    """Where the goods are wanted: the server names the place of the line, else of the order, else of the part."""
    detail, own = _detail(row, "destination_detail"), row.get("destination")
    if isinstance(detail.get("pk"), int):
        pk = detail["pk"]
        return Location.of(detail), "line" if pk == own else "order" if pk == order else "part"
    for pk, source in ((own, "line"), (order, "order"), (part.get("default_location"), "part")):
        if isinstance(pk, int):
            return Location(pk, f"location {pk}", f"location {pk}"), source
    return None, ""


def _barcodes(*rows: Row) -> frozenset[str]:
    return frozenset(hashed for row in rows if isinstance(hashed := row.get("barcode_hash"), str) and hashed)


def _pack_size(value: Any) -> Decimal:
    """The exact size of a pack: the server keeps more places for it than for quantities."""
    try:
        size = Decimal(str(value))
    except InvalidOperation:
        return ONE
    return size if size.is_finite() and size > 0 else ONE


def _detail(row: Row, member: str) -> Row:
    detail = row.get(member)
    return detail if isinstance(detail, Mapping) else {}


def _key(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
