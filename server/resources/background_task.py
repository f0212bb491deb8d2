"""Background tasks, in InvenTree's form. Everything is done within the request that asks for it, so there are none."""

from typing import Any

from server.domain.errors import InvalidInput
from server.rest.access import Authenticated, Superuser
from server.rest.context import Answer, Context
from server.rest.pages import page_of
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES", "done_in_request"]


def done_in_request() -> Answer:
    """The answer to what InvenTree leaves to a task, done: there is nothing to ask for again."""
    return Answer({
        "task_id": "", "exists": False, "pending": False, "complete": True, "success": True, "http_status": 200,
    })  # fmt: skip


def _overview(context: Context) -> dict[str, Any]:
    return {"is_running": False, "pending_tasks": 0, "scheduled_tasks": 0, "failed_tasks": 0}


def _unknown(context: Context, task_id: str) -> Answer:
    about = {
        "task_id": task_id, "exists": False, "pending": False, "complete": False, "success": False, "http_status": 404,
    }  # fmt: skip
    return Answer(about, 404)


def _nothing_to_delete(context: Context) -> Answer:
    if not context.body().get("items"):
        raise InvalidInput({"non_field_errors": "List of items must be provided for bulk operation"})
    raise InvalidInput({"non_field_errors": "No items match the provided criteria"})


_NONE = Route(lambda context: page_of(context, []))

TASKS = [
    Endpoint(
        path="background-task/", access=Superuser(staff=True), title="Background Task Overview",
        description="Provides an overview of the background task queue status.", methods={"GET": Route(_overview)},
    ),
    Endpoint(
        path="background-task/pending/", access=Superuser(staff=True), title="Pending Task List",
        description="Provides a read-only list of currently pending tasks.",
        methods={"GET": _NONE, "DELETE": Route(_nothing_to_delete)},
    ),
    Endpoint(
        path="background-task/scheduled/", access=Superuser(staff=True), title="Scheduled Task List",
        description="Provides a read-only list of currently scheduled tasks.", methods={"GET": _NONE},
    ),
    Endpoint(
        path="background-task/failed/", access=Superuser(staff=True), title="Failed Task List",
        description="Provides a read-only list of currently failed tasks.",
        methods={"GET": _NONE, "DELETE": Route(_nothing_to_delete)},
    ),
    Endpoint(
        path="background-task/{task_id}/", access=Authenticated(), title="Background Task Detail",
        description="Fetch information regarding a particular background task ID.", methods={"GET": Route(_unknown)},
    ),
]  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = tuple(TASKS)
