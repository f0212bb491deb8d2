"""What a quantity costs at a supplier."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.supplier_offers import Offer, PriceStep, Terms, arrival, offer_of, ranked

REEL = Terms(pack=Decimal(100), multiple=5, base_cost=Decimal("7.50"))
STEPS = [PriceStep(Decimal(1), Decimal("2.00"), "EUR"), PriceStep(Decimal(10), Decimal("1.50"), "EUR")]


def test_packs_are_whole_and_in_multiples() -> None:
    offer, cheaper = offer_of(REEL, STEPS, Decimal(301), "EUR", {})
    assert (offer.packs, offer.quantity, offer.pack_price) == (Decimal(5), Decimal(500), Decimal("2.00"))
    assert offer.total == Decimal("17.50")
    assert offer.unit_price() == Decimal("0.035")
    assert cheaper is None


def test_the_price_is_that_of_the_packs_that_are_ordered() -> None:
    offer, _ = offer_of(REEL, STEPS, Decimal(501), "EUR", {})
    assert (offer.packs, offer.pack_price, offer.total) == (Decimal(10), Decimal("1.50"), Decimal("22.50"))


def test_more_may_cost_less() -> None:
    steps = [PriceStep(Decimal(1), Decimal(10), "EUR"), PriceStep(Decimal(10), Decimal(5), "EUR")]
    offer, cheaper = offer_of(Terms(), steps, Decimal(8), "EUR", {})
    assert offer.total == 80
    assert cheaper is not None
    assert (cheaper.packs, cheaper.total) == (Decimal(10), Decimal(50))


def test_below_the_smallest_step_that_step_is_the_least() -> None:
    steps = [PriceStep(Decimal(50), Decimal(2), "EUR")]
    offer, _ = offer_of(Terms(), steps, Decimal(3), "EUR", {})
    assert (offer.packs, offer.total, offer.minimum) == (Decimal(50), Decimal(100), True)


def test_amounts_are_converted_only_by_a_known_rate() -> None:
    rates = {"EUR": 0.8, "USD": 1.0}
    steps = [PriceStep(Decimal(1), Decimal(8), "EUR")]
    assert offer_of(Terms(), steps, Decimal(2), "USD", rates)[0].common_total == 20
    assert offer_of(Terms(), steps, Decimal(2), "CHF", rates)[0].common_total is None


def test_without_a_price_the_packs_are_told_all_the_same() -> None:
    offer, cheaper = offer_of(REEL, [], Decimal(1), "EUR", {})
    assert (offer.packs, offer.total, offer.unit_price(), cheaper) == (Decimal(5), None, None, None)


@pytest.mark.parametrize("wanted", [0, -1])
def test_nothing_is_not_offered(wanted: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        offer_of(Terms(), STEPS, Decimal(wanted), "EUR", {})


@given(
    st.decimals("0.001", "100000", places=3), st.decimals("0.01", "5000", places=2), st.integers(1, 50),
    st.lists(st.tuples(st.integers(1, 500), st.decimals("0.01", "100", places=2)), max_size=5),
)  # fmt: skip
def test_what_is_ordered_is_enough_and_not_a_multiple_too_much(
    wanted: Decimal, pack: Decimal, multiple: int, breaks: list[tuple[int, Decimal]]
) -> None:
    steps = [PriceStep(Decimal(quantity), price, "EUR") for quantity, price in breaks]
    offer, cheaper = offer_of(Terms(pack, multiple), steps, wanted, "EUR", {})
    assert offer.quantity >= wanted
    assert offer.packs % multiple == 0
    if not offer.minimum:
        assert (offer.packs - multiple) * pack < wanted
    if cheaper is not None and offer.total is not None and cheaper.total is not None:
        assert cheaper.total < offer.total
        assert cheaper.quantity > offer.quantity


def test_arrival_is_rounded_up_to_days() -> None:
    assert arrival(date(2026, 2, 27), 2.5) == date(2026, 3, 2)
    assert arrival(date(2026, 2, 27), None) is None


def test_the_cheapest_comes_first_what_cannot_be_compared_behind() -> None:
    def offer(total: int | None, common: int | None) -> Offer:
        amounts = [None if amount is None else Decimal(amount) for amount in (total, common)]
        return Offer(Decimal(1), Decimal(1), total=amounts[0], common_total=amounts[1])

    listed = [
        (offer(None, None), True, "a"), (offer(5, None), False, "b"), (offer(20, 20), False, "c"),
        (offer(9, 12), False, "d"), (offer(12, 12), True, "e"),
    ]  # fmt: skip
    assert ranked(listed) == [4, 3, 2, 1, 0]
