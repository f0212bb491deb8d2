"""Attachments and the files behind them."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.backends.test_files import PNG
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
def part(admin: httpx.Client) -> int:
    pk: int = make(admin, "part/", name="Attached to")["pk"]
    return pk


def upload(
    client: httpx.Client, part: int, name: str = "note.txt", content: bytes = b"hello", **more: str
) -> httpx.Response:
    data = {"model_type": "part", "model_id": str(part), **more}
    return client.post("attachment/", data=data, files={"attachment": (name, content, "text/plain")})


def media(folk: People, client: httpx.Client, url: str) -> httpx.Response:
    return client.get(f"{folk.server.url}{url}")


def test_a_file_is_kept_and_given_back(folk: People, admin: httpx.Client, part: int) -> None:
    answer = upload(admin, part, comment="c", tags='["a"]')
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["attachment"] == f"/media/attachments/part/{part}/note.txt"
    assert (made["filename"], made["file_size"], made["is_image"]) == ("note.txt", 5, False)
    assert made["user_detail"]["username"] == "admin"
    served = media(folk, admin, made["attachment"])
    assert served.content == b"hello"
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"] == "attachment; filename*=UTF-8''note.txt"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]
    kept = folk.server.settings.media_dir / f"attachments/part/{part}/note.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_page_is_never_shown_as_a_page(folk: People, admin: httpx.Client, part: int) -> None:
    for name in ("x.html", "x.svg", "x.png"):
        made = upload(admin, part, name, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").json()
        served = media(folk, admin, made["attachment"])
        assert served.headers["content-type"] == "application/octet-stream"
        assert served.headers["content-disposition"].startswith("attachment;")


def test_a_picture_has_a_thumbnail(folk: People, admin: httpx.Client, part: int) -> None:
    made = upload(admin, part, "p.png", PNG).json()
    assert made["is_image"] is True
    for url in (made["attachment"], made["thumbnail"]):
        served = media(folk, admin, url)
        assert (served.content, served.headers["content-type"]) == (PNG, "image/png")
    found = admin.get("attachment/", params={"has_thumbnail": "true"}).json()
    assert [row["pk"] for row in found] == [made["pk"]]


def test_a_link_is_an_attachment_too(admin: httpx.Client, part: int) -> None:
    link = {"model_type": "part", "model_id": part, "link": "https://example.com/x.pdf"}
    made = make(admin, "attachment/", **link)
    assert (made["attachment"], made["filename"], made["link"]) == (None, None, link["link"])
    assert [row["pk"] for row in admin.get("attachment/", params={"is_link": "true"}).json()] == [made["pk"]]
    assert made["pk"] not in [row["pk"] for row in admin.get("attachment/", params={"is_file": "true"}).json()]
    missing = admin.post("attachment/", json={"model_type": "part", "model_id": part})
    assert missing.json() == {"attachment": ["Missing file"], "link": ["Missing external link"]}
    for link_text in ("javascript:alert(1)", "file:///etc/passwd"):
        assert admin.post("attachment/", json={**link, "link": link_text}).status_code == 400


def test_a_hostile_name_becomes_harmless(folk: People, admin: httpx.Client, part: int) -> None:
    for name in ("../../../../tmp/evil.txt", "..\\..\\evil.txt", "e\x1b[31mvil.txt", "a/b/evil.txt"):
        made = upload(admin, part, name).json()
        assert made["attachment"].startswith(f"/media/attachments/part/{part}/")
        assert "evil" in made["filename"] or "31mvil" in made["filename"]
        assert made["filename"].isprintable()
    inside = folk.server.settings.media_dir.resolve()
    assert all(path.resolve().is_relative_to(inside) for path in inside.rglob("*evil*"))
    assert not list(folk.server.settings.data_dir.glob("*evil*"))


def test_a_file_can_be_renamed_and_replaced(folk: People, admin: httpx.Client, part: int) -> None:
    made = upload(admin, part, "old.txt", b"one").json()
    path = f"attachment/{made['pk']}/"
    renamed = admin.patch(path, json={"filename": "new.txt"}).json()
    assert renamed["filename"] == "new.txt"
    assert media(folk, admin, renamed["attachment"]).content == b"one"
    assert media(folk, admin, made["attachment"]).status_code == 404
    replaced = admin.patch(path, files={"attachment": ("x.txt", b"three", "text/plain")}).json()
    assert (replaced["filename"], replaced["file_size"]) == ("x.txt", 5)
    assert media(folk, admin, renamed["attachment"]).status_code == 404
    assert admin.patch(path, json={"comment": "kept"}).json()["attachment"] == replaced["attachment"]
    assert admin.delete(path).status_code == 204
    assert media(folk, admin, replaced["attachment"]).status_code == 404


def test_two_files_of_one_name_are_two_files(folk: People, admin: httpx.Client, part: int) -> None:
    first, second = (upload(admin, part, "same.txt", content).json() for content in (b"1", b"2"))
    assert first["attachment"] != second["attachment"]
    assert media(folk, admin, first["attachment"]).content == b"1"
    gone = admin.request("DELETE", "attachment/", json={"items": [first["pk"], second["pk"]]})
    assert gone.json() == {"success": "Deleted 2 items"}


def test_a_file_that_is_too_large_is_refused(folk: People, admin: httpx.Client, part: int) -> None:
    assert admin.patch("settings/global/INVENTREE_UPLOAD_MAX_SIZE/", json={"value": 1}).status_code == 200
    refused = upload(admin, part, "big.bin", bytes(1024 * 1024 + 1))
    assert refused.status_code == 400
    assert refused.json() == {"attachment": ["File size exceeds maximum upload limit of 1 MB"]}
    assert not list(folk.server.settings.media_dir.rglob("big.bin"))
    admin.patch("settings/global/INVENTREE_UPLOAD_MAX_SIZE/", json={"value": 10})


def test_the_role_of_the_object_decides(folk: People, admin: httpx.Client, part: int) -> None:
    made = upload(admin, part, "secret.txt", b"secret").json()
    path = f"attachment/{made['pk']}/"
    rights: dict[str, Any] = {"roles": {"stock": ("view", "add", "change", "delete")}}
    with folk.as_user("outsider", **rights) as outsider:
        assert outsider.get("attachment/", params={"model_type": "part"}).json() == []
        assert outsider.get(path).status_code == 404
        assert media(folk, outsider, made["attachment"]).status_code == 403
        assert upload(outsider, part).status_code == 403
        assert outsider.patch(path, json={"comment": "x"}).status_code == 404
        assert outsider.request("DELETE", "attachment/", json={"items": [made["pk"]]}).status_code == 400
    with folk.as_user("viewer", roles={"part": ("view",)}) as viewer:
        assert media(folk, viewer, made["attachment"]).content == b"secret"
        assert viewer.patch(path, json={"comment": "x"}).status_code == 403
        assert viewer.delete(path).status_code == 403
        assert viewer.request("DELETE", "attachment/", json={"items": [made["pk"]]}).status_code == 403
        moved = {"model_type": "stockitem", "model_id": 1}
        assert viewer.patch(path, json=moved).status_code == 403
    with folk.client() as nobody:
        assert media(folk, nobody, made["attachment"]).status_code == 401
    assert media(folk, admin, made["attachment"]).content == b"secret"


@pytest.mark.parametrize(
    "url",
    [
        "/media/", "/media/nothing.txt", "/media/attachments/part/../../../bincard.sqlite3",
        "/media/../bincard.sqlite3",
        "/media/%2e%2e/bincard.sqlite3", "/media/attachments/%2e%2e/%2e%2e/secret.key", "/media//etc/passwd",
        "/media/attachments/nosuch/1/x", "/media/attachments", "/media/attachments/part/1/x%00.txt",
        "/media/attachments\\..\\..\\secret.key",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_media_directory(folk: People, admin: httpx.Client, url: str) -> None:
    answer = admin.get(httpx.URL(folk.server.url).copy_with(raw_path=url.encode()))
    assert answer.status_code == 404
    assert b"SQLite" not in answer.content
