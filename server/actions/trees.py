"""Keeping the places of nodes in their trees: locations, categories, parts (variants), builds.

`plant` is called whenever a node was made, renamed or moved, `uproot` before one is deleted. Both write the columns
that `server/db/trees.py` describes, for the node and everything below it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam, inspect, literal, select
from sqlalchemy.orm import Session

from server.db.columns import Base
from server.db.models.mixins import TREE_PATH_LENGTH
from server.db.trees import Cycle, Place, below, place, place_all
from server.domain.errors import InvalidInput

__all__ = ["ancestors", "plant", "uproot"]

_PLACE_COLUMNS = ("level", "tree_path", "tree_sort", "pathstring")


def ancestors(tree_path: str, *, itself: bool = True) -> list[int]:
    """The keys from the root down to the node whose tree path it is, or to its parent."""
    keys = [int(key) for key in tree_path.split("/") if key]
    return keys if itself else keys[:-1]


def plant(session: Session, row: Any, parent: str = "parent") -> None:
    """Write where `row` (flushed) is in its tree, and what is below it. `parent` names the field that holds the node
    above. Raises InvalidInput where the row would be below itself or too deep.

    InvenTree's exports leave `pathstring` empty until a node is saved: what is empty around the row is filled in too.
    """
    table, named = _table(type(row))
    above = _place_of(session, table, named, getattr(row, f"{parent}_id"))
    try:
        here = place(row.pk, row.name if named else "", above)
    except Cycle:
        raise InvalidInput("Invalid choice", field=parent) from None
    before = session.execute(select(table.c.tree_path).where(table.c.pk == row.pk)).scalar_one()
    moved = _under(session, table, named, parent, before, known={row.pk: here}) if before else {}
    moved[row.pk] = here
    if named:
        for root in {path.split("/")[1] for path in (before, here.tree_path) if path}:
            moved = _nameless(session, table, parent, int(root)) | moved
    if max(len(found.tree_path) for found in moved.values()) > TREE_PATH_LENGTH:
        raise InvalidInput("The tree is too deep", field=parent)
    _write(session, type(row), moved, named)


def uproot(session: Session, row: Any, parent: str = "parent") -> None:
    """Hang what is directly below `row` on the node above it; the row itself is left alone."""
    model = type(row)
    column = f"{parent}_id"
    children = session.scalars(select(model).where(getattr(model, column) == row.pk).order_by(model.pk)).all()
    for child in children:
        setattr(child, column, getattr(row, column))
    session.flush()
    for child in children:
        plant(session, child, parent)


def _table(model: type[Base]) -> tuple[Table, bool]:
    table: Any = inspect(model).local_table
    return table, "tree_sort" in table.c


def _place_of(session: Session, table: Table, named: bool, pk: int | None) -> Place | None:
    """The place of a node that is there; None for none. The node and all above it are locked: whoever moves one of them
    waits, so that the place still is that one when this transaction is committed."""
    if pk is None:
        return None
    columns = [table.c.pk, table.c.level, table.c.tree_path, *([table.c.name, table.c.tree_sort] if named else [])]
    keys = [pk]
    while True:
        found = {row.pk: row for row in session.execute(
            select(*columns).where(table.c.pk.in_(keys)).order_by(table.c.pk).with_for_update()
        )}  # fmt: skip
        here = found[pk]
        if keys == (wanted := ancestors(here.tree_path)):
            break
        keys = wanted
    names = tuple(found[key].name for key in keys) if named else ()
    return Place(here.level, here.tree_path, here.tree_sort if named else "", names)


def _under(
    session: Session, table: Table, named: bool, parent: str, tree_path: str, known: Mapping[int, Place]
) -> dict[int, Place]:
    """The new places of what is below a node, from that of the node itself (in `known`)."""
    low, high = below(tree_path)
    name: Any = table.c.name if named else literal("")
    rows = session.execute(
        select(table.c.pk, table.c[f"{parent}_id"], name.label("name"))
        .where(table.c.tree_path >= low, table.c.tree_path < high, table.c.pk.not_in(known))
        .order_by(table.c.tree_path)
    ).all()
    return place_all({row[0]: (row[1], row[2]) for row in rows}, known)


def _nameless(session: Session, table: Table, parent: str, root: int) -> dict[int, Place]:
    """The places of all nodes of a tree in which some have no path of names; none where all have one."""
    low, high = below(f"/{root}/")
    inside = (table.c.tree_path >= low, table.c.tree_path < high)
    lacking = session.execute(select(table.c.pk).where(*inside, table.c.pathstring == "").limit(1)).first()
    if lacking is None:
        return {}
    rows = session.execute(select(table.c.pk, table.c[f"{parent}_id"], table.c.name).where(*inside)).all()
    nodes = {pk: (above, name) for pk, above, name in rows}
    # A node that is just being moved away is placed by its new parent; `plant` has its place already.
    nodes = {pk: (above if above in nodes else None, name) for pk, (above, name) in nodes.items()}
    return place_all(nodes)


def _write(session: Session, model: type[Base], places: Mapping[int, Place], named: bool) -> None:
    table, _ = _table(model)
    names = _PLACE_COLUMNS if named else _PLACE_COLUMNS[:2]
    statement = (
        table.update().where(table.c.pk == bindparam("_pk")).values({name: bindparam(f"_{name}") for name in names})
    )
    rows = [{"_pk": pk} | {f"_{name}": getattr(found, name) for name in names} for pk, found in places.items()]
    session.connection().execute(statement, rows)
    _forget(session, model, places, names)


def _forget(session: Session, model: type[Base], changed: Iterable[int], names: Iterable[str]) -> None:
    """Let the objects of the session read their places anew."""
    keys = set(changed)
    for loaded in session.identity_map.values():
        if isinstance(loaded, model) and (inspect(loaded).identity or (None,))[0] in keys:
            session.expire(loaded, list(names))
