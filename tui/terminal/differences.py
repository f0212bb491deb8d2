"""Two pictures of a screen compared: which cells of a line differ, and which lines only moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["FEWEST", "GAP", "PLAIN", "Pen", "Row", "Shift", "changed_spans", "find_shift"]

GAP = 4  # unchanged cells that are cheaper sent again than jumped over
FEWEST = 3  # lines that must have moved together to be worth a look
_UNSEEN_ON_BLANKS = frozenset({"1", "2", "3"})


class Pen(NamedTuple):
    """A style as SGR parameters: attributes, foreground, background (empty for the terminal's own)."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""

    @property
    def shows_on_blanks(self) -> bool:
        """Whether a blank in this style looks other than one in its background alone."""
        return bool(self.attributes) and not _UNSEEN_ON_BLANKS.issuperset(self.attributes)


PLAIN = Pen()


class Row(NamedTuple):
    """One line of cells; a wide character fills a cell and leaves "" in the next."""

    text: list[str]
    pens: list[Pen]

    def copy(self) -> Row:
        """The same cells, free to be changed."""
        return Row(self.text.copy(), self.pens.copy())


class Shift(NamedTuple):
    """The lines `top` to `bottom` move up by `by` lines (down when negative); what leaves this region is lost."""

    top: int
    bottom: int
    by: int


def find_shift(wanted: Sequence[Row], shown: Sequence[Row], changed: Iterable[int]) -> Shift | None:
    """How most of the changed lines moved; None when too few did.

    Lines are known by their text alone, for a cursor that moves along changes styles. Blank ones tell nothing.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for line, row in enumerate(shown):
        if (text := "".join(row.text)).strip():
            places[text].append(line)
    moved: dict[int, list[int]] = defaultdict(list)
    for line in changed:
        for place in places.get("".join(wanted[line].text), ()):
            if place != line:
                moved[place - line].append(line)
    best = max(moved.items(), key=lambda each: len(each[1]), default=(0, []))
    by, lines = best[0], _longest_run(best[1], abs(best[0]) + 2)
    if len(lines) < FEWEST:
        return None
    return Shift(lines[0] + min(0, by), lines[-1] + max(0, by), by)


def _longest_run(lines: Sequence[int], gap: int) -> Sequence[int]:
    """The longest part of ascending numbers that are no further apart than `gap`."""
    best: Sequence[int] = ()
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or lines[end] - lines[end - 1] > gap:
            if end - start > len(best):
                best = lines[start:end]
            start = end
    return best


def changed_spans(wanted: Row, shown: Row) -> list[tuple[int, int]]:
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
