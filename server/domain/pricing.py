"""The price range of a part, from what it was bought for, is offered for, is made of and was sold for.

All amounts are in one currency; where an amount could not be converted it is None and counts for nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["NO_PRICE", "PriceRange", "PricingPolicy", "Sources", "converted", "overall", "range_of", "sum_of"]

_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class PriceRange:
    """From `low` to `high`, each None where nothing is known."""

    low: Decimal | None = None
    high: Decimal | None = None

    def times(self, quantity: Decimal) -> "PriceRange":
        return PriceRange(
            *(None if amount is None else _rounded(amount * quantity) for amount in (self.low, self.high))
        )


NO_PRICE = PriceRange()


@dataclass(frozen=True, kw_only=True)
class PricingPolicy:
    """What the settings say of prices."""

    currency: str = "USD"
    use_internal: bool = False
    internal_overrides: bool = False
    use_supplier: bool = True
    purchases_override_supplier: bool = False
    use_variants: bool = True
    active_variants_only: bool = False
    use_stock: bool = True
    stock_age_days: int = 0
    """Only stock that changed within so many days counts; 0: all."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The price ranges of a part by where they come from."""

    bom: PriceRange = NO_PRICE
    purchase: PriceRange = NO_PRICE
    internal: PriceRange = NO_PRICE
    supplier: PriceRange = NO_PRICE
    variant: PriceRange = NO_PRICE
    override: PriceRange = NO_PRICE


def range_of(amounts: Iterable[Decimal | None]) -> PriceRange:
    """The smallest and the largest of the amounts that are known."""
    known = [_rounded(amount) for amount in amounts if amount is not None]
    return PriceRange(min(known), max(known)) if known else NO_PRICE


def sum_of(ranges: Iterable[PriceRange]) -> PriceRange:
    """The sum of the low and of the high ends that are known."""
    ranges = list(ranges)
    lows = [one.low for one in ranges if one.low is not None]
    highs = [one.high for one in ranges if one.high is not None]
    return PriceRange(sum(lows, Decimal(0)) if lows else None, sum(highs, Decimal(0)) if highs else None)


def overall(sources: Sources, policy: PricingPolicy) -> PriceRange:
    """What the part costs at least and at most, all in all."""
    counted = [sources.bom, sources.purchase, sources.internal]
    if policy.use_variants:
        counted.append(sources.variant)
    lows = [one.low for one in counted]
    highs = [one.high for one in counted]
    if policy.use_supplier:
        # What was really paid may stand for what is offered.
        if sources.purchase.low is None or not policy.purchases_override_supplier:
            lows.append(sources.supplier.low)
        if sources.purchase.high is None or not policy.purchases_override_supplier:
            highs.append(sources.supplier.high)
    low, high = range_of(lows).low, range_of(highs).high
    if policy.internal_overrides:
        low = low if sources.internal.low is None else sources.internal.low
        high = high if sources.internal.high is None else sources.internal.high
    low = low if sources.override.low is None else sources.override.low
    high = high if sources.override.high is None else sources.override.high
    return PriceRange(low, high)


def converted(amount: Decimal | None, currency: str, target: str, rates: Mapping[str, float]) -> Decimal | None:
    """An amount in another currency; None where there is no rate. `rates`: what one unit of the base currency buys."""
    if amount is None or currency == target:
        return amount
    if not rates.get(currency) or not rates.get(target):
        return None
    return _rounded(amount / Decimal(str(rates[currency])) * Decimal(str(rates[target])))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_STEP, ROUND_HALF_UP)
