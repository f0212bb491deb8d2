"""Attachments: files and links that belong to an object."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from server.actions.tags import set_tags
from server.actions.targets import TARGETS, labels_open_to, may, target_of
from server.backends.files import image_kind, safe_name
from server.db.models.common import Attachment
from server.db.models.users import User
from server.domain.errors import Forbidden, InvalidInput
from server.resources.briefs import USER_BRIEF, media_url, tags_many
from server.resources.tagged import tag_filters
from server.resources.uploads import check_size, discard, files_of, store
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Context
from server.rest.filters import Exact, Flag, RelatedTo, Set
from server.rest.query import Column, Derived, Detail, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, col, shape

__all__ = ["RESOURCES"]

LABEL = "common.attachment"
KINDS = tuple((target.name, target.title) for target in TARGETS if target.attachments)
NO_EDIT = "User does not have permission to create or edit attachments for this model"
NO_DELETE = "User does not have permission to delete this attachment"


def _filename(row: Mapping[str, Any]) -> str | None:
    path = row["attachment"]
    return PurePosixPath(path).name if path else None


ATTACHMENT = shape(
    Attachment,
    "pk",
    Column(
        name="attachment", encode=media_url,
        field=f.Upload(label="Attachment", help_text="Select file to attach", allow_null=True),
    ),
    Column(
        name="thumbnail", encode=media_url,
        field=f.Upload(
            image=True, label="Thumbnail", help_text="Thumbnail image for this attachment", read_only=True,
            allow_null=True,
        ),
    ),
    Derived(
        name="filename", needs=("attachment",), make=_filename, field=f.String(label="Filename", required=False)
    ),
    "link",
    "comment",
    col("is_image", read_only=True),
    col("upload_date", read_only=True),
    Column(
        name="upload_user",
        field=f.Any_(label="User", help_text="User", read_only=True, allow_null=True, meta={"filters": {}}),
    ),
    Detail(
        name="user_detail", via="upload_user", shape=USER_BRIEF, field=f.Nested(read_only=True, fields={})
    ),
    col("file_size", read_only=True, min_value=None, max_value=None),
    Column(
        name="model_type",
        field=f.Choice(
            label="Model Type", help_text="Target model type for image", choices=KINDS, max_length=100
        ),
    ),
    "model_id",
    tags_many(LABEL),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- who may


def _open_kinds(context: Context) -> Test | None:
    """Who may not view a kind of object sees no attachments of it."""
    names = tuple(target.name for target in labels_open_to(context.user))
    if len(names) == len(TARGETS):
        return None
    return Test(("kinds", names), lambda row: or_(false(), *(row.c.model_type == name for name in names)))


def _refuse_unless(context: Context, name: str, verb: str, refusal: str) -> None:
    target = target_of(name)
    if target is None or not may(context.user, target.label, verb):
        raise Forbidden(refusal)


# ------------------------------------------------------------------------------------------------- writing


def _take_file(context: Context, values: dict[str, Any], row: Attachment | None) -> None:
    """Lay the file and the new name aside: where they go depends on the object they belong to."""
    upload = values.get("attachment")
    if isinstance(upload, f.UploadedFile):
        check_size(context, upload, "attachment")
        values["_file"] = values.pop("attachment")
    elif "attachment" in values and row is not None:
        discard(context, [row.attachment, row.thumbnail])
    if row is not None:
        _refuse_unless(context, row.model_type, "change", NO_EDIT)


def _check(context: Context, row: Attachment, values: Mapping[str, Any], created: bool) -> None:
    _refuse_unless(context, row.model_type, "change", NO_EDIT)
    upload = values.get("_file")
    if upload is None and not row.attachment and not row.link:
        raise InvalidInput({"attachment": ["Missing file"], "link": ["Missing external link"]})
    if created:
        row.upload_user_id, row.upload_date = context.user.pk, context.today
        row.file_size = 0
    if upload is not None:
        discard(context, [row.attachment, row.thumbnail])
        name = values.get("filename") or upload.filename
        row.attachment = store(context, f"attachments/{row.model_type}/{row.model_id}", name, upload.content)
        row.file_size, row.is_image = len(upload.content), image_kind(upload.content) is not None
        row.thumbnail = _thumbnail(row)
    elif not row.attachment:
        row.file_size, row.is_image = 0, False
    elif values.get("filename"):
        _rename(context, row, values["filename"])


def _rename(context: Context, row: Attachment, name: str) -> None:
    """Give the file of an attachment another name."""
    path = PurePosixPath(row.attachment)
    if safe_name(name) == path.name:
        return
    content = files_of(context).read(str(path))
    if content is None:
        raise InvalidInput("The file is no longer there; upload it again.", field="filename")
    row.attachment = store(context, str(path.parent), name, content)
    discard(context, [str(path), row.thumbnail])
    row.thumbnail = _thumbnail(row)


def _thumbnail(row: Attachment) -> str | None:
    """Where the small form of a picture is. It is not made: the media route gives the picture itself for it."""
    path = PurePosixPath(row.attachment)
    return str(path.with_name(f"{path.stem}.thumbnail{path.suffix}")) if row.is_image else None


def _keep(context: Context, row: Attachment, values: Mapping[str, Any], created: bool) -> None:
    if "tags" in values:
        set_tags(context.session, LABEL, row.pk, values["tags"])


def _drop(context: Context, row: Attachment, told: Mapping[str, Any]) -> None:
    _refuse_unless(context, row.model_type, "delete", NO_DELETE)
    set_tags(context.session, LABEL, row.pk, ())
    discard(context, [row.attachment, row.thumbnail])
    context.session.delete(row)


# ------------------------------------------------------------------------------------------------- the list


def _given(column: str) -> Any:
    def where(row: Source) -> ColumnElement[bool]:
        return and_(row.c[column].is_not(None), row.c[column] != "")

    return where


def _missing(column: str) -> Any:
    def where(row: Source) -> ColumnElement[bool]:
        return or_(row.c[column].is_(None), row.c[column] == "")

    return where


def _flag(name: str, column: str) -> Flag:
    return Flag(name, _given(column), _missing(column))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Resource(
        path="attachment/", access=Authenticated(), shape=ATTACHMENT, title="Attachment",
        can=("list", "detail", "create", "update", "delete", "bulk_delete"),
        list_about="List API endpoint for Attachment objects.",
        detail_about="Detail API endpoint for Attachment objects.",
        filters=(
            _flag("has_thumbnail", "thumbnail"), _flag("is_file", "attachment"), Set("is_image"),
            _flag("is_link", "link"), Exact("model_id", kind="number"), Exact("model_type"),
            RelatedTo("upload_user", User), tag_filters(LABEL)[0],
        ),
        search=("comment", "model_type"),
        ordering={name: name for name in ("model_id", "model_type", "upload_date", "file_size")},
        hooks=Hooks(scope=_open_kinds, prepare=_take_file, before_save=_check, after_save=_keep, delete=_drop),
    ),
)  # fmt: skip
