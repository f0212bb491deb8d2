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
from collections.abc import Iterable, Sequence

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tui.safe_text import REPLACEMENT, is_safe
from tui.terminal.differences import FEWEST, GAP, PLAIN, Pen, Row, Shift, changed_spans, find_shift

__all__ = ["Painter"]

LONG_BLANK = 11  # blanks that are cheaper erased and jumped over than sent
NEAR = 3  # lines down that may be cheaper gone by line feeds
CACHE_LIMIT = 4096
STANDS_OUT = 0.2  # how much brighter or darker a background must be to be shown without colours

# Characters that every terminal draws one cell wide: Latin, Greek, Cyrillic, dashes, arrows, lines, braille.
_narrow = re.compile("[ -~\xa0-\xac\xae-\u02ff\u0384-\u0482\u2010-\u2027\u2190-\u2193\u2500-\u25fc\u2800-\u28ff]*")
_long_blanks = re.compile(f" {{{LONG_BLANK},}}")
_blanks = re.compile("^ +| {3,}| +$")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29", "53": "55"}
_ATTRIBUTES = {0: "1", 1: "2", 2: "3", 3: "4", 6: "7", 8: "9", 9: "4", 12: "53"}  # Rich's bits; none that blinks


class Painter:
    """Two pictures of a screen and the bytes between them.

    `colours` off leaves bold, reverse and underline only, and what stood out from `ground`, the screen's own
    background, by its background is reversed instead. `erases` says that the terminal erases with the current
    background (nearly all do; GNU screen does not), `scrolls` that it can move lines within a region (VT102 and later).
    """

    def __init__(
        self, color_system: ColorSystem, *, colours: bool = True, erases: bool = True, scrolls: bool = True
    ) -> None:
        self._color_system = color_system
        self._colours = colours
        self._erases = erases
        self._scrolls = scrolls
        self._interned: dict[Pen, Pen] = {PLAIN: PLAIN}
        self._pens: dict[Style | None, Pen] = {None: PLAIN}
        self._changes: dict[tuple[Pen, Pen], str] = {}
        self._wanted: list[Row] = []
        self._shown: list[Row] | None = None
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
        self._wanted = [Row([" "] * columns, [PLAIN] * columns) for _ in range(lines)]
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
            end = min(column + len(source), width)
            self._cut_wide(text, column, end)
            text[column:end] = source[: end - column]
            pens[column:end] = [pen] * (end - column)
            if not pen.shows_on_blanks:
                blank = self._known(Pen(background=pen.background))  # ink that is not used is no difference
                for found in _blanks.finditer(source, 0, end - column):
                    pens[column + found.start() : column + found.end()] = [blank] * (found.end() - found.start())
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

    @property
    def is_behind(self) -> bool:
        """Whether lines are left that the last `paint` had no room for."""
        return bool(self._touched)

    def paint(self, cursor: tuple[int, int] | None = None, room: int | None = None) -> str:
        """What makes the terminal show the wanted picture, its cursor (column, line) left at `cursor`.

        With `room` it ends after the line that exceeds so many characters, and begins at the cursor's line, where
        people look: on a slow line the rest is better sent later, as it is wanted by then.
        """
        out: list[str] = []
        if self._shown is None:
            self._shown = self._clear(out)
        shown = self._shown
        changed = [line for line in sorted(self._touched) if self._wanted[line] != shown[line]]
        shift = find_shift(self._wanted, shown, changed) if self._scrolls and len(changed) >= FEWEST else None
        if shift is not None and self._pays(shift, shown, changed):
            shown[:] = self._move_lines(out, shift, shown)
            changed = self._unlike(shown)
        if room is not None and cursor is not None:
            changed.sort(key=lambda line: line != cursor[1])
        self._touched = set(changed[self._paint_lines(out, changed, shown, room) :])
        if cursor is not None and cursor[1] < len(self._wanted):
            self._move(out, *cursor)
        return "".join(out)

    def _unlike(self, shown: Sequence[Row]) -> list[int]:
        return [line for line, row in enumerate(self._wanted) if row != shown[line]]

    def _pays(self, shift: Shift, shown: Sequence[Row], changed: Sequence[int]) -> bool:
        """Whether having the terminal move lines first is cheaper than sending all that changed."""
        before = self._pen, self._at
        sent: list[str] = []
        self._paint_lines(sent, changed, list(shown))
        self._pen, self._at = before
        out: list[str] = []
        moved = self._move_lines(out, shift, shown)
        self._paint_lines(out, self._unlike(moved), moved)
        self._pen, self._at = before
        return sum(map(len, out)) < sum(map(len, sent))

    def _paint_lines(self, out: list[str], lines: Sequence[int], shown: list[Row], room: int | None = None) -> int:
        """Send lines and take note of them in `shown`; how many of them there was room for."""
        begin = len(out)
        for number, line in enumerate(lines):
            if room is not None and number and sum(map(len, out[begin:])) > room:
                return number
            self._paint_line(out, line, self._wanted[line], shown[line])
            shown[line] = self._wanted[line].copy()
        return len(lines)

    def _move_lines(self, out: list[str], shift: Shift, shown: Sequence[Row]) -> list[Row]:
        """Have the terminal move lines; returns what it shows then.

        The lines it makes room with are blank in its own colours, which every terminal agrees on: some would take the
        current background. So this is right without `erases` too.
        """
        columns, lines = self.size
        self._change_pen(out, PLAIN)
        region = shift.bottom < lines - 1
        if region:
            out.append(f"\x1b[{shift.top + 1};{shift.bottom + 1}r")
        out.append(f"\x1b[{shift.top + 1}H\x1b[{abs(shift.by)}{'M' if shift.by > 0 else 'L'}")
        if region:
            out.append("\x1b[r")
        self._at = None
        blank = [Row([" "] * columns, [PLAIN] * columns) for _ in range(abs(shift.by))]
        rows = list(shown[shift.top : shift.bottom + 1])
        rows = rows[shift.by :] + blank if shift.by > 0 else blank + rows[: shift.by]
        return [*shown[: shift.top], *rows, *shown[shift.bottom + 1 :]]

    def _clear(self, out: list[str]) -> list[Row]:
        """Make the whole screen blank, in the background that most lines end in."""
        columns, lines = self.size
        out.append("\x1b[m")
        self._pen, self._at = PLAIN, None
        common = Counter(row.pens[-1] for row in self._wanted if row.pens).most_common(1)
        blank = self._known(Pen(background=common[0][0].background)) if common and self._erases else PLAIN
        self._change_pen(out, blank)
        out.append("\x1b[2J")
        return [Row([" "] * columns, [blank] * columns) for _ in range(lines)]

    def _paint_line(self, out: list[str], line: int, wanted: Row, shown: Row) -> None:
        text, pens = wanted
        spans = changed_spans(wanted, shown)
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
        self._at = (stop, line)

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
        ways = [f"\x1b[{line + 1};{column + 1}H" if column else f"\x1b[{line + 1}H" if line else "\x1b[H"]
        if at is not None and line >= at[1]:
            down = line - at[1]
            if down <= NEAR:
                ways.append("\r" + "\n" * down + _step(column, "C"))
            if at[0] < self.size[0]:  # else it stands on the last cell or behind it, as the terminal likes
                # Not by line feeds: where they return the carriage too, the column would be lost.
                ways.append(_step(down, "B") + _step(column - at[0], "C") + _step(at[0] - column, "D"))
        out.append(min(ways, key=len))

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


def _step(cells: int, direction: str) -> str:
    return "" if cells <= 0 else f"\x1b[{direction}" if cells == 1 else f"\x1b[{cells}{direction}"


def _jump(blanks: re.Match[str]) -> str:
    length = len(blanks.group())
    return f"\x1b[{length}X{_step(length, 'C')}"


def _brightness(red: int, green: int, blue: int) -> float:
    """How bright a colour looks, 0 to 1 (ITU-R BT.601 weights)."""
    return (299 * red + 587 * green + 114 * blue) / 255_000
