"""A sheet while it is being counted: its lines, what has been counted of each, and where the counter is.

    count = Count(journal, sheet)
    count.record(Decimal(12))      # in the journal, on disk; the counter is at the next line when it returns
    count.add(Decimal(7))       # stays at the line: there may be another stack
    count.skip()

No network here, and nothing that takes longer than one commit. Raises JournalError where the disk does not take it;
then nothing has changed.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from tui.counting.journal import CONFIRMED, DRAFT, REFUSED, Entry, Journal, Parked, Sheet
from tui.counting.lines import CountLine
from tui.counting.others import CANCELLED, COUNTING, GONE, POSTED, Others

__all__ = ["Count", "total_of"]

#: Seconds without a line after which somebody is taken to have been away, for the lines per hour.
_PAUSE: Final = 300.0


def total_of(entries: Iterable[Entry], before: Decimal | None = None) -> Decimal | None:
    """What entries of one line come to, in their order; None for none at all."""
    total = before
    for entry in entries:
        total = entry.quantity if entry.mode == "set" else (total or Decimal(0)) + entry.quantity
    return total


class Count:
    """`at` is the line to be counted now, None when there is nothing left to do."""

    def __init__(self, journal: Journal, sheet: Sheet, *, clock: Callable[[], float] = time.time) -> None:
        self.journal = journal
        self.sheet = sheet
        self._clock = clock
        self.lines: list[CountLine] = []
        self.skipped: set[int] = set()
        self.taken: dict[int, str] = {}
        """Who else is at which lines."""
        self.done: set[int] = set()
        """The lines that others have counted so that nobody else need."""
        self.totals: dict[int, Decimal] = {}
        self.refused: dict[str, Entry] = {}
        self.status = int(sheet.options.get("status", COUNTING))
        self.adding = False
        """Whether the last thing counted was added to this line, so that the next number may be meant for another."""
        self._active = 0.0
        self._last_at = 0.0
        self._read()
        self._at: int | None = sheet.cursor if sheet.cursor < len(self.lines) else None
        if self._at is not None and (not self._is_open(self._at) or self._at in self.taken):
            self._at = self.next_open()

    def _read(self) -> None:
        for kept in self.journal.lines(self.sheet.key):
            line = CountLine.of_kept(kept)
            self.lines.append(line)
            if kept.skipped:
                self.skipped.add(line.number)
            if line.taken_by:
                self.taken[line.number] = line.taken_by
            if line.closed:
                self.done.add(line.number)
            if line.counted:
                self.totals[line.number] = Decimal(line.counted)
        self.done -= self.totals.keys()
        self.counted_before = len(self.totals)
        for entry in self.journal.entries(self.sheet.key):
            self._take_in(entry)
        for parked in self.journal.parked(self.sheet.key):
            if parked.state == DRAFT:  # whoever was typing the note did not come to its end
                self.journal.note_parked(parked.key, parked.note)

    def _take_in(self, entry: Entry) -> None:
        total = total_of([entry], self.totals.get(entry.line))
        if total is not None:
            self.totals[entry.line] = total
        if entry.state == REFUSED:
            self.refused[entry.key] = entry
        if self._last_at:
            self._active += min(max(entry.counted_at - self._last_at, 0.0), _PAUSE)
        self._last_at = entry.counted_at

    # Where the counter is, and what is left

    @property
    def at(self) -> CountLine | None:
        return self.lines[self._at] if self._at is not None else None

    @property
    def total(self) -> Decimal | None:
        """What has been counted of the line, None for nothing yet."""
        return self.totals.get(self._at) if self._at is not None else None

    @property
    def counted(self) -> int:
        """How many lines are counted, by this counter or by others."""
        return len(self.totals) + len(self.done - self.totals.keys())

    @property
    def left(self) -> int:
        return len(self.lines) - self.counted

    def who(self, line: CountLine) -> str:
        """Who else is at a line or has counted it, for people; "" for nobody."""
        if line.number in self.done:
            return "others counted it"
        name = self.taken.get(line.number)
        return f"{name} is at it" if name else ""

    @property
    def closed(self) -> bool:
        """Whether the session is not what it was when the sheet was made: it takes nothing now."""
        return bool(self.status != self.sheet.options.get("status", COUNTING))

    @property
    def over(self) -> bool:
        """Whether the session will never take anything again."""
        return self.status in (POSTED, CANCELLED, GONE)

    @property
    def sums(self) -> bool:
        """Whether what several counters find of a line adds up."""
        return self.sheet.options.get("mode") == "sum"

    @property
    def per_hour(self) -> int | None:
        """Lines counted in an hour, breaks left out; None until that can be told."""
        done = len(self.totals) - self.counted_before - 1
        return round(done * 3600 / self._active) if done > 0 and self._active > 0 else None

    @property
    def largest(self) -> Decimal | None:
        """The largest count so far, None for none."""
        return max(self.totals.values(), default=None)

    def next_open(self) -> int | None:
        """The line to count after this one: the next that is open, then those before, those skipped at the end, and at
        last those that others are at. Locations where others count come after those where nobody does: what they do is
        heard of with a delay, and so two do not come to each line together."""
        here = -1 if self._at is None else self._at
        order = [*range(here + 1, len(self.lines)), *range(min(here + 1, len(self.lines)))]
        open_: list[int] = [number for number in order if self._is_open(number) and number != here]
        free = [number for number in open_ if number not in self.taken]
        fresh = [number for number in free if number not in self.skipped]
        if fresh:
            own = None if self.at is None else self.at.location
            busy = {self.lines[number].location for number in self.taken} - {own}
            return next((number for number in fresh if self.lines[number].location not in busy), fresh[0])
        if free or open_:
            return (free or open_)[0]
        return here if here >= 0 and self._is_open(here) else None

    def _is_open(self, number: int) -> bool:
        return number not in self.totals and number not in self.done

    def hear(self, others: Others) -> list[int]:
        """Take in what others do; the lines that look different by it."""
        numbers = {line.line: line.number for line in self.lines if line.line is not None}
        taken = {numbers[line]: name for line, name in others.taken.items() if line in numbers}
        done = {numbers[line] for line in others.counted if line in numbers} - self.totals.keys()
        changed = {number for number in taken.keys() | self.taken.keys() if taken.get(number) != self.taken.get(number)}
        changed |= done - self.done
        self.status = others.status
        self.taken, self.done = taken, self.done | done
        return sorted(changed)

    def go_to(self, number: int | None) -> None:
        """Go to a line; None where there is nothing left."""
        if number is not None:
            self.journal.move_to(self.sheet.key, number)
        self._at, self.adding = number, False

    def go_on(self) -> None:
        """Go to the next line that is open."""
        self.go_to(self.next_open())

    def step(self, distance: int) -> None:
        """Go to a neighbour, counted or not."""
        if self.lines:
            here = len(self.lines) if self._at is None else self._at
            self.go_to(min(max(here + distance, 0), len(self.lines) - 1))

    # Counting

    def record(self, quantity: Decimal, note: str = "") -> Entry:
        """There is so much of the line; go to the next."""
        line = self._line()
        following = self._next_after(line.number)
        entry = self._entry(line, "set", quantity, note)
        self.journal.keep(entry, cursor=line.number if following is None else following)
        self._kept(entry)
        self._at, self.adding = following, False
        return entry

    def add(self, quantity: Decimal, note: str = "") -> Entry:
        """There is so much more of the line, or less where `quantity` is below zero; stay at it.

        Raises ValueError when less than nothing would be left.
        """
        line = self._line()
        before = self.totals.get(line.number, Decimal(0))
        if before + quantity < 0:
            raise ValueError("only so much was counted")
        entry = self._entry(line, "add", quantity, note)
        self.journal.keep(entry, cursor=line.number)
        self._kept(entry)
        self.adding = True
        return entry

    def skip(self) -> None:
        """Leave the line for later."""
        line = self._line()
        self.journal.skip(self.sheet.key, line.number)
        self.skipped.add(line.number)
        self.go_to(self._next_after(line.number))

    def _next_after(self, number: int) -> int | None:
        following = self.next_open()
        return None if following == number else following

    def _line(self) -> CountLine:
        if self.at is None:
            raise ValueError("there is no line to count")
        return self.at

    def _entry(self, line: CountLine, mode: str, quantity: Decimal, note: str) -> Entry:
        return Entry(uuid.uuid4().hex, self.sheet.key, line.number, mode, quantity, self._clock(), note)

    def _kept(self, entry: Entry) -> None:
        self.skipped.discard(entry.line)
        self._take_in(entry)

    # What is found, put aside and refused

    def add_found(self, line: CountLine) -> CountLine:
        """One more line at the end, for something that is not on the sheet; go to it."""
        kept = self.journal.add_line(self.sheet.key, line.kept.shown)
        found = line.at(kept.number)
        self.lines.append(found)
        self.go_to(found.number)
        return found

    def moved(self, line: CountLine, location: int, path: str) -> CountLine:
        """An item was moved to another location; its line, new or known, says so from now on."""
        there = replace(line, location=location, path=path)
        known = next((each for each in self.lines if each.item == line.item), None)
        if known is None:
            return self.add_found(there)
        there = there.at(known.number)
        self.journal.change_line(self.sheet.key, there.kept)
        self.lines[known.number] = there
        return there

    def park(self, barcode: str) -> Parked:
        """Put a barcode aside; its note follows by `journal.note_parked`."""
        parked = Parked(uuid.uuid4().hex, self.sheet.key, barcode, "", self._clock(), DRAFT)
        self.journal.park(parked)
        return parked

    def renew_refused(self) -> None:
        """Read anew what the server refused."""
        self.refused = {entry.key: entry for entry in self.journal.refused(self.sheet.key)}

    def mend(self, key: str, quantity: Decimal | None) -> None:
        """Put a total in the place of an entry that was refused; None drops it."""
        refused = self.refused[key]
        entry = None
        if quantity is not None:
            entry = self._entry(self.lines[refused.line], "set", quantity, refused.note)
        self.journal.mend(key, entry)
        del self.refused[key]
        total = total_of(self.journal.line_entries(self.sheet.key, refused.line))
        if total is None:
            self.totals.pop(refused.line, None)
        else:
            self.totals[refused.line] = total

    @property
    def put_aside(self) -> list[Parked]:
        """The barcodes put aside that the server does not have."""
        return [parked for parked in self.journal.parked(self.sheet.key) if parked.state != CONFIRMED]
