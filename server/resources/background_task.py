"""Background tasks: in InvenTree's form, and Bincard's own list of jobs with what became of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from server.db.models.events import Job
from server.domain.errors import InvalidInput
from server.jobs.queue import JOBS
from server.rest.access import Authenticated, Superuser
from server.rest.context import Answer, Context
from server.rest.filters import Exact
from server.rest.pages import page_of
from server.rest.resource import Endpoint, Resource, Route, shape

__all__ = ["RESOURCES", "done_in_request"]

STAFF = Superuser(staff=True)
LIVES = timedelta(minutes=2)
Condition = Callable[[datetime], tuple[ColumnElement[bool], ...]]


def done_in_request() -> Answer:
    """The answer to what InvenTree leaves to a task, done: there is nothing to ask for again."""
    return Answer({
        "task_id": "", "exists": False, "pending": False, "complete": True, "success": True, "http_status": 200,
    })  # fmt: skip


def _pending(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (JOBS.c.state == "queued", JOBS.c.due_at <= now)


def _scheduled(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (JOBS.c.state == "queued", JOBS.c.due_at > now)


def _failed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (JOBS.c.state == "failed",)


def _rows(context: Context, *conditions: ColumnElement[bool]) -> list[Any]:
    with context.api.database.read() as connection:
        return list(connection.execute(select(JOBS).where(*conditions).order_by(JOBS.c.pk)).mappings())


def _overview(context: Context) -> dict[str, Any]:
    now = context.now

    def count(*conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(JOBS).where(*conditions).scalar_subquery()

    at_work = count(JOBS.c.state == "running", JOBS.c.seen_at > now - LIVES)
    wanted = select(count(*_pending(now)), count(*_scheduled(now)), count(*_failed(now)), at_work)
    with context.api.database.read() as connection:
        pending, scheduled, failed, running = connection.execute(wanted).one()
    return {
        "is_running": bool(running) or "jobs" in context.api.database.knocks, "pending_tasks": pending,
        "scheduled_tasks": scheduled, "failed_tasks": failed,
    }  # fmt: skip


def _common(row: Any) -> dict[str, Any]:
    return {"pk": row["pk"], "name": row["name"], "func": row["name"], "args": [], "kwargs": row["arguments"] or {}}


def _list_pending(context: Context) -> Answer:
    made = [
        {**_common(row), "key": "bincard", "lock": _iso(row["due_at"]), "task_id": row["task_id"]}
        for row in _rows(context, *_pending(context.now))
    ]
    return page_of(context, made)


def _list_scheduled(context: Context) -> Answer:
    made = [
        {
            **_common(row), "schedule_type": "O", "repeats": -1, "last_run": _iso(row["started_at"]),
            "next_run": _iso(row["due_at"]), "success": None, "task": row["task_id"],
        }
        for row in _rows(context, *_scheduled(context.now))
    ]  # fmt: skip
    return page_of(context, made)


def _list_failed(context: Context) -> Answer:
    made = [
        {
            **_common(row), "started": _iso(row["started_at"]), "stopped": _iso(row["finished_at"]),
            "attempt_count": row["attempts"], "result": row["error"],
        }
        for row in _rows(context, *_failed(context.now))
    ]  # fmt: skip
    return page_of(context, made)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _detail(context: Context, task_id: str) -> Answer:
    rows = _rows(context, JOBS.c.task_id == task_id)
    state = rows[0]["state"] if rows else ""
    about = {
        "task_id": task_id, "exists": bool(rows), "pending": state in ("queued", "running"),
        "complete": state in ("done", "failed"), "success": state == "done", "http_status": 200 if rows else 404,
    }  # fmt: skip
    return Answer(about, int(about["http_status"]))


def _deleting(chosen: Condition) -> Route:
    """Deletes the jobs that the body names, of those that the condition takes."""

    def run(context: Context) -> Answer:
        items = context.body().get("items")
        if not items:
            raise InvalidInput({"non_field_errors": "List of items must be provided for bulk operation"})
        keys = [int(item) for item in items if str(item).isdigit()] if isinstance(items, list) else []
        gone: Any = context.session.execute(delete(JOBS).where(JOBS.c.pk.in_(keys), *chosen(context.now)))
        if not gone.rowcount:
            raise InvalidInput({"non_field_errors": "No items match the provided criteria"})
        return Answer({"success": f"Deleted {gone.rowcount} items"})

    return Route(run, writes=True)


TASKS = [
    Endpoint(
        path="background-task/", access=STAFF, title="Background Task Overview",
        description="Provides an overview of the background task queue status.", methods={"GET": Route(_overview)},
    ),
    Endpoint(
        path="background-task/pending/", access=STAFF, title="Pending Task List",
        description="Provides a read-only list of currently pending tasks.",
        methods={"GET": Route(_list_pending), "DELETE": _deleting(_pending)},
    ),
    Endpoint(
        path="background-task/scheduled/", access=STAFF, title="Scheduled Task List",
        description="Provides a read-only list of currently scheduled tasks.", methods={"GET": Route(_list_scheduled)},
    ),
    Endpoint(
        path="background-task/failed/", access=STAFF, title="Failed Task List",
        description="Provides a read-only list of currently failed tasks.",
        methods={"GET": Route(_list_failed), "DELETE": _deleting(_failed)},
    ),
    Endpoint(
        path="background-task/{task_id}/", access=Authenticated(), title="Background Task Detail",
        description="Fetch information regarding a particular background task ID.", methods={"GET": Route(_detail)},
    ),
]  # fmt: skip

LIST = Resource(
    path="/plugin/bincard/job/", access=STAFF, title="Job", can=("list", "detail"),
    shape=shape(
        Job, "pk", "task_id", "name", "arguments", "state", "attempts", "queued_at", "due_at", "started_at",
        "finished_at", "worker", "done", "total", "result", "error",
    ),
    list_about="What is done beside requests, newest first: queued, running, done, failed.", detail_about="A job.",
    filters=(Exact("name"), Exact("state")), ordering={"pk": "pk", "due_at": "due_at"}, default_order=("-pk",),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (*TASKS, LIST)
