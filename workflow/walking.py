"""Walking order: locations sorted as somebody passes them, shelf A2 before shelf A10.

Paths are compared level by level, so that everything below a location comes right after it, and within a level numbers
count as numbers.
"""

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["WalkingKey", "shared_path", "walking_key"]

#: A run of digits as (0, how many, digits), other text as (1, 0, text); digits come before letters.
_Piece = tuple[int, int, str]
#: What a path sorts by; only compared, never read.
WalkingKey = tuple[bool, tuple[tuple[_Piece, ...], ...], str]

_DIGITS: Final = re.compile(r"([0-9]+)")


def walking_key(path: str) -> WalkingKey:
    """What a location path ("Factory/Shelf A2") sorts by; no path at all comes last. Upper and lower case are equal."""
    return not path.strip(), tuple(_pieces(level) for level in path.split("/")), path


def shared_path(paths: Iterable[str]) -> str:
    """What all paths begin with, up to and with its last "/"; always less than any whole path. "" for no paths."""
    levels = [path.split("/")[:-1] for path in paths if path]
    if not levels:
        return ""
    first, last = min(levels), max(levels)
    same = 0
    while same < len(first) and same < len(last) and first[same] == last[same]:
        same += 1
    return "".join(f"{level}/" for level in first[:same])


def _pieces(level: str) -> tuple[_Piece, ...]:
    found = _DIGITS.split(" ".join(level.casefold().split()))
    return tuple(_number(text) if index % 2 else (1, 0, text) for index, text in enumerate(found) if text)


def _number(digits: str) -> _Piece:
    # Compared by length, then as text: the same as by value, for a number of any length.
    significant = digits.lstrip("0")
    return 0, len(significant), significant
