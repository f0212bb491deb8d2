"""Changed lines composed frugally are the lines of the whole screen."""

import random

import pytest
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Footer, Header, Input, Static

from tui.terminal.app import TerminalApp
from tui.terminal.compositor import LeanCompositor


class Dialog(ModalScreen[None]):
    """Over the middle of another screen."""

    DEFAULT_CSS = "Dialog { align: center middle; } Dialog > Vertical { width: 30; height: 8; border: round red; }"

    def compose(self) -> ComposeResult:
        yield Vertical(Static("Really?\nNo."), Input("12"))


class Layered(TerminalApp[None]):
    """Panes side by side, docked bars, and a box that floats over their border."""

    CSS = """
    Screen { layers: base top; }
    #left { width: 20; border: solid green; }
    #box { layer: top; width: 24; height: 6; offset: 12 4; background: blue; border: heavy white; }
    """

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield Static("left\n" * 30, id="left")
            with Vertical():
                yield Static("漢字 right " * 40)
                yield Input("text")
        yield Static("floats", id="box")
        yield Footer()


@pytest.mark.parametrize("dialog", [False, True])
async def test_changed_lines_are_those_of_the_whole_screen(dialog: bool) -> None:
    app = Layered()
    draw = random.Random(5)
    async with app.run_test(size=(60, 20)) as pilot:
        if dialog:
            await app.push_screen(Dialog())
        await pilot.pause()
        compositor = app.screen._compositor
        assert isinstance(compositor, LeanCompositor)
        whole = compositor.render_strips()
        for _ in range(150):
            regions = {
                Region(draw.randrange(-5, 60), draw.randrange(-5, 20), draw.randrange(1, 40), draw.randrange(1, 6))
                for _ in range(draw.randrange(1, 4))
            }
            compositor._dirty_regions = set(regions)
            update = compositor.render_partial_update()
            if update is None:
                assert not any(region.intersection(Region(0, 0, 60, 20)) for region in regions)
                continue
            for y, start, end in update.spans:
                pieces = update.chops[y]
                covered: set[int] = set()
                for (x, piece), stop in zip(pieces.items(), update.chop_ends[y], strict=True):
                    assert piece is not None
                    assert list(piece) == list(whole[y].crop(x, stop))
                    covered.update(range(x, stop))
                assert covered.issuperset(range(start, end))


async def test_nothing_dirty_is_no_update() -> None:
    app = Layered()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.screen._compositor._dirty_regions = set()
        assert app.screen._compositor.render_partial_update() is None
