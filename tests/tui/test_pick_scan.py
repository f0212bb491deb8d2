"""Which codes confirm the location and the item of a pick, and what is said of the others."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tui.orders.pick_scan import Scanned, is_item, is_location, known_code, wrong_item, wrong_location
from tui.orders.picking import Lot, Pick, PickLine

LOT = Lot(
    5, 1, "M3 bolt", Decimal(40), Decimal(40), path="Factory/Shelf A2", location=7, batch="B7", ipn="002.01",
)  # fmt: skip
PICK = Pick(PickLine(1, 1, "M3 bolt", Decimal(12)), LOT, Decimal(12))


@pytest.mark.parametrize(
    "text", ["INV-SL7", "inv-sl7", '{"stocklocation": 7}', "shelf a2", "Factory/Shelf A2", "Shelf A2/"]
)
def test_these_are_the_location(text: str) -> None:
    assert is_location(text, PICK)


@pytest.mark.parametrize(
    "text", ["", "INV-SL8", "INV-SI7", "Shelf A20", "A2", "Factory", '{"stocklocation": "7"}', "{"]
)
def test_these_are_not_the_location(text: str) -> None:
    assert not is_location(text, PICK)


@pytest.mark.parametrize("text", ["INV-SI5", '{"stockitem": 5}', "b7", "002.01", "m3 BOLT", "INV-PA1"])
def test_these_are_the_item_where_it_lies_alone(text: str) -> None:
    assert is_item(text, PICK, [LOT])


@pytest.mark.parametrize("text", ["", "INV-SI6", "INV-PA2", "B8", "12"])
def test_these_are_not_the_item(text: str) -> None:
    assert not is_item(text, PICK, [LOT])


def test_beside_another_item_of_the_part_only_what_tells_them_apart_counts() -> None:
    both = [LOT, replace(LOT, pk=6, batch="B8")]
    assert [is_item(text, PICK, both) for text in ("002.01", "INV-PA1", "M3 bolt")] == [False] * 3
    assert is_item("B7", PICK, both)
    assert "Scan the batch: batch B7" in wrong_item("002.01", PICK, both, None)
    assert not is_item("B7", PICK, [LOT, replace(LOT, pk=6)])
    assert is_item("002.01", PICK, [LOT, replace(LOT, pk=6, location=8)])


def test_of_serialised_stock_only_the_number_counts() -> None:
    lot = replace(LOT, serial="12", batch="")
    pick = replace(PICK, lot=lot)
    assert is_item("#12", pick, [lot])
    assert not is_item("INV-PA1", pick, [lot])
    assert not is_item("M3 bolt", pick, [lot])


def test_a_linked_barcode_counts_as_what_it_stands_for() -> None:
    assert is_location("4006381333931", PICK, Scanned("stocklocation", 7))
    assert is_item("4006381333931", PICK, [LOT], Scanned("supplierpart", 3, part=1))
    assert not is_item("4006381333931", PICK, [LOT], Scanned("supplierpart", 3, part=2))


def test_a_refusal_says_what_it_is_and_what_is_wanted() -> None:
    assert wrong_location("x", PICK, Scanned("stocklocation", 8, None, "Factory/Shelf A10")) == (
        "This is Factory/Shelf A10. Go to Factory/Shelf A2."
    )
    assert wrong_location("INV-SI5", PICK, None) == "This is the item. Scan the location Factory/Shelf A2 first."
    assert wrong_item("INV-SL7", PICK, [LOT], None) == "This is a location. Scan the item: M3 bolt (batch B7)."
    other = replace(LOT, pk=6, batch="B8")
    assert wrong_item("INV-SI6", PICK, [LOT, other], None).startswith(
        "This is M3 bolt (batch B8), not M3 bolt (batch B7)"
    )
    assert "…" in wrong_location("y" * 500, PICK, None)


def test_an_unknown_text_is_no_code() -> None:
    assert known_code("INV-XX5") is known_code("[1]") is known_code("{}") is None


def test_a_label_is_the_item_by_its_part_and_then_its_batch() -> None:
    both = [LOT, replace(LOT, pk=6, batch="B8")]
    assert is_item("(240)002.01(10)B7(37)10", PICK, both)
    assert is_item("(240)002.01(37)10", PICK, [LOT])
    assert not is_item("(240)002.01(37)10", PICK, both)
    assert not is_item("(240)002.01(10)B8", PICK, [LOT])
    assert not is_item("(240)777.01(10)B7", PICK, [LOT])
    known = Scanned("supplierpart", 3, part=1)
    assert is_item("[)>\x1e06\x1d1PSKU-1\x1d1TB7\x1e\x04", PICK, both, known)
    assert not is_item("[)>\x1e06\x1d1PSKU-1\x1d1TB8\x1e\x04", PICK, both, known)
