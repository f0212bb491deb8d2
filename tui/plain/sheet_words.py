"""What is said while a sheet is counted line by line: each sentence can be understood by ear."""

from typing import Final

from tui.counting.count import Count
from tui.counting.lines import CountLine
from tui.counting.poster import Progress
from tui.views.formats import with_unit

__all__ = ["HELP", "line_row", "line_sentence", "plural", "progress_sentence", "prompt_of"]

HELP: Final = (
    "Type how many there are; sums too, 12*24+7.",
    "Enter alone: on, once the line is counted.",
    "0: none there.",
    "+7: seven more in the same place. -7: take seven back.",
    "s: skip, it comes again at the end.",
    "/text: jump to a line. Greater-than: the next line, less-than: the one before.",
    "A scan goes to its line or adds what you found.",
    "!: what was refused or put aside.",
    "q: leave; what is counted is kept and you can go on later.",
    "finish: end the count and forget the sheet.",
)


def plural(number: int, word: str) -> str:
    """ "1 line", "2 lines"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def progress_sentence(count: Count, progress: Progress) -> str:
    """How far the count is: "3 of 12 counted, 9 left, 1 waits for the server, 80 an hour."."""
    parts = [f"{count.counted} of {len(count.lines)} counted", f"{count.left} left"]
    parts.append(f"{progress.waiting} {'waits' if progress.waiting == 1 else 'wait'} for the server")
    parts += [f"{len(count.refused)} refused"] if count.refused else []
    parts += [f"{count.per_hour} an hour"] if count.per_hour is not None else []
    return ", ".join(parts) + "."


def line_sentence(count: Count, line: CountLine) -> str:
    """Where to go and what to count; what is expected only where it is not blind."""
    parts = [line.label, line.ipn, line.packaging]
    parts += ["found"] if line.found else []
    parts += [f"{line.taken_by} is at it"] if line.taken_by else []
    sentences = [f"{line.where}: {', '.join(filter(None, parts))}."]
    sentences += [f"Expected {f'{line.expected} {line.units}'.rstrip()}."] if line.expected else []
    if count.total is not None:
        sentences.append(f"{with_unit(count.total, line.units)} counted, Enter goes on.")
    return " ".join(sentences)


def line_row(count: Count, line: CountLine) -> tuple[object, ...]:
    """The same for programs: number, of how many, place, name, batch or serial number, IPN, unit, expected, counted."""
    counted = "" if count.total is None else with_unit(count.total, "")
    return (
        line.number + 1, len(count.lines), line.path, line.name, line.serial or line.batch, line.ipn, line.units,
        line.expected, counted,
    )  # fmt: skip


def prompt_of(line: CountLine | None) -> str:
    """What is asked for at a line; None where there is none."""
    if line is None:
        return "Scan, Enter ends"
    return f"Count in {line.units}" if line.units else "Count"
