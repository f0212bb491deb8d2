"""`/plugin/bincard/count/planner/` and `due/`: what to count next, and how right the record was.

The accuracy says how far counts were off, so it is for supervisors; what is due tells no quantity.
"""

from dataclasses import asdict
from typing import Any

from server.actions.counting.accuracy import record_accuracy
from server.actions.counting.classes import classes_of_parts
from server.actions.counting.planner import Wanted, due_items, plan
from server.db.models.stock import StockLocation
from server.domain.count_planning import CLASSES
from server.domain.errors import InvalidInput
from server.resources.count_rights import MOST_DUE, PATH, READER, SUPERVISOR, intervals, supervises, tolerances
from server.rest.context import Context
from server.rest.pages import positive
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

TELLING = ("negative", "alert", "nearly empty")
"""Reasons that say how much there is: for supervisors only. To others it is as if they did not count."""


def _due(context: Context) -> list[dict[str, Any]]:
    limit = min(positive(context.query.get("limit")) or 100, MOST_DUE)
    wanted = Wanted(
        abc=_abc(context), location=_location(context), hidden=() if supervises(context) else TELLING, on_sheets=True
    )
    with context.api.database.read() as connection:
        found = due_items(connection, context.now, intervals(context), limit, wanted)
    return [asdict(one) for one in found]


def _abc(context: Context) -> str:
    name = context.query.get("abc") or ""
    if name and name not in CLASSES:
        raise InvalidInput(f"There is no class {name!r}; there are {', '.join(CLASSES)}.", field="abc")
    return name


def _location(context: Context) -> int | None:
    text = context.query.get("location") or ""
    if text and (not text.isascii() or not text.isdigit() or len(text) > 18):
        raise InvalidInput(f"{text!r} is no key of a location.", field="location")
    if text and not context.exists(StockLocation, int(text)):
        raise InvalidInput(f"There is no location {text}.", field="location")
    return int(text) if text else None


def _plan(context: Context) -> dict[str, Any]:
    with context.api.database.read() as connection:
        classes = classes_of_parts(connection, context.now)
        accuracy = record_accuracy(connection, context.now, tolerances(context), classes)
        return plan(connection, context.now, intervals(context), classes) | accuracy


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}due/", access=READER, title="Count Due", methods={"GET": Route(_due)},
        description="The items that are due to be counted, the most urgent first, and why: at most ?limit= (100; 1000 "
        "at the most), of a class (?abc=), at a location or below (?location=).",
    ),
    Endpoint(
        path=f"{PATH}planner/", access=SUPERVISOR, title="Count Planner", methods={"GET": Route(_plan)},
        description="Classes by usage value, what is due and why, the work per day, and the accuracy of the record by "
        "class, location and week (too much and too little are never netted).",
    ),
)  # fmt: skip
