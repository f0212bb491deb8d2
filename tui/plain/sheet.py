"""Plain `count` of a sheet: a line of it, what is typed or scanned, the next line. The rules are the full screen's.

Each count is in the journal, on disk, before the next line is asked for, and posted behind the questions.
"""

from decimal import Decimal
from typing import Final

from tui.api_models import Location
from tui.counting.codes import best_line, lines_for, lines_matching, location_of
from tui.counting.count import Count
from tui.counting.journal import JournalError
from tui.counting.lines import CountLine
from tui.counting.lookup import CodeFound, find_code, move_here
from tui.counting.typed import Asks, looks_scanned, read_typed
from tui.plain.desk import Desk
from tui.plain.sheet_posting import SheetPosting
from tui.plain.sheet_refused import mend_refused
from tui.plain.sheet_words import HELP, line_row, line_sentence, progress_sentence, prompt_of
from tui.scanning.verbs import verb_of
from tui.stock_actions import QuantityError
from tui.views.formats import quantity, with_unit

__all__ = ["SheetClerk"]

_YES: Final = ("y", "yes", "д", "да", "н")
_NO: Final = ("", "n", "no", "т", "нет")
_LEAVE: Final = ("q", "й", "quit", "end")
_FINISH: Final = "finish"
#: A number of so many signs may be the code of a line; with the other it certainly is one.
_CODE, _ARTICLE = 4, 8
_NOTHING: Final = "nothing told yet"


class SheetClerk:
    """Counts one sheet. `finishing` is whether the counter wants it forgotten, however much is left."""

    def __init__(self, desk: Desk, count: Count, posting: SheetPosting) -> None:
        self.finishing = False
        self._talk = desk.talk
        self._desk = desk
        self._count = count
        self._posting = posting
        self._place: tuple[int | None, str] | None = None
        self._told: CountLine | str | None = _NOTHING
        self._next: str | None = None
        """Typed where something else was asked."""

    async def work(self) -> None:
        """Ask until the counter leaves, input ends, or nothing is left and nothing more is found."""
        count = self._count
        while True:
            self._posting.tell()
            if count.at is None and count.left:
                count.go_on()  # those that were skipped
            self._tell_line()
            text, self._next = self._next, None
            if text is None:
                text = await self._talk.ask(prompt_of(count.at))
            if text is None or (not text.strip() and count.at is None) or text.strip().casefold() in _LEAVE:
                return
            if text.strip().casefold() == _FINISH:
                self.finishing = await self._may_finish()
                if self.finishing:
                    return
                continue
            try:
                await self._take(text.strip())
            except JournalError as error:
                self._talk.complain(f"not counted: {error}")

    def _tell_line(self) -> None:
        """Say where the counter is, unless that was the last thing said."""
        line = self._count.at
        if line is self._told:
            return
        self._told = line
        if line is None:
            self._talk.say(
                "Every line is counted." if self._count.lines else "Nothing is on this sheet yet. Scan what you find."
            )
        elif self._talk.read_by_person:
            self._talk.say(line_sentence(self._count, line))
        else:
            self._talk.row("Line", *line_row(self._count, line))

    async def _may_finish(self) -> bool:
        count = self._count
        if count.refused or count.put_aside:
            self._talk.say("Something was refused or put aside; ! shows it. Mend or drop it first.")
            return False
        left = f"{count.left} of {len(count.lines)} lines are not counted. Finish all the same?"
        return not count.left or await self._talk.agree(left)

    # What was entered

    async def _take(self, text: str) -> None:
        count = self._count
        match text:
            case "?":
                for sentence in (progress_sentence(count, self._posting.progress), *HELP):
                    self._talk.say(sentence)
            case "!":
                await mend_refused(self._desk, count)
                self._posting.nudge(0)
            case "<" | ">":
                count.step(1 if text == ">" else -1)
            case _ if verb_of(text):
                self._not("that command is none of a count; count the line again to put it right")
            case _:
                await self._entered(text)

    async def _entered(self, text: str) -> None:
        count = self._count
        try:
            typed = read_typed(text)
        except QuantityError as error:
            if lines_for(count.lines, text) or location_of(count.lines, text):
                await self._find(text, None)
            else:
                self._not(f"{text}: {error}. Nothing is counted")
            return
        match typed.asks:
            case Asks.JUMP:
                self._jump(typed.text)
            case Asks.FIND:
                await self._find(typed.text, None)
            case Asks.NOTHING if count.total is not None or (count.at is not None and count.at.number in count.done):
                count.go_on()
            case Asks.NOTHING:
                self._not("type how many there are, 0 for none, s for later, ? for help")
            case _ if count.at is None:
                self._not(f"{text}: every line is counted; scan, or /text goes back to a line")
            case Asks.SKIP:
                self._talk.say(f"{count.at.label} comes again at the end.")
                self._skip()
            case _:
                await self._quantity(typed.asks, typed.quantity, text)

    def _skip(self) -> None:
        self._count.skip()
        self._told = _NOTHING

    def _not(self, sentence: str) -> None:
        """Something was not taken. A person is asked again; of a program's line the next is not to be taken for it."""
        line = self._count.at
        if self._talk.person:
            dropped = self._talk.drop_ahead()
            self._talk.say(f"{sentence[:1].upper()}{sentence[1:]}.")
            if dropped:
                self._talk.say(f"Not used: {', '.join(dropped)}.")
            return
        self._talk.complain(f"{line.label}: {sentence}" if line is not None else sentence)
        if line is not None and self._count.total is None:
            self._skip()

    async def _agreed(self, question: str) -> bool:
        """Whether a person says yes. What is neither yes nor no is taken as the next entry."""
        if not self._talk.person:
            return await self._talk.agree(question)
        dropped = self._talk.drop_ahead()
        if dropped:
            self._talk.say(f"Not used: {', '.join(dropped)}.")
        answer = await self._talk.ask(f"{question} y or n")
        said = (answer or "").strip().casefold()
        if said not in (*_YES, *_NO):
            self._next = answer
        return said in _YES

    # Quantities

    async def _quantity(self, asks: Asks, amount: Decimal, text: str) -> None:
        count, line = self._count, self._count.at
        if line is None:
            return
        total = count.total
        after = amount if asks is Asks.SET else (total or Decimal(0)) + amount
        if line.number in count.done and not count.sums:
            self._not(f"{line.label} needs no more counts: others counted it; Enter alone goes on")
        elif line.serial and after not in (0, 1):
            self._not(f"{line.label} is one piece: 1 or 0")
        elif after < 0:
            self._not(f"only {quantity(total or 0)} counted here so far; nothing was taken back")
        elif asks is Asks.SET and len(text) >= _CODE and (named := lines_for(count.lines, text)):
            await self._named(named, amount, text)
        elif asks is Asks.SET and looks_scanned(text, amount, count.largest):
            await self._find(text, amount)
        elif asks is Asks.ADD and looks_scanned(text[1:], amount, count.largest):
            await self._doubted(asks, amount, f"{quantity(amount)} looks like a scanned code.")
        elif asks is Asks.SET and count.adding and total is not None:
            said = f"{quantity(total)} counted here; plus adds, Enter alone goes on."
            await self._doubted(asks, amount, said)
        else:
            self._record(asks, amount)

    async def _named(self, named: list[CountLine], amount: Decimal, text: str) -> None:
        """What reads as a quantity is also the code of a line: digits alone may be either."""
        line = best_line(named, self._location, self._count.totals) or named[0]
        if text.isdecimal() and len(text) < _ARTICLE:
            await self._doubted(Asks.SET, amount, f"{text} is the code of {line.label}; /{text} goes there.")
        else:
            await self._on_sheet(line)

    async def _doubted(self, asks: Asks, amount: Decimal, sentence: str) -> None:
        if await self._agreed(f"{sentence} Count {quantity(amount)} in all?"):
            self._record(asks, amount)
        elif not self._talk.person:
            self._not(f"{sentence} Not counted")
        elif self._next is None:
            self._talk.say("Not counted.")

    def _record(self, asks: Asks, amount: Decimal) -> None:
        count, line = self._count, self._count.at
        if line is None:
            return
        if asks is Asks.SET:
            count.record(amount)
            said = with_unit(amount, line.units) or "0"
        else:
            count.add(amount)
            said = with_unit(count.total, line.units) or "0"
        self._posting.nudge(1)
        if self._place is not None and count.at is not None and count.at.location != line.location:
            self._place = None
        if self._talk.read_by_person:
            on = ", Enter goes on" if asks is Asks.ADD else ""
            self._talk.say(f"{said} {line.label}{on}. {count.left} left.")
        else:
            self._talk.row("Counted", line.label, line.path, said, f"{count.left} left")

    # Going to another line

    def _jump(self, text: str) -> None:
        count = self._count
        found = lines_matching(count.lines, text)
        here = count.at.number if count.at is not None else -1
        # The same text again goes to the next of them.
        line = next((each for each in found if each.number > here), found[0] if found else None)
        if line is None:
            self._not(f"no line has {text}" if text else "type / and part of a name, location or code")
        else:
            self._go_to(line)

    def _go_to(self, line: CountLine) -> None:
        self._count.go_to(line.number)
        self._told = _NOTHING

    @property
    def _location(self) -> int | None:
        """Where the counter stands: at the location that was scanned, else at that of the line."""
        if self._place is not None:
            return self._place[0]
        return self._count.at.location if self._count.at is not None else None

    # Codes

    async def _find(self, text: str, amount: Decimal | None) -> None:
        """Go to the line of a code; one that is not on the sheet is asked for. `amount` is the text as a number."""
        count = self._count
        found = best_line(lines_for(count.lines, text), self._location, count.totals)
        place = location_of(count.lines, text) if found is None and amount is None else None
        if found is not None:
            await self._on_sheet(found)
        elif place is not None:
            self._at_location(place)
        else:
            known = await find_code(self._desk.session.client, count.sheet, text, self._location)
            await self._looked_up(text, amount, known)

    async def _looked_up(self, text: str, amount: Decimal | None, found: CodeFound) -> None:
        if found.location is not None:
            self._at_location((found.location.pk, found.location.path))
        elif found.line is not None:
            await self._found(found.line)
        elif amount is not None:
            await self._doubted(Asks.SET, amount, f"{text} looks like a scanned code.")
        else:
            await self._put_aside(text, found.why_not)

    async def _put_aside(self, code: str, why: str) -> None:
        """Keep a code that nobody knows, with a note. What a program sends next belongs to it, and is the note."""
        count, talk = self._count, self._talk
        parked = count.park(code)
        said = f"{code} is put aside: {why}"
        if talk.person:
            self._not(said)
        else:
            talk.complain(said)
        note = await talk.ask("Say what it is")
        count.journal.note_parked(parked.key, (note or "").strip())
        self._posting.nudge(0)

    async def _on_sheet(self, line: CountLine) -> None:
        if self._place is not None and line.location != self._place[0]:
            await self._misplaced(line, self._place)
        else:
            self._go_to(line)

    def _at_location(self, place: tuple[int | None, str]) -> None:
        self._place = place
        count = self._count
        open_ = [line for line in count.lines if line.location == place[0] and line.number not in count.totals]
        if open_:
            self._go_to(open_[0])
        else:
            self._talk.say(f"All lines in {place[1]} are counted; what you scan is looked for here.")

    async def _found(self, line: CountLine) -> None:
        """An item that is not among the codes of the sheet: on the sheet all the same, or new to it."""
        count = self._count
        on_sheet = next((each for each in count.lines if each.item is not None and each.item == line.item), None)
        here = self._place
        if here is None and count.at is not None and count.at.location is not None:
            here = (count.at.location, count.at.path)
        if on_sheet is not None:
            await self._on_sheet(on_sheet)
        elif here is not None and line.location != here[0]:
            await self._misplaced(line, here)
        else:
            added = count.add_found(line)
            self._talk.say(f"{added.label} is not on the sheet; added.")

    async def _misplaced(self, line: CountLine, here: tuple[int | None, str]) -> None:
        """An item that lies where it does not belong."""
        self._place = here
        if here[0] is None or not await self._agreed(f"{line.label} belongs to {line.where}. Move it here, {here[1]}?"):
            await self._left_there(line, here)
            return
        to = Location(here[0], here[1].rpartition("/")[2], here[1])
        problem = await move_here(self._desk.session.client, self._desk.actions, self._count.sheet, line, to)
        if problem:
            self._not(f"not moved: {problem}")
            return
        there = self._count.moved(line, to.pk, to.path)
        self._talk.say(f"{there.label} is moved to {there.where}. Count it.")
        self._go_to(there)

    async def _left_there(self, line: CountLine, here: tuple[int | None, str]) -> None:
        if not self._talk.person:
            self._talk.complain(f"{line.label} belongs to {line.where}, not {here[1]}: not moved and not counted")
            # The quantity that belongs to it is not to be taken for the line that is open.
            await self._talk.ask("")
        elif self._next is None:
            self._talk.say("Left where it belongs.")
