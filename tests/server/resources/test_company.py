"""Companies, contacts, addresses: what is kept, what is refused, and who may."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.backends.test_files import PNG
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def make(client: httpx.Client, path: str, **values: Any) -> dict[str, Any]:
    answer = client.post(path, json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_new_company_has_defaults(admin: httpx.Client) -> None:
    made = make(admin, "company/", name="Corner shop")
    assert made["currency"] == "USD"
    assert made["email"] == ""
    assert made["is_supplier"] is True
    assert made["primary_address"] is None
    assert "parts_supplied" not in made
    assert admin.get(f"company/{made['pk']}/").json()["parts_supplied"] == 0


def test_name_and_email_together_are_unique(admin: httpx.Client) -> None:
    make(admin, "company/", name="Twin", email="a@b.co")
    make(admin, "company/", name="Twin", email="b@b.co")
    refused = admin.post("company/", json={"name": "Twin", "email": "a@b.co"})
    assert refused.status_code == 400
    assert refused.json() == {"non_field_errors": ["The fields name, email must make a unique set."]}


def test_tags_and_parameters_are_shown_when_asked_for(admin: httpx.Client) -> None:
    made = make(admin, "company/", name="Tagged", tags=["near", "cheap"])
    assert made["tags"] == ["near", "cheap"]
    path = f"company/{made['pk']}/"
    assert "tags" not in admin.get(path).json()
    assert admin.get(path, params={"tags": "true"}).json()["tags"] == ["near", "cheap"]
    assert [row["name"] for row in admin.get("company/", params={"tags": "near,cheap"}).json()] == ["Tagged"]
    assert admin.get("company/", params={"tags": "near,far"}).json() == []
    assert admin.patch(path, json={"tags": ["far"]}).json()["tags"] == ["far"]
    assert admin.patch(path, json={"name": "Tagged still"}).json()["tags"] == ["far"]


def test_a_duplicate_takes_the_parameters_over(admin: httpx.Client) -> None:
    template = make(admin, "parameter/template/", name="Discount", units="percent")
    first = make(admin, "company/", name="First")
    make(admin, "parameter/", template=template["pk"], model_type="company.company", model_id=first["pk"], data="5 %")
    for copied, values in ((True, ["5 %"]), (False, [])):
        duplicate = {"original": first["pk"], "copy_parameters": copied}
        second = make(admin, "company/", name=f"Second {copied}", duplicate=duplicate)
        assert [row["data"] for row in second["parameters"]] == values


def test_a_picture_is_kept_served_and_replaced(admin: httpx.Client, folk: People) -> None:
    pk = make(admin, "company/", name="Pictured")["pk"]
    url = admin.patch(f"company/{pk}/", files={"image": ("logo.png", PNG, "image/png")}).json()["image"]
    assert url == f"/media/company_images/company_{pk}_img.png"
    served = admin.get(f"{folk.server.url}{url}", headers={"Accept": "image/*"})
    assert served.content == PNG
    assert served.headers["content-type"] == "image/png"
    assert admin.get(f"{folk.server.url}{url.replace('.png', '.thumbnail.png')}").content == PNG
    second = admin.patch(f"company/{pk}/", files={"image": ("b.png", PNG, "image/png")}).json()["image"]
    assert second != url
    assert admin.get(f"{folk.server.url}{url}").status_code == 404
    assert admin.patch(f"company/{pk}/", json={"image": None}).json()["image"] is None
    assert admin.get(f"{folk.server.url}{second}").status_code == 404


def test_what_is_no_picture_is_refused(admin: httpx.Client, folk: People) -> None:
    pk = make(admin, "company/", name="No picture")["pk"]
    refused = admin.patch(f"company/{pk}/", files={"image": ("x.png", b"<svg onload=alert(1)>", "image/png")})
    assert refused.status_code == 400
    assert refused.json()["image"][0].startswith("Upload a valid image.")
    folder = folk.server.settings.media_dir / "company_images"
    assert not list(folder.glob(f"company_{pk}_*"))


def test_a_file_does_not_outlive_a_failed_request(admin: httpx.Client, folk: People) -> None:
    pk = make(admin, "company/", name="Refused", email="r@b.co")["pk"]
    make(admin, "company/", name="Refused", email="s@b.co")
    refused = admin.patch(f"company/{pk}/", data={"email": "s@b.co"}, files={"image": ("logo.png", PNG, "image/png")})
    assert refused.status_code == 400
    assert not list((folk.server.settings.media_dir / "company_images").glob(f"company_{pk}_*"))


def test_a_company_has_one_primary_address(admin: httpx.Client) -> None:
    pk = make(admin, "company/", name="Addressed")["pk"]
    first = make(admin, "company/address/", company=pk, title="Gate", line1="1 Road")
    assert first["primary"] is True, "the only address is the primary one"
    second = make(admin, "company/address/", company=pk, title="Yard", primary=True)
    addresses = admin.get("company/address/", params={"company": pk}).json()
    assert {row["title"]: row["primary"] for row in addresses} == {"Gate": False, "Yard": True}
    shown = admin.get(f"company/{pk}/", params={"primary_address": "true"}).json()["primary_address"]
    assert shown["pk"] == second["pk"]
    assert "company" not in shown


def test_everything_of_a_company_goes_with_it(admin: httpx.Client, folk: People) -> None:
    pk = make(admin, "company/", name="Leaving", tags=["old"])["pk"]
    contact = make(admin, "company/contact/", company=pk, name="Ann")["pk"]
    attached = {"model_type": "company", "model_id": str(pk)}
    kept = admin.post("attachment/", data=attached, files={"attachment": ("a.txt", b"1", "text/plain")}).json()
    part = make(admin, "part/", name="Sold by the leaving", purchaseable=True)["pk"]
    supplied = make(admin, "company/part/", part=part, supplier=pk, SKU="L-1", tags=["old"])["pk"]
    assert admin.delete(f"company/{pk}/").status_code == 204
    for gone in (f"company/contact/{contact}/", f"company/part/{supplied}/", f"attachment/{kept['pk']}/"):
        assert admin.get(gone).status_code == 404, gone
    assert admin.get(f"{folk.server.url}{kept['attachment']}").status_code == 404
    assert not list(folk.server.settings.media_dir.rglob("a.txt"))


def test_contacts_are_deleted_in_bulk(admin: httpx.Client) -> None:
    pk = make(admin, "company/", name="Crowd")["pk"]
    contacts = [make(admin, "company/contact/", company=pk, name=name)["pk"] for name in ("Zoe", "Ann", "Bob")]
    assert [row["name"] for row in admin.get("company/contact/", params={"company": pk}).json()] == [
        "Ann",
        "Bob",
        "Zoe",
    ]
    gone = admin.request("DELETE", "company/contact/", json={"items": contacts[:2]})
    assert gone.json() == {"success": "Deleted 2 items"}
    assert [row["name"] for row in admin.get("company/contact/", params={"company": pk}).json()] == ["Bob"]


@pytest.mark.parametrize("role", ["purchase_order", "sales_order", "return_order"])
def test_each_order_role_opens_companies(folk: People, role: str) -> None:
    with folk.as_user(f"clerk of {role}", roles={role: ("view", "add")}) as clerk:
        assert clerk.get("company/").status_code == 200
        assert clerk.post("company/", json={"name": f"By {role}"}).status_code == 201
        assert clerk.delete("company/1/").status_code == 403
    with folk.as_user("storekeeper", roles={"stock": ("view", "add", "change", "delete")}) as keeper:
        assert keeper.get("company/").status_code == 403
        assert keeper.get("company/999999/").status_code == 403
    with folk.client() as nobody:
        assert nobody.get("company/").status_code == 401


@pytest.mark.parametrize("flags", [{}, {"tags": "true", "parameters": "true", "primary_address": "true"}])
def test_a_list_asks_as_often_for_many_as_for_one(admin: httpx.Client, folk: People, flags: dict[str, str]) -> None:
    from server.rest.context import Caller, Context, Incoming

    endpoint, _ = folk.server.api.find("/api/company/") or (None, {})
    assert endpoint is not None
    counted = []
    for limit in ("1", "50"):
        with folk.server.database.snapshot() as reader:
            query = {**flags, "limit": limit}
            incoming = Incoming("GET", "/api/company/", "", query, {})
            context = Context(folk.server.api, incoming, reader, Caller(1, "admin", is_superuser=True))
            endpoint.methods["GET"].run(context)
            counted.append(reader.queries)
    assert counted[0] == counted[1] <= 6
