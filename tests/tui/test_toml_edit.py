"""A settings file changed by the program keeps what its owner wrote."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.toml_edit import NotEditable, line_of, set_value

WRITTEN = """\
# mine
default_profile = "main"  # the hall

[options]
# no mouse please
mouse = false

[profiles.main]
url = "https://stock.example"

[profiles."second hall"]
url = "https://two.example"
"""


def test_a_changed_value_leaves_comments_and_order_alone() -> None:
    assert set_value(WRITTEN, (), "default_profile", "two") == WRITTEN.replace('"main"  #', '"two"  #')


def test_a_new_key_joins_its_table() -> None:
    changed = set_value(WRITTEN, ("profiles", "main"), "user", "anna")
    assert changed == WRITTEN.replace(
        'url = "https://stock.example"\n', 'url = "https://stock.example"\nuser = "anna"\n'
    )


def test_a_new_table_goes_to_the_end() -> None:
    changed = set_value("", ("profiles", "my hall"), "url", "http://[::1]:8000")
    assert changed == '[profiles."my hall"]\nurl = "http://[::1]:8000"\n'


def test_a_top_level_key_goes_before_the_first_table() -> None:
    assert set_value("[options]\nmouse = true\n", (), "default_profile", "a") == (
        'default_profile = "a"\n[options]\nmouse = true\n'
    )


@pytest.mark.parametrize("text", ["options = { mouse = true }\n", "options.mouse = true\n"])
def test_a_value_written_another_way_is_refused(text: str) -> None:
    with pytest.raises(NotEditable):
        set_value(text, ("options",), "mouse", False)


def test_a_hash_inside_a_value_is_no_comment() -> None:
    changed = set_value('theme = "#ff0000"\n', (), "theme", "dark")
    assert tomllib.loads(changed) == {"theme": "dark"}


def test_line_numbers_of_keys_and_tables() -> None:
    assert line_of(WRITTEN, ("options", "mouse")) == 6
    assert line_of(WRITTEN, ("profiles", "second hall")) == 11
    assert line_of(WRITTEN, ("profiles", "second hall", "url")) == 12
    assert line_of(WRITTEN, ("nowhere",)) is None


def test_separators_inside_a_value_and_dos_line_ends_are_kept() -> None:
    text = 'a = "1\u2028\x85"\r\nb = 2 # two\r\n'
    changed = set_value(set_value(text, (), "b", 3), (), "a", "x\x85")
    assert tomllib.loads(changed) == {"a": "x\x85", "b": 3}


VALUES = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.text(st.characters(codec="utf-8"), max_size=30))


@given(st.lists(st.tuples(st.sampled_from(["a", "b c", "ключ"]), st.sampled_from(["x", "y.z"]), VALUES), max_size=8))
def test_whatever_is_set_is_read_back(changes: list[tuple[str, str, str | bool | int]]) -> None:
    text = WRITTEN
    expected = tomllib.loads(text)
    for table, key, value in changes:
        text = set_value(text, ("profiles", table), key, value)
        expected["profiles"].setdefault(table, {})[key] = value
        assert tomllib.loads(text) == expected
    assert "# no mouse please" in text
