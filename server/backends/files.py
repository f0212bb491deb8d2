"""Where attachments and pictures are kept: an interface, and the one for a directory of the server's own disk.

A file goes by its path below the media directory, "attachments/part/1/drawing.pdf", which is what the database keeps.
"""

import contextlib
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

__all__ = ["MAX_PATH", "BadPath", "Files", "LocalFiles", "content_type_of", "image_kind", "safe_name"]

MAX_PATH = 100
"""How long a path may be: what the database's columns hold."""


class BadPath(ValueError):
    """The path leads nowhere below the media directory."""


class Files(Protocol):
    """Keeps files. Paths are relative, with slashes, and no part of them is a dot or two."""

    def save(self, folder: str, filename: str, content: bytes | IO[bytes]) -> str:
        """Keep a new file, from memory or from an open one, and give its path, which is another one where the name is
        taken."""

    def open(self, path: str) -> IO[bytes] | None:
        """The file, to be read piece by piece and closed; None when there is no such file. Raises BadPath."""

    def read(self, path: str) -> bytes | None:
        """The content; None when there is no such file. Raises BadPath."""

    def size(self, path: str) -> int:
        """How many bytes it has; 0 when there is no such file. Raises BadPath."""

    def delete(self, path: str) -> None:
        """Do away with a file; nothing happens when there is none. Raises BadPath."""


class LocalFiles:
    """Files in a directory that only the server's user may look into. A file is there as a whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, folder: str, filename: str, content: bytes | IO[bytes]) -> str:
        directory = self._locate(folder)
        self._make(directory)
        name = _fitting(folder, safe_name(filename))
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".new-", delete=False) as scratch:
            try:
                if isinstance(content, bytes):
                    scratch.write(content)
                else:
                    shutil.copyfileobj(content, scratch)
                scratch.flush()
                os.fsync(scratch.fileno())
                target = _reserve(directory, folder, name)
                Path(scratch.name).replace(target)
            except BaseException:
                Path(scratch.name).unlink(missing_ok=True)
                raise
        _sync(directory)
        return f"{folder}/{target.name}"

    def read(self, path: str) -> bytes | None:
        place = self._locate(path)
        try:
            return place.read_bytes() if place.is_file() else None
        except FileNotFoundError:
            return None

    def open(self, path: str) -> IO[bytes] | None:
        place = self._locate(path)
        try:
            return place.open("rb") if place.is_file() else None
        except FileNotFoundError:
            return None

    def size(self, path: str) -> int:
        place = self._locate(path)
        return place.stat().st_size if place.is_file() else 0

    def delete(self, path: str) -> None:
        place = self._locate(path)
        if place.is_file():
            place.unlink(missing_ok=True)

    def _locate(self, path: str) -> Path:
        """The place on the disk. Raises BadPath where it would lie outside, also by a symbolic link."""
        parts = path.split("/")
        if any(part in ("", ".", "..") or "\\" in part or not part.isprintable() for part in parts):
            raise BadPath(f"{path!r} is no path of a file")
        root = self.root.resolve()
        place = (root / Path(*parts)).resolve()
        if not place.is_relative_to(root):
            raise BadPath(f"{path!r} lies outside")
        return place

    def _make(self, directory: Path) -> None:
        """Make a directory and those above it, all for this user alone."""
        missing = [place for place in (directory, *directory.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)


def safe_name(filename: str) -> str:
    """A file name without directories, control characters or anything that a shell or a terminal would take for more
    than a letter. Never empty, never hidden."""
    base = re.split(r"[/\\]", filename)[-1].strip().replace(" ", "_")
    kept = re.sub(r"[^-\w.]", "", base).lstrip(".")
    return kept or "file"


def _fitting(folder: str, name: str) -> str:
    """The name, cut so that the path fits into its column, also with the marks of a taken name and of a thumbnail."""
    room = MAX_PATH - len(folder) - 1 - len("_123456") - len(".thumbnail")
    if room < 8:
        raise BadPath(f"{folder!r} is too long")
    suffix = PurePosixPath(name).suffix[:10]
    stem = name[: len(name) - len(PurePosixPath(name).suffix)]
    return name if len(name) <= room else stem[: room - len(suffix)] + suffix


def _reserve(directory: Path, folder: str, name: str) -> Path:
    """An empty file under the name, or under one like it where it is taken."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    while True:
        target = directory / name
        with contextlib.suppress(FileExistsError):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return target
        name = f"{stem}_{secrets.token_hex(3)}{suffix}"


def _sync(directory: Path) -> None:
    """Make sure that the name outlives a power cut too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---------------------------------------------------------------------------------------------------- kinds of files

_IMAGES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def image_kind(content: bytes) -> str | None:
    """png, jpeg, gif or webp by what is in it; None for everything else. SVG is left out on purpose: it can hold
    scripts."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 45:
        return "png"
    if content.startswith(b"\xff\xd8\xff") and len(content) > 100:
        return "jpeg"
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 14:
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return "webp"
    return None


def content_type_of(content: bytes) -> str:
    """The content type that a file is given out with: that of a picture that really is one, or bytes to be saved."""
    kind = image_kind(content)
    return _IMAGES[kind] if kind else "application/octet-stream"
