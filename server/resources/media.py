"""`/media/...`: files and pictures, for those who may see what they belong to."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from sqlalchemy import bindparam, select

from server.actions.targets import may, target_of
from server.backends.files import BadPath, content_type_of
from server.db.models.common import DataOutput
from server.db.models.importer import DataImportSession
from server.domain.errors import Forbidden, NotFound
from server.resources.uploads import files_of
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

_OWN: dict[str, tuple[Any, str]] = {
    "data_output": (DataOutput.__table__, "output"),
    "import": (DataImportSession.__table__, "data_file"),
}
"""Folders of files that belong to one user: the table that says to whom, and its column with the path."""

_FOLDERS = {"part_images": "part.part", "company_images": "company.company", "build_images": "build.build"}


def _check_access(context: Context, path: PurePosixPath) -> None:
    """Raise Forbidden where the user may not see what the file belongs to. What belongs to nothing (pictures in notes)
    is for everybody who signed in."""
    folder, *rest = path.parts
    label = _FOLDERS.get(folder)
    if folder == "attachments":
        target = target_of(rest[0]) if rest else None
        if target is None:
            raise NotFound("Not found.")
        label = target.label
    if label is not None and not may(context.user, label, "view"):
        raise Forbidden
    if folder in _OWN and not (context.user.is_staff or context.user.is_superuser):
        _check_own(context, path)


def _check_own(context: Context, path: PurePosixPath) -> None:
    """An export is for who asked for it, an import for who began it."""
    table, column = _OWN[path.parts[0]]
    owners = context.ask(
        ("owner of a file", column),
        lambda: select(table.c.user_id).where(table.c[column] == bindparam("path")), path=str(path),
    )  # fmt: skip
    if all(owner != context.user.pk for (owner,) in owners):
        raise Forbidden


def _read(context: Context, path: PurePosixPath) -> bytes | None:
    """The file; for the small form of a picture that was never made, the picture itself."""
    files = files_of(context)
    content = files.read(str(path))
    if content is None and path.stem.endswith(".thumbnail"):
        whole = path.with_name(path.stem.removesuffix(".thumbnail") + path.suffix)
        content = files.read(str(whole))
    return content


def _large(context: Context, path: PurePosixPath) -> Answer:
    """A file that may be of any size, to be sent piece by piece and saved."""
    try:
        file = files_of(context).open(str(path))
    except BadPath:
        file = None
    if file is None:
        raise NotFound("Not found.")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Answer(file=file, content_type="application/octet-stream", headers=headers)


def _serve(context: Context, rest: str) -> Answer:
    path = PurePosixPath(rest)
    if not path.parts or str(path) != rest or ".." in path.parts:
        raise NotFound("Not found.")
    _check_access(context, path)
    if path.parts[0] in _OWN:
        return _large(context, path)
    try:
        content = _read(context, path)
    except BadPath:
        content = None
    if content is None:
        raise NotFound("Not found.")
    kind = content_type_of(content)
    how = "inline" if kind.startswith("image/") else "attachment"
    headers: dict[str, Any] = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(path.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=300",
    }
    return Answer(content=content, content_type=kind, headers=headers)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="/media/{rest}", access=Authenticated(), methods={"GET": Route(_serve)}, title="Media",
        description="Files and pictures.", gives_files=True,
    ),
)  # fmt: skip
