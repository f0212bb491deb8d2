"""What was counted is on disk, whatever happens to the program."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from tui.counting.count import Count
from tui.counting.journal import (
    CONFIRMED,
    QUEUED,
    REFUSED,
    SENT,
    Entry,
    Journal,
    JournalError,
    Parked,
    Sheet,
    SheetInUse,
    SheetLine,
)

SHEET = Sheet("s1", "http://stock.example", "ann", "Shelf A", 1_000.0, session=7, options={"mode": "single"})
LINES = [SheetLine(number, {"name": f"Bolt {number}"}) for number in range(3)]


def entry(key: str, line: int = 0, quantity: str = "5", **more: object) -> Entry:
    return Entry(key, "s1", line, "set", Decimal(quantity), 2_000.0, **more)  # type: ignore[arg-type]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "counts")
    journal.begin(SHEET, LINES)
    return journal


def test_a_sheet_comes_back_as_it_was(journal: Journal) -> None:
    journal.keep(entry("a", 0, "12.5", note="torn bag"), cursor=1)
    journal.skip("s1", 1)
    journal.move_to("s1", 2)
    journal.close()
    again = Journal(journal.directory)
    (sheet,) = again.sheets()
    assert sheet == Sheet(**{**{name: getattr(SHEET, name) for name in SHEET.__slots__}, "cursor": 2})
    assert [line.skipped for line in again.lines("s1")] == [False, True, False]
    (kept,) = again.entries("s1")
    assert (kept.quantity, kept.note, kept.state) == (Decimal("12.5"), "torn bag", QUEUED)
    again.close()


def test_sheets_are_told_apart_by_server_and_user(journal: Journal) -> None:
    assert journal.sheets("http://stock.example", "ann")
    assert not journal.sheets("http://stock.example", "bob")
    assert not journal.sheets("http://other.example", "ann")


def test_an_entry_goes_through_its_states(journal: Journal) -> None:
    for key in "abc":
        journal.keep(entry(key))
    journal.note_sent(["a", "b"], {"a": {"tracking": 9}})
    assert [(each.key, each.state, each.attempts) for each in journal.waiting("s1")] == [
        ("a", SENT, 1), ("b", SENT, 1), ("c", QUEUED, 0),
    ]  # fmt: skip
    assert journal.waiting("s1")[0].about == {"tracking": 9}
    journal.confirm(["a"])
    journal.requeue(["b"])
    journal.refuse("c", "The item is gone.")
    assert journal.counts("s1") == {QUEUED: 1, SENT: 0, CONFIRMED: 1, REFUSED: 1}
    journal.note_sent(["a"])
    assert journal.counts("s1")[CONFIRMED] == 1


def test_the_same_entry_is_kept_once(journal: Journal) -> None:
    journal.keep(entry("a", quantity="5"))
    journal.keep(entry("a", quantity="6"))
    assert [each.quantity for each in journal.entries("s1")] == [Decimal(5)]


def test_what_was_refused_can_be_mended_or_dropped(journal: Journal) -> None:
    journal.keep(entry("a"))
    with pytest.raises(JournalError, match="refused"):
        journal.mend("a", None)
    journal.refuse("a", "no")
    journal.mend("a", entry("b", quantity="7"))
    assert [each.key for each in journal.waiting("s1")] == ["b"]
    journal.refuse("b", "no")
    journal.mend("b", None)
    assert journal.entries("s1") == []


def test_nothing_is_forgotten_while_the_server_lacks_it(journal: Journal) -> None:
    journal.keep(entry("a"))
    journal.park(Parked("p", "s1", "4711", "behind the pump", 3_000.0))
    with pytest.raises(JournalError, match="2 lines"):
        journal.finish("s1")
    journal.confirm(["a"])
    journal.confirm_parked(["p"])
    journal.finish("s1")
    assert journal.sheets() == []
    left = b"".join(path.read_bytes() for path in journal.directory.iterdir())
    assert b"Bolt 1" not in left
    assert b"4711" not in left
    journal.close()


def test_found_lines_go_to_the_end(journal: Journal) -> None:
    assert journal.add_line("s1", {"part": "found"}).number == 3
    assert [line.number for line in journal.lines("s1")] == [0, 1, 2, 3]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = Journal(tmp_path / "counts")
        journal.begin(SHEET, LINES)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in journal.directory.iterdir()}
        assert stat.S_IMODE(journal.directory.stat().st_mode) == 0o700
    finally:
        os.umask(old)
    assert set(modes) >= {"counts.sqlite3", "counts.sqlite3-wal"}
    assert set(modes.values()) == {0o600}
    journal.close()


def test_one_window_has_a_sheet_at_a_time(journal: Journal) -> None:
    other = Journal(journal.directory)
    with journal.claimed("s1"):
        with pytest.raises(SheetInUse, match="Another window"), other.claimed("s1"):
            pass
    with other.claimed("s1"):
        pass


def test_threads_may_write_at_once(journal: Journal) -> None:
    def keep(first: int) -> None:
        for number in range(first, first + 25):
            journal.keep(entry(f"k{number}"))

    threads = [threading.Thread(target=keep, args=(start,)) for start in (0, 25, 50, 75)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.entries("s1")) == 100
    journal.close()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    directory = tmp_path / "counts"
    directory.mkdir()
    (directory / "counts.sqlite3").write_bytes(b"this is no database, and it is long enough to be looked at" * 20)
    with pytest.raises(JournalError, match=r"counts\.sqlite3"):
        Journal(directory).keep(entry("a"))


PROGRAM = """
import sys
from decimal import Decimal
from pathlib import Path
from tui.counting.journal import Entry, Journal
journal = Journal(Path(sys.argv[1]))
for number in range(100_000):
    journal.keep(Entry(f"k{number}", "s1", 0, "set", Decimal(number), 2000.0))
    print(number, flush=True)
"""


def test_what_was_said_to_be_kept_survives_kill_9(journal: Journal) -> None:
    journal.close()
    for _ in range(5):
        command = [sys.executable, "-c", PROGRAM, str(journal.directory)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            said = [int(program.stdout.readline()) for _ in range(20)]
            program.send_signal(signal.SIGKILL)
            said += [int(line) for line in program.stdout.read().split("\n")[:-1]]
        kept = {each.key for each in journal.entries("s1")}
        assert {f"k{number}" for number in said} <= kept
        journal.close()


def test_a_full_disk_is_told_before_the_cursor_moves(journal: Journal) -> None:
    count = Count(journal, SHEET)
    count.record(Decimal(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(JournalError, match="free some space"):
            count.record(Decimal(2))
        assert count.at is not None and count.at.number == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    count.record(Decimal(2))
    assert [kept.quantity for kept in journal.entries("s1")] == [1, 2]
    journal.close()
