"""What the environment says of the terminal, and what the terminal answers."""

import locale
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from tui.doctor.console import Console
from tui.doctor.findings import Finding
from tui.version import VERSION

__all__ = ["answers", "colours", "multiplexer", "surroundings"]

_PATIENCE: Final = 2.0
_SYNCHRONIZED: Final = re.compile(rb"\x1b\[\?2026;(\d)\$y")
_POSITION: Final = re.compile(rb"\x1b\[\d+;\d+R")
_QUESTIONS: Final = 5
#: Milliseconds of a round trip from which typing is felt to lag.
_SLOW: Final = 150
#: Milliseconds that tmux may wait for the rest of an Escape.
_ESCAPE_TIME: Final = 50


def surroundings(environment: Mapping[str, str], *, tty: bool) -> list[Finding]:
    """Versions, TERM, encoding, size, multiplexer, SSH, colours."""
    return [
        Finding("Bincard", f"{VERSION} on Python {platform.python_version()}, {sys.platform}"),
        _term(environment, tty=tty),
        colours(environment),
        _encoding(environment),
        _size(tty=tty),
        multiplexer(environment),
        _remote(environment),
    ]


def _term(environment: Mapping[str, str], *, tty: bool) -> Finding:
    term = environment.get("TERM", "")
    if not tty:
        return Finding("TERM", f"{term or 'not set'}; no terminal here")
    if term in ("", "dumb", "unknown"):
        return Finding("TERM", term or "not set", "the client needs a terminal that can place its cursor: set TERM")
    inside = "TMUX" in environment or "STY" in environment
    if inside and not term.startswith(("tmux", "screen")):
        return Finding("TERM", term, "inside tmux and screen TERM is theirs: do not set it in your shell's start files")
    return Finding("TERM", term)


def colours(environment: Mapping[str, str]) -> Finding:
    """How many colours the terminal is said to have."""
    if environment.get("NO_COLOR"):
        return Finding("Colours", "none, as NO_COLOR is set")
    said = environment.get("COLORTERM", "")
    if said in ("truecolor", "24bit"):
        return Finding("Colours", f"16 million (COLORTERM={said})")
    term = environment.get("TERM", "")
    number = 256 if "256" in term else 16 if term in ("linux", "xterm", "screen", "tmux", "rxvt", "putty") else 0
    if term.startswith(("vt", "dumb")) or not number:
        return Finding("Colours", f"none known for {term or 'no TERM'}; marks and words carry all meaning")
    return Finding("Colours", f"{number} (COLORTERM is {said or 'not set'})")


def _encoding(environment: Mapping[str, str]) -> Finding:
    encoding = locale.getencoding()
    name = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    value = f"{encoding} ({name}={environment[name]})" if name else f"{encoding} (LANG is not set)"
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("Encoding", value)
    return Finding("Encoding", value, "names beyond ASCII come out wrong: set LANG to a UTF-8 locale, as C.UTF-8")


def _size(*, tty: bool) -> Finding:
    if not tty:
        return Finding("Size", "no terminal")
    columns, rows = os.get_terminal_size(1)
    value = f"{columns} columns, {rows} rows"
    if columns < 22 or rows < 8:
        return Finding("Size", value, "the client needs 22 by 8; `bincard --plain` works in any size")
    if columns < 60 or rows < 16:
        return Finding("Size", f"{value}: the compact layout is used")
    return Finding("Size", value)


def multiplexer(environment: Mapping[str, str]) -> Finding:
    """tmux or screen around us, with what they keep for themselves."""
    if environment.get("TMUX"):
        prefix, delay = _tmux("prefix"), _tmux("escape-time")
        value = f"tmux, prefix {prefix or 'not known'}: tmux keeps that key for itself"
        if delay.isdigit() and int(delay) > _ESCAPE_TIME:
            advice = f"Esc takes {delay} ms to arrive: put `set -sg escape-time 10` into tmux.conf"
            return Finding("Multiplexer", value, advice)
        return Finding("Multiplexer", value)
    if environment.get("STY"):
        return Finding("Multiplexer", "screen: it keeps Ctrl+A (or its escape key) for itself")
    return Finding("Multiplexer", "none")


def _tmux(option: str) -> str:
    """An option of the tmux around us, "" when it does not say."""
    program = shutil.which("tmux")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the option is ours
            [program, "show-options", "-gsv" if option == "escape-time" else "-gv", option],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _remote(environment: Mapping[str, str]) -> Finding:
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return Finding("SSH", "yes: Esc is believed after 250 ms, as sequences may arrive in pieces")
    return Finding("SSH", "no")


def answers(console: Console) -> list[Finding]:
    """What the terminal says when it is asked; a few seconds at most, also when it says nothing."""
    times = []
    for _ in range(_QUESTIONS):
        heard = console.ask("\x1b[6n", _POSITION, _PATIENCE)
        if heard is None:
            break
        times.append(heard[1] * 1000)
    # A terminal that knows neither question may print the end of it: erased again.
    heard = console.ask("\x1b[?2026$p", _SYNCHRONIZED, _PATIENCE if times else 0.3)
    console.write("\r\x1b[K")
    return [_line(times), _synchronized(heard[0][1] if heard is not None else b"")]


def _line(times: list[float]) -> Finding:
    if not times:
        advice = "on a slow line the client cannot tell that the terminal falls behind"
        return Finding("Round trip", "the terminal does not answer where its cursor is", advice)
    value = f"{statistics.median(times):.0f} ms (longest of {len(times)}: {max(times):.0f} ms)"
    if statistics.median(times) > _SLOW:
        return Finding("Round trip", value, "the line is slow: typing runs ahead of the screen, and nothing is lost")
    return Finding("Round trip", value)


def _synchronized(state: bytes) -> Finding:
    match state:
        case b"1" | b"2" | b"3":
            return Finding("Whole frames", "yes, the terminal has synchronized output")
        case b"":
            return Finding("Whole frames", "no answer: taken as a terminal without synchronized output")
        case _:
            return Finding("Whole frames", "no, the terminal is without synchronized output")
