"""Trees of locations, categories, parts (variants) and builds, without nested sets.

InvenTree numbers its trees by `tree_id`, `lft` and `rght` (MPTT): adding one location rewrites the numbers of half the
tree. Here a node keeps, beside `parent_id`:

- `level`: 0 for a node without parent;
- `tree_path`: the keys from the root down to the node itself, "/1/5/9/". Everything below node 5 has a `tree_path` that
  begins with that of node 5, which is one range of an index (`below`);
- `pathstring`: the names joined by "/", what people read;
- `tree_sort`: the names (and keys, for equal names) in a form that sorts as the tree is drawn: parents before their
  children, siblings by name. This is InvenTree's default order (tree_id, lft, name): its numbers are given in the order
  of names too.

Adding a node writes that node only; moving or renaming one rewrites what is below it. Stock items keep only
`parent_id`: InvenTree 532 asks for direct children only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["PATHSTRING_LENGTH", "Cycle", "Place", "below", "pathstring", "place", "place_all"]

PATHSTRING_LENGTH = 250

# Sorts before every character of a name, so that "Shelf" and all below it come before "Shelf 2".
_END = "\x1f"


class Cycle(ValueError):
    """A node would be below itself."""


@dataclass(frozen=True)
class Place:
    """Where a node is in its tree. `names` are those from the root down to the node."""

    level: int
    tree_path: str
    tree_sort: str
    names: tuple[str, ...]

    @property
    def pathstring(self) -> str:
        return pathstring(self.names)


def pathstring(names: Iterable[str]) -> str:
    """The names joined by "/"; what is longer than 250 characters loses its middle, as in InvenTree."""
    path = "/".join(names)
    if len(path) <= PATHSTRING_LENGTH:
        return path
    half = PATHSTRING_LENGTH // 2 - 2
    return f"{path[:half]}...{path[-half:]}"


def place(pk: int, name: str, parent: Place | None) -> Place:
    """The place of node `pk` below `parent` (None: it is a root). Raises Cycle where `parent` is below `pk`."""
    if parent is None:
        return Place(0, f"/{pk}/", _segment(pk, name), (name,))
    if f"/{pk}/" in parent.tree_path:
        raise Cycle(f"{pk} cannot be below itself")
    return Place(
        parent.level + 1, f"{parent.tree_path}{pk}/", parent.tree_sort + _segment(pk, name), (*parent.names, name)
    )


def place_all(
    nodes: Mapping[int, tuple[int | None, str]], known: Mapping[int, Place] | None = None
) -> dict[int, Place]:
    """The places of `nodes` (key to parent's key and name), whatever their order; `known` are the places of parents
    that are not among them. Raises Cycle, and KeyError for a parent that is neither in `nodes` nor in `known`."""
    places: dict[int, Place] = {}
    for start in nodes:
        chain: list[int] = []
        pk: int | None = start
        while pk is not None and pk in nodes and pk not in places:
            if len(chain) > len(nodes):
                raise Cycle(f"{start} cannot be below itself")
            chain.append(pk)
            pk = nodes[pk][0]
        above = None if pk is None else places[pk] if pk in places else (known or {})[pk]
        for pk in reversed(chain):
            above = places[pk] = place(pk, nodes[pk][1], above)
    return places


def below(tree_path: str) -> tuple[str, str]:
    """The bounds of the tree paths of a node and everything below it: low <= tree_path < high. ("0" is the character
    after "/"; texts are compared by code point on every database.)"""
    return tree_path, tree_path[:-1] + "0"


def _segment(pk: int, name: str) -> str:
    return f"{name}{_END}{pk:010d}{_END}"
