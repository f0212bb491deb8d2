"""The judgement of each rule by itself: examples at the edges, and properties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.alerts.rules import (
    expired,
    expiring,
    impossible_record,
    location_low,
    location_over,
    low_stock,
    out_of_stock,
    overstock,
    purchase_overdue,
    server_trouble,
    sign_ins,
    stale,
    stock_out_predicted,
    stocktake_overdue,
    supplier_late,
    unusual_movement,
    variance,
)
from server.domain.alert_kinds import BY_KEY, KINDS, thresholds_from
from server.domain.alert_life import Severity
from server.domain.supplier_performance import Receipt
from tests.server.alerts.watch import NOW, TODAY

D = Decimal
amounts = st.decimals(0, 10_000, places=2)
W, C = Severity.WARNING, Severity.CRITICAL


@pytest.mark.parametrize(
    ("here", "coming", "taken", "minimum", "found"),
    [
        (20, 0, 0, 20, None), (19, 0, 0, 20, W), (19, 1, 0, 20, None), (30, 0, 11, 20, W), (5, 0, 0, 20, C),
        (6, 0, 0, 20, W), (0, 0, 0, 20, None), (3, 0, 9, 20, C), (3, 0, 9, 0, None),
    ],
)  # fmt: skip
def test_low_stock_is_net_of_what_comes_and_goes(
    here: int, coming: int, taken: int, minimum: int, found: Severity | None
) -> None:
    assert low_stock.severity(D(here), D(coming), D(taken), D(minimum), 25) is found


@given(amounts, amounts, amounts, amounts, amounts)
def test_more_on_order_never_makes_it_low(here: Decimal, coming: Decimal, taken: Decimal, least: Decimal,
                                          more: Decimal) -> None:  # fmt: skip
    before = low_stock.severity(here, coming, taken, least, 25)
    after = low_stock.severity(here, coming + more, taken, least, 25)
    assert (after or 0) <= (before or 0)
    there = location_low.severity(here, coming, taken, least)
    assert (there is None) == (least <= 0 or here + coming - taken >= least)


@given(amounts, amounts, amounts, amounts, st.integers(0, 5))
def test_a_part_is_never_low_and_out_of_stock(here: Decimal, coming: Decimal, taken: Decimal, least: Decimal,
                                              times: int) -> None:  # fmt: skip
    low = low_stock.severity(here, coming, taken, least, 25)
    out = out_of_stock.severity(here, coming, D(0), least, times)
    assert low is None or out is None


@given(amounts, amounts, st.floats(0, 500))
def test_what_is_over_is_over_with_more_too(here: Decimal, most: Decimal, percent: float) -> None:
    if overstock.is_over(here, most, percent):
        assert overstock.is_over(here + 1, most, percent) and most > 0
    assert location_over.is_over(here, None) is False
    assert location_over.is_over(here, most) == (here > most)


@pytest.mark.parametrize(
    ("quantity", "serial", "taken", "structural", "count"),
    [
        (5, None, 5, False, 0),
        (5, None, 6, False, 1),
        (1, "7", 0, False, 0),
        (2, "7", 3, True, 3),
        (-1, None, 0, False, 1),
    ],
)
def test_impossible_records(quantity: int, serial: str | None, taken: int, structural: bool, count: int) -> None:
    assert len(impossible_record.faults(D(quantity), serial, D(taken), structural=structural)) == count


@given(st.integers(-400, 400), st.integers(1, 365))
def test_an_item_is_never_expired_and_expiring(days: int, within: int) -> None:
    over = expired.days_over(TODAY - timedelta(days=days), TODAY)
    assert over == days and not (over > 0 and expiring.is_near(-over, within))


def test_stale_and_overdue_begin_after_the_limit() -> None:
    assert not stale.is_stale(NOW - timedelta(days=180), NOW, 180) and not stale.is_stale(None, NOW, 180)
    assert stale.is_stale(NOW - timedelta(days=180, seconds=1), NOW, 180)
    assert stocktake_overdue.is_overdue(1, 5, 20) and not stocktake_overdue.is_overdue(1, 6, 20)
    assert not stocktake_overdue.is_overdue(0, 5, 0)
    for days, found in ((0, None), (1, W), (6, W), (7, C)):
        assert purchase_overdue.overdue(TODAY - timedelta(days=days), TODAY, 0, 7) is found
    assert purchase_overdue.overdue(None, TODAY, 0, 7) is None
    assert purchase_overdue.overdue(TODAY - timedelta(days=3), TODAY, 3, 7) is None


@given(st.decimals(-500, 500, places=1), amounts)
def test_plus_and_minus_weigh_the_same(off: Decimal, expected: Decimal) -> None:
    assert variance.severity(off, expected, 10, 1) is variance.severity(-off, expected, 10, 1)
    assert variance.severity(D(1), expected, 10, 1) is None


def receipts(*kept: bool) -> list[Receipt]:
    day = date(2026, 11, 1)
    return [
        Receipt(number, 1, day + timedelta(days=number), D(1), day, day + timedelta(days=number - (not good)))
        for number, good in enumerate(kept)
    ]


def test_a_supplier_is_late_again_only_when_the_last_one_was() -> None:
    assert supplier_late.is_late_again(receipts(True, False, False), 80, 3)
    assert not supplier_late.is_late_again(receipts(False, False, True), 80, 3)
    assert not supplier_late.is_late_again(receipts(False, False), 80, 3)
    assert not supplier_late.is_late_again(receipts(*[True] * 9, False), 80, 3)
    assert not supplier_late.is_late_again([], 80, 0)


def test_when_stock_ends() -> None:
    def found(available: float, due: int | None = None, times: int = 9) -> Severity | None:
        seen = stock_out_predicted.outlook(available, 90, times, 90, 14, due)
        return None if seen is None else seen.severity

    assert [found(amount) for amount in (14, 13, 7, 6, 0)] == [None, W, W, C, None]
    assert found(6, due=5) is None and found(6, due=-3) is C and found(6, times=2) is None


def test_the_modified_z_score_is_that_of_the_book() -> None:
    """Iglewicz and Hoaglin's own definition on a small sample: median 3, MAD 1."""
    assert unusual_movement.score(13, [1, 2, 3, 4, 5]) == pytest.approx(0.6745 * 10 / 1)
    assert unusual_movement.score(5, [5, 5, 5]) == 0 and unusual_movement.score(6, [5, 5, 5]) == 1000
    # more than half are equal: the mean absolute deviation (here 2) stands for the MAD
    assert unusual_movement.score(15, [5, 5, 5, 5, 15]) == pytest.approx(10 / (1.253314 * 2))


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=30), st.floats(0, 1000), st.floats(0, 1000))
def test_the_score_grows_with_the_quantity(history: list[float], one: float, more: float) -> None:
    assert unusual_movement.score(one, history) <= unusual_movement.score(one + more, history)


def test_sign_ins_and_the_server() -> None:
    assert [sign_ins.severity(failures, 10) for failures in (9, 10, 99, 100)] == [None, W, W, C]
    limits = thresholds_from(BY_KEY["server_trouble"], {})
    assert list(server_trouble.troubles(server_trouble.Health(4, 19, 0.1, 30), limits)) == []
    bad = server_trouble.Health(5, 20, 0.099, 31)
    assert [one.cause for one in server_trouble.troubles(bad, limits)] == ["errors", "retries", "disk", "queue"]


@given(st.sampled_from(KINDS), st.text(max_size=8))
def test_thresholds_stay_within_their_bounds_whatever_is_kept(kind: object, text: str) -> None:
    known = next(one for one in KINDS if one is kind)
    found = thresholds_from(known, {known.setting(one): text for one in known.thresholds})
    assert all(one.least <= found[one.key] <= one.most for one in known.thresholds)
