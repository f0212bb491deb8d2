"""The power fails between any two writes of the journal: what was acknowledged is there, once, and the file opens.

A whole count is recorded deed by deed as SQLite does it. Then every disk that a power failure may leave is made of the
record: a file holds what was synced, and of what was written since then anything or nothing, the last sector torn.
"""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.counting.disk import Deed, watched
from tui.counting.count import Count
from tui.counting.journal import Entry, Journal, Parked, Sheet, SheetLine

SHEET = Sheet("s1", "http://stock.example", "ann", "Shelf A", 1_000.0, session=7)
SECTOR = 512

Memory = tuple[Any, ...]
"""What a journal remembers: sheets, entries, lines and codes put aside."""


@dataclass
class Record:
    """What was done on disk, and after which deed (by its number) which memory was acknowledged, the first first."""

    deeds: list[Deed] = field(default_factory=list)
    acknowledged: list[tuple[int, Memory]] = field(default_factory=list)

    def acknowledge(self, journal: Journal) -> None:
        self.acknowledged.append((len(self.deeds), memory_of(journal)))


def memory_of(journal: Journal) -> Memory:
    sheets = journal.sheets()
    keys = [sheet.key for sheet in sheets]
    return (
        tuple((sheet.key, sheet.cursor) for sheet in sheets),
        tuple(
            (entry.key, entry.quantity, entry.state, entry.attempts) for key in keys for entry in journal.entries(key)
        ),
        tuple((line.number, line.skipped) for key in keys for line in journal.lines(key)),
        tuple((parked.key, parked.note, parked.state) for key in keys for parked in journal.parked(key)),
    )


def count_a_sheet(record: Record, directory: Path, lines: int) -> None:
    """All that a counter and the poster do, each step acknowledged."""
    journal = Journal(directory)
    record.acknowledge(journal)
    journal.begin(SHEET, [SheetLine(number, {"name": f"Bolt {number}"}) for number in range(lines)])
    record.acknowledge(journal)
    count = Count(journal, SHEET)
    for number in range(lines):
        if number % 5 == 2:
            journal.skip("s1", number)
            record.acknowledge(journal)
            count.go_to(number)
            record.acknowledge(journal)
        entry = count.record(Decimal(number))
        record.acknowledge(journal)
        post(record, journal, entry, refused=number % 7 == 3)
        if number % 9 == 4:
            journal.park(Parked(f"p{number}", "s1", "4711", "", 3_000.0))
            record.acknowledge(journal)
            journal.confirm_parked([f"p{number}"])
            record.acknowledge(journal)
        if number == lines // 2:
            journal.close()  # what is in the log goes into the file
    journal.finish("s1")
    record.acknowledge(journal)
    journal.close()


def post(record: Record, journal: Journal, entry: Entry, *, refused: bool) -> None:
    journal.note_sent([entry.key])
    record.acknowledge(journal)
    if refused:
        journal.refuse(entry.key, "no")
        record.acknowledge(journal)
        journal.mend(entry.key, Entry(f"m{entry.line}", "s1", entry.line, "set", Decimal(1), 2_000.0))
        record.acknowledge(journal)
    journal.confirm([f"m{entry.line}" if refused else entry.key])
    record.acknowledge(journal)


def recorded(lines: int) -> Record:
    record = Record()
    with quick_place() as place, watched(record.deeds.append):
        count_a_sheet(record, Path(place, "counts"), lines)
    return record


def quick_place() -> "tempfile.TemporaryDirectory[str]":
    """A directory in memory where there is such a thing: this is not about the disk of the tests."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)


class Disk:
    """What is sure to be on disk after the first so many deeds, and what may be."""

    def __init__(self) -> None:
        self.sure: dict[str, bytearray] = {}
        self.open: list[Deed] = []
        """Done since the last sync of their file."""

    def take(self, deed: Deed) -> None:
        match deed.what:
            case "write" | "truncate":
                self.open.append(deed)
            case "delete":  # the directory is synced with it
                self.sure.pop(deed.path, None)
                self.open = [each for each in self.open if each.path != deed.path]
            case "synced":
                for each in [each for each in self.open if each.path == deed.path]:
                    apply(self.sure, each)
                self.open = [each for each in self.open if each.path != deed.path]

    def with_(self, done: Sequence[Deed]) -> dict[str, bytes]:
        """The files when these of the open deeds were carried out."""
        files = {path: bytearray(content) for path, content in self.sure.items()}
        for deed in done:
            apply(files, deed)
        return {path: bytes(content) for path, content in files.items()}


def apply(files: dict[str, bytearray], deed: Deed) -> None:
    content = files.setdefault(deed.path, bytearray())
    if deed.what == "truncate":
        del content[deed.offset :]
        return
    if len(content) < deed.offset:
        content.extend(bytes(deed.offset - len(content)))
    content[deed.offset : deed.offset + len(deed.data)] = deed.data


def torn(deed: Deed, sectors: int = 1) -> Deed:
    """Only the first sectors of a write reached the disk, of a small one half."""
    length = min(SECTOR * sectors, len(deed.data) - 1) if len(deed.data) > SECTOR else len(deed.data) // 2
    return Deed(deed.what, deed.path, deed.offset, deed.data[:length]) if deed.what == "write" else deed


def after_the_failure(files: Mapping[str, bytes]) -> Memory:
    """What the journal remembers when it is opened on such a disk; counting goes on with it."""
    with quick_place() as place:
        for path, content in files.items():
            (Path(place) / Path(path).name).write_bytes(content)
        journal = Journal(Path(place))
        try:
            memory = memory_of(journal)
            journal.begin(Sheet("s2", "http://stock.example", "ann", "Next", 2_000.0), [SheetLine(0, {})])
            assert len(journal.sheets()) == len(memory[0]) + 1
        finally:
            journal.close()
    return memory


def allowed(record: Record, done: int) -> list[Memory]:
    """What may be remembered after so many deeds: what was acknowledged last, or what was being written."""
    last = max((n for n, (at, _) in enumerate(record.acknowledged) if at <= done), default=0)
    return [memory for _, memory in record.acknowledged[last : last + 2]]


@pytest.fixture(scope="module")
def record() -> Record:
    return recorded(14)


def failures(record: Record) -> Iterator[tuple[int, Mapping[str, bytes]]]:
    """Disks after each deed: nothing since the last sync was carried out, or all of it, or the last of it torn."""
    disk = Disk()
    for done, deed in enumerate(record.deeds, start=1):
        disk.take(deed)
        yield done, disk.with_(disk.open)
        if disk.open:
            yield done, disk.with_([*disk.open[:-1], torn(disk.open[-1])])
        if deed.what in ("sync", "synced"):
            yield done, disk.with_(())


def test_after_any_deed_nothing_acknowledged_is_gone(record: Record) -> None:
    seen, tried = set(), 0
    for done, files in failures(record):
        state = (hash(frozenset(files.items())), len(allowed(record, done)[0][1]))
        if state in seen:
            continue
        seen.add(state)
        tried += 1
        assert after_the_failure(files) in allowed(record, done), f"after deed {done}: {record.deeds[done - 1].what}"
    assert tried > len(record.deeds)
    assert len(record.acknowledged) > 50


def test_a_journal_that_does_not_sync_would_be_found_out(record: Record) -> None:
    half, disk = len(record.deeds) // 2, Disk()
    for deed in record.deeds[:half]:
        disk.take(deed if deed.what != "synced" else Deed("nothing", deed.path))
    assert after_the_failure(disk.with_(())) not in allowed(record, half)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_of_the_unsynced_writes_was_carried_out(record: Record, data: st.DataObject) -> None:
    done = data.draw(st.integers(1, len(record.deeds)), label="deeds")
    disk = Disk()
    for deed in record.deeds[:done]:
        disk.take(deed)
    chosen = [deed for deed in disk.open if data.draw(st.booleans())]
    tear = data.draw(st.integers(0, 8), label="sectors")
    if chosen and tear:
        chosen[-1] = torn(chosen[-1], tear)
    if data.draw(st.booleans(), label="in another order"):
        data.draw(st.randoms(use_true_random=False)).shuffle(chosen)
    assert after_the_failure(disk.with_(chosen)) in allowed(record, done)


def test_a_count_of_two_hundred_lines() -> None:
    record = recorded(200)
    draw, disk, tried = random.Random(200), Disk(), 0
    log_goes_into_file = 0
    for done, deed in enumerate(record.deeds, start=1):
        disk.take(deed)
        log_goes_into_file += deed.what == "write" and deed.path.endswith("3")
        if done % 32 == 0:
            tried += 1
            chosen = [each if draw.random() < 0.8 else torn(each) for each in disk.open if draw.random() < 0.8]
            assert after_the_failure(disk.with_(chosen)) in allowed(record, done), f"after deed {done}"
    assert tried >= 200
    assert log_goes_into_file > 20
