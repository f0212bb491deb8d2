"""What a scanned or typed code says: InvenTree's own codes, and the server's answer to any other barcode.

own_code("INV-SP12")                    Known("supplierpart", 12, supplier_part=12)
own_code('{"stocklocation": 5}')        Known("stocklocation", 5)
known_of(answer of `barcode/`)          the same for linked barcodes, with the row of what was found
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Known", "known_of", "looks_like_code", "own_code"]

Row = Mapping[str, Any]

#: InvenTree's short codes ("INV-SP12"), the ones that can lead to a line, a place or an order.
_SHORT: Final = {
    "PA": "part",
    "SI": "stockitem",
    "SL": "stocklocation",
    "SP": "supplierpart",
    "MP": "manufacturerpart",
    "PO": "purchaseorder",
    "RO": "returnorder",
}
_SHORT_CODE: Final = re.compile(r"INV-([A-Z]{2})(\d{1,9})$")
_LONGEST: Final = 4095
_CODE: Final = re.compile(r"(?=\S*\d)\S{4,}$|INV-|\{")


@dataclass(frozen=True, slots=True)
class Known:
    """What a barcode stands for: a model of the API and its key, and the part and supplier part behind it."""

    model: str
    pk: int
    part: int | None = None
    supplier_part: int | None = None
    row: Row = field(default_factory=dict, repr=False, compare=False)


def own_code(text: str) -> Known | None:
    """What one of InvenTree's own codes says by itself: `INV-SP12` or `{"supplierpart": 12}`; None for others."""
    short = _SHORT_CODE.match(text.strip())
    if short is not None and short[1] in _SHORT:
        return _known(_SHORT[short[1]], int(short[2]))
    if not text.lstrip().startswith("{") or len(text) > _LONGEST:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for model in _SHORT.values():
        pk = said.get(model) if isinstance(said, dict) else None
        if isinstance(pk, int) and not isinstance(pk, bool):
            return _known(model, pk)
    return None


def known_of(answer: Any) -> Known | None:
    """What the server's answer to a scan (`barcode/`) says; None when it says nothing that is of use here."""
    for model in _SHORT.values():
        found = answer.get(model) if isinstance(answer, Mapping) else None
        if isinstance(found, Mapping) and isinstance(found.get("pk"), int):
            row = found.get("instance")
            return _known(model, found["pk"], row if isinstance(row, Mapping) else {})
    return None


def _known(model: str, pk: int, row: Row | None = None) -> Known:
    row = row or {}
    part = pk if model == "part" else _key(row.get("part"))
    supplier_part = pk if model == "supplierpart" else _key(row.get("supplier_part"))
    return Known(model, pk, part, supplier_part, row)


def looks_like_code(text: str) -> bool:
    """Whether a text can be a barcode rather than words: no blanks, four signs or more, a digit among them."""
    return _CODE.match(text) is not None


def _key(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
