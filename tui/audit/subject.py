"""Of what the history is wanted: what a screen shows, or what the cursor is on."""

from typing import Final

from tui.audit.asked import Subject
from tui.history import Place

__all__ = ["audit_place", "subject_of"]

#: Screens of one object: its place names it.
_ONE: Final = frozenset({"card", "order", "review", "pick", "receive", "offers", "suppliers"})
#: Screens of a list: model of what the cursor is on.
_LISTS: Final = {"stock": "stockitem", "sessions": "countsession", "orders": ""}


def subject_of(place: Place | None) -> Subject | None:
    """The object that the place is about; None where it is about none."""
    if place is None:
        return None
    if place.screen in _LISTS and place.cursor_pk is not None:
        return Subject(_LISTS[place.screen] or place.model, place.cursor_pk)
    known = place.screen in _ONE or (place.screen == "stock" and place.pk is not None)
    if known and place.pk is not None and place.model:
        return Subject(place.model, place.pk, place.title)
    return None


def audit_place(subject: Subject | None, text: str = "") -> Place:
    """Where the audit of it is shown; of everything without one."""
    if subject is None:
        return Place("audit", "", None, title="Audit", text=text)
    return Place("audit", subject.model, subject.pk, title=subject.title, text=text)
