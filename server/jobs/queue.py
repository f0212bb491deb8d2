"""The queue in the database: what is to be done, by whom it is being done, and what became of it.

A job is queued in the transaction of whatever wants it done, so it is done if and only if that is committed. The row
is the truth; what carries it to a worker may be lost or come twice.
"""

import logging
import os
import secrets
import socket
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from server.db.models.events import Job, Mark
from server.db.session import knock_after_commit

__all__ = [
    "JOBS", "KNOCK", "begin", "due", "finish", "queue_job", "queue_periodic", "rescue", "retry_after", "seen",
    "worker_name",
]  # fmt: skip

log = logging.getLogger("bincard.jobs")
JOBS: Table = Job.__table__  # type: ignore[assignment]
MARKS: Table = Mark.__table__  # type: ignore[assignment]
KNOCK = "jobs"
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
SILENT_FOR = timedelta(seconds=90)


def queue_job(
    session: Session, name: str, arguments: Mapping[str, Any] | None = None, *, user: int | None = None,
    due_at: datetime | None = None, waiting_key: str | None = None,
) -> str:  # fmt: skip
    """Have a job done once this transaction is committed, not before `due_at`; the task's id. While a job with the same
    `waiting_key` waits, that one is it."""
    now = datetime.now(UTC)
    if waiting_key is not None:
        there = session.scalar(select(JOBS.c.task_id).where(JOBS.c.waiting_key == waiting_key))
        if there is not None:
            return str(there)
    task = secrets.token_hex(16)
    row = {
        "task_id": task, "name": name, "arguments": dict(arguments or {}), "state": "queued", "attempts": 0,
        "waiting_key": waiting_key, "user_key": user, "queued_at": now, "due_at": due_at or now, "worker": "",
        "done": 0, "total": 0,
    }  # fmt: skip
    session.execute(insert(JOBS).values(row))
    knock_after_commit(session, KNOCK)
    return task


def queue_periodic(session: Session, name: str, every: timedelta, now: datetime) -> None:
    """Queue a job that runs every so often, when its time has come and nobody else has queued it for this time."""
    step = int(every.total_seconds())
    slot = int(now.timestamp()) // step * step
    mark = f"job:{name}"
    if session.scalar(select(MARKS.c.pk).where(MARKS.c.name == mark)) is None:
        session.execute(insert(MARKS).values(name=mark, position=slot))
        return  # the first time is the next one: a new database has nothing to tidy up
    taken: Any = session.execute(
        update(MARKS).where(MARKS.c.name == mark, MARKS.c.position < slot).values(position=slot)
    )
    if taken.rowcount:
        queue_job(session, name, waiting_key=name)


def due(session: Session, now: datetime) -> tuple[list[str], datetime | None]:
    """The tasks that may begin, and when the next one may."""
    waiting = (JOBS.c.state == "queued",)
    ready = session.scalars(select(JOBS.c.task_id).where(*waiting, JOBS.c.due_at <= now).order_by(JOBS.c.pk)).all()
    later = session.scalar(select(func.min(JOBS.c.due_at)).where(*waiting, JOBS.c.due_at > now))
    return list(ready), later


def begin(session: Session, task: str, worker: str, now: datetime) -> Mapping[str, Any] | None:
    """Take a task on; None when somebody else has, or it is not due."""
    mine: Any = session.execute(
        update(JOBS)
        .where(JOBS.c.task_id == task, JOBS.c.state == "queued", JOBS.c.due_at <= now)
        .values(
            state="running", attempts=JOBS.c.attempts + 1, started_at=now, seen_at=now, worker=worker,
            waiting_key=None, finished_at=None,
        )
    )  # fmt: skip
    if not mine.rowcount:
        return None
    return dict(session.execute(select(JOBS).where(JOBS.c.task_id == task)).mappings().one())


def finish(session: Session, task: str, worker: str, now: datetime, **values: Any) -> None:
    """Note what became of a task, unless it was given to another worker meanwhile."""
    mine = (JOBS.c.task_id == task, JOBS.c.worker == worker, JOBS.c.state == "running")
    session.execute(update(JOBS).where(*mine).values(finished_at=now, **values))


def retry_after(attempts: int) -> timedelta:
    """How long to wait after the first, second, ... failure."""
    doublings: int = 2 ** min(max(attempts - 1, 0), 20)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def seen(session: Session, tasks: Iterable[str], now: datetime) -> None:
    """Show that the worker of these tasks lives."""
    session.execute(update(JOBS).where(JOBS.c.task_id.in_(list(tasks)), JOBS.c.state == "running").values(seen_at=now))


def rescue(session: Session, now: datetime) -> int:
    """Put back what workers had begun that are gone: of this machine whose process has ended, of others that have not
    shown themselves for long. How many."""
    running = session.execute(
        select(JOBS.c.pk, JOBS.c.worker, JOBS.c.seen_at).where(JOBS.c.state == "running").with_for_update()
    ).all()
    lost = [pk for pk, worker, last in running if last is None or now - last > SILENT_FOR or _has_ended(worker)]
    if lost:
        session.execute(update(JOBS).where(JOBS.c.pk.in_(lost)).values(state="queued", due_at=now, worker=""))
        log.warning("%d jobs of workers that are gone are begun again", len(lost))
    return len(lost)


def worker_name() -> str:
    """This process, such as nobody else is called."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def _has_ended(worker: str) -> bool:
    host, _, rest = worker.partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname()[:60] or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
