"""`/plugin/bincard/count/planner/` and `due/`: what to count next, and how right the record was.

The accuracy says how far counts were off, so it is for supervisors; what is due tells no quantity.
"""

from dataclasses import asdict
from typing import Any

from server.actions.counting.planner import due_items, plan
from server.resources.count_rights import MOST_DUE, PATH, READER, SUPERVISOR, intervals, supervises
from server.rest.context import Context
from server.rest.pages import positive
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

TELLING = ("nearly empty", "negative")
"""Reasons that say how much there is; for supervisors only."""


def _due(context: Context) -> list[dict[str, Any]]:
    limit = min(positive(context.query.get("limit")) or 100, MOST_DUE)
    with context.api.database.read() as connection:
        found = due_items(connection, context.now, intervals(context), limit)
    hidden = () if supervises(context) else TELLING
    return [{**asdict(one), "reasons": [text for text in one.reasons if text not in hidden]} for one in found]


def _plan(context: Context) -> dict[str, Any]:
    with context.api.database.read() as connection:
        return plan(connection, context.now, intervals(context))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}due/", access=READER, title="Count Due", methods={"GET": Route(_due)},
        description="The items that are due to be counted (?limit=), the most urgent first, and why.",
    ),
    Endpoint(
        path=f"{PATH}planner/", access=SUPERVISOR, title="Count Planner", methods={"GET": Route(_plan)},
        description="Classes by usage value, what is due, the work per day, and the accuracy of the record by class, "
        "location and week (too much and too little are never netted).",
    ),
)  # fmt: skip
