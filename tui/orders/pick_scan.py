"""Is what was scanned the location, or the item, of a pick? First by what is known here, then by asking the server.

A pick is confirmed by any code that cannot mean anything else: InvenTree's own (`INV-SL5`, `{"stocklocation": 5}`), a
linked barcode, the name or path of the location; the serial number or batch of the item, and a code of its part where
the location holds just one item of that part.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tui.api_client import ApiClient, Forbidden, Invalid, Json
from tui.orders.picking import Lot, Pick
from tui.scanning.label import Label, read_label

__all__ = ["Scanned", "is_item", "is_location", "known_code", "scan", "wrong_item", "wrong_location"]

_SHORT: Final = re.compile(r"INV-(SL|SI|PA)(\d{1,18})$", re.IGNORECASE)
_SHORT_MODELS: Final = {"SL": "stocklocation", "SI": "stockitem", "PA": "part"}
_MODELS: Final = ("stocklocation", "stockitem", "part", "supplierpart", "manufacturerpart")
_QUOTED: Final = 40


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code stands for. `part` is the part that it is or belongs to, None for a location; `name` for people."""

    model: str
    pk: int
    part: int | None = None
    name: str = ""


def known_code(text: str) -> Scanned | None:
    """What one of InvenTree's own codes stands for; None for any other text."""
    short = _SHORT.match(text)
    if short is not None:
        model, pk = _SHORT_MODELS[short[1].upper()], int(short[2])
        return Scanned(model, pk, pk if model == "part" else None)
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return None
    for model in _MODELS:
        value = content.get(model) if isinstance(content, dict) else None
        if isinstance(value, int):
            return Scanned(model, value, value if model == "part" else None)
    return None


async def scan(client: ApiClient, text: str) -> Scanned | None:
    """What the server knows the code as, or else one of the codes on a label; None when it does not, or may not say so.

    Raises ApiError.
    """
    label = read_label(text)
    for code in (text, *(label.codes if label is not None else ())):
        found = await _scan(client, code)
        if found is not None:
            return found
    return None


async def _scan(client: ApiClient, text: str) -> Scanned | None:
    try:
        answer = await client.post("barcode/", {"barcode": text}, safe=True)
    except (Invalid, Forbidden):
        return None
    for model in _MODELS:
        match = answer.get(model) if isinstance(answer, dict) else None
        if isinstance(match, dict) and isinstance(match.get("pk"), int):
            return _scanned(model, match["pk"], match.get("instance") or {})
    return None


def _scanned(model: str, pk: int, row: Json) -> Scanned:
    part = pk if model == "part" else row.get("part")
    detail = row.get("part_detail") or {}
    names: tuple[Any, ...] = (row.get("pathstring"), row.get("full_name"), detail.get("full_name"), row.get("name"))
    name = next((str(each) for each in names if each), "")
    mark = f"#{row['serial']}" if row.get("serial") else f"batch {row['batch']}" if row.get("batch") else ""
    return Scanned(model, pk, part if isinstance(part, int) else None, f"{name} ({mark})" if name and mark else name)


def is_location(text: str, pick: Pick, scanned: Scanned | None = None) -> bool:
    """Whether the text, or what it was found to stand for, is the location of the pick."""
    scanned = scanned or known_code(text)
    if scanned is not None:
        return (scanned.model, scanned.pk) == ("stocklocation", pick.lot.location)
    path = pick.lot.path.casefold()
    return bool(path) and text.casefold().strip("/") in (path, path.rpartition("/")[2])


def is_item(text: str, pick: Pick, beside: Sequence[Lot], scanned: Scanned | None = None) -> bool:
    """Whether it is the item of the pick; `beside` is all known stock of the part, wherever it lies."""
    lot = pick.lot
    rivals = [each for each in beside if each.pk != lot.pk and each.location == lot.location]
    label = read_label(text)
    if label is not None and (scanned is None or scanned.model != "stockitem"):
        return _is_on_label(label, lot, rivals, scanned)
    scanned = scanned or known_code(text)
    if scanned is not None:
        if scanned.model == "stockitem":
            return scanned.pk == lot.pk
        return scanned.part == lot.part and not lot.serial and not rivals
    wanted = text.casefold()
    if lot.serial:
        return wanted.lstrip("#") == lot.serial.casefold()
    if lot.batch and wanted == lot.batch.casefold():
        return all(each.batch.casefold() != wanted for each in rivals)
    return wanted in (lot.ipn.casefold(), lot.part_name.casefold()) and bool(wanted) and not rivals


def _is_on_label(label: Label, lot: Lot, rivals: Sequence[Lot], scanned: Scanned | None) -> bool:
    """Whether a label with fields is on the item: its part, and then what tells the item from others of the part."""
    named = any(_names_part(code, lot) for code in label.codes)
    if not named and (scanned is None or scanned.part != lot.part):
        return False
    if lot.serial:
        return label.serial.casefold() == lot.serial.casefold()
    if label.batch and lot.batch and label.batch.casefold() != lot.batch.casefold():
        return False
    same = [each for each in rivals if not label.batch or each.batch.casefold() == label.batch.casefold()]
    return not same and (not rivals or bool(lot.batch))


def wrong_location(text: str, pick: Pick, scanned: Scanned | None) -> str:
    """The sentence for a location that is not the one of the pick."""
    scanned = scanned or known_code(text)
    if scanned is None:
        return f"{_quoted(text)} is not {pick.lot.where}. Go to {pick.lot.where} and scan it."
    if scanned.model == "stocklocation":
        return f"This is {scanned.name or f'location {scanned.pk}'}. Go to {pick.lot.where}."
    if (scanned.model, scanned.pk) == ("stockitem", pick.lot.pk):
        return f"This is the item. Scan the location {pick.lot.where} first."
    return f"This is {scanned.name or 'an item'}, not a location. Go to {pick.lot.where} and scan it."


def wrong_item(text: str, pick: Pick, beside: Sequence[Lot], scanned: Scanned | None) -> str:
    """The sentence for an item that is not the one of the pick."""
    lot, scanned = pick.lot, scanned or known_code(text)
    other = next((each for each in beside if scanned is not None and each.pk == scanned.pk), None)
    if scanned is not None and scanned.model == "stocklocation":
        return f"This is a location. Scan the item: {lot.label}."
    if scanned is not None and scanned.model == "stockitem":
        name = other.label if other is not None else scanned.name or f"stock item {scanned.pk}"
        return f"This is {name}, not {lot.label}. Swap takes another item."
    if (scanned is not None and scanned.part == lot.part) or _names_part(text, lot):
        what = "serial number" if lot.serial else "batch" if lot.batch else "item's own code"
        return f"Several items of {lot.part_name} lie here. Scan the {what}{f': {lot.mark}' if lot.mark else ''}."
    if scanned is not None:
        return f"This is {scanned.name or 'another part'}, not {lot.label}."
    return (
        f"{_quoted(text)} is not {lot.label}. Scan the item, its {'serial number' if lot.serial else 'batch'} or part."
    )


def _names_part(text: str, lot: Lot) -> bool:
    return text.casefold() in (lot.ipn.casefold(), lot.part_name.casefold())


def _quoted(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 1]}…"
