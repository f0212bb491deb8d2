"""`/plugin/bincard/count/open/`, `.../others/` and `.../at/`: counting together.

Who is at which line and what is counted, so that nobody counts twice; quantities of others are in none of it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from server.actions.counting.others import open_sessions, others_in
from server.actions.counting.records import Deed
from server.actions.counting.taking import be_at
from server.resources.count_rights import COUNTER, PATH, READER, is_on
from server.resources.stock_bodies import Body, by
from server.rest import fields as f
from server.rest.context import Context
from server.rest.pages import positive
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES", "STANDING", "others_told", "stand"]

STANDING: Body = {
    "at": f.Integer(
        label="At", help_text="The line where you are: it is taken, and your others let go; null for none",
        allow_null=True, required=False,
    ),
    "seen": f.Integer(
        label="Seen", help_text="From the last answer; with it, what others did since is told", allow_null=True,
        required=False, min_value=0,
    ),
}  # fmt: skip


def stand(context: Context, pk: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Take the line that the body names; what others did, where it asks for that."""
    if "at" in values:
        be_at(Deed(context.session, by(context)), pk, values["at"])
    if values.get("seen") is None:
        return {}
    context.session.flush()
    return {"others": others_told(context, context.session.connection(), pk, values["seen"])}


def others_told(context: Context, connection: Connection, pk: int, since: int) -> dict[str, Any]:
    """What others do in a session, as it goes out."""
    again = is_on(context, "COUNT_OTHER_RECOUNTER")
    return asdict(others_in(connection, pk, context.user.pk, since, context.now, other_recounter=again))


def _others(context: Context, pk: int) -> dict[str, Any]:
    with context.api.database.read() as connection:
        return others_told(context, connection, pk, positive(context.query.get("seen")) or 0)


def _at(context: Context, pk: int) -> dict[str, Any]:
    return stand(context, pk, f.read_body(STANDING, context.body(), context))


def _open(context: Context) -> list[dict[str, Any]]:
    again = is_on(context, "COUNT_OTHER_RECOUNTER")
    with context.api.database.read() as connection:
        return [asdict(one) for one in open_sessions(connection, context.user.pk, other_recounter=again)]


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}open/", access=READER, title="Open Counts", methods={"GET": Route(_open)},
        description="The sessions that can be joined: how far each is, who counts, and how many lines you may count "
        "again.",
    ),
    Endpoint(
        path=f"{PATH}session/{{pk}}/others/", access=READER, title="Others", methods={"GET": Route(_others)},
        description="What others do: `taken` (name to lines), `counted` (by others since ?seen=, so you need not), "
        "`yours` (to be counted again, not by you), the state of the session, and what to ask with next time.",
    ),
    Endpoint(
        path=f"{PATH}session/{{pk}}/at/", access=COUNTER, title="Be At", body=STANDING,
        methods={"POST": Route(_at, writes=True)},
        description="Take the line where you are and let go of your others; with `seen`, what others did since.",
    ),
)  # fmt: skip
