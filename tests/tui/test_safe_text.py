"""Text from elsewhere is harmless once cleaned, and clean text stays as it was."""

import json

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.hostile import HOSTILE
from tui.safe_text import is_safe, load_json, safe, safe_deep, safe_lines

nasty = st.sampled_from(["\x1b", "\x1b[", "\x9b", "\x1b]52;c;", "\x07", "\x1b\\", "\x9c", "\u202e", "\u200b", "\ufe0f"])
pieces = st.one_of(st.text(), nasty, st.sampled_from(["\r", "\n", "\r\n", "\t", "31m", "\ud800", "漢", "ж", "\u0301"]))
dirty = st.lists(pieces, max_size=12).map("".join)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | dirty,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(dirty, inner, max_size=4),
    max_leaves=12,
)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings(item)]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []


@given(dirty)
def test_nothing_unprintable_is_left(text: str) -> None:
    assert safe(text).isprintable()
    assert safe_lines(text).replace("\n", "").isprintable()


@given(dirty)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once, lines = safe(text), safe_lines(text)
    assert (safe(once), safe_lines(lines)) == (once, lines)
    assert is_safe(once)


@given(st.text(st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FFF), max_size=30))
def test_printable_text_is_kept(text: str) -> None:
    if is_safe(text):
        assert safe(text) is text


@pytest.mark.parametrize("text", ["M8 × 20 болт", "漢字", "naïve e\u0301", "שלום", "[red]", "100% ±5 µm", ""])
def test_real_names_are_kept(text: str) -> None:
    assert safe(text) == safe_lines(text) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_draws_cleaned_text_and_does_nothing_else(name: str) -> None:
    screen = pyte.Screen(12_000, 3)
    text = safe(HOSTILE[name])
    pyte.Stream(screen).feed(text)
    assert screen.display[1].strip() == screen.display[2].strip() == ""
    assert screen.cursor.y == 0
    assert screen.title == ""
    assert text.encode().decode() == text


def test_what_was_replaced_is_seen_and_what_only_hides_is_dropped() -> None:
    assert safe("bolt\x1b[31mred\x1b[0m") == "bolt\ufffdred\ufffd"
    assert safe("a\x1b]52;c;eA==\x07b\x9dx\x9cc") == "a\ufffdb\ufffdc"
    assert safe("bolt\x1bX rest of the name") == "bolt\ufffd rest of the name"
    assert safe("bo\u200blt\ufe0f\ufeff") == "bolt"
    assert safe("a\r\nb\tc\u00a0d\u2028e") == "a  b c d e"
    assert safe("\u202egpj\ud800\x00\ue000") == "\ufffdgpj\ufffd\ufffd\ufffd"


def test_lines_stay_lines_in_notes() -> None:
    assert safe_lines("one\r\ntwo\rthree\u2028four\n\tx\x1b[2J") == "one\ntwo\nthree\nfour\n    x\ufffd"


@given(documents)
def test_an_answer_is_clean_throughout(document: object) -> None:
    source = json.dumps(document).encode()
    loaded = load_json(source)
    assert loaded == safe_deep(document)
    assert all(text.replace("\n", "").isprintable() for text in strings(loaded))


@given(documents)
def test_an_answer_in_plain_utf8_is_clean_too(document: object) -> None:
    source = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    assert all(text.replace("\n", "").isprintable() for text in strings(load_json(source)))


def test_a_clean_answer_is_as_json_has_it() -> None:
    document = {"results": [{"name": "Болт M8", "notes": "a\nb", "quantity": 5.0, "ok": True, "x": None}], "count": 1}
    assert load_json(json.dumps(document, ensure_ascii=False, indent=2).encode()) == document


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b'"\xff"'])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        load_json(body)
