"""Pictures of the real screens for the README: runs `bincard demo` in a terminal, types, and draws what is there.

    python -m docs.screenshots          (make screenshots)

Each picture is an SVG of the emulated terminal's cells, without fonts or scripts from elsewhere.
"""

import sys
import tempfile
from html import escape
from pathlib import Path

from pyte.screens import Char

from tests.terminal import Terminal

HERE = Path(__file__).parent / "screens"
CELL, LINE = 8.4, 17
PALETTE = {
    "black": "#1c1c1c", "red": "#d75f5f", "green": "#87af5f", "brown": "#d7af5f", "blue": "#5f87d7",
    "magenta": "#af87d7", "cyan": "#5fafaf", "white": "#d0d0d0", "brightblack": "#767676", "brightred": "#ff8787",
    "brightgreen": "#afd787", "brightbrown": "#ffd787", "brightblue": "#87afff", "brightmagenta": "#d7afff",
    "brightcyan": "#87d7d7", "brightwhite": "#ffffff",
}  # fmt: skip
INK, PAPER = "#d0d0d0", "#101418"
GROUND = "000000"  # what the dark theme's ground becomes in 256 colours; the emulator leaves erased cells "default"


def colour(name: str, fallback: str) -> str:
    """A colour of the emulator as CSS."""
    if name in ("default", GROUND):
        return fallback
    return PALETTE.get(name) or f"#{name}"


def looks(cell: Char) -> tuple[str, str, bool]:
    """Ink, paper and weight of a cell."""
    ink, paper = colour(cell.fg, INK), colour(cell.bg, PAPER)
    return (paper, ink, cell.bold) if cell.reverse else (ink, paper, cell.bold)


def drawing(terminal: Terminal, columns: int, rows: int) -> str:
    """The screen as SVG; runs of like cells are one text."""
    width, height = columns * CELL + 16, rows * LINE + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">',
        f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>',
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" xml:space="preserve">',
    ]
    for row in range(rows):
        start = 0
        while start < columns:
            look = looks(terminal.cell(row, start))
            stop = start
            while stop < columns and looks(terminal.cell(row, stop)) == look:
                stop += 1
            text = "".join(terminal.cell(row, column).data for column in range(start, stop))
            ink, paper, bold = look
            x, y = 8 + start * CELL, 8 + row * LINE
            if paper != PAPER:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{(stop - start) * CELL:.1f}" height="{LINE}" fill="{paper}"/>'
                )
            if text.strip():
                weight = ' font-weight="bold"' if bold else ""
                parts.append(
                    f'<text x="{x:.1f}" y="{y + 13}" textLength="{(stop - start) * CELL:.1f}" fill="{ink}"{weight}>'
                    f"{escape(text)}</text>"
                )
            start = stop
    return "\n".join([*parts, "</g></svg>", ""])


def take(name: str, columns: int, rows: int, keys: list[tuple[str, ...]], wait: str, scratch: Path) -> None:
    """One picture: start the demo at a size, press the keys (waiting for the screen to settle between), draw."""
    environment = {f"BINCARD_{part}_DIR": str(scratch / part.lower()) for part in ("CONFIG", "STATE", "CACHE", "DATA")}
    command = [sys.executable, "-m", "tui", "demo"]
    with Terminal(command, columns=columns, rows=rows, env=environment) as terminal:
        terminal.wait_for("On hand|on hand|items", timeout=60)
        terminal.settle(1.0)
        for pressed in keys:
            terminal.press(*pressed)
            terminal.settle(0.6)
        terminal.wait_for(wait)
        terminal.settle(0.6)
        (HERE / f"{name}.svg").write_text(drawing(terminal, columns, rows))
        print(f"{name}.svg  {columns}x{rows}")


def main() -> int:
    """Take all pictures."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        take("stock", 100, 30, [("tab",), ("down",), ("down",)], "Quantity", folder)
        take("count", 80, 24, [("tab",), ("down",), ("c",), ("1",), ("2",)], "Counted", folder)
        take("card", 100, 30, [("tab",), ("down",), ("down",), ("enter",)], "[Bb]alance", folder)
        take("board", 132, 30, [("o",)], "PO0012", folder)
        take("receive", 100, 24, [("o",), ("R",), tuple("YAG1343"), ("enter",)], "to come", folder)
        take("pick", 100, 24, [("o",), ("2",), ("down",), ("A",)], "Go to", folder)
        take("supplier", 100, 30, [("l",), tuple("311-1.0KDGTR"), ("enter",)], "RES SMD", folder)
        take("handheld", 40, 16, [], "items", folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
