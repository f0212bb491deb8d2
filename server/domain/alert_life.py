"""The life of an alert: open, acknowledged, snoozed, resolved, and what a look at the stock makes of it.

    open ⇄ acknowledged ⇄ snoozed → resolved

Pure functions: what is known of the unresolved alerts of a kind and what stands now go in, the steps come out. A cause
has at most one unresolved alert; one that is gone resolves its alert ("recovered"); a snoozed alert comes back when its
time is over and the cause still stands; one that got worse is open again, whoever knows of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

__all__ = [
    "REFERENCES",
    "SEVERITIES",
    "STATES",
    "Found",
    "Severity",
    "Standing",
    "State",
    "Step",
    "plain",
    "refusal_of",
    "steps",
]

LONGEST_MESSAGE = 500


class Severity(IntEnum):
    """How bad it is."""

    INFO = 10
    WARNING = 20
    CRITICAL = 30


class State(IntEnum):
    """How far an alert has come."""

    OPEN = 10
    ACKNOWLEDGED = 20
    SNOOZED = 30
    RESOLVED = 40


SEVERITIES = {int(one): one.name.capitalize() for one in Severity}
STATES = {int(one): one.name.capitalize() for one in State}
REFERENCES = ("part", "stock_item", "location", "purchase_order", "sales_order", "supplier", "user")
"""What an alert can point at."""


def plain(text: str) -> str:
    """A message in one line without control characters, no longer than an alert holds: names come from people."""
    cleaned = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(cleaned.split())[:LONGEST_MESSAGE]


@dataclass(frozen=True, slots=True)
class Found:
    """A cause that stands. `cause` tells it from the others of its kind ("part:5"); `about` holds keys by the names of
    REFERENCES; `figures` are JSON values."""

    cause: str
    severity: Severity
    message: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """An unresolved alert, as it is kept."""

    pk: int
    severity: int
    state: int
    message: str
    figures: Mapping[str, Any]
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done: `what` is opened, worsened, returned, refreshed or recovered. `alert` is None for a new one,
    `found` for one whose cause is gone."""

    what: str
    alert: Standing | None
    found: Found | None


def steps(known: Mapping[str, Standing], found: Mapping[str, Found], now: datetime) -> list[Step]:
    """What the causes that stand make of the alerts that are not resolved, both by cause; causes in their order."""
    made = [Step("opened", None, one) for cause, one in found.items() if cause not in known]
    for cause, alert in known.items():
        here = found.get(cause)
        if here is None:
            made.append(Step("recovered", alert, None))
        elif what := _again(alert, here, now):
            made.append(Step(what, alert, here))
    return made


def _again(alert: Standing, here: Found, now: datetime) -> str | None:
    """What finding the cause of an alert again means for it; None where nothing is to be written."""
    if alert.state == State.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until <= now:
        return "returned"
    if here.severity > alert.severity:
        return "worsened"
    told = (alert.severity, alert.message, dict(alert.figures))
    return None if told == (here.severity, plain(here.message), dict(here.figures)) else "refreshed"


def refusal_of(deed: str, state: int) -> str | None:
    """Why an alert in that state cannot be acknowledged, snoozed or resolved (`deed`); None where it can."""
    if state == State.RESOLVED:
        return "It is resolved already."
    return "It is acknowledged already." if (deed, state) == ("acknowledge", State.ACKNOWLEDGED) else None
