"""Columns share the width there is, and cells are exactly as wide as they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.hostile import HOSTILE
from tui.widgets.columns import GAP, Column, fit, share_width

columns = st.lists(
    st.builds(
        Column,
        key=st.uuids().map(str),
        title=st.just("Title"),
        text=st.just(str),
        width=st.integers(1, 30),
        min_width=st.integers(0, 30),
        flex=st.integers(0, 3),
        priority=st.integers(0, 9),
    ),
    min_size=1,
    max_size=9,
)


def column(key: str, width: int, **options: int) -> Column:
    return Column(key, key.title(), str, width=width, **options)  # type: ignore[arg-type]


@given(columns, st.integers(1, 160))
def test_columns_never_need_more_than_there_is(declared: list[Column], room: int) -> None:
    shown = share_width(declared, room)
    assert 1 <= sum(width for _, width in shown) + GAP * (len(shown) - 1) <= room
    assert all(width > 0 for _, width in shown)
    places = [declared.index(column) for column, _ in shown]
    assert places == sorted(places)


@given(columns, st.integers(1, 160))
def test_what_goes_first_is_what_matters_least(declared: list[Column], room: int) -> None:
    shown = [column for column, _ in share_width(declared, room)]
    if len(shown) > 2:
        gone = [column for column in declared if column not in shown]
        assert all(lost.priority >= max(kept.priority for kept in shown) for lost in gone)


@given(st.text(), st.integers(0, 40), st.booleans())
def test_a_cell_is_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_cell_is_as_wide_as_its_column(name: str) -> None:
    cell = fit(HOSTILE[name], 12)
    assert cell_len(cell) == 12
    assert cell.isprintable()


def test_columns_get_their_width_then_the_flexible_ones_the_rest() -> None:
    declared = [
        column("part", 10, min_width=6, flex=1),
        column("batch", 8, priority=6),
        column("status", 6, priority=2),
    ]
    assert [width for _, width in share_width(declared, 60)] == [44, 8, 6]
    assert [width for _, width in share_width(declared, 22)] == [6, 8, 6]
    assert [(column.key, width) for column, width in share_width(declared, 20)] == [("part", 13), ("status", 6)]
    assert [(column.key, width) for column, width in share_width(declared, 10)] == [("part", 3), ("status", 6)]
    assert [column.key for column, _ in share_width(declared, 6)] == ["part"]


@pytest.mark.parametrize(
    ("text", "width", "options", "cell"),
    [
        ("bolt", 6, {}, "bolt  "),
        ("bolt", 6, {"right": True}, "  bolt"),
        ("M8 hexagon", 6, {}, "M8 he…"),
        ("12345.5", 5, {"right": True, "number": True}, "#####"),
        ("Болт М8", 5, {}, "Болт…"),
        ("漢字漢字", 6, {}, "漢字… "),
        ("漢字漢字", 7, {}, "漢字漢…"),
        ("a\nb\tc", 6, {}, "a b c "),
        ("\x1b[31mred", 6, {}, "\ufffdred  "),
        ("x", 0, {}, ""),
    ],
)
def test_cells(text: str, width: int, options: dict[str, bool], cell: str) -> None:
    assert fit(text, width, **options) == cell
