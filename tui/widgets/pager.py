"""Text that is longer than the screen, read with the arrow and page keys."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

__all__ = ["Pager"]


class Pager(Widget, can_focus=True):
    """Lines of content, made for the width there is. Keys move by line, page, and to the ends."""

    DEFAULT_CSS = "Pager { height: 1fr; padding: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
    ]

    def __init__(self, lines: Callable[[int], Sequence[Content]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = lines
        self._wrapped: Sequence[Content] = ()
        self._top = 0

    @property
    def position(self) -> str:
        """Which lines are in sight, as `1-20 of 45`."""
        last = min(self._top + self.size.height, len(self._wrapped))
        return f"{self._top + 1}-{last} of {len(self._wrapped)}"

    def on_resize(self, event: events.Resize) -> None:
        self._wrap()

    def _wrap(self) -> None:
        self._wrapped = self._lines(max(1, self.content_size.width))
        self.action_move(0)

    def render(self) -> Content:
        return Content("\n").join(self._wrapped[self._top : self._top + self.content_size.height])

    def action_move(self, distance: int) -> None:
        """Scroll by lines."""
        highest = max(0, len(self._wrapped) - self.content_size.height)
        self._top = min(max(self._top + distance, 0), highest)
        self.refresh()

    def action_page(self, direction: int) -> None:
        """Scroll by a page."""
        self.action_move(direction * max(1, self.content_size.height - 1))

    def action_end(self, direction: int) -> None:
        """Scroll to one end."""
        self.action_move(direction * len(self._wrapped))
