"""Which key starts which action: the registry's keys, the user's key map file, and the Russian layout.

The file is TOML; it gives action ids new keys, and an empty list takes all keys away:

    [keys]
    "item.count" = ["c", "f6"]
"""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tui.actions import ACTIONS, BY_ID, Action

__all__ = ["Keymap", "KeymapError", "as_latin", "display_key", "key_name", "never_arrives"]

_NAMED = frozenset(
    (
        *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
        *("up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 13)),
    )
)

#: Keys that never arrive as themselves in a terminal, and why.
_IMPOSSIBLE = {
    "ctrl+s": "stops the output of many terminals",
    "ctrl+q": "restarts the output of many terminals",
    "ctrl+i": "is Tab",
    "ctrl+m": "is Enter",
    "ctrl+h": "is Backspace",
    "ctrl+j": "is a line feed, which scanners send",
    "ctrl+z": "suspends programs",
    "ctrl+b": "belongs to tmux",
    "ctrl+[": "is Esc",
    "ctrl+c": "belongs to copying",
}

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю" + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_LAYOUT = dict(zip(_RUSSIAN, _LATIN, strict=True)) | {"№": "#"}
#: What the Russian layout types where the Latin one has `/` and `?`; Latin typists use these two as themselves,
#: so they stand for the others only while nothing is bound to them.
_PUNCTUATION = {".": "/", ",": "?"}

_DISPLAY = {
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "backspace": "Bksp",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "delete": "Del",
    "insert": "Ins",
    "home": "Home",
    "end": "End",
}


class KeymapError(ValueError):
    """The key map cannot be used; `problems` has one sentence for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def key_name(key: str, character: str | None) -> str:
    """One name for a key event: the character where it is a visible one, else the key's name."""
    if character is not None and len(character) == 1 and character.isprintable() and character != " ":
        return character
    return key


def as_latin(character: str) -> str:
    """The Latin character on the key that types `character` in the Russian layout, else the character itself."""
    return _LAYOUT.get(character, character)


def display_key(key: str) -> str:
    """A key as the footer and the help screen write it."""
    modifiers, _, base = key.rpartition("+") if len(key) > 1 else ("", "", key)
    shown = _DISPLAY.get(base, base.upper() if base in _NAMED else base)
    if not modifiers:
        return shown
    return f"{modifiers.title()}+{shown.upper() if len(shown) == 1 else shown}"


def never_arrives(key: str) -> str:
    """Why a key is kept by the terminal or means another one, "" when it comes as itself."""
    return _IMPOSSIBLE.get(key, "")


def _problem(key: str) -> str | None:
    """What is wrong with a key name, None for nothing."""
    if key in _IMPOSSIBLE:
        return f"{key} {_IMPOSSIBLE[key]} and cannot be used"
    if len(key) == 1:
        return None if key.isprintable() and key != " " else "a blank is written as space"
    *modifiers, base = key.split("+")
    if any(modifier not in ("ctrl", "alt", "shift") for modifier in modifiers):
        return f"{key} is not a key"
    if "shift" in modifiers and base.startswith("f") and base in _NAMED:
        return f"{key} differs from terminal to terminal and cannot be used"
    if base in _NAMED or (modifiers and len(base) == 1):
        return None
    return f"{key} is not a key"


class Keymap:
    """The keys of every action, after the user's changes. Raises KeymapError for what cannot be."""

    def __init__(self, overrides: Mapping[str, Sequence[str]] | None = None) -> None:
        overrides = overrides or {}
        self._keys: dict[str, tuple[str, ...]] = {action.id: action.keys for action in ACTIONS}
        problems = list(self._apply(overrides))
        self._table: dict[tuple[str, str], Action] = {}
        self._bound: set[str] = set()
        problems += self._index(set(overrides))
        if problems:
            raise KeymapError(problems)

    @classmethod
    def load(cls, path: Path) -> "Keymap":
        """The key map in a TOML file. Raises KeymapError, also for a file that is no key map, and OSError."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise KeymapError([f"{path} is not TOML: {error}"]) from error
        keys = content.get("keys", {})
        if not isinstance(keys, dict):
            raise KeymapError([f"{path}: [keys] must be a table"])
        overrides: dict[str, Sequence[str]] = {}
        for action_id, value in keys.items():
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
                raise KeymapError([f"{path}: the keys of {action_id} must be text or a list of texts"])
            overrides[action_id] = listed
        return cls(overrides)

    def _apply(self, overrides: Mapping[str, Sequence[str]]) -> Iterable[str]:
        for action_id, keys in overrides.items():
            if action_id not in BY_ID:
                near = difflib.get_close_matches(action_id, BY_ID, n=1)
                yield f"there is no action {action_id}" + (f" (did you mean {near[0]}?)" if near else "")
                continue
            faults = [fault for fault in map(_problem, keys) if fault]
            yield from (f"{action_id}: {fault}" for fault in faults)
            if not faults:
                self._keys[action_id] = tuple(keys)

    def _index(self, changed: set[str]) -> Iterable[str]:
        """Fill the table; a key moved by the user leaves the action that had it, twice by the user is a fault."""
        problems = []
        for action in sorted(ACTIONS, key=lambda action: action.id not in changed):
            kept = []
            for key in self._keys[action.id]:
                other = self._table.get((action.scope, key))
                if other is None:
                    self._table[action.scope, key] = action
                    self._bound.add(key)
                    kept.append(key)
                elif action.id in changed:
                    problems.append(f"{key} is given to {other.id} and to {action.id}")
            self._keys[action.id] = tuple(kept)
        return problems

    def keys(self, action: Action) -> tuple[str, ...]:
        """The keys that start an action."""
        return self._keys[action.id]

    def display(self, action: Action) -> str:
        """The first key as shown to people, "" when it has none."""
        keys = self._keys[action.id]
        return display_key(keys[0]) if keys else ""

    def find(
        self, scopes: Iterable[str], name: str, offered: Callable[[Action], bool] = lambda action: True
    ) -> Action | None:
        """The action a key starts: the first that is offered, through `scopes` in order.

        A Russian letter acts by its place on the keyboard.
        """
        scopes = tuple(scopes)
        for candidate in self._candidates(name):
            for scope in scopes:
                action = self._table.get((scope, candidate))
                if action is not None and offered(action):
                    return action
        return None

    def _candidates(self, name: str) -> Iterable[str]:
        yield name
        twin = _LAYOUT.get(name)
        if twin is not None:
            yield twin
        elif name in _PUNCTUATION and name not in self._bound:
            yield _PUNCTUATION[name]
