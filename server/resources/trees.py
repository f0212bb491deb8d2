"""What lists of trees have in common: the number of a tree, and a search that keeps the way down to what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, literal, literal_column, or_, select

from server.actions.trees import ancestors
from server.db.columns import Base
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.rest import fields as f
from server.rest.context import Context
from server.rest.filters import BAD_CHOICE, Custom, search_tests
from server.rest.query import Joins, Many, Order, Plan, Planner, Reader, Source, Test
from server.rest.resource import Resource

__all__ = [
    "TreeResource",
    "below_count",
    "node_path",
    "outside_tree",
    "root_numbers",
    "tree_number",
    "tree_number_filter",
    "tree_search",
    "tree_stop",
]


def tree_stop(tree_path: ColumnElement[Any]) -> ColumnElement[Any]:
    """Where the tree paths below `tree_path` end: "/1/5/" -> "/1/50" ("0" follows "/")."""
    return func.substr(tree_path, 1, func.length(tree_path) - literal_column("1")) + literal("0")


def node_path(model: type[Base], name: str, text: str, context: Context) -> str:
    """The tree path of the node that the filter `name` asks for. Raises InvalidInput where there is none."""
    nodes = model.__table__
    found = text.isdigit() and int(text) < 2**63 and context.ask(
        ("tree path", model), lambda: select(nodes.c.tree_path).where(nodes.c.pk == bindparam("pk")), pk=int(text)
    )  # fmt: skip
    if not found:
        raise InvalidInput({name: [BAD_CHOICE]})
    return str(found[0][0])


def outside_tree(model: type[Base]) -> Custom:
    """`?exclude_tree=`: not the node, and nothing below it."""

    def make(text: str, context: Context) -> Test | None:
        if not text:
            return None
        low, high = below(node_path(model, "exclude_tree", text, context))
        return Test(
            ("exclude tree",),
            lambda row: or_(row.c.tree_path < bindparam("f_out"), row.c.tree_path >= bindparam("f_out_stop")),
            {"f_out": low, "f_out_stop": high},
        )

    return Custom("exclude_tree", make)


def below_count(row: Source) -> ColumnElement[Any]:
    """How many nodes are below the row, all the way down."""
    node = row.model.__table__.alias("below")
    inside = (node.c.tree_path > row.c.tree_path, node.c.tree_path < tree_stop(row.c.tree_path))
    return select(func.count()).select_from(node).where(*inside).correlate(row.table).scalar_subquery()


# ----------------------------------------------------------------------------------------------------- tree numbers


def root_numbers(planner: Planner, reader: Reader, model: type[Base]) -> dict[int, int]:
    """The number of each tree by the key of its root: from 1 on, in the order in which the trees are shown. (InvenTree
    keeps such numbers, and renumbers the trees now and then.)"""
    table = model.__table__

    def make() -> Plan:
        return Plan(select(table.c.pk).where(table.c.level == 0).order_by(table.c.tree_sort), planner.dialect, None)

    rows = planner.keep(("roots", model), make).run(reader, {})
    return {row[0]: number for number, row in enumerate(rows, 1)}


def tree_number(model: type[Base]) -> Many:
    """The member "tree_id" of a node."""

    def load(planner: Planner, reader: Reader, keys: Sequence[Any], given: Mapping[str, Any]) -> Mapping[Any, int]:
        numbers = root_numbers(planner, reader, model)
        return {path: numbers[root] for path in keys if (root := ancestors(path)[0]) in numbers}

    return Many(name="tree_id", load=load, key="tree_path", field=f.Integer(read_only=True), empty=lambda: None)


def tree_number_filter(model: type[Base]) -> Custom:
    """`?tree_id=`: the nodes of one tree."""

    def make(text: str, context: Context) -> Test | None:
        if not text.lstrip("-").isdigit():
            raise InvalidInput("Enter a number.", field="tree_id")
        numbers = root_numbers(context.planner, context.reader, model)
        root = next((pk for pk, number in numbers.items() if number == int(text)), None)
        if root is None:
            return Test(("tree_id", None), lambda row: false())
        return Test(
            ("tree_id", True),
            lambda row: and_(row.c.tree_path >= bindparam("f_tree"), row.c.tree_path < bindparam("f_tree_stop")),
            {"f_tree": f"/{root}/", "f_tree_stop": f"/{root}0"},
        )

    return Custom("tree_id", make)


# ---------------------------------------------------------------------------------------------------------- search


def tree_search(*names: str) -> Custom:
    """`?search=` over a tree: the nodes that are found in the columns `names`, and all above them."""

    def make(text: str, context: Context) -> Test | None:
        tests = search_tests(names, context)
        if not tests:
            return None

        def where(row: Source) -> ColumnElement[Any]:
            node = Joins(row.model, "found").root
            inside = (node.c.tree_path >= row.c.tree_path, node.c.tree_path < tree_stop(row.c.tree_path))
            found = [clause for test in tests if (clause := test.where(node)) is not None]
            return exists(select(node.c.pk).where(*inside, *found).correlate(row.table))

        parameters = {name: value for test in tests for name, value in test.parameters.items()}
        return Test(("tree search", tuple(test.key for test in tests)), where, parameters)

    return Custom("search", make)


@dataclass(frozen=True, kw_only=True)
class TreeResource(Resource):
    """A list of nodes to be drawn as a tree. What a search finds comes in the order of the tree."""

    def order(self, context: Context) -> tuple[Order, ...]:
        if context.query.get("search", "").strip():
            return (Order("tree_sort"), Order("pk"))
        return super().order(context)
