"""Find anything: one text, or a scan, looked up among parts, stock items, locations and suppliers' codes.

What matches exactly (barcode, IPN, serial number, SKU, MPN, location, name) always comes first, however many other
things contain the text. InvenTree's search gives the first rows of each kind in its own order, so where there are more
than came back, the exact ones are asked for by name: two requests side by side in the usual case, a few more where
the text is common.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from tui.api_client import ApiClient, Forbidden, Invalid, Json, Rows
from tui.scanning.label import read_label
from tui.views.formats import with_unit

__all__ = ["Found", "Hit", "Match", "find"]


class Match(IntEnum):
    """Why something was found, best first; all before PREFIX are exact."""

    BARCODE = 0
    IPN = 1
    SERIAL = 2
    SKU = 3
    MPN = 4
    LOCATION = 5
    NAME = 6
    BATCH = 7
    PREFIX = 8
    TEXT = 9


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    model: str
    """As the API calls it: part, stockitem, stocklocation, supplierpart, manufacturerpart."""
    pk: int
    title: str
    detail: str
    match: Match
    row: Json
    target: tuple[str, int]
    """Model and primary key of what to show for it: a supplier's code stands for its part."""

    @property
    def is_exact(self) -> bool:
        """Whether it is just what was asked for."""
        return self.match < Match.PREFIX


@dataclass(frozen=True, slots=True)
class Found:
    """`hits`, best first, and how many there are of each model in all (more than were fetched, perhaps)."""

    text: str
    hits: tuple[Hit, ...]
    counts: Mapping[str, int]


#: What is looked through, in the order it is shown, with the details to fetch along.
_MODELS: Final[Mapping[str, Json]] = {
    "part": {},
    "stockitem": {"part_detail": True, "location_detail": True},
    "stocklocation": {},
    "supplierpart": {"part_detail": True, "supplier_detail": True},
    "manufacturerpart": {"part_detail": True, "manufacturer_detail": True},
}
_PATHS: Final = {
    "part": "part/",
    "stockitem": "stock/",
    "stocklocation": "stock/location/",
    "supplierpart": "company/part/",
    "manufacturerpart": "company/part/manufacturer/",
}
#: Members that say exactly what something is, and the filter that asks for them.
_EXACT: Final[Mapping[str, tuple[tuple[str, Match, str], ...]]] = {
    "part": (("IPN", Match.IPN, "IPN"), ("full_name", Match.NAME, ""), ("name", Match.NAME, "name_regex")),
    "stockitem": (("serial", Match.SERIAL, "serial"), ("batch", Match.BATCH, "batch")),
    "stocklocation": (("name", Match.LOCATION, "name"), ("pathstring", Match.LOCATION, "")),
    "supplierpart": (("SKU", Match.SKU, "SKU"),),
    "manufacturerpart": (("MPN", Match.MPN, "MPN"),),
}
#: A code rather than a word: no blanks, four characters or more, a digit among them; or InvenTree's own forms.
_CODE: Final = re.compile(r"(?=\S*\d)\S{4,}$|INV-|\{")


async def find(client: ApiClient, text: str, *, scanned: bool = False, limit: int = 20) -> Found:
    """Look `text` up; `limit` rows of each kind. A scan that is known as a barcode costs one request; of a label that
    has fields (GS1, MH10.8.2) the codes on it are looked up, the most telling first.

    Raises ApiError; a kind that the role may not see is left out.
    """
    if scanned:
        known = await _barcode(client, text)
        if known is not None:
            return Found(text, (known,), {known.model: 1})
        label = read_label(text)
        for code in label.codes if label is not None else ():
            on_label = await find(client, code, limit=limit)
            if on_label.hits:
                return on_label
    text = " ".join(text.split())
    if not text:
        return Found("", (), {})
    is_code = not scanned and _CODE.match(text) is not None
    answers, known = await asyncio.gather(
        _search(client, text, limit), _barcode(client, text) if is_code else _nothing()
    )
    found = {model: list(rows) for model, (_, rows) in answers.items()}
    for model, rows in await _buried(client, text, answers):
        found[model] += rows
    hits = [hit for model, rows in found.items() for hit in _hits(model, rows, text)]
    return Found(text, _ranked(known, hits, text), {model: count for model, (count, _) in answers.items()})


async def _nothing() -> None:
    return None


async def _search(client: ApiClient, text: str, limit: int) -> dict[str, tuple[int, Rows]]:
    answer = await client.post("search/", {"search": text, "limit": limit, **_MODELS}, safe=True)
    found = {}
    for model in _MODELS:
        page = answer.get(model) if isinstance(answer, dict) else None
        if isinstance(page, dict) and isinstance(page.get("results"), list):
            rows = [row for row in page["results"] if isinstance(row, dict)]
            found[model] = (int(page.get("count") or len(rows)), rows)
    return found


async def _barcode(client: ApiClient, text: str) -> Hit | None:
    """What the server knows the text as a barcode of."""
    try:
        answer = await client.post("barcode/", {"barcode": text}, safe=True)
    except (Invalid, Forbidden):
        return None
    for model in _MODELS:
        match = answer.get(model) if isinstance(answer, dict) else None
        if isinstance(match, dict) and isinstance(match.get("instance"), dict):
            return _hit(model, match["instance"], Match.BARCODE)
    return None


async def _buried(client: ApiClient, text: str, answers: Mapping[str, tuple[int, Rows]]) -> list[tuple[str, Rows]]:
    """Exact matches of kinds that have more rows than came back."""
    asked = [
        (model, {filter_: f"^{re.escape(text)}$" if filter_.endswith("_regex") else text})
        for model, (count, rows) in answers.items()
        if count > len(rows)
        for _, _, filter_ in _EXACT[model]
        if filter_
    ]
    pages = await asyncio.gather(
        *(client.page(_PATHS[model], 0, 5, {**_MODELS[model], **params}) for model, params in asked)
    )
    return [(model, page.results) for (model, _), page in zip(asked, pages, strict=True)]


def _hits(model: str, rows: Iterable[Json], text: str) -> list[Hit]:
    return [_hit(model, row, _match(model, row, text)) for row in rows if isinstance(row.get("pk"), int)]


def _match(model: str, row: Json, text: str) -> Match:
    wanted = text.casefold()
    values = [(str(row.get(member) or "").casefold(), match) for member, match, _ in _EXACT[model]]
    exact = [match for value, match in values if value == wanted]
    if exact:
        return min(exact)
    return Match.PREFIX if any(value.startswith(wanted) for value, _ in values) else Match.TEXT


def _ranked(known: Hit | None, hits: list[Hit], text: str) -> tuple[Hit, ...]:
    """Best first, each thing once; among equals the same spelling first, then what is active and in stock."""
    models = list(_MODELS)

    def rank(hit: Hit) -> tuple[int, bool, int, bool, bool]:
        spelt = any(hit.row.get(member) == text for member, _, _ in _EXACT[hit.model])
        unused = hit.row.get("active") is False
        empty = not (hit.row.get("total_in_stock") or hit.row.get("in_stock") or hit.model == "stocklocation")
        return hit.match, not (hit.is_exact and spelt), models.index(hit.model), unused, empty

    ordered = sorted(hits, key=rank)
    if known is not None:
        ordered.insert(0, known)
    seen: dict[tuple[str, int], Hit] = {}
    for hit in ordered:
        seen.setdefault((hit.model, hit.pk), hit)
    return tuple(seen.values())


def _hit(model: str, row: Json, match: Match) -> Hit:
    pk = int(row["pk"])
    part = row.get("part_detail") or {}
    part_name = _text(part.get("full_name") or part.get("name"))
    target = (model, pk)
    match model:
        case "part":
            title = _text(row.get("full_name") or row.get("name"))
            stock = row.get("total_in_stock", row.get("in_stock"))
            figures = f"{with_unit(stock, row.get('units'))} in stock" if stock is not None else ""
            details = [row.get("IPN"), figures, row.get("description")]
        case "stockitem":
            serial, batch = row.get("serial"), row.get("batch")
            number = f" #{serial}" if serial else f" batch {batch}" if batch else ""
            place = row.get("location_detail") or {}
            title = f"{part_name or 'stock item'}{number}"
            amount = with_unit(row.get("quantity"), part.get("units"))
            details = [part.get("IPN"), amount, place.get("pathstring") or place.get("name"), row.get("status_text")]
        case "stocklocation":
            title = _text(row.get("pathstring") or row.get("name"))
            details = [row.get("description")]
        case _:
            company = row.get("supplier_detail") or row.get("manufacturer_detail") or {}
            title = _text(row.get("SKU") if model == "supplierpart" else row.get("MPN"))
            details = [company.get("name"), part_name, row.get("description")]
            target = ("part", int(row.get("part") or 0)) if row.get("part") else target
    return Hit(
        model, pk, title or f"{model} {pk}", " · ".join(_text(each) for each in details if each), match, row, target
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
