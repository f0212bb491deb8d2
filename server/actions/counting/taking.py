"""What counters do with lines besides counting: take them, let go of them, skip them, and park unknown codes."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update

from server.actions.counting.records import LINES, Deed, check_open, lines_of, locked_session
from server.db.models.counting import CountLine, CountParked
from server.domain.counting import OPEN_SESSIONS, LineStatus

__all__ = ["TAKEN_FOR", "be_at", "park", "release", "skip", "take"]

TAKEN_FOR = timedelta(minutes=15)
"""How long a line is taken: a client that died, or somebody who went home, does not keep it."""


def _chosen(deed: Deed, count_key: int, keys: Sequence[int]) -> list[CountLine]:
    """The lines of an open session that were named; others are passed over."""
    check_open(locked_session(deed.session, count_key))
    return list(lines_of(deed.session, count_key, keys).values())


def take(deed: Deed, count_key: int, keys: Sequence[int]) -> list[int]:
    """Show others that these lines are being counted; which of them are this counter's now."""
    mine = []
    for line in _chosen(deed, count_key, keys):
        if _free(deed, line):
            line.taken_by_id, line.taken_at = deed.by.user, deed.by.now
            mine.append(line.pk)
    return mine


def _free(deed: Deed, line: CountLine) -> bool:
    """Whether nobody else is at it."""
    return line.taken_by_id in (None, deed.by.user) or (line.taken_at or deed.by.now) <= deed.by.now - TAKEN_FOR


def be_at(deed: Deed, count_key: int, key: int | None) -> None:
    """Take the line where the counter is now, and let go of all others; nothing happens in a session that is closed."""
    count = locked_session(deed.session, count_key)
    if count.status not in OPEN_SESSIONS:
        return
    mine = (LINES.c.session_id == count_key, LINES.c.taken_by_id == deed.by.user)
    others = update(LINES).where(*mine, LINES.c.pk != (key or 0)).values(taken_by_id=None, taken_at=None)
    deed.session.execute(others)
    for line in lines_of(deed.session, count_key, [key]).values() if key is not None else ():
        if _free(deed, line):
            line.taken_by_id, line.taken_at = deed.by.user, deed.by.now
    deed.session.flush()


def release(deed: Deed, count_key: int, keys: Sequence[int]) -> list[int]:
    """Let go of one's own lines; which were."""
    freed = []
    for line in _chosen(deed, count_key, keys):
        if line.taken_by_id == deed.by.user:
            line.taken_by_id = line.taken_at = None
            freed.append(line.pk)
    return freed


def skip(deed: Deed, count_key: int, keys: Sequence[int]) -> list[int]:
    """Leave lines for later; which were skipped. Counted ones stay as they are."""
    skipped = []
    for line in _chosen(deed, count_key, keys):
        if line.status == LineStatus.OPEN:
            line.status = int(LineStatus.SKIPPED)
        if line.status == LineStatus.SKIPPED:
            skipped.append(line.pk)
        if line.taken_by_id == deed.by.user:
            line.taken_by_id = line.taken_at = None
    return skipped


def park(deed: Deed, count_key: int, key: str, barcode: str, note: str) -> tuple[CountParked, bool]:
    """Keep a code that nobody knows, once by its key; the row, and whether it is new."""
    count = locked_session(deed.session, count_key)
    wanted = select(CountParked).where(CountParked.session_id == count.pk, CountParked.key == key)
    known = deed.session.scalars(wanted).one_or_none()
    if known is not None:
        return known, False
    check_open(count)
    row = CountParked(
        session_id=count.pk, key=key, barcode=barcode, note=note, user_id=deed.by.user, moment=deed.by.now
    )
    deed.session.add(row)
    deed.session.flush()
    return row, True
