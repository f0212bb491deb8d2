"""Part categories: their tree, and what becomes of parts when they change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import running


@pytest.fixture
def api(tmp_path: Path, empty_template: Path) -> Iterator[httpx.Client]:
    with running(tmp_path / "data", empty_template) as server, server.client() as client:
        yield client


def make(api: httpx.Client, path: str, **values: Any) -> dict[str, Any]:
    answer = api.post(path, json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
def tree(api: httpx.Client) -> dict[str, int]:
    """A > B > C and A > D, with a part in each of A, B, C."""
    keys: dict[str, int] = {}
    for name, parent in (("A", None), ("B", "A"), ("C", "B"), ("D", "A")):
        above = keys[parent] if parent else None
        keys[name] = make(api, "part/category/", name=name, parent=above)["pk"]
    for name in "ABC":
        keys[name.lower()] = make(api, "part/", name=f"part of {name}", category=keys[name])["pk"]
    return keys


def paths(api: httpx.Client) -> dict[str, tuple[str, int]]:
    return {row["name"]: (row["pathstring"], row["level"]) for row in api.get("part/category/").json()}


def test_a_moved_category_takes_its_branch_along(api: httpx.Client, tree: dict[str, int]) -> None:
    moved = api.patch(f"part/category/{tree['B']}/", json={"parent": tree["D"], "name": "B2"})
    assert [step["name"] for step in moved.json()["path"]] == ["A", "D", "B2"]
    assert paths(api) == {"A": ("A", 0), "D": ("A/D", 1), "B2": ("A/D/B2", 2), "C": ("A/D/B2/C", 3)}
    assert len(api.get("part/", params={"category": tree["D"]}).json()) == 2


def test_no_category_is_below_itself(api: httpx.Client, tree: dict[str, int]) -> None:
    for parent in ("A", "C"):
        refused = api.patch(f"part/category/{tree['A']}/", json={"parent": tree[parent]})
        assert refused.json() == {"parent": ["Invalid choice"]}
    assert paths(api)["C"] == ("A/B/C", 2)


def test_several_are_moved_at_once_though_one_is_below_the_other(api: httpx.Client, tree: dict[str, int]) -> None:
    answer = api.patch("part/category/", json={"items": [tree["B"], tree["C"]], "parent": tree["D"]})
    assert answer.status_code == 200
    assert paths(api) == {"A": ("A", 0), "D": ("A/D", 1), "B": ("A/D/B", 2), "C": ("A/D/C", 2)}


def test_counts_take_in_what_is_below(api: httpx.Client, tree: dict[str, int]) -> None:
    found = api.get(f"part/category/{tree['A']}/").json()
    assert (found["part_count"], found["subcategories"]) == (3, 3)


def test_names_are_unique_among_siblings(api: httpx.Client, tree: dict[str, int]) -> None:
    make(api, "part/category/", name="C", parent=tree["A"])
    for parent in (tree["A"], None):
        name = "C" if parent else "A"
        refused = api.post("part/category/", json={"name": name, "parent": parent})
        assert refused.json() == {"non_field_errors": ["Duplicate names cannot exist under the same parent"]}


def test_structural_categories_hold_no_parts(api: httpx.Client, tree: dict[str, int]) -> None:
    assert api.patch(f"part/category/{tree['B']}/", json={"structural": True}).status_code == 400
    assert api.patch(f"part/category/{tree['D']}/", json={"structural": True}).status_code == 200
    refused = api.patch(f"part/{tree['a']}/", json={"category": tree["D"]})
    assert refused.json() == {"category": ["Parts cannot be assigned to structural part categories!"]}


@pytest.mark.parametrize(
    ("parts_go", "children_go", "parts", "categories"),
    [
        (False, False, {"a": "A", "b": "A", "c": "C"}, {"A", "C", "D"}),
        (False, True, {"a": "A", "b": "A", "c": "A"}, {"A", "D"}),
        (True, False, {"a": "A", "c": "C"}, {"A", "C", "D"}),
        (True, True, {"a": "A"}, {"A", "D"}),
    ],
)
def test_a_deleted_category_leaves_what_it_is_told_to_leave(
    api: httpx.Client, tree: dict[str, int], parts_go: bool, children_go: bool, parts: dict[str, str],
    categories: set[str],
) -> None:  # fmt: skip
    told = {"delete_parts": parts_go, "delete_child_categories": children_go}
    assert api.request("DELETE", f"part/category/{tree['B']}/", json=told).status_code == 204
    assert set(paths(api)) == categories
    left = {row["pk"]: row["category"] for row in api.get("part/").json()}
    assert left == {tree[part]: tree[category] for part, category in parts.items()}
    if "C" in categories:
        assert paths(api)["C"] == ("A/C", 1)


def test_locked_parts_do_not_go_with_their_category(api: httpx.Client, tree: dict[str, int]) -> None:
    api.patch(f"part/{tree['c']}/", json={"locked": True})
    told = {"delete_parts": True, "delete_child_categories": True}
    refused = api.request("DELETE", f"part/category/{tree['A']}/", json=told)
    assert refused.json() == {"non_field_errors": ["These parts are locked and cannot be deleted: part of C"]}
    assert len(paths(api)) == 4


def test_a_search_of_the_tree_shows_the_way_to_what_it_found(api: httpx.Client, tree: dict[str, int]) -> None:
    make(api, "part/category/", name="Else")
    assert [row["name"] for row in api.get("part/category/tree/", params={"search": "c"}).json()] == ["A", "B", "C"]
    numbers = {row["name"]: row["tree_id"] for row in api.get("part/category/tree/").json()}
    assert numbers == {"A": 1, "B": 1, "C": 1, "D": 1, "Else": 2}
    assert [row["name"] for row in api.get("part/category/tree/", params={"tree_id": 2}).json()] == ["Else"]
    assert api.get("part/category/tree/", params={"tree_id": 9}).json() == []


def test_usual_parameters_come_from_above(api: httpx.Client, tree: dict[str, int]) -> None:
    template = make(api, "parameter/template/", name="Length")
    make(api, "part/category/parameters/", category=tree["A"], template=template["pk"], default_value="1")
    again = api.post("part/category/parameters/", json={"category": tree["A"], "template": template["pk"]})
    assert again.json() == {"non_field_errors": ["The fields category, template must make a unique set."]}
    asked = {"category": tree["C"]}
    assert len(api.get("part/category/parameters/", params=asked).json()) == 1
    assert api.get("part/category/parameters/", params={**asked, "fetch_parent": "false"}).json() == []


def test_categories_are_followed(api: httpx.Client, tree: dict[str, int]) -> None:
    assert api.patch(f"part/category/{tree['B']}/", json={"starred": True}).json()["starred"] is True
    assert [row["name"] for row in api.get("part/category/", params={"starred": "true"}).json()] == ["B"]
    assert len(api.get("part/category/", params={"starred": "false"}).json()) == 3


def test_several_categories_are_made_at_once(api: httpx.Client) -> None:
    answer = api.post("part/category/", json=[{"name": "One"}, {"name": "Two"}])
    assert [row["pathstring"] for row in answer.json()] == ["One", "Two"]
    refused = api.post("part/category/", json=[{"name": "Three"}, {"name": "One"}])
    assert refused.json() == [{}, {"non_field_errors": ["Duplicate names cannot exist under the same parent"]}]
    assert set(paths(api)) == {"One", "Two"}
