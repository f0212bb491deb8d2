"""The rules that all orders share: what lines cost, when orders are closed, how lines are sorted."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import InvalidInput
from server.domain.orders import (
    LARGEST_AMOUNT,
    check_dates,
    is_locked,
    line_number,
    line_total,
    settings_of,
    state_name,
    total_of,
)
from server.domain.settings_catalog import GLOBAL
from workflow.orders import KINDS, PURCHASE, SALES

prices = st.decimals(0, 10**6, places=6)
quantities = st.decimals(0, 10**6, places=5)
discounts = st.decimals(0, 100, places=2)


@given(price=prices, quantity=quantities, discount=discounts)
def test_a_line_costs_its_share_exactly(price: Decimal, quantity: Decimal, discount: Decimal) -> None:
    total = line_total(price, quantity, discount)
    assert total is not None
    assert abs(total - price * quantity * (100 - discount) / 100) <= Decimal("0.0000005")
    assert line_total(price, quantity, Decimal(100)) == 0
    assert line_total(None, quantity, discount) is None


@given(amounts=st.lists(prices))
def test_totals_are_sums(amounts: list[Decimal]) -> None:
    assert total_of(amounts) == sum(amounts)
    assert total_of([*amounts, None]) is None


def test_what_cannot_be_kept_is_refused() -> None:
    worth = line_total(Decimal(LARGEST_AMOUNT), Decimal(10) ** 9, None)
    assert worth == LARGEST_AMOUNT * 10**9
    with pytest.raises(InvalidInput, match="more than"):
        total_of([worth])
    with pytest.raises(InvalidInput, match="more than"):
        total_of([LARGEST_AMOUNT, Decimal(1)])


@pytest.mark.parametrize("kind", KINDS)
def test_finished_orders_are_closed_unless_the_setting_opens_them(kind: object) -> None:
    order = next(one for one in KINDS if one is kind)
    for code, name, _ in order.states:
        closed = name in ("COMPLETE", "SHIPPED")
        assert is_locked(order, code, edit_completed=False) is closed, name
        assert not is_locked(order, code, edit_completed=True)
        assert state_name(order, code) == name
    assert state_name(order, 999) is None
    assert {settings_of(order).pattern, settings_of(order).edit_completed} <= set(GLOBAL)
    assert settings_of(order).require_responsible in GLOBAL


def test_orders_end_after_they_start() -> None:
    day = date(2030, 1, 2)
    check_dates(day, day)
    check_dates(None, day)
    check_dates(day, None)
    with pytest.raises(InvalidInput) as refused:
        check_dates(day, date(2030, 1, 1))
    assert set(refused.value.errors) == {"start_date", "target_date"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("10", 10), ("2b", 2), (" 7", 7), ("x", 0), ("", 0), (None, 0), ("\u0663", 0), ("9" * 20, 2**31 - 1)],
)
def test_lines_are_sorted_by_what_their_number_begins_with(text: str | None, number: int) -> None:
    assert line_number(text) == number


def test_the_kinds_have_settings_of_their_own() -> None:
    assert settings_of(PURCHASE).pattern == "PURCHASEORDER_REFERENCE_PATTERN"
    assert settings_of(SALES).edit_completed == "SALESORDER_EDIT_COMPLETED_ORDERS"
