"""The rules of counting: what the entries of a line say, how far that is from the record, and what is posted.

Stock moves while it is counted, so a count is only compared with what the record said *when the line was counted*:
expected = snapshot + movements until then; variance = counted - expected; posted = quantity now + variance. Whatever
moved after the count thereby stands, and the result is what somebody would have posted who saw everything at once.

Movements are in the order in which they were written to the item's history, which each carries as its `pk`; how far a
count has seen the history is kept with it (`seen`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any

from server.domain.errors import InvalidInput, WrongState
from server.domain.status import StockHistoryCode
from server.domain.stock import figure
from workflow.walking import WalkingKey, walking_key

__all__ = [
    "FIRST", "MODES", "OPEN_SESSIONS", "UNCOUNTED", "Expected", "LineState", "LineStatus", "Movement", "SessionStatus",
    "Taken", "Tolerance", "Verdict", "abc_classes", "corrected", "counted_total", "counters_needed", "expected_at",
    "judge", "may_enter", "moment_of", "movement", "posted", "settled", "sheet_key", "tallies",
]  # fmt: skip

ZERO = Decimal(0)
LARGEST_COUNT = Decimal(10**9)
MODES: Mapping[str, str] = {
    "single": "One counter to a line", "sum": "What several counters find adds up",
    "double": "Two counters must agree on each line",
}  # fmt: skip


class SessionStatus(IntEnum):
    """How far a count session has come."""

    COUNTING = 10
    REVIEW = 20
    POSTED = 30
    CANCELLED = 40


class LineStatus(IntEnum):
    """How far a line of a session has come."""

    OPEN = 10
    COUNTED = 20
    RECOUNT = 30
    REVIEW = 40
    ACCEPTED = 50
    POSTED = 60
    REFUSED = 70
    SKIPPED = 80


OPEN_SESSIONS = frozenset({SessionStatus.COUNTING, SessionStatus.REVIEW})
UNCOUNTED = frozenset({LineStatus.OPEN, LineStatus.SKIPPED})
FIRST = 1
"""The round of the first counts; each recount is a round more."""
_MENDABLE = frozenset({LineStatus.REVIEW, LineStatus.ACCEPTED, LineStatus.REFUSED})


# ------------------------------------------------------------------------------------------------- what was expected


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of an item's history: what it left there. None: not changed by it. `corrects`: it did not move stock
    but set the record right (a count, an edit by hand). `leaves`: the item is no longer on a shelf."""

    pk: int
    at: datetime
    quantity: Decimal | None = None
    location: int | None = None
    corrects: bool = False
    leaves: bool = False


_CORRECTING = frozenset({StockHistoryCode.STOCK_COUNT, StockHistoryCode.EDITED})
_LEAVING = frozenset(
    {
        StockHistoryCode.SENT_TO_CUSTOMER, StockHistoryCode.SHIPPED_AGAINST_SALES_ORDER,
        StockHistoryCode.INSTALLED_INTO_ASSEMBLY, StockHistoryCode.BUILD_CONSUMED,
    }
)  # fmt: skip


def movement(pk: int, at: datetime, code: int, deltas: Mapping[str, Any] | None) -> Movement:
    """What an entry of the history means for a count."""
    told = deltas or {}
    quantity = told.get("quantity")
    known = Decimal(repr(quantity)) if isinstance(quantity, (int, float)) and not isinstance(quantity, bool) else None
    place = told.get("location")
    return Movement(
        pk, at, known, place if isinstance(place, int) else None,
        corrects=code in _CORRECTING and known is not None, leaves=code in _LEAVING,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """What the record says of a line at one time. `seen`: the last entry of the history that is in it. `elsewhere`:
    the item is not at the line's location (and therefore nothing is expected there)."""

    quantity: Decimal
    seen: int
    elsewhere: bool = False


def moment_of(counted: datetime | None, sent: datetime | None, started: datetime, now: datetime) -> datetime:
    """When something was counted, by the server's clock: a client's clock that is wrong is put right by what it said
    when it sent; never before the session began, never after now. All with a zone."""
    if counted is None:
        return now
    ahead = sent - now if sent is not None else timedelta()
    return max(started, min(counted - ahead, now))


def expected_at(
    snapshot: Expected, location: int | None, movements: Sequence[Movement], moment: datetime, now: Expected
) -> Expected:
    """What the record said at `moment`. `movements` are those after the snapshot, in order; `now` is the record as it
    is, which is exact where nothing moved after `moment`."""
    passed = [entry for entry in movements if entry.pk > snapshot.seen]
    until = next((n for n, entry in enumerate(passed) if entry.at > moment), len(passed))
    if until == len(passed):
        last = passed[-1].pk if passed else snapshot.seen
        return Expected(now.quantity, max(last, now.seen), now.elsewhere)
    quantity, place, away, seen = snapshot.quantity, location, snapshot.elsewhere, snapshot.seen
    for entry in passed[:until]:
        quantity = entry.quantity if entry.quantity is not None else quantity
        if entry.location is not None:
            place, away = entry.location, False
        away, seen = away or entry.leaves, entry.pk
    gone = away or place != location
    return Expected(ZERO if gone else quantity, seen, gone)


def corrected(movements: Iterable[Movement], seen: int) -> bool:
    """Whether the record was set right by somebody else after the line was counted."""
    return any(entry.corrects and entry.pk > seen for entry in movements)


# ------------------------------------------------------------------------------------------------- what was counted


@dataclass(frozen=True, slots=True)
class Taken:
    """One entry of a counter, in the order in which they came in. It `adds` to this counter's total of the round, or
    else replaces it."""

    counter: int
    round: int
    quantity: Decimal
    expected: Expected
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What one counter found in one round. `steady`: nothing moved between the entries that make it up."""

    counter: int
    total: Decimal
    expected: Expected
    steady: bool = True

    @property
    def variance(self) -> Decimal:
        return self.total - self.expected.quantity


@dataclass(frozen=True, slots=True)
class LineState:
    """What decides whether a line can be counted: its own state and round, and the state of its session."""

    status: int
    round: int
    session: int
    serialized: bool = False


def tallies(entries: Iterable[Taken], round: int) -> tuple[Tally, ...]:
    """The totals of a round by counter; whose last entry is the latest comes last."""
    found: dict[int, Tally] = {}
    for entry in entries:
        if entry.round != round:
            continue
        before = found.pop(entry.counter, None)
        if before is None or not entry.adds:
            made = Tally(entry.counter, entry.quantity, entry.expected)
        else:
            steady = before.steady and before.expected.quantity == entry.expected.quantity
            made = Tally(entry.counter, before.total + entry.quantity, entry.expected, steady)
        found[entry.counter] = made
    return tuple(found.values())


def counted_total(entries: Iterable[Taken], counter: int, round: int) -> Decimal | None:
    """What a counter has found in a round so far; None: nothing was entered."""
    return next((tally.total for tally in tallies(entries, round) if tally.counter == counter), None)


def may_enter(mode: str, entries: Sequence[Taken], new: Taken, line: "LineState", *, other_recounter: bool) -> None:
    """Whether an entry can be taken. Raises WrongState or InvalidInput with what is wrong and what to do."""
    if line.session not in OPEN_SESSIONS or (line.session != SessionStatus.COUNTING and new.round == FIRST):
        raise WrongState("The session is closed: nothing more can be counted.")
    own = counted_total(entries, new.counter, new.round)
    still = UNCOUNTED | {LineStatus.COUNTED} if new.round == FIRST else {LineStatus.RECOUNT}
    mending = new.round > FIRST and own is not None and line.status in _MENDABLE
    if new.round != line.round or not (line.status in still or mending):
        raise WrongState("This line is not to be counted now.")
    total = ((own or ZERO) if new.adds else ZERO) + new.quantity
    _check_quantity(total, serialized=line.serialized)
    if other_recounter and new.counter in {entry.counter for entry in entries if entry.round == new.round - 1}:
        raise WrongState("You counted this line; somebody else must count it again.")
    others = {entry.counter for entry in entries if entry.round == new.round} - {new.counter}
    if not (mode == "sum" and new.round == FIRST) and len(others) >= counters_needed(mode, new.round):
        raise WrongState("This line was counted by somebody else already.")


def counters_needed(mode: str, round: int) -> int:
    """How many must have counted a line in a round before it is done."""
    return 2 if mode == "double" and round == FIRST else 1


def _check_quantity(total: Decimal, *, serialized: bool) -> None:
    if total < 0:
        raise InvalidInput("More was taken back than you counted.")
    if total > LARGEST_COUNT:
        raise InvalidInput(f"{figure(total)} is too much for one line; look whether a barcode was scanned here.")
    if serialized and total not in (0, 1):
        raise InvalidInput("An item with a serial number is there (1) or not (0).")


# ------------------------------------------------------------------------------------------------- what follows


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a count may be off without being counted again: `percent` of the expected quantity, and `value` in money
    (None: whatever it is worth)."""

    percent: Decimal = ZERO
    value: Decimal | None = None

    def allows(self, variance: Decimal, expected: Decimal, price: Decimal | None) -> bool:
        if variance == 0:
            return True
        if abs(variance) * 100 > self.percent * expected:
            return False
        return self.value is None or abs(variance) * (price or ZERO) <= self.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the entries of a line come to. `sure` is False where counters disagree or stock moved while they counted:
    then it is counted again, however small the variance."""

    counted: Decimal
    expected: Expected
    sure: bool

    @property
    def variance(self) -> Decimal:
        return self.counted - self.expected.quantity


def judge(mode: str, entries: Sequence[Taken], round: int) -> Verdict | None:
    """The verdict on a line after a round; None while it is not fully counted."""
    found = tallies(entries, round)
    if not found or (mode == "double" and round == FIRST and len(found) < 2):
        return None
    last = found[-1]
    steady = all(tally.steady for tally in found)
    if mode == "sum" and round == FIRST:
        same = all(tally.expected.quantity == last.expected.quantity for tally in found)
        return Verdict(sum((tally.total for tally in found), ZERO), last.expected, steady and same)
    agreed = all(tally.variance == last.variance for tally in found)
    return Verdict(last.total, last.expected, steady and agreed)


def settled(verdict: Verdict, tolerance: Tolerance, price: Decimal | None, round: int) -> LineStatus:
    """What becomes of a counted line: accepted, to be counted again, or (counted twice) to be looked at."""
    fits = tolerance.allows(verdict.variance, verdict.expected.quantity, price)
    if verdict.sure and fits and not (verdict.expected.elsewhere and verdict.counted):
        return LineStatus.ACCEPTED
    return LineStatus.REVIEW if round > FIRST else LineStatus.RECOUNT


def posted(verdict: Verdict, now: Decimal, movements: Iterable[Movement]) -> Decimal:
    """The quantity that the record gets. Raises WrongState where the count cannot stand any more, with what to do."""
    if corrected(movements, verdict.expected.seen):
        raise WrongState("The record was set right after this line was counted; count it again or leave it.")
    if verdict.expected.elsewhere and verdict.counted:
        raise WrongState("The item was moved before it was counted here; find out which is true and count it there.")
    quantity = now + verdict.variance
    if quantity < 0:
        raise WrongState(
            f"{figure(-quantity)} more left the shelf since than were counted; count it again before you post."
        )
    return quantity


def abc_classes(usage: Mapping[int, Decimal]) -> dict[int, str]:
    """The classes of parts by usage value: those that make up the first 80% are A, up to 95% B, the rest C. What was
    not used is C."""
    total, so_far = sum(usage.values(), ZERO), ZERO
    classes = {}
    for part in sorted(usage, key=lambda part: (-usage[part], part)):
        share = so_far / total if total else Decimal(1)  # what is used more than this part
        classes[part] = "C" if not usage[part] else "A" if share < _A else "B" if share < _B else "C"
        so_far += usage[part]
    return classes


_A, _B = Decimal("0.8"), Decimal("0.95")


# ------------------------------------------------------------------------------------------------- the sheet


def sheet_key(location: str, part: str, batch: str | None, serial: str | None) -> tuple[WalkingKey, ...]:
    """What the lines of a sheet sort by: as somebody walks past them, then part, batch and serial number."""
    return walking_key(location), walking_key(part), walking_key(batch or ""), walking_key(serial or "")
