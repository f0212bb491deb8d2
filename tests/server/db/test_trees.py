"""Places in trees: parents before children, siblings by name, everything below in one range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.trees import PATHSTRING_LENGTH, Cycle, Place, below, pathstring, place, place_all

NAMES = st.text(alphabet="AB ab/é0", min_size=1, max_size=4)


@st.composite
def trees(draw: st.DrawFn) -> dict[int, tuple[int | None, str]]:
    """A forest: each node's parent is none or a node before it, under shuffled keys."""
    size = draw(st.integers(1, 14))
    keys = draw(st.permutations(range(1, size + 1)))
    nodes: dict[int, tuple[int | None, str]] = {}
    for number, key in enumerate(keys):
        parent = draw(st.one_of(st.none(), st.sampled_from(keys[:number]))) if number else None
        nodes[key] = (parent, draw(NAMES))
    return nodes


def ancestors(nodes: dict[int, tuple[int | None, str]], pk: int) -> list[int]:
    chain = []
    above: int | None = pk
    while above is not None:
        chain.append(above)
        above = nodes[above][0]
    return chain


def as_drawn(nodes: dict[int, tuple[int | None, str]], parent: int | None = None) -> list[int]:
    """The tree walked from above, siblings by name and key: what the sort key must reproduce."""
    children = sorted((name, pk) for pk, (above, name) in nodes.items() if above == parent)
    return [found for _, pk in children for found in (pk, *as_drawn(nodes, pk))]


@given(trees())
def test_sorting_by_the_key_gives_the_tree_as_drawn(nodes: dict[int, tuple[int | None, str]]) -> None:
    places = place_all(nodes)
    assert sorted(places, key=lambda pk: places[pk].tree_sort) == as_drawn(nodes)


@given(trees())
def test_below_holds_a_node_and_all_under_it(nodes: dict[int, tuple[int | None, str]]) -> None:
    places = place_all(nodes)
    for pk, spot in places.items():
        low, high = below(spot.tree_path)
        found = {other for other, place in places.items() if low <= place.tree_path < high}
        assert found == {other for other in nodes if pk in ancestors(nodes, other)}


@given(trees())
def test_level_and_path_follow_from_the_parents(nodes: dict[int, tuple[int | None, str]]) -> None:
    for pk, spot in place_all(nodes).items():
        chain = ancestors(nodes, pk)[::-1]
        assert spot.level == len(chain) - 1
        assert spot.tree_path == "/" + "".join(f"{key}/" for key in chain)
        assert spot.pathstring == pathstring([nodes[key][1] for key in chain])


def test_a_node_cannot_be_below_itself() -> None:
    shelf = place(2, "Shelf", place(1, "Room", None))
    with pytest.raises(Cycle):
        place(1, "Room", shelf)
    with pytest.raises(Cycle):
        place_all({1: (2, "A"), 2: (3, "B"), 3: (1, "C")})


def test_parents_may_be_known_from_elsewhere() -> None:
    room = place(7, "Room", None)
    assert place_all({9: (7, "Shelf")}, {7: room}) == {9: place(9, "Shelf", room)}
    with pytest.raises(KeyError):
        place_all({9: (7, "Shelf")})


def test_a_long_path_loses_its_middle() -> None:
    spot = Place(2, "/1/2/3/", "", ("A" * 100, "B" * 100, "C" * 100))
    assert len(spot.pathstring) <= PATHSTRING_LENGTH
    assert spot.pathstring.startswith("A" * 100 + "/B") and spot.pathstring.endswith("B/" + "C" * 100)
    assert "..." in spot.pathstring
