"""Sends the terminal only what changed, and nothing that is not ours.

Textual sends whole widget regions and spells out every style. The painter keeps two pictures of the screen, cell by
cell: the one wanted and the one shown. `take` puts what Textual composed into the first; `paint` says what turns the
second into the first: moves, changed cells, the difference of two styles. So a cursor that moves costs two lines, a
typed character a few bytes, and a refresh that changes nothing costs nothing. When the line is slow, frames that
were never sent fall together into one.

It is also the last gate for text: what is not printable does not pass, whichever widget it came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tui.safe_text import REPLACEMENT, is_safe

__all__ = ["Painter", "Pen"]

GAP = 4  # unchanged cells that are cheaper sent again than jumped over
LONG_BLANK = 12  # blanks that are cheaper erased and jumped over than sent
CACHE_LIMIT = 4096
STANDS_OUT = 0.2  # how much brighter or darker a background must be to be shown without colours

# Characters that every terminal draws one cell wide: Latin, Greek, Cyrillic, dashes, arrows, lines, braille.
_narrow = re.compile("[ -~\xa0-\xac\xae-\u02ff\u0384-\u0482\u2010-\u2027\u2190-\u2193\u2500-\u25fc\u2800-\u28ff]*")
_long_blanks = re.compile(f" {{{LONG_BLANK},}}")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29", "53": "55"}
_UNSEEN_ON_BLANKS = frozenset({"1", "2", "3"})
_ATTRIBUTES = {0: "1", 1: "2", 2: "3", 3: "4", 6: "7", 8: "9", 9: "4", 12: "53"}  # Rich's bits; none that blinks


class Pen(NamedTuple):
    """A style as SGR parameters: attributes, foreground, background (empty for the terminal's own)."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""

    @property
    def shows_on_blanks(self) -> bool:
        """Whether a blank in this style looks other than one in its background alone."""
        return bool(self.attributes) and not _UNSEEN_ON_BLANKS.issuperset(self.attributes)


class _Row(NamedTuple):
    """One line of cells; a wide character fills a cell and leaves "" in the next."""

    text: list[str]
    pens: list[Pen]

    def copy(self) -> _Row:
        return _Row(self.text.copy(), self.pens.copy())


PLAIN = Pen()


class Painter:
    """Two pictures of a screen and the bytes between them.

    `colours` off leaves bold, reverse and underline only, and what stood out from `ground`, the screen's own
    background, by its background is reversed instead. `erases` says that the terminal erases with the current
    background (nearly all do; GNU screen does not).
    """

    def __init__(self, color_system: ColorSystem, *, colours: bool = True, erases: bool = True) -> None:
        self._color_system = color_system
        self._colours = colours
        self._erases = erases
        self._interned: dict[Pen, Pen] = {PLAIN: PLAIN}
        self._pens: dict[Style | None, Pen] = {None: PLAIN}
        self._changes: dict[tuple[Pen, Pen], str] = {}
        self._wanted: list[_Row] = []
        self._shown: list[_Row] | None = None
        self._touched: set[int] = set()
        self._ground = 0.0
        self._pen: Pen = PLAIN
        self._at: tuple[int, int] | None = None  # where the terminal's cursor is: column, line

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the pictures."""
        return (len(self._wanted[0].text), len(self._wanted)) if self._wanted else (0, 0)

    def resize(self, columns: int, lines: int) -> None:
        """Start anew at another size; the next `paint` sends everything."""
        self._wanted = [_Row([" "] * columns, [PLAIN] * columns) for _ in range(lines)]
        self.invalidate()

    @property
    def colours(self) -> bool:
        """Whether colours are sent."""
        return self._colours

    def set_ground(self, red: int, green: int, blue: int) -> None:
        """Say what the screen's own background is; it tells what stands out when there are no colours."""
        ground = _brightness(red, green, blue)
        if ground != self._ground:
            self._ground = ground
            self._pens = {None: PLAIN}

    def invalidate(self) -> None:
        """Forget what is shown (another program wrote, the screen was garbled); the next `paint` sends everything."""
        self._shown = None
        self._touched = set(range(len(self._wanted)))

    def put(self, line: int, column: int, segments: Iterable[Segment]) -> int:
        """Write segments into the wanted picture from a cell on; returns the column after them."""
        if not 0 <= line < len(self._wanted):
            return column
        text, pens = self._wanted[line]
        width = len(text)
        self._touched.add(line)
        for source, style, control in segments:
            if control or column >= width:
                continue
            pen = self._pens.get(style) or self._pen_of(style)
            if _narrow.fullmatch(source) is None:
                column = self._put_odd(line, column, source, pen)
                continue
            if source[:1] == " " and not source.strip(" ") and not pen.shows_on_blanks:
                pen = self._known(Pen(background=pen.background))  # ink that is not used is no difference
            end = min(column + len(source), width)
            self._cut_wide(text, column, end)
            text[column:end] = source[: end - column]
            pens[column:end] = [pen] * (end - column)
            column = end
        return column

    def _put_odd(self, line: int, column: int, source: str, pen: Pen) -> int:
        """The slow way, for text with wide, combining or unprintable characters."""
        text, pens = self._wanted[line]
        for char in source:
            width = get_character_cell_size(char)
            if width == 0:
                # A mark belongs to the character before it; terminals agree on one or two, not on heaps of them.
                home = column - 1 if column and text[column - 1] else column - 2
                if home >= 0 and len(text[home]) < 3 and is_safe(char):
                    text[home] += char
                continue
            if column + width > len(text):
                break
            self._cut_wide(text, column, column + width)
            harmless = is_safe(char)
            text[column] = char if harmless else " " if char.isspace() else REPLACEMENT
            pens[column] = pen
            if width == 2:
                text[column + 1], pens[column + 1] = ("" if harmless else " "), pen
            column += width
        return column

    @staticmethod
    def _cut_wide(text: list[str], start: int, end: int) -> None:
        """Blank the halves of wide characters that writing `start` to `end` would leave."""
        if start < len(text) and text[start] == "" and start:
            text[start - 1] = " "
        if end < len(text) and text[end] == "":
            text[end] = " "

    def paint(self, cursor: tuple[int, int] | None = None) -> str:
        """What makes the terminal show the wanted picture, its cursor (column, line) left at `cursor`."""
        out: list[str] = []
        if self._shown is None:
            self._shown = self._clear(out)
        for line in sorted(self._touched):
            if self._wanted[line] != self._shown[line]:
                self._paint_line(out, line, self._wanted[line], self._shown[line])
                self._shown[line] = self._wanted[line].copy()
        self._touched.clear()
        if cursor is not None and cursor[1] < len(self._wanted):
            self._move(out, *cursor)
        return "".join(out)

    def _clear(self, out: list[str]) -> list[_Row]:
        """Make the whole screen blank, in the background that most lines end in."""
        columns, lines = self.size
        out.append("\x1b[m")
        self._pen, self._at = PLAIN, None
        common = Counter(row.pens[-1] for row in self._wanted if row.pens).most_common(1)
        blank = self._known(Pen(background=common[0][0].background)) if common and self._erases else PLAIN
        self._change_pen(out, blank)
        out.append("\x1b[2J")
        return [_Row([" "] * columns, [blank] * columns) for _ in range(lines)]

    def _paint_line(self, out: list[str], line: int, wanted: _Row, shown: _Row) -> None:
        text, pens = wanted
        spans = _changed_spans(wanted, shown)
        width = len(text)
        blank_from = width
        if text[-1] == " " and self._can_erase(pens[-1]):
            while blank_from and text[blank_from - 1] == " " and pens[blank_from - 1] is pens[-1]:
                blank_from -= 1
            blank_from = max(blank_from, spans[-1][0])
        erase = spans[-1][1] - blank_from > GAP
        for start, end in spans:
            stop = min(end, blank_from) if erase else end
            self._move(out, start, line)
            self._write(out, line, text, pens, start, stop)
        if erase:
            self._move(out, blank_from, line)
            self._change_pen(out, pens[-1], blank=True)
            out.append("\x1b[K")

    def _write(self, out: list[str], line: int, text: list[str], pens: list[Pen], start: int, stop: int) -> None:
        """Send the cells from `start` to before `stop`, the cursor being at `start`."""
        column = start
        while column < stop:
            pen = pens[column]
            run = column + 1
            while run < stop and pens[run] is pen:
                run += 1
            cells = "".join(text[column:run])
            self._change_pen(out, pen, blank=not cells.strip(" "))
            if _narrow.fullmatch(cells) is None:
                cells = self._steadied(line, text, column, run)
            elif self._can_erase(pen):
                cells = _long_blanks.sub(_jump, cells)
            out.append(cells)
            column = run
        self._at = (stop, line) if stop < len(text) else None

    @staticmethod
    def _steadied(line: int, text: list[str], start: int, stop: int) -> str:
        """The cells as text, with the column said again after characters whose width terminals disagree on."""
        out: list[str] = []
        unsure = False
        for column in range(start, stop):
            cell = text[column]
            odd = _narrow.fullmatch(cell) is None or not cell
            if unsure and not odd:
                out.append(f"\x1b[{line + 1};{column + 1}H")
            unsure = odd
            out.append(cell)
        if unsure and stop < len(text):
            out.append(f"\x1b[{line + 1};{stop + 1}H")
        return "".join(out)

    def _can_erase(self, pen: Pen) -> bool:
        """Whether erasing in this style leaves what writing blanks would."""
        return (self._erases or not pen.background) and not pen.shows_on_blanks

    def _change_pen(self, out: list[str], pen: Pen, *, blank: bool = False) -> None:
        """Have the terminal write in this style; for blanks only as far as they show it."""
        old = self._pen
        if pen is old or pen == old:
            return
        if blank and pen.background == old.background and not pen.shows_on_blanks and not old.shows_on_blanks:
            return
        change = self._changes.get((old, pen))
        out.append(self._change(old, pen) if change is None else change)
        self._pen = pen

    def _move(self, out: list[str], column: int, line: int) -> None:
        at, self._at = self._at, (column, line)
        if at == (column, line):
            return
        if at is not None and at[1] == line and column > at[0]:
            out.append(f"\x1b[{column - at[0]}C")
        elif at is not None and column == 0 and line == at[1] + 1:
            out.append("\r\n")
        else:
            out.append(f"\x1b[{line + 1};{column + 1}H" if column else f"\x1b[{line + 1}H")

    def _pen_of(self, style: Style | None) -> Pen:
        if len(self._pens) > CACHE_LIMIT:
            self._pens = {None: PLAIN}
            self._changes.clear()
            self._interned = {PLAIN: PLAIN}
        bits = style._attributes & style._set_attributes if style is not None else 0
        attributes = dict.fromkeys(code for bit, code in _ATTRIBUTES.items() if bits & (1 << bit))
        if not self._colours and style is not None and self._stands_out(style) and attributes.pop("7", None) is None:
            attributes["7"] = "7"
        colours = []
        for colour, is_foreground in ((style.color, True), (style.bgcolor, False)) if style is not None else ():
            shown = colour if colour is not None and not colour.is_default and self._colours else None
            colours.append(";".join(shown.downgrade(self._color_system).get_ansi_codes(is_foreground)) if shown else "")
        pen = self._known(Pen(tuple(attributes), *colours))
        self._pens[style] = pen
        return pen

    def _stands_out(self, style: Style) -> bool:
        triplet = style.bgcolor.triplet if style.bgcolor is not None else None
        return triplet is not None and abs(_brightness(*triplet) - self._ground) > STANDS_OUT

    def _known(self, pen: Pen) -> Pen:
        """Equal pens as one object, so that they can be told apart by identity."""
        return self._interned.setdefault(pen, pen)

    def _change(self, old: Pen, new: Pen) -> str:
        """The shortest sequence from one pen to another."""
        colours = [new.foreground or "39"] * (old.foreground != new.foreground)
        colours += [new.background or "49"] * (old.background != new.background)
        if all(attribute in new.attributes for attribute in old.attributes):
            step = [attribute for attribute in new.attributes if attribute not in old.attributes] + colours
        else:
            gone = dict.fromkeys(_OFF[attribute] for attribute in old.attributes if attribute not in new.attributes)
            step = [*gone, *new.attributes, *colours]
        anew = ["", *new.attributes, *filter(None, (new.foreground, new.background))]
        sequence = min(f"\x1b[{';'.join(step)}m", f"\x1b[{';'.join(anew)}m", key=len)
        self._changes[old, new] = sequence
        return sequence


def _jump(blanks: re.Match[str]) -> str:
    length = len(blanks.group())
    return f"\x1b[{length}X\x1b[{length}C"


def _brightness(red: int, green: int, blue: int) -> float:
    """How bright a colour looks, 0 to 1 (ITU-R BT.601 weights)."""
    return (299 * red + 587 * green + 114 * blue) / 255_000


def _changed_spans(wanted: _Row, shown: _Row) -> list[tuple[int, int]]:
    """Where two unlike lines differ, as [start, end) pairs; near ones are joined, wide characters kept whole."""
    spans: list[tuple[int, int]] = []
    pairs = zip(wanted.text, shown.text, wanted.pens, shown.pens, strict=True)
    changed = [column for column, (a, b, pen, old) in enumerate(pairs) if pen is not old or a != b]
    if any(len(cell) != 1 for row in (wanted, shown) for cell in row.text):
        # Where widths are a matter of taste, a leftover half is not: send the rest of the line.
        start = changed[0]
        while start and (wanted.text[start] == "" or shown.text[start] == ""):
            start -= 1
        return [(start, len(wanted.text))]
    for column in changed:
        if spans and column - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], column + 1)
        else:
            spans.append((column, column + 1))
    return spans
