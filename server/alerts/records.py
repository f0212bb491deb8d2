"""Reading and writing alerts and the steps of their lives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, update

from server.db.bulk import insert_rows
from server.db.models.alerts import Alert, AlertChange, AlertRuleRun
from server.domain.alert_kinds import Kind
from server.domain.alert_life import REFERENCES, Found, Standing, State, Step, plain

__all__ = [
    "ALERTS",
    "CHANGES",
    "RUNS",
    "Known",
    "Written",
    "closed_before",
    "note_changes",
    "unresolved",
    "write_steps",
]

ALERTS: Table = Alert.__table__  # type: ignore[assignment]
CHANGES: Table = AlertChange.__table__  # type: ignore[assignment]
RUNS: Table = AlertRuleRun.__table__  # type: ignore[assignment]
GROUP = 400


@dataclass(frozen=True, slots=True)
class Known:
    """Unresolved alerts of a kind. `subjects`: by alert, the key of what the rule is asked by."""

    by_cause: Mapping[str, Standing]
    subjects: Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Written:
    """A step of an alert's life that was written; `change` is its key."""

    change: int
    alert: int
    what: str
    kind: str
    title: str
    severity: int
    message: str
    about: Mapping[str, int | None]


def full_cause(kind: str, cause: str) -> str:
    return f"{kind}:{cause}"


def unresolved(
    connection: Connection, kind: str, by: str, only: Sequence[int] | None, *, lock: bool = False
) -> Known:  # fmt: skip
    """The unresolved alerts of a kind, by cause; with `only`, those about these keys (of what `by` names). `lock` keeps
    others from changing them, in the order of their keys."""
    subject = ALERTS.c[f"{by}_id"] if by else ALERTS.c.pk
    wanted = select(
        ALERTS.c.pk, ALERTS.c.cause, ALERTS.c.severity, ALERTS.c.state, ALERTS.c.message, ALERTS.c.figures,
        ALERTS.c.snoozed_until, subject.label("subject"),
    ).where(ALERTS.c.kind == kind, ALERTS.c.open_cause.is_not(None))  # fmt: skip
    if only is not None:
        wanted = wanted.where(subject.in_(only))
    rows = connection.execute((wanted.with_for_update() if lock else wanted).order_by(ALERTS.c.pk)).all()
    start = len(kind) + 1
    return Known(
        {
            row.cause[start:]: Standing(
                row.pk, row.severity, row.state, row.message, row.figures or {}, row.snoozed_until
            )
            for row in rows
        },
        {row.pk: row.subject if by else None for row in rows},
    )  # fmt: skip


def closed_before(connection: Connection, kind: str, causes: Iterable[str]) -> list[str]:
    """Those of the causes whose alert is resolved already: what lies in the past is told once."""
    names = [full_cause(kind, cause) for cause in causes]
    found: list[str] = []
    for start in range(0, len(names), GROUP):
        wanted = select(ALERTS.c.cause).where(
            ALERTS.c.kind == kind, ALERTS.c.cause.in_(names[start : start + GROUP]), ALERTS.c.open_cause.is_(None)
        )
        found += connection.scalars(wanted)
    return [name[len(kind) + 1 :] for name in dict.fromkeys(found)]


def _times_before(connection: Connection, kind: str, found: Sequence[Found]) -> dict[str, int]:
    """How often each cause had an alert before, by its full name."""
    names = [full_cause(kind, one.cause) for one in found]
    known: dict[str, int] = {}
    for start in range(0, len(names), GROUP):
        wanted = (
            select(ALERTS.c.cause, func.max(ALERTS.c.times_seen))
            .where(ALERTS.c.kind == kind, ALERTS.c.cause.in_(names[start : start + GROUP]))
            .group_by(ALERTS.c.cause)
        )
        known |= {row[0]: row[1] for row in connection.execute(wanted)}
    return known


def write_steps(connection: Connection, kind: Kind, found: Sequence[Step], now: datetime) -> list[Written]:
    """Write what is to be done; what others are to hear of it."""
    opened = [step.found for step in found if step.what == "opened" and step.found is not None]
    changed: list[tuple[int, str, Found | None, Standing | None]] = []
    if opened:
        times = _times_before(connection, kind.key, opened)
        rows = [_new_row(kind, one, now) for one in opened]
        keys = insert_rows(connection, ALERTS, [{**row, "times_seen": times.get(row["cause"], 0) + 1} for row in rows])
        changed += [(key, "opened", one, None) for key, one in zip(keys, opened, strict=True)]
    for step in found:
        if step.alert is not None:
            changed.append((step.alert.pk, step.what, step.found, step.alert))
    _update(connection, kind, [entry for entry in changed if entry[1] != "opened"], now)
    return _told(connection, kind, [entry for entry in changed if entry[1] != "refreshed"], now)


def _told(
    connection: Connection, kind: Kind, changed: Sequence[tuple[int, str, Found | None, Standing | None]], now: datetime
) -> list[Written]:  # fmt: skip
    if not changed:
        return []
    keys = note_changes(connection, [(pk, what) for pk, what, _, _ in changed], now)
    return [
        Written(
            change, pk, what, kind.key, kind.title,
            int(one.severity) if one is not None else alert.severity if alert is not None else 0,
            plain(one.message) if one is not None else alert.message if alert is not None else "",
            dict(one.about) if one is not None else {},
        )
        for change, (pk, what, one, alert) in zip(keys, changed, strict=True)
    ]  # fmt: skip


def _new_row(kind: Kind, found: Found, now: datetime) -> dict[str, Any]:
    cause = full_cause(kind.key, found.cause)
    return {
        "kind": kind.key, "cause": cause, "open_cause": cause, "alert_type": kind.title, "state": int(State.OPEN),
        "sent_at": now, "first_seen": now, **_seen_values(found, now), **_about(found),
    }  # fmt: skip


def _seen_values(found: Found, now: datetime) -> dict[str, Any]:
    return {
        "severity": int(found.severity), "message": plain(found.message), "figures": dict(found.figures),
        "last_seen": now,
    }  # fmt: skip


def _about(found: Found) -> dict[str, Any]:
    return {f"{name}_id": found.about.get(name) for name in REFERENCES}


_OPEN_AGAIN = {"state": int(State.OPEN), "snoozed_until": None, "acknowledged_by_id": None, "acknowledged_at": None}


def _update(
    connection: Connection, kind: Kind, changed: Sequence[tuple[int, str, Found | None, Standing | None]], now: datetime
) -> None:  # fmt: skip
    gone = sorted(pk for pk, what, _, _ in changed if what == "recovered")
    for start in range(0, len(gone), GROUP):
        among = ALERTS.c.pk.in_(gone[start : start + GROUP])
        connection.execute(
            update(ALERTS)
            .where(among)
            .values(state=int(State.RESOLVED), open_cause=None, resolved_at=now, recovered=True, snoozed_until=None)
        )
    for again in (False, True):
        rows = [
            {"_pk": pk, **_seen_values(one, now)}
            for pk, what, one, _ in sorted(changed, key=lambda entry: entry[0])
            if one is not None and (what != "refreshed") is again
        ]
        if rows:
            fixed = {**_OPEN_AGAIN, "sent_at": now} if again else {}
            names = [name for name in rows[0] if name != "_pk"]
            values = {name: bindparam(f"_{name}", type_=ALERTS.c[name].type) for name in names}
            statement = update(ALERTS).where(ALERTS.c.pk == bindparam("_pk")).values(**fixed, **values)
            connection.execute(
                statement, [{"_pk": row["_pk"], **{f"_{name}": row[name] for name in names}} for row in rows]
            )


def note_changes(
    connection: Connection, changed: Sequence[tuple[int, str]], now: datetime, *, user: int | None = None,
    until: datetime | None = None, note: str = "",
) -> list[int]:  # fmt: skip
    """Write steps (alert and what became of it) to the history; their keys."""
    rows = [
        {"alert_id": pk, "what": what, "at": now, "user_id": user, "until": until, "note": note} for pk, what in changed
    ]
    return insert_rows(connection, CHANGES, rows)
