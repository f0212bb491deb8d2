"""Icons go by the name of their pack, their own and that of their variant: "ti:box:outline"."""

from server.domain.errors import InvalidInput

__all__ = ["check_icon"]

PACKS = frozenset({"ti"})
"""Tabler's icons; which names there are is left to those who draw them."""


def check_icon(icon: str | None, *, field: str) -> None:
    """Raises InvalidInput where the text is no icon; none at all is fine."""
    if not icon:
        return
    parts = icon.split(":")
    if len(parts) != 3 or not all(parts):
        raise InvalidInput(f"Invalid icon format: {icon}, expected: pack:name:variant", field=field)
    if parts[0] not in PACKS:
        raise InvalidInput(f"Icon pack not found: {parts[0]}", field=field)
