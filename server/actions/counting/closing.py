"""From counting to posting: a session is closed, its lines are judged, counted again, approved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from server.actions.counting.classes import classes_of_parts, prices_of
from server.actions.counting.records import (
    REASONS,
    Deed,
    check_open,
    entries_of,
    lines_of,
    locked_session,
    taken_of,
)
from server.db.models.counting import CountLine, CountSession
from server.domain.counting import FIRST, UNCOUNTED, LineStatus, SessionStatus, Tolerance, judge, settled
from server.domain.errors import InvalidInput

__all__ = ["Approval", "LineResult", "Tolerances", "approve", "cancel", "close", "finish", "recount", "reopen"]

PENDING = frozenset(
    {LineStatus.COUNTED, LineStatus.RECOUNT, LineStatus.REVIEW, LineStatus.ACCEPTED, LineStatus.REFUSED}
)
AGAIN = frozenset({LineStatus.REVIEW, LineStatus.ACCEPTED, LineStatus.REFUSED})


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far counts may be off: percent by class, and in money."""

    percent: Mapping[str, Decimal]
    value: Decimal | None = None

    def of(self, name: str) -> Tolerance:
        return Tolerance(self.percent.get(name, Decimal(0)), self.value)


@dataclass(frozen=True, slots=True)
class Approval:
    """A line that is approved: the reason by its code, and a note."""

    line: int
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line: approved, accepted, posted or refused for a reason."""

    line: int
    status: str
    reason: str = ""


def close(deed: Deed, count_key: int, tolerances: Tolerances, *, incomplete: bool) -> CountSession:
    """End the counting (of a session in review: the review). Raises InvalidInput with the figures while something is
    left to do, unless `incomplete` is accepted."""
    count = locked_session(deed.session, count_key)
    check_open(count)
    lines = lines_of(deed.session, count.pk)
    if count.status == SessionStatus.COUNTING:
        _refuse_open(count, lines, UNCOUNTED, "not counted", incomplete=incomplete)
        _judge(deed, count, lines, tolerances)
        count.status, count.closed = int(SessionStatus.REVIEW), deed.by.now
        finish(count, lines)
    else:
        _refuse_open(count, lines, PENDING, "not posted", incomplete=incomplete)
        count.status = int(SessionStatus.POSTED)
    deed.session.flush()
    return count


def _refuse_open(
    count: CountSession, lines: Mapping[int, CountLine], states: frozenset[LineStatus], what: str, *, incomplete: bool
) -> None:
    left = sum(line.status in states for line in lines.values())
    if left and not incomplete:
        text = f"{left} of {len(lines)} lines of {count.reference} are {what}; accept it, or go on."
        raise InvalidInput({"accept_incomplete": [text], "left": left, "lines": len(lines)})


def finish(count: CountSession, lines: Mapping[int, CountLine]) -> None:
    """A session in review of which nothing is left to do is done."""
    if count.status == SessionStatus.REVIEW and not any(line.status in PENDING for line in lines.values()):
        count.status = int(SessionStatus.POSTED)


def _judge(deed: Deed, count: CountSession, lines: Mapping[int, CountLine], tolerances: Tolerances) -> None:
    counted = [line for line in lines.values() if line.status == LineStatus.COUNTED]
    entries = entries_of(deed.session, [line.pk for line in counted])
    classes = classes_of_parts(deed.session, deed.by.now)
    prices = prices_of(deed.session, [line.part_id for line in counted if line.part_id is not None])
    for line in counted:
        verdict = judge(count.mode, taken_of(entries.get(line.pk, ())), line.round)
        if verdict is None:
            continue
        line.counted, line.expected_then, line.variance = verdict.counted, verdict.expected.quantity, verdict.variance
        tolerance = tolerances.of(classes.get(line.part_id, "C"))
        line.status = int(settled(verdict, tolerance, prices.get(line.part_id), line.round))
        if line.status == LineStatus.RECOUNT:
            line.round += 1
            line.taken_by_id = line.taken_at = None


def reopen(deed: Deed, count_key: int) -> CountSession:
    """Go on counting a session in review of which nothing was posted."""
    count = locked_session(deed.session, count_key)
    check_open(count, SessionStatus.REVIEW)
    lines = lines_of(deed.session, count.pk)
    posted = sum(line.status == LineStatus.POSTED for line in lines.values())
    if posted:
        raise InvalidInput(f"{posted} lines of {count.reference} are posted; make a new session for the rest.")
    entries = entries_of(deed.session, lines)
    for line in lines.values():
        last = max((row.round for row in entries.get(line.pk, ())), default=FIRST)
        if last == FIRST and line.status in PENDING:
            line.status, line.round = int(LineStatus.COUNTED), FIRST
            line.counted = line.expected_then = line.variance = None
    count.status, count.closed = int(SessionStatus.COUNTING), None
    return count


def cancel(deed: Deed, count_key: int) -> CountSession:
    """Give a session up; what was posted stays posted."""
    count = locked_session(deed.session, count_key)
    check_open(count)
    count.status, count.closed = int(SessionStatus.CANCELLED), deed.by.now
    return count


def recount(deed: Deed, count_key: int, keys: Sequence[int]) -> list[int]:
    """Have lines counted once more; which will be."""
    count = locked_session(deed.session, count_key)
    check_open(count, SessionStatus.REVIEW)
    again = []
    for line in lines_of(deed.session, count.pk, keys).values():
        if line.status in AGAIN:
            line.status, line.round, line.refused_because = int(LineStatus.RECOUNT), line.round + 1, ""
            line.taken_by_id = line.taken_at = None
        if line.status == LineStatus.RECOUNT:
            again.append(line.pk)
    return again


def approve(deed: Deed, count_key: int, given: Sequence[Approval], *, other_approver: bool) -> list[LineResult]:
    """Approve lines in review, each with a reason; one that is refused holds up no other."""
    count = locked_session(deed.session, count_key)
    check_open(count, SessionStatus.REVIEW)
    lines = lines_of(deed.session, count.pk, [one.line for one in given])
    entries = entries_of(deed.session, lines)
    codes = select(REASONS.c.code, REASONS.c.pk).where(REASONS.c.active.is_(True))
    reasons = {row.code: row.pk for row in deed.session.execute(codes)}
    twice = {key for key, times in Counter(one.line for one in given).items() if times > 1}
    results = []
    for one in given:
        line = lines.get(one.line)
        counters = {row.counter_id for row in entries.get(one.line, ())}
        if line is None:
            refused = "There is no such line in this session."
        elif one.line in twice:
            refused = "This line is named more than once."
        elif line.status not in (LineStatus.REVIEW, LineStatus.REFUSED):
            refused = "This line does not wait for approval."
        elif one.reason not in reasons:
            refused = f"There is no reason {one.reason!r}; choose one of {', '.join(sorted(reasons))}."
        elif other_approver and deed.by.user in counters:
            refused = "You counted this line; somebody else must approve it."
        else:
            line.status, line.reason_id, line.note = int(LineStatus.ACCEPTED), reasons[one.reason], one.note
            line.approver_id, line.approved_at, line.refused_because = deed.by.user, deed.by.now, ""
            refused = ""
        results.append(LineResult(one.line, "refused" if refused else "approved", refused))
    return results
