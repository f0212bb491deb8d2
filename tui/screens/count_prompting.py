"""The prompt of the count screen: what is typed or scanned at it, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial

from tui.api_models import Location
from tui.counting.codes import best_line, lines_for, lines_matching, location_of
from tui.counting.count import Count
from tui.counting.journal import Entry, JournalError, Parked
from tui.counting.lines import CountLine
from tui.counting.typed import Asks, looks_scanned, read_typed
from tui.screens.count_lookup import CountLookup
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity, with_unit
from tui.widgets.prompt_line import PromptLine

__all__ = ["CountPrompting", "Stage"]

_YES = ("y", "н", "yes")  # the Cyrillic letter is on the same key

#: A number of so many signs may be the code of a line; with the other it certainly is one.
_CODE, _ARTICLE = 4, 8


class Stage(Enum):
    """What the prompt asks for."""

    LINE = "Count"
    DOUBT = "y counts it"
    MOVE = "y moves it"
    NOTE = "Note"
    MEND = "In all"
    WAIT = "Looking up ..."


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A count that is not taken without a second look."""

    asks: Asks
    quantity: Decimal


class CountPrompting(CountLookup):
    """Takes one entry after another. Nothing typed ahead is used after something that nobody could expect."""

    def __init__(self) -> None:
        super().__init__()
        self.count: Count | None = None
        self.stage = Stage.LINE
        self._here: tuple[int | None, str] | None = None
        self._doubt: _Doubt | None = None
        self._parked: Parked | None = None
        self._wrong: CountLine | None = None
        self._mending: Entry | None = None
        self._asked = (Stage.LINE, False)
        """What the footer goes by: the stage, and whether no line is left."""

    # For the screen to fill in

    def say(self, text: str, severity: str = "information") -> None:
        """Say what came of the last entry, with a sound for good and bad."""
        raise NotImplementedError

    def show_line(self) -> None:
        """Show where the counter is now."""
        raise NotImplementedError

    def entry_kept(self, added: int = 1) -> None:
        """So many entries more are in the journal."""
        raise NotImplementedError

    @property
    def prompt(self) -> PromptLine:
        """Where everything is typed and scanned."""
        return self.query_one(PromptLine)

    # Asking

    def ask(self, stage: Stage = Stage.LINE) -> None:
        """Ask for what comes next."""
        self.stage = stage
        line = self.count.at if self.count is not None else None
        asked = (stage, line is None)
        if asked != self._asked:
            self._asked = asked
            self.refresh_footer()
        if stage is Stage.LINE:
            verb = "Sum" if self.count is not None and self.count.sums else "Count"
            label = f"{verb} {line.units}".rstrip() if line is not None else "Scan"
            self.prompt.ask(label)
        else:
            self.prompt.ask(stage.value, hold=True)
        self.show_line()

    def unexpected(self, sentence: str, stage: Stage = Stage.LINE, severity: str = "error") -> None:
        """Say something that changes what is typed next; what was typed ahead was meant for another state of things."""
        ahead = self.prompt.drop()
        not_used = f" Not used: {', '.join(ahead)}." if ahead else ""
        self.say(f"{sentence}{not_used}", severity)
        self.ask(stage)

    # What was entered

    async def take_scan(self, text: str) -> None:
        """A scan while the list has the keys is for the prompt."""
        if self.count is None:
            await super().take_scan(text)
        else:
            self.set_focus(self.prompt.field)
            self.prompt.put(text)

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        if self.count is None:
            return
        scanned = message.key == "scan"
        try:
            self._take(self.count, message.text, scanned=scanned)
        except JournalError as error:
            self.unexpected(f"Not counted: {error}")

    def _take(self, count: Count, text: str, *, scanned: bool) -> None:
        match self.stage:
            case Stage.DOUBT if text.casefold() in _YES and self._doubt is not None:
                self._count(count, self._doubt.asks, self._doubt.quantity)
            case Stage.DOUBT if text.casefold() in ("", "n", "т"):
                self.say("Not counted.")
                self.ask()
            case Stage.MOVE if text.casefold() in _YES and self._wrong is not None:
                self._move(count, self._wrong)
            case Stage.MOVE if text.casefold() in ("", "n", "т"):
                self.say("Left where it belongs.")
                self.ask()
            case Stage.NOTE if self._parked is not None:
                self._noted(count, self._parked, text, scanned=scanned)
            case Stage.MEND if self._mending is not None:
                self._mend(count, self._mending, text)
            case _:
                self._line_entered(count, text, scanned=scanned)

    def _line_entered(self, count: Count, text: str, *, scanned: bool) -> None:
        if scanned:
            self._find(count, text, None)
            return
        try:
            typed = read_typed(text)
        except QuantityError as error:
            if lines_for(count.lines, text) or location_of(count.lines, text):
                self._find(count, text, None)
            else:
                self.unexpected(f"{str(error).capitalize()}. Nothing is counted.")
            return
        match typed.asks:
            case Asks.JUMP:
                self._jump(count, typed.text)
            case Asks.FIND:
                self._find(count, typed.text, None)
            case Asks.NOTHING if count.at is not None and (count.total is not None or count.at.number in count.done):
                count.go_on()
                self.say("")
                self.ask()
            case Asks.NOTHING:
                self.unexpected("Type how many there are, then Enter; 0 for none, s for later.", severity="warning")
            case _ if count.at is None:
                self.unexpected("Every line is counted. Scan, or /text goes back to a line; F8 finishes.")
            case Asks.SKIP:
                label = count.at.label
                count.skip()
                self.say(f"Later: {label}.")
                self.ask()
            case _:
                self._quantity(count, typed.asks, typed.quantity, text)

    def _quantity(self, count: Count, asks: Asks, amount: Decimal, text: str) -> None:
        line, total = count.at, count.total
        if line is None:
            return
        after = amount if asks is Asks.SET else (total or Decimal(0)) + amount
        if line.number in count.done and not count.sums:
            self.unexpected(f"{line.label} needs no more counts: others counted it. Enter goes on.", severity="warning")
        elif line.serial and after not in (0, 1):
            self.unexpected(f"{line.label} is one piece: 1 or 0.")
        elif after < 0:
            self.unexpected(f"Only {quantity(total or 0)} counted here so far; nothing was taken back.")
        elif asks is Asks.SET and len(text) >= _CODE and (named := lines_for(count.lines, text)):
            self._named(count, named, amount, text)
        elif asks is Asks.SET and looks_scanned(text, amount, count.largest):
            self._find(count, text, amount)
        elif asks is Asks.ADD and looks_scanned(text[1:], amount, count.largest):
            self._doubted(asks, amount, f"{quantity(amount)} looks like a scanned code.")
        elif asks is Asks.SET and count.adding and total is not None:
            self._doubted(asks, amount, f"{quantity(total)} counted here. Enter alone goes on, + adds.")
        else:
            self._count(count, asks, amount)

    def _named(self, count: Count, named: list[CountLine], amount: Decimal, text: str) -> None:
        """What reads as a quantity is also the code of a line: digits alone may be either."""
        line = best_line(named, self._location(count), count.totals) or named[0]
        if text.isdecimal() and len(text) < _ARTICLE:
            self._doubted(Asks.SET, amount, f"{text} is the code of {line.label}; /{text} goes there.")
        else:
            self._found_on_sheet(count, line)

    def _doubted(self, asks: Asks, amount: Decimal, sentence: str) -> None:
        self._doubt = _Doubt(asks, amount)
        self.unexpected(f"{sentence} y counts {quantity(amount)} in all.", Stage.DOUBT, "warning")

    def _count(self, count: Count, asks: Asks, amount: Decimal) -> None:
        line = count.at
        if line is None:
            return
        if asks is Asks.SET:
            count.record(amount)
            said = f"{with_unit(amount, line.units) or '0'} {line.label}"
        else:
            count.add(amount)
            said = f"{with_unit(count.total, line.units)} {line.label}, Enter goes on"
        self.entry_kept()
        if self._here is not None and count.at is not None and count.at.location != line.location:
            self._here = None
        self.say(said, "good")
        self.ask()

    # Going to another line

    def _jump(self, count: Count, text: str) -> None:
        found = lines_matching(count.lines, text)
        here = count.at.number if count.at is not None else -1
        # The same text again goes to the next of them.
        line = next((each for each in found if each.number > here), found[0] if found else None)
        if line is None:
            self.unexpected(f"No line has {text}." if text else "Type / and part of a name, location or code.")
            return
        self._go_to(count, line)

    def _go_to(self, count: Count, line: CountLine, said: str = "") -> None:
        count.go_to(line.number)
        before = f"{line.label}: {quantity(count.total)} counted before." if count.total is not None else ""
        self.say(said or before or line.label, "warning" if before else "good")
        self.ask()

    # Codes

    def _find(self, count: Count, text: str, amount: Decimal | None) -> None:
        """Go to the line of a code; one that is not on the sheet is asked for. `amount` is the text as a number."""
        here = self._location(count)
        found = best_line(lines_for(count.lines, text), here, count.totals)
        place = location_of(count.lines, text) if found is None and amount is None else None
        if found is not None:
            self._found_on_sheet(count, found)
        elif place is not None:
            self._at_location(count, place)
        else:
            self.stage = Stage.WAIT
            self.prompt.busy(Stage.WAIT.value)
            self.look_up(count.sheet, text, amount, here)

    def _location(self, count: Count) -> int | None:
        if self._here is not None:
            return self._here[0]
        return count.at.location if count.at is not None else None

    def _found_on_sheet(self, count: Count, line: CountLine) -> None:
        if self._here is not None and line.location != self._here[0]:
            self._misplaced(line, self._here[1])
        else:
            self._go_to(count, line)

    def _at_location(self, count: Count, place: tuple[int | None, str]) -> None:
        self._here = place
        open_ = [line for line in count.lines if line.location == place[0] and line.number not in count.totals]
        if open_:
            self._go_to(count, open_[0], place[1])
        else:
            self.unexpected(f"All lines in {place[1]} are counted; what you scan is looked for here.", severity="good")

    def on_count_lookup_looked_up(self, message: CountLookup.LookedUp) -> None:
        count = self.count
        if count is None or self.stage is not Stage.WAIT:
            return
        try:
            self._looked_up(count, message)
        except JournalError as error:
            self.unexpected(f"Not kept: {error}")

    def _looked_up(self, count: Count, message: CountLookup.LookedUp) -> None:
        found = message.found
        if found.location is not None:
            self._at_location(count, (found.location.pk, found.location.path))
        elif found.line is not None:
            self._found(count, found.line)
        elif message.quantity is not None:
            self._doubted(Asks.SET, message.quantity, f"{message.text} looks like a scanned code.")
        else:
            self._parked = count.park(message.text)
            self.unexpected(f"{message.text} is put aside: {found.why_not}. Say what it is.", Stage.NOTE, "warning")

    def _found(self, count: Count, line: CountLine) -> None:
        """An item that is not among the codes of the sheet: on the sheet all the same, or new to it."""
        on_sheet = next((each for each in count.lines if each.item is not None and each.item == line.item), None)
        here = self._location(count)
        if on_sheet is not None:
            self._found_on_sheet(count, on_sheet)
        elif here is not None and line.location != here:
            at = count.at
            self._misplaced(line, self._here[1] if self._here is not None else at.path if at is not None else "")
        else:
            added = count.add_found(line)
            self.lines_changed()
            self.say(f"{added.label} is not on the sheet; added.", "warning")
            self.ask()

    def lines_changed(self) -> None:
        """There is one line more."""

    # An item that lies where it does not belong

    def _misplaced(self, line: CountLine, here: str) -> None:
        self._wrong = line
        if self.count is not None and self._here is None:
            self._here = (self._location(self.count), here)
        # Where there is hardly room the line below names the place.
        named = "" if self.has_class("-tiny") else f" ({here})"
        self.unexpected(f"{line.label} belongs to {line.where}: move it here{named}?", Stage.MOVE, "warning")

    def _move(self, count: Count, line: CountLine) -> None:
        if self._here is None or self._here[0] is None:
            self.unexpected("Scan the location first.")
            return
        pk, path = self._here
        self.stage = Stage.WAIT
        self.prompt.busy("Moving ...")
        self.move_here(count.sheet, line, Location(pk or 0, path.rpartition("/")[2], path))

    def on_count_lookup_moved(self, message: CountLookup.Moved) -> None:
        count = self.count
        if count is None or self.stage is not Stage.WAIT:
            return
        if message.problem:
            self.unexpected(f"Not moved: {message.problem}.")
            return
        line = count.moved(message.line, message.destination.pk, message.destination.path)
        self.lines_changed()
        self._go_to(count, line, f"{line.label} is moved to {line.where}. Count it.")

    # Notes, and what was refused

    def _noted(self, count: Count, parked: Parked, text: str, *, scanned: bool) -> None:
        count.journal.note_parked(parked.key, "" if scanned else text)
        self._parked = None
        self.entry_kept(0)
        self.say(f"{parked.barcode} is put aside.", "good")
        self.ask()
        if scanned:
            self.prompt.put(text)

    def begin_mending(self, entry: Entry) -> None:
        """Ask for the right total of an entry that was refused."""
        if self.count is None:
            return
        line = self.count.lines[entry.line]
        self._mending = entry
        self.unexpected(
            f"Type the total, d drops it: {quantity(entry.quantity)} {line.label}. {entry.reason}",
            Stage.MEND,
            "warning",
        )

    def _mend(self, count: Count, entry: Entry, text: str) -> None:
        done: Callable[[], None]
        if text.casefold() in ("d", "в"):
            done, said = partial(count.mend, entry.key, None), "Dropped."
        elif not text:
            self.say("Left as it is.")
            self.ask()
            return
        else:
            try:
                amount = parse_quantity(text)
            except QuantityError as error:
                self.unexpected(f"{str(error).capitalize()}.", Stage.MEND)
                return
            done, said = partial(count.mend, entry.key, amount), "Mended; it is posted again."
        done()
        self._mending = None
        self.entry_kept(0)
        self.say(said, "good")
        self.ask()
