"""Scans are told from typing by their prefix or their pace; nothing is lost, split or taken for a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.scanning.wedge import Pace, Scan, Typed, Wedge

ENDS = {"\r": "enter", "\t": "tab", "\n": "ctrl+j"}
NAMES = {"\x1d": "ctrl+right_square_bracket", "\x1e": "ctrl+circumflex_accent", "\x04": "ctrl+d"}

codes = st.text("ABCDEFabcdef0123456789-/ .", min_size=4, max_size=24)
commands = st.sampled_from(["c", "a", "/", "q", "1", "up", "f5", "escape"])


class Keyboard:
    """A wedge and the clock; pauses are noticed when they are over, as by the app's timer."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.wedge: Wedge[str] = Wedge(pace)
        self.now = 100.0
        self.out: list[str] = []

    def key(self, text: str, after: float) -> None:
        due = self.wedge.due
        if due is not None and due < self.now + after:
            self._take(self.wedge.pause_over())
        self.now += after
        name = ENDS.get(text) or NAMES.get(text) or text
        self._take(self.wedge.take(text, name, text if len(text) == 1 else None, self.now))

    def scan(self, text: str, end: str, pace: float, after: float = 1.0) -> None:
        for number, character in enumerate(text + end):
            self.key(character, pace if number else after)

    def rest(self) -> None:
        self._take(self.wedge.pause_over())

    def _take(self, found: "list[Scan | Typed[str]]") -> None:
        self.out += [f"<{each.text}>" if isinstance(each, Scan) else each.key for each in found]


@pytest.mark.parametrize("pace", [0.0, 0.005, 0.04])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"])
def test_fifty_scans_come_out_whole(pace: float, end: str) -> None:
    keyboard = Keyboard()
    wanted = [f"SKU-{number:04d}/é" for number in range(50)]
    for code in wanted:
        keyboard.scan(code, end, pace)
    keyboard.rest()
    assert keyboard.out == [f"<{code}>" for code in wanted]


def test_scans_without_a_pause_between_them_are_not_joined() -> None:
    keyboard = Keyboard()
    for number in range(50):
        keyboard.scan(f"A{number:05d}", "\r\n", 0.005, after=0.005)
    assert keyboard.out == [f"<A{number:05d}>" for number in range(50)]


def test_a_link_may_stall_in_the_middle_of_a_scan() -> None:
    keyboard = Keyboard()
    keyboard.scan("4711", "", 0.01)
    keyboard.scan("-0815", "\r", 0.01, after=0.3)
    assert keyboard.out == ["<4711-0815>"]


def test_a_scan_without_an_end_ends_by_itself() -> None:
    keyboard = Keyboard()
    keyboard.scan("4711-0815", "", 0.01)
    assert keyboard.out == []
    keyboard.rest()
    assert keyboard.out == ["<4711-0815>"]


def test_separators_of_a_label_are_kept() -> None:
    keyboard = Keyboard()
    keyboard.scan("[)>\x1e06\x1dP1\x1dQ5\x1e\x04", "\r", 0.005)
    assert keyboard.out == ["<[)>\x1e06\x1dP1\x1dQ5\x1e\x04>"]


def test_the_same_keys_alone_are_commands() -> None:
    keyboard = Keyboard()
    keyboard.key("\x1d", 1)
    keyboard.key("\x04", 1)
    assert keyboard.out == ["\x1d", "\x04"]


def test_short_runs_were_typed() -> None:
    keyboard = Keyboard()
    keyboard.scan("12", "\r", 0.01)
    assert keyboard.out == ["1", "2", "\r"]


def test_keys_that_are_no_characters_never_wait() -> None:
    keyboard = Keyboard()
    for key in ("up", "f5", "enter", "escape"):
        keyboard.key(key, 1)
        assert not keyboard.wedge.holds
    assert keyboard.out == ["up", "f5", "enter", "escape"]


def test_with_a_prefix_nothing_is_held_back() -> None:
    keyboard = Keyboard(Pace(prefix="~"))
    for key in "abcd":
        keyboard.key(key, 0.001)
    assert keyboard.out == list("abcd")
    keyboard.scan("~X1", "\r", 0.2)  # as slow as fingers
    assert keyboard.out[4:] == ["<X1>"]


def test_a_suffix_ends_a_scan() -> None:
    keyboard = Keyboard(Pace(suffix="#"))
    keyboard.scan("4711", "#", 0.01)
    keyboard.key("#", 1)
    keyboard.rest()
    assert keyboard.out == ["<4711>", "#"]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("scan"), codes, st.floats(0, 0.04), st.sampled_from(["\r", "\n", "\r\n", "\t"])),
            st.tuples(st.just("type"), commands, st.floats(0.15, 2), st.just("")),
        ),
        max_size=30,
    )
)
def test_whatever_the_order_scans_are_scans_and_commands_are_commands(
    history: list[tuple[str, str, float, str]],
) -> None:
    keyboard, wanted = Keyboard(), []
    for kind, text, pace, end in history:
        if kind == "scan":
            keyboard.scan(text, end, pace, after=0.5)
            wanted.append(f"<{text}>")
        else:
            keyboard.key(text, pace)
            wanted.append(text)
    keyboard.rest()
    assert keyboard.out == wanted


@given(
    st.lists(st.tuples(st.sampled_from([*"ab1~#", "\r", "\n", "\t", "up", "\x1d"]), st.floats(0, 0.6)), max_size=40),
    st.sampled_from([Pace(), Pace(prefix="~"), Pace(suffix="#"), Pace(prefix="~", suffix="#")]),
)
def test_no_key_is_ever_lost(keys: list[tuple[str, float]], pace: Pace) -> None:
    keyboard = Keyboard(pace)
    for key, after in keys:
        keyboard.key(key, after)
    keyboard.rest()
    shown = "".join(each.strip("<>") if each.startswith("<") else each for each in keyboard.out)
    ends = "\r\n\t" + pace.prefix + pace.suffix
    kept = "".join(key for key, _ in keys)
    assert [each for each in shown if each not in ends] == [each for each in kept if each not in ends]
