"""Change single values of a TOML file and leave everything else, comments too, as its owner wrote it.

The standard library reads TOML but does not write it, and a file that people edit must not come back rearranged. Only
plain `key = value` lines under plain `[table]` headers are changed; the result is parsed again, and if it does not say
what it should (the value was written in a way this does not know), `NotEditable` is raised and nothing is returned.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from typing import Any

__all__ = ["NotEditable", "line_of", "set_value"]

Scalar = str | bool | int | float

_HEADER = re.compile(r"^\s*\[(?P<name>[^\[\]]+)\]\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<key>[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*')\s*=""")
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


class NotEditable(ValueError):
    """The value is written in a way that cannot be changed line by line."""


def set_value(text: str, table: Sequence[str], key: str, value: Scalar) -> str:
    """Return `text` with `key` of `table` (() for the top) set to `value`; the table is added where it is missing.

    Raises NotEditable, and tomllib.TOMLDecodeError when `text` is not TOML in the first place.
    """
    wanted = _with_value(tomllib.loads(text), table, key, value)
    lines = _lines(text)
    start, end = _table_span(lines, table)
    entry = f"{_spell(key)} = {_literal(value)}"
    if start is None:
        lines += [*([""] if lines else []), f"[{'.'.join(_spell(part) for part in table)}]", entry]
    else:
        _put(lines, start, end, key, entry)
    result = "\n".join(lines) + "\n"
    try:
        if tomllib.loads(result) == wanted:
            return result
    except tomllib.TOMLDecodeError:
        pass
    raise NotEditable(f"{'.'.join([*table, key])} is not on a line of its own")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line number (from 1) where the key or table `path` is written, None if it is not found."""
    lines = _lines(text)
    start, end = _table_span(lines, path[:-1])
    if start is not None:
        for number in range(start, end):
            if _key_of(lines[number]) == path[-1]:
                return number + 1
    for number, line in enumerate(lines):
        if _header_of(line) == tuple(path):
            return number + 1
    return None


def _lines(text: str) -> list[str]:
    """The lines as TOML has them; other line separators of Unicode may stand inside a value."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _put(lines: list[str], start: int, end: int, key: str, entry: str) -> None:
    """Replace the line of `key` between `start` and `end`, or add it after the last line that says something."""
    for number in range(start, end):
        if _key_of(lines[number]) == key:
            comment = _trailing_comment(lines[number])
            lines[number] = f"{entry}  {comment}" if comment else entry
            return
    while end > start and not lines[end - 1].strip():
        end -= 1
    lines.insert(end, entry)


def _table_span(lines: list[str], table: Sequence[str]) -> tuple[int | None, int]:
    """First line after the header of `table` and the line of the next header; (None, 0) when it is not there."""
    start: int | None = None if table else 0
    for number, line in enumerate(lines):
        if not line.lstrip().startswith("["):
            continue
        if start is not None:
            return start, number
        if _header_of(line) == tuple(table):
            start = number + 1
    return start, len(lines) if start is not None else 0


def _header_of(line: str) -> tuple[str, ...] | None:
    match = _HEADER.match(line)
    if match is None:
        return None
    try:
        tree: Any = tomllib.loads(f"[{match['name']}]")
    except tomllib.TOMLDecodeError:
        return None
    names = []
    while tree:
        name, tree = next(iter(tree.items()))
        names.append(name)
    return tuple(names)


def _key_of(line: str) -> str | None:
    match = _KEY.match(line)
    return match["key"].strip("\"'") if match else None


def _trailing_comment(line: str) -> str:
    """The comment after a value, "" where there is none (or where a `#` might belong to the value)."""
    head, mark, tail = line.rpartition("#")
    return mark + tail if mark and not set(tail) & set("\"'") and head.rstrip() else ""


def _spell(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A TOML basic string takes the same escapes as a JSON string, save for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _with_value(tree: dict[str, Any], table: Sequence[str], key: str, value: Scalar) -> dict[str, Any]:
    spot: Any = tree
    for name in table:
        spot = spot.setdefault(name, {})
        if not isinstance(spot, dict):
            raise NotEditable(f"{name} is not a table")
    spot[key] = value
    return tree
