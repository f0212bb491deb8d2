"""Posting what was counted: one line in one transaction, through the same count as everywhere else."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, select

from server.actions.counting.closing import PENDING, LineResult
from server.actions.counting.records import (
    LINES,
    REASONS,
    Deed,
    entries_of,
    locked_session,
    movements_of,
    taken_of,
)
from server.actions.stock import adjust
from server.actions.stock.entry import create, part_of_stock
from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import Line
from server.db.models.counting import CountLine, CountSession
from server.db.models.users import User
from server.domain.counting import FIRST, LineStatus, SessionStatus, Verdict, judge, posted
from server.domain.errors import InvalidInput, WrongState
from server.domain.status import StockStatus
from server.domain.stock import Adjustment, State, figure

__all__ = ["accepted_lines", "post_line"]

USERS: Any = User.__table__


@dataclass
class Posting:
    """What posting a line came to; `files` went with an item that was used up and may be deleted after the commit."""

    result: LineResult
    files: list[str] = field(default_factory=list)


def accepted_lines(count: int) -> Any:
    """The statement that gives the keys of the lines that can be posted, in walking order."""
    wanted = select(LINES.c.pk).where(LINES.c.session_id == count, LINES.c.status == int(LineStatus.ACCEPTED))
    return wanted.order_by(LINES.c.position, LINES.c.pk)


def post_line(deed: Deed, count_key: int, key: int) -> Posting:
    """Post an accepted line. One that cannot be posted says why, and stays for somebody to mend."""
    count = locked_session(deed.session, count_key)
    line = deed.session.get(CountLine, key, with_for_update=True)
    if line is None or line.session_id != count.pk:
        return Posting(LineResult(key, "refused", "There is no such line in this session."))
    if line.status == LineStatus.POSTED:
        return Posting(LineResult(key, "posted"))
    if line.status != LineStatus.ACCEPTED or count.status != SessionStatus.REVIEW:
        return Posting(LineResult(key, "refused", "This line is not accepted yet."))
    try:
        files = _Post(deed, count, line).run()
    except InvalidInput as error:
        line.status, line.refused_because = int(LineStatus.REFUSED), _text(error)[:500]
        return Posting(LineResult(key, "refused", line.refused_because))
    line.status, line.posted_at, line.refused_because = int(LineStatus.POSTED), deed.by.now, ""
    deed.session.flush()
    open_lines = exists().where(LINES.c.session_id == count.pk, LINES.c.status.in_([int(one) for one in PENDING]))
    if not deed.session.scalar(select(open_lines)):
        count.status = int(SessionStatus.POSTED)
    return Posting(LineResult(key, "posted"), files)


@dataclass
class _Post:
    """One line on its way. Everything is checked before anything is written."""

    deed: Deed
    count: CountSession
    line: CountLine
    entries: list[Row[Any]] = field(default_factory=list)

    def run(self) -> list[str]:
        """Write the item and what the line says of it; the files that went with it."""
        session, line = self.deed.session, self.line
        self.entries = entries_of(session, [line.pk]).get(line.pk, [])
        verdict = judge(self.count.mode, taken_of(self.entries), line.round)
        if verdict is None:
            raise WrongState("This line is not fully counted.")
        if line.stock_item_id is None:
            return self._without_item(verdict)
        ledger = Ledger(session, self.deed.by)
        item = ledger.item(line.stock_item_id)
        moved = movements_of(session, [item.pk], verdict.expected.seen).get(item.pk, ())
        after = posted(verdict, item.quantity, moved)
        if verdict.expected.elsewhere:  # gone before it was counted, and not found: there is nothing to say of it
            line.before = line.after = item.quantity
            return []
        lost = item.serialized and after == 0
        adjustment = Adjustment(status=State(int(StockStatus.LOST))) if lost else Adjustment()
        adjust.count(ledger, [Line(item.pk, after, adjustment)], self._notes(item.quantity, after))
        line.before, line.after = item.quantity, after
        return ledger.files

    def _without_item(self, verdict: Verdict) -> list[str]:
        """Nothing in the record stands for the line: what was found is entered as new stock."""
        line, session = self.line, self.deed.session
        if verdict.counted and line.stock_item_key is not None:
            raise WrongState("The item is gone from the record; enter what was found as new stock.")
        if verdict.counted:
            part = part_of_stock(session, line.part_id) if line.part_id is not None else None
            if part is None:
                raise WrongState("The part is gone; nothing can be entered for it.")
            values = {"quantity": verdict.counted, "location_id": line.location_id, "batch": line.batch or ""}
            notes = self._notes(Decimal(0), verdict.counted)
            serials = [line.serial] if line.serial else []
            (line.stock_item_id,) = create(session, self.deed.by, part, values, serials, notes=notes)
            line.stock_item_key = line.stock_item_id
        line.before, line.after = Decimal(0), verdict.counted
        return []

    def _notes(self, before: Decimal, after: Decimal) -> str:
        """Who counted, counted again and approved, why, and what it was before."""
        names = self._names()
        first = [names[row.counter_id] for row in self.entries if row.round == FIRST and row.counter_id in names]
        again = [names[row.counter_id] for row in self.entries if row.round > FIRST and row.counter_id in names]
        told = [f"{self.count.reference}: {figure(before)} -> {figure(after)}"]
        told.append(f"counted by {_listed(first)}")
        if again:
            told.append(f"recounted by {_listed(again)}")
        if self.line.approver_id is not None:
            told.append(f"approved by {names.get(self.line.approver_id, '?')}")
        told.append(f"reason: {self._reason()}")
        return "; ".join(told + ([self.line.note] if self.line.note else []))

    def _names(self) -> dict[int, str]:
        keys = {row.counter_id for row in self.entries} | {self.line.approver_id}
        wanted = select(USERS.c.pk, USERS.c.username).where(USERS.c.pk.in_(sorted(keys - {None})))
        return {row.pk: row.username for row in self.deed.session.execute(wanted)}

    def _reason(self) -> str:
        if self.line.reason_id is None:
            return "within tolerance"
        wanted = select(REASONS.c.code, REASONS.c.label).where(REASONS.c.pk == self.line.reason_id)
        row = self.deed.session.execute(wanted).one()
        return f"{row.code} ({row.label})"


def _listed(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "nobody known"


def _text(error: InvalidInput) -> str:
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for one in value.values() for text in texts(one)]
        return [text for one in value for text in texts(one)] if isinstance(value, list) else [str(value)]

    return " ".join(texts(error.errors))
