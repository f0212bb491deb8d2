"""How a rule is declared: its kind, what finds its causes, and which changes may make or undo one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, true

from server.domain.alert_kinds import Kind
from server.domain.alert_life import Found

__all__ = ["Asked", "Rule", "amount", "named"]


@dataclass(frozen=True)
class Asked:
    """What a rule works with. `limits` are its thresholds by key, `kept` all settings of Bincard that are not at their
    default. `only`: look at nothing but the rows with these keys (of what the rule is asked `by`); None: at everything.
    `family`: the keys of the parts that count with them (their variants); None: all. `disk_free`: the share of the
    data directory's disk that is free, where that is known."""

    connection: Connection
    now: datetime
    limits: Mapping[str, float]
    kept: Mapping[str, str]
    only: tuple[int, ...] | None = None
    family: tuple[int, ...] | None = None
    disk_free: float | None = None

    def among(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition that a column is one of those that are asked about."""
        return [] if self.only is None else [column.in_(self.only)]

    def is_among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The same as one condition, true where everything is asked about."""
        return and_(true(), *self.among(column))

    def in_family(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        return [] if self.family is None else [column.in_(self.family)]

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `find` gives the causes that stand, by a fixed number of statements whatever there is. `by` names the
    reference (see REFERENCES) whose changes it is asked after; "" for rules that the periodic check alone asks."""

    kind: Kind
    find: Callable[[Asked], Iterable[Found]]
    by: str = ""


def named(name: str, number: str | None) -> str:
    """How a part is called in messages: with its number where it has one."""
    return f"{number} {name}" if number else name


def amount(value: Any) -> str:
    """A quantity for people: no zeros behind the point."""
    return f"{float(value):.5f}".rstrip("0").rstrip(".")
