"""Parameters: templates, values with units and choices, and lists that are narrowed and sorted by them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def parts(admin: httpx.Client) -> list[int]:
    return [make(admin, "part/", name=f"Part {number}")["pk"] for number in range(6)]


def give(client: httpx.Client, template: int, part: int, data: str, **more: Any) -> httpx.Response:
    body = {"template": template, "model_type": "part.part", "model_id": part, "data": data, **more}
    return client.post("parameter/", json=body)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "Taken"}, {"name": ["Parameter Template with this Name already exists."]}),
        ({"name": "tAKEN"}, {"name": ["Parameter template name must be unique"]}),
        ({"name": "Bad", "units": "bananas"}, {"units": ["Invalid physical unit"]}),
        ({"name": "Bad", "units": "mm", "checkbox": True}, {"units": ["Checkbox parameters cannot have units"]}),
        ({"name": "Bad", "choices": "a", "checkbox": True}, {"choices": ["Checkbox parameters cannot have choices"]}),
        ({"name": "Bad", "choices": "a, b,a"}, {"choices": ["Choices must be unique"]}),
        ({"name": "Bad", "unique": 7}, {"unique": ['"7" is not a valid choice.']}),
        ({"name": "Bad", "model_type": "nosuch"}, {"model_type": ['"nosuch" is not a valid choice.']}),
    ],
)
def test_a_template_that_contradicts_itself_is_refused(
    admin: httpx.Client, body: dict[str, Any], refusal: dict[str, Any]
) -> None:
    admin.post("parameter/template/", json={"name": "Taken"})
    refused = admin.post("parameter/template/", json=body)
    assert refused.status_code == 400
    assert refused.json() == refusal


@pytest.mark.parametrize(
    ("template", "data", "kept", "number"),
    [
        ({"units": "mm"}, "12.5 cm", "12.5 cm", 125.0),
        ({"units": "mm"}, "7", "7", 7.0),
        ({"units": "ohm"}, "4k7", "4k7", 4700.0),
        ({}, "3.5", "3.5", 3.5),
        ({}, "red", "red", None),
        ({}, "inf", "inf", None),
        ({"choices": "red, green"}, "green", "green", None),
        ({"checkbox": True}, "yes", "True", 1.0),
        ({"checkbox": True}, "nonsense", "False", 0.0),
    ],
)
def test_a_value_gets_its_number(
    admin: httpx.Client, parts: list[int], template: dict[str, Any], data: str, kept: str, number: float | None
) -> None:
    made = make(admin, "parameter/template/", name=f"T {template} {data}", **template)
    answer = give(admin, made["pk"], parts[0], data)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["data"], answer.json()["data_numeric"]) == (kept, number)
    assert answer.json()["updated_by_detail"]["username"] == "admin"


def test_a_value_that_does_not_fit_is_refused(admin: httpx.Client, parts: list[int]) -> None:
    length = make(admin, "parameter/template/", name="Length", units="mm")["pk"]
    colour = make(admin, "parameter/template/", name="Colour", choices="red,green")["pk"]
    assert give(admin, length, parts[0], "5 kg").json() == {"data": ["Could not convert 5 kg to mm"]}
    assert give(admin, colour, parts[0], "blue").json() == {"data": ["Invalid choice for parameter value"]}
    assert give(admin, colour, 999_999, "red").status_code == 400
    assert give(admin, length, parts[0], "5").status_code == 201
    twice = give(admin, length, parts[0], "6")
    assert twice.json() == {"non_field_errors": ["The fields model_type, model_id, template must make a unique set."]}
    assert admin.patch("settings/global/PARAMETER_ENFORCE_UNITS/", json={"value": False}).status_code == 200
    free = give(admin, length, parts[1], "as long as a piece of string")
    assert (free.status_code, free.json()["data_numeric"]) == (201, None)
    admin.patch("settings/global/PARAMETER_ENFORCE_UNITS/", json={"value": True})


@pytest.mark.parametrize(("unique", "elsewhere"), [(1, 201), (2, 400)])
def test_values_can_be_held_unique(admin: httpx.Client, parts: list[int], unique: int, elsewhere: int) -> None:
    template = make(admin, "parameter/template/", name=f"Serial {unique}", unique=unique)["pk"]
    company = make(admin, "company/", name=f"Company {unique}")["pk"]
    first = give(admin, template, parts[0], "A1")
    assert first.status_code == 201
    assert give(admin, template, parts[1], "A1").status_code == 400
    assert admin.patch(f"parameter/{first.json()['pk']}/", json={"note": "same value, same row"}).status_code == 200
    other = {"template": template, "model_type": "company", "model_id": company, "data": "A1"}
    assert admin.post("parameter/", json=other).status_code == elsewhere


def test_a_list_of_choices_holds_the_values(admin: httpx.Client, parts: list[int]) -> None:
    sizes = make(admin, "selection/", name="Sizes")["pk"]
    small = make(admin, f"selection/{sizes}/entry/", value="S", label="Small")
    assert small["list"] == sizes
    make(admin, f"selection/{sizes}/entry/", value="XL", label="Huge", active=False)
    template = make(admin, "parameter/template/", name="Size", selectionlist=sizes)["pk"]
    assert give(admin, template, parts[0], "S").status_code == 201
    assert give(admin, template, parts[1], "XL").status_code == 400


def test_numbers_follow_the_units_of_the_template(admin: httpx.Client, parts: list[int]) -> None:
    template = make(admin, "parameter/template/", name="Width", units="mm")["pk"]
    made = give(admin, template, parts[0], "5 cm").json()
    assert made["data_numeric"] == 50.0
    assert admin.patch(f"parameter/template/{template}/", json={"units": "cm"}).status_code == 200
    assert admin.get(f"parameter/{made['pk']}/").json()["data_numeric"] == 5.0


def test_the_parameters_of_a_locked_part_stay(admin: httpx.Client) -> None:
    part = make(admin, "part/", name="To be locked")["pk"]
    template = make(admin, "parameter/template/", name="Locking")["pk"]
    made = give(admin, template, part, "1").json()
    assert admin.patch(f"part/{part}/", json={"locked": True}).status_code == 200
    assert admin.patch(f"parameter/{made['pk']}/", json={"data": "2"}).status_code == 400
    assert admin.delete(f"parameter/{made['pk']}/").status_code == 400
    assert admin.get(f"parameter/{made['pk']}/").json()["data"] == "1"


@pytest.fixture(scope="module")
def lengths(admin: httpx.Client, parts: list[int]) -> int:
    """A template in mm; parts 0 to 3 are 5, 30, 10 mm and of unknown length, the others have none."""
    template: int = make(admin, "parameter/template/", name="Lengths", units="mm")["pk"]
    admin.patch("settings/global/PARAMETER_ENFORCE_UNITS/", json={"value": False})
    for part, data in zip(parts, ("5", "3 cm", "10 mm", "unknown"), strict=False):
        assert give(admin, template, part, data).status_code == 201
    admin.patch("settings/global/PARAMETER_ENFORCE_UNITS/", json={"value": True})
    return template


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("", "5", {0}), ("", "0.5 cm", {0}), ("_gt", "5", {1, 2}), ("_gte", "5 mm", {0, 1, 2}), ("_lt", "1 cm", {0}),
        ("_lte", "1 cm", {0, 2}), ("", "UNKNOWN", {3}), ("_icontains", "nkno", {3}), ("_icontains", "%", set()),
        ("_ne", "5", {1, 2}), ("_gt", "1 m", set()), ("_nosuch", "5", {0, 1, 2, 3, 4, 5}),
    ],
)  # fmt: skip
def test_parts_are_found_by_a_parameter(
    admin: httpx.Client, parts: list[int], lengths: int, name: str, value: str, found: set[int]
) -> None:
    answer = admin.get("part/", params={f"parameter_{lengths}{name}": value, "search": "Part"})
    assert answer.status_code == 200
    assert {row["pk"] for row in answer.json()} & set(parts) == {parts[index] for index in found}


def test_parts_are_sorted_by_a_parameter(admin: httpx.Client, parts: list[int], lengths: int) -> None:
    for ordering, first in ((f"parameter_{lengths}", [3, 0, 2, 1]), (f"-parameter_{lengths}", [1, 2, 0, 3])):
        rows = admin.get("part/", params={"ordering": ordering, "limit": 4}).json()["results"]
        assert [row["pk"] for row in rows] == [parts[index] for index in first], ordering


def test_templates_are_found_by_where_they_are_used(admin: httpx.Client) -> None:
    category = make(admin, "part/category/", name="Upper")["pk"]
    below = make(admin, "part/category/", name="Lower", parent=category)["pk"]
    part = make(admin, "part/", name="In lower", category=below)["pk"]
    used = make(admin, "parameter/template/", name="Used below")["pk"]
    make(admin, "parameter/template/", name="Never used", model_type="company.company")
    assert give(admin, used, part, "1").status_code == 201

    def names(**query: Any) -> set[str]:
        answer = admin.get("parameter/template/", params=query)
        assert answer.status_code == 200, answer.text
        return {row["name"] for row in answer.json()}

    assert "Used below" in names(exists_for_model="part")
    assert names(exists_for_model="part", exists_for_model_id=part) == {"Used below"}
    related = {"exists_for_related_model": "partcategory"}
    assert names(exists_for_model="part", **related, exists_for_related_model_id=category) == {"Used below"}
    assert names(exists_for_model="part", **related, exists_for_related_model_id=999_999) == set()
    assert "Used below" not in names(exists_for_model="company")
    assert names(model_type="company.company") == {"Never used"}
    assert {"Never used", "Used below"} <= names(for_model="company")
    assert "Never used" not in names(for_model="part")
    assert admin.get("parameter/template/", params={"exists_for_model": "nosuch"}).status_code == 400


def test_who_may_not_see_an_object_sees_no_parameters_of_it(folk: People, admin: httpx.Client) -> None:
    part = make(admin, "part/", name="Secret")["pk"]
    template = make(admin, "parameter/template/", name="Secrecy")["pk"]
    made = give(admin, template, part, "high").json()
    path = f"parameter/{made['pk']}/"
    with folk.as_user("outsider", roles={"sales_order": ("view", "change", "delete")}) as outsider:
        assert outsider.get("parameter/", params={"model_type": "part.part"}).json() == []
        assert outsider.get(path).status_code == 404
        assert give(outsider, template, part, "low").status_code == 403
        assert outsider.delete(path).status_code == 404
        assert outsider.post("parameter/template/", json={"name": "x"}).status_code == 403
        assert outsider.get("parameter/template/").status_code == 200
    with folk.as_user("viewer", roles={"part": ("view",)}) as viewer:
        assert viewer.get(path).status_code == 200
        assert viewer.patch(path, json={"data": "low"}).status_code == 403
        assert viewer.delete(path).status_code == 403
    with folk.as_user("keeper", roles={"part": ("view", "change", "delete")}) as keeper:
        assert keeper.patch(path, json={"data": "low"}).status_code == 200
        assert keeper.delete(path).status_code == 204
