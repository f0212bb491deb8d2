"""Reading an export: from the file to records, or a clear refusal."""

import gzip
import json
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.importer.report import ImportFailed, printable

__all__ = ["Record", "read_records"]

GZIP = b"\x1f\x8b"
XZ = b"\xfd7zXZ\x00"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an export: `model` is "stock.stockitem", `key` its primary key (an integer for all models that are
    taken), `fields` the values by Django's field names."""

    model: str
    key: Any
    fields: dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """The records of the export `path` (.json, .json.gz or .json.xz; what it is is seen from its content). Raises
    ImportFailed when it is not a whole, well-formed list of records."""
    name = printable(path.name)
    try:
        content = json.loads(_text(path.read_bytes()))
    except OSError as error:
        raise ImportFailed(
            f"{name} cannot be read: {error.strerror or error}; check the path and its rights."
        ) from None
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise ImportFailed(f"{name} is damaged or cut off ({error}); get the file again.") from None
    except UnicodeDecodeError:
        raise ImportFailed(f"{name} is not a text file in UTF-8; give the export that dumpdata wrote.") from None
    except json.JSONDecodeError as error:
        raise ImportFailed(
            f"{name} is not valid JSON, or cut off: {error.msg} in line {error.lineno}; make the export again."
        ) from None
    except RecursionError:
        raise ImportFailed(f"{name} is nested too deeply to be an export; give the file that dumpdata wrote.") from None
    return _records(name, content)


def _text(content: bytes) -> str:
    if content.startswith(GZIP):
        content = gzip.decompress(content)
    elif content.startswith(XZ):
        content = lzma.decompress(content)
    return content.decode("utf-8-sig")


def _records(name: str, content: Any) -> list[Record]:
    if not isinstance(content, list):
        raise ImportFailed(f"{name} holds {_kind(content)}, not a list of records; give the file that dumpdata wrote.")
    if not content:
        raise ImportFailed(f"{name} holds no records; nothing to take.")
    records = []
    seen = set()
    for number, entry in enumerate(content, 1):
        record = _record(name, number, entry)
        if (record.model, record.key) in seen:
            raise ImportFailed(
                f"{name} holds {printable(record.model)} {printable(record.key)} twice; make the export again."
            )
        seen.add((record.model, record.key))
        records.append(record)
    return records


def _record(name: str, number: int, entry: Any) -> Record:
    problem = None
    if not isinstance(entry, dict):
        problem = f"it is {_kind(entry)}, not an object"
    elif not isinstance(entry.get("model"), str) or entry["model"].count(".") != 1:
        problem = 'its "model" is not a name like stock.stockitem'
    elif not isinstance(entry.get("fields"), dict):
        problem = 'its "fields" are not an object'
    elif isinstance(entry.get("pk"), (bool, float, list, dict)) or entry.get("pk") is None:
        problem = 'its "pk" is no key (exports without primary keys cannot be taken: leave out --natural-primary)'
    if problem:
        raise ImportFailed(f"{name} is not an export: record {number} cannot be read, {problem}.")
    return Record(entry["model"].lower(), entry["pk"], entry["fields"])


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
