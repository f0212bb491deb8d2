"""The line that is to be counted now: where it is, what it is, and what tells it from its neighbours."""

from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.counting.lines import CountLine
from tui.safe_text import safe
from tui.screens.count_rows import end_of

__all__ = ["CountTask"]


@dataclass(frozen=True, slots=True)
class _Shown:
    line: CountLine | None = None
    counted: str = ""
    instead: str = ""
    who: str = ""


class CountTask(Widget, can_focus=False):
    """Location, part, and its marks; each in a line of its own. Always as high, so that nothing below it jumps."""

    DEFAULT_CSS = "CountTask { height: auto; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown = _Shown()

    def show(self, line: CountLine | None, counted: str = "", instead: str = "", who: str = "") -> None:
        """Show a line, what has been counted of it and `who` else has to do with it; where there is none, the sentence
        `instead`."""
        shown = _Shown(line, counted, instead, who)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 3

    def render(self) -> Content:
        line, width = self._shown.line, self.content_size.width
        if line is None:
            wrapped = Content(safe(self._shown.instead)).wrap(max(10, width)) if self._shown.instead else []
            return Content("\n").join(wrapped[:3])
        rows = [
            Content.assemble((safe(end_of(line.where, width)), "bold")),
            Content.assemble((safe(line.name), "bold $key-foreground")),
            Content.assemble(*self._marks(line)),
        ]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)

    def _marks(self, line: CountLine) -> list[tuple[str, str]]:
        parts: list[tuple[str, str]] = []
        if self._shown.counted:
            parts.append((f"counted {self._shown.counted}", "bold $warn"))
        if self._shown.who:
            parts.append((self._shown.who, "bold $warn"))
        if line.mark:
            parts.append((line.mark, "bold"))
        if line.expected:
            parts.append((f"expected {line.expected}", ""))
        parts += [(text, "") for text in (line.ipn, line.packaging) if text]
        if line.found:
            parts.append(("found", ""))
        gap = "  " if self.content_size.width >= 40 else " "
        return [(safe(text) + gap, style) for text, style in parts]
