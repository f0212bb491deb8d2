"""Price ranges of parts."""

from decimal import Decimal

from server.domain.pricing import NO_PRICE, PriceRange, PricingPolicy, Sources, converted, overall, range_of, sum_of


def prices(low: str, high: str) -> PriceRange:
    return PriceRange(Decimal(low), Decimal(high))


def test_a_range_spans_what_is_known() -> None:
    assert range_of([Decimal(3), None, Decimal("1.25")]) == prices("1.25", "3")
    assert range_of([None]) == NO_PRICE


def test_components_add_up() -> None:
    lines = [prices("1", "2").times(Decimal(3)), NO_PRICE.times(Decimal(9)), PriceRange(None, Decimal(4))]
    assert sum_of(lines) == prices("3", "10")
    assert sum_of([NO_PRICE]) == NO_PRICE


def test_amounts_go_through_the_base_currency() -> None:
    rates = {"USD": 1.0, "EUR": 0.5, "GBP": 0.25}
    assert converted(Decimal(2), "EUR", "GBP", rates) == Decimal(1)
    assert converted(Decimal(2), "EUR", "EUR", {}) == Decimal(2)
    assert converted(Decimal(2), "JPY", "EUR", rates) is None
    assert converted(None, "EUR", "GBP", rates) is None


SOURCES = Sources(
    bom=prices("5", "6"), purchase=prices("2", "9"), internal=prices("3", "3"), supplier=prices("1", "20"),
    variant=prices("0.5", "30"),
)  # fmt: skip


def test_the_overall_range_takes_in_all_sources() -> None:
    assert overall(SOURCES, PricingPolicy()) == prices("0.5", "30")
    assert overall(SOURCES, PricingPolicy(use_variants=False)) == prices("1", "20")
    assert overall(SOURCES, PricingPolicy(use_variants=False, use_supplier=False)) == prices("2", "9")


def test_the_settings_decide_what_goes_before() -> None:
    paid = PricingPolicy(use_variants=False, purchases_override_supplier=True)
    assert overall(SOURCES, paid) == prices("2", "9")
    assert overall(SOURCES, PricingPolicy(internal_overrides=True)) == prices("3", "3")
    low_only = Sources(supplier=prices("1", "20"), override=PriceRange(Decimal(7), None))
    assert overall(low_only, PricingPolicy()) == prices("7", "20")
