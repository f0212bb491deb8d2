"""The lines of an order, whichever kind it is: read from the answers of the server, sorted, moved, added up.

Pure. What differs from kind to kind (addresses, what a line is for, which figures tell how far it has come) is in
`LINE_KINDS`; everything else of the client works with `OrderLine`.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tui.views.formats import decimal_of

__all__ = ["LINE_KINDS", "LineKind", "OrderLine", "lines_of", "moved", "next_number", "sort_lines", "totals_of"]

Row = Mapping[str, Any]
Key = tuple[bool, int]

ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineKind:
    """How the lines of a kind of order are called on the wire.

    `subject` is the model that a line is for, `member` the member with its key. `price` is the member of the unit
    price, "" where lines have none. `done` is the figure of what has come or gone, `promised` of what is allocated,
    "" where there is none. `extra_path` is the address of the extra lines, "" where the kind has none. `setting`
    says whether a completed order may be edited.
    """

    path: str
    extra_path: str
    subject: str
    member: str
    price: str
    done: str
    done_word: str
    promised: str
    params: Row
    setting: str


LINE_KINDS: Final[Mapping[str, LineKind]] = {
    "purchase": LineKind(
        path="order/po-line/",
        extra_path="order/po-extra-line/",
        subject="supplierpart",
        member="part",
        price="purchase_price",
        done="received",
        done_word="received",
        promised="",
        params={"part_detail": True},
        setting="PURCHASEORDER_EDIT_COMPLETED_ORDERS",
    ),
    "sales": LineKind(
        path="order/so-line/",
        extra_path="order/so-extra-line/",
        subject="part",
        member="part",
        price="sale_price",
        done="shipped",
        done_word="shipped",
        promised="allocated",
        params={"part_detail": True},
        setting="SALESORDER_EDIT_COMPLETED_ORDERS",
    ),
    "return": LineKind(
        path="order/ro-line/",
        extra_path="order/ro-extra-line/",
        subject="stockitem",
        member="item",
        price="price",
        done="received_date",
        done_word="received",
        promised="",
        params={"part_detail": True, "item_detail": True},
        setting="RETURNORDER_EDIT_COMPLETED_ORDERS",
    ),
    "transfer": LineKind(
        path="order/transfer-order-line/",
        extra_path="",
        subject="part",
        member="part",
        price="",
        done="transferred",
        done_word="transferred",
        promised="allocated",
        params={"part_detail": True},
        setting="TRANSFERORDER_EDIT_COMPLETED_ORDERS",
    ),
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. `subject` is the key of what it is for (None for an extra line), `part` of the part behind it.

    Quantities of purchase lines count packs of `pack` units each. `promised` is allocated and not yet gone. `discount`
    is in per cent. `total` is None without a price. Texts are "" where there is none. `row` is the answer.
    """

    pk: int
    extra: bool
    number: str
    name: str
    code: str
    quantity: Decimal
    done: Decimal = ZERO
    promised: Decimal = ZERO
    unit: str = ""
    price: Decimal | None = None
    currency: str = ""
    discount: Decimal = ZERO
    total: Decimal | None = None
    target: str = ""
    overdue: bool = False
    reference: str = ""
    notes: str = ""
    subject: int | None = None
    part: int | None = None
    row: Row = field(default_factory=dict, repr=False, compare=False)

    @property
    def key(self) -> Key:
        """What tells it from others: lines and extra lines are counted each for themselves."""
        return (self.extra, self.pk)

    @property
    def is_done(self) -> bool:
        """Whether all of it has come or gone."""
        return not self.extra and self.done >= self.quantity

    @property
    def label(self) -> str:
        """What people call it, with its number: "line 3, C_100nF_0603"."""
        return f"line {self.number}, {self.name}" if self.number else self.name

    @classmethod
    def of(cls, kind: str, row: Row) -> "OrderLine":
        """From a row of the lines of a kind of order. Raises KeyError or ValueError for what is no line."""
        words = LINE_KINDS[kind]
        quantity = decimal_of(row.get("quantity")) or ZERO
        name, code, unit, part = _subject(kind, row)
        done = decimal_of(row.get(words.done)) or ZERO
        if kind == "return":
            done = quantity if row.get("received_date") else ZERO
        promised = decimal_of(row.get(words.promised)) or ZERO if words.promised else ZERO
        return cls(
            **_common(row, quantity, words.price),
            extra=False,
            name=name,
            code=code,
            unit=unit,
            done=done,
            # What is gone stays in the figure of what was allocated for it.
            promised=max(promised - done, ZERO),
            subject=row.get(words.member),
            part=part,
        )

    @classmethod
    def extra_of(cls, row: Row) -> "OrderLine":
        """From a row of the extra lines: freight, a service."""
        reference, description = _text(row.get("reference")), _text(row.get("description"))
        quantity = decimal_of(row.get("quantity")) or ZERO
        name = description or reference or "extra line"
        return cls(**_common(row, quantity, "price"), extra=True, name=name, code="")


def _common(row: Row, quantity: Decimal, price_member: str) -> dict[str, Any]:
    price = decimal_of(row.get(price_member)) if price_member else None
    discount = decimal_of(row.get("discount")) or ZERO
    total = decimal_of(row.get("total_price"))
    if total is None and price is not None:
        total = price * quantity * (HUNDRED - discount) / HUNDRED
    return {
        "pk": int(row["pk"]),
        "number": _text(row.get("line")).strip(),
        "quantity": quantity,
        "price": price,
        "currency": _text(row.get(f"{price_member}_currency")) if price_member else "",
        "discount": discount,
        "total": total,
        "target": _text(row.get("target_date"))[:10],
        "overdue": bool(row.get("overdue")),
        "reference": _text(row.get("reference")),
        "notes": _text(row.get("notes")),
        "row": row,
    }


def _subject(kind: str, row: Row) -> tuple[str, str, str, int | None]:
    """Name, code, unit and part of what a line is for."""
    part = _detail(row, "part_detail")
    if kind == "purchase":
        name = _text(row.get("internal_part_name")) or _name(part)
        packs = decimal_of(_detail(row, "supplier_part_detail").get("pack_quantity_native"))
        unit = "pack" if packs is not None and packs != 1 else _text(part.get("units"))
        code = _text(row.get("sku"))
        return name or code or f"supplier part {row.get('part')}", code, unit, row.get("internal_part")
    if kind == "return":
        item = _detail(row, "item_detail")
        part = part or _detail(item, "part_detail")
        serial, batch = _text(item.get("serial")), _text(item.get("batch"))
        mark = f"#{serial}" if serial else batch
        return _name(part) or f"item {row.get('item')}", mark, _text(part.get("units")), item.get("part")
    return _name(part) or f"part {row.get('part')}", _text(part.get("IPN")), _text(part.get("units")), row.get("part")


def lines_of(kind: str, rows: Iterable[Row], extra_rows: Iterable[Row] = ()) -> list[OrderLine]:
    """The lines in the order of the screen: by number, the extra lines behind."""
    lines = sort_lines(OrderLine.of(kind, row) for row in rows)
    return [*lines, *sort_lines(OrderLine.extra_of(row) for row in extra_rows)]


def sort_lines(lines: Iterable[OrderLine]) -> list[OrderLine]:
    """By line number as people count ("9" before "10"), those without one last, as they were made."""
    return sorted(lines, key=lambda line: (not line.number, _natural(line.number), line.pk))


def moved(lines: Sequence[OrderLine], key: Key, step: int) -> dict[Key, str]:
    """The new line numbers that move a line up (-1) or down (1) among its like; empty at the ends.

    Where the numbers rise already, two of them change places; else all are numbered from 1.
    """
    like = [line for line in lines if line.extra == key[0]]
    index = next((place for place, line in enumerate(like) if line.key == key), None)
    if index is None or not 0 <= index + step < len(like):
        return {}
    here, there = like[index], like[index + step]
    keys = [_natural(line.number) for line in like]
    if all(line.number for line in like) and all(a < b for a, b in itertools.pairwise(keys)):
        return {here.key: there.number, there.key: here.number}
    like[index], like[index + step] = there, here
    return {line.key: str(place) for place, line in enumerate(like, 1) if line.number != str(place)}


def next_number(lines: Iterable[OrderLine], *, extra: bool) -> str:
    """The number of a line that is added behind its like: one more than the highest, "" where they have none."""
    numbers = [line.number for line in lines if line.extra == extra]
    if not numbers or not all(number.isdecimal() for number in numbers):
        return ""
    return str(max(map(int, numbers)) + 1)


def totals_of(lines: Iterable[OrderLine]) -> dict[str, Decimal]:
    """What the lines cost, by currency; lines without a price are left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.total is not None:
            sums[line.currency] = sums.get(line.currency, ZERO) + line.total
    return sums


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Digits as numbers, so that 10 comes after 9."""
    return tuple(
        (int(piece), "") if piece.isdecimal() else (-1, piece.casefold()) for piece in re.findall(r"\d+|\D+", text)
    )


def _name(part: Row) -> str:
    name = _text(part.get("name"))
    revision = _text(part.get("revision"))
    return f"{name} {revision}" if name and revision else name or _text(part.get("full_name"))


def _detail(row: Row, member: str) -> Row:
    detail = row.get(member)
    return detail if isinstance(detail, Mapping) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
