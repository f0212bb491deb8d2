"""What is typed at the count prompt, and which line a code stands for."""

from decimal import Decimal

import pytest

from tui.counting.codes import best_line, lines_for, lines_matching, location_of
from tui.counting.lines import CountLine
from tui.counting.typed import Asks, Typed, looks_scanned, read_typed
from tui.stock_actions.quantities import QuantityError

LINES = [
    CountLine(0, part=1, name="M3 bolt", ipn="B-3", item=11, location=5, path="Hall/A2", batch="L7"),
    CountLine(1, part=1, name="M3 bolt", ipn="B-3", item=12, location=6, path="Hall/A10", batch="L8"),
    CountLine(2, part=2, name="Lamp", ipn="0614141", item=13, location=6, path="Hall/A10", serial="77"),
]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", Typed(Asks.NOTHING)),
        ("12", Typed(Asks.SET, Decimal(12))),
        ("12*24+7", Typed(Asks.SET, Decimal(295))),
        ("0", Typed(Asks.SET, Decimal(0))),
        ("2,5", Typed(Asks.SET, Decimal("2.5"))),
        ("+7", Typed(Asks.ADD, Decimal(7))),
        ("+2*6", Typed(Asks.ADD, Decimal(12))),
        ("-7", Typed(Asks.ADD, Decimal(-7))),
        ("s", Typed(Asks.SKIP)),
        ("/m3 bolt", Typed(Asks.JUMP, text="m3 bolt")),
        ("INV-SI12", Typed(Asks.FIND, text="INV-SI12")),
        ("4006381333931", Typed(Asks.FIND, text="4006381333931")),
    ],
)
def test_what_is_typed(text: str, typed: Typed) -> None:
    assert read_typed(text) == typed


@pytest.mark.parametrize("text", ["+", "-", "12+", "bolt", "1.2.3", "5/0"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        read_typed(text)


@pytest.mark.parametrize(
    ("text", "largest", "odd"),
    [("12345678", None, True), ("1234567", None, False), ("0614", None, True), ("070", None, False),
     ("50000", 12, True), ("50000", 40_000, False), ("2024-11-05", None, True), ("900", 1, False), ("12*24", 1, False)],
)  # fmt: skip
def test_digits_that_look_scanned(text: str, largest: int | None, odd: bool) -> None:
    value = read_typed(text).quantity
    assert looks_scanned(text, value, None if largest is None else Decimal(largest)) is odd


def test_codes_of_every_kind_find_their_line() -> None:
    assert lines_for(LINES, "INV-SI12") == [LINES[1]]
    assert lines_for(LINES, '{"stockitem": 13}') == [LINES[2]]
    assert lines_for(LINES, "77") == [LINES[2]]
    assert lines_for(LINES, "l8") == [LINES[1]]
    assert lines_for(LINES, "B-3") == LINES[:2]
    assert lines_for(LINES, "[)>\x1e06\x1dPB-3\x1d1TL8\x1e\x04") == [LINES[1]]
    assert lines_for(LINES, "[)>\x1e06\x1dPB-3\x1d1TL9\x1e\x04") == []
    assert lines_for(LINES, "INV-SI99") == lines_for(LINES, "INV-SL5") == []
    assert location_of(LINES, "INV-SL6") == (6, "Hall/A10")
    assert location_of(LINES, "a10") == (6, "Hall/A10")
    assert location_of(LINES, "A") is None


def test_of_several_lines_the_open_one_here_is_meant() -> None:
    assert best_line(LINES[:2], 6, ()) == LINES[1]
    assert best_line(LINES[:2], 6, (1,)) == LINES[0]
    assert best_line([], 6, ()) is None


def test_a_search_finds_words_wherever_they_stand_whole_ones_first() -> None:
    assert lines_matching(LINES, "a10 bolt") == [LINES[1]]
    assert lines_matching(LINES, "m3") == LINES[:2]
    assert lines_matching(LINES, " ") == []
