"""The help text: every command that works on a screen, made from the registry and the key map."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from tui.actions import SCOPES, Action
from tui.keymap import Keymap, display_key

__all__ = ["help_lines"]

_MOVING = (
    ("Up Down", "Go a row up or down."),
    ("PgUp PgDn", "Go a page up or down."),
    ("Home End", "Go to the first or last row."),
    ("Left Right", "Close and open a location; show the columns further left or right."),
)
KEY_WIDTH = 16
LABEL_WIDTH = 15


def help_lines(actions: Sequence[Action], scopes: Iterable[str], keymap: Keymap) -> list[Content]:
    """Lines for the pager: the commands by scope, then how to move, then how to change keys."""
    lines: list[Content] = []
    for scope in scopes:
        entries = [action for action in actions if action.scope == scope]
        if entries:
            lines += [
                Content.styled(SCOPES[scope], "bold underline"),
                *(_line(entry, keymap) for entry in entries),
                Content(),
            ]
    lines.append(Content.styled("Moving", "bold underline"))
    lines += [_columns(keys, "", text) for keys, text in _MOVING]
    lines += [
        Content(),
        Content("Letters work in the Russian layout too: the key counts, not what it types."),
        Content(
            "A command without a key is typed after : or chosen in the palette. Keys can be changed in a key map file."
        ),
    ]
    return lines


def _line(action: Action, keymap: Keymap) -> Content:
    keys = " ".join(display_key(key) for key in keymap.keys(action))
    return _columns(keys or f":{action.command}", action.label, action.help)


def _columns(keys: str, label: str, text: str) -> Content:
    head = f"{label:<{LABEL_WIDTH}} " if label else ""
    return Content.assemble((f"{keys:<{KEY_WIDTH}} ", "bold $key-foreground"), head, (text, "$muted"))
