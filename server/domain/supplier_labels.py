"""What suppliers print on their labels: part numbers, order number and quantity.

Three forms are read: ANSI MH10.8.2 data identifiers in format 06 of ISO/IEC 15434 (DigiKey, Mouser and most others),
LCSC's `{pc:C1234,pm:...,qty:100,on:...}` and TME's `QTY:100 PN:... PO:...`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = ["SupplierLabel", "read_supplier_label"]

_SEPARATORS: Final = re.compile("[\x1d\x1e\x04]")
_IDENTIFIER: Final = re.compile(r"(\d{0,3}[A-Z])(.+)", re.DOTALL)
_LCSC: Final = re.compile(r"\{(?:[a-z]+:[^,{}]*)(?:,[a-z]+:[^,{}]*)+\}")
_TME: Final = re.compile(r"(?:^|\s)(QTY|PN|PO|MPN|MFR):(\S+)")
_MOST: Final = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class SupplierLabel:
    """The fields of a label, "" or None for what is not on it. `orders` are the numbers that it gives the order: ours
    and the supplier's. `quantity` counts pieces."""

    sku: str = ""
    mpn: str = ""
    orders: tuple[str, ...] = ()
    quantity: Decimal | None = None


def read_supplier_label(text: str) -> SupplierLabel | None:
    """What a label says; None for a text that is no such label."""
    stripped = text.strip("\r\n\t ")
    if stripped.lstrip(">").startswith("[)>"):
        return _identified(stripped.lstrip(">")[3:])
    if _LCSC.fullmatch(stripped):
        pairs = dict(piece.split(":", 1) for piece in stripped[1:-1].split(","))
        return _label(pairs, sku="pc", mpn="pm", quantity="qty", orders=("on",))
    pairs = dict(_TME.findall(stripped))
    if "PN" in pairs and "QTY" in pairs:
        return _label(pairs, sku="PN", mpn="MPN", quantity="QTY", orders=("PO",))
    return None


def _identified(body: str) -> SupplierLabel | None:
    """Fields with data identifiers: 30P or P the supplier's number, 1P the maker's, K our order, 1K theirs."""
    fields: dict[str, str] = {}
    for piece in _SEPARATORS.split(body.lstrip("\x1e").removeprefix("06")):
        match = _IDENTIFIER.fullmatch(piece.strip())
        if match is not None:
            fields.setdefault(match[1], match[2])
    sku = "30P" if "30P" in fields else "P"
    return _label(fields, sku=sku, mpn="1P", quantity="Q", orders=("K", "1K")) if fields else None


def _label(fields: Mapping[str, str], *, sku: str, mpn: str, quantity: str, orders: tuple[str, ...]) -> SupplierLabel:
    numbers = tuple(fields[name].strip() for name in orders if fields.get(name, "").strip())
    return SupplierLabel(
        fields.get(sku, "").strip(), fields.get(mpn, "").strip(), numbers, _quantity(fields.get(quantity, ""))
    )


def _quantity(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number < _MOST else None
