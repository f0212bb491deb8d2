"""What came of an import."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Counts", "ImportFailed", "ImportReport", "Refusal", "printable"]

SHOWN_KEYS = 8


class ImportFailed(Exception):
    """The file cannot be taken; the database is as it was. The message is one line: what is wrong, and what to do."""


@dataclass(frozen=True)
class Refusal:
    """Something of the file that was not taken: a record, or one field of it (the reason then names the field).
    `model` and `key` are as in the file."""

    model: str
    key: str
    reason: str


@dataclass
class Counts:
    """What became of the records of one model."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged


@dataclass
class ImportReport:
    """Counts by the file's model names, and what was not taken. `str()` is meant for a terminal."""

    records: int
    counts: dict[str, Counts] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def created(self) -> int:
        return sum(counts.created for counts in self.counts.values())

    @property
    def updated(self) -> int:
        return sum(counts.updated for counts in self.counts.values())

    @property
    def unchanged(self) -> int:
        return sum(counts.unchanged for counts in self.counts.values())

    def __str__(self) -> str:
        return "\n".join([*self._taken(), *self._refused()])

    def _taken(self) -> Iterable[str]:
        taken = self.created + self.updated + self.unchanged
        yield f"Took {taken:,} of {self.records:,} records: {_words(self.created, self.updated, self.unchanged)}."
        width = max((len(model) for model in self.counts), default=0)
        for model, counts in sorted(self.counts.items()):
            yield f"  {model:<{width}}  {_words(counts.created, counts.updated, counts.unchanged)}"

    def _refused(self) -> Iterable[str]:
        if not self.refusals:
            return
        keys: dict[tuple[str, str], list[str]] = {}
        for refusal in self.refusals:
            keys.setdefault((refusal.model, refusal.reason), []).append(refusal.key)
        yield "Not taken:"
        for (model, reason), found in keys.items():
            shown = ", ".join(found[:SHOWN_KEYS])
            more = f" and {len(found) - SHOWN_KEYS:,} more" if len(found) > SHOWN_KEYS else ""
            yield f"  {model} {shown}{more}: {reason}"


def _words(created: int, updated: int, unchanged: int) -> str:
    figures = Counter({"new": created, "changed": updated, "unchanged": unchanged})
    return ", ".join(f"{count:,} {word}" for word, count in figures.items() if count) or "none"


def printable(text: object, limit: int = 80) -> str:
    """Text out of the file, fit for a terminal: one short line without control characters."""
    line = "".join(character if character.isprintable() else "?" for character in str(text))
    return line if len(line) <= limit else line[: limit - 3] + "..."
