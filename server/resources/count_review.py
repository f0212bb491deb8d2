"""`/plugin/bincard/count/session/{pk}/...`: what comes after the counting: close, recount, approve, post, or not."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.actions.counting import closing
from server.actions.counting.closing import Approval, LineResult
from server.actions.counting.posting import accepted_lines, post_line
from server.actions.counting.records import Deed
from server.db.models.counting import CountSession
from server.resources.count_entries import LINES_BODY
from server.resources.count_rights import LEADER, PATH, SUPERVISOR, is_on, tolerances
from server.resources.count_session import SESSIONS
from server.resources.stock_bodies import Body, by
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

CLOSE: Body = {
    "accept_incomplete": f.Boolean(
        label="Accept incomplete", help_text="Although lines are not counted (in review: not posted)", default=False
    )
}
APPROVE: Body = {
    "lines": f.ListOf(
        child=f.Nested(
            fields={
                "line": f.Integer(label="Line"), "reason": f.String(label="Reason", help_text="Code of a count reason"),
                "note": f.String(label="Note", max_length=500, allow_blank=True, required=False, default=""),
            }
        ),
        label="Lines", allow_empty=False,
    ),
    "post": f.Boolean(label="Post", help_text="Post them at once", default=True),
}  # fmt: skip
POST: Body = {
    "lines": f.ListOf(child=f.Integer(), label="Lines", help_text="All accepted ones if not given", required=False)
}


def _deed(context: Context, session: Session | None = None) -> Deed:
    return Deed(session or context.session, by(context))


# ------------------------------------------------------------------------------------------------- the session


def _close(context: Context, pk: int) -> dict[str, Any]:
    values = f.read_body(CLOSE, context.body(), context)
    closing.close(_deed(context), pk, tolerances(context), incomplete=values["accept_incomplete"])
    if is_on(context, "COUNT_AUTO_POST"):
        keys = list(context.session.scalars(accepted_lines(pk)))
        context.after_commit.append(lambda: _ignore(_post_all(context, pk, keys)))
    return SESSIONS.one(context, pk, kind="detail")


def _ignore(results: Sequence[LineResult]) -> None:
    """What could not be posted is written at its line."""


def _with_session(do: Callable[[Deed, int], CountSession]) -> Callable[..., Any]:
    def run(context: Context, pk: int) -> dict[str, Any]:
        do(_deed(context), pk)
        return SESSIONS.one(context, pk, kind="detail")

    return run


def _recount(context: Context, pk: int) -> dict[str, list[int]]:
    values = f.read_body(LINES_BODY, context.body(), context)
    again = closing.recount(_deed(context), pk, values["lines"])
    return {"recount": again, "refused": sorted(set(values["lines"]) - set(again))}


# ------------------------------------------------------------------------------------------------- the lines


def _approve(context: Context, pk: int) -> dict[str, Any]:
    """Approved in one transaction, then posted line by line."""
    values = f.read_body(APPROVE, context.body(), context)
    given = [Approval(one["line"], one["reason"], one["note"]) for one in values["lines"]]
    other = is_on(context, "COUNT_OTHER_APPROVER")
    results = context.api.database.run_write(
        lambda session: closing.approve(_deed(context, session), pk, given, other_approver=other)
    )
    if values["post"]:
        posted = iter(_post_all(context, pk, [one.line for one in results if one.status == "approved"]))
        results = [next(posted) if one.status == "approved" else one for one in results]
    return _told(results)


def _post(context: Context, pk: int) -> dict[str, Any]:
    """Each line in a transaction of its own: what is posted stays, whatever becomes of the next."""
    values = f.read_body(POST, context.body(), context)
    SESSIONS.one(context, pk, kind="detail")
    wanted = values.get("lines")
    if wanted is None:
        wanted = context.api.database.run_write(lambda session: list(session.scalars(accepted_lines(pk))))
    return _told(_post_all(context, pk, wanted))


def _post_all(context: Context, pk: int, lines: Sequence[int]) -> list[LineResult]:
    results = []
    for line in lines:
        done = context.api.database.run_write(
            lambda session, line=line: post_line(_deed(context, session), pk, line)  # type: ignore[misc]
        )
        _delete_files(context, done.files)
        results.append(done.result)
    return results


def _delete_files(context: Context, files: Sequence[str]) -> None:
    """Delete what went with an item; its transaction is committed."""
    context.after_commit = []
    discard(context, files)
    for delete in context.after_commit:
        delete()


def _told(results: Iterable[LineResult]) -> dict[str, Any]:
    return {"results": [{"line": one.line, "status": one.status, "reason": one.reason or None} for one in results]}


# ------------------------------------------------------------------------------------------------- addresses


def _action(
    name: str, run: Callable[..., Any], about: str, body: Body, access: Any, *, writes: bool = True
) -> Endpoint:
    return Endpoint(
        path=f"{PATH}session/{{pk}}/{name}/", access=access, title=f"Count {name.capitalize()}", description=about,
        body=body, methods={"POST": Route(run, writes=writes)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _action(
        "close", _close, "End the counting: each line is accepted, or is to be counted again. In review: end that.",
        CLOSE, LEADER,
    ),
    _action("reopen", _with_session(closing.reopen), "Go on counting; nothing may be posted yet.", {}, LEADER),
    _action("cancel", _with_session(closing.cancel), "Give the session up. What is posted stays.", {}, LEADER),
    _action("recount", _recount, "Have lines counted once more, by somebody else.", LINES_BODY, LEADER),
    _action(
        "approve", _approve, "Approve variances, each with a reason, and post them. Each line has its own result.",
        APPROVE, SUPERVISOR, writes=False,
    ),
    _action(
        "post", _post, "Post accepted lines, each in a transaction of its own, with its own result.", POST, SUPERVISOR,
        writes=False,
    ),
)  # fmt: skip
