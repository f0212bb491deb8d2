"""Reading and writing barcodes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.barcodes import Reference, barcode_hash, barcode_text, references

CODES = {"supplierpart": "SP", "part": "PA", "stockitem": "SI", "stocklocation": "SL"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV-SI1", [Reference("stockitem", 1, short=True)]),
        ("INV-SL0042", [Reference("stocklocation", 42, short=True)]),
        ('{"stockitem": 1}', [Reference("stockitem", 1)]),
        ('{"stockitem": "17"}', [Reference("stockitem", 17)]),
        ('{"stockitem": 1, "part": 2}', [Reference("part", 2), Reference("stockitem", 1)]),
        ("inv-SI1", []),
        ("INV-si1", []),
        ("INV-ZZ1", []),
        ("INV-SI", []),
        ("INV-SI1x", []),
        ("INV-SI1\n", []),
        ("INV-SI99999999999999999999", []),
        ('{"stockitem":', []),
        ('{"stockitem": true}', []),
        ('{"stockitem": -1}', []),
        ('{"stockitem": 1.5}', []),
        ('{"stockitem": null}', []),
        ('{"nosuch": 1}', []),
        ('["stockitem", 1]', []),
        ('{"a":' * 5000, []),
        ("4006381333931", []),
        ("", []),
    ],
)
def test_an_internal_code_names_an_object(text: str, found: list[Reference]) -> None:
    assert references(text, CODES) == found


def test_another_prefix_makes_other_short_codes() -> None:
    assert references("W.1-PA7", CODES, prefix="W.1-") == [Reference("part", 7, short=True)]
    assert references("Wx1-PA7", CODES, prefix="W.1-") == []


@given(kind=st.sampled_from(sorted(CODES)), pk=st.integers(1, 2**63 - 1), short=st.booleans())
def test_what_is_written_is_read_again(kind: str, pk: int, short: bool) -> None:
    text = barcode_text(kind, CODES[kind], pk, short=short)
    assert references(text, CODES) == [Reference(kind, pk, short=short)]


def test_the_hash_is_that_of_inventree() -> None:
    assert barcode_hash("EAN-4006381333931") == "e5a439a7703ec8f0b4e5b99d66f9f61a"
    assert barcode_hash('{"stocklocation": 5}') == "4670566b40f5894328bab4cc0e6b659d"


@pytest.mark.parametrize("noisy", [" AB12 ", "AB\x1d12", "AB\x0012\r\n", "AB\u200b12", "AB\ud80012"])
def test_control_characters_do_not_change_the_hash(noisy: str) -> None:
    assert barcode_hash(noisy) == hashlib.md5(b"AB12").hexdigest()


def test_letters_of_any_script_count() -> None:
    assert barcode_hash("Ящик 7") != barcode_hash("Полка 7")


@given(st.text(max_size=300))
def test_any_text_can_be_scanned(text: str) -> None:
    assert len(barcode_hash(text)) == 32
    assert all(reference.kind in CODES and reference.pk >= 0 for reference in references(text, CODES))
