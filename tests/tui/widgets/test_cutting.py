"""Text that is cut or wrapped: no figure reads as another, names keep what tells them apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui.widgets.cutting import cut, cut_middle, wrap


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("On hand 1 038", 13, "On hand 1 038"),
        ("On hand 1 038", 12, "On hand …"),
        ("Counted 12 345.5 \u2192 12", 14, "Counted …"),
        ("-1 000", 4, "…"),
        ("C_100nF_0402", 10, "C_100nF_0…"),  # digits of a name
        ("", 0, ""),
        ("abc", 0, ""),
    ],
)
def test_a_figure_is_cut_as_a_whole(text: str, room: int, shown: str) -> None:
    assert cut(Content(text), room).plain == shown


@given(st.integers(-(10**9), 10**9), st.integers(0, 40))
def test_what_is_left_of_a_figure_is_all_of_it_or_nothing(number: int, room: int) -> None:
    figure = f"{number:,}".replace(",", " ")
    shown = cut(Content(f"On hand {figure} there"), room).plain
    assert cell_len(shown) <= max(room, 0)
    assert figure in shown or not re.search(r"\d", shown)


@pytest.mark.parametrize(
    ("name", "room", "shown"),
    [
        ("Factory/Office Block/Room 404", 20, "Factory/Of…/Room 404"),
        ("C_100nF_0402_X7R_16V", 12, "C_10…X7R_16V"),
        ("short", 12, "short"),
        ("名前の長い部品", 7, "名…部品"),
    ],
)
def test_a_name_keeps_both_ends(name: str, room: int, shown: str) -> None:
    assert cut_middle(name, room) == shown


@given(st.text(st.characters(categories=("L", "N", "P")), max_size=60), st.integers(0, 50))
def test_a_name_never_takes_more_room(name: str, room: int) -> None:
    assert cell_len(cut_middle(name, room)) <= room


def test_lines_are_not_broken_inside_a_figure() -> None:
    assert wrap("there are only 12 345 left", 17) == ["there are only", "12 345 left"]


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    assert wrap("one two three four", 9, 2) == ["one two", "three fo…"]
