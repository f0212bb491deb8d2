"""The examination from beginning to end: what is found without asking, the terminal's answers, keys, scanner."""

import asyncio
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable
from typing import Final

from tui.api_client import ApiError
from tui.config import Launch, Options, config_file
from tui.doctor.console import Console, Ended
from tui.doctor.environment import answers, surroundings
from tui.doctor.findings import Finding, as_lines
from tui.doctor.keys import about_key, missing_keys
from tui.doctor.scans import about_scan
from tui.doctor.server import server_findings
from tui.doctor.strokes import Stroke, Strokes
from tui.keymap import Keymap, KeymapError, as_latin, key_name

__all__ = ["examine"]

#: Seconds after which an Escape is one, as the client believes it over SSH.
_ESCAPE: Final = 0.25
#: Seconds of silence after a `q` that was a key and not the beginning of a scan.
_ALONE: Final = 0.15
#: Seconds of silence that end a scan here; longer than any pause the client could be set to bear.
_SILENCE: Final = 0.8
_LONGEST_SCAN: Final = 4096
_WIDTH: Final = 80
_KEYS = "Keys: press any. One that shows nothing never reaches Bincard. q, or Esc twice, goes on."
_SCANS = "Scanner: scan something. q, or Esc twice, ends."


def examine(launch: Launch, *, report: bool, problem: str = "", status_of: Callable[[ApiError], int]) -> int:
    """Print what is found and, unless `report`, let the user try keys and scanner; the exit status.

    `problem` is what is wrong with the settings, "" for nothing. `status_of` gives the status for a server that did
    not answer. Never waits for a terminal that says nothing, and leaves it as it was.
    """
    tty = os.isatty(0) and os.isatty(1)
    keymap, settings = _settings(launch, problem)
    _print(surroundings(os.environ, tty=tty) + settings)
    found, error = asyncio.run(server_findings(launch))
    _print(found)
    status = 2 if problem else status_of(error) if error is not None else 0
    if not tty:
        if not report:
            print("bincard: keys and scanner can be tried in a terminal only", file=sys.stderr)
        return status or (0 if report else 2)
    try:
        with Console() as console:
            _show(console, answers(console))
            if not report:
                _try_keys(_Reader(console), keymap)
                _try_scans(_Reader(console), launch.options)
    except Ended as end:
        return end.status or status
    return status


def _settings(launch: Launch, problem: str) -> tuple[Keymap, list[Finding]]:
    """The keys in force, and what the settings say of keys and scanner."""
    options = launch.options
    found = [Finding("Settings", str(config_file()))]
    if problem:
        found = [Finding("Settings", problem, "mend the file; what follows goes by the defaults")]
    keymap = Keymap()
    if launch.keymap_file is not None:
        try:
            keymap = Keymap.load(launch.keymap_file)
        except (KeymapError, OSError) as error:
            found.append(Finding("Key map", str(error), "mend the file; the default keys are in force"))
        else:
            found.append(Finding("Key map", str(launch.keymap_file)))
    return keymap, [*found, _scanner(options)]


def _scanner(options: Options) -> Finding:
    if not options.scanner:
        return Finding("Scanner", "off: scans are taken as typing", "put scanner = true into config.toml")
    begin = f"prefix {options.scanner_prefix}" if options.scanner_prefix else "no prefix"
    end = f"suffix {options.scanner_suffix}" if options.scanner_suffix else "ends with Enter, Tab or line feed"
    return Finding("Scanner", f"{begin}, {end}, told from typing by gaps under {options.scanner_gap:g} s")


def _print(findings: Iterable[Finding]) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    for line in as_lines(findings, _width()):
        print(line.encode(encoding, "replace").decode(encoding), flush=True)


def _show(console: Console, findings: Iterable[Finding]) -> None:
    for line in as_lines(findings, _width()):
        console.write(f"{line}\n")


def _say(console: Console, text: str) -> None:
    console.write("\n" + textwrap.fill(text, max(_width(), 20)) + "\n")


def _width() -> int:
    """Columns of the terminal itself: COLUMNS may be a leftover of another one."""
    try:
        return os.get_terminal_size(1).columns or _WIDTH
    except OSError:
        return _WIDTH


class _Reader:
    """Keys from the console, with the times at which they came."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._strokes = Strokes()

    def read(self, timeout: float | None) -> list[Stroke]:
        """The keys that came together; none when nothing came in `timeout` seconds (None: wait)."""
        while True:
            data = self.console.read(_ESCAPE if self._strokes.waits else timeout)
            at = time.monotonic()
            found = self._strokes.feed(data, at) if data else self._strokes.flush(at)
            if found or not (self._strokes.waits or timeout is None):
                return found


def _is_q(stroke: Stroke) -> bool:
    return as_latin(stroke.character or "") == "q"


def _leaves(stroke: Stroke, before: str) -> bool:
    """Whether this is the second Esc, or the second Ctrl+C, in a row."""
    return stroke.name == before and stroke.name in ("escape", "ctrl+c")


def _try_keys(reader: _Reader, keymap: Keymap) -> None:
    """Show each key until the user goes on."""
    _say(reader.console, _KEYS)
    pressed: set[str] = set()
    before = ""
    came = reader.read(None)
    while True:
        for stroke in came:
            _show(reader.console, [about_key(stroke, keymap)])
            pressed.add(key_name(stroke.name, stroke.character))
            if _leaves(stroke, before):
                return _show(reader.console, missing_keys(pressed, keymap))
            before = stroke.name
        alone = len(came) == 1 and _is_q(came[0])
        came = reader.read(_ALONE if alone else None)
        if alone and not came:
            return _show(reader.console, missing_keys(pressed, keymap))


def _try_scans(reader: _Reader, options: Options) -> None:
    """Show what each scan is until the user ends it."""
    _say(reader.console, _SCANS)
    before = ""
    while True:
        burst = reader.read(None)
        while len(burst) < _LONGEST_SCAN:
            if len(burst) > 1 and _leaves(burst[-1], burst[-2].name):
                return
            more = reader.read(_SILENCE)
            if not more:
                break
            burst += more
        if len(burst) > 1:
            _show(reader.console, about_scan(burst, options))
            reader.console.write("\n")
        elif _is_q(burst[0]) or _leaves(burst[0], before):
            return
        else:
            reader.console.write("A single key; a scan has more.\n")
        before = burst[-1].name
