"""What a quantity costs: packs, price breaks, and what stands out."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.suppliers.lead_times import LeadTimes
from tui.suppliers.offers import PriceBreak, SupplierPart, marks_of, offer_of, price_at, ranked
from tui.views.supplier_cards import money

TODAY = date(2026, 11, 22)
BREAKS = [PriceBreak(Decimal(q), Decimal(p), "USD") for q, p in ((1, "10"), (5, "7.5"), (25, "3.5"))]


def part(pk: int = 1, pack: int | None = 1, **more: object) -> SupplierPart:
    row = {"pk": pk, "part": 1, "SKU": f"SKU-{pk}", "supplier": 1, "pack_quantity_native": pack, **more}
    return SupplierPart.of(row)


@pytest.mark.parametrize(("packs", "price"), [(1, "10"), (4, "10"), (5, "7.5"), (24, "7.5"), (25, "3.5"), (999, "3.5")])
def test_the_highest_price_break_that_is_reached_holds(packs: int, price: str) -> None:
    step = price_at(BREAKS, Decimal(packs))
    assert step is not None
    assert step.price == Decimal(price)


def test_whole_packs_are_ordered() -> None:
    offer = offer_of(part(pack=25), BREAKS, Decimal(120), TODAY)
    assert (offer.packs, offer.ordered, offer.surplus) == (Decimal(5), Decimal(125), Decimal(5))
    assert offer.pack_price == Decimal("7.5")
    assert offer.unit_price == Decimal("0.3")
    assert offer.total == Decimal("37.5")


def test_below_the_smallest_price_break_so_many_must_be_taken() -> None:
    offer = offer_of(part(), [PriceBreak(Decimal(100), Decimal("0.02"), "EUR")], Decimal(7), TODAY)
    assert (offer.packs, offer.total, offer.currency) == (Decimal(100), Decimal(2), "EUR")


def test_without_a_price_there_is_no_total() -> None:
    offer = offer_of(part(pack=10), [], Decimal(11), TODAY)
    assert (offer.packs, offer.total, offer.unit_price) == (Decimal(2), None, None)


def test_it_arrives_after_the_usual_lead_time() -> None:
    offer = offer_of(part(), BREAKS, Decimal(1), TODAY, LeadTimes(3, 12.0, 20.0, 1.0))
    assert offer.arrives == date(2026, 12, 4)


@pytest.mark.parametrize("wanted", ["0", "-1"])
def test_nothing_cannot_be_ordered(wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        offer_of(part(), BREAKS, Decimal(wanted), TODAY)


def test_the_cheapest_comes_first_and_is_said_to_be() -> None:
    dear = offer_of(part(1), BREAKS, Decimal(5), TODAY, LeadTimes(1, 3.0, 3.0, None))
    cheap = offer_of(part(2), BREAKS[2:], Decimal(5), TODAY, LeadTimes(1, 30.0, 30.0, None))
    unknown = offer_of(part(3, primary=True), [], Decimal(5), TODAY)
    offers = ranked([unknown, cheap, dear])
    assert [offer.part.pk for offer in offers] == [1, 2, 3]
    assert marks_of(offers) == {1: ["cheapest", "fastest"], 2: [], 3: ["primary"]}


def test_several_currencies_are_not_compared() -> None:
    offers = [
        offer_of(part(1), BREAKS, Decimal(5), TODAY),
        offer_of(part(2), [PriceBreak(Decimal(1), Decimal(1), "EUR")], Decimal(5), TODAY),
    ]
    assert marks_of(offers) == {1: [], 2: []}


def test_with_rates_several_currencies_are_compared() -> None:
    rates = {"USD": Decimal(1), "CNY": Decimal(7)}
    yuan = [PriceBreak(Decimal(1), Decimal(14), "CNY")]
    dear = offer_of(part(1), [PriceBreak(Decimal(1), Decimal(3), "USD")], Decimal(5), TODAY, rates=rates)
    cheap = offer_of(part(2), yuan, Decimal(5), TODAY, rates=rates)
    assert cheap.comparable == Decimal(10)
    assert [offer.part.pk for offer in ranked([dear, cheap])] == [2, 1]
    assert marks_of([dear, cheap]) == {1: [], 2: ["cheapest"]}


steps = st.lists(
    st.builds(PriceBreak, st.integers(1, 500).map(Decimal), st.integers(1, 10_000).map(Decimal), st.just("USD")),
    max_size=6,
)


@given(steps, st.integers(1, 100_000), st.integers(1, 300))
def test_an_offer_covers_what_is_wanted_with_no_pack_too_many(breaks: list[PriceBreak], wanted: int, pack: int) -> None:
    offer = offer_of(part(pack=pack), breaks, Decimal(wanted), TODAY)
    assert offer.ordered >= wanted
    least = min((step.quantity for step in breaks), default=Decimal(1))
    assert offer.surplus < pack or offer.packs == least
    if offer.total is not None and offer.pack_price is not None:
        assert offer.total == offer.packs * offer.pack_price


@pytest.mark.parametrize(
    ("amount", "text"),
    [("10", "10.00 USD"), ("7.5", "7.50 USD"), ("0.0213", "0.0213 USD"), ("1234567.891", "1 234 567.891 USD")],
)
def test_money_keeps_its_places(amount: str, text: str) -> None:
    assert money(Decimal(amount), "USD") == text
    assert money(None, "USD") == ""
