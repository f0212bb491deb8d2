"""Walking order: natural order of location paths."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tui.walking import shared_path, walking_key

PATHS = st.text("aB1029 /é", max_size=12)


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["Factory/Shelf A1", "Factory/Shelf A2", "Factory/Shelf A10", "Factory/Shelf B1"]
    mixed = names[:]
    random.Random(3).shuffle(mixed)
    assert sorted(mixed, key=walking_key) == names


def test_what_is_below_a_location_follows_it() -> None:
    walk = ["Hall 1", "Hall 1/Bin 2", "Hall 1/Bin 11", "Hall 1 B", "Hall 2", "Hall 10/Bin 1"]
    backwards = walk[::-1]
    assert sorted(backwards, key=walking_key) == walk


def test_leading_zeros_case_and_blanks_make_no_difference() -> None:
    assert sorted(["a 010", "A  9", "a 11"], key=walking_key) == ["A  9", "a 010", "a 11"]


def test_what_lies_nowhere_comes_last() -> None:
    assert sorted(["", "zzz", "1"], key=walking_key) == ["1", "zzz", ""]


def test_a_number_of_any_length_sorts() -> None:
    assert sorted(["A" + "9" * 6000, "A" + "1" * 6001, "A5"], key=walking_key)[0] == "A5"


def test_what_all_paths_share_need_not_be_said() -> None:
    assert shared_path(["F/Room B/A1", "F/Room B/A2", ""]) == "F/Room B/"
    assert shared_path(["F/Room B/A1", "F/Room C/A2"]) == "F/"
    assert shared_path(["F/Room B", "F/Room B/A2"]) == "F/"
    assert shared_path(["F/A1"]) == "F/"
    assert shared_path(["A1", "B1"]) == shared_path([]) == ""


@given(st.lists(PATHS, max_size=8))
def test_the_order_does_not_depend_on_where_one_begins(paths: list[str]) -> None:
    backwards = paths[::-1]
    assert sorted(paths, key=walking_key) == sorted(backwards, key=walking_key)


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_any_two_numbers_sort_by_value(first: int, second: int) -> None:
    ordered = walking_key(f"S{first}") < walking_key(f"S{second}")
    assert ordered == (first < second)
