"""What an app shows, as text, without a terminal."""

from __future__ import annotations

from typing import Any

from textual.app import App

__all__ = ["screen_lines"]


def screen_lines(app: App[Any]) -> list[str]:
    """The lines of the current screen, blanks at the end removed."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
