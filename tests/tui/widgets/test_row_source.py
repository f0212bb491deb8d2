"""Rows in pages: what was stored is found again or gone, never elsewhere, and memory is bounded."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.row_source import ListRows, PagedRows


def row(pk: int) -> dict[str, Any]:
    return {"pk": pk}


@settings(deadline=None)  # busy machines
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=20), st.integers(1, 40), st.integers(1, 5))
def test_what_was_stored_is_there_or_gone(fetches: list[tuple[int, int]], page_size: int, keep_pages: int) -> None:
    rows = PagedRows(page_size=page_size, keep_pages=keep_pages)
    for first, count in fetches:
        rows.store(first, [row(1000 + index) for index in range(first, first + count)], total=400)
        for index in range(400):
            loaded = rows.get(index)
            assert loaded in (None, row(1000 + index))
            assert rows.index_of(1000 + index) == (None if loaded is None else index)
        assert sum(rows.get(index) is not None for index in range(400)) <= page_size * keep_pages


@given(st.integers(-5, 1000), st.integers(0, 300), st.integers(1, 100))
def test_a_window_is_whole_pages_around_what_is_wanted(first: int, count: int, page_size: int) -> None:
    start, length = PagedRows(page_size=page_size).window(first, count)
    assert start % page_size == length % page_size == 0
    assert start <= max(0, first)
    assert start + length >= first + count
    assert length > 0


def test_another_total_makes_the_rest_out_of_date() -> None:
    rows = PagedRows(page_size=10)
    rows.store(0, [row(number) for number in range(10)], total=30)
    rows.store(10, [row(number) for number in range(10, 20)], total=30)
    assert rows.get(5) == row(5)
    rows.store(10, [row(number) for number in range(11, 21)], total=31)
    assert rows.get(5) is None
    assert (rows.get(10), rows.index_of(11), rows.total) == (row(11), 10, 31)


def test_a_row_that_moved_is_found_where_it_is() -> None:
    rows = PagedRows(page_size=10)
    rows.store(0, [row(1), row(2), row(3)], total=3)
    rows.store(0, [row(9), row(1), row(2)], total=3)
    assert [rows.index_of(pk) for pk in (9, 1, 2, 3)] == [0, 1, 2, None]


def test_a_refresh_replaces_everything() -> None:
    rows = PagedRows(page_size=2)
    rows.store(0, [row(1), row(2), row(3), row(4)], total=4)
    rows.replace(2, [row(3)], total=3)
    assert [rows.get(index) for index in range(4)] == [None, None, row(3), None]
    assert rows.index_of(1) is None


def test_a_list_is_a_source() -> None:
    rows = ListRows([row(7), row(8)])
    assert (rows.total, rows.get(1), rows.get(2), rows.get(-1)) == (2, row(8), None, None)
    assert (rows.index_of(8), rows.index_of(9)) == (1, None)
