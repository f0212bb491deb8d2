"""Tests, relations and bills of materials of parts."""

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


def part(api: httpx.Client, name: str, **values: Any) -> int:
    return int(make(api, "part/", name=name, **values)["pk"])


# ------------------------------------------------------------------------------------------------------------ tests


def test_a_variant_is_tested_like_its_template(api: httpx.Client) -> None:
    template = part(api, "Lamp", is_template=True, testable=True)
    variant = part(api, "Red lamp", variant_of=template, testable=True)
    make(api, "part/test-template/", part=template, test_name="Burn in", description="An hour")
    own = make(api, "part/test-template/", part=variant, test_name="Colour", description="Red", choices="red, dark red")
    assert "results" not in own
    found = api.get("part/test-template/", params={"part": variant}).json()
    assert [(row["key"], row["results"]) for row in found] == [("burnin", 0), ("colour", 0)]
    alone = api.get("part/test-template/", params={"part": variant, "include_inherited": "false"}).json()
    assert [row["key"] for row in alone] == ["colour"]
    twice = api.post("part/test-template/", json={"part": variant, "test_name": "burn IN", "description": "x"})
    assert twice.status_code == 400
    assert "same key" in twice.json()["test_name"][0]


def test_tests_need_words_and_different_choices(api: httpx.Client) -> None:
    lamp = part(api, "Lamp", testable=True)
    body = {"part": lamp, "test_name": "Colour"}
    assert api.post("part/test-template/", json=body).json() == {"description": ["This field cannot be blank."]}
    refused = api.post("part/test-template/", json={**body, "description": "x", "choices": "red, blue,red"})
    assert refused.json() == {"choices": ["Choices must be unique"]}
    plain = part(api, "Bulb")
    refused = api.post("part/test-template/", json={"part": plain, "test_name": "T", "description": "x"})
    assert refused.json() == {"part": [f'Invalid pk "{plain}" - object does not exist.']}


# --------------------------------------------------------------------------------------------------------- relations


def test_parts_are_related_both_ways_once(api: httpx.Client) -> None:
    nut, bolt, lamp = part(api, "Nut"), part(api, "Bolt"), part(api, "Lamp")
    made = make(api, "part/related/", part_1=nut, part_2=bolt, note="They fit")
    assert (made["part_1_detail"]["name"], made["part_2_detail"]["name"]) == ("Nut", "Bolt")
    for pair in ((nut, bolt), (bolt, nut), (nut, nut)):
        assert api.post("part/related/", json={"part_1": pair[0], "part_2": pair[1]}).status_code == 400
    for one, other in ((nut, "Bolt"), (bolt, "Nut")):
        assert [row["name"] for row in api.get("part/", params={"related": one}).json()] == [other]
        assert other not in [row["name"] for row in api.get("part/", params={"exclude_related": one}).json()]
    assert api.get("part/", params={"related": lamp}).json() == []
    assert api.get("part/", params={"related": 999}).json() == []


# ------------------------------------------------------------------------------------------------ bills of materials


def test_a_line_says_for_how_many_its_stock_does(api: httpx.Client) -> None:
    wagon, wheel, spare = part(api, "Wagon", assembly=True), part(api, "Wheel"), part(api, "Spare wheel")
    line = make(api, "bom/", part=wagon, sub_part=wheel, quantity=4, setup_quantity=2, attrition=25)
    api.post("stock/", json={"part": wheel, "quantity": 10})
    assert api.get(f"bom/{line['pk']}/").json()["can_build"] == 1.6
    make(api, "bom/substitute/", bom_item=line["pk"], part=spare)
    api.post("stock/", json={"part": spare, "quantity": 5})
    found = api.get(f"bom/{line['pk']}/", params={"substitutes": "true", "sub_part_detail": "true"}).json()
    assert (found["available_stock"], found["available_substitute_stock"], found["can_build"]) == (10, 5, 2.6)
    assert [one["part_detail"]["name"] for one in found["substitutes"]] == ["Spare wheel"]
    assert found["sub_part_detail"]["name"] == "Wheel"


def test_amounts_may_have_the_unit_of_the_component(api: httpx.Client) -> None:
    rope = part(api, "Rope", units="m")
    net = part(api, "Net", assembly=True)
    line = make(api, "bom/", part=net, sub_part=rope, raw_amount="250 cm")
    assert (line["raw_amount"], line["quantity"]) == ("250 cm", 2.5)
    refused = api.post("bom/", json={"part": net, "sub_part": rope, "raw_amount": "3 kg"})
    assert list(refused.json()) == ["raw_amount"]
    knot = part(api, "Knot")
    refused = api.post("bom/", json={"part": net, "sub_part": knot, "raw_amount": "3 cm"})
    assert refused.json() == {"raw_amount": ["Invalid quantity - no units specified for part"]}


def test_nothing_goes_into_itself_at_any_depth(api: httpx.Client) -> None:
    top, middle, low = (part(api, name, assembly=True) for name in ("Top", "Middle", "Low"))
    make(api, "bom/", part=top, sub_part=middle, quantity=1)
    make(api, "bom/", part=middle, sub_part=low, quantity=1)
    for component in (top, low):
        refused = api.post("bom/", json={"part": low, "sub_part": component, "quantity": 1})
        assert list(refused.json()) == ["sub_part"]
    assert len(api.get("bom/").json()) == 2


def test_a_template_hands_its_lines_down(api: httpx.Client) -> None:
    template = part(api, "Chair", is_template=True, assembly=True)
    red = part(api, "Red chair", variant_of=template, assembly=True)
    leg, cushion = part(api, "Leg", is_template=True), part(api, "Cushion")
    oak = part(api, "Oak leg", variant_of=leg)
    make(api, "bom/", part=template, sub_part=leg, quantity=4, inherited=True, allow_variants=True)
    make(api, "bom/", part=template, sub_part=cushion, quantity=1)
    assert [row["sub_part"] for row in api.get("bom/", params={"part": red}).json()] == [leg]
    assert [row["part"] for row in api.get("bom/", params={"uses": oak}).json()] == [template]
    assert {row["name"] for row in api.get("part/", params={"in_bom_for": red}).json()} == {"Leg", "Oak leg"}


def test_tracked_components_make_tracked_assemblies(api: httpx.Client) -> None:
    top, middle, engine = part(api, "Car", assembly=True), part(api, "Drive", assembly=True), part(api, "Engine")
    make(api, "bom/", part=top, sub_part=middle, quantity=1)
    make(api, "bom/", part=middle, sub_part=engine, quantity=1)
    assert api.patch(f"part/{engine}/", json={"trackable": True}).status_code == 200
    assert api.get(f"part/{top}/").json()["trackable"] is True
    bolt = part(api, "Tracked bolt", trackable=True)
    refused = api.post("bom/", json={"part": top, "sub_part": bolt, "quantity": 1.5})
    assert refused.json() == {"quantity": ["Quantity must be integer value for trackable parts"]}


def test_a_signed_bill_is_no_longer_so_when_it_changes(api: httpx.Client) -> None:
    wagon, wheel = part(api, "Wagon", assembly=True), part(api, "Wheel")
    line = make(api, "bom/", part=wagon, sub_part=wheel, quantity=4)
    assert api.patch(f"part/{wagon}/bom-validate/", json={"valid": True}).json()["complete"] is True
    signed = api.get(f"part/{wagon}/bom-validate/").json()
    assert (signed["bom_validated"], signed["bom_checked_by_detail"]["username"]) == (True, "admin")
    assert api.get(f"bom/{line['pk']}/").json()["validated"] is True
    assert api.patch(f"bom/{line['pk']}/", json={"note": "Black ones"}).json()["validated"] is True
    assert api.get("part/", params={"bom_valid": "true"}).json()[0]["pk"] == wagon
    assert api.patch(f"bom/{line['pk']}/", json={"quantity": 5}).json()["validated"] is False
    assert api.get(f"part/{wagon}/bom-validate/").json()["bom_validated"] is False
    assert api.patch(f"bom/{line['pk']}/", json={"quantity": 4}).json()["validated"] is True
    assert api.get(f"part/{wagon}/bom-validate/").json()["bom_validated"] is True


def test_bills_of_locked_assemblies_stay_as_they_are(api: httpx.Client) -> None:
    wagon, wheel = part(api, "Wagon", assembly=True), part(api, "Wheel")
    line = make(api, "bom/", part=wagon, sub_part=wheel, quantity=4)
    api.patch(f"part/{wagon}/", json={"locked": True})
    words = {"non_field_errors": ["BOM item cannot be modified - assembly is locked"]}
    assert api.post("bom/", json={"part": wagon, "sub_part": wheel, "quantity": 1}).json() == words
    assert api.patch(f"bom/{line['pk']}/", json={"quantity": 5}).json() == words
    assert api.delete(f"bom/{line['pk']}/").json() == words
    assert api.request("DELETE", "bom/", json={"items": [line["pk"]]}).json() == words
    assert api.get(f"bom/{line['pk']}/").json()["quantity"] == 4


def test_a_bill_is_copied_with_its_substitutes(api: httpx.Client) -> None:
    one, other = part(api, "One", assembly=True), part(api, "Other", assembly=True)
    wheel, spare = part(api, "Wheel"), part(api, "Spare")
    line = make(api, "bom/", part=one, sub_part=wheel, quantity=4, reference="W1-W4")
    make(api, "bom/substitute/", bom_item=line["pk"], part=spare)
    old = make(api, "bom/", part=other, sub_part=spare, quantity=1)
    assert api.post(f"part/{other}/bom-copy/", json={"part": one}).status_code == 201
    (copied,) = api.get("bom/", params={"part": other, "substitutes": "true"}).json()
    assert (copied["sub_part"], copied["reference"], copied["quantity"]) == (wheel, "W1-W4", 4)
    assert [swap["part"] for swap in copied["substitutes"]] == [spare]
    assert api.get(f"bom/{old['pk']}/").status_code == 404


@pytest.mark.parametrize("path", ["part/", "part/category/", "bom/", "part/test-template/", "part/related/"])
def test_bodies_that_are_no_objects_are_refused(api: httpx.Client, path: str) -> None:
    for body in ([1], "text", 5):
        assert api.post(path, json=body).status_code == 400
