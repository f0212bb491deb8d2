"""Parquet files for BI in a folder or an S3 bucket: `<table>/date=2026-03-01/part-0.parquet` and, last of all,
`_manifest.json`. The only module that imports pyarrow.

A file is written under another name (in `_tmp/`, which readers pass over) and moved when it is whole; it replaces the
one of the same table and day. So an export that was killed leaves whole files and the manifest of before, and the next
one puts right what that tells.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from server.domain.bi_tables import SCHEMA_VERSION, BiTable

__all__ = ["Lake", "Target", "open_lake", "schema_of"]

MANIFEST = "_manifest.json"
_TYPES = {
    "key": pa.int64(), "count": pa.int64(), "text": pa.string(), "quantity": pa.decimal128(24, 5),
    "money": pa.decimal128(24, 6), "day": pa.date32(), "time": pa.timestamp("us", tz="UTC"), "number": pa.float64(),
    "flag": pa.bool_(),
}  # fmt: skip
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Target:
    """Where the files go: a folder, or `s3://bucket/prefix` with what is needed to get in there."""

    place: str
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = ""


def schema_of(table: BiTable) -> Any:
    """The schema of a table's files."""
    fields = [pa.field(one.name, _TYPES[one.kind], metadata={"meaning": one.meaning}) for one in table.columns]
    return pa.schema(fields, metadata={"bincard.schema": str(SCHEMA_VERSION), "bincard.about": table.about})


def open_lake(target: Target) -> "Lake":
    """The place to write to; a folder is made when there is none. Raises OSError, ValueError."""
    if not target.place.startswith("s3://"):
        filesystem = fs.LocalFileSystem()
        filesystem.create_dir(target.place, recursive=True)
        return Lake(filesystem, target.place)
    scheme, _, host = target.endpoint.rpartition("://")
    given = {
        "access_key": target.key or None, "secret_key": target.secret or None, "region": target.region or None,
        "endpoint_override": host or None, "scheme": scheme or None,
    }  # fmt: skip
    filesystem = fs.S3FileSystem(**{name: value for name, value in given.items() if value is not None})
    return Lake(filesystem, target.place.removeprefix("s3://").rstrip("/"))


class Lake:
    """One place with files. Methods raise OSError when it cannot be reached."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._fs = filesystem
        self._root = root

    def manifest(self) -> dict[str, Any]:
        """What the last export said; empty when there was none, or one of another schema."""
        try:
            with self._fs.open_input_stream(f"{self._root}/{MANIFEST}") as stream:
                told = json.loads(stream.read())
        except FileNotFoundError:
            return {}
        return told if isinstance(told, dict) and told.get("schema") == SCHEMA_VERSION else {}

    def write_manifest(self, told: dict[str, Any]) -> None:
        """Say what there is, in one step."""
        body = json.dumps({"schema": SCHEMA_VERSION, **told}, indent=1, sort_keys=True).encode()
        with self._whole(MANIFEST) as path, self._fs.open_output_stream(path) as stream:
            stream.write(body)

    def path_of(self, table: str, day: date) -> str:
        """Where a table's rows of a day lie, below the root."""
        return f"{table}/date={day.isoformat()}/part-0.parquet"

    def write(self, table: BiTable, day: date, batches: Iterable[Rows]) -> int:
        """Write a table's rows of a day in place of those that were there; how many. None in memory but one batch."""
        schema, count = schema_of(table), 0
        with self._whole(self.path_of(table.name, day)) as path:
            with pq.ParquetWriter(path, schema, filesystem=self._fs, compression="zstd") as writer:
                for rows in batches:
                    columns = zip(*rows, strict=True) if rows else ()
                    arrays = [pa.array(list(one), field.type) for one, field in zip(columns, schema, strict=bool(rows))]
                    if arrays:
                        writer.write_batch(pa.record_batch(arrays, schema=schema))
                    count += len(rows)
        return count

    def remove(self, table: str, day: date) -> None:
        """Take away what there is of a table's day."""
        with suppress(FileNotFoundError):
            self._fs.delete_file(f"{self._root}/{self.path_of(table, day)}")

    def _whole(self, name: str) -> "_Whole":
        return _Whole(self._fs, self._root, name)


class _Whole:
    """A path to write to; the file has its name when the block ended well, and is gone otherwise."""

    def __init__(self, filesystem: Any, root: str, name: str) -> None:
        self._fs = filesystem
        self._last = f"{root}/{name}"
        self._first = f"{root}/_tmp/{name.replace('/', '-')}"

    def __enter__(self) -> str:
        self._fs.create_dir(self._first.rpartition("/")[0], recursive=True)
        return self._first

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            self._fs.create_dir(self._last.rpartition("/")[0], recursive=True)
            self._fs.move(self._first, self._last)
            return
        with suppress(OSError):  # what went wrong is told already; the next export writes over it
            self._fs.delete_file(self._first)
