"""Settings: their own types, who may change them, and that only good values are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.settings_catalog import GLOBAL, USER
from server.resources.settings import read_global
from server.rest.context import Context, Incoming
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


def read(folk: People, key: str) -> Any:
    """What the rest of the server reads."""
    with folk.server.database.snapshot() as reader:
        return read_global(Context(folk.server.api, Incoming("GET", "/", "", {}, {}), reader, None), key)


@pytest.mark.parametrize(
    ("key", "sent", "value"),
    [
        ("STOCK_ENABLE_EXPIRY", "true", True), ("STOCK_ENABLE_EXPIRY", False, False), ("STOCK_STALE_DAYS", "14", 14),
        ("STOCK_STALE_DAYS", 7, 7), ("INVENTREE_INSTANCE", " Depot 3 ", "Depot 3"), ("WEEK_STARTS_ON", 0, "0"),
        ("SALESORDER_REFERENCE_PATTERN", "S{ref:06d}/{?}", "S{ref:06d}/{?}"), ("PART_IPN_REGEX", "^[A-Z]+", "^[A-Z]+"),
        ("CURRENCY_CODES", "EUR, USD", "EUR, USD"), ("INVENTREE_DEFAULT_CURRENCY", "EUR", "EUR"),
    ],
)  # fmt: skip
def test_a_setting_has_a_type_of_its_own(folk: People, key: str, sent: Any, value: Any) -> None:
    with folk.client("admin") as admin:
        changed = admin.patch(f"settings/global/{key.lower()}/", json={"value": sent})
        assert changed.status_code == 200, changed.text
        assert changed.json()["value"] == value
        assert admin.get(f"settings/global/{key}/").json() == changed.json()
    assert read(folk, key) == value


@pytest.mark.parametrize(
    ("key", "sent", "answer"),
    [
        ("STOCK_STALE_DAYS", "abc", {"non_field_errors": ["Provided value is not a valid integer"]}),
        ("STOCK_STALE_DAYS", -1, {"non_field_errors": ["Ensure this value is greater than or equal to 0."]}),
        ("PRICING_DECIMAL_PLACES", 7, {"non_field_errors": ["Ensure this value is less than or equal to 6."]}),
        ("INVENTREE_DEFAULT_CURRENCY", "ZZZ", {"non_field_errors": ["Chosen value is not a valid option"]}),
        ("SIGNUP_GROUP", "77", {"non_field_errors": ["Chosen value is not a valid option"]}),
        ("INVENTREE_BASE_URL", "http://x", {"non_field_errors": ["Site URL is locked by configuration"]}),
        ("BUILDORDER_REFERENCE_PATTERN", "none", {"value": ["Missing required format key: 'ref'"]}),
        ("BUILDORDER_REFERENCE_PATTERN", "{ref}{x}", {"value": ["Unknown format key specified: 'x'"]}),
        ("PART_IPN_REGEX", "[", {"value": ["Not a regular expression: unterminated character set at position 0"]}),
        ("CURRENCY_CODES", "EUR,ABC", {"non_field_errors": ["Invalid currency code: 'ABC'"]}),
        ("CURRENCY_CODES", "EUR,EUR", {"non_field_errors": ["Duplicate currency code: 'EUR'"]}),
        ("CURRENCY_CODES", "", {"non_field_errors": ["No valid currency codes provided"]}),
        ("STOCK_ENABLE_EXPIRY", "perhaps", {"non_field_errors": ["Must be a valid boolean."]}),
        ("INVENTREE_INSTANCE", ["x"], {"value": ["Not a valid string."]}),
        ("INVENTREE_INSTANCE", "x" * 2001, {"value": ["Ensure this field has no more than 2000 characters."]}),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_and_nothing_is_kept(folk: People, key: str, sent: Any, answer: Any) -> None:
    with folk.client("admin") as admin:
        before = admin.get(f"settings/global/{key}/").json()
        refused = admin.patch(f"settings/global/{key}/", json={"value": sent})
        assert (refused.status_code, refused.json()) == (400, answer)
        assert admin.get(f"settings/global/{key}/").json() == before


def test_everybody_reads_and_staff_alone_writes_global_settings(folk: People) -> None:
    address = "settings/global/BARCODE_SHOW_TEXT/"
    with folk.as_user("sam") as sam:
        assert sam.get(address).json()["value"] is False
        assert sam.patch(address, json={"value": True}).status_code == 403
    with folk.as_user("sue", staff=True) as sue:
        assert sue.put(address, json={"value": True}).json()["value"] is True
        assert sue.put(address, json={}).json() == {"value": ["This field is required."]}
        assert sue.delete(address).status_code == 405


def test_a_users_setting_is_theirs(folk: People) -> None:
    with folk.as_user("sam") as sam, folk.as_user("eve") as eve:
        changed = sam.patch("settings/user/SEARCH_PREVIEW_RESULTS/", json={"value": 25}).json()
        assert changed["value"] == 25 and changed["user"] == sam.get("user/me/").json()["pk"]
        assert eve.get("settings/user/SEARCH_PREVIEW_RESULTS/").json()["value"] == 10
        assert "read_only" not in changed and changed["typ"] == "user"


def test_lists_hold_every_setting_in_pages_found_and_ordered(folk: People) -> None:
    with folk.client("admin") as admin:
        assert [setting["key"] for setting in admin.get("settings/global/").json()] == list(GLOBAL)
        assert [setting["key"] for setting in admin.get("settings/user/").json()] == list(USER)
        page = admin.get("settings/global/", params={"limit": 3, "offset": 2, "search": "REFERENCE pattern"}).json()
        assert page["count"] == 5 and len(page["results"]) == 3 and page["next"] is None
        keys = [setting["key"] for setting in admin.get("settings/global/?ordering=-key").json()]
        assert keys == sorted(GLOBAL, reverse=True)
        assert admin.get("settings/global/?ordering=name").status_code == 200
        assert admin.get("settings/global/NOSUCH/").json() == {"detail": "Not found."}


def test_the_instance_has_a_name_of_its_own_that_stays(folk: People) -> None:
    with folk.client("admin") as admin:
        first, second = (admin.get("settings/global/INVENTREE_INSTANCE_ID/").json()["value"] for _ in range(2))
        assert first == second and len(first) == 36
        assert admin.get("").json()["id"] is None
        admin.patch("settings/global/INVENTREE_ANNOUNCE_ID/", json={"value": True})
        assert admin.get("").json()["id"] == first


def test_defaults_are_read_where_nothing_is_kept(folk: People) -> None:
    assert read(folk, "SERIAL_NUMBER_GLOBALLY_UNIQUE") is False
    assert read(folk, "LABEL_DPI") == 300
    with pytest.raises(LookupError):
        read(folk, "NO_SUCH_SETTING")


def test_money_may_be_in_the_currencies_that_the_settings_name(folk: People) -> None:
    with folk.client("admin") as admin:
        maker = {"name": "Uhrwerk", "currency": "CHF", "is_supplier": True}
        admin.patch("settings/global/CURRENCY_CODES/", json={"value": "EUR,USD"})
        assert admin.post("company/", json=maker).json() == {"currency": ['"CHF" is not a valid choice.']}
        admin.patch("settings/global/CURRENCY_CODES/", json={"value": "USD,EUR,CHF"})
        assert admin.post("company/", json=maker).json()["currency"] == "CHF"
        choices = admin.get("settings/global/INVENTREE_DEFAULT_CURRENCY/").json()["choices"]
        assert [choice["display_name"] for choice in choices] == ["CHF - Swiss Franc", "EUR - Euro", "USD - US Dollar"]
