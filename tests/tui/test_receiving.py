"""Which line a code means, what is still to come, and how packs are reckoned."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.orders.codes import Known, known_of, looks_like_code, own_code
from tui.orders.receiving import (
    By,
    Pack,
    ReceivingLine,
    choose,
    lines_of,
    match,
    over_or_short,
    parse_received,
)
from tui.stock_actions import QuantityError

D = Decimal


def line(pk: int, **values: Any) -> ReceivingLine:
    defaults: dict[str, Any] = {
        "name": f"part {pk}",
        "ordered": D(10),
        "position": pk,
        "part": 100 + pk,
        "supplier_part": 200 + pk,
        "sku": f"SKU-{pk}",
        "mpn": f"MPN-{pk}",
        "ipn": f"IPN-{pk}",
    }
    return ReceivingLine(pk, **(defaults | values))


LINES = [line(1), line(2), line(3), line(30)]


def found(text: str, lines: list[ReceivingLine] = LINES, known: Known | None = None) -> list[tuple[int, By]]:
    return [(hit.line.pk, hit.by) for hit in match(text, lines, known)]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("SKU-2", By.SKU),
        ("sku-2", By.SKU),
        ("  SKU-2 ", By.SKU),
        ("mpn-2", By.MPN),
        ("IPN-2", By.IPN),
        ("Part  2", By.NAME),
        ("INV-SP202", By.BARCODE),
        ('{"supplierpart": 202}', By.BARCODE),
        ("INV-PA102", By.BARCODE),
        ('{"part": 102}', By.BARCODE),
    ],
)
def test_every_code_of_a_line_finds_it(text: str, by: By) -> None:
    assert found(text)[0] == (2, by)
    chosen = choose(match(text, LINES))
    assert chosen is not None
    assert chosen.pk == 2


def test_a_linked_barcode_is_known_by_its_hash_without_asking_the_server() -> None:
    hashed = hashlib.md5(b"EAN-4006381333931").hexdigest()
    lines = [line(1), line(2, barcodes=frozenset((hashed,)))]
    assert found("EAN-4006381333931", lines) == [(2, By.BARCODE)]


def test_an_exact_code_comes_before_one_that_begins_with_it() -> None:
    assert found("SKU-3") == [(3, By.SKU), (30, By.PREFIX)]
    chosen = choose(match("SKU-3", LINES))
    assert chosen is not None
    assert chosen.pk == 3


def test_the_beginning_of_several_codes_is_ambiguous() -> None:
    assert len(match("SKU", LINES)) == 4
    assert choose(match("SKU", LINES)) is None


def test_one_that_contains_the_text_is_taken_when_it_is_the_only_one() -> None:
    lines = [line(1, description="blue chair"), line(2, description="red chair")]
    assert found("blue", lines) == [(1, By.TEXT)]
    assert choose(match("blue", lines)) == lines[0]


def test_a_single_letter_finds_nothing_inside_words() -> None:
    assert found("r") == []


def test_an_open_line_beats_one_that_is_done() -> None:
    same = {"sku": "X-1", "part": 9, "supplier_part": 8}
    lines = [line(1, received=D(10), **same), line(2, **same)]
    assert choose(match("X-1", lines)) == lines[1]


def test_of_two_lines_of_the_same_goods_the_one_due_first_is_filled_first() -> None:
    same = {"sku": "X-1", "part": 9, "supplier_part": 8}
    lines = [line(1, target=date(2027, 5, 1), **same), line(2, target=date(2027, 4, 1), **same), line(3, **same)]
    assert [pk for pk, _ in found("X-1", lines)] == [2, 1, 3]
    assert choose(match("X-1", lines)) == lines[1]


def test_a_part_bought_as_two_supplier_parts_must_be_chosen_between() -> None:
    lines = [line(1, part=9, ipn="P9"), line(2, part=9, ipn="P9")]
    assert choose(match("P9", lines)) is None
    assert choose(match("SKU-2", lines)) == lines[1]


def test_a_line_that_is_done_is_found_when_there_is_no_other() -> None:
    done = line(1, received=D(10))
    assert choose(match("SKU-1", [done, line(2)])) == done


def test_a_stock_item_leads_to_the_line_of_its_supplier_part() -> None:
    scanned = known_of({"stockitem": {"pk": 7, "instance": {"part": 102, "supplier_part": 202}}})
    assert scanned == Known("stockitem", 7, 102, 202)
    assert found("whatever", LINES, scanned) == [(2, By.BARCODE)]


def test_what_the_server_knows_is_not_matched_by_its_words() -> None:
    assert found("SKU-1", LINES, Known("stocklocation", 5)) == []


def test_a_returned_item_is_found_by_its_own_code_and_by_its_serial_number() -> None:
    lines = [line(1, item=501, serial="17", sku=""), line(2, item=502, serial="18", sku="")]
    assert found("INV-SI502", lines) == [(2, By.BARCODE)]
    assert found("17", lines) == [(1, By.SERIAL)]


@pytest.mark.parametrize(
    "text",
    ["", "inv-sp1", "INV-ZZ1", "INV-SP", "{", "[1]", '{"part": "1"}', '{"part": true}', '{"nosuch": 1}', "{" * 5000],
)
def test_what_is_no_code_of_ours_is_none(text: str) -> None:
    assert own_code(text) is None


def test_words_are_not_taken_for_barcodes() -> None:
    assert [text for text in ("4006381333931", "C_100nF", "blue chair 4", "screw", "A1", "INV-SL5") if
            looks_like_code(text)] == ["4006381333931", "C_100nF", "INV-SL5"]  # fmt: skip


# Quantities

REEL = line(1, ordered=D(4), received=D(1), pack=Pack(D(25)))
WIRE = line(2, ordered=D(2), pack=Pack(D("30.48"), "m"))


def test_packs_are_said_with_what_they_hold() -> None:
    assert REEL.pack.text(REEL.outstanding) == "3 packs of 25 = 75 pcs"
    assert REEL.pack.text(D(1)) == "1 pack of 25 = 25 pcs"
    assert WIRE.pack.text(D(2)) == "2 packs of 30.48 = 60.96 m"
    assert Pack(units="m").text(D(5)) == "5 m"
    assert Pack().text(D(5)) == "5"


@pytest.mark.parametrize(
    ("text", "packs"),
    [("3", "3"), ("2*12+3", "27"), ("75 pcs", "3"), ("75pcs", "3"), ("3*25 p", "3"), ("50 шт", "2"), ("10 pcs", "0.4")],
)
def test_a_quantity_counts_packs_unless_it_says_pieces(text: str, packs: str) -> None:
    assert parse_received(text, REEL) == D(packs)


def test_the_unit_of_the_part_counts_what_is_in_the_packs() -> None:
    assert parse_received("60.96 m", WIRE) == 2
    with pytest.raises(QuantityError, match=r"100 m is no number of packs of 30\.48"):
        parse_received("100 m", WIRE)


@pytest.mark.parametrize("text", ["", "0", "SKU-1", "5 boxes", "-3", "1/0", "0 pcs", "1" * 100])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_received(text, REEL)


def test_a_return_is_received_whole() -> None:
    returned = line(1, item=5, ordered=D(1))
    assert parse_received("1", returned) == 1
    with pytest.raises(QuantityError, match="received whole: 1"):
        parse_received("2", returned)


@given(st.decimals("0.00001", "99999", places=5), st.sampled_from(["1", "25", "100", "0.5", "30.48", "12"]))
def test_pieces_and_packs_are_exact_both_ways(packs: Decimal, size: str) -> None:
    pack = Pack(D(size))
    pieces = pack.pieces(packs)
    if pieces == packs * D(size):
        assert pack.packs(pieces) == packs


def test_what_is_over_or_short_is_said_with_all_figures() -> None:
    ordered = line(1, ordered=D(100), received=D(40))
    assert over_or_short(ordered, D(80)) == "Ordered 100, received before 40, now 80: 20 more than ordered."
    assert over_or_short(ordered, D(30)) == "Ordered 100, received before 40, now 30: 30 still to come."
    assert over_or_short(ordered, D(60)) == ""
    assert over_or_short(REEL, D(4)) == "Ordered 4 packs, received before 1, now 4: 1 more than ordered."
    assert over_or_short(line(1), D(11)) == "Ordered 10, now 11: 1 more than ordered."


def test_outstanding_is_never_below_nothing() -> None:
    assert line(1, received=D(15)).outstanding == 0
    assert line(1, received=D(15)).is_done
    assert line(1, received=D("9.99999")).outstanding == D("0.00001")


# From the answers of the server

ROW: dict[str, Any] = {
    "pk": 29, "order": 17, "quantity": 3.0, "received": 2.0, "part": 6, "target_date": "2027-02-03",
    "destination": None, "sku": "R_4K7_0603.100PCK", "mpn": None, "ipn": None, "internal_part": 4,
    "internal_part_name": "R_4K7_0603", "destination_detail": {"pk": 2, "name": "Bathroom", "pathstring": ""},
    "part_detail": {"pk": 4, "IPN": None, "barcode_hash": "", "full_name": "R_4K7_0603", "units": "",
                    "description": "4.7kOhm resistor", "trackable": False, "default_location": 2},
    "supplier_part_detail": {"pk": 6, "SKU": "R_4K7_0603.100PCK", "pack_quantity": "100",
                             "pack_quantity_native": 100.0, "barcode_hash": "abc", "MPN": None},
}  # fmt: skip


def test_a_row_of_the_server_is_read() -> None:
    (read,) = lines_of([ROW])
    assert (read.pk, read.label, read.sku, read.part, read.supplier_part) == (
        29,
        "R_4K7_0603",
        "R_4K7_0603.100PCK",
        4,
        6,
    )
    assert (read.ordered, read.received, read.outstanding, read.pack) == (D(3), D(2), D(1), Pack(D(100)))
    assert read.barcodes == {"abc"}
    assert read.target == date(2027, 2, 3)
    assert read.destination is not None
    assert (read.destination.pk, read.destination.path, read.destination_of) == (2, "Bathroom", "part")


@pytest.mark.parametrize(("own", "order", "source"), [(2, None, "line"), (None, 2, "order"), (None, 9, "part")])
def test_what_wants_the_goods_somewhere_is_told(own: int | None, order: int | None, source: str) -> None:
    (read,) = lines_of([ROW | {"destination": own}], destination=order)
    assert read.destination_of == source


def test_an_older_server_that_names_only_keys_will_do() -> None:
    bare = {"pk": 1, "quantity": 5, "destination": 7}
    (read,) = lines_of([bare])
    assert (read.name, read.ordered, read.pack) == ("deleted part", D(5), Pack())
    assert read.destination is not None
    assert (read.destination.pk, read.destination_of) == (7, "line")


def test_a_line_of_a_return_is_one_item() -> None:
    row = {
        "pk": 1, "item": 501, "quantity": 1.0, "received_date": None,
        "item_detail": {"pk": 501, "part": 9, "serial": "1"}, "part_detail": {"pk": 9, "full_name": "Blue Chair"},
    }  # fmt: skip
    (read,) = lines_of([row], returned=True)
    assert (read.label, read.item, read.outstanding) == ("Blue Chair #1", 501, D(1))
    (back,) = lines_of([row | {"received_date": "2026-11-22"}], returned=True)
    assert back.is_done


@given(st.text(max_size=40))
def test_no_text_breaks_the_search(text: str) -> None:
    lines = [replace(each, barcodes=frozenset(("x",))) for each in LINES]
    assert all(hit.line in lines for hit in match(text, lines))
    with_text = [line(5, name=text or "x")]
    assert choose(match(with_text[0].name, with_text)) in (with_text[0], None)
