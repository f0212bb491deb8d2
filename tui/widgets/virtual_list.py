"""A list of any length that repaints the two lines a moved cursor changes and turns pages at its edges.

Scrolling line by line sends the whole list for each key. Here the lines stay where they are until the cursor leaves
the page; then the page turns, with one line of the old page kept in sight. What a line shows is for the subclasses.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["VirtualList"]

CONTEXT = 1  # lines of the page before that stay in sight when a page turns


class VirtualList(Widget, can_focus=True):
    """The cursor and the pages of a list; a subclass says how many rows there are and what each line looks like."""

    DEFAULT_CSS = """
    VirtualList { height: 1fr; width: 1fr; background: $background; color: $foreground; }
    VirtualList > .list--header { background: $panel; color: $foreground; text-style: bold; }
    VirtualList > .list--cursor { background: $primary-muted; color: $foreground; text-style: bold; }
    VirtualList:focus > .list--cursor {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    VirtualList > .list--muted { color: $text-muted; }
    VirtualList > .list--number { color: $foreground; }
    VirtualList > .list--strong { text-style: bold; }
    VirtualList > .list--good { color: $text-success; }
    VirtualList > .list--warn { color: $text-warning; }
    VirtualList > .list--bad { color: $text-error; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"list--{name}" for name in ("header", "cursor", "muted", "number", "strong", "good", "warn", "bad")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", "Up", show=False, id="list.up"),
        Binding("down", "cursor_down", "Down", show=False, id="list.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="list.page_down"),
        Binding("home,ctrl+home", "first", "First", show=False, id="list.first"),
        Binding("end,ctrl+end", "last", "Last", show=False, id="list.last"),
        Binding("enter", "select", "Open", show=False, id="list.select"),
    ]

    class CursorMoved(Message):
        """The cursor is on another row. Only the last of a burst arrives."""

        def __init__(self, control: VirtualList, index: int) -> None:
            super().__init__()
            self.list = control
            self.index = index

        @property
        def control(self) -> VirtualList:
            """The list it happened in."""
            return self.list

        def can_replace(self, message: Message) -> bool:
            """A later move makes this one pointless."""
            return isinstance(message, VirtualList.CursorMoved) and message.list is self.list

    class Selected(Message):
        """Enter was pressed, or a row clicked twice."""

        def __init__(self, control: VirtualList, index: int) -> None:
            super().__init__()
            self.list = control
            self.index = index

        @property
        def control(self) -> VirtualList:
            """The list it happened in."""
            return self.list

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None, disabled: bool = False
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.cursor = 0
        self.top = 0
        self._line_styles: dict[str, Style] = {}

    # -- for subclasses ----------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return 0

    @property
    def header_height(self) -> int:
        """Lines above the rows."""
        return 0

    def header_line(self, width: int) -> Strip:
        """What stands above the rows."""
        return Strip.blank(width, self.style_of("header"))

    def row_line(self, index: int, width: int) -> Strip:
        """What the line of a row shows; called for rows on the screen only."""
        raise NotImplementedError

    def empty_line(self, line: int, width: int) -> Strip:
        """What a line below the last row shows (`line` counts from the first row's line)."""
        return Strip.blank(width, self.rich_style)

    def cursor_moved(self) -> None:
        """Called when the cursor or the page moved, before the message goes out."""

    # -- pages -------------------------------------------------------------------------------------------------------

    @property
    def page_height(self) -> int:
        """How many rows are on the screen at once."""
        return max(1, self.size.height - self.header_height)

    @property
    def visible_range(self) -> range:
        """Indexes of the rows on the screen."""
        return range(self.top, min(self.top + self.page_height, max(self.row_count, self.top)))

    def move_to(self, index: int, *, top: int | None = None) -> None:
        """Put the cursor on a row (the nearest there is), turning the page when it is not on this one.

        `top` asks for a certain first row on the screen.
        """
        if not self.row_count:
            return
        index = max(0, min(index, self.row_count - 1))
        old, old_top = self.cursor, self.top
        self.cursor = index
        self.top = self._top_for(index, self.top if top is None else top)
        if (index, self.top) == (old, old_top):
            return
        if self.top == old_top:
            self.repaint_rows(old, index)
        else:
            self.refresh()
        self.cursor_moved()
        self._show_place()
        if index != old:
            self.post_message(self.CursorMoved(self, index))

    def _top_for(self, index: int, top: int) -> int:
        """The first row of the page that shows `index`, nearest to what is wanted."""
        page = self.page_height
        last_top = max(0, self.row_count - page)
        if not top <= index < top + page:
            if index == top + page:
                top = index - min(CONTEXT, page - 1)
            elif index == top - 1:
                top = index - page + 1 + min(CONTEXT, page - 1)
            else:
                top = index - page // 2
        return max(0, min(top, last_top))

    def repaint_rows(self, *indexes: int) -> None:
        """Have the lines of these rows painted again, those that are on the screen."""
        header, width = self.header_height, self.size.width
        lines = {index - self.top for index in indexes if self.top <= index < self.top + self.page_height}
        if lines:
            self.refresh(*(Region(0, line + header, width, 1) for line in lines))

    def _show_place(self) -> None:
        """Let the terminal's own (hidden) cursor follow, for screen readers and braille displays."""
        if self.has_focus:
            x, y = self.content_region.offset
            self.app.cursor_position = Offset(x, y + self.cursor - self.top + self.header_height)

    # -- painting ----------------------------------------------------------------------------------------------------

    def style_of(self, name: str) -> Style:
        """The style of a component (`header`, `cursor`, `warn`, ...); unknown names are plain."""
        style = self._line_styles.get(name)
        if style is None:
            known = f"list--{name}" in self.COMPONENT_CLASSES
            style = self.get_component_rich_style(f"list--{name}") if known else self.rich_style
            self._line_styles[name] = style
        return style

    def notify_style_update(self) -> None:
        """Forget the styles (the theme or the focus changed)."""
        self._line_styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        width = self.size.width
        line = y - self.header_height
        if line < 0:
            return self.header_line(width)
        index = self.top + line
        if index < self.row_count:
            return self.row_line(index, width)
        return self.empty_line(line, width)

    @staticmethod
    def text_line(text: str, width: int, style: Style) -> Strip:
        """A line of one style, filled up to its width; `text` must fit."""
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    # -- events ------------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        top, self.top = self.top, self._top_for(self.cursor, self.top)
        if self.top != top:
            self.refresh()  # the list may be painted already, and then only rows that change are
        self.cursor_moved()

    def on_focus(self) -> None:
        """Show that the keys go here."""
        self._line_styles.clear()
        self.repaint_rows(self.cursor)
        self._show_place()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self._line_styles.clear()
        self.repaint_rows(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens the row."""
        index = self.top + event.y - self.header_height
        if event.y >= self.header_height and index < self.row_count:
            self.move_to(index)
            if event.chain == 2:
                self.action_select()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves by three rows."""
        event.stop()
        self.move_to(self.cursor + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves by three rows."""
        event.stop()
        self.move_to(self.cursor - 3)

    # -- actions -----------------------------------------------------------------------------------------------------

    def action_cursor_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor - 1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self.move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        """One page up, the cursor staying on its line of the screen."""
        step = max(1, self.page_height - CONTEXT)
        self.move_to(self.cursor - step, top=max(0, self.top - step))

    def action_page_down(self) -> None:
        """One page down, the cursor staying on its line of the screen."""
        step = max(1, self.page_height - CONTEXT)
        self.move_to(self.cursor + step, top=self.top + step)

    def action_first(self) -> None:
        """To the first row."""
        self.move_to(0, top=0)

    def action_last(self) -> None:
        """To the last row."""
        self.move_to(self.row_count - 1, top=self.row_count - self.page_height)

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if self.cursor < self.row_count:
            self.post_message(self.Selected(self, self.cursor))
