"""A terminal that shows what a painter sends, with or without the current background where it erases."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyte

__all__ = ["Erasing", "seen_cells"]


class Erasing(pyte.Screen):
    """pyte's screen with cells that are really there after erasing and moving lines.

    pyte forgets erased cells, or gives them the current style whatever terminal it plays. Here they become blanks in
    the current background where `coloured` (xterm, PuTTY, tmux, the Linux console), else in the default one (screen).
    """

    def __init__(self, columns: int, lines: int, *, coloured: bool) -> None:
        self.coloured = coloured
        super().__init__(columns, lines)

    def _blank(self) -> Any:
        return self.default_char._replace(bg=self.cursor.attrs.bg if self.coloured else "default")

    def _fill(self, line: int, columns: range) -> None:
        for column in columns:
            self.buffer[line][column] = self._blank()

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        start, end = {0: (self.cursor.x, self.columns), 1: (0, self.cursor.x + 1)}.get(how, (0, self.columns))
        self._fill(self.cursor.y, range(min(start, self.columns), min(end, self.columns)))

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        super().erase_in_display(how, *args, **kwargs)
        for line in range(self.lines if how >= 2 else 0):
            self._fill(line, range(self.columns))

    def erase_characters(self, count: int | None = None) -> None:
        self._fill(self.cursor.y, range(self.cursor.x, min(self.columns, self.cursor.x + (count or 1))))

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        super().set_margins(top, bottom)
        self.cursor_position()  # a terminal goes home when its margins are taken away, too

    def delete_lines(self, count: int | None = None) -> None:
        self._move_lines(count or 1)

    def insert_lines(self, count: int | None = None) -> None:
        self._move_lines(-(count or 1))

    def _move_lines(self, by: int) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        if not top <= self.cursor.y <= bottom:
            return
        old = {line: dict(self.buffer[line]) for line in range(self.cursor.y, bottom + 1)}
        for line in old:
            self._fill(line, range(self.columns))
            if line + by in old:
                self.buffer[line].update(old[line + by])
        self.carriage_return()


def seen_cells(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """What a person sees of each cell, line by line: of a blank only what a blank shows."""
    lines = []
    for line in range(screen.lines):
        cells: list[tuple[object, ...]] = []
        for column in range(screen.columns):
            char = screen.buffer[line][column]
            text = unicodedata.normalize("NFC", char.data)
            ink = (char.fg, char.bold) if text.strip() or char.reverse or char.underscore else ()
            cells.append((text, char.bg, char.reverse, char.underscore, ink))
        lines.append(cells)
    return lines
