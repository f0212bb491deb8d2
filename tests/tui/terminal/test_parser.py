"""Keys that the key map names arrive under their names."""

import time

import pytest
from textual import events

from tui.doctor.strokes import Strokes
from tui.terminal.parser import KeyParser


def keys(data: str) -> list[str]:
    """The names of the keys in what a terminal sent, once nothing more follows."""
    parser = KeyParser()
    found = list(parser.feed(data))
    deadline = time.monotonic() + 5
    while parser._timeout_time is not None and time.monotonic() < deadline:
        found += parser.tick()
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("\x1b[1;3D", "alt+left"),
        ("\x1b[1;3C", "alt+right"),
        ("\x1b[D", "left"),
        ("\x1b[1;5D", "ctrl+left"),
        ("\x1bOR", "f3"),
        *((f"\x1b{letter}", f"alt+{letter}") for letter in "abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_a_key_is_one_key_and_the_doctor_calls_it_the_same(data: str, name: str) -> None:
    assert keys(data) == [name]
    assert [stroke.name for stroke in Strokes().feed(data.encode(), 0.0)] == [name]
    assert keys(f"x{data}y") == ["x", name, "y"]
