"""What a supplier part costs at a quantity, packs and price breaks taken into account.

Quantities of price breaks and of orders count packs, prices are per pack; stock counts the part's own units. All pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from tui.suppliers.lead_times import NO_RECEIPTS, LeadTimes
from tui.views.formats import decimal_of

__all__ = ["Offer", "PriceBreak", "SupplierPart", "are_comparable", "marks_of", "offer_of", "price_at", "ranked"]

ONE = Decimal(1)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From `quantity` packs on, one pack costs `price`."""

    quantity: Decimal
    price: Decimal
    currency: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "PriceBreak | None":
        """From a row of `company/price-break/`; None for one without a price."""
        quantity, price = decimal_of(row.get("quantity")), decimal_of(row.get("price"))
        if quantity is None or price is None:
            return None
        return cls(quantity, price, str(row.get("price_currency") or ""))


@dataclass(frozen=True, slots=True)
class SupplierPart:
    """What a supplier calls a part and how he packs it: a row of `company/part/` with its details."""

    pk: int
    part: int
    part_name: str
    unit: str
    sku: str
    mpn: str
    supplier: int
    supplier_name: str
    manufacturer_name: str
    pack: Decimal
    packaging: str
    available: Decimal
    on_order: Decimal
    active: bool
    primary: bool
    description: str
    note: str
    link: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "SupplierPart":
        """From a row with `part_detail`, `supplier_detail` and `manufacturer_detail`."""
        part, supplier, maker = (row.get(f"{name}_detail") or {} for name in ("part", "supplier", "manufacturer"))
        pack = decimal_of(row.get("pack_quantity_native"))
        return cls(
            pk=int(row["pk"]),
            part=int(row.get("part") or 0),
            part_name=str(part.get("full_name") or part.get("name") or ""),
            unit=str(part.get("units") or ""),
            sku=str(row.get("SKU") or ""),
            mpn=str(row.get("MPN") or ""),
            supplier=int(row.get("supplier") or 0),
            supplier_name=str(supplier.get("name") or ""),
            manufacturer_name=str(maker.get("name") or ""),
            pack=pack if pack is not None and pack > 0 else ONE,
            packaging=str(row.get("packaging") or ""),
            available=decimal_of(row.get("available")) or ZERO,
            on_order=decimal_of(row.get("on_order")) or ZERO,
            active=row.get("active") is not False,
            primary=bool(row.get("primary")),
            description=str(row.get("description") or ""),
            note=str(row.get("note") or ""),
            link=str(row.get("link") or ""),
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """One supplier part at a quantity. Where no price is known `pack_price`, `unit_price` and `total` are None."""

    part: SupplierPart
    wanted: Decimal
    packs: Decimal
    pack_price: Decimal | None
    unit_price: Decimal | None
    total: Decimal | None
    currency: str
    lead: LeadTimes
    arrives: date | None
    comparable: Decimal | None = None
    """The total in a currency that all offers share; None where there is no rate for it."""

    @property
    def ordered(self) -> Decimal:
        """How much really comes, in the part's units: whole packs."""
        return self.packs * self.part.pack

    @property
    def surplus(self) -> Decimal:
        """How much more comes than is wanted."""
        return self.ordered - self.wanted


def price_at(breaks: Iterable[PriceBreak], packs: Decimal) -> PriceBreak | None:
    """The price break that holds for so many packs: the highest that is reached, else the lowest there is."""
    steps = sorted(breaks, key=lambda step: step.quantity)
    reached = [step for step in steps if step.quantity <= packs]
    return reached[-1] if reached else (steps[0] if steps else None)


def offer_of(
    part: SupplierPart,
    breaks: Sequence[PriceBreak],
    wanted: Decimal,
    today: date,
    lead: LeadTimes = NO_RECEIPTS,
    rates: Mapping[str, Decimal] | None = None,
) -> Offer:
    """What `wanted` of the part (in its own units) costs, rounded up to whole packs. `rates` says what one unit of the
    common currency buys of each other.

    Below the smallest price break that many packs must be taken: it is a minimum order. Raises ValueError unless
    `wanted` is above zero.
    """
    if wanted <= 0:
        raise ValueError(f"A quantity above 0 is needed, not {wanted}.")
    packs = (wanted / part.pack).to_integral_value(ROUND_CEILING)
    step = price_at(breaks, packs)
    if step is not None:
        packs = max(packs, step.quantity.to_integral_value(ROUND_CEILING))
    price = step.price if step is not None else None
    rate = (rates or {}).get(step.currency) if step is not None else None
    return Offer(
        part=part,
        wanted=wanted,
        packs=packs,
        pack_price=price,
        unit_price=price / part.pack if price is not None else None,
        total=price * packs if price is not None else None,
        currency=step.currency if step is not None else "",
        lead=lead,
        arrives=today + timedelta(days=round(lead.median)) if lead.median is not None else None,
        comparable=price * packs / rate if price is not None and rate else None,
    )


def ranked(offers: Iterable[Offer]) -> list[Offer]:
    """Cheapest first where amounts can be compared, within each currency where they cannot; those without a price last;
    among equals the primary and the sooner one."""
    offers = list(offers)
    compared = are_comparable(offers)

    def rank(offer: Offer) -> tuple[bool, str, Decimal, bool, date, str]:
        amount = offer.comparable if compared and offer.comparable is not None else offer.total
        return (
            offer.total is None,
            "" if compared else offer.currency,
            amount or ZERO,
            not offer.part.primary,
            offer.arrives or date.max,
            offer.part.sku,
        )

    return sorted(offers, key=rank)


def are_comparable(offers: Iterable[Offer]) -> bool:
    """Whether all totals are in one currency, or have a rate to a common one."""
    priced = [offer for offer in offers if offer.total is not None]
    return len({offer.currency for offer in priced}) < 2 or all(offer.comparable is not None for offer in priced)


def marks_of(offers: Sequence[Offer]) -> dict[int, list[str]]:
    """What stands out, by the pk of the supplier part: "cheapest", "fastest", "primary".

    Where amounts cannot be compared nobody is cheapest.
    """
    marks: dict[int, list[str]] = {offer.part.pk: ["primary"] if offer.part.primary else [] for offer in offers}
    best = next((offer for offer in ranked(offers) if offer.total is not None), None)
    if len(offers) > 1 and best is not None and are_comparable(offers):
        marks[best.part.pk].insert(0, "cheapest")
    timed = [offer for offer in offers if offer.arrives is not None]
    if len(timed) > 1:
        soonest = min(offer.arrives for offer in timed if offer.arrives is not None)
        for offer in timed:
            if offer.arrives == soonest:
                marks[offer.part.pk].append("fastest")
    return marks
