"""What a line of an order can be for, found by what is typed: supplier parts, parts, or a customer's items.

An exact code (SKU, IPN, MPN, serial number) always comes first, however many names contain the text. Everything is
asked of InvenTree's API; where it says more (price breaks with the parts) that is used, else asked for apart.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, Protocol

from tui.api_client import ApiClient
from tui.api_errors import ApiError
from tui.suppliers.offers import PriceBreak, price_at
from tui.views.formats import decimal_of, money, quantity, with_unit

__all__ = [
    "CustomerItems",
    "PartHit",
    "PartSource",
    "Parts",
    "SupplierParts",
    "detail_of",
    "label_of",
    "price_for",
    "rank_hits",
    "source_for",
]

Row = Mapping[str, Any]

FOUND_AT_MOST: Final = 30
#: For so many hits the price breaks are asked for one by one, where the list has none.
PRICED_AT_MOST: Final = 6
ONE: Final = Decimal(1)
EXACT_CODE, EXACT_NAME, CODE_BEGINS, NAME_BEGINS, WORD_BEGINS, SOMEWHERE = range(6)


@dataclass(frozen=True, slots=True)
class PartHit:
    """Something that a line can be for. `pk` is what the line names, `part` the part behind it.

    `codes` are all codes people know it by, the first of them is shown. `breaks` is None while nobody has asked.
    `available` is what is free in stock, None where that does not matter. `lead_days` is the supplier's real lead
    time, None where nobody knows. `pack` is how many units one of them holds.
    """

    pk: int
    part: int
    name: str
    codes: tuple[str, ...] = ()
    description: str = ""
    unit: str = ""
    pack: Decimal = ONE
    breaks: tuple[PriceBreak, ...] | None = None
    available: Decimal | None = None
    lead_days: float | None = None
    quantity: Decimal | None = None
    """How many there are of an item; an item of a customer is returned as a whole."""
    row: Row = field(default_factory=dict, repr=False, compare=False)

    @property
    def code(self) -> str:
        """The code that is shown, "" when it has none."""
        return next((code for code in self.codes if code), "")

    @property
    def unit_word(self) -> str:
        """What is counted: packs, or the part's own unit ("" for pieces)."""
        return "pack" if self.pack != ONE else self.unit


class PartSource(Protocol):
    """Finds what a line can be for. Both raise ApiError."""

    async def find(self, text: str) -> list[PartHit]:
        """What matches the text, best first; what there is at all for no text."""

    async def complete(self, hits: Sequence[PartHit]) -> list[PartHit]:
        """The same hits with what takes further requests: price breaks, lead times."""


def rank_hits(hits: Iterable[PartHit], text: str) -> list[PartHit]:
    """Exact codes first, then an exact name, codes and names that begin with the text, words that do, the rest.

    Within these what is in stock comes before what is not, and the server's order is kept.
    """
    wanted = text.casefold().strip()

    def rank(hit: PartHit) -> tuple[int, bool, int]:
        codes, name = [code.casefold() for code in hit.codes if code], hit.name.casefold()
        return _score(wanted, codes, name), hit.available is not None and hit.available <= 0, len(name)

    return sorted(hits, key=rank) if wanted else list(hits)


def _score(wanted: str, codes: Sequence[str], name: str) -> int:
    if wanted in codes:
        return EXACT_CODE
    if wanted == name:
        return EXACT_NAME
    if any(code.startswith(wanted) for code in codes):
        return CODE_BEGINS
    if name.startswith(wanted):
        return NAME_BEGINS
    if all(any(word.startswith(each) for word in name.replace("_", " ").split()) for each in wanted.split()):
        return WORD_BEGINS
    return SOMEWHERE


def is_exact(hit: PartHit, text: str) -> bool:
    """Whether the text is just one of its codes."""
    return text.casefold().strip() in [code.casefold() for code in hit.codes if code]


def price_for(hit: PartHit, amount: Decimal | None) -> PriceBreak | None:
    """The price break that holds for an amount (1 while none is typed); None where no price is known."""
    return price_at(hit.breaks, amount or ONE) if hit.breaks else None


def label_of(hit: PartHit) -> str:
    """What a hit is called in a list: its code and its name."""
    return f"{hit.code}  {hit.name}" if hit.code and hit.code != hit.name else hit.name


def detail_of(hit: PartHit, amount: Decimal | None = None) -> str:
    """What is said beside it: price at the amount, pack, free stock, lead time."""
    step = price_for(hit, amount)
    facts = [
        money(step.price, step.currency) if step is not None else "",
        f"pack of {with_unit(hit.pack, hit.unit)}" if hit.pack != ONE else "",
        f"{with_unit(hit.quantity, hit.unit)} there" if hit.quantity is not None else "",
        f"{with_unit(hit.available, hit.unit)} free" if hit.available is not None else "",
        f"{hit.lead_days:.0f} d" if hit.lead_days is not None else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def breaks_in_words(hit: PartHit) -> str:
    """All price breaks in a line: "1+ 0.50 · 100+ 0.35 USD"; "" without any."""
    steps = sorted(hit.breaks or (), key=lambda step: step.quantity)
    if not steps:
        return ""
    several = len({step.currency for step in steps}) > 1
    said = [f"{quantity(step.quantity)}+ {money(step.price, step.currency if several else '')}" for step in steps]
    return " · ".join(said) + ("" if several else f" {steps[0].currency}".rstrip())


@dataclass(frozen=True, slots=True)
class SupplierParts:
    """What one supplier sells (all suppliers where none is named). `bincard` says that lead times can be asked for."""

    client: ApiClient
    supplier: int | None = None
    bincard: bool = False

    async def find(self, text: str) -> list[PartHit]:
        """Supplier parts by SKU, MPN, IPN, name or description."""
        params = {
            "search": text, "supplier": self.supplier, "active": True, "part_detail": True, "supplier_detail": False,
            "price_breaks": True, "ordering": "SKU",
        }  # fmt: skip
        page = await self.client.page("company/part/", 0, FOUND_AT_MOST, _given(params))
        return rank_hits([supplier_part_hit(row) for row in page.results], text)

    async def complete(self, hits: Sequence[PartHit]) -> list[PartHit]:
        """With price breaks of the first few, where the list did not bring them, and lead times."""
        first = await asyncio.gather(*(self._priced(hit) for hit in hits[:PRICED_AT_MOST]))
        whole = [*first, *hits[PRICED_AT_MOST:]]
        days = await self._lead_days([hit.pk for hit in whole[:PRICED_AT_MOST]]) if self.bincard else {}
        return [replace(hit, lead_days=days.get(hit.pk, hit.lead_days)) for hit in whole]

    async def _priced(self, hit: PartHit) -> PartHit:
        if hit.breaks is not None:
            return hit
        page = await self.client.page("company/price-break/", 0, 50, {"part": hit.pk, "ordering": "quantity"})
        return replace(hit, breaks=_breaks(page.results))

    async def _lead_days(self, keys: Sequence[int]) -> dict[int, float]:
        """The real lead times in days by supplier part. A server without them is no reason to sell nothing."""
        try:
            answers = await asyncio.gather(
                *(self.client.get("/plugin/bincard/supplier-performance/", {"supplier_part": key}) for key in keys)
            )
        except ApiError:
            return {}
        return {key: days for key, answer in zip(keys, answers, strict=True) if (days := _median(answer)) is not None}


def supplier_part_hit(row: Row) -> PartHit:
    """From a row of `company/part/` with `part_detail`."""
    part = _detail(row, "part_detail")
    pack = decimal_of(row.get("pack_quantity_native"))
    breaks = row.get("price_breaks")
    return PartHit(
        pk=int(row["pk"]),
        part=int(row.get("part") or 0),
        name=_text(part.get("full_name") or part.get("name")) or _text(row.get("description")) or _text(row.get("SKU")),
        codes=(_text(row.get("SKU")), _text(part.get("IPN")), _text(row.get("MPN"))),
        description=_text(row.get("description") or part.get("description")),
        unit=_text(part.get("units")),
        pack=pack if pack is not None and pack > 0 else ONE,
        breaks=_breaks(breaks) if isinstance(breaks, list) else None,
        row=row,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Our own parts, with what is free in stock; only those that are sold when `salable`."""

    client: ApiClient
    salable: bool = False

    async def find(self, text: str) -> list[PartHit]:
        """Parts by IPN, name or description."""
        params = {
            "search": text, "active": True, "virtual": None if self.salable else False,
            "salable": True if self.salable else None, "price_breaks": self.salable or None, "ordering": "name",
        }  # fmt: skip
        page = await self.client.page("part/", 0, FOUND_AT_MOST, _given(params))
        return rank_hits([part_hit(row) for row in page.results], text)

    async def complete(self, hits: Sequence[PartHit]) -> list[PartHit]:
        """With the sale price breaks of the first few, where the list did not bring them."""
        if not self.salable:
            return list(hits)
        first = await asyncio.gather(*(self._priced(hit) for hit in hits[:PRICED_AT_MOST]))
        return [*first, *hits[PRICED_AT_MOST:]]

    async def _priced(self, hit: PartHit) -> PartHit:
        if hit.breaks is not None:
            return hit
        page = await self.client.page("part/sale-price/", 0, 50, {"part": hit.part, "ordering": "quantity"})
        return replace(hit, breaks=_breaks(page.results))


def part_hit(row: Row) -> PartHit:
    """From a row of `part/`."""
    free = decimal_of(row.get("unallocated_stock"))
    breaks = row.get("price_breaks")
    return PartHit(
        pk=int(row["pk"]),
        part=int(row["pk"]),
        name=_text(row.get("full_name") or row.get("name")),
        codes=(_text(row.get("IPN")), _text(row.get("name"))) if row.get("IPN") else (_text(row.get("name")),),
        description=_text(row.get("description")),
        unit=_text(row.get("units")),
        breaks=_breaks(breaks) if isinstance(breaks, list) else None,
        available=free if free is not None else decimal_of(row.get("in_stock")),
        row=row,
    )


@dataclass(frozen=True, slots=True)
class CustomerItems:
    """The stock items that a customer has and can send back."""

    client: ApiClient
    customer: int | None = None

    async def find(self, text: str) -> list[PartHit]:
        """Items by serial number, batch, part."""
        params = {
            "search": text, "customer": self.customer, "sent_to_customer": True if self.customer is None else None,
            "part_detail": True,
        }  # fmt: skip
        page = await self.client.page("stock/", 0, FOUND_AT_MOST, _given(params))
        return rank_hits([item_hit(row) for row in page.results], text.removeprefix("#"))

    async def complete(self, hits: Sequence[PartHit]) -> list[PartHit]:
        """There is nothing more to ask."""
        return list(hits)


def item_hit(row: Row) -> PartHit:
    """From a row of `stock/` with `part_detail`."""
    part = _detail(row, "part_detail")
    serial, batch = _text(row.get("serial")), _text(row.get("batch"))
    return PartHit(
        pk=int(row["pk"]),
        part=int(row.get("part") or 0),
        name=_text(part.get("full_name") or part.get("name")) or f"item {row['pk']}",
        codes=tuple(code for code in (f"#{serial}" if serial else "", serial, batch, _text(part.get("IPN"))) if code),
        description=_text(part.get("description")),
        unit=_text(part.get("units")),
        quantity=decimal_of(row.get("quantity")),
        row=row,
    )


def source_for(kind: str, client: ApiClient, partner: int | None, *, bincard: bool) -> PartSource:
    """Where the lines of a kind of order find what they are for; `partner` is its supplier or customer."""
    if kind == "purchase":
        return SupplierParts(client, partner, bincard)
    if kind == "return":
        return CustomerItems(client, partner)
    return Parts(client, salable=kind == "sales")


def _breaks(rows: Iterable[Row]) -> tuple[PriceBreak, ...]:
    return tuple(step for row in rows if (step := PriceBreak.of(row)) is not None)


def _median(answer: Row) -> float | None:
    lead = answer.get("lead_time")
    days = lead.get("median") if isinstance(lead, Mapping) else None
    return float(days) if isinstance(days, int | float) else None


def _given(params: Row) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in (None, "")}


def _detail(row: Row, member: str) -> Row:
    detail = row.get(member)
    return detail if isinstance(detail, Mapping) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
