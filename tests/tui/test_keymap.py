"""The registry and the key map."""

from pathlib import Path

import pytest

from tui.actions import ACTIONS, BY_ID, SCOPES, by_command
from tui.keymap import Keymap, KeymapError, display_key, key_name

STOCK = ("stock", "item", "list", "global")


def test_ids_and_scopes_are_known_and_unique() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {action.scope for action in ACTIONS} <= set(SCOPES)


def test_every_command_has_a_key_or_a_name_and_says_what_it_does() -> None:
    for action in ACTIONS:
        assert action.label, action.id
        assert action.help.endswith("."), action.id
        assert action.keys or action.scope == "global", action.id


def test_no_key_starts_two_commands_of_a_scope() -> None:
    given = [(action.scope, key) for action in ACTIONS for key in action.keys]
    assert len(given) == len(set(given))


def test_no_key_is_one_that_terminals_keep_for_themselves() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    assert not keys & {f"ctrl+{letter}" for letter in "sqimhjzbc["}
    assert not {key for key in keys if key.startswith("shift+f")}


@pytest.mark.parametrize(
    ("typed", "action_id"),
    [
        ("c", "item.count"),
        ("с", "item.count"),  # the Cyrillic letter on the same key
        ("ь", "item.move"),
        ("а", "app.find"),
        (".", "list.filter"),
        (",", "app.help"),
        ("Ж", "app.command"),
        ("х", "app.back"),
        ("ъ", "app.forward"),
        ("f5", "app.refresh"),
    ],
)
def test_a_key_starts_its_command_in_both_layouts(typed: str, action_id: str) -> None:
    action = Keymap().find(STOCK, typed)
    assert action is not None
    assert action.id == action_id


def test_what_is_not_offered_gives_way_to_the_next_scope() -> None:
    found = Keymap().find(("card", "item"), "b", lambda action: action.scope != "card")
    assert found is BY_ID["item.card"]


def test_a_key_given_by_the_user_leaves_the_command_that_had_it() -> None:
    keymap = Keymap({"item.count": ["a", "f6"]})
    assert keymap.find(STOCK, "a") is BY_ID["item.count"]
    assert "a" not in keymap.keys(BY_ID["item.add"])
    assert keymap.find(STOCK, "+") is BY_ID["item.add"]


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        ({"item.cuont": ["c"]}, "there is no action item.cuont (did you mean item.count?)"),
        ({"item.count": ["ctrl+s"]}, "item.count: ctrl+s stops the output of many terminals and cannot be used"),
        ({"item.count": ["shift+f3"]}, "item.count: shift+f3 differs from terminal to terminal and cannot be used"),
        ({"item.count": ["bogus"]}, "item.count: bogus is not a key"),
        ({"item.count": ["k"], "item.add": ["k"]}, "k is given to item.count and to item.add"),
    ],
)
def test_what_cannot_be_is_said(overrides: dict[str, list[str]], problem: str) -> None:
    with pytest.raises(KeymapError) as caught:
        Keymap(overrides)
    assert caught.value.problems == (problem,)


def test_the_file_overrides_keys_by_id(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[keys]\n"item.count" = "k"\n"item.split" = []\n', encoding="utf-8")
    keymap = Keymap.load(path)
    assert keymap.find(STOCK, "k") is BY_ID["item.count"]
    assert keymap.keys(BY_ID["item.split"]) == ()


@pytest.mark.parametrize("text", ["keys = 3", "[keys", '[keys]\n"item.count" = 5'])
def test_a_file_that_is_no_key_map_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeymapError):
        Keymap.load(path)


def test_keys_are_written_for_people() -> None:
    shown = [display_key(key) for key in ("f5", "enter", "ctrl+p", "alt+left", "?", "+", "c", "S")]
    assert shown == ["F5", "Enter", "Ctrl+P", "Alt+Left", "?", "+", "c", "S"]


def test_a_key_event_has_one_name() -> None:
    assert key_name("question_mark", "?") == "?"
    assert key_name("space", " ") == "space"
    assert key_name("enter", "\r") == "enter"


def test_commands_may_be_cut_short_while_that_is_clear() -> None:
    assert by_command("count", ACTIONS) is BY_ID["item.count"]
    assert by_command("sub", ACTIONS) is BY_ID["stock.sublocations"]
    assert by_command("co", ACTIONS) is None
