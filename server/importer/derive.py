"""Columns that follow from others: places in trees, the copy of the part's name, the part of a tracking entry."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from server.db.models import Base
from server.db.models.mixins import TREE_PATH_LENGTH
from server.db.trees import Cycle, Place, place_all
from server.importer.report import ImportFailed
from server.importer.resolve import chunks
from server.importer.tables import TREES
from server.importer.translate import Draft

__all__ = ["derive", "follow_renamed_parts"]

Drafts = dict[str, list[Draft]]
Node = tuple[int | None, str]


def derive(connection: Connection, drafts: Drafts) -> None:
    """Fill in what the file does not hold. Rows of the database that the file does not name, but whose place in a tree
    changes with it, are written at once. Raises ImportFailed where a tree bites its own tail."""
    for name, parent in TREES.items():
        if name in drafts:
            _places(connection, Base.metadata.tables[name], parent, drafts[name])
    if "stock_stockitem" in drafts:
        name_of = _lookup(connection, "part_part", "name", drafts)
        for draft in drafts["stock_stockitem"]:
            if "part_id" in draft.values:
                draft.values["part_name"] = name_of(draft.values["part_id"])
    if "stock_stockitemtracking" in drafts:
        part_of = _lookup(connection, "stock_stockitem", "part_id", drafts)
        for draft in drafts["stock_stockitemtracking"]:
            if "part_id" not in draft.values and draft.values.get("item_id") is not None:
                draft.values["part_id"] = part_of(draft.values["item_id"])


def _lookup(connection: Connection, name: str, column: str, drafts: Drafts) -> Callable[[int], Any]:
    """From a row's key to its value of `column`, in the file or else in the database."""
    table = Base.metadata.tables[name]
    known = {draft.pk: draft.values[column] for draft in drafts.get(name, ()) if column in draft.values}

    def find(key: int) -> Any:
        if key not in known:
            known[key] = connection.execute(select(table.c[column]).where(table.c.pk == key)).scalar()
        return known[key]

    return find


def _places(connection: Connection, table: Table, parent: str, drafts: list[Draft]) -> None:
    named = "tree_sort" in table.columns
    columns = [table.c.pk, table.c[parent], table.c.tree_path, *([table.c.name, table.c.tree_sort] if named else [])]
    kept = {row.pk: row for row in connection.execute(select(*columns))}
    nodes: dict[int, Node] = {pk: (row[1], row.name if named else "") for pk, row in kept.items()}
    for draft in drafts:
        before = nodes.get(draft.pk, (None, ""))
        name = draft.values.get("name", before[1]) if named else ""
        nodes[draft.pk] = (draft.values.get(parent, before[0]), name)
    try:
        places = place_all(nodes)
    except Cycle as error:
        raise ImportFailed(
            f"{table.name}: {error}; correct the parents in InvenTree and make the export again."
        ) from None
    if max(len(place.tree_path) for place in places.values()) > TREE_PATH_LENGTH:
        raise ImportFailed(f"{table.name}: the tree is too deep; make it flatter in InvenTree and export again.")
    for draft in drafts:
        place = places.pop(draft.pk)
        draft.values |= _columns(place, named)
        if named:
            draft.values.setdefault("pathstring", place.pathstring)
    _move(connection, table, {pk: place for pk, place in places.items() if _moved(kept[pk], place, named)}, named)


def _columns(place: Place, named: bool) -> dict[str, Any]:
    columns: dict[str, Any] = {"level": place.level, "tree_path": place.tree_path}
    return columns | {"tree_sort": place.tree_sort} if named else columns


def _moved(row: Any, place: Place, named: bool) -> bool:
    return bool(row.tree_path != place.tree_path or (named and row.tree_sort != place.tree_sort))


def _move(connection: Connection, table: Table, places: Mapping[int, Place], named: bool) -> None:
    rows = [
        {"key": pk} | _columns(place, named) | ({"pathstring": place.pathstring} if named else {})
        for pk, place in places.items()
    ]
    if rows:
        names = [name for name in rows[0] if name != "key"]
        statement = table.update().where(table.c.pk == bindparam("key"))
        connection.execute(statement.values({name: bindparam(name) for name in names}), rows)


def follow_renamed_parts(connection: Connection, drafts: Drafts) -> None:
    """Give stock items that were there before the new names of their parts."""
    parts, items = Base.metadata.tables["part_part"], Base.metadata.tables["stock_stockitem"]
    for some in chunks(draft.pk for draft in drafts.get("part_part", ())):
        name = select(parts.c.name).where(parts.c.pk == items.c.part_id).scalar_subquery()
        connection.execute(
            items.update().where(items.c.part_id.in_(some), items.c.part_name != name).values(part_name=name)
        )
