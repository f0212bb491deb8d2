"""What a quantity of a part costs at a supplier: packs, order multiples, price breaks, and when it would be here.

Price breaks and the order multiple count packs, as on an order's line; what is wanted counts units of the part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from math import ceil

from server.domain.pricing import converted

__all__ = ["Offer", "PriceStep", "Terms", "arrival", "offer_of", "ranked"]


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From so many packs on, one pack costs `price`."""

    quantity: Decimal
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How a supplier sells a part: `pack` units in a pack, packs in multiples of `multiple`, and `base_cost` for each
    order, whatever its size."""

    pack: Decimal = Decimal(1)
    multiple: int = 1
    base_cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Offer:
    """So many packs, what they cost in the supplier's currency, and in the common one (None where no rate is known).
    `minimum` says that the smallest price step asks for more than is wanted."""

    packs: Decimal
    quantity: Decimal
    pack_price: Decimal | None = None
    total: Decimal | None = None
    currency: str = ""
    common_total: Decimal | None = None
    minimum: bool = False

    def unit_price(self) -> Decimal | None:
        """What one unit of the part costs, all in."""
        return None if self.total is None else self.total / self.quantity


def _rounded(packs: Decimal, multiple: int) -> Decimal:
    """Whole packs, in multiples."""
    return (packs / multiple).to_integral_value(ROUND_CEILING) * multiple


def offer_of(
    terms: Terms, steps: Iterable[PriceStep], wanted: Decimal, common: str, rates: Mapping[str, float]
) -> tuple[Offer, Offer | None]:
    """The offer for `wanted` units, and one for more that costs less in all, where a higher price step makes it so.
    Below the smallest step, that step is the least that can be ordered. Raises ValueError unless `wanted` is above 0.
    """
    if wanted <= 0:
        raise ValueError(f"a quantity above 0 is needed, not {wanted}")
    ordered = sorted(steps, key=lambda step: step.quantity)
    packs = _rounded(wanted / terms.pack, terms.multiple)
    if not ordered:
        return Offer(packs, packs * terms.pack), None
    least = _rounded(ordered[0].quantity, terms.multiple)
    first = _priced(terms, ordered, max(packs, least), common, rates, minimum=least > packs)
    more = [
        _priced(terms, ordered, _rounded(step.quantity, terms.multiple), common, rates)
        for step in ordered
        if step.quantity > first.packs and step.currency == first.currency
    ]
    cheaper = [one for one in more if one.total is not None and first.total is not None and one.total < first.total]
    return first, min(cheaper, key=lambda one: one.total or Decimal(0), default=None)


def _priced(
    terms: Terms, steps: Sequence[PriceStep], packs: Decimal, common: str, rates: Mapping[str, float], *,
    minimum: bool = False,
) -> Offer:  # fmt: skip
    step = [one for one in steps if one.quantity <= packs][-1]
    total = packs * step.price + terms.base_cost
    in_common = converted(total, step.currency, common, rates)
    return Offer(packs, packs * terms.pack, step.price, total, step.currency, in_common, minimum)


def arrival(today: date, median: float | None) -> date | None:
    """When it is here if it is ordered today and takes the median time, rounded up to whole days."""
    return None if median is None else today + timedelta(days=ceil(median))


def ranked(offers: Iterable[tuple[Offer, bool, str]]) -> list[int]:
    """The order in which to show offers, by their places: the smallest total in the common currency first, those that
    cannot be compared behind them, those without a price last. Each comes with whether it is the primary one and a
    name, which decide between equals."""
    listed = list(offers)

    def key(place: int) -> tuple[int, Decimal, bool, str, int]:
        offer, primary, name = listed[place]
        kind = 0 if offer.common_total is not None else 1 if offer.total is not None else 2
        return kind, offer.common_total or offer.total or Decimal(0), not primary, name, place

    return sorted(range(len(listed)), key=key)
