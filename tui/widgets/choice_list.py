"""A short list to choose from with the arrow keys while a text field keeps the focus."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.safe_text import safe
from tui.widgets.cutting import cut, cut_middle, wrap

__all__ = ["Choice", "ChoiceList"]

#: Below this width the detail goes under the choice.
_NARROW = 48
_INDENT = "    "
CURSOR_STYLE = "$block-cursor-foreground on $block-cursor-background $block-cursor-text-style"


@dataclass(frozen=True, slots=True)
class Choice:
    """A line to choose: what it stands for, its text, what is said beside it, and whether it is ticked.

    `ticked` is None where there is nothing to tick.
    """

    value: Any
    label: str
    detail: str = ""
    ticked: bool | None = None


class ChoiceList(Widget, can_focus=False):
    """The choices, as many lines as fit; the one under the cursor is also marked by `>`.

    Where it is narrow the labels have the whole width, and what is said beside them is said of the one under the
    cursor, below it.
    """

    DEFAULT_CSS = "ChoiceList { height: auto; max-height: 100%; padding: 0 1; }"

    def __init__(
        self, *, rows: int = 10, empty: str = "Nothing matches.", reserve: int = 6, detail_rows: int = 1,
        id: str | None = None,
    ) -> None:  # fmt: skip
        """`rows` are shown at most, and always so few that `reserve` lines of the screen are left for other things.
        `detail_rows` is how many lines a detail may take where it is narrow."""
        super().__init__(id=id)
        self._reserve = reserve
        self._detail_rows = detail_rows
        self._choices: tuple[Choice, ...] = ()
        self._rows = rows
        self._empty = empty
        self._cursor = 0
        self._top = 0

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    @property
    def current(self) -> Choice | None:
        """The choice under the cursor, None when there is none."""
        return self._choices[self._cursor] if self._choices else None

    def set_choices(self, choices: Sequence[Choice], *, empty: str | None = None) -> None:
        """Show other choices; the cursor stays on the same value when that is still there, else goes to the top."""
        before = self.current
        self._choices = tuple(choices)
        if empty is not None:
            self._empty = empty
        values = [choice.value for choice in self._choices]
        self._cursor = values.index(before.value) if before is not None and before.value in values else 0
        self._scroll()
        self.refresh(layout=True)

    def move(self, distance: int) -> None:
        """Move the cursor; it stops at the ends."""
        if self._choices:
            self._cursor = min(max(self._cursor + distance, 0), len(self._choices) - 1)
            self._scroll()
            self.refresh()

    def select(self, value: Any) -> None:
        """Put the cursor on the choice with this value, if it is there."""
        for index, choice in enumerate(self._choices):
            if choice.value == value:
                self._cursor = index
                self._scroll()
                self.refresh()

    @property
    def page(self) -> int:
        """How many lines a page key moves."""
        return max(1, self._visible_rows - 1)

    @property
    def _visible_rows(self) -> int:
        return max(1, (self.content_size.height or self._rows) - self._expands)

    @property
    def _expands(self) -> int:
        """How many lines more the choice under the cursor may take, for its detail."""
        return self._expands_at(self.content_size.width)

    def _expands_at(self, width: int) -> int:
        if not 0 < width < _NARROW:
            return 0
        return max((len(self._detail(choice, width)) for choice in self._choices), default=0)

    def _detail(self, choice: Choice, width: int) -> list[str]:
        detail = safe(choice.detail)
        if not detail or self._detail_rows == 1:
            return [detail] if detail else []
        return wrap(detail, max(10, width - len(_INDENT)), self._detail_rows)

    def _scroll(self) -> None:
        rows = self._visible_rows
        self._top = max(0, min(self._top, len(self._choices) - rows))
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + rows:
            self._top = self._cursor - rows + 1

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return max(
            1, min(len(self._choices) + self._expands_at(width), self._rows, self.app.size.height - self._reserve)
        )

    def on_resize(self) -> None:
        top = self._top
        self._scroll()
        if self._top != top:
            self.refresh()  # there is room for choices above, and it may be painted already

    def render(self) -> Content:
        width = self.content_size.width
        if not self._choices:
            return Content.styled(safe(self._empty), "$muted").truncate(width, ellipsis=True)
        shown = self._choices[self._top : self._top + self._visible_rows]
        if self._expands:
            return self._expanded(shown, width)
        room = max(8, width * 2 // 3) if any(choice.detail for choice in shown) else width
        left = min(max(cell_len(safe(choice.label)) for choice in shown) + 2, room)
        lines = [self._line(choice, self._top + row == self._cursor, left, width) for row, choice in enumerate(shown)]
        return Content("\n").join(lines)

    def _expanded(self, shown: Sequence[Choice], width: int) -> Content:
        lines = []
        for row, choice in enumerate(shown):
            here = self._top + row == self._cursor
            lines.append(self._line(replace(choice, detail=""), here, width, width))
            if here:
                detail = self._detail(choice, width)
                lines += [cut(Content.styled(f"{_INDENT}{text}", "$muted"), width) for text in detail]
        return Content("\n").join(lines)

    def _line(self, choice: Choice, here: bool, left: int, width: int) -> Content:
        tick = "" if choice.ticked is None else ("[x] " if choice.ticked else "[ ] ")
        head = f"{'>' if here else ' '} {tick}"
        room = min(left + len(tick), width)
        label = Content(head + cut_middle(safe(choice.label), max(1, room - len(head))))
        detail = Content.styled(safe(choice.detail), "" if here else "$muted")
        line = cut(label.pad_right(max(0, room + 2 - label.cell_length)) + detail, width) if choice.detail else label
        line = line.pad_right(max(0, width - line.cell_length))
        return line.stylize(CURSOR_STYLE) if here else line
