"""Labels with the barcodes of commands, to be printed and hung where the work is done.

Scanned, a label does what a key does (`tui.scanning.verbs`). Code 128, which every scanner reads as it leaves its box;
the bars come from python-barcode (the extra `labels`). A page without scripts for a browser's printer, or an SVG for
each label; the texts alone need no library.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from tui.actions import BY_ID
from tui.scanning.verbs import PREFIX, VERBS

__all__ = ["FORMATS", "LabelError", "VerbLabel", "as_html", "as_svg", "as_text", "verb_labels", "write_svgs"]

FORMATS: Final = ("html", "svg", "text")
#: Code 128 wants ten modules of white on either side (ISO/IEC 15417, 4.3.1).
_QUIET: Final = 10
#: Millimetres: at a third of a millimetre for a module cheap readers need no aiming.
_MODULE: Final = 0.33
_HEIGHT: Final = 15.0
_TEXT: Final = 5.0


class LabelError(Exception):
    """The labels cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class VerbLabel:
    """A label: the barcode's text, what stands above it in large letters, and what it does."""

    code: str
    title: str
    help: str


def verb_labels() -> tuple[VerbLabel, ...]:
    """A label for every command that has a barcode."""
    return tuple(
        VerbLabel(PREFIX + verb, verb.replace("-", " "), BY_ID[actions[0]].help) for verb, actions in VERBS.items()
    )


def as_text() -> str:
    """A line for each label, with tabs: the barcode's text, the title, what it does; for label printers' programs."""
    return "".join(f"{label.code}\t{label.title}\t{label.help}\n" for label in verb_labels())


def as_svg(label: VerbLabel) -> str:
    """The bars with the title above and the text below. Raises LabelError without the library."""
    runs = list(_runs(label.code))
    width = sum(size for _, size in runs) * _MODULE + 2 * _QUIET * _MODULE
    bars, left = [], _QUIET * _MODULE
    for dark, size in runs:
        if dark:
            bars.append(f"M{left:.2f} {_TEXT + 1:g}h{size * _MODULE:.2f}v{_HEIGHT:g}h-{size * _MODULE:.2f}z")
        left += size * _MODULE
    height = _HEIGHT + 2 * _TEXT + 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:.2f} {height:g}" role="img" aria-label="{escape(label.code)}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<g font-family="sans-serif" text-anchor="middle">'
        f'<text x="{width / 2:.2f}" y="{_TEXT:g}" font-size="5" font-weight="bold">{escape(label.title)}</text>'
        f'<text x="{width / 2:.2f}" y="{height - 1:g}" font-size="3">{escape(label.code)}</text></g>'
        f'<path d="{"".join(bars)}"/></svg>\n'
    )


def as_html() -> str:
    """A page with all labels, to be printed from a browser. Raises LabelError without the library."""
    figures = "".join(
        f"<figure>{as_svg(label)}<figcaption>{escape(label.help)}</figcaption></figure>\n" for label in verb_labels()
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<title>Bincard: barcodes of commands</title>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Barcodes of commands</h1>\n"
        "<p>Print at 100 %. Scan one in Bincard, where no text field is waiting for input.</p>\n"
        f"<main>\n{figures}</main>\n</body>\n</html>\n"
    )


_STYLE: Final = (
    "@page{size:auto;margin:12mm}body{font-family:sans-serif;margin:0}h1{font-size:14pt}p{font-size:9pt}"
    "main{display:flex;flex-wrap:wrap;gap:6mm}figure{margin:0;padding:3mm;border:0.2mm dashed #999;"
    "break-inside:avoid}figcaption{font-size:8pt;max-width:70mm}svg{display:block}"
)


def write_svgs(directory: Path) -> list[Path]:
    """Write a file for each label into `directory`, which is made; the files. Raises LabelError, OSError."""
    drawn = {f"{label.code.lower()}.svg": as_svg(label) for label in verb_labels()}
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for name, content in drawn.items():
        (directory / name).write_text(content, encoding="utf-8")
        files.append(directory / name)
    return files


def _runs(code: str) -> Iterator[tuple[bool, int]]:
    """Bars (True) and blanks from left to right, with their widths in modules."""
    try:
        from barcode.codex import Code128
    except ImportError as error:
        raise LabelError(
            "drawing barcodes needs python-barcode: install Bincard with the extra `labels` "
            "(pip install 'bincard[labels]'), or print the texts (--format text) with a label program"
        ) from error
    for module, run in groupby(Code128(code).build()[0]):
        yield module == "1", len(list(run))
