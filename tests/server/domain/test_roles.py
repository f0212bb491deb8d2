"""Roles, the permissions that follow from them, and the catalogue of settings."""

import pytest

from server.domain.content_types import BY_LABEL, CONTENT_TYPES
from server.domain.roles import ROLES, VERBS, implied, permissions_of, roles_of
from server.domain.settings_catalog import GLOBAL, USER, Setting


@pytest.mark.parametrize(
    ("given", "comes_to"),
    [
        ("----", "----"), ("v---", "v---"), ("-a--", "vac-"), ("--c-", "v-c-"), ("---d", "v-cd"), ("vacd", "vacd"),
    ],
)  # fmt: skip
def test_who_may_add_or_delete_may_change_and_who_may_change_may_view(given: str, comes_to: str) -> None:
    flags = implied(*(letter != "-" for letter in given))
    assert "".join(letter if flag else "-" for letter, flag in zip("vacd", flags, strict=True)) == comes_to


def test_a_superuser_has_every_verb_on_every_role_and_object() -> None:
    assert set(map(tuple, (verbs or [] for verbs in roles_of([], everything=True).values()))) == {VERBS}
    assert len(permissions_of([], everything=True)) == len(CONTENT_TYPES)


def test_nobody_has_a_right_by_default() -> None:
    assert roles_of([], everything=False) == dict.fromkeys(ROLES)
    assert permissions_of([], everything=False) == {}


def test_a_role_that_is_none_allows_nothing() -> None:
    assert permissions_of([("stocktake", "delete")], everything=False) == {}


def test_content_types_have_numbers_and_labels_of_their_own() -> None:
    assert len({kind.pk for kind in CONTENT_TYPES}) == len(BY_LABEL) == len(CONTENT_TYPES)


@pytest.mark.parametrize("setting", [*GLOBAL.values(), *USER.values()], ids=lambda setting: setting.key)
def test_a_default_is_a_value_that_the_setting_takes(setting: Setting) -> None:
    assert setting.value_of(None) == setting.value_of(str(setting.default)) == setting.default
    if setting.kind == "integer":
        assert setting.minimum <= int(setting.default) <= (setting.maximum or 10**6)
    if setting.choices and setting.key != "LABEL_DEFAULT_PRINTER":
        assert setting.default in dict(setting.choices)


def test_settings_have_numbers_of_their_own() -> None:
    for catalogue in (GLOBAL, USER):
        assert len({setting.number for setting in catalogue.values()}) == len(catalogue)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("BARCODE_ENABLE", "True", True), ("BARCODE_ENABLE", "yes", True), ("BARCODE_ENABLE", "", False),
        ("BARCODE_ENABLE", "False", False), ("LABEL_DPI", "300", 300), ("LABEL_DPI", "many", 300),
        ("INVENTREE_INSTANCE", "", ""),
    ],
)  # fmt: skip
def test_a_kept_text_is_read_in_the_settings_own_type(key: str, text: str, value: object) -> None:
    assert GLOBAL[key].value_of(text) == value
