"""The workers of one process, and the dispatcher that gives them what is due."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

from huey import Huey
from sqlalchemy import update

from server.db.changes import Actor, acting
from server.db.session import Database
from server.domain.errors import BincardError
from server.jobs.carrier import WaitingStorage, carrier_errors, open_carrier
from server.jobs.declaring import JobFailed, JobKind, Work, declared_jobs
from server.jobs.queue import JOBS, KNOCK, begin, due, finish, queue_periodic, rescue, retry_after, seen, worker_name
from server.settings import Settings

__all__ = ["Runner"]

log = logging.getLogger("bincard.jobs")
LONGEST_SLEEP_SECONDS = 300.0
BUSY_SLEEP_SECONDS = 30.0
BETWEEN_PROCESSES_SECONDS = 5.0
PATIENCE_SECONDS = 10.0


class Runner:
    """`workers` threads that do jobs. `alone`: nobody else queues any, so there is no need to look for them."""

    def __init__(
        self, settings: Settings, database: Database, *, workers: int, alone: bool,
        kinds: Mapping[str, JobKind] | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.database = database
        self.kinds = dict(declared_jobs() if kinds is None else kinds)
        self.name = worker_name()
        self._alone = alone
        self._errors = carrier_errors(settings)
        self._carrier: Huey = open_carrier(settings)
        if not self._carrier.storage.blocking:
            raise ValueError("workers wait for tasks; this carrier would have them ask again and again")
        self._task = self._carrier.task(name="run_job")(self.run_task)
        self._running: set[str] = set()
        self._sent: set[str] = set()
        self._lock = Lock()
        self._knock, self._end = Event(), Event()
        self._threads = [Thread(target=self._dispatch, name="bincard-jobs", daemon=True)]
        self._threads += [
            Thread(target=self._work, name=f"bincard-job-{number}", daemon=True) for number in range(workers)
        ]

    def start(self) -> None:
        self.database.knocks[KNOCK] = self._knock.set
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Let the jobs that are being done come to their end, for a while; what does not is begun again later."""
        self._end.set()
        self._knock.set()
        self.database.knocks.pop(KNOCK, None)
        if isinstance(self._carrier.storage, WaitingStorage):
            self._carrier.storage.wake_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(PATIENCE_SECONDS)
        self._carrier.storage.close()

    # -- giving out

    def _dispatch(self) -> None:
        pause = 0.0
        while not self._end.is_set():
            self._knock.wait(pause)
            self._knock.clear()
            if self._end.is_set():
                return
            try:
                pause = self.dispatch(datetime.now(UTC))
            except self._errors as error:
                log.warning("the queue of jobs cannot be reached: %s", type(error).__name__)
                pause = BETWEEN_PROCESSES_SECONDS

    def dispatch(self, now: datetime) -> float:
        """Queue what has come round, put back what was lost, send what is due; how long there is nothing to do."""
        periodic = [(kind.name, kind.every) for kind in self.kinds.values() if kind.every is not None]
        with self._lock:
            busy = tuple(self._running)

        def look(session: Any) -> tuple[list[str], datetime | None]:
            if busy:
                seen(session, busy, now)
            rescue(session, now)
            for name, every in periodic:
                queue_periodic(session, name, every, now)
            return due(session, now)

        ready, later = self.database.run_write(look)
        with self._lock:
            fresh = [task for task in ready if task not in self._sent]
            self._sent = set(ready)
        for task in fresh:
            self._task(task)
        return self._pause(now, later, [every for _, every in periodic], busy=bool(busy or ready))

    def _pause(self, now: datetime, later: datetime | None, rounds: list[timedelta], *, busy: bool) -> float:
        sleeps = [LONGEST_SLEEP_SECONDS if self._alone else BETWEEN_PROCESSES_SECONDS]
        if busy:
            sleeps.append(BUSY_SLEEP_SECONDS)
        if later is not None:
            sleeps.append((later - now).total_seconds())
        second = now.timestamp()
        sleeps += [every.total_seconds() - second % every.total_seconds() for every in rounds]
        return max(min(sleeps), 0.01)

    # -- doing

    def _work(self) -> None:
        while not self._end.is_set():
            try:
                task = self._carrier.dequeue()
                if task is not None:
                    self._carrier.execute(task)
            except self._errors as error:
                log.warning("a worker cannot reach its queue: %s", type(error).__name__)
                self._end.wait(BETWEEN_PROCESSES_SECONDS)

    def run_task(self, task: str) -> None:
        """Do one task, unless somebody else does, and note what became of it."""
        now = datetime.now(UTC)
        row = self.database.run_write(lambda session: begin(session, task, self.name, now))
        with self._lock:
            self._sent.discard(task)
        if row is None:
            return
        with self._lock:
            self._running.add(task)
        try:
            values = self._outcome(row, now)
        finally:
            with self._lock:
                self._running.discard(task)
        ended = datetime.now(UTC)
        self.database.run_write(lambda session: finish(session, task, self.name, ended, **values))
        if values["state"] == "queued":
            self._knock.set()

    def _outcome(self, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        kind = self.kinds.get(row["name"])
        if kind is None:
            return {"state": "failed", "error": "This server does not know the job."}
        work = Work(self.database, self.settings, row["arguments"] or {}, now, self._progress(row["task_id"]))
        try:
            with acting(Actor(origin=f"job {kind.name}")):
                result = kind.run(work)
        except Exception as error:  # noqa: BLE001 - the edge: whatever a job raises is noted, and it is tried again
            return self._failure(kind, row, error)
        log.info("job %s done (%s)", kind.name, row["task_id"])
        return {"state": "done", "result": result, "error": None}

    def _failure(self, kind: JobKind, row: Mapping[str, Any], error: Exception) -> dict[str, Any]:
        told = describe(error)
        again = row["attempts"] < kind.tries
        log.warning(
            "job %s failed (%s, try %d of %d): %s", kind.name, row["task_id"], row["attempts"], kind.tries, told
        )
        if not again:
            return {"state": "failed", "error": told}
        return {"state": "queued", "error": told, "due_at": datetime.now(UTC) + retry_after(row["attempts"])}

    def _progress(self, task: str) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            values = {"done": done, "total": total, "seen_at": datetime.now(UTC)}
            self.database.run_write(
                lambda session: session.execute(update(JOBS).where(JOBS.c.task_id == task).values(values))
            )

        return tell


def describe(error: Exception) -> str:
    """What went wrong, without what might be secret: our own words whole, of others only the kind and the place."""
    if isinstance(error, JobFailed | BincardError):
        return f"{type(error).__name__}: {error}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"{type(error).__name__}{place}"
