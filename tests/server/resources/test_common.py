"""Project codes, tags, lists of choices, exports, metadata and new numbers."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.common import DataOutput
from server.resources.uploads import files_of
from server.rest.context import Context, Incoming
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


# ------------------------------------------------------------------------------------------------- project codes


def test_a_project_code_is_unique_and_written_by_staff(folk: People, admin: httpx.Client) -> None:
    made = make(admin, "project-code/", code="P-1", description="Bridge")
    taken = admin.post("project-code/", json={"code": "P-1"})
    assert taken.json() == {"code": ["Project Code with this Project Code already exists."]}
    folk.make("engineer")
    owner = admin.get("user/owner/").json()[0]["pk"]
    shown = admin.patch(f"project-code/{made['pk']}/", json={"responsible": owner}).json()
    assert shown["responsible_detail"]["pk"] == owner
    with folk.as_user("clerk") as clerk:
        assert [row["code"] for row in clerk.get("project-code/", params={"search": "bridge"}).json()] == ["P-1"]
        assert clerk.post("project-code/", json={"code": "P-2"}).status_code == 403
    with folk.as_user("chief", staff=True) as chief:
        assert chief.post("project-code/", json={"code": "P-2"}).status_code == 201


# ------------------------------------------------------------------------------------------------- tags


def test_tags_have_slugs_and_know_where_they_are_used(folk: People, admin: httpx.Client) -> None:
    blue = make(admin, "tag/", name="Blue Chair")
    assert blue["slug"] == "blue-chair"
    assert admin.post("tag/", json={"name": "Blue Chair"}).status_code == 400
    assert admin.patch(f"tag/{blue['pk']}/", json={"name": "Red Chair"}).json()["slug"] == "red-chair"
    make(admin, "part/", name="Stool", tags=["oak"])
    assert [row["name"] for row in admin.get("tag/", params={"model_type": "part"}).json()] == ["oak"]
    assert admin.get("tag/", params={"model_type": "company"}).json() == []
    assert admin.get("tag/", params={"model_type": "nosuch"}).status_code == 400
    with folk.as_user("reader") as reader:
        assert reader.get("tag/").status_code == 200
        assert reader.post("tag/", json={"name": "x"}).status_code == 403


@pytest.mark.parametrize("query", [{"tags": "elm"}, {"tags__name": "elm"}, {"tags__slug": "elm"}, {"search": "elm"}])
def test_supplier_parts_are_found_by_tag(admin: httpx.Client, query: dict[str, str]) -> None:
    name = next(iter(query))
    part = make(admin, "part/", name=f"Part by {name}")["pk"]
    company = make(admin, "company/", name=f"Company by {name}")["pk"]
    made = make(admin, "company/part/", part=part, supplier=company, SKU=f"by {name}", tags=["elm"])
    found = admin.get("company/part/", params={**query, "part": part}).json()
    assert [row["pk"] for row in found] == [made["pk"]]
    assert admin.get("company/part/", params={name: "ash", "part": part}).json() == []


# ------------------------------------------------------------------------------------------------- lists of choices


def test_a_locked_list_stays_as_it_is(admin: httpx.Client) -> None:
    sizes = make(admin, "selection/", name="Sizes", description="d")
    path = f"selection/{sizes['pk']}/"
    entry = make(admin, f"{path}entry/", value="S", label="Small")
    assert admin.post(f"{path}entry/", json={"value": "S", "label": "Again"}).status_code == 400
    assert admin.get(path).json()["entry_count"] == 1
    assert [row["value"] for row in admin.get(path).json()["choices"]] == ["S"]
    assert admin.patch(path, json={"locked": True}).json()["locked"] is True
    assert admin.patch(path, json={"name": "Other"}).json() == {"locked": ["Selection list is locked"]}
    assert admin.patch(f"{path}entry/{entry['id']}/", json={"label": "x"}).json() == {
        "list": ["Selection list is locked"]
    }
    assert admin.post(f"{path}entry/", json={"value": "L", "label": "Large"}).status_code == 400
    assert admin.delete(path).status_code == 400
    assert admin.delete(f"{path}entry/{entry['id']}/").status_code == 400
    assert admin.patch(path, json={"locked": False}).status_code == 200
    assert admin.patch(f"{path}entry/{entry['id']}/", json={"label": "x"}).json()["label"] == "x"


def test_entries_belong_to_their_list(admin: httpx.Client) -> None:
    first, second = (make(admin, "selection/", name=name)["pk"] for name in ("First", "Second"))
    entry = make(admin, f"selection/{first}/entry/", value="a", label="A")["id"]
    assert admin.get(f"selection/{first}/entry/{entry}/").json()["value"] == "a"
    assert admin.get(f"selection/{second}/entry/{entry}/").status_code == 404
    assert admin.get(f"selection/{second}/entry/").json() == []
    assert admin.get(f"selection/{first}/entry/nonsense/").status_code == 404
    assert admin.get("selection/999999/entry/").json() == []
    assert admin.delete(f"selection/{first}/entry/{entry}/").status_code == 204
    about = admin.options(f"selection/{first}/entry/").json()
    assert set(about["actions"]["POST"]) == {"value", "label", "description", "active", "list"}


# ------------------------------------------------------------------------------------------------- exported files


def test_an_export_is_for_who_asked_for_it(folk: People, admin: httpx.Client) -> None:
    owner = folk.make("asker")
    with folk.server.database.snapshot() as reader:
        files = files_of(Context(folk.server.api, Incoming("GET", "/", "", {}, {}), reader, None))
    path = files.save("data_output", "parts.csv", b"a,b\n")
    with folk.server.database.write() as session:
        session.add(DataOutput(created=date.today(), user_id=owner, output=path, complete=True, progress=100))
    with folk.client("asker") as asker:
        (mine,) = asker.get("data-output/").json()
        assert mine["output"] == f"/media/{path}"
        assert asker.get(f"{folk.server.url}/media/{path}").content == b"a,b\n"
    with folk.as_user("stranger", roles={"part": ("view",)}) as stranger:
        assert stranger.get("data-output/").json() == []
        assert stranger.get(f"data-output/{mine['pk']}/").status_code == 404
        assert stranger.get(f"{folk.server.url}/media/{path}").status_code == 403
    with folk.client("asker") as asker:
        assert asker.delete(f"data-output/{mine['pk']}/").status_code == 204
    assert files.read(path) is None


# ------------------------------------------------------------------------------------------------- metadata


def test_metadata_is_replaced_and_added_to(admin: httpx.Client) -> None:
    part = make(admin, "part/", name="With metadata")["pk"]
    for path in (f"metadata/part/{part}/", f"metadata/part/pk/{part}/"):
        assert admin.put(path, json={"metadata": {"a": 1}}).json() == {"metadata": {"a": 1}}
        assert admin.patch(path, json={"metadata": {"b": [2]}}).json() == {"metadata": {"a": 1, "b": [2]}}
        assert admin.get(path).json() == {"metadata": {"a": 1, "b": [2]}}
        assert admin.patch(path, json={}).json() == {"metadata": {"a": 1, "b": [2]}}
        assert admin.put(path, json={"metadata": None}).json() == {"metadata": None}
    moved = admin.get(f"part/{part}/metadata/")
    assert moved.status_code == 301
    assert moved.headers["location"] == f"/api/metadata/part/pk/{part}/"


def test_metadata_by_another_unique_field(admin: httpx.Client) -> None:
    make(admin, "project-code/", code="META")
    assert admin.put("metadata/projectcode/code/META/", json={"metadata": {"x": 1}}).status_code == 200
    assert admin.get("metadata/projectcode/code/META/").json() == {"metadata": {"x": 1}}
    assert admin.get("metadata/projectcode/description/x/").status_code == 400
    assert admin.get("metadata/user/password/x/").status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("metadata/nosuch/1/", {"metadata": {}}, 400), ("metadata/part/999999/", {"metadata": {}}, 404),
        ("metadata/part/x/", {"metadata": {}}, 404), ("metadata/part/99999999999999999999/", {"metadata": {}}, 404),
        ("metadata/part/1/", {"metadata": "text"}, 400), ("metadata/part/1/", {"metadata": [1]}, 400),
        ("metadata/part/1/", {}, 400), ("metadata/user/1/", {"metadata": {}}, 400),
    ],
)  # fmt: skip
def test_bad_metadata_is_refused(admin: httpx.Client, path: str, body: dict[str, Any], status: int) -> None:
    assert admin.put(path, json=body).status_code == status


def test_the_role_of_the_object_decides_over_its_metadata(folk: People, admin: httpx.Client) -> None:
    part = make(admin, "part/", name="Guarded")["pk"]
    path = f"metadata/part/{part}/"
    with folk.as_user("part viewer", roles={"part": ("view",)}) as viewer:
        assert viewer.get(path).status_code == 200
        assert viewer.patch(path, json={"metadata": {"a": 1}}).status_code == 403
    with folk.as_user("stranger to parts", roles={"sales_order": ("view", "change")}) as stranger:
        assert stranger.get(path).status_code == 403
        assert stranger.get("metadata/part/999999/").status_code == 403


# ------------------------------------------------------------------------------------------------- new numbers


def test_serial_numbers_go_on_from_the_latest(admin: httpx.Client) -> None:
    part = make(admin, "part/", name="Tracked", trackable=True)["pk"]
    for body, made in (({}, None), ({"part": part}, "1"), ({"part": part, "quantity": 3}, "1,2,3")):
        answer = admin.post("generate/serial-number/", json=body)
        assert (answer.status_code, answer.json()) == (201, {"serial_number": made})
    make(admin, "stock/", part=part, quantity=1, serial_numbers="A099")
    assert admin.post("generate/serial-number/", json={"part": part}).json() == {"serial_number": "A100"}
    assert admin.post("generate/serial-number/", json={"part": part, "quantity": 10**9}).status_code == 400
    assert admin.post("generate/serial-number/", json={"part": 999_999}).status_code == 400


def test_batch_codes_come_from_the_template(admin: httpx.Client) -> None:
    assert admin.post("generate/batch-code/", json={}).json() == {"batch_code": ""}
    admin.patch("settings/global/STOCK_BATCH_CODE_TEMPLATE/", json={"value": "B{{ year }}"})
    assert admin.post("generate/batch-code/", json={}).json() == {"batch_code": f"B{date.today().year}"}
    assert admin.post("generate/batch-code/", json={"item": 999_999}).status_code == 400
