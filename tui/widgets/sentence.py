"""A sentence that takes as many lines as it needs, and none when there is nothing to say."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.safe_text import safe
from tui.widgets.cutting import wrap

__all__ = ["Sentence"]


class Sentence(Widget, can_focus=False):
    """Says what is wrong or going on, in a style and after a sign; three lines at most."""

    DEFAULT_CSS = "Sentence { height: auto; max-height: 3; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._style = ""

    def say(self, text: str, style: str = "", sign: str = "") -> None:
        """Show another sentence; "" shows nothing."""
        shown = safe(sign + text) if text else ""
        if (shown, style) != (self._text, self._style):
            width = self.content_size.width
            before, self._text, self._style = self._height_at(width), shown, style
            self.refresh(layout=self._height_at(width) != before)

    def _height_at(self, width: int) -> int:
        return len(wrap(self._text, max(10, width))) if self._text else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if not self._text and self.screen.has_class("-low"):
            return 0
        return len(wrap(self._text, max(10, width)))

    def render(self) -> Content:
        lines = wrap(self._text, max(10, self.content_size.width), max(1, self.content_size.height))
        return Content("\n".join(lines)).stylize(self._style)
