"""What a scanned code means on a count sheet, as far as that can be told without asking the server."""

from collections.abc import Iterable, Sequence

from tui.counting.lines import CountLine
from tui.orders.codes import own_code
from tui.scanning.label import read_label

__all__ = ["best_line", "lines_for", "lines_matching", "location_of"]


def location_of(lines: Sequence[CountLine], text: str) -> tuple[int | None, str] | None:
    """The location (key and path) that a code or a whole path stands for, if there are lines in it; else None."""
    known = own_code(text)
    wanted = text.casefold().strip("/")
    for line in lines:
        if known is not None:
            if known.model == "stocklocation" and line.location == known.pk:
                return line.location, line.path
        elif line.path and wanted in (line.path.casefold(), line.path.casefold().rpartition("/")[2]):
            return line.location, line.path
    return None


def lines_for(lines: Sequence[CountLine], text: str) -> list[CountLine]:
    """The lines that a code stands for: InvenTree's own codes, serial numbers, batches, IPNs, and labels with these."""
    known = own_code(text)
    if known is not None:
        if known.model == "stockitem":
            return [line for line in lines if line.item == known.pk]
        return [line for line in lines if known.part is not None and line.part == known.part]
    label = read_label(text)
    if label is not None:
        return _on_label(lines, label.serial, label.batch, label.codes)
    wanted = text.strip().casefold()
    for member in ("serial", "batch", "ipn", "name"):
        found = [line for line in lines if str(getattr(line, member)).casefold() == wanted]
        if wanted and found:
            return found
    return []


def _on_label(lines: Sequence[CountLine], serial: str, batch: str, codes: Iterable[str]) -> list[CountLine]:
    names = {code.casefold() for code in codes}
    ours = [line for line in lines if line.ipn.casefold() in names or line.name.casefold() in names]
    for member, value in (("serial", serial), ("batch", batch)):
        found = [line for line in ours if value and getattr(line, member) == value]
        if found:
            return found
    return [] if serial or batch else ours


def best_line(found: Sequence[CountLine], here: int | None, counted: Iterable[int]) -> CountLine | None:
    """Of several lines the one that is meant most likely: not counted yet, and in this location."""
    done = set(counted)
    return min(found, key=lambda line: (line.number in done, line.location != here, line.number), default=None)


def lines_matching(lines: Sequence[CountLine], text: str) -> list[CountLine]:
    """The lines in which every word of `text` occurs, by what one reads on them; those of whole words first."""
    words = text.casefold().split()
    if not words:
        return []

    def text_of(line: CountLine) -> str:
        return " ".join((line.name, line.ipn, line.batch, line.serial, line.path)).casefold()

    found = [line for line in lines if all(word in text_of(line) for word in words)]
    whole = set(words)
    # A location named "A1" is meant rather than the one named "A10".
    return sorted(found, key=lambda line: (not whole <= _words(text_of(line)), line.number))


def _words(text: str) -> set[str]:
    return set(text.replace("/", " ").split()) | set(text.split())
