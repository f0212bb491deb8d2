"""What users do with alerts: acknowledge, snooze, resolve."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.alerts.records import ALERTS, Written, note_changes
from server.alerts.telling import tell
from server.domain.alert_life import REFERENCES, State, refusal_of
from server.domain.stock import By

__all__ = ["Deed", "Outcome", "do"]

DONE = {"acknowledge": "acknowledged", "snooze": "snoozed", "resolve": "resolved"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done: acknowledge, snooze (until when) or resolve."""

    name: str
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The alerts that were changed, and for each of the others why not."""

    changed: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def do(
    session: Session, deed: Deed, keys: Collection[int], by: By, may: Callable[[str], bool], sees: Callable[[str], bool]
) -> Outcome:  # fmt: skip
    """Do it to the alerts that can be: each stands for itself. `may` says whether the user may act on a kind, `sees`
    whether they may see it (what they may not see is not there)."""
    wanted = select(ALERTS).where(ALERTS.c.pk.in_(sorted(set(keys)))).order_by(ALERTS.c.pk).with_for_update()
    rows = {row["pk"]: row for row in session.execute(wanted).mappings() if sees(row["kind"])}
    outcome = Outcome(refused={key: "There is no such alert." for key in keys if key not in rows})
    for pk, row in rows.items():
        refusal = refusal_of(deed.name, row["state"]) if may(row["kind"]) else "Your role does not allow it."
        if refusal is None:
            outcome.changed.append(pk)
        else:
            outcome.refused[pk] = refusal
    if outcome.changed:
        _write(session, deed, [rows[pk] for pk in outcome.changed], by)
    return outcome


def _write(session: Session, deed: Deed, rows: Sequence[Mapping[Any, Any]], by: By) -> None:
    keys = [row["pk"] for row in rows]
    session.execute(update(ALERTS).where(ALERTS.c.pk.in_(keys)).values(**_values(deed, by)))
    what = DONE[deed.name]
    changes = note_changes(
        session.connection(), [(pk, what) for pk in keys], by.now, user=by.user, until=deed.until, note=deed.note
    )
    told = [
        Written(
            change, row["pk"], what, row["kind"], row["alert_type"], row["severity"], row["message"],
            {name: row[f"{name}_id"] for name in REFERENCES},
        )
        for change, row in zip(changes, rows, strict=True)
    ]  # fmt: skip
    tell(session, told, by.now)


def _values(deed: Deed, by: By) -> dict[str, Any]:
    match deed.name:
        case "acknowledge":
            return {
                "state": int(State.ACKNOWLEDGED), "snoozed_until": None, "acknowledged_by_id": by.user,
                "acknowledged_at": by.now,
            }  # fmt: skip
        case "snooze":
            return {"state": int(State.SNOOZED), "snoozed_until": deed.until}
        case _:
            return {
                "state": int(State.RESOLVED), "open_cause": None, "snoozed_until": None, "resolved_by_id": by.user,
                "resolved_at": by.now, "recovered": False,
            }  # fmt: skip
