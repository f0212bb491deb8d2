"""The table shows any number of rows through a window, keeps its cursor and marks by key, and repaints little."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from tests.tui.hostile import HOSTILE
from tests.tui.screen_text import screen_lines
from tui.terminal.app import TerminalApp
from tui.widgets.columns import Column
from tui.widgets.resource_table import ResourceTable
from tui.widgets.row_source import ListRows, PagedRows

COLUMNS = [
    Column("part", "Part", lambda row: row["part"], width=14, min_width=8, flex=1, priority=0),
    Column("batch", "Batch", lambda row: f"B{row['pk']}", width=8, priority=6),
    Column("quantity", "Quantity", lambda row: str(row["quantity"]), width=8, align="right", hint="number", priority=1),
    Column("status", "Status", lambda row: "OK" if row["pk"] % 3 else "Lost", width=6, hint="warn", priority=3),
]


def row(pk: int, part: str = "") -> dict[str, Any]:
    return {"pk": pk, "part": part or f"Part {pk}", "quantity": pk * 10}


def rows(count: int) -> ListRows:
    return ListRows([row(pk) for pk in range(1, count + 1)])


class CountingRows:
    """A million rows that are made when asked for, and how often they were."""

    total: int | None = 1_000_000

    def __init__(self) -> None:
        self.gets = 0

    def get(self, index: int) -> Any | None:
        self.gets += 1
        return row(index + 1)

    def key(self, row: Any) -> Hashable:
        key: int = row["pk"]
        return key

    def index_of(self, key: Hashable) -> int | None:
        return int(str(key)) - 1


class TableApp(TerminalApp[None]):
    """A table alone, and the messages it sent."""

    def __init__(self, table: ResourceTable) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_resource_table_rows_needed(self, message: ResourceTable.RowsNeeded) -> None:
        self.heard.append(message)

    def on_resource_table_marks_changed(self, message: ResourceTable.MarksChanged) -> None:
        self.heard.append(message)

    def on_virtual_list_cursor_moved(self, message: ResourceTable.CursorMoved) -> None:
        self.heard.append(message)

    def on_virtual_list_selected(self, message: ResourceTable.Selected) -> None:
        self.heard.append(message)

    def wanted(self) -> list[tuple[int, int]]:
        return [(heard.first, heard.count) for heard in self.heard if isinstance(heard, ResourceTable.RowsNeeded)]


def app_with(source: Any, **options: Any) -> TableApp:
    return TableApp(ResourceTable(COLUMNS, source, **options))


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_rows_stand_in_columns_under_their_titles() -> None:
    app = app_with(rows(3))
    app.table.sort_key, app.table.descending = "quantity", True
    async with app.run_test(size=(48, 6)) as pilot:
        await press(pilot, "down", "space")
        assert screen_lines(app) == [
            "  Part                  Batch    Quantit▼ Status",
            "  Part 1                B1             10 OK",
            " *Part 2                B2             20 OK",
            "> Part 3                B3             30 Lost",
            "",
            "",
        ]


@pytest.mark.parametrize(
    ("size", "titles", "first"),
    [
        ((132, 8), "  Part", "> Part 1"),
        ((40, 8), "  Part          Batch    Quantity Status", "> Part 1        B1             10 OK"),
        ((31, 8), "  Part          Quantity Status", "> Part 1              10 OK"),
        ((22, 8), "  Part        Quantity", "> Part 1            10"),
        ((14, 8), "  Pa… Quantity", "> Pa…       10"),
        ((6, 8), "  Part", "> Par…"),
    ],
)
async def test_narrow_tables_drop_what_matters_least(size: tuple[int, int], titles: str, first: str) -> None:
    app = app_with(rows(3))
    async with app.run_test(size=size):
        lines = screen_lines(app)
        assert lines[0].startswith(titles)
        assert lines[1].startswith(first)
        assert max(map(len, lines)) <= size[0]


async def test_a_long_figure_takes_blanks_of_its_neighbour_or_is_not_shown() -> None:
    app = app_with(ListRows([{**row(1, "Bolt"), "quantity": "1 000.12345"}, {**row(2, "B" * 9), "quantity": 10**10}]))
    async with app.run_test(size=(22, 5)):
        assert screen_lines(app)[1:3] == ["> Bolt     1 000.12345", "  BBBBBBBBB   ########"]


async def test_a_long_figure_takes_blanks_of_a_styled_neighbour_too() -> None:
    columns = [Column("part", "Part", lambda row: row["part"], width=12, hint="strong"), COLUMNS[2]]
    source = ListRows([row(1), {**row(2, "Bolt"), "quantity": "1 000.12345"}, {**row(3, "B" * 11), "quantity": 10**10}])
    app = TableApp(ResourceTable(columns, source))
    async with app.run_test(size=(23, 5)):
        assert screen_lines(app)[2:4] == ["  Bolt      1 000.12345", "  BBBBBBBBBBB  ########"]


async def test_very_low_tables_do_without_titles() -> None:
    app = app_with(rows(9))
    async with app.run_test(size=(30, 3)):
        assert [line[2:8] for line in screen_lines(app)] == ["Part 1", "Part 2", "Part 3"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_stay_in_their_cell(name: str) -> None:
    app = app_with(ListRows([row(1, HOSTILE[name]), row(2)]))
    async with app.run_test(size=(40, 6)):
        strips = app.screen._compositor.render_strips()
        assert [strip.cell_length for strip in strips] == [40] * 6
        assert all(strip.text.isprintable() for strip in strips)
        assert strips[1].text.endswith("10 OK    ")


async def test_an_empty_table_says_so() -> None:
    app = app_with(rows(0), empty_text="No stock \x1b[31mhere")
    async with app.run_test(size=(40, 5)) as pilot:
        assert screen_lines(app)[1] == "  No stock \ufffdhere"
        await press(pilot, "down", "end", "pagedown", "space", "enter")
        assert app.table.cursor == 0
        assert (app.table.current_row, app.table.position_text) == (None, "0 of 0")


async def test_a_table_that_does_not_know_yet_says_so_and_asks() -> None:
    app = app_with(PagedRows())
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        assert screen_lines(app)[1] == "  Loading…"
        assert app.wanted() == [(0, 20)]
        assert app.table.position_text == "…"


async def test_a_page_turns_with_one_line_kept_in_sight() -> None:
    app = app_with(rows(25))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, *["down"] * 9)
        assert (app.table.top, app.table.cursor) == (0, 9)
        await press(pilot, "down")
        assert (app.table.top, app.table.cursor) == (9, 10)
        await press(pilot, "up", "up")
        assert (app.table.top, app.table.cursor) == (0, 8)
        await press(pilot, "pagedown")
        assert (app.table.top, app.table.cursor) == (9, 17)
        await press(pilot, "pagedown")
        assert (app.table.top, app.table.cursor) == (15, 24)
        await press(pilot, "pageup")
        assert (app.table.top, app.table.cursor) == (6, 15)
        await press(pilot, "home")
        assert (app.table.top, app.table.cursor) == (0, 0)
        await press(pilot, "end")
        assert (app.table.top, app.table.cursor) == (15, 24)
        assert app.table.position_text == "25 of 25"


async def test_jumps_go_to_a_row_or_a_hundredth() -> None:
    app = app_with(CountingRows())
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.move_to(499_999)
        await pilot.pause()
        assert app.table.position_text == "500,000 of 1,000,000"
        assert any("Part 500000" in line for line in screen_lines(app))
        app.table.move_to_percent(100)
        assert app.table.cursor == 999_999
        app.table.move_to_percent(-3)
        assert app.table.cursor == 0
        assert app.table.move_to_key(77)
        assert app.table.current_row == row(77)


async def test_a_key_in_a_million_rows_looks_at_a_few_and_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    source = CountingRows()
    app = app_with(source)
    painted: list[int] = []
    paint = app.table.row_line

    def row_line(index: int, width: int) -> Any:
        painted.append(index)
        return paint(index, width)

    monkeypatch.setattr(app.table, "row_line", row_line)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "end", "up")
        painted.clear()
        source.gets = 0
        await press(pilot, "up")
        assert sorted(painted) == [999_997, 999_998]
        assert source.gets < 4 * 23


async def test_only_the_rows_near_the_cursor_are_asked_for() -> None:
    source = PagedRows(page_size=20)
    source.store(0, [row(pk) for pk in range(1, 41)], total=1_000_000)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "down")
        assert app.wanted() == []
        app.table.move_to(35)
        await pilot.pause()
        assert app.wanted() == [(40, 10)]
        await press(pilot, "end")
        await pilot.pause(0.2)
        assert app.wanted()[-1] == (999_990, 10)
        assert screen_lines(app)[10] == "> …"
        source.store(999_980, [row(pk) for pk in range(999_981, 1_000_001)], total=1_000_000)
        app.table.refresh_rows()
        await pilot.pause()
        assert screen_lines(app)[10].startswith("> Part 1")
        assert app.table.cursor == 999_999


async def test_a_running_cursor_asks_seldom_and_last_for_where_it_is() -> None:
    source = PagedRows(page_size=20)
    source.store(0, [row(1)], total=100_000)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        for _ in range(30):
            await pilot.press("pagedown")
        await pilot.pause(0.2)
        assert len(app.wanted()) < 25
        first, count = app.wanted()[-1]
        assert first <= app.table.cursor < first + count


async def test_a_refresh_keeps_the_cursor_on_its_row_and_line() -> None:
    source = rows(50)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, *["down"] * 15)
        line = app.table.cursor - app.table.top
        source.replace([row(90), row(91), row(92), *(row(pk) for pk in range(1, 51))])
        app.table.refresh_rows()
        await pilot.pause()
        assert app.table.current_row == row(16)
        assert app.table.cursor - app.table.top == line
        assert screen_lines(app)[1 + line].startswith("> Part 16")


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_was() -> None:
    source = rows(10)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, *["down"] * 4)
        source.replace([row(pk) for pk in range(1, 11) if pk != 5])
        app.table.refresh_rows()
        assert app.table.current_row == row(6)
        source.replace([row(1), row(2)])
        app.table.refresh_rows()
        await pilot.pause()
        assert app.table.current_row == row(2)


async def test_a_row_not_loaded_yet_is_waited_for() -> None:
    source = PagedRows(page_size=10)
    source.store(0, [row(pk) for pk in range(1, 31)], total=30)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, *["down"] * 12)
        source.replace(0, [row(pk) for pk in range(101, 111)], total=40)
        app.table.refresh_rows()
        assert app.table.current_row is None
        source.store(20, [row(pk) for pk in range(11, 21)], total=40)
        app.table.refresh_rows()
        await pilot.pause()
        assert app.table.current_row == row(13)


async def test_keys_while_everything_is_reloaded_do_not_lose_the_row() -> None:
    source = PagedRows(page_size=10)
    source.store(0, [row(pk) for pk in range(1, 31)], total=30)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, *["down"] * 12)
        source.clear()
        app.table.refresh_rows()
        await press(pilot, "down", "end")
        source.store(0, [row(pk) for pk in range(1, 31)], total=30)
        app.table.refresh_rows()
        await pilot.pause()
        assert app.table.current_row == row(13)


async def test_marks_stay_with_their_rows() -> None:
    source = rows(10)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "space", "down", "space")
        assert app.table.marked_keys == {1, 3}
        assert app.table.position_text == "4 of 10 · 2 marked"
        source.replace([row(pk) for pk in (7, 3, 1)])
        app.table.refresh_rows()
        await pilot.pause()
        assert [line[1:2] for line in screen_lines(app)[1:4]] == [" ", "*", "*"]
        assert [marked["pk"] for marked in app.table.chosen_rows] == [1, 3]
        await press(pilot, "escape")
        assert app.table.marked_keys == frozenset()
        assert app.table.chosen_rows == [app.table.current_row]


async def test_marking_again_unmarks() -> None:
    app = app_with(rows(3))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "space", "up", "space")
        assert app.table.marked_keys == frozenset()


async def test_a_range_is_drawn_then_marked() -> None:
    app = app_with(rows(10))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "down", "v", "down", "down")
        assert [line[:2] for line in screen_lines(app)[1:6]] == ["  ", " +", " +", ">+", "  "]
        await press(pilot, "up")
        assert [line[:2] for line in screen_lines(app)[1:6]] == ["  ", " +", ">+", "  ", "  "]
        await press(pilot, "v")
        assert app.table.marked_keys == {2, 3}
        await press(pilot, "v", "end", "escape")
        assert app.table.marked_keys == {2, 3}
        assert not app.table.range_active


async def test_shift_and_arrows_mark_as_they_go() -> None:
    app = app_with(rows(10))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "shift+down", "shift+down", "down", "down", "shift+up")
        assert app.table.marked_keys == {1, 2, 3, 4, 5}


async def test_a_range_says_what_it_could_not_mark() -> None:
    source = PagedRows(page_size=10)
    source.store(0, [row(pk) for pk in range(1, 11)], total=100)
    app = app_with(source)
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "v", "end", "v")
        assert len(app.table.marked_keys) == 10
        changed = [heard for heard in app.heard if isinstance(heard, ResourceTable.MarksChanged)]
        assert changed[-1].not_loaded == 90


async def test_enter_and_a_second_click_open_the_row() -> None:
    app = app_with(rows(10))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "down", "enter")
        await pilot.click(ResourceTable, offset=(5, 4), times=2)
        await pilot.pause()
        opened = [heard.index for heard in app.heard if isinstance(heard, ResourceTable.Selected)]
        assert opened == [1, 3]


async def test_another_size_keeps_the_cursor_in_sight() -> None:
    app = app_with(rows(100))
    async with app.run_test(size=(40, 31)) as pilot:
        await press(pilot, *["down"] * 28)
        await pilot.resize_terminal(40, 11)
        await pilot.pause()
        assert app.table.cursor == 28
        assert app.table.cursor in app.table.visible_range
        await pilot.resize_terminal(40, 120)
        await pilot.pause()
        assert app.table.top == 0


async def test_the_terminals_cursor_follows_for_screen_readers() -> None:
    app = app_with(rows(10))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "down", "down")
        assert app.cursor_position == (0, 3)


async def test_other_columns_are_shown_at_once() -> None:
    app = app_with(rows(2))
    async with app.run_test(size=(40, 5)) as pilot:
        app.table.columns = COLUMNS[2:]
        app.table.show_sorted("status")
        await pilot.pause()
        assert screen_lines(app)[0] == "  Quantity Statu▲"
        assert [column.key for column in app.table.shown_columns] == ["quantity", "status"]


async def test_another_source_starts_at_its_first_row() -> None:
    app = app_with(rows(10))
    async with app.run_test(size=(40, 11)) as pilot:
        await press(pilot, "end")
        app.table.source = rows(4)
        await pilot.pause()
        assert (app.table.cursor, app.table.row_count) == (0, 4)
