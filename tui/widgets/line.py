"""One line of text in a few styles, repainted only when it changes."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.safe_text import safe
from tui.widgets.cutting import cut

__all__ = ["Line", "Part", "width_of"]

#: A piece of text and its style ("", "bold", "$warn bold", ...).
Part = tuple[str, str]


def width_of(parts: Iterable[Part]) -> int:
    """How many terminal cells the parts take."""
    return sum(cell_len(text) for text, _ in parts)


class Line(Widget, can_focus=False):
    """A line made of parts: those of `left` from the left edge, those of `right` at the right edge.

    When both do not fit, the left gives way: it is cut and ends in an ellipsis, never inside a figure.
    """

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """What the line says, without styles."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Show other parts; nothing is sent when they are the same."""
        clean_left = tuple((safe(text), style) for text, style in left)
        clean_right = tuple((safe(text), style) for text, style in right)
        if (clean_left, clean_right) != (self._left, self._right):
            self._left, self._right = clean_left, clean_right
            self.refresh(layout=self.styles.auto_dimensions)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return width_of((*self._left, *self._right))

    def render(self) -> Content:
        width = self.content_size.width
        right = cut(Content.assemble(*self._right), width)
        room = max(0, width - right.cell_length - (1 if self._right else 0))
        left = cut(Content.assemble(*self._left), room)
        return left.pad_right(width - right.cell_length - left.cell_length) + right
