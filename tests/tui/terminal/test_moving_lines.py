"""Lines that moved are moved by the terminal where that is cheaper, and the screen is right on every terminal."""

import random
import re

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tests.tui.terminal.emulator import Erasing, seen_cells
from tui.terminal.app import painter_for
from tui.terminal.painter import Painter

TERMINALS = {
    "xterm-256color": {"TERM": "xterm-256color"},
    "putty": {"TERM": "putty-256color"},
    "linux": {"TERM": "linux"},
    "vt220": {"TERM": "vt220"},
    "tmux": {"TERM": "screen-256color", "TMUX": "/tmp/tmux,1,0"},
    "screen": {"TERM": "screen", "STY": "1.pts"},
    "no scrolling": {"TERM": "ansi"},
}
CURSOR = Style.parse("bold white on blue")
TEXTS = [
    "bolt M8",
    "washer",
    "",
    "漢字 reel",
    "résistance 10 kΩ",
    "x" * 50,
    "     12   of 40",
    "e\u0301clair",
    "│ left │",
]
STYLES = [None, *map(Style.parse, ("bold", "red on #203040", "on blue", "reverse", "underline", "#ff8800"))]


class Shown:
    """A painter for one kind of terminal, and the terminal."""

    def __init__(self, name: str, columns: int = 40, lines: int = 12) -> None:
        colours = ColorSystem.STANDARD if name in ("linux", "screen") else ColorSystem.EIGHT_BIT
        self.painter = painter_for(TERMINALS[name], colours, no_color=False)
        self.resize(name, columns, lines)

    def resize(self, name: str, columns: int, lines: int) -> None:
        self.painter.resize(columns, lines)
        self.screen = Erasing(columns, lines, coloured=name not in ("screen",))
        self.stream = pyte.Stream(self.screen)
        # What was on the screen before, in whatever colours.
        rubbish = "".join(f"\x1b[{line}H\x1b[4{line % 8}m{'#' * columns}" for line in range(1, lines + 1))
        self.stream.feed(f"\x1b[?7l{rubbish}")

    def paint(self, room: int | None = None) -> str:
        cursor = (0, self.painter.size[1] // 2)
        sent = self.painter.paint(cursor, room)
        self.stream.feed(sent)
        assert (self.screen.cursor.x, self.screen.cursor.y) == cursor
        return sent


def row(index: int) -> str:
    """Text that has little in common with that of another row."""
    return "  " + "".join(random.Random(index).choices("abcdefghij ", k=30))


def put_list(painter: Painter, top: int, cursor: int) -> None:
    """A heading, lines of a list from `top` on, and a last line."""
    columns, lines = painter.size
    painter.put(0, 0, [Segment("Stock".ljust(columns), Style.parse("bold on #203040"))])
    for line in range(1, lines - 1):
        index = top + line - 1
        painter.put(line, 0, [Segment(row(index).ljust(columns), CURSOR if index == cursor else STYLES[2])])
    painter.put(lines - 1, 0, [Segment("Enter Open".ljust(columns), STYLES[1])])


@pytest.mark.parametrize("name", TERMINALS)
@pytest.mark.parametrize("by", [1, -1, 3, -4])
def test_a_list_that_scrolls_is_scrolled(name: str, by: int) -> None:
    shown = Shown(name)
    put_list(shown.painter, 100, 109 if by > 0 else 100)
    whole = shown.paint()
    put_list(shown.painter, 100 + by, (109 if by > 0 else 100) + by)
    sent = shown.paint()
    moves = re.findall(r"\x1b\[\d+[LM]", sent)
    assert bool(moves) is (name != "no scrolling")
    if moves:
        assert sent.count("\x1b[r") == 1
        assert len(sent) < len(whole)
    fresh = Shown(name)
    put_list(fresh.painter, 100 + by, (109 if by > 0 else 100) + by)
    fresh.paint()
    assert seen_cells(shown.screen) == seen_cells(fresh.screen)


def test_what_moved_costs_less_than_what_is_new() -> None:
    shown = Shown("xterm-256color", 80, 24)
    put_list(shown.painter, 0, 21)
    shown.paint()
    put_list(shown.painter, 1, 22)
    assert len(shown.paint()) < 150


def test_a_line_that_moved_alone_is_sent() -> None:
    shown = Shown("xterm-256color")
    shown.painter.put(3, 0, [Segment("alone " * 6)])
    shown.paint()
    shown.painter.put(3, 0, [Segment(" " * 40)])
    shown.painter.put(4, 0, [Segment("alone " * 6)])
    assert not re.search(r"\x1b\[\d+[LM]", shown.paint())


def test_with_little_room_the_cursors_line_comes_first_and_the_rest_later() -> None:
    shown = Shown("xterm-256color")
    put_list(shown.painter, 0, 0)
    shown.paint()
    put_list(shown.painter, 500, 500)
    pieces = [shown.paint(100)]
    assert row(505).strip() in shown.screen.display[6]
    while shown.painter.is_behind:
        pieces.append(shown.paint(100))
    assert len(pieces) > 2
    assert all(len(piece) < 200 for piece in pieces)
    assert shown.paint(100) == ""


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, int]:
    return draw(st.sampled_from(sorted(TERMINALS))), draw(st.integers(0, 10**9))


@settings(max_examples=120, deadline=None)
@given(histories())
def test_any_history_shows_what_a_fresh_start_shows(history: tuple[str, int]) -> None:
    """Lines that scroll within any region, random pieces, wide characters, other sizes, pictures that came late."""
    name, seed = history
    rng = random.Random(seed)
    columns, lines = 40, 12
    shown = Shown(name, columns, lines)
    picture = [[Segment(" " * columns)] for _ in range(lines)]
    for _ in range(12):
        step = rng.random()
        if step < 0.1:
            columns, lines = rng.randrange(8, 60), rng.randrange(3, 20)
            shown.resize(name, columns, lines)
            picture = [_line(rng, columns) for _ in range(lines)]
        elif step < 0.6:
            _scroll(rng, picture, columns)
        else:
            for line in rng.sample(range(lines), rng.randrange(1, lines)):
                picture[line] = _line(rng, columns)
        for line, segments in enumerate(picture):
            shown.painter.put(line, 0, segments)
        shown.paint(rng.choice((None, None, 50, 200)))
        if shown.painter.is_behind and rng.random() < 0.5:
            continue  # the next picture comes before this one was whole
        while shown.painter.is_behind:
            shown.paint(50)
        fresh = Shown(name, columns, lines)
        for line, segments in enumerate(picture):
            fresh.painter.put(line, 0, segments)
        fresh.paint()
        assert seen_cells(shown.screen) == seen_cells(fresh.screen)


def _line(rng: random.Random, columns: int) -> list[Segment]:
    pieces = [Segment(rng.choice(TEXTS) + " ", rng.choice(STYLES)) for _ in range(rng.randrange(1, 4))]
    return [*pieces, Segment(" " * columns, rng.choice(STYLES))]


def _scroll(rng: random.Random, picture: list[list[Segment]], columns: int) -> None:
    top = rng.randrange(len(picture) - 1)
    bottom = rng.randrange(top + 1, len(picture))
    by = rng.choice((1, 1, 2, -1, -1, -3))
    region = picture[top : bottom + 1]
    new = [_line(rng, columns) for _ in range(min(abs(by), len(region)))]
    picture[top : bottom + 1] = [*region[by:], *new] if by > 0 else [*new, *region[: len(region) - len(new)]]
