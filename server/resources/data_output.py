"""`data-output/`: the files that were exported, each for who asked for it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from server.actions.exports import add_export, drop_old_exports
from server.db.models.common import DataOutput
from server.db.models.users import User
from server.resources.briefs import USER_BRIEF, media_url
from server.resources.uploads import discard, files_of
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Context, SessionReader
from server.rest.exporting import PLUGIN, Export
from server.rest.filters import RelatedTo
from server.rest.query import Column, Detail, Test
from server.rest.resource import Endpoint, Hooks, Resource, shape

__all__ = ["RESOURCES", "KeptOutputs"]


def _own_outputs(context: Context) -> Test | None:
    """An export is for who asked for it, and for staff."""
    user = context.user
    if user.is_staff or user.is_superuser:
        return None
    return Test(("outputs", "own"), lambda row: row.c.user_id == bindparam("_user"))


def _drop_output(context: Context, row: DataOutput, told: Mapping[str, Any]) -> None:
    discard(context, [row.output])
    context.session.delete(row)


DATA_OUTPUTS = Resource(
    path="data-output/", access=Authenticated(), title="Data Output",
    shape=shape(
        DataOutput, "pk", "created", "user", Detail(name="user_detail", via="user", shape=USER_BRIEF), "total",
        "progress", "complete", "output_type", "template_name", "plugin",
        Column(name="output", encode=media_url, field=f.Upload(read_only=True, allow_null=True)), "errors",
    ),
    can=("list", "detail", "delete", "bulk_delete"), list_about="List view for DataOutput objects.",
    detail_about="Detail view for a DataOutput object.", filters=(RelatedTo("user", User),),
    ordering={name: name for name in ("pk", "user", "plugin", "output_type", "created")},
    hooks=Hooks(scope=_own_outputs, delete=_drop_output),
)  # fmt: skip


class KeptOutputs:
    """Keeps exported files below `/media/data_output/` and answers with their entry here."""

    def keep(self, context: Context, made: Export) -> Any:
        files = files_of(context)
        path = files.save("data_output", made.filename, made.file)

        def note(session: Session) -> tuple[Any, Context]:
            inner = Context(context.api, context.incoming, SessionReader(session), context.caller, session)
            discard(inner, drop_old_exports(session, context.now))
            pk = add_export(session, context.user.pk, path, made.count, PLUGIN, context.now)
            return DATA_OUTPUTS.one(inner, pk, kind="detail"), inner

        try:
            answer, written = context.api.database.run_write(note)
        except BaseException:
            files.delete(path)
            raise
        for forget in written.after_commit:
            forget()
        return answer


RESOURCES: tuple[Resource | Endpoint, ...] = (DATA_OUTPUTS,)
