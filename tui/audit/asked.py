"""What the audit is asked for: words and filters as typed, and what of them a server understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

__all__ = ["Asked", "BadFilter", "Subject", "as_typed", "asked_for"]

#: As typed before the colon -> what the server calls it.
_NAMES: Final[Mapping[str, str]] = {
    "who": "username", "kind": "kind", "what": "model", "did": "action", "since": "since", "until": "until",
    "part": "part", "of": "of",
}  # fmt: skip
ACTIONS: Final = ("created", "changed", "deleted")
_LONGEST_SPAN = 36500


class BadFilter(ValueError):
    """What was typed cannot be asked for; the text says what to type instead."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One object whose history is asked for, by InvenTree's name of its model."""

    model: str
    pk: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`params` by the server's names, `words` what must be found."""

    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    words: str = ""


def asked_for(typed: str, today: date) -> Asked:
    """What is typed: `who:olga since:7d bolt`. Raises BadFilter."""
    params: dict[str, str] = {}
    words = []
    for piece in typed.split():
        name, colon, value = piece.partition(":")
        if not colon or name.lower() not in _NAMES:
            words.append(piece)
        elif value:
            wanted = _NAMES[name.lower()]
            params[wanted] = _value(wanted, value, today)
    return Asked(MappingProxyType(params), " ".join(words))


def as_typed(name: str, value: str, typed: str) -> str:
    """What is typed, with one filter put in place of its like."""
    kept = [piece for piece in typed.split() if not piece.lower().startswith(f"{name}:")]
    return " ".join([f"{name}:{value}", *kept])


def _value(name: str, value: str, today: date) -> str:
    if name in ("since", "until"):
        return _day(value, today).isoformat()
    if name == "part" and not value.isdigit():
        raise BadFilter("part: takes the number of a part, as in part:42.")
    if name == "of" and not value.partition(":")[2].isdigit():
        raise BadFilter("of: takes a model and a number, as in of:purchaseorder:12.")
    if name == "action":
        found = [each for each in ACTIONS if each.startswith(value.lower())]
        if len(found) != 1:
            raise BadFilter(f"did: takes one of {', '.join(ACTIONS)}.")
        return found[0]
    return value.lower() if name in ("kind", "model") else value


def _day(value: str, today: date) -> date:
    """A day as typed: 2026-03-01, today, yesterday, or 7d for a week ago."""
    lowered = value.lower()
    if lowered in ("today", "yesterday"):
        return today - timedelta(days=lowered == "yesterday")
    if lowered.endswith("d") and lowered[:-1].isdigit() and int(lowered[:-1]) <= _LONGEST_SPAN:
        return today - timedelta(days=int(lowered[:-1]))
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadFilter(f"{value[:20]} is no day: type 2026-03-01, today, or 7d for a week ago.") from None
