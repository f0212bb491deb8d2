"""Forgetting events that are older than the setting says."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from server.events.reading import EVENTS, MARKS
from server.jobs.declaring import Work, job

__all__ = ["JOBS", "prune_events"]

BATCH = 5000


@job("prune_events", "Forget events older than BINCARD_EVENT_DAYS.", every=timedelta(hours=1))
def prune_events(work: Work) -> dict[str, int]:
    """Events go from the oldest on, but none that a follower has yet to see. Where the log begins is noted in the same
    transaction."""
    before = work.now - timedelta(days=work.settings.event_days)

    def some(session: Any) -> int:
        slowest = session.scalar(select(func.min(MARKS.c.position)).where(MARKS.c.name.like("follower:%")))
        oldest = select(EVENTS.c.pk, EVENTS.c.time).order_by(EVENTS.c.pk).limit(BATCH)
        old = [pk for pk, time in session.execute(oldest) if time < before and (slowest is None or pk <= slowest)]
        if not old:
            return 0
        session.execute(update(MARKS).where(MARKS.c.name == "pruned").values(position=old[-1]))
        session.execute(delete(EVENTS).where(EVENTS.c.pk <= old[-1]))
        return len(old)

    gone = 0
    while pruned := work.database.run_write(some):
        gone += pruned
    return {"events": gone}


JOBS = (prune_events,)
