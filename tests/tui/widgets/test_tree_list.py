"""The tree shows locations below each other, keeps its cursor by key and stays quick with thousands of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.tui.hostile import HOSTILE
from tests.tui.screen_text import screen_lines
from tui.terminal.app import TerminalApp
from tui.widgets.tree_list import TreeList, TreeNode

WAREHOUSE = [
    TreeNode(1, None, "Factory", "1,204", has_children=True),
    TreeNode(2, 1, "Mechanical Lab", "12", has_children=True),
    TreeNode(3, 2, "Shelf A", "7"),
    TreeNode(4, 2, "Shelf B", "5"),
    TreeNode(5, 1, "Office", "0"),
    TreeNode(6, None, "Offsite", "88"),
]


class TreeApp(TerminalApp[None]):
    """A tree alone, and what it asked for."""

    def __init__(self, tree: TreeList) -> None:
        super().__init__()
        self.locations = tree
        self.asked: list[Hashable] = []
        self.moves = 0

    def compose(self) -> ComposeResult:
        yield self.locations

    def on_mount(self) -> None:
        self.locations.focus()

    def on_tree_list_children_needed(self, message: TreeList.ChildrenNeeded) -> None:
        self.asked.append(message.key)

    def on_virtual_list_cursor_moved(self) -> None:
        self.moves += 1


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def current(app: TreeApp) -> Any:
    assert app.locations.current_node is not None
    return app.locations.current_node.key


async def test_branches_open_and_close() -> None:
    app = TreeApp(TreeList(WAREHOUSE))
    async with app.run_test(size=(26, 7)) as pilot:
        assert screen_lines(app)[:3] == [
            ">+ Factory          1,204",
            "   Offsite             88",
            "",
        ]
        await press(pilot, "right", "down", "right", "down")
        assert screen_lines(app) == [
            " - Factory          1,204",
            "   - Mechanical Lab    12",
            ">      Shelf A          7",
            "       Shelf B          5",
            "     Office             0",
            "   Offsite             88",
            "",
        ]
        await press(pilot, "left")
        assert current(app) == 2
        await press(pilot, "left")
        assert screen_lines(app)[1] == ">  + Mechanical Lab    12"
        await press(pilot, "left", "space")
        assert current(app) == 1
        assert app.locations.row_count == 2


async def test_children_are_asked_for_when_they_are_not_known() -> None:
    app = TreeApp(TreeList(WAREHOUSE[:1]))
    async with app.run_test(size=(26, 7)) as pilot:
        await press(pilot, "right")
        assert app.asked == [1]
        app.locations.set_children(1, [TreeNode(2, 1, "Mechanical Lab", has_children=True), TreeNode(5, 1, "Office")])
        await press(pilot, "right")
        assert current(app) == 2
        app.locations.set_children(1, [])
        await pilot.pause()
        assert app.locations.row_count == 1
        assert current(app) == 1


async def test_a_refresh_keeps_cursor_and_branches() -> None:
    app = TreeApp(TreeList(WAREHOUSE))
    async with app.run_test(size=(26, 7)) as pilot:
        await press(pilot, "right", "down", "right", "down")
        moves = app.moves
        app.locations.set_nodes([TreeNode(0, None, "Annex"), *WAREHOUSE])
        await pilot.pause()
        assert current(app) == 3
        assert app.locations.expanded_keys == {1, 2}
        assert app.moves == moves
        app.locations.set_nodes([node for node in WAREHOUSE if node.key != 3])
        await pilot.pause()
        assert current(app) == 5


async def test_closing_above_the_cursor_takes_it_along() -> None:
    app = TreeApp(TreeList(WAREHOUSE))
    async with app.run_test(size=(26, 7)) as pilot:
        assert app.locations.reveal(4)
        await pilot.pause()
        assert current(app) == 4
        assert [node.text for node in app.locations.path_to(4)] == ["Factory", "Mechanical Lab", "Shelf B"]
        app.locations.close_node(1)
        await pilot.pause()
        assert current(app) == 1
        assert not app.locations.reveal(99)


async def test_a_filter_shows_matches_below_their_parents() -> None:
    app = TreeApp(TreeList(WAREHOUSE))
    async with app.run_test(size=(26, 7)) as pilot:
        app.locations.filter_text = "SHELF b"
        await pilot.pause()
        assert [line[1:].strip() for line in screen_lines(app)[:3]] == [
            "- Factory          1,204",
            "- Mechanical Lab    12",
            "Shelf B          5",
        ]
        assert current(app) == 4
        app.locations.filter_text = ""
        await pilot.pause()
        assert app.locations.row_count == 2
        app.locations.filter_text = "nowhere"
        await pilot.pause()
        assert app.locations.current_node is None
        assert screen_lines(app)[0] == "  Nothing here."
        assert app.locations.reveal(3)
        assert current(app) == 3


async def test_thousands_of_nodes_repaint_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [TreeNode(number, number // 20 if number > 19 else None, f"Bin {number}") for number in range(1, 8000)]
    app = TreeApp(TreeList(nodes))
    painted: list[int] = []
    paint = app.locations.row_line

    def row_line(index: int, width: int) -> Strip:
        painted.append(index)
        return paint(index, width)

    monkeypatch.setattr(app.locations, "row_line", row_line)
    async with app.run_test(size=(26, 20)) as pilot:
        for key in (7999, 399, 19):
            app.locations.reveal(key)
        for key in range(1, 400):
            app.locations.open_node(key)
        await press(pilot, "end", "up")
        assert app.locations.row_count == 7999
        painted.clear()
        await press(pilot, "up")
        assert sorted(painted) == [7996, 7997]


@pytest.mark.parametrize("size", [(8, 4), (22, 8), (132, 43)])
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_stay_in_their_line(name: str, size: tuple[int, int]) -> None:
    nodes = [TreeNode(key, key - 1 if key else None, HOSTILE[name], HOSTILE[name][:9]) for key in range(12)]
    app = TreeApp(TreeList(nodes))
    async with app.run_test(size=size) as pilot:
        app.locations.reveal(11)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
        assert all(strip.text.isprintable() for strip in strips)
