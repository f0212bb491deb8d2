"""Labels are read as their standards say, and what is no label is left alone."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.scanning.label import GROUP, check_digit, read_label

GTIN = "09506000134352"


def test_a_gs1_symbol_gives_its_fields() -> None:
    label = read_label(f"]d201{GTIN}1730061510LOT-7{GROUP}2112345{GROUP}37120")
    assert label is not None
    assert (label.gtin, label.batch, label.serial, label.quantity) == (GTIN, "LOT-7", "12345", Decimal(120))
    assert label.expiry == date(2030, 6, 15)
    assert not label.weight
    assert label.codes == (GTIN, GTIN.lstrip("0"), "12345")


def test_a_label_typed_as_printed_is_read_too() -> None:
    assert read_label(f"(01){GTIN}(10)A(30)5") == read_label(f"]C101{GTIN}10A{GROUP}305")


def test_weights_have_their_decimals() -> None:
    label = read_label(f"]C101{GTIN}3103001250")
    assert label is not None
    assert (label.quantity, label.weight) == (Decimal("1.250"), True)


def test_day_00_is_the_last_of_the_month() -> None:
    label = read_label(f"]C101{GTIN}17280200")
    assert label is not None
    assert label.expiry == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        f"]C101{GTIN[:-1]}3",  # wrong check digit
        f"]C101{GTIN}17301315",  # no such month
        f"]C101{GTIN}30x",  # no number
        f"]C101{GTIN[:9]}",  # cut short
        f"]C101{GTIN}10" + "A" * 21,  # batches have 20 characters at most
        "0123456789012",  # an EAN, no identifiers
        "4711", "", "INV-SI12", '{"stockitem": 1}', "[)>\x1e05\x1dP1\x1e\x04", "[)>\x1e06\x1dQmany\x1e\x04",
    ],
)  # fmt: skip
def test_what_breaks_the_rules_is_no_label(text: str) -> None:
    assert read_label(text) is None


def test_mh10_gives_part_quantity_lot_and_order() -> None:
    label = read_label("[)>\x1e06\x1dP296-1234-1-ND\x1d1PSN74LS00N\x1dKPO-0012\x1dQ250\x1d1TL42\x1dSX9\x1e\x04")
    assert label is not None
    assert (label.part, label.supplier_part, label.order) == ("296-1234-1-ND", "SN74LS00N", "PO-0012")
    assert (label.quantity, label.batch, label.serial) == (Decimal(250), "L42", "X9")
    assert label.codes == ("SN74LS00N", "296-1234-1-ND", "X9")


def test_a_scanner_may_drop_the_record_separators() -> None:
    assert read_label("[)>06\x1dPA1\x1dQ5") == read_label("[)>\x1e06\x1dPA1\x1dQ5\x1e\x04")


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_every_gtin_with_its_check_digit_is_taken(digits: str) -> None:
    label = read_label(f"]C101{digits}{check_digit(digits)}")
    assert label is not None
    assert label.gtin[:-1] == digits


@given(st.from_regex(r"[0-9]{13}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_a_digit_read_wrongly_is_noticed(digits: str, place: int, wrong: int) -> None:
    right = f"{digits}{check_digit(digits)}"
    broken = right[:place] + str((int(right[place]) + wrong) % 10) + right[place + 1 :]
    assert read_label(f"]C101{broken}") is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    for begin in ("", "]C1", "]d201", "[)>\x1e06\x1d", "("):
        label = read_label(begin + text)
        assert label is None or label.fields
