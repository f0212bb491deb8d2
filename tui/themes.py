"""The colour themes, and which one fits a terminal.

Nothing is ever told by colour alone: what a colour stresses is also a word, a sign or a text style. Themes give
the same few variables, so a screen needs few styles and sends few bytes.
"""

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DEFAULT_VARIABLES", "THEMES", "choose_theme"]

#: What our style sheets use beyond Textual's own variables; also keeps Textual's built-in themes usable.
DEFAULT_VARIABLES = {
    "bar-background": "$panel",
    "bar-foreground": "$foreground",
    "bar-style": "bold",
    "key-foreground": "$accent",
    "key-style": "bold",
    "muted": "$foreground",
    "good": "$success",
    "warn": "$warning",
    "bad": "$error",
    "field-background": "$surface",
    "field-style": "none",
}


def _theme(name: str, *, dark: bool, colours: Mapping[str, str], ansi: bool = False, reverse: bool = False) -> Theme:
    """A theme from its few colours; `reverse` shows bars and cursors by reverse video instead of colours."""
    cursor_style = "bold reverse" if reverse else "bold"
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=colours["cursor"],
        secondary=colours["cursor"],
        accent=colours["key"],
        warning=colours["warn"],
        error=colours["bad"],
        success=colours["good"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["ground"],
        panel=colours["bar"],
        variables={
            "bar-background": colours["bar"],
            "bar-foreground": colours["bar-text"],
            "bar-style": "reverse" if reverse else "bold",
            "key-foreground": colours["key"],
            "key-style": "bold",
            "muted": colours["muted"],
            "good": colours["good"],
            "warn": colours["warn"],
            "bad": colours["bad"],
            "field-background": colours["field"],
            "field-style": "underline" if reverse else "none",
            "block-cursor-background": colours["cursor"],
            "block-cursor-foreground": colours["cursor-text"],
            "block-cursor-text-style": cursor_style,
            "block-cursor-blurred-background": colours["field"],
            "block-cursor-blurred-foreground": colours["text"],
            "block-cursor-blurred-text-style": "bold underline" if reverse else "bold",
            "border": colours["muted"],
            "border-blurred": colours["muted"],
            "input-cursor-background": colours["text"],
            "input-cursor-foreground": colours["ground"],
            "input-cursor-text-style": "reverse" if ansi else "none",
            "input-selection-background": colours["cursor"],
            **({"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"} if ansi else {}),
            "scrollbar": colours["muted"],
            "scrollbar-hover": colours["muted"],
            "scrollbar-active": colours["muted"],
            "scrollbar-background": colours["field"],
            "scrollbar-background-hover": colours["field"],
            "scrollbar-background-active": colours["field"],
            "scrollbar-corner-color": colours["field"],
        },
    )


_DARK = {
    "ground": "#101418",
    "text": "#dce3ea",
    "muted": "#94a3b3",
    "bar": "#24303b",
    "bar-text": "#ffffff",
    "field": "#2a3641",
    "key": "#ffc66d",
    "cursor": "#1f5fa8",
    "cursor-text": "#ffffff",
    "good": "#86d08a",
    "warn": "#f2bd5e",
    "bad": "#ff8078",
}
_LIGHT = {
    "ground": "#fbfbf8",
    "text": "#1b1f24",
    "muted": "#5c6670",
    "bar": "#dde3e8",
    "bar-text": "#0b0f13",
    "field": "#e6ebef",
    "key": "#8a4300",
    "cursor": "#0b57a4",
    "cursor-text": "#ffffff",
    "good": "#1b6e2a",
    "warn": "#8a5a00",
    "bad": "#b3261e",
}
_CONTRAST = {
    "ground": "#000000",
    "text": "#ffffff",
    "muted": "#ffffff",
    "bar": "#000000",
    "bar-text": "#ffff00",
    "field": "#303030",
    "key": "#ffff00",
    "cursor": "#ffff00",
    "cursor-text": "#000000",
    "good": "#00ff00",
    "warn": "#ffff00",
    "bad": "#ff8080",
}
_MONO = dict.fromkeys(_DARK, "ansi_default")
_ANSI16 = {
    "ground": "ansi_default",
    "text": "ansi_default",
    "muted": "ansi_default",
    "bar": "ansi_blue",
    "bar-text": "ansi_white",
    "field": "ansi_default",
    "key": "ansi_yellow",
    "cursor": "ansi_cyan",
    "cursor-text": "ansi_black",
    "good": "ansi_green",
    "warn": "ansi_yellow",
    "bad": "ansi_red",
}

THEMES: dict[str, Theme] = {
    theme.name: theme
    for theme in (
        _theme("dark", dark=True, colours=_DARK),
        _theme("light", dark=False, colours=_LIGHT),
        _theme("high-contrast", dark=True, colours=_CONTRAST),
        _theme("mono", dark=True, colours=_MONO, ansi=True, reverse=True),
        _theme("ansi16", dark=True, colours=_ANSI16, ansi=True),
    )
}

_COLOURLESS_TERMINALS = ("vt100", "vt102", "vt220", "vt320", "dumb", "ansi-mono", "xterm-mono")
_SIXTEEN_COLOUR_TERMINALS = ("linux", "ansi", "cygwin", "xterm-16color", "screen", "putty", "cons25")


def choose_theme(wanted: str | None, environment: Mapping[str, str]) -> str:
    """The theme to start with: the one asked for, else what NO_COLOR, TERM and COLORTERM allow.

    Raises KeyError with the name when it is unknown.
    """
    if wanted:
        if wanted not in THEMES:
            raise KeyError(wanted)
        return wanted
    if environment.get("NO_COLOR"):
        return "mono"
    terminal = environment.get("TERM", "")
    if environment.get("COLORTERM") in ("truecolor", "24bit") or "256color" in terminal or "direct" in terminal:
        return "dark"
    if terminal in _COLOURLESS_TERMINALS:
        return "mono"
    if terminal in _SIXTEEN_COLOUR_TERMINALS:
        return "ansi16"
    return "dark"
