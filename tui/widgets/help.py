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
_NOTES = (
    "Letters work in the Russian layout too: the key counts, not what it types.",
    "What has no key is typed after : or chosen in the palette. Keys can be changed in a key map file.",
)
_KEYS, _LABEL = 14, 14
#: Below this width the explanation goes under the key.
_NARROW = 60


def help_lines(actions: Sequence[Action], scopes: Iterable[str], keymap: Keymap, width: int) -> list[Content]:
    """Lines `width` cells wide: the commands by scope, how to move, how to change keys."""
    lines: list[Content] = []
    for scope in scopes:
        entries = [action for action in actions if action.scope == scope]
        if entries:
            lines.append(Content.styled(SCOPES[scope], "bold underline"))
            for entry in entries:
                keys = "  ".join(display_key(key) for key in keymap.keys(entry)) or f":{entry.command}"
                lines += _entry(keys, entry.label, entry.help, width)
            lines.append(Content())
    lines.append(Content.styled("Moving", "bold underline"))
    for keys, text in _MOVING:
        lines += _entry(keys, "", text, width)
    lines.append(Content())
    for note in _NOTES:
        lines += Content(note).wrap(width)
    return lines


def _entry(keys: str, label: str, text: str, width: int) -> list[Content]:
    """Keys, label and text in columns; the text goes on below itself."""
    head = Content.assemble((f"{keys:<{_KEYS}} ", "bold $key-foreground"), f"{label:<{_LABEL}} " if label else "")
    indent = 4 if width < _NARROW else _KEYS + _LABEL + 2
    pieces = Content.styled(text, "$muted").wrap(max(10, width - indent))
    if width < _NARROW:
        return [head, *(Content(" " * indent) + piece for piece in pieces)]
    first, *rest = pieces
    return [
        head.pad_right(max(0, indent - head.cell_length)) + first,
        *(Content(" " * indent) + piece for piece in rest),
    ]
