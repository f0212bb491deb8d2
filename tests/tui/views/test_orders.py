"""Orders of all kinds as one thing, and how the board divides them."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tui.views.formats import money
from tui.views.order_groups import (
    Filters,
    GroupedRows,
    Heading,
    Section,
    groups_by_date,
    groups_by_state,
    late_first,
)
from tui.views.orders import MODELS, Order, due_in_words, kind_of_model, lines_in_words, model_of, states_of
from tui.widgets.progress_bar import bar, progress_bar
from workflow.orders import KINDS, PURCHASE, SALES, TRANSFER, OrderKind

TODAY = date(2026, 11, 18)  # a Wednesday

ROW: dict[str, Any] = {
    "pk": 12,
    "reference": "PO-0012",
    "status": 20,
    "status_text": "Placed",
    "status_custom_key": None,
    "supplier": 3,
    "supplier_name": "Arrow",
    "supplier_detail": {"name": "Arrow", "currency": "USD"},
    "description": "Reels",
    "target_date": "2026-11-15",
    "overdue": True,
    "line_items": 5,
    "completed_lines": 2,
    "total_price": 1240.0,
    "order_currency": "",
}


def test_an_order_is_read_from_an_answer() -> None:
    order = Order.of(PURCHASE, ROW)
    assert (order.reference, order.state, order.partner) == ("PO-0012", "PLACED", "Arrow")
    assert (order.lines_left, order.price, order.path) == (3, "1 240.00 USD", "order/po/12/")
    assert order.due(TODAY) == "3 d late"
    assert order.days_late(TODAY) == 3
    assert order.is_open
    assert lines_in_words(order, 5) == "██░░░ 2/5"


def test_the_answer_to_a_new_order_lacks_figures_and_is_read_all_the_same() -> None:
    order = Order.of(SALES, {"pk": 1, "reference": "SO-1", "status": 10, "overdue": None, "line_items": None})
    assert (order.lines, order.overdue, order.price, order.due(TODAY), order.partner) == (0, False, "", "", "")
    assert lines_in_words(order) == "no lines"


def test_a_state_that_users_made_counts_as_the_one_it_stands_for() -> None:
    order = Order.of(PURCHASE, {**ROW, "status_custom_key": 120, "status_text": "Waiting for goods"})
    assert (order.state, order.state_label, order.status, order.is_custom) == (
        "PLACED", "Waiting for goods", 120, True,
    )  # fmt: skip


def test_a_state_that_nobody_knows_is_said_as_it_is() -> None:
    order = Order.of(PURCHASE, {**ROW, "status": 77, "status_text": ""})
    assert (order.state, order.state_label, order.is_open) == ("", "state 77", False)


def test_the_partner_of_a_transfer_is_its_route() -> None:
    row = {**ROW, "take_from_detail": {"name": "Site A"}, "take_from": 1, "destination": 2}
    assert Order.of(TRANSFER, row).partner == "Site A → location 2"
    assert Order.of(TRANSFER, {**row, "consume": True}).partner == "Site A → used up"


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(KeyError):
        Order.of(PURCHASE, {"reference": "PO-1"})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_models_and_kinds_go_together(kind: OrderKind) -> None:
    assert kind_of_model(model_of(kind)) is kind
    assert MODELS[kind.name] == f"{kind.name}order"


@pytest.mark.parametrize(
    ("target", "overdue", "said"),
    [
        (date(2026, 11, 15), True, "3 d late"),
        (date(2026, 11, 18), True, "late"),  # the server's day is another one already
        (date(2026, 11, 18), False, "today"),
        (date(2026, 11, 19), False, "in 1 d"),
        (date(2026, 12, 2), False, "in 14 d"),
        (date(2026, 12, 3), False, "2026-12-03"),
        (date(2026, 11, 1), False, "2026-11-01"),
        (None, False, ""),
        (None, True, "late"),
    ],
)
def test_when_it_is_due_is_said_in_words(target: date | None, overdue: bool, said: str) -> None:
    assert due_in_words(target, TODAY, overdue=overdue) == said


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(1240, "USD", "1 240.00 USD"), ("0.00512", "EUR", "0.00512 EUR"), (Decimal("3.5"), "", "3.50"), (None, "USD", "")],
)
def test_money_has_two_places_at_least(value: Any, currency: str, text: str) -> None:
    assert money(value, currency) == text


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [
        (0, 20, "░░░░░░"),
        (1, 2000, "█░░░░░"),  # begun is never shown as nothing
        (12, 20, "███░░░"),
        (1999, 2000, "█████░"),  # nor almost done as done
        (20, 20, "██████"),
        (25, 20, "██████"),
        (3, 0, ""),
    ],
)
def test_a_bar_says_no_more_than_there_is(done: int, total: int, drawn: str) -> None:
    assert bar(done, total) == drawn


def test_the_figures_say_it_without_the_bar() -> None:
    assert progress_bar(12, 20, ascii_only=True) == "###... 12/20"
    assert progress_bar("2.5", 10, 0) == "2.5/10"


# -- states and groups -----------------------------------------------------------------------------------------------

STATUSES = {
    "values": {
        "PENDING": {"key": 10, "label": "Pending"},
        "WAITING": {"key": 120, "label": "Waiting for goods", "logical_key": "20", "custom": True},
    }
}


def test_states_of_users_come_after_what_they_count_as() -> None:
    states = states_of(PURCHASE, STATUSES)
    assert [(state.key, state.name, state.custom) for state in states[:3]] == [
        (10, "PENDING", False), (20, "PLACED", False), (120, "PLACED", True),
    ]  # fmt: skip
    assert [state.label for state in states_of(PURCHASE)][:3] == ["Pending", "Placed", "On Hold"]


def filled(section: Section, *pks: int) -> None:
    """Put orders into a section, as if the server had given them."""
    section.rows.store(0, [Order.of(PURCHASE, {**ROW, "pk": pk}) for pk in pks], len(pks))


def test_each_open_state_has_a_column_and_the_last_is_for_what_is_done() -> None:
    groups = groups_by_state(PURCHASE, states_of(PURCHASE, STATUSES), Filters(mine=True, text="reel"), TODAY, 50)
    assert [(group.title, group.column) for group in groups] == [
        ("Pending", 0), ("On Hold", 1), ("Placed", 2), ("Waiting for goods", 2), ("Done in 30 days", 3),
    ]  # fmt: skip
    for group in groups:
        for section in group.sections:
            assert section.params["assigned_to_me"] is True
            assert section.params["search"] == "reel"
    assert groups[-1].sections[0].params["completed_after"] == "2026-10-18"
    assert groups[0].sections[0].params["overdue"] is True


def test_all_states_are_shown_when_asked_for_and_none_closed_when_only_late_ones_are() -> None:
    states = states_of(PURCHASE)
    closed = groups_by_state(PURCHASE, states, Filters(closed=True), TODAY, 50)
    assert [group.title for group in closed][3:] == ["Complete", "Cancelled", "Lost", "Returned"]
    late = groups_by_state(PURCHASE, states, Filters(late=True), TODAY, 50)
    assert [group.title for group in late] == ["Pending", "On Hold", "Placed"]


def test_what_is_late_in_any_state_stands_on_top_of_a_list() -> None:
    groups = groups_by_state(PURCHASE, states_of(PURCHASE), Filters(), TODAY, 50)
    for group in groups:
        for section in group.sections:
            filled(section)
    pending, _, placed, _ = groups
    filled(pending.sections[0], 1)
    filled(placed.sections[0], 2)
    filled(placed.sections[1], 3)
    filled(pending.sections[2], 4)
    rows = GroupedRows(late_first(groups))
    shown = [row.title if isinstance(row, Heading) else row.pk for row in map(rows.get, range(rows.total or 0)) if row]
    assert shown == ["Overdue", 2, 1, "Pending", 4, "Placed", 3]
    assert [rows.index_of(pk) for pk in (2, 1, 4, 3, 5)] == [1, 2, 4, 6, None]
    assert rows.headings() == [0, 3, 5]
    assert rows.orders == 4


def test_nothing_is_known_of_the_rows_until_every_section_is() -> None:
    groups = groups_by_state(PURCHASE, states_of(PURCHASE), Filters(), TODAY, 50)
    rows = GroupedRows(groups)
    assert rows.total is None
    assert [limit for _, _, limit in rows.windows(0, 20)] == [50] * 10


def test_only_the_sections_in_sight_are_asked_for() -> None:
    groups = groups_by_date(Filters(), TODAY, 50)
    for group in groups:
        filled(group.sections[0])
    late, week = groups[0].sections[0], groups[1].sections[0]
    late.rows.store(0, [Order.of(PURCHASE, {**ROW, "pk": 1})], 5000)
    week.rows.store(0, [], 70)
    rows = GroupedRows(groups)
    assert rows.total == 5000 + 70 + 2
    assert [(what is late, first, count) for what, first, count in rows.windows(3000, 20)] == [(True, 2950, 100)]
    assert [(what is week, first, count) for what, first, count in rows.windows(4999, 10)] == [
        (False, 4950, 50), (True, 0, 50),
    ]  # fmt: skip
    assert rows.get(4000) is None


def test_weeks_follow_each_other_without_a_gap_and_without_overlap() -> None:
    groups = groups_by_date(Filters(), TODAY, 50)
    assert [group.title for group in groups[:4]] == [
        "Overdue", "This week, 16 Nov - 22 Nov", "Next week, 23 Nov - 29 Nov", "Week 49, 30 Nov - 06 Dec",
    ]  # fmt: skip
    assert [group.title for group in groups[-2:]] == ["Later", "No date"]
    params = [group.sections[0].params for group in groups[1:-1]]
    assert params[0]["target_date_after"] is None
    for week, after in itertools.pairwise(params):
        # Neither "before" nor "after" takes the day itself in.
        ends, begins = date.fromisoformat(week["target_date_before"]), date.fromisoformat(after["target_date_after"])
        assert (ends - begins).days == 1
