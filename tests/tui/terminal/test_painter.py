"""What the painter sends makes a terminal show what was put, whatever was shown before, and sends little."""

import re
import unicodedata

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tests.tui.hostile import HOSTILE
from tui.safe_text import is_safe
from tui.terminal.painter import Painter

COLUMNS, LINES = 24, 4
STYLES = [
    None,
    *map(Style.parse, ("bold", "red on blue", "on blue", "bold #ff8800", "reverse", "underline dim", "red")),
]

words = st.sampled_from(
    ["bolt", " ", " " * 8, " " * 14, "M8 болт", "漢字", "e\u0301", "ok", "a漢b", "…", "│", "x" * 30]
)
puts = st.tuples(
    st.integers(0, LINES - 1),
    st.integers(0, COLUMNS - 1),
    st.lists(st.tuples(words, st.sampled_from(STYLES)), max_size=4),
)
frames = st.lists(st.lists(puts, max_size=5), min_size=1, max_size=5)


class Emulated:
    """A painter with a terminal that shows what it sends."""

    def __init__(self, **options: bool) -> None:
        self.painter = Painter(ColorSystem.EIGHT_BIT, **options)
        self.painter.resize(COLUMNS, LINES)
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.Stream(self.screen)
        # The emulator clears only cells that were written before.
        self.stream.feed("\x1b[?7l" + "".join(f"\x1b[{line}H{' ' * COLUMNS}" for line in range(1, LINES + 1)))

    def put(self, line: int, column: int, text: str, style: Style | None = None) -> None:
        self.painter.put(line, column, [Segment(text, style)])

    def paint(self) -> str:
        sent = self.painter.paint()
        self.stream.feed(sent)
        return sent

    def cells(self) -> list[tuple[object, ...]]:
        """What a person sees of each cell: attributes of a foreground that a blank does not show left out."""
        seen: list[tuple[object, ...]] = []
        for line in range(LINES):
            for column in range(COLUMNS):
                char = self.screen.buffer[line][column]
                text = unicodedata.normalize("NFC", char.data)
                ink = (char.fg, char.bold) if text.strip() or char.reverse or char.underscore else ()
                seen.append((text, char.bg, char.reverse, char.underscore, ink))
        return seen


@given(frames, st.booleans(), st.booleans())
def test_small_steps_show_the_same_as_a_fresh_start(
    history: list[list[tuple[int, int, list[tuple[str, Style | None]]]]], erases: bool, colours: bool
) -> None:
    stepped, fresh = Emulated(erases=erases, colours=colours), Emulated(erases=erases, colours=colours)
    for frame in history:
        for line, column, pieces in frame:
            for emulated in (stepped, fresh):
                emulated.painter.put(line, column, [Segment(text, style) for text, style in pieces])
        stepped.paint()
    fresh.paint()
    assert stepped.cells() == fresh.cells()


@given(st.lists(words, max_size=6).map("".join))
def test_text_stands_where_it_was_put(text: str) -> None:
    emulated = Emulated()
    emulated.put(1, 0, text)
    emulated.paint()
    if cell_len(text) <= COLUMNS:
        shown = emulated.screen.display[1].rstrip()
        assert unicodedata.normalize("NFC", shown) == unicodedata.normalize("NFC", text.rstrip())


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_foreign_gets_through(name: str) -> None:
    painter = Painter(ColorSystem.EIGHT_BIT)
    painter.resize(COLUMNS, LINES)
    painter.paint()
    painter.put(1, 2, [Segment(HOSTILE[name], Style.parse("on blue link http://evil.example"))])
    sent = painter.paint()
    own = re.compile(r"\x1b\[(2;\d+H|44m|m|49m|K|\d*C)|\r\n")
    assert is_safe(own.sub("", sent))
    assert sent.encode().decode() == sent


def test_nothing_changed_sends_nothing() -> None:
    emulated = Emulated()
    emulated.put(0, 0, "Stock", Style.parse("bold"))
    assert emulated.paint()
    emulated.put(0, 0, "Stock", Style.parse("bold"))
    assert emulated.paint() == ""


def test_a_changed_character_is_a_move_and_a_character() -> None:
    emulated = Emulated()
    emulated.put(2, 0, "on hand 100 pcs")
    emulated.paint()
    emulated.put(2, 0, "on hand 101 pcs")
    assert emulated.paint() == "\x1b[5D1"


def test_a_style_change_says_only_what_differs() -> None:
    emulated = Emulated()
    emulated.painter.put(0, 0, [Segment("a", Style.parse("red on blue")), Segment("b", Style.parse("green on blue"))])
    assert emulated.paint().endswith("\x1b[Ha".replace("a", "\x1b[31;44ma\x1b[32mb"))


def test_blanks_at_the_end_are_erased_not_sent() -> None:
    emulated = Emulated()
    emulated.put(0, 0, "old text in the line")
    emulated.paint()
    emulated.put(0, 0, "new" + " " * 21)
    assert emulated.paint() == "\rnew\x1b[K"


def test_long_blanks_between_words_are_jumped_over() -> None:
    emulated = Emulated()
    emulated.put(0, 0, "x" * COLUMNS)
    emulated.paint()
    emulated.put(0, 0, "bolt" + " " * 16 + "12 a")
    assert emulated.paint() == "\rbolt\x1b[16X\x1b[16C12 a"
    assert emulated.screen.display[0] == "bolt" + " " * 16 + "12 a"


def test_a_terminal_that_cannot_erase_in_colour_gets_spaces() -> None:
    emulated = Emulated(erases=False)
    emulated.put(0, 0, " " * COLUMNS, Style.parse("on blue"))
    sent = emulated.paint()
    assert " " * COLUMNS in sent
    assert "\x1b[K" not in sent


def test_without_colours_only_attributes_are_sent() -> None:
    emulated = Emulated(colours=False)
    emulated.put(0, 0, "low", Style.parse("bold red on #102030"))
    assert emulated.paint().endswith("\x1b[H\x1b[1mlow")


def test_without_colours_what_stood_out_is_reversed() -> None:
    emulated = Emulated(colours=False)
    emulated.painter.set_ground(0, 0, 0)
    emulated.put(0, 0, "> row", Style.parse("white on #4488ff"))
    assert emulated.paint().endswith("\x1b[H\x1b[7m> row")
    emulated.painter.set_ground(255, 255, 255)
    emulated.put(0, 0, "  row", Style.parse("black on #f0f0f0"))
    assert emulated.paint().endswith("\r\x1b[m  row")


def test_a_garbled_screen_is_sent_whole_again() -> None:
    emulated = Emulated()
    emulated.put(0, 0, "Stock")
    emulated.paint()
    emulated.painter.invalidate()
    assert emulated.paint() == "\x1b[m\x1b[2J\x1b[HStock"


def test_the_cursor_is_left_where_it_is_wanted() -> None:
    emulated = Emulated()
    emulated.stream.feed(emulated.painter.paint((5, 2)))
    assert (emulated.screen.cursor.x, emulated.screen.cursor.y) == (5, 2)
    assert emulated.painter.paint((5, 2)) == ""
