"""Locations over the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def new(api: httpx.Client, name: str, **more: Any) -> dict[str, Any]:
    answer = api.post("stock/location/", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def paths(api: httpx.Client, *keys: int) -> list[tuple[str, int]]:
    found = {row["pk"]: row for row in api.get("stock/location/").json()}
    return [(found[key]["pathstring"], found[key]["level"]) for key in keys]


def test_renaming_and_moving_take_everything_below_along(api: httpx.Client) -> None:
    house, yard = new(api, "House 1")["pk"], new(api, "Yard 1")["pk"]
    hall = new(api, "Hall", parent=house)["pk"]
    rack = new(api, "Rack", parent=hall)["pk"]
    api.patch(f"stock/location/{house}/", json={"name": "Home 1"}).raise_for_status()
    assert paths(api, house, hall, rack) == [("Home 1", 0), ("Home 1/Hall", 1), ("Home 1/Hall/Rack", 2)]
    moved = api.patch(f"stock/location/{hall}/", json={"parent": yard}).json()
    assert [step["name"] for step in moved["path"]] == ["Yard 1", "Hall"]
    assert paths(api, hall, rack) == [("Yard 1/Hall", 1), ("Yard 1/Hall/Rack", 2)]
    below = api.get("stock/location/", params={"parent": yard, "cascade": "true"}).json()
    assert [row["pk"] for row in below] == [hall, rack]
    api.patch(f"stock/location/{hall}/", json={"parent": None}).raise_for_status()
    assert paths(api, rack) == [("Hall/Rack", 1)]


def test_a_location_is_not_below_itself(api: httpx.Client) -> None:
    house = new(api, "House 2")["pk"]
    hall = new(api, "Hall", parent=house)["pk"]
    for parent in (house, hall):
        answer = api.patch(f"stock/location/{house}/", json={"parent": parent})
        assert (answer.status_code, answer.json()) == (400, {"parent": ["Invalid choice"]})


def test_several_are_moved_at_once(api: httpx.Client) -> None:
    house = new(api, "House 3")["pk"]
    racks = [new(api, f"Rack 3{n}")["pk"] for n in range(3)]
    answer = api.patch("stock/location/", json={"items": racks, "parent": house}).json()
    assert [row["pathstring"] for row in answer["items"]] == [f"House 3/Rack 3{n}" for n in range(3)]
    clash = new(api, "Rack 30")["pk"]
    answer = api.patch("stock/location/", json={"items": [clash], "parent": house})
    assert answer.json() == {"non_field_errors": ["Duplicate names cannot exist under the same parent"]}


def test_the_icon_comes_from_the_type_unless_the_location_has_its_own(api: httpx.Client) -> None:
    kind = api.post("stock/location-type/", json={"name": "Shelf", "icon": "ti:box:outline"}).json()["pk"]
    shelf = new(api, "Shelf 4", location_type=kind)
    assert (shelf["icon"], shelf["location_type_detail"]["name"]) == ("ti:box:outline", "Shelf")
    own = api.patch(f"stock/location/{shelf['pk']}/", json={"custom_icon": "ti:star:filled"}).json()
    assert own["icon"] == "ti:star:filled"
    assert api.get("stock/location-type/").json()[0]["location_count"] == 1
    api.patch("settings/global/STOCK_LOCATION_DEFAULT_ICON/", json={"value": "ti:home:outline"}).raise_for_status()
    assert new(api, "Plain 4")["icon"] == "ti:home:outline"
    api.delete(f"stock/location-type/{kind}/").raise_for_status()
    assert api.get(f"stock/location/{shelf['pk']}/").json()["location_type"] is None


def test_a_location_with_stock_does_not_become_structural(api: httpx.Client) -> None:
    shelf = new(api, "Shelf 5")["pk"]
    part = api.post("part/", json={"name": "Bolt 5", "description": "b"}).json()["pk"]
    api.post("stock/", json={"part": part, "quantity": 1, "location": shelf}).raise_for_status()
    answer = api.patch(f"stock/location/{shelf}/", json={"structural": True})
    assert answer.status_code == 400
    building = new(api, "Building 5", structural=True)["pk"]
    answer = api.post("stock/", json={"part": part, "quantity": 1, "location": building})
    assert answer.json() == {"location": ["Stock items cannot be located into structural stock locations!"]}
    assert api.get(f"stock/location/{shelf}/").json()["items"] == 1


def test_the_tree_keeps_the_way_down_to_what_a_search_found(api: httpx.Client) -> None:
    house = new(api, "House 6")["pk"]
    hall = new(api, "Hall", parent=house)["pk"]
    needle = new(api, "Needle", parent=hall)["pk"]
    found = api.get("stock/location/tree/", params={"search": "needle"}).json()
    assert [row["pk"] for row in found] == [house, hall, needle]
    assert [row["sublocations"] for row in found] == [2, 1, 0]
    assert len({row["tree_id"] for row in found}) == 1


def test_deleting_asks_what_becomes_of_stock_and_locations(api: httpx.Client) -> None:
    house = new(api, "House 7")["pk"]
    answer = api.delete(f"stock/location/{house}/")
    assert set(answer.json()) == {"delete_stock_items", "delete_sub_locations"}
    body = {"delete_stock_items": False, "delete_sub_locations": False}
    assert api.request("DELETE", f"stock/location/{house}/", json=body).status_code == 204
    assert api.get(f"stock/location/{house}/").status_code == 404


def test_tags_can_be_given_and_asked_for(api: httpx.Client) -> None:
    shelf = new(api, "Shelf 8", tags=["cold", "dry"])
    assert shelf["tags"] == ["cold", "dry"]
    found = api.get("stock/location/", params={"tags": "cold"}).json()
    assert [row["pk"] for row in found] == [shelf["pk"]]


def test_only_the_role_for_locations_opens_them(folk: People) -> None:
    with (
        folk.as_user("nobody", roles={"stock": ["view", "change"]}) as nobody,
        folk.as_user("keeper", roles={"stock_location": ["view", "add"]}) as keeper,
    ):
        assert nobody.get("stock/location/").status_code == 403
        assert nobody.get("stock/location/tree/").status_code == 403
        assert keeper.get("stock/location/").status_code == 200
        made = keeper.post("stock/location/", json={"name": "Keeper's"})
        assert made.status_code == 201
        one = f"stock/location/{made.json()['pk']}/"
        assert keeper.patch(one, json={"name": "x"}).status_code == 403
        assert keeper.request("DELETE", one).status_code == 403
