"""What a key is called, what it came as, and what it does in Bincard."""

from collections.abc import Collection, Iterable
from typing import Final

from tui.actions import ACTIONS, SCOPES
from tui.doctor.findings import Finding, quoted
from tui.doctor.strokes import UNKNOWN, Stroke
from tui.keymap import Keymap, display_key, key_name, never_arrives

__all__ = ["about_key", "missing_keys"]

#: Who usually keeps a key that does not arrive.
_KEEPERS: Final = {
    "f1": "help of the terminal's window",
    "f10": "its menu",
    "f11": "its full screen",
    "f12": "the desktop",
    "ctrl+p": "VS Code's commands",
    "alt+left": "tabs of the window; on macOS let Option send Esc+",
    "alt+right": "the same",
}
_MOST: Final = 4


def about_key(stroke: Stroke, keymap: Keymap) -> Finding:
    """Name, bytes, and what it does (in which part of the client), or why it is better not used."""
    name = key_name(stroke.name, stroke.character)
    if stroke.name == UNKNOWN:
        return Finding(
            "not known", quoted(stroke.data), "no key of Bincard: set the terminal's keyboard to xterm or to Linux"
        )
    does = list(_uses(name, keymap))
    shown = "; ".join(does[:_MOST]) + (f"; and {len(does) - _MOST} more" if len(does) > _MOST else "")
    value = f"{quoted(stroke.data)}  {shown or 'nothing'}"
    kept = never_arrives(name)
    return Finding(display_key(name), value, f"{name} {kept}: here it came through" if kept else "")


def _uses(name: str, keymap: Keymap) -> Iterable[str]:
    for scope, title in SCOPES.items():
        action = keymap.find((scope,), name)
        if action is not None:
            yield f"{action.label} ({title[0].lower()}{title[1:]})"


def missing_keys(pressed: Collection[str], keymap: Keymap) -> list[Finding]:
    """Keys of Bincard that others like to keep and that have not come; `pressed` has the names of those that have."""
    bound = {key for action in ACTIONS for key in keymap.keys(action)}
    missing = [
        f"{display_key(key)} ({keeper})" for key, keeper in _KEEPERS.items() if key in bound and key not in pressed
    ]
    advice = "if you pressed one of these, what stands in brackets keeps it: switch it off there, or use another key"
    return [Finding("Not seen", ", ".join(missing), advice)] if missing else []
