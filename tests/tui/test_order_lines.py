"""The lines of orders without a screen: read, sorted, moved, added up, typed, searched for, and their history."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.orders.editing import (
    DateError,
    Price,
    changes_only,
    check,
    copy_of_order,
    errors_by_field,
    fields_of,
    parse_date,
    parse_price,
    saved_among,
    summary_of,
    texts_of,
)
from tui.orders.hints import about, already_there, price_hint, quantity_hint
from tui.orders.history import events_of
from tui.orders.lines import LINE_KINDS, OrderLine, lines_of, moved, sort_lines, totals_of
from tui.orders.part_search import (
    PartHit,
    breaks_in_words,
    detail_of,
    is_exact,
    label_of,
    part_hit,
    price_for,
    rank_hits,
    supplier_part_hit,
)
from tui.stock_actions.quantities import QuantityError
from tui.suppliers.offers import PriceBreak
from tui.views.order_lines import lines_view, narrow_lines, progress_of
from tui.views.orders import Order
from workflow.orders import PURCHASE, RETURN, SALES, TRANSFER

TODAY = date(2026, 11, 22)


def purchase_row(pk: int = 1, **members: Any) -> dict[str, Any]:
    row = {
        "pk": pk, "line": "", "order": 12, "quantity": 10.0, "received": 0.0, "reference": "L1", "notes": "",
        "target_date": None, "part": 1, "sku": "ACME0001", "internal_part": 7, "internal_part_name": "M2x4 LPHS",
        "purchase_price": 1.25, "purchase_price_currency": "USD", "discount": 0.0, "total_price": 12.5,
    }  # fmt: skip
    return row | members


def line(pk: int = 1, **members: Any) -> OrderLine:
    return OrderLine.of("purchase", purchase_row(pk, **members))


# Reading


def test_a_purchase_line_is_read() -> None:
    read = line(received=4, overdue=True)
    assert [read.name, read.code, read.quantity, read.done] == ["M2x4 LPHS", "ACME0001", 10, 4]
    assert (read.price, read.currency, read.total) == (Decimal("1.25"), "USD", Decimal("12.5"))
    assert (read.subject, read.part, read.overdue, read.is_done) == (1, 7, True, False)


def test_what_is_shipped_is_not_promised_any_more() -> None:
    row = {"pk": 1, "order": 2, "part": 25, "quantity": 5, "allocated": 4, "shipped": 3, "sale_price": 2}
    read = OrderLine.of("sales", row | {"part_detail": {"name": "Widget", "IPN": "W-1", "units": "m"}})
    assert [read.done, read.promised, read.unit, read.code, read.total] == [3, 1, "m", "W-1", 10]


def test_a_return_line_has_come_or_not() -> None:
    item = {"serial": "500", "part": 3, "part_detail": {"name": "Chair"}}
    row = {"pk": 1, "order": 1, "item": 501, "quantity": 2, "item_detail": item}
    assert OrderLine.of("return", row).done == 0
    read = OrderLine.of("return", row | {"received_date": "2026-11-22"})
    assert [read.done, read.name, read.code, read.part, read.is_done] == [2, "Chair", "#500", 3, True]


def test_a_discount_comes_off_where_the_server_gives_no_total() -> None:
    assert line(total_price=None, discount=20).total == 10


def test_extra_lines_come_last() -> None:
    extra = {"pk": 1, "order": 12, "reference": "x", "description": "Freight", "quantity": 1, "price": 9.99}
    lines = lines_of("purchase", [purchase_row(1)], [extra])
    assert [(each.extra, each.name, each.is_done) for each in lines] == [
        (False, "M2x4 LPHS", False),
        (True, "Freight", False),
    ]
    assert lines[0].key != lines[1].key


@pytest.mark.parametrize("name", ["purchase", "sales", "return", "transfer"])
def test_rows_with_nothing_in_them_are_read(name: str) -> None:
    read = OrderLine.of(name, {"pk": 1})
    assert read.name
    for column in lines_view(name).columns:
        assert isinstance(column.text(read), str)


# Order and totals


def test_lines_are_sorted_as_people_count() -> None:
    lines = [line(pk, line=number) for pk, number in enumerate(["10", "", "2", "1a", "1", ""], 1)]
    assert [each.number for each in sort_lines(lines)] == ["1", "1a", "2", "10", "", ""]


def test_moving_a_line_swaps_two_numbers() -> None:
    lines = [line(pk, line=number) for pk, number in ((1, "10"), (2, "20"), (3, "30"))]
    assert moved(lines, (False, 2), -1) == {(False, 2): "10", (False, 1): "20"}
    assert moved(lines, (False, 2), 1) == {(False, 2): "30", (False, 3): "20"}


def test_lines_without_numbers_are_numbered_when_one_moves() -> None:
    lines = [line(pk) for pk in (1, 2, 3)]
    assert moved(lines, (False, 3), -1) == {(False, 1): "1", (False, 3): "2", (False, 2): "3"}


def test_nothing_moves_beyond_the_ends() -> None:
    lines = [line(1), line(2)]
    assert moved(lines, (False, 1), -1) == {} == moved(lines, (False, 2), 1)
    assert moved(lines, (True, 1), 1) == {}


@given(st.lists(st.sampled_from(["", "1", "2", "3", "10", "a"]), min_size=2, max_size=8), st.data())
def test_a_moved_line_changes_places_with_its_neighbour(numbers: list[str], data: st.DataObject) -> None:
    lines = sort_lines(line(pk, line=number) for pk, number in enumerate(numbers, 1))
    index = data.draw(st.integers(0, len(lines) - 2))
    changes = moved(lines, lines[index].key, 1)
    after = sort_lines(line(each.pk, line=changes.get(each.key, each.number)) for each in lines)
    wanted = [each.pk for each in lines]
    wanted[index], wanted[index + 1] = wanted[index + 1], wanted[index]
    assert [each.pk for each in after] == wanted


def test_totals_are_by_currency() -> None:
    lines = [line(1), line(2, purchase_price_currency="EUR"), line(3), line(4, purchase_price=None, total_price=None)]
    assert totals_of(lines) == {"USD": 25, "EUR": Decimal("12.5")}


# What is typed


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        ("2026-12-24", date(2026, 12, 24)),
        ("24.12.2027", date(2027, 12, 24)),
        ("24.12.", date(2026, 12, 24)),
        ("1.2.", date(2027, 2, 1)),
        ("+14", date(2026, 12, 6)),
        ("+2w", date(2026, 12, 6)),
    ],
)
def test_dates_as_people_type_them(text: str, wanted: date | None) -> None:
    assert parse_date(text, TODAY) == wanted


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "31.11.", "12/24/2026", "+99999", "24.12.0000"])
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(DateError, match="Type a date as"):
        parse_date(text, TODAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,25", Price(Decimal("1.25"))),
        ("1.25 eur", Price(Decimal("1.25"), "EUR")),
        ("0.5EUR -5%", Price(Decimal("0.5"), "EUR", Decimal(5))),
        ("€ 3", Price(Decimal(3), "EUR")),
        ("3 $", Price(Decimal(3), "USD")),
        ("12/100 USD", Price(Decimal("0.12"), "USD")),
        ("-5 %", Price(None, "", Decimal(5))),
        ("1 234,50", Price(Decimal("1234.5"))),
        ("-", Price(none=True)),
        ("", Price()),
    ],
)
def test_prices_as_people_type_them(text: str, wanted: Price) -> None:
    assert parse_price(text) == wanted


@pytest.mark.parametrize("text", ["cheap", "1.2.3", "5 -120%", "-3", "1 EURO"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_price(text)


def test_a_line_is_made_of_what_was_typed() -> None:
    texts = {"quantity": "2*50", "price": "0,05 EUR -10%", "target": "+14", "reference": " C1 ", "notes": "soon"}
    checked = check(PURCHASE, 12, texts, TODAY, subject=5)
    assert checked.body == {
        "order": 12, "part": 5, "quantity": "100", "purchase_price": "0.05", "purchase_price_currency": "EUR",
        "discount": "10", "target_date": "2026-12-06", "reference": "C1", "notes": "soon",
    }  # fmt: skip


def test_the_known_price_is_taken_where_none_is_typed() -> None:
    body = check(SALES, 1, {"quantity": "1"}, TODAY, subject=5, known_price=(Decimal("3.5"), "USD")).body
    assert (body["sale_price"], body["sale_price_currency"]) == ("3.5", "USD")
    body = check(SALES, 1, {"quantity": "1", "price": "-"}, TODAY, subject=5, known_price=(Decimal("3.5"), "USD")).body
    assert body["sale_price"] is None


def test_a_typed_price_has_the_currency_of_the_order() -> None:
    assert (
        check(SALES, 1, {"quantity": "1", "price": "2"}, TODAY, subject=5, currency="CAD").body["sale_price_currency"]
        == "CAD"
    )


def test_transfer_lines_have_no_price() -> None:
    assert "price" not in [each.key for each in fields_of(TRANSFER, extra=False)]
    assert set(check(TRANSFER, 1, {"quantity": "1"}, TODAY, subject=5).body) == {
        "order", "part", "quantity", "target_date", "reference", "notes"
    }  # fmt: skip


def test_each_wrong_field_is_named() -> None:
    texts = {"quantity": "lots", "price": "cheap", "target": "soon"}
    checked = check(PURCHASE, 12, texts, TODAY)
    assert set(checked.errors) == {"subject", "quantity", "price", "target"}
    assert checked.body == {}
    assert set(check(PURCHASE, 12, {"quantity": "0"}, TODAY, extra=True).errors) == {"what", "quantity"}


@pytest.mark.parametrize("kind", [PURCHASE, SALES, RETURN])
def test_a_line_that_was_not_touched_changes_nothing(kind: Any) -> None:
    words = LINE_KINDS[kind.name]
    row = {
        "pk": 1, "order": 12, words.member: 3, "quantity": 2.5, words.price: 0.05, f"{words.price}_currency": "USD",
        "discount": 5.0, "reference": "r", "notes": "n", "target_date": "2026-12-24",
    }  # fmt: skip
    read = OrderLine.of(kind.name, row)
    body = check(kind, 12, texts_of(read), TODAY, subject=3).body
    assert changes_only(body, read, kind) == {}


def test_an_edited_line_sends_what_changed() -> None:
    read = line(3, discount=0)
    texts = texts_of(read) | {"quantity": "12"}
    body = check(PURCHASE, 12, texts, TODAY, subject=1).body
    assert changes_only(body, read, PURCHASE) == {"quantity": "12", "part": 1}


def test_a_line_without_a_price_keeps_none() -> None:
    read = line(3, purchase_price=None, total_price=None)
    body = check(PURCHASE, 12, texts_of(read), TODAY, subject=1, known_price=(Decimal(9), "EUR")).body
    assert changes_only(body, read, PURCHASE) == {}


def test_refusals_come_to_their_fields() -> None:
    said = errors_by_field(
        {"part": ("No.",), "purchase_price": ("Bad.",), "discount": ("Worse.",), "": ("All.",), "order": ("Locked.",)}
    )
    assert said == {"subject": "No.", "price": "Bad. Worse.", "": "All. order: Locked."}


def test_what_was_saved_over_a_cut_line_is_recognised() -> None:
    body = {"order": 12, "part": 1, "quantity": "10", "reference": "L1"}
    rows = [purchase_row(1), purchase_row(2, quantity=11), purchase_row(3)]
    assert saved_among(rows, [1], body) is rows[2]
    assert saved_among(rows, [1, 3], body) is None


def test_a_summary_has_the_figures() -> None:
    assert summary_of(line()) == "M2x4 LPHS: 10 × 1.25 USD = 12.50 USD"
    assert summary_of(line(purchase_price=None, total_price=None)) == "M2x4 LPHS: 10"


def test_a_copy_of_an_order_takes_its_lines_but_not_its_dates() -> None:
    row = {
        "pk": 9,
        "supplier": 1,
        "reference": "PO-1",
        "target_date": "2026-01-01",
        "order_currency": "EUR",
        "contact": None,
    }
    assert copy_of_order(PURCHASE, row) == {
        "supplier": 1,
        "order_currency": "EUR",
        "duplicate": {"original": 9, "copy_parameters": True, "copy_lines": True, "copy_extra_lines": True},
    }
    assert "copy_lines" not in copy_of_order(RETURN, {"pk": 1})["duplicate"]
    assert "copy_extra_lines" not in copy_of_order(TRANSFER, {"pk": 1})["duplicate"]


# Progress


def test_progress_says_what_is_done_and_what_is_promised() -> None:
    row = {"pk": 1, "order": 2, "part": 25, "quantity": 12, "allocated": 8, "shipped": 4}
    assert progress_of(OrderLine.of("sales", row)) == "██▒▒░░ 4 +4"
    assert progress_of(OrderLine.of("sales", row), of_all=True) == "██▒▒░░ 4/12 +4"
    assert progress_of(line(received=10)) == "██████ 10"
    assert progress_of(OrderLine.extra_of({"pk": 1, "quantity": 1})) == ""


def test_narrow_terminals_keep_what_and_how_far() -> None:
    assert [column.key for column in narrow_lines(lines_view("purchase"))] == ["part", "progress"]


# Searching


def hit(name: str, *codes: str, **members: Any) -> PartHit:
    return PartHit(1, 1, name, codes, **members)


def test_an_exact_code_is_always_first() -> None:
    hits = [
        hit("100 screws in a bag", "X"),
        hit("Screw 100", "SCR"),
        hit("Bolt", "100-A"),
        hit("Nut", "N", "100"),
        hit("100", "Y"),
        hit("What a 1000", "Z"),
    ]
    assert [each.name for each in rank_hits(hits, "100")] == [
        "Nut", "100", "Bolt", "100 screws in a bag", "Screw 100", "What a 1000"
    ]  # fmt: skip
    assert is_exact(hits[3], " 100 ")


def test_what_is_in_stock_comes_before_what_is_not() -> None:
    hits = [hit("Bolt M3", available=Decimal(0)), hit("Bolt M3 long", available=Decimal(5))]
    assert [each.name for each in rank_hits(hits, "bolt")] == ["Bolt M3 long", "Bolt M3"]


def test_words_in_any_order_come_before_parts_of_words() -> None:
    hits = [hit("C_100nF_0603"), hit("0603 100nF cap"), hit("R_0603_1100nF")]
    assert [each.name for each in rank_hits(hits, "100nf 0603")][-1] == "R_0603_1100nF"


@given(st.lists(st.text(max_size=5), max_size=5), st.text(max_size=5))
def test_ranking_loses_nobody(names: list[str], text: str) -> None:
    hits = [PartHit(pk, pk, name, (name[:2],)) for pk, name in enumerate(names)]
    assert {each.pk for each in rank_hits(hits, text)} == {each.pk for each in hits}


BREAKS = tuple(PriceBreak(Decimal(amount), Decimal(price), "USD") for amount, price in ((1, "0.50"), (100, "0.35")))


def test_the_price_is_that_of_the_quantity() -> None:
    found = hit("Bolt", "B-1", breaks=BREAKS, pack=Decimal(10), lead_days=7.0, available=Decimal(3))
    assert [str(step.price) for amount in (None, Decimal(99), Decimal(100)) if (step := price_for(found, amount))] == [
        "0.50", "0.50", "0.35"
    ]  # fmt: skip
    assert detail_of(found, Decimal(100)) == "0.35 USD · pack of 10 · 3 free · 7 d"
    assert breaks_in_words(found) == "1+ 0.50 · 100+ 0.35 USD"
    assert label_of(found) == "B-1  Bolt"


def test_supplier_parts_and_parts_are_read() -> None:
    row = {
        "pk": 9,
        "part": 2,
        "SKU": "S-9",
        "MPN": "M",
        "pack_quantity_native": 10.0,
        "part_detail": {"name": "Bolt", "IPN": "I"},
    }
    found = supplier_part_hit(row)
    assert (found.pk, found.part, found.code, found.codes, found.unit_word, found.breaks) == (
        9, 2, "S-9", ("S-9", "I", "M"), "pack", None
    )  # fmt: skip
    with_breaks = supplier_part_hit(row | {"price_breaks": [{"quantity": 1, "price": 2, "price_currency": "EUR"}]})
    assert with_breaks.breaks == (PriceBreak(Decimal(1), Decimal(2), "EUR"),)
    mine = part_hit({"pk": 4, "name": "Widget", "IPN": None, "unallocated_stock": 3.0})
    assert [mine.pk, mine.available, mine.code, label_of(mine)] == [4, 3, "Widget", "Widget"]


def test_hints_say_what_the_figures_come_to() -> None:
    packs = hit("Bolt", "B", pack=Decimal(10), unit="m", breaks=BREAKS, lead_days=7.4, description="A bolt")
    assert quantity_hint(packs, Decimal(3)) == ("= 30 m", False)
    assert price_hint(packs, Decimal(200)) == "left empty: 0.35 USD = 70.00 USD"
    dear = hit("Nut", breaks=BREAKS[1:])
    assert price_hint(dear, Decimal(3)) == "left empty: 0.35 USD = 1.05 USD; sold from 100 on"
    assert about(packs) == "1+ 0.50 · 100+ 0.35 USD · comes after 7 d as a rule · A bolt"
    assert quantity_hint(hit("Chair", available=Decimal(2)), Decimal(3)) == ("Only 2 free in stock.", True)
    assert quantity_hint(hit("Chair", quantity=Decimal(2)), Decimal(3)) == ("Only 2 there.", True)
    assert quantity_hint(hit("Chair", available=Decimal(3)), Decimal(3)) == ("", False)
    assert price_hint(hit("Chair"), Decimal(3)) == ""


def test_a_part_that_is_there_already_is_said() -> None:
    first = line(1, line="3")
    assert already_there(hit("M2x4 LPHS"), [first]) == "already on line 3, M2x4 LPHS: 10"
    assert already_there(hit("M2x4 LPHS"), [first], edited=first) == ""


# History


def test_the_history_of_a_purchase_order() -> None:
    row = {
        "pk": 12, "reference": "PO-12", "status": 30, "status_text": "Complete", "creation_date": "2026-11-01",
        "issue_date": "2026-11-02", "complete_date": "2026-11-20", "created_by": {"username": "anna"},
        "supplier_name": "ACME",
    }  # fmt: skip
    order = Order.of(PURCHASE, row)
    entry = {
        "item": 5, "date": "2026-11-20 10:15", "label": "Received against PO", "deltas": {"quantity": 4},
        "part_detail": {"name": "Bolt"}, "user_detail": {"username": "bob"}, "notes": "",
    }  # fmt: skip
    items: list[dict[str, Any]] = [
        {"pk": 5, "quantity": 4},
        {"pk": 6, "quantity": 2, "part_detail": {"name": "Nut"}, "creation_date": "2026-11-10 08:00"},
    ]
    events = events_of(order, [], [], [entry], items)
    assert [(event.when, event.what, event.who) for event in events] == [
        ("2026-11-20", "Complete", ""),
        ("2026-11-20 10:15", "Received against PO", "bob"),
        ("2026-11-10 08:00", "Received", ""),
        ("2026-11-02", "Issued", ""),
        ("2026-11-01", "Created", "anna"),
    ]
    assert events[1].detail == "4 × Bolt"
    assert [event.pk for event in events] == [0, 1, 2, 3, 4]


def test_shipments_are_part_of_the_history() -> None:
    order = Order.of(SALES, {"pk": 1, "status": 20, "creation_date": "2026-11-01"})
    shipments = [
        {
            "pk": 1,
            "reference": "1",
            "shipment_date": "2026-11-05",
            "delivery_date": "2026-11-07",
            "tracking_number": "T1",
        },
        {"pk": 2, "reference": "2", "shipment_date": None},
    ]
    events = events_of(order, [], shipments, [], [])
    assert [(event.what, event.detail) for event in events] == [
        ("Delivered shipment 1", ""), ("Shipped shipment 1", "tracking T1"), ("Created", "")
    ]  # fmt: skip


def test_returned_items_are_part_of_the_history() -> None:
    order = Order.of(RETURN, {"pk": 1, "status": 20})
    row = {"pk": 1, "item": 501, "quantity": 1, "received_date": "2026-11-22", "item_detail": {"serial": "7"}}
    events = events_of(order, [OrderLine.of("return", row)], [], [], [])
    assert [(event.what, event.detail) for event in events] == [("Returned", "1 × item 501 #7")]
