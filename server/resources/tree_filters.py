"""What lists of nodes of a tree can be narrowed by: parent, depth, top level, all below."""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select

from server.db.columns import Base
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.rest.context import Context
from server.rest.filters import BAD_CHOICE, Custom, Filter, read_boolean
from server.rest.query import Source, Test

__all__ = ["tree_filters"]


def tree_filters(model: type[Base]) -> tuple[Filter, ...]:
    """The filters of a model whose rows are nodes (`level`, `tree_path`, `parent_id`)."""

    def by_parent(text: str, context: Context) -> Test | None:
        return _by_parent(*_node(model, "parent", text, context), int(text), context) if text else None

    return (
        Custom("depth", _by_depth), Custom("top_level", _top_level), Custom("cascade", _cascade),
        Custom("parent", by_parent),
    )  # fmt: skip


def _cascades(context: Context) -> bool:
    return read_boolean(context.query.get("cascade")) or False


def _node(model: type[Base], name: str, text: str, context: Context) -> tuple[str, int]:
    """The tree path and level of the node that a filter names. Raises InvalidInput where there is none."""
    nodes = model.__table__
    key: Hashable = ("place", model)
    found = text.isdigit() and int(text) < 2**63 and context.ask(
        key, lambda: select(nodes.c.tree_path, nodes.c.level).where(nodes.c.pk == bindparam("pk")), pk=int(text)
    )  # fmt: skip
    if not found:
        raise InvalidInput({name: [BAD_CHOICE]})
    return found[0][0], found[0][1]


def _depth(context: Context) -> int | None:
    """How many levels are asked for; None: all. Raises InvalidInput where it is no number."""
    text = context.query.get("depth", "").strip()
    if not text:
        return None
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise InvalidInput({"depth": ["Enter a number."]}) from None


def _by_parent(path: str, level: int, pk: int, context: Context) -> Test:
    """Direct children of a node, with `cascade` all below it, with `depth` down to so many levels below."""
    depth = _depth(context)
    low, high = below(path)
    cascade = _cascades(context)

    def where(row: Source) -> ColumnElement[Any]:
        inside = and_(row.c.tree_path > bindparam("f_low"), row.c.tree_path < bindparam("f_high"))
        children = row.c.parent_id == bindparam("f_parent")
        bounded = [] if depth is None else [row.c.level <= bindparam("f_deepest")]
        return and_(inside if cascade else children, *bounded)

    parameters: dict[str, Any] = {"f_low": low, "f_high": high} if cascade else {"f_parent": pk}
    if depth is not None:
        parameters["f_deepest"] = level + depth
    return Test(("parent", cascade, depth is None), where, parameters)


def _by_depth(text: str, context: Context) -> Test | None:
    """Not deeper than so many levels; with a parent, that filter counts from there."""
    depth = _depth(context)
    if depth is None or context.query.get("parent"):
        return None
    return Test(("depth",), lambda row: row.c.level <= bindparam("f_depth"), {"f_depth": depth})


def _is_root(row: Source) -> ColumnElement[Any]:
    return row.c.parent_id.is_(None)


def _top_level(text: str, context: Context) -> Test | None:
    return Test(("top level",), _is_root) if read_boolean(text) and not _cascades(context) else None


def _cascade(text: str, context: Context) -> Test | None:
    """`cascade=false` shows the top level, unless a parent says what to show."""
    top_level = read_boolean(context.query.get("top_level")) or False
    if read_boolean(text) is False and (not context.query.get("parent") or top_level):
        return Test(("top level",), _is_root)
    return None
