"""Reading serial numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import InvalidInput
from server.domain.serials import next_serial_number, read_serial_numbers, serial_number_as_int


@pytest.mark.parametrize(
    ("serial", "following"), [("", "1"), ("1", "2"), ("009", "010"), ("A99", "A100"), ("QQ", "QQ"), ("X-7", "X-8")]
)
def test_serial_numbers_count_on_by_their_last_number(serial: str, following: str) -> None:
    assert next_serial_number(serial) == following


@pytest.mark.parametrize(
    ("serial", "number"), [("12", 12), ("12A", 12), ("A12", 12), ("", 0), (None, 0), ("AB", 0), ("9" * 20, 0x7FFFFFFF)]
)
def test_serial_numbers_sort_by_the_number_in_them(serial: str | None, number: int) -> None:
    assert serial_number_as_int(serial) == number


@pytest.mark.parametrize(
    ("text", "quantity", "latest", "serials"),
    [
        ("2000-2002", 3, None, ["2000", "2001", "2002"]),
        ("A1 A2", 2, None, ["A1", "A2"]),
        ("1,2,,3", 3, None, ["1", "2", "3"]),
        ("~+", 2, "2002", ["2003", "2004"]),
        ("~, ~", 2, "2002", ["2003", "2004"]),
        ("5+", 3, None, ["5", "6", "7"]),
        ("5+2", 3, None, ["5", "6", "7"]),
        ("1, 4-6", 4, None, ["1", "4", "5", "6"]),
        ("X-1", 1, None, ["X-1"]),
        ("a-b-c, 2-3", 3, None, ["a-b-c", "2", "3"]),
    ],
)
def test_each_way_of_giving_many(text: str, quantity: int, latest: str | None, serials: list[str]) -> None:
    assert read_serial_numbers(text, quantity, latest) == serials


@pytest.mark.parametrize(
    ("text", "quantity", "error"),
    [
        ("", 1, "Empty serial number string"),
        ("1-2", 3, "Number of unique serial numbers (2) must match quantity (3)"),
        ("5,5", 2, "Duplicate serial: 5"),
        ("10-8", 2, "Group range 10-8 exceeds allowed quantity (2)"),
        ("A-B", 3, "Invalid group range: A-B"),
        ("4-4", 3, "Invalid group range: 4-4"),
        ("1++", 3, "Invalid group sequence: 1++"),
        ("1+x", 3, "Invalid group sequence: 1+x"),
        ("Q+", 3, "Invalid group sequence: Q+"),
        ("+", 2, "Invalid group sequence: +"),
        ("-5", 2, "Invalid group range: -5"),
        ("9" * 5000, 1, "Ensure this field has no more than 100 characters."),
        ("9" * 101, 1, "Ensure this field has no more than 100 characters."),
        (",", 1, "No serial numbers found"),
        ("1-2000", 2000, "Cannot serialize more than 1000 items at once"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, quantity: int, error: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_serial_numbers(text, quantity, None)
    assert refused.value.errors == [error]


@given(text=st.text(alphabet="0123456789AB-+~, ", max_size=30), quantity=st.integers(1, 50))
def test_whatever_is_given_the_serials_are_unique_and_as_many_as_wanted(text: str, quantity: int) -> None:
    try:
        serials = read_serial_numbers(text, quantity, "41")
    except InvalidInput:
        return
    assert len(serials) == len(set(serials)) == quantity
    assert all(serial == serial.strip() and serial for serial in serials)
