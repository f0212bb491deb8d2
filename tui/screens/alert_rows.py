"""Alerts as rows of a table: their columns, their groups, and a table whose line under the cursor stays where it is."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from tui.live.alerts import ACKNOWLEDGED, CRITICAL, OPEN, RESOLVED, SNOOZED, WARNING, Alert, in_order, local_time
from tui.screens.count_rows import end_of
from tui.widgets.columns import Column
from tui.widgets.resource_table import ResourceTable

__all__ = ["GROUPS", "AlertTable", "Group", "Row", "alert_columns", "key_of", "rows_of", "severity_sign", "story_of"]

#: What rows can be grouped by, in the order of the key.
GROUPS: Final = ("", "kind", "location")
_STATES: Final[Mapping[int, str]] = {OPEN: "open", ACKNOWLEDGED: "seen", SNOOZED: "snoozed", RESOLVED: "resolved"}


@dataclass(frozen=True, slots=True)
class Group:
    """The heading of a group."""

    name: str
    alerts: int
    critical: int

    @property
    def text(self) -> str:
        critical = f", {self.critical} critical" if self.critical else ""
        return f"{self.name} ({self.alerts}{critical})"


Row = Alert | Group


def key_of(row: Row) -> int | str:
    """What tells a row from others."""
    return row.pk if isinstance(row, Alert) else row.name


def rows_of(alerts: Sequence[Alert], group: str) -> list[Row]:
    """The alerts in their order; grouped, each group under its heading, the one with the worst and newest first."""
    ordered = in_order(alerts)
    if not group:
        return list(ordered)

    def name(one: Alert) -> str:
        return one.title if group == "kind" else one.place

    first = {found: at for at, found in reversed([(at, name(one)) for at, one in enumerate(ordered)])}
    rows: list[Row] = []
    for found, members in groupby(sorted(ordered, key=lambda one: first[name(one)]), key=name):
        listed = list(members)
        rows += [Group(found, len(listed), sum(one.severity >= CRITICAL for one in listed)), *listed]
    return rows


def severity_sign(severity: int) -> str:
    """`!!` critical, `!` warning, `-` for your information."""
    return "!!" if severity >= CRITICAL else "!" if severity >= WARNING else "-"


def _sign(row: Row) -> str:
    if isinstance(row, Group):
        return ""
    return "=" if row.state == RESOLVED else severity_sign(row.severity)


def _hint(row: Row) -> str:
    if isinstance(row, Group):
        return "strong"
    if row.state in (SNOOZED, RESOLVED):
        return "muted"
    return "bad" if row.severity >= CRITICAL else "warn" if row.severity >= WARNING else ""


def _plain_hint(row: Row) -> str:
    return "strong" if isinstance(row, Group) else "muted" if row.state in (SNOOZED, RESOLVED) else ""


def _what(row: Row) -> str:
    return row.text if isinstance(row, Group) else row.message


def _state(row: Row) -> str:
    if isinstance(row, Group):
        return ""
    word = _STATES.get(row.state, str(row.state))
    return f"{word} {row.who}" if row.state == ACKNOWLEDGED and row.who else word


def alert_columns(now: datetime, group: str) -> tuple[Column, ...]:
    """The columns; what the rows are grouped by has none. `now` must know its time zone."""

    def when(row: Row) -> str:
        return local_time(row.sent_at, now) if isinstance(row, Alert) and row.sent_at else ""

    columns = [
        Column("sign", "", _sign, width=2, priority=0, hint=_hint),
        Column("at", "Since", when, width=7, min_width=5, priority=4, hint="muted"),
        Column("kind", "Kind", lambda row: row.title if isinstance(row, Alert) else "", width=18, min_width=16,
               flex=1, priority=6, hint=_plain_hint),
        Column("what", "What", _what, width=40, min_width=14, flex=4, priority=0, hint=_plain_hint),
        Column("location", "Location", lambda row: end_of(row.path, 20) if isinstance(row, Alert) else "", width=20,
               min_width=12, flex=1, priority=5, hint="muted"),
        Column("state", "State", _state, width=13, min_width=11, priority=3, hint=_plain_hint),
    ]  # fmt: skip
    return tuple(column for column in columns if not group or column.key != group)


def story_of(alert: Alert, now: datetime) -> str:
    """More of an alert, in a sentence."""
    said = [f"{severity_sign(alert.severity)} {alert.title}", alert.message, alert.path, alert.reference]
    said.append(f"since {local_time(alert.sent_at, now)}" if alert.sent_at else "")
    if alert.state == SNOOZED and alert.until:
        said.append(f"back {local_time(alert.until, now)}")
    if alert.state == RESOLVED:
        said.append("recovered by itself" if alert.recovered else f"resolved by {alert.who}")
    elif alert.who:
        said.append(f"seen by {alert.who}")
    return " · ".join(filter(None, said))


class AlertTable(ResourceTable):
    """A table that shows other rows without moving the one under the cursor, even where the list is short."""

    def refresh_rows(self) -> None:
        line = self.cursor - self.top
        super().refresh_rows()
        self.top = max(0, self.cursor - line)

    def action_mark(self) -> None:
        """Mark the row and go on; on a heading, mark or unmark its whole group."""
        if self.range_active or not isinstance(self.current_row, Group):
            super().action_mark()
            return
        members: dict[Hashable, Alert] = {}
        at = self.cursor + 1
        while isinstance(row := self.source.get(at), Alert):
            members[row.pk] = row
            at += 1
        if members.keys() <= self.marked_keys:
            for key in members:
                self._marks.pop(key)
        else:
            self._marks.update(members)
        self._marks_changed()
        self.move_to(at)

    def unmark(self, keys: Iterable[int]) -> None:
        """Take the marks of these away."""
        for key in keys:
            self._marks.pop(key, None)
        self._marks_changed()
