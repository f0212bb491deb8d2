"""What a scanner sent, how the client takes it with the present settings, and which settings would do."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from tui.actions import BY_ID
from tui.config import Options
from tui.doctor.findings import Finding, quoted
from tui.doctor.strokes import Stroke
from tui.keymap import as_latin
from tui.orders.codes import own_code
from tui.scanning.label import read_label
from tui.scanning.verbs import verb_of
from tui.scanning.wedge import Pace, Scan, Typed, Wedge

__all__ = ["about_scan", "settings_for", "taken"]

_GAPS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
#: How much longer than the longest pause seen `scanner_gap` should be: the next scan may be slower.
_MARGIN: Final = 1.3
_ENDS: Final = ((b"\r\n", "CR LF"), (b"\r", "CR (Enter)"), (b"\n", "LF"), (b"\t", "Tab"))


def taken(strokes: Sequence[Stroke], options: Options) -> list[Scan | Typed[Stroke]]:
    """What the client makes of the keys where no text field has the focus."""
    if not options.scanner:
        return [Typed(stroke) for stroke in strokes]
    pace = Pace(gap=options.scanner_gap, prefix=options.scanner_prefix, suffix=options.scanner_suffix)
    wedge: Wedge[Stroke] = Wedge(pace)
    found: list[Scan | Typed[Stroke]] = []
    for stroke in strokes:
        if wedge.due is not None and stroke.at > wedge.due:
            found += wedge.pause_over()
        found += wedge.take(stroke, stroke.name, stroke.character, stroke.at)
    return found + wedge.pause_over()


def about_scan(strokes: Sequence[Stroke], options: Options) -> list[Finding]:
    """Bytes, pace, beginning and end, how it is taken, what it says, and what to change."""
    data = b"".join(stroke.data for stroke in strokes)
    found = [Finding("Bytes", f"{len(data)}: {quoted(data)}", _layout(strokes)), _pace(strokes), _edges(data)]
    made = taken(strokes, options)
    scans = [each.text for each in made if isinstance(each, Scan)]
    if len(made) == len(scans) == 1:
        return [*found, Finding("Taken as", f"one scan: {quoted(scans[0].encode())}"), _meaning(scans[0])]
    keys = len(made) - len(scans)
    split = f"{len(scans)} scans and {keys} keys" if scans else f"{keys} keys typed by fingers"
    return [*found, Finding("Taken as", split, _advice(strokes, options))]


def settings_for(strokes: Sequence[Stroke], options: Options) -> Options | None:
    """The nearest settings with which these keys are one scan; None when there are none."""
    gap = _longest(strokes) * _MARGIN
    wide = next((each for each in _GAPS if each >= max(gap, options.scanner_gap)), None)
    first, last = _edge(strokes, 0), _edge(strokes, -1)
    candidates = [replace(options, scanner=True), replace(options, scanner=True, scanner_prefix="")]
    if wide is not None:
        candidates += [replace(each, scanner_gap=wide) for each in candidates]
    candidates += [
        replace(options, scanner=True, scanner_prefix=prefix, scanner_suffix=suffix)
        for prefix in (first, "") if prefix or not options.scanner_prefix
        for suffix in ("", last)
    ]  # fmt: skip
    return next((each for each in candidates if _one_scan(taken(strokes, each))), None)


def _one_scan(made: Sequence[Scan | Typed[Stroke]]) -> bool:
    return len(made) == 1 and isinstance(made[0], Scan)


def _edge(strokes: Sequence[Stroke], at: int) -> str:
    """The first or last character where it can be a mark that the scanner adds, "" else."""
    marks = [stroke.character or "" for stroke in strokes if stroke.name not in ("enter", "tab", "ctrl+j")]
    char = marks[at] if marks else ""
    return char if char.isprintable() and not char.isalnum() and char not in " ({[" else ""


def _advice(strokes: Sequence[Stroke], options: Options) -> str:
    better = settings_for(strokes, options)
    if better is None:
        return (
            "no setting makes one scan of this: set the scanner to send a prefix such as ~ and Enter at the end, "
            "without a pause between characters, and put scanner_prefix = \"~\" into config.toml"
        )  # fmt: skip
    names = ("scanner", "scanner_prefix", "scanner_suffix", "scanner_gap")
    changed = [(name, getattr(better, name)) for name in names if getattr(better, name) != getattr(options, name)]
    return "put under [options] in config.toml: " + ", ".join(f"{name} = {_toml(value)}" for name, value in changed)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _gaps(strokes: Sequence[Stroke]) -> list[float]:
    return [later.at - sooner.at for sooner, later in pairwise(strokes)]


def _longest(strokes: Sequence[Stroke]) -> float:
    return max(_gaps(strokes), default=0.0)


def _pace(strokes: Sequence[Stroke]) -> Finding:
    gaps = _gaps(strokes)
    total = sum(gaps)
    if not total:
        return Finding("Pace", f"{len(strokes)} characters all at once")
    rate = len(gaps) / total
    shortest, longest = min(gaps) * 1000, max(gaps) * 1000
    value = f"{rate:.0f} characters a second; gaps {shortest:.0f} to {longest:.0f} ms"
    return Finding("Pace", value)


def _edges(data: bytes) -> Finding:
    name, end = next(((name, end) for end, name in _ENDS if data.endswith(end)), ("", b""))
    body = data[: len(data) - len(end)]
    first, last = body[:1], body[-1:]
    begins = f"begins with {quoted(first)}" if first and not first.isalnum() else "no prefix"
    ends = f"ends with {name}" if name else "no end"
    if last and last[0] < 0x20:
        ends = f"{quoted(last)} before it, {ends}"
    advice = "" if name else "a scan without an end waits half a second: set the scanner to send Enter after it"
    return Finding("Edges", f"{begins}, {ends}", advice)


def _layout(strokes: Sequence[Stroke]) -> str:
    """A scanner types by key positions: with another keyboard layout in force the letters are wrong."""
    text = "".join(stroke.character or "" for stroke in strokes)
    if any(as_latin(char) != char for char in text if not char.isascii()):
        return f"the keyboard layout is Russian; in the Latin one it reads {''.join(map(as_latin, text)).strip()}"
    return ""


def _meaning(text: str) -> Finding:
    verbs = verb_of(text)
    if verbs:
        return Finding("It says", f"the command {BY_ID[verbs[0]].label}")
    known = own_code(text)
    if known is not None:
        return Finding("It says", f"InvenTree's own code: {known.model} {known.pk}")
    label = read_label(text)
    if label is None:
        return Finding("It says", "a bare code, which the server is asked about")
    shown = {"part": label.part, "supplier part": label.supplier_part, "GTIN": label.gtin, "batch": label.batch,
             "serial": label.serial, "order": label.order, "expiry": label.expiry,
             "quantity" if not label.weight else "kg": label.quantity}  # fmt: skip
    fields = ", ".join(f"{name} {value}" for name, value in shown.items() if value not in ("", None))
    kind = "a GS1 label" if label.kind == "gs1" else "an ANSI MH10.8.2 label"
    return Finding("It says", f"{kind}: {fields or f'{len(label.fields)} fields that Bincard does not use'}")
