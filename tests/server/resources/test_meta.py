"""What the server tells of itself, status codes, units, currencies and plugins."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.domain.status import STATUS_CLASSES
from tests.server.resources.people import People, people

MACHINE = ("system_health", "database", "platform", "installer", "django_admin")


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


def test_strangers_and_users_learn_nothing_of_the_machine(folk: People) -> None:
    with folk.client() as stranger, folk.as_user("sam") as sam, folk.client("admin") as admin:
        for client in (stranger, sam):
            about = client.get("").json()
            assert [about[name] for name in MACHINE] == [None] * len(MACHINE)
        about = admin.get("").json()
    assert about["database"] == "sqlite" and about["system_health"] is True and about["apiVersion"] == 532


def test_the_root_announces_bincard(folk: People) -> None:
    with folk.client() as stranger:
        plugins = {plugin["slug"]: plugin for plugin in stranger.get("").json()["active_plugins"]}
    assert plugins["bincard"]["name"] == "Bincard" and plugins["bincard"]["version"]
    assert "inventreebarcode" in plugins


@pytest.mark.parametrize("path", ["/", "/api"])
def test_addresses_that_people_type_lead_to_the_root(folk: People, path: str) -> None:
    answer = httpx.get(f"{folk.server.url}{path}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/api/")


def test_health_is_open_and_versions_are_for_staff(folk: People) -> None:
    with folk.client() as stranger, folk.as_user("sam") as sam, folk.client("admin") as admin:
        assert stranger.get("system/health/").json() == {"status": "ok"}
        assert stranger.get("version/").status_code == 401
        assert sam.get("version/").status_code == sam.get("version-text").status_code == 403
        assert admin.get("version/").json()["version"]["api"] == 532


@pytest.mark.parametrize(
    ("query", "versions"),
    [
        ("", list(range(523, 533))), ("?versions=2", [531, 532]), ("?start_version=528&versions=3", [528, 529, 530]),
        ("?start_version=531&versions=999999999", [531, 532]), ("?versions=x&start_version=y", list(range(523, 533))),
    ],
)  # fmt: skip
def test_notes_on_versions_are_cut_as_asked(folk: People, query: str, versions: list[int]) -> None:
    with folk.client("admin") as admin:
        notes = admin.get(f"version-text{query}").json()
    assert [note["version"] for note in notes] == [f"v{version}" for version in versions]
    assert [note["latest"] for note in notes] == [version == 532 for version in versions]


def test_browsers_cannot_open_sessions_and_are_told_why(folk: People) -> None:
    with folk.client() as stranger:
        assert stranger.get("auth/v1/config").json()["status"] == 200
        assert stranger.get("auth/v1/auth/session").status_code == 401
        refused = stranger.post("auth/v1/auth/login", json={"username": "admin", "password": "admin"})
    assert refused.status_code == 403 and "token" in refused.json()["detail"]


# ------------------------------------------------------------------------------------------------- status codes


def test_users_add_states_to_a_status_class(folk: People) -> None:
    state = {
        "key": 76, "name": "ON_LOAN", "label": "On loan", "color": "info", "logical_key": 75, "model": 66,
        "reference_status": "StockStatus",
    }  # fmt: skip
    with folk.client("admin") as admin, folk.as_user("sam") as sam:
        assert sam.post("generic/status/custom/", json=state).status_code == 403
        made = admin.post("generic/status/custom/", json=state)
        assert made.json() == state | {"pk": 1, "model_name": "Stock Item"}
        values = sam.get("generic/status/StockStatus/").json()["values"]
        assert values["ON_LOAN"] == {
            "key": 76, "name": "ON_LOAN", "label": "On loan", "color": "info", "logical_key": "75", "custom": True,
        }  # fmt: skip
        assert set(sam.get("generic/status/").json()) == set(STATUS_CLASSES)
        assert sam.get("generic/status/custom/?model=66").json()[0]["name"] == "ON_LOAN"
        assert sam.get("generic/status/custom/?model=2").json() == []
        assert sam.get("generic/status/custom/?model=x").status_code == 400
        for field, value in (
            ("key", 75), ("key", 10), ("logical_key", 11), ("name", "LOST"), ("name", "no name"), ("model", None),
            ("model", 999), ("color", "pink"), ("reference_status", "NoSuch"),
        ):  # fmt: skip
            refused = admin.post("generic/status/custom/", json=state | {"key": 77, "name": "OTHER"} | {field: value})
            assert refused.status_code == 400 and field in refused.json(), (field, value)
        assert admin.delete("generic/status/custom/1/").status_code == 204


def test_a_status_class_that_is_none_is_not_found(folk: People) -> None:
    with folk.client("admin") as admin:
        assert admin.get("generic/status/NoSuch/").status_code == 404


# ------------------------------------------------------------------------------------------------- units, money


def test_own_units_are_known_among_all(folk: People) -> None:
    with folk.client("admin") as admin, folk.as_user("sam") as sam:
        sent = {"name": "hogshead", "symbol": "hh", "definition": "250 litre"}
        assert sam.post("units/", json=sent).status_code == 403
        pk = admin.post("units/", json=sent).json()["pk"]
        units = sam.get("units/all/").json()["available_units"]
        assert "litre" in units and "liter" in units["hogshead"]["compatible_units"]
        assert admin.post("units/", json=sent).json() == {"name": ["Custom Unit with this Name already exists."]}
        for field, value in (("name", "9bad"), ("definition", "250 nonsense"), ("definition", "9**9**9**9")):
            refused = admin.post("units/", json={"name": "crate", "definition": "12 piece"} | {field: value})
            assert refused.status_code == 400 and list(refused.json()) == [field]
        assert admin.patch(f"units/{pk}/", json={"symbol": "hhd"}).json()["symbol"] == "hhd"
        assert admin.delete(f"units/{pk}/").status_code == 204


def test_exchange_rates_name_their_base_and_when_they_were_looked_at(folk: People) -> None:
    with folk.client("admin") as admin, folk.as_user("sam") as sam:
        first = sam.get("currency/exchange/").json()
        assert (first["base_currency"], first["exchange_rates"]) == ("USD", {})
        assert sam.post("currency/refresh/").status_code == 403
        for _ in range(2):
            assert admin.post("currency/refresh/", json={}).json() == {"success": "Exchange rates updated"}
        updated = [sam.get("currency/exchange/").json()["updated"] for _ in range(2)]
    assert updated[0] == updated[1] > first["updated"]
    assert updated[0].endswith("Z") and "T" in updated[0]


# ------------------------------------------------------------------------------------------------- plugins


def test_plugins_are_filtered_and_found(folk: People) -> None:
    with folk.as_user("sam") as sam:

        def keys(**query: str) -> list[str]:
            return [plugin["key"] for plugin in sam.get("plugins/", params=query).json()]

        assert keys()[-1] == "bincard"
        assert keys(mixin="barcode") == ["inventreebarcode"]
        assert keys(mixin="urls", active="true") == ["bincard"]
        assert keys(active="false") == keys(sample="true") == keys(mixin="nonsense") == []
        assert keys(search="parameter EXP") == ["parameter-exporter"]
        assert keys(ordering="-key")[0] == "parameter-exporter"
        assert sam.get("plugins/bincard/").json()["meta"]["slug"] == "bincard"
        assert sam.get("plugins/nosuch/").json() == {"detail": "No PluginConfig matches the given query."}


def test_settings_of_plugins_are_kept_by_staff(folk: People) -> None:
    address = "plugins/inventreebarcode/settings/INTERNAL_BARCODE_FORMAT/"
    with folk.as_user("sam") as sam, folk.client("admin") as admin:
        assert sam.patch(address, json={"value": "json"}).status_code == 403
        assert admin.patch(address, json={"value": "xml"}).json() == {
            "non_field_errors": ["Chosen value is not a valid option"]
        }
        assert admin.patch(address, json={"value": "json"}).json()["value"] == "json"
        listed = sam.get("plugins/inventreebarcode/settings/").json()
        assert [setting["value"] for setting in listed] == ["json", "INV-"]
        assert [setting["key"] for setting in sam.get("plugins/settings/").json()] == ["INTERNAL_BARCODE_FORMAT"]
        assert sam.get("plugins/settings/?plugin__active=false").json() == []


def test_what_no_plugin_does_is_refused(folk: People) -> None:
    with folk.client("admin") as admin:
        assert admin.post("plugins/install/", json={"packagename": "x", "confirm": True}).status_code == 400
        assert admin.patch("plugins/inventreebarcode/activate/", json={"active": False}).status_code == 400
        assert admin.delete("plugins/inventreebarcode/").status_code == 400
        assert admin.post("locate/", json={"plugin": "x", "item": 1}).status_code == 400
        assert admin.post("action/", json={"action": "x"}).status_code == 404


def test_there_are_no_background_tasks(folk: People) -> None:
    with folk.client("admin") as admin, folk.as_user("sam") as sam:
        assert admin.get("background-task/").json()["is_running"] is False
        assert admin.get("background-task/pending/").json() == []
        assert sam.get("background-task/abc/").status_code == 404
        assert sam.get("background-task/failed/").status_code == 403
        assert admin.request("DELETE", "background-task/failed/", json={"items": [1]}).json() == {
            "non_field_errors": "No items match the provided criteria"
        }
