"""Making text fit: cut and wrapped so that no figure reads as another one, and names keep what tells them apart.

Thousands are set apart by a blank (`tui.views.formats.quantity`), so "1 038" must neither end in "1…" nor begin the
next line with "038".
"""

import re

from rich.cells import cell_len, set_cell_size
from textual.content import Content

__all__ = ["cut", "cut_middle", "wrap"]

ELLIPSIS = "…"
#: A figure as it is written: sign, thousands set apart by a blank or not, decimals.
_FIGURE = re.compile(r"[-+]?\d+(?: \d{3}(?!\d))*(?:[.,]\d+)*")
#: Stands for the blank inside a figure while lines are broken at blanks.
_STAND_IN = "\ue000"


def cut(content: Content, room: int) -> Content:
    """At most `room` cells of the content; what is cut ends in an ellipsis, and a figure goes as a whole."""
    if content.cell_length <= room:
        return content
    if room < 1:
        return Content()
    text = content.plain
    end = _fitting(text, room - 1)
    for figure in _FIGURE.finditer(text):
        # With nothing but the ellipsis after it, even a whole figure would read as the beginning of one.
        seen_whole = len(text[:end].rstrip()) > figure.end()
        if figure.start() < end and not seen_whole and not _is_name(text, figure.start()):
            end = figure.start()
            break
    return content[:end] + ELLIPSIS


def cut_middle(text: str, room: int) -> str:
    """A name in at most `room` cells: both ends stay, the last part of a path and the size of a part among them."""
    if cell_len(text) <= room:
        return text
    if room < 3:
        return text[: _fitting(text, room)]
    slash = text.rfind("/")
    if slash > 0 and cell_len(text) - slash <= room - 1:
        head = room - 1 - cell_len(text[slash:])
    else:
        head = (room - 1) * 2 // 5
    front = text[: _fitting(text, head)]
    back = text[len(text) - _fitting(text[::-1], room - 1 - cell_len(front)) :]
    return front + ELLIPSIS + back


def wrap(text: str, width: int, height: int = 0) -> list[str]:
    """The text on lines of at most `width` cells, broken at blanks that are not inside a figure.

    With a `height` (in lines) what is more is left out, and the last line ends in an ellipsis.
    """
    joined = _FIGURE.sub(lambda figure: figure.group().replace(" ", _STAND_IN), text)
    pieces = Content(joined).wrap(max(1, width))
    lines = [piece.plain.replace(_STAND_IN, " ").rstrip() for piece in pieces] or [""]
    if height and len(lines) > height:
        last = cut(Content(" ".join(lines[height - 1 :])), width).plain
        lines = [*lines[: height - 1], last]
    return lines


def _fitting(text: str, room: int) -> int:
    """How many characters of the text fit into `room` cells."""
    if text.isascii():
        return min(len(text), max(0, room))
    return len(set_cell_size(text, max(0, room)).rstrip()) if cell_len(text) > room else len(text)


def _is_name(text: str, at: int) -> bool:
    """Whether the digits at this place belong to a word ("C_100nF"): that may be cut, being no figure."""
    return at > 0 and (text[at - 1].isalpha() or text[at - 1] in "_/-#")
