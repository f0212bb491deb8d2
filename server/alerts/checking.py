"""Looking whether causes stand, and opening, refreshing and closing alerts accordingly.

    check_all(database, now)              every rule over everything: the periodic check
    check_changed(database, now, changed) what changed alone, soon after the commit

Both may run as often as one likes, also side by side. Each kind is worked on by one transaction at a time (it locks the
kind's row of `bincard_alertrulerun` before it reads), so that what is written is never older than what is there. The
periodic check first looks in a snapshot, without holding anybody up, and writes only for what is not as it should be.
"""

import logging
import shutil
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.alerts.declare import Asked, Rule
from server.alerts.figures import PARTS
from server.alerts.records import RUNS, Written, closed_before, unresolved, write_steps
from server.alerts.rules import all_rules
from server.alerts.settings import is_switched_on, kept_settings
from server.alerts.telling import tell
from server.db.session import Database, Overtaken
from server.domain.alert_kinds import thresholds_from
from server.domain.alert_life import Found, Step, steps

__all__ = ["AT_ONCE", "Checked", "check_all", "check_changed"]

log = logging.getLogger(__name__)
AT_ONCE = 400
"""So many parts, orders or locations are written for in one transaction."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check did: how many causes stand, how many alerts it opened (or opened again) and closed."""

    found: int = 0
    opened: int = 0
    recovered: int = 0

    def plus(self, other: "Checked") -> "Checked":
        return Checked(self.found + other.found, self.opened + other.opened, self.recovered + other.recovered)


def check_all(
    database: Database, now: datetime, *, data_dir: Path | None = None, kinds: Collection[str] | None = None
) -> Mapping[str, Checked]:  # fmt: skip
    """Run the rules (those of `kinds`, else all) over everything; what each did, by kind. A rule that fails is told in
    its last run and in the log, and holds up no other. `data_dir`: the disk whose space is watched."""
    done = {}
    for rule in all_rules():
        if kinds is not None and rule.kind.key not in kinds:
            continue
        began = time.perf_counter()
        try:
            checked, error = _check_all_of(database, rule, now, _free_share(data_dir)), ""
        except SQLAlchemyError as failure:
            log.exception("the alert rule %s failed", rule.kind.key)
            checked, error = Checked(), f"{type(failure).__name__}; the server's log has the details"
        done[rule.kind.key] = checked
        _note_run(database, rule, now, time.perf_counter() - began, checked, error)
    return done


def check_changed(database: Database, now: datetime, changed: Mapping[str, Collection[int]]) -> Checked:
    """Run the rules that depend on what changed: keys by "part", "purchase_order", "sales_order", "supplier" or
    "location"."""
    total = Checked()
    for rule, only in _off(database, now, changed):
        total = total.plus(_write(database, rule, now, only, None))
    return total


def _off(
    database: Database, now: datetime, changed: Mapping[str, Collection[int]]
) -> list[tuple[Rule, tuple[int, ...]]]:  # fmt: skip
    """The rules, and the keys, of which something is to be written: mostly none, and then nobody who writes is held
    up."""
    found = []
    with database.read() as connection:
        kept = kept_settings(connection)
        keys = {name: sorted(set(told)) for name, told in changed.items()}
        keys["part"] = _with_templates(connection, keys.get("part", []))
        for rule in all_rules():
            told = keys.get(rule.by, [])
            for start in range(0, len(told), AT_ONCE):
                only = tuple(told[start : start + AT_ONCE])
                here = _found(connection, rule, now, only, None, kept)
                known = unresolved(connection, rule.kind.key, rule.by, only)
                if steps(known.by_cause, here, now):
                    found.append((rule, only))
    return found


# ------------------------------------------------------------------------------------------------- one rule


def _check_all_of(database: Database, rule: Rule, now: datetime, disk_free: float | None) -> Checked:
    with database.read() as connection:
        found = _found(connection, rule, now, None, disk_free)
        known = unresolved(connection, rule.kind.key, rule.by, None)
    wrong = _to_write(rule, steps(known.by_cause, found, now), known.subjects)
    done = Checked(found=len(found))
    if wrong is None:
        done = replace(_write(database, rule, now, None, disk_free), found=len(found))
    for start in range(0, len(wrong or ()), AT_ONCE):
        part = _write(database, rule, now, tuple((wrong or ())[start : start + AT_ONCE]), disk_free)
        done = Checked(done.found, done.opened + part.opened, done.recovered + part.recovered)
    return done


def _to_write(rule: Rule, found: Sequence[Step], subjects: Mapping[int, int | None]) -> list[int] | None:
    """The keys (of what the rule is asked by) of whose alerts something is to be written; None: look at everything."""
    if not found:
        return []
    if not rule.by:
        return None
    keys = {
        step.found.about.get(rule.by) if step.found is not None else subjects.get(step.alert.pk) if step.alert else None
        for step in found
    }
    return None if None in keys else sorted(key for key in keys if key is not None)


def _found(
    connection: Connection, rule: Rule, now: datetime, only: tuple[int, ...] | None, disk_free: float | None,
    kept: Mapping[str, str] | None = None,
) -> dict[str, Found]:  # fmt: skip
    """The causes that stand, by name; none where the rule is switched off."""
    kept = kept_settings(connection) if kept is None else kept
    if not is_switched_on(kept, rule.kind.switch):
        return {}
    family = _family(connection, only) if rule.by == "part" and only is not None else None
    asked = Asked(connection, now, thresholds_from(rule.kind, kept), kept, only, family, disk_free)
    causes = {one.cause: one for one in rule.find(asked)}
    if rule.kind.once and causes:
        for cause in closed_before(connection, rule.kind.key, causes):
            del causes[cause]
    return causes


def _write(
    database: Database, rule: Rule, now: datetime, only: tuple[int, ...] | None, disk_free: float | None
) -> Checked:  # fmt: skip
    """Look again at those keys (None: at everything) in one writing transaction, and write what follows."""

    def run(session: Session) -> Checked:
        connection = session.connection()
        _take_turn(connection, rule.kind.key, now)
        found = _found(connection, rule, now, only, disk_free)
        known = unresolved(connection, rule.kind.key, rule.by, only, lock=True)
        written = write_steps(connection, rule.kind, steps(known.by_cause, found, now), now)
        tell(session, written, now)
        return _counted(len(found), written)

    return database.run_write(run)


def _counted(found: int, written: Iterable[Written]) -> Checked:
    what = [one.what for one in written]
    return Checked(found, sum(one in ("opened", "returned", "worsened") for one in what), what.count("recovered"))


def _take_turn(connection: Connection, kind: str, now: datetime) -> None:
    """Wait until nobody else works on the kind. Raises Overtaken where its row was just made by another."""
    row = connection.execute(select(RUNS.c.pk).where(RUNS.c.kind == kind).with_for_update()).first()
    if row is None:
        try:
            connection.execute(RUNS.insert().values(
                kind=kind, ran_at=now, seconds=0.0, found=0, opened=0, recovered=0, error="",
            ))  # fmt: skip
        except IntegrityError:
            raise Overtaken from None


def _note_run(database: Database, rule: Rule, now: datetime, seconds: float, done: Checked, error: str) -> None:
    def note(session: Session) -> None:
        connection = session.connection()
        _take_turn(connection, rule.kind.key, now)
        connection.execute(
            update(RUNS)
            .where(RUNS.c.kind == rule.kind.key)
            .values(
                ran_at=now, seconds=round(seconds, 4), found=done.found, opened=done.opened, recovered=done.recovered,
                error=error,
            )
        )  # fmt: skip

    database.run_write(note)


# ------------------------------------------------------------------------------------------------- families


def _with_templates(connection: Connection, keys: Sequence[int]) -> list[int]:
    """The parts and the templates above them, whose figures are theirs too."""
    found: set[int] = set()
    for start in range(0, len(keys), AT_ONCE):
        wanted = select(PARTS.c.pk, PARTS.c.tree_path).where(PARTS.c.pk.in_(keys[start : start + AT_ONCE]))
        for pk, path in connection.execute(wanted):
            found |= {pk, *(int(key) for key in path.split("/") if key)}
    return sorted(found)


def _family(connection: Connection, keys: Sequence[int]) -> tuple[int, ...]:
    """The parts and all their variants."""
    root, child = PARTS.alias("root"), PARTS.alias("child")
    stem = root.c.tree_path.concat("%")
    wanted = select(child.c.pk).distinct().join_from(root, child, child.c.tree_path.like(stem))
    within = connection.scalars(wanted.where(root.c.pk.in_(keys), root.c.is_template.is_(True)))
    return tuple(sorted({*keys, *within}))


def _free_share(path: Path | None) -> float | None:
    """The share of the disk that is free; None where nobody asks or it cannot be known."""
    try:
        usage = shutil.disk_usage(path) if path is not None else None
    except OSError:
        log.warning("the free space of %s cannot be read", path)
        return None
    return usage.free / usage.total if usage is not None and usage.total else None
