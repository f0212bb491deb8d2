"""What an action will change: a line per item with the figures before and after, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.safe_text import safe
from tui.widgets.cutting import cut, cut_middle, wrap

__all__ = ["Change", "PreviewList"]

_NARROW = 60
_SLIM = 32
#: Lines of the screen that the rest of a dialog takes.
RESERVE = 9


@dataclass(frozen=True, slots=True)
class Change:
    """One item's line: its name, what there is, what there will be ("" while nothing is typed), the difference.

    `becomes` is what else comes of it, `note` where it goes. Warnings and refusals are sentences.
    """

    label: str
    before: str
    after: str = ""
    change: str = ""
    becomes: str = ""
    note: str = ""
    warnings: Sequence[str] = ()
    refusals: Sequence[str] = ()


class PreviewList(Widget, can_focus=False):
    """The changes; the one that is being typed is marked by `>` and kept in sight."""

    DEFAULT_CSS = "PreviewList { height: auto; max-height: 14; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._changes: tuple[Change, ...] = ()
        self._current = 0

    def show(self, changes: Sequence[Change], current: int = 0) -> None:
        """Show other changes; `current` is the one being typed."""
        shown = tuple(changes)
        if (shown, current) != (self._changes, self._current):
            relayout = [_height(change) for change in shown] != [_height(change) for change in self._changes]
            self._changes, self._current = shown, current
            self.refresh(layout=relayout)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        wanted = sum(len(lines) for lines in self._lines(width))
        return min(wanted, max(3, self.app.size.height - RESERVE))

    def render(self) -> Content:
        blocks = self._lines(self.content_size.width)
        height = self.content_size.height
        if len(blocks) == 1 and len(blocks[0]) > height > 0:
            # What speaks against it is to be read; what there is, and of what, has been seen.
            told = len(_Columns(self._changes, self.content_size.width).sentences(self._changes[0]))
            blocks = [blocks[0][max(0, min(len(blocks[0]) - height, len(blocks[0]) - told - 1)) :]] if told else blocks
        first = 0
        while sum(map(len, blocks[first : self._current + 1])) > height and first < self._current:
            first += 1
        lines = [line for block in blocks[first:] for line in block]
        if len(lines) > height > 0:
            last = lines[height - 1]
            # A figure is left as it is: with dots after it, it would read as the beginning of one.
            more = "" if last.plain[-1:].isdigit() else " …"
            lines = [*lines[: height - 1], cut(last + more, self.content_size.width)]
        return Content("\n").join(lines)

    def _lines(self, width: int) -> list[list[Content]]:
        if not self._changes or width <= 0:
            return []
        columns = _Columns(self._changes, width)
        several = len(self._changes) > 1
        return [columns.block(change, several and index == self._current) for index, change in enumerate(self._changes)]


def _height(change: Change) -> int:
    return len(change.warnings) + len(change.refusals)


class _Columns:
    """How wide each column is, for all changes together."""

    def __init__(self, changes: Sequence[Change], width: int) -> None:
        self.width = width
        self.before = max(cell_len(change.before) for change in changes)
        self.after = max(1, *(cell_len(change.after) for change in changes))
        self.change = max(cell_len(change.change) for change in changes)
        self.note = max(cell_len(safe(_aside(change))) for change in changes)
        figures = self.before + 3 + self.after + 2 + self.change + 2
        self.narrow = width < _NARROW
        self.single = len(changes) == 1
        room = width - 2 - figures - (2 + min(self.note, width // 4) if self.note else 0)
        longest = max(cell_len(safe(change.label)) for change in changes)
        self.label = max(8, min(longest, room))

    def block(self, change: Change, here: bool) -> list[Content]:
        sign = "> " if here else "  "
        label = Content.styled(safe(change.label), "bold" if here else "")
        figures = Content.assemble(
            f"{change.before:>{self.before}} → ",
            (f"{change.after or '?':>{self.after}}", "bold"),
            (f"  {change.change:>{self.change}}" if self.change else "", "$muted"),
        )
        note = Content.styled(safe(_aside(change)), "$muted")
        if self.narrow:
            lines = self._narrow_lines(change, sign, label, figures)
        else:
            name = label.truncate(self.label, ellipsis=True)
            line = Content(sign) + name.pad_right(self.label - name.cell_length) + "  " + figures
            lines = [cut(line + "  " + note if note else line, self.width)]
        return lines + self.sentences(change)

    def sentences(self, change: Change) -> list[Content]:
        """What speaks against it."""
        lines = []
        for text in change.refusals:
            lines += _sentence("!! ", text, "bold $bad", self.width)
        for text in change.warnings:
            lines += _sentence("! ", text, "bold $warn", self.width)
        return lines

    def _narrow_lines(self, change: Change, sign: str, label: Content, figures: Content) -> list[Content]:
        """Name, figures and note below each other; the figures on one line, or else each on its own."""
        sign, indent = ("", "") if self.single and self.width < _SLIM else (sign, "    ")
        name = cut_middle(label.plain, self.width - len(sign))
        lines = [Content(sign) + Content(name).stylize("bold" if sign == "> " else "")]
        if figures.cell_length + len(indent) <= self.width:
            lines.append(Content(indent) + figures)
        else:
            after = f"→ {change.after or '?'}"
            together = f"{after}  {change.change}"
            fits = cell_len(together) + len(indent[2:]) <= self.width
            amounts = (change.before, together) if fits else (change.before, after, change.change)
            lines += [cut(Content(f"{indent[2:]}{amount}".rstrip()), self.width) for amount in amounts if amount]
        if change.refusals:
            return lines  # nothing comes of it
        if change.becomes:
            pieces = wrap(safe(change.becomes), max(10, self.width - len(indent)))
            lines += [Content(indent) + Content.styled(piece, "$muted") for piece in pieces]
        if change.note:
            note = cut_middle(safe(change.note), self.width - len(indent))
            lines.append(Content(indent) + Content.styled(note, "$muted"))
        return lines


def _aside(change: Change) -> str:
    """What comes of it beside the figures."""
    return " ".join(filter(None, (change.becomes, change.note)))


def _sentence(sign: str, text: str, style: str, width: int) -> list[Content]:
    indent = " " * (len(sign) if width < _SLIM else 2 + len(sign))
    first, *rest = wrap(safe(text), max(10, width - len(indent)))
    return [
        Content.styled(line, style)
        for line in (f"{indent[: -len(sign)]}{sign}{first}", *(indent + piece for piece in rest))
    ]
