"""Columns that many tables share."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from server.db.columns import char, key, long_text, positive
from server.db.types import line, prose

__all__ = ["Barcode", "Keyed", "Metadata", "NamedTree", "Notes", "Tree", "autoincrement"]

TREE_PATH_LENGTH = 700


def autoincrement(*more: Any) -> tuple[Any, ...]:
    """The `__table_args__` of every table: constraints and indexes, and that SQLite gives no key twice."""
    return (*more, {"sqlite_autoincrement": True})


class Keyed:
    """The primary key; every table has it."""

    pk = key()


class Metadata:
    """What plugins keep beside an object (`/metadata/`). The column is called `metadata`; that attribute name is
    taken by SQLAlchemy."""

    metadata_: Mapped[Any] = mapped_column(
        "metadata",
        JSON(none_as_null=True),
        nullable=True,
        info={
            "kind": "json",
            "label": "Plugin Metadata",
            "help_text": "JSON metadata field, for use by external plugins",
            "null": True,
        },
    )


class Notes:
    """Free notes in Markdown."""

    notes = long_text("Notes", "Markdown notes (optional)", length=50000)


class Barcode:
    """A linked external barcode: the text that is on the label and the hash that it is found by."""

    barcode_data = char(500, "Barcode Data", "Third party barcode data", blank=True)
    barcode_hash = char(128, "Barcode Hash", "Unique hash of barcode data", blank=True, index=True)


class Tree:
    """What a node of a tree keeps beside its parent; see `server/db/trees.py`."""

    level = positive("Level", default=0)
    tree_path: Mapped[Any] = mapped_column(line(TREE_PATH_LENGTH), nullable=False, default="", index=True)


class NamedTree(Tree):
    """A tree whose nodes are shown in the order of their names below their parents."""

    pathstring = char(250, "Path", "Path", blank=True)
    tree_sort: Mapped[Any] = mapped_column(prose(), nullable=False, default="")
