"""One question to many lists."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.resources.making import make
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@pytest.fixture(scope="module", autouse=True)
def goods(admin: httpx.Client) -> None:
    """Three chairs, one of them in stock at the chair shelf, and a company of that name."""
    for number, name in enumerate(("Blue chair", "Green chair", "Стул белый", "Chair_100%")):
        pk = make(admin, "part/", name=name, IPN=f"C-{number}", active=number != 1)["pk"]
        shelf = make(admin, "stock/location/", name=f"Shelf {number}")["pk"]
        make(admin, "stock/", part=pk, quantity=1, location=shelf, batch=f"BATCH{number}")
    make(admin, "company/", name="Chair maker", is_manufacturer=True, is_supplier=False)
    make(admin, "company/", name="Chair seller", is_supplier=True)


def test_each_kind_answers_for_itself(admin: httpx.Client) -> None:
    body = {"search": "chair", "limit": 2, "part": {}, "company": {}, "stockitem": {}, "stocklocation": {}}
    found = admin.post("search/", json=body).json()
    assert {kind: page["count"] for kind, page in found.items()} == {
        "part": 3, "company": 2, "stockitem": 3, "stocklocation": 0,
    }  # fmt: skip
    assert len(found["part"]["results"]) == 2
    assert found["part"]["next"].endswith("/api/search/?limit=2&offset=2")
    assert found["part"]["previous"] is None


def test_a_kind_takes_filters_and_order_of_its_own(admin: httpx.Client) -> None:
    body = {"search": "chair", "limit": 9, "part": {"active": True, "ordering": "-name"}, "manufacturer": {}}
    found = admin.post("search/", json=body).json()
    assert [row["name"] for row in found["part"]["results"]] == ["Chair_100%", "Blue chair"]
    assert [row["name"] for row in found["manufacturer"]["results"]] == ["Chair maker"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("C-1", ["Green chair"]), ("blue CHAIR", ["Blue chair"]), ("chair blue", ["Blue chair"]),
        ("стул", ["Стул белый"]), ("100%", ["Chair_100%"]), ("r_1", ["Chair_100%"]), ("%", ["Chair_100%"]),
        ("'; DROP TABLE part_part; --", []), ("\\", []), ("chair nothing", []),
    ],
)  # fmt: skip
def test_the_words_must_all_be_there(admin: httpx.Client, text: str, names: list[str]) -> None:
    found = admin.post("search/", json={"search": text, "limit": 9, "part": {}}).json()
    assert [row["name"] for row in found["part"]["results"]] == names


def test_whole_words_and_patterns(admin: httpx.Client) -> None:
    for more, names in (
        ({"search": "Chai", "search_whole": True}, []),
        ({"search": "chair", "search_whole": True}, ["Blue chair", "Green chair"]),
        ({"search": "^(blue|green)", "search_regex": True}, ["Blue chair", "Green chair"]),
    ):
        found = admin.post("search/", json={"limit": 9, "part": {}, **more}).json()
        assert [row["name"] for row in found["part"]["results"]] == names, more


def test_notes_are_searched_when_asked_for(admin: httpx.Client) -> None:
    make(admin, "part/", name="Table", notes="goes with the armchair")
    for more, count in (({}, 0), ({"search_notes": True}, 1), ({}, 0)):
        found = admin.post("search/", json={"search": "armchair", "part": {}, **more}).json()
        assert found["part"]["count"] == count


def test_a_refusal_stands_in_the_place_of_the_hits(folk: People) -> None:
    with folk.as_user("storekeeper", roles={"stock": ("view",)}) as keeper:
        answer = keeper.post("search/", json={"search": "chair", "part": {}, "stockitem": {}})
        assert answer.status_code == 200
        assert answer.json()["part"] == {"error": "User does not have permission to view this model"}
        assert answer.json()["stockitem"]["count"] == 3
    with folk.client() as nobody:
        assert nobody.post("search/", json={"search": "chair", "part": {}}).status_code == 401


def test_what_is_not_asked_for_is_not_answered(admin: httpx.Client) -> None:
    assert admin.post("search/", json={"search": "chair"}).json() == {}
    assert admin.post("search/", json={"search": "chair", "nosuch": {}, "part": "text"}).json() == {}
    assert admin.post("search/", json={}).json() == {"search": "Search term must be provided"}
    bad = admin.post("search/", json={"search": "chair", "stockitem": {"part": "abc"}})
    assert bad.status_code == 200
    assert "error" in bad.json()["stockitem"]
    assert admin.get("search/").status_code == 405
