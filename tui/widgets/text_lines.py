"""Lines of text with a cursor: for cards, where each line may stand for something to copy or to open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from textual.strip import Strip

from tui.safe_text import safe
from tui.widgets.columns import fit
from tui.widgets.virtual_list import VirtualList

__all__ = ["TextLine", "TextLines"]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: (text, style) pieces, styles being those of a list ("strong", "muted", "warn", ...).

    `copy` is what is copied from the line ("" for its whole text), `value` what it stands for.
    """

    pieces: tuple[tuple[str, str], ...] = ()
    copy: str = ""
    value: Any = None

    @property
    def text(self) -> str:
        """The line without styles."""
        return "".join(text for text, _ in self.pieces)


class TextLines(VirtualList):
    """Shows the lines; those that do not fit are cut at the right."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[TextLine, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """What is shown."""
        return self._lines

    @property
    def current(self) -> TextLine | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if self.cursor < len(self._lines) else None

    def show(self, lines: Sequence[TextLine], *, from_top: bool = True) -> None:
        """Show other lines; `from_top` puts the cursor on the first."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        if from_top:
            self.cursor = self.top = 0
        else:
            self.cursor = max(0, min(self.cursor, len(self._lines) - 1))
            self.top = self._top_for(self.cursor, self.top)
        self.refresh()

    def row_line(self, index: int, width: int) -> Strip:
        line = self._lines[index]
        if index == self.cursor and self.has_focus:
            return self.text_line(fit(" " + line.text, width), width, self.style_of("cursor"))
        segments = [Segment(" ", self.rich_style)]
        segments += [
            Segment(safe(text), self.style_of(style) if style else self.rich_style) for text, style in line.pieces
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)
