"""Watches what SQLite writes, truncates, syncs and deletes, from below: in the calls that it makes to the system.

    with watched(lambda deed: ...):     # for every database that is opened meanwhile in this process

A deed is told before it is done, a sync once more when it is done. Whoever listens may kill the process: then the deed
was not done.
"""

import _sqlite3
import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Deed", "watched"]


@dataclass(frozen=True, slots=True)
class Deed:
    """`what`: "write" (`data` at `offset`), "truncate" (to `offset` bytes), "sync", "synced" or "delete"."""

    what: str
    path: str
    offset: int = 0
    data: bytes = b""


Listener = Callable[[Deed], None]

_POINTER: Final = ctypes.c_void_p
_WRITE: Final = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE: Final = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
_SYNC: Final = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)
_OPEN: Final = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, ctypes.POINTER(ctypes.c_int))
_DELETE: Final = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int)


class _Methods(ctypes.Structure):
    """The beginning of sqlite3_io_methods, and room for what comes after."""

    _fields_ = (
        ("version", ctypes.c_int), ("close", _POINTER), ("read", _POINTER), ("write", _POINTER),
        ("truncate", _POINTER), ("sync", _POINTER), ("rest", _POINTER * 13),
    )  # fmt: skip


class _File(ctypes.Structure):
    """sqlite3_file."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


class _Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = (
        ("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int), ("next", _POINTER),
        ("name", ctypes.c_char_p), ("data", _POINTER), ("open", _POINTER), ("delete", _POINTER),
    )  # fmt: skip


#: What SQLite calls from now on must outlive every connection.
_kept: list[Any] = []


@contextmanager
def watched(listener: Listener) -> Iterator[None]:
    """Tell `listener` of everything; it is called in whichever thread uses a database."""
    library = ctypes.CDLL(_sqlite3.__file__)  # the very SQLite that the sqlite3 module uses
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    before = vfs.open, vfs.delete
    real_open, real_delete = _OPEN(vfs.open), _DELETE(vfs.delete)

    def open_(itself: Any, name: int | None, file: Any, flags: int, out: Any) -> int:
        result = int(real_open(itself, name, file, flags, out))
        if result == 0 and name is not None:
            _listen(ctypes.cast(file, ctypes.POINTER(_File)).contents, _path(name), listener)
        return result

    def delete(itself: Any, name: int, synced: int) -> int:
        listener(Deed("delete", _path(name)))
        return int(real_delete(itself, name, synced))

    ours = _OPEN(open_), _DELETE(delete)
    _kept.extend(ours)
    vfs.open, vfs.delete = (ctypes.cast(each, _POINTER).value for each in ours)
    try:
        yield
    finally:
        vfs.open, vfs.delete = before


def _path(name: int) -> str:
    """The file name at an address, which is SQLite's own and must be passed on as it is."""
    return os.fsdecode(ctypes.string_at(name))


def _listen(file: _File, path: str, listener: Listener) -> None:
    """Put our own methods in the place of those of an open file."""
    real = file.methods.contents
    real_write, real_truncate, real_sync = _WRITE(real.write), _TRUNCATE(real.truncate), _SYNC(real.sync)

    def write(itself: Any, data: int, size: int, offset: int) -> int:
        listener(Deed("write", path, offset, ctypes.string_at(data, size)))
        return int(real_write(itself, data, size, offset))

    def truncate(itself: Any, size: int) -> int:
        listener(Deed("truncate", path, size))
        return int(real_truncate(itself, size))

    def sync(itself: Any, flags: int) -> int:
        listener(Deed("sync", path))
        result = int(real_sync(itself, flags))
        listener(Deed("synced", path))
        return result

    methods = _Methods.from_buffer_copy(real)
    ours = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
    methods.write, methods.truncate, methods.sync = (ctypes.cast(each, _POINTER).value for each in ours)
    _kept.extend((*ours, methods))
    file.methods = ctypes.pointer(methods)
