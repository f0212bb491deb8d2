"""Barcodes: what is on a label, and which object it means.

Two forms are InvenTree's own: JSON that names the object, `{"stockitem": 1}`, and a short code of prefix, kind and key,
`INV-SI1`. Everything else is a code of somebody else's, which is linked to an object by its hash.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["LONGEST", "Reference", "barcode_hash", "barcode_text", "references"]

LONGEST = 4095
"""How many characters a scanned text may have."""

_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Reference:
    """The object that an internal barcode names: its kind ("stockitem") and its key. `short` tells the form."""

    kind: str
    pk: int
    short: bool = False


def barcode_hash(text: str) -> str:
    """What a linked barcode is found by: the MD5, in hex, of the text without control characters (browsers drop some of
    them). It is no secret, only short."""
    printable = "".join(character for character in text.strip() if not unicodedata.category(character).startswith("C"))
    return hashlib.md5(printable.encode(), usedforsecurity=False).hexdigest()


def references(text: str, codes: Mapping[str, str], prefix: str = "INV-") -> list[Reference]:
    """The objects that an internal barcode may mean, the likeliest first; none where it is somebody else's code.
    `codes` goes from kind to its two letters, in the order in which kinds are looked for: {"stockitem": "SI"}."""
    found = _short(text, codes, prefix)
    return [*([found] if found else []), *_named(text, tuple(codes))]


def _short(text: str, codes: Mapping[str, str], prefix: str) -> Reference | None:
    match = re.fullmatch(rf"{re.escape(prefix)}([0-9A-Z $%*+./:-]{{2}})([0-9]+)", text)
    if match is None:
        return None
    kind = next((kind for kind, code in codes.items() if code == match[1]), None)
    return None if kind is None or int(match[2]) > _LARGEST_KEY else Reference(kind, int(match[2]), short=True)


def _named(text: str, kinds: Sequence[str]) -> list[Reference]:
    if not text.startswith("{"):
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, dict):
        return []
    return [Reference(kind, key) for kind in kinds if kind in value and (key := _key(value[kind])) is not None]


def _key(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,19}", text):
        return None
    return key if (key := int(text)) <= _LARGEST_KEY else None


def barcode_text(kind: str, code: str, pk: int, *, short: bool = True, prefix: str = "INV-") -> str:
    """The barcode of an object, in the short form or as JSON."""
    return f"{prefix}{code}{pk}" if short else json.dumps({kind: pk})
