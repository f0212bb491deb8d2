"""What the doctor found, and how it is printed."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tui.safe_text import safe

__all__ = ["Finding", "as_lines", "quoted"]

_INDENT: Final = 14
_NARROWEST: Final = 20
_NAMES: Final = {
    0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x08: "BS", 0x09: "TAB", 0x0A: "LF", 0x0D: "CR", 0x1B: "ESC", 0x1C: "FS",
    0x1D: "GS", 0x1E: "RS", 0x1F: "US", 0x20: "SPACE", 0x7F: "DEL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is and, where that is worth changing, what to do."""

    name: str
    value: str
    advice: str = ""


def as_lines(findings: Iterable[Finding], width: int) -> list[str]:
    """Lines of at most `width` columns; the advice begins with an arrow. What comes from elsewhere is made safe."""
    width = max(width, _NARROWEST)
    indent = " " * (_INDENT if width >= 60 else 2)
    lines = []
    for found in findings:
        head = f"{found.name:<{_INDENT - 1}} " if width >= 60 else f"{found.name}: "
        lines += textwrap.wrap(head + safe(found.value), width, subsequent_indent=indent) or [head.rstrip()]
        if found.advice:
            advice = f"{indent}-> {safe(found.advice)}"
            lines += textwrap.wrap(advice, width, subsequent_indent=f"{indent}   ")
    return lines


def quoted(data: bytes) -> str:
    """Bytes as people can read them: printable characters as they are, the others by name or number in <>."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(
        char if char.isprintable() and not 0xDC80 <= ord(char) <= 0xDCFF and char != " " else _named(char)
        for char in text
    )


def _named(char: str) -> str:
    if 0xDC80 <= ord(char) <= 0xDCFF:
        return f"<{ord(char) - 0xDC00:02x}>"
    return f"<{_NAMES.get(ord(char), f'{ord(char):02x}')}>"
