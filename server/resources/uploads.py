"""Pictures and files that come with a body: checked first, kept when the row has its key, deleted with it."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from server.actions.attached import drop_attached
from server.backends.files import BadPath, Files, image_kind
from server.domain.errors import InvalidInput
from server.rest.context import Context
from server.rest.fields import UploadedFile

__all__ = ["check_size", "discard", "drop_with", "files_of", "keep_image", "store", "take_image"]

log = logging.getLogger("bincard.files")

_TAKEN = "_image"
BAD_IMAGE = "Upload a valid image. The file you uploaded was either not an image or a corrupted image."


def files_of(context: Context) -> Files:
    """Where files are kept."""
    files: Files = context.api.services.files
    return files


def check_size(context: Context, upload: UploadedFile, field: str) -> None:
    """Refuse a file that is larger than the setting INVENTREE_UPLOAD_MAX_SIZE (MB) allows."""
    limit = int(context.setting("INVENTREE_UPLOAD_MAX_SIZE"))
    if len(upload.content) > limit * 1024 * 1024:
        raise InvalidInput(f"File size exceeds maximum upload limit of {limit} MB", field=field)


def store(context: Context, folder: str, filename: str, content: bytes) -> str:
    """Keep a new file, unless the transaction fails; its path."""
    files = files_of(context)
    path = files.save(folder, filename, content)
    context.on_failure.append(lambda: files.delete(path))
    return path


def discard(context: Context, paths: Iterable[str | None]) -> None:
    """Delete files once the transaction is committed."""
    files, gone = files_of(context), [path for path in dict.fromkeys(paths) if path]

    def delete() -> None:
        for path in gone:
            try:
                files.delete(path)
            except (BadPath, OSError) as error:  # the rows are gone already; a file that is left does no harm
                log.warning("%s was left behind: %s", path, error)

    context.after_commit.append(delete)


def take_image(context: Context, values: dict[str, Any], row: Any) -> None:
    """For `Hooks.prepare`: check the picture in the member "image" and lay it aside for `keep_image`. With null the
    row's picture goes."""
    upload = values.get("image")
    if not isinstance(upload, UploadedFile):
        if "image" in values and row is not None:
            discard(context, [row.image])
        return
    check_size(context, upload, "image")
    if image_kind(upload.content) is None:
        raise InvalidInput(BAD_IMAGE, field="image")
    values[_TAKEN] = values.pop("image")


def keep_image(
    context: Context, row: Any, values: Any, folder: str, name: Callable[[Any, str], str] | None = None
) -> None:
    """For `Hooks.after_save`: keep the picture that was laid aside, as the row's `image`. `name(row, suffix)` gives the
    file's name where it is not the uploaded one's. The old picture goes."""
    upload = values.get(_TAKEN)
    if upload is None:
        return
    suffix = {"jpeg": "jpg"}.get(kind := image_kind(upload.content) or "bin", kind)
    old = row.image
    row.image = store(context, folder, name(row, suffix) if name else upload.filename, upload.content)
    discard(context, [old])


def drop_with(context: Context, label: str, keys: list[int], *more: str | None) -> None:
    """What goes with rows that are about to be deleted: attachments, parameters, tags, and the files `more`."""
    discard(context, [*drop_attached(context.session, label, keys), *more])
