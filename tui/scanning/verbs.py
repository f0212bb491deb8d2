"""Barcodes of commands: scanned, they do what a key does."""

from collections.abc import Mapping
from typing import Final

__all__ = ["PREFIX", "VERBS", "verb_of"]

PREFIX: Final = "BINCARD-"
#: What stands on the label, and the commands that it starts: the first of them that works on the screen. The characters
#: are those of Code 39.
VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    "COUNT": ("item.count",),
    "ADD": ("item.add",),
    "REMOVE": ("item.remove",),
    "MOVE-TO": ("item.move",),
    "RECEIVE": ("order.receive", "orders.receive", "app.receiving"),
    "UNDO": ("app.undo",),
    "BACK": ("app.back",),
}


def verb_of(text: str) -> tuple[str, ...]:
    """The ids of the commands that a barcode stands for; none for any other barcode."""
    begin, _, name = text.strip().upper().partition(PREFIX)
    return () if begin else VERBS.get(name, ())
