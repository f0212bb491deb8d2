"""Composes the lines that changed from the widgets that are seen there, and asks no others.

Textual renders every widget that touches the rectangle around all changes, whole: a moved cursor and a figure in the
top line make that the entire screen, and most of the time of a key. Here a changed line asks the widgets in front
first, for that line only, and stops when it is covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, cast

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["LeanCompositor"]

_Line = dict[int, Strip | None]  # pieces of one line by the column they begin at; None is still to be covered


class LeanCompositor(Compositor):
    """Textual's compositor with a frugal partial update. The update holds changed lines only."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is marked dirty; None when nothing is."""
        screen = self.size.region
        regions = [region for dirty in self._dirty_regions if (region := dirty.intersection(screen))]
        self._dirty_regions.clear()
        if not regions:
            return None
        spans = list(self._regions_to_spans(regions))
        lines: dict[int, _Line] = {}
        for y, start, end in spans:
            seen = {left: None for left, right in pairwise(self.cuts[y]) if left < end and right > start}
            lines.setdefault(y, {}).update(seen)
        self._cover(lines)
        return ChopsUpdate(cast("Any", lines), spans, cast("Any", _Ends(self.cuts, lines)))

    def _cover(self, lines: dict[int, _Line]) -> None:
        """Fill the pieces, the widgets in front first."""
        uncovered = {y for y, line in lines.items() if line}
        for widget, (region, clip) in self.visible_widgets.items():
            if not uncovered:
                return
            area = region.intersection(clip)
            wanted = [
                y
                for y in area.line_range
                if y in uncovered and any(area.x <= x < area.right for x, piece in lines[y].items() if piece is None)
            ]
            for first, last in _runs(wanted):
                self._render(widget, region, area, range(first, last + 1), lines)
            uncovered -= {y for y in wanted if None not in lines[y].values()}

    def _render(self, widget: Widget, region: Region, area: Region, rows: range, lines: dict[int, _Line]) -> None:
        inside = Region(area.x - region.x, rows.start - region.y, area.width, len(rows))
        for y, strip in zip(rows, widget.render_lines(inside), strict=False):
            line = lines[y]
            cuts = [cut for cut in self.cuts[y] if area.x <= cut <= area.right]
            for left, piece in zip(cuts, strip.divide([cut - area.x for cut in cuts[1:]]), strict=False):
                if left in line and line[left] is None:
                    line[left] = piece


class _Ends:
    """Where the pieces of each line end, as a `ChopsUpdate` wants to know when it renders itself."""

    def __init__(self, cuts: Sequence[list[int]], lines: dict[int, _Line]) -> None:
        self._cuts = cuts
        self._lines = lines

    def __getitem__(self, y: int) -> list[int]:
        following = dict(pairwise(self._cuts[y]))
        return [following[left] for left in self._lines[y]]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
